"""What several suites of the store stand on."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from interface.postgres.database import DatabaseUrls
from tests.application.event_store.place import Place
from tests.application.event_store.pooler import pooler


@pytest.fixture(scope="session")
def reached(
    database: DatabaseUrls, request: pytest.FixtureRequest
) -> Iterator[DatabaseUrls]:
    """Return how the store is reached: directly, or with --pooler through pgbouncer."""
    if not request.config.getoption("pooler"):
        yield database
        return
    with pooler(database) as urls:
        yield urls


@pytest.fixture(name="clean_database")
def clean_database_reached(
    clean_database: DatabaseUrls, reached: DatabaseUrls
) -> DatabaseUrls:
    """Empty the database, and return how it is reached."""
    del clean_database
    return reached


@pytest.fixture
def place(clean_database: DatabaseUrls) -> Iterator[Place]:
    with ExitStack() as closing:
        yield Place(clean_database, closing)
