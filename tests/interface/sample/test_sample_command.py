"""``redress sample`` on a real database."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner, Result

from interface.cli.sample import command as sample
from interface.errors import UserError
from interface.postgres.database import DatabaseUrls

NOON = "2026-11-22T12:00:00+00:00"


@pytest.fixture
def owner(clean_database: DatabaseUrls) -> Iterator[psycopg.Connection]:
    with psycopg.connect(clean_database.owner, autocommit=True) as connection:
        yield connection


def run(owner: psycopg.Connection, *words: str) -> Result:
    row = owner.execute("SHOW data_directory").fetchone()
    assert row is not None
    env = {"REDRESS_HOME": str(Path(row[0]).parent)}
    return CliRunner().invoke(sample, words, env=env)


def events(owner: psycopg.Connection) -> object:
    return owner.execute(
        "SELECT count(*), max(recorded_at), count(*) FILTER (WHERE version = 1)"
        " FROM store.event WHERE type <> 'consumer.linked'"
    ).fetchone()


def test_the_sample_loads_and_loads_once(owner: psycopg.Connection) -> None:
    words = ("--orders", "40", "--until", NOON)

    loaded = run(owner, *words)

    assert loaded.exit_code == 0, loaded.output
    assert "Loaded 40 orders in" in loaded.stdout
    assert "0 of them refused" in loaded.stdout
    before = events(owner)
    assert run(owner, *words).stdout == loaded.stdout
    assert events(owner) == before


def test_an_end_without_a_zone_is_no_moment(owner: psycopg.Connection) -> None:
    refused = run(owner, "--until", "2026-11-22T12:00:00")

    assert isinstance(refused.exception, UserError)
    assert "a moment with its time zone" in str(refused.exception)
    assert events(owner) == (0, None, 0)
