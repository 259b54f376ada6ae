"""One PostgreSQL for all tests that need one; an empty database for each of them."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import psycopg
import pytest

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

SEEDS = 2_000


def pytest_addoption(parser: pytest.Parser) -> None:
    """Say how many stories the simulated dispatcher is told, or which one."""
    parser.addoption("--seeds", type=int, default=SEEDS, help="how many simulations")
    parser.addoption("--seed", type=int, help="the one simulation of this seed")
    parser.addoption(
        "--pooler", action="store_true", help="reach the store through pgbouncer"
    )


# Makes every table what the migrations made it, in one round trip. No trigger keeps a
# test's owner from forgetting; nobody else may. To delete a few rows is quicker than to
# give a table new files, until they pile up.
AGAIN = """
CREATE SCHEMA as_migrated;

CREATE VIEW as_migrated.tables AS
    SELECT class.oid, format('%I.%I', namespace.nspname, class.relname) AS name,
        format('as_migrated.%I', namespace.nspname || '.' || class.relname) AS kept
    FROM pg_class AS class JOIN pg_namespace AS namespace
        ON namespace.oid = class.relnamespace
    WHERE class.relkind IN ('r', 'p') AND NOT class.relispartition
    AND namespace.nspname !~ '^(pg_|information_schema$|as_migrated$)'
    AND class.relname !~ '^_?yoyo';

CREATE PROCEDURE as_migrated.again() LANGUAGE plpgsql
SET session_replication_role = replica SET lock_timeout = '9s' AS $$
DECLARE
    its record;
    filled boolean;
BEGIN
    FOR its IN SELECT * FROM as_migrated.tables LOOP
        EXECUTE 'SELECT EXISTS (SELECT FROM ' || its.name || ')' INTO filled;
        IF pg_total_relation_size(its.oid) > 1000000 THEN
            EXECUTE 'TRUNCATE ' || its.name || ' CASCADE';
        ELSIF filled THEN
            EXECUTE 'DELETE FROM ' || its.name;
        END IF;
    END LOOP;
    PERFORM setval(seqrelid, seqstart, false) FROM pg_sequence;
    FOR its IN SELECT * FROM as_migrated.tables WHERE to_regclass(kept) IS NOT NULL LOOP
        EXECUTE format(
            'INSERT INTO %s OVERRIDING SYSTEM VALUE SELECT * FROM %s',
            its.name, its.kept
        );
    END LOOP;
END $$;

DO $$
DECLARE
    its record;
    filled boolean;
BEGIN
    FOR its IN SELECT * FROM as_migrated.tables LOOP
        EXECUTE 'SELECT EXISTS (SELECT FROM ' || its.name || ')' INTO filled;
        IF filled THEN
            EXECUTE format('CREATE TABLE %s AS TABLE %s', its.kept, its.name);
        END IF;
    END LOOP;
END $$
"""


@pytest.fixture(scope="session", name="database")
def database_of_the_session() -> Iterator[DatabaseUrls]:
    """Start and migrate a PostgreSQL with eight partitions, once in every process."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        settings = Settings(home=Path(folder) / "home", partitions=PARTITIONS)
        server = EmbeddedPostgres(settings.home, durable=False)
        with database(settings, server, dies_with_us=True) as urls:
            with psycopg.connect(urls.owner, autocommit=True) as owner:
                owner.execute(AGAIN)
                # Anew, by a server that does not stretch it: see HASTY.
                secret = owner.info.password.encode()
                owner.pgconn.change_password(owner.info.user.encode(), secret)
            yield urls


@pytest.fixture
def clean_database(database: DatabaseUrls) -> DatabaseUrls:
    """Empty it of everything but what the migrations put there."""
    with psycopg.connect(database.owner) as owner:
        owner.execute("CALL as_migrated.again()")
    return database
