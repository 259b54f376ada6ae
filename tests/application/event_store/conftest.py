"""What several suites of the store stand on."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from interface.postgres.database import DatabaseUrls
from tests.application.event_store.place import Place


@pytest.fixture
def place(clean_database: DatabaseUrls) -> Iterator[Place]:
    with ExitStack() as closing:
        yield Place(clean_database, closing)
