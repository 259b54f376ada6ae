"""The HTTP API that tests of it share."""

import pytest

from tests.interface.standing import StandingApi


@pytest.fixture(scope="session")
def standing_api() -> StandingApi:
    return StandingApi()
