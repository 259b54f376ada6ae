"""A real database, and effects ordered by a history written by hand."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from interface.postgres.database import DatabaseUrls
from tests.application.projections.conftest import History, Pools


@pytest.fixture
def pools(clean_database: DatabaseUrls) -> Iterator[Pools]:
    with ExitStack() as closing:
        yield Pools(clean_database, closing)


@pytest.fixture
def history() -> History:
    return History()
