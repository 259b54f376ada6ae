"""One PostgreSQL for all tests that need one; an empty database for each of them."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import psycopg
import pytest
from psycopg import sql

from interface.postgres.database import DatabaseUrls, database
from interface.postgres.server import EmbeddedPostgres
from interface.settings import Settings

hypothesis.settings.register_profile("ci", derandomize=True, deadline=None)
# What takes longer, at random: make soak.
hypothesis.settings.register_profile(
    "soak", max_examples=5_000, stateful_step_count=100, deadline=None
)
hypothesis.settings.load_profile("ci")

PARTITIONS = 8

# Every table of ours, but for the notes on which migrations have run.
TABLES = """
    SELECT namespace.nspname, class.relname
    FROM pg_class AS class JOIN pg_namespace AS namespace
        ON namespace.oid = class.relnamespace
    WHERE class.relkind IN ('r', 'p') AND NOT class.relispartition
    AND namespace.nspname !~ '^(pg_|information_schema$|as_migrated$)'
    AND class.relname !~ '^_?yoyo'
    ORDER BY 1, 2
"""


@pytest.fixture(scope="session", name="database")
def database_of_the_session() -> Iterator[DatabaseUrls]:
    """Start and migrate a PostgreSQL with eight partitions, once."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        settings = Settings(home=Path(folder) / "home", partitions=PARTITIONS)
        server = EmbeddedPostgres(settings.home, durable=False)
        with database(settings, server, dies_with_us=True) as urls:
            with psycopg.connect(urls.owner, autocommit=True) as owner:
                remember(owner)
            yield urls


@pytest.fixture
def clean_database(database: DatabaseUrls) -> DatabaseUrls:
    """Empty it of everything but what the migrations put there."""
    with psycopg.connect(database.owner) as owner:
        # No trigger keeps a test's owner from forgetting; nobody else may.
        owner.execute("SET session_replication_role = replica; SET lock_timeout = '9s'")
        tables = owner.execute(TABLES).fetchall()
        for schema, table in tables:
            empty(owner, sql.Identifier(schema, table))
        for schema, table in tables:
            bring_back(owner, sql.Identifier(schema, table), f"{schema}.{table}")
    return database


def remember(owner: psycopg.Connection) -> None:
    """Keep a copy of the rows the migrations made."""
    owner.execute("CREATE SCHEMA as_migrated")
    for schema, table in owner.execute(TABLES).fetchall():
        source = sql.Identifier(schema, table)
        if any_row(owner, source):
            copy = sql.Identifier("as_migrated", f"{schema}.{table}")
            make = sql.SQL("CREATE TABLE {} AS TABLE {}")
            owner.execute(make.format(copy, source))


def empty(owner: psycopg.Connection, table: sql.Identifier) -> None:
    if any_row(owner, table):
        truncate = sql.SQL("TRUNCATE {} RESTART IDENTITY CASCADE")
        owner.execute(truncate.format(table))


def bring_back(owner: psycopg.Connection, table: sql.Identifier, name: str) -> None:
    """Put back the rows that the migrations made, if any."""
    copy = sql.Identifier("as_migrated", name)
    known = "SELECT to_regclass(%s) IS NOT NULL"
    if owner.execute(known, (f'as_migrated."{name}"',)).fetchone() == (True,):
        again = "INSERT INTO {} OVERRIDING SYSTEM VALUE SELECT * FROM {}"
        owner.execute(sql.SQL(again).format(table, copy))


def any_row(owner: psycopg.Connection, table: sql.Identifier) -> bool:
    query = sql.SQL("SELECT EXISTS (SELECT FROM {})").format(table)
    return owner.execute(query).fetchone() == (True,)
