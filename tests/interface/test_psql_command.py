"""``redress psql``: the events in psql, for who only reads."""

from pathlib import Path

import psycopg
import pytest

from interface.postgres.database import DatabaseUrls
from tests.interface.pretend import redress


@pytest.fixture
def home(clean_database: DatabaseUrls) -> Path:
    with psycopg.connect(clean_database.owner) as owner:
        row = owner.execute("SHOW data_directory").fetchone()
    assert row is not None
    return Path(row[0]).parent


def test_who_looks_sees_the_events_and_changes_nothing(home: Path) -> None:
    asked = "SELECT count(*), current_user FROM store.event_json"
    seen = redress("psql", "-At", "-c", asked, home=home)
    assert (seen.stdout, seen.returncode) == ("0|redress_reader\n", 0)

    refused = redress("psql", "-c", "DELETE FROM store.event", home=home)
    assert "permission denied" in refused.stderr
    assert refused.returncode == 1
