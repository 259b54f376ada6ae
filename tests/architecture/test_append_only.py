"""History is only ever added to: grants keep the writer from it, triggers the owner."""

from collections.abc import Iterator
from contextlib import closing

import psycopg
import pytest
from psycopg import sql

from interface.postgres.database import DatabaseUrls

TABLES = ("event", "command")
CHANGES = (
    "UPDATE store.{} SET actor = 'somebody else'",
    "DELETE FROM store.{}",
    "TRUNCATE store.{}",
)
READ_ONLY = ("redress_projector", "redress_reader")
GRANTS = """
    SELECT grantee, table_name, privilege_type
    FROM information_schema.role_table_grants
    WHERE table_schema = 'store' AND grantee LIKE 'redress\\_%'
    UNION
    SELECT grantee, table_name || '.' || column_name, privilege_type
    FROM information_schema.column_privileges
    WHERE table_schema = 'store' AND grantee LIKE 'redress\\_%'
      AND privilege_type = 'UPDATE' AND table_name <> 'tracking'
"""


@pytest.fixture
def owner(clean_database: DatabaseUrls) -> Iterator[psycopg.Connection]:
    with closing(psycopg.connect(clean_database.owner, autocommit=True)) as connection:
        yield connection


@pytest.fixture
def writer(clean_database: DatabaseUrls) -> Iterator[psycopg.Connection]:
    with closing(psycopg.connect(clean_database.writer, autocommit=True)) as connection:
        yield connection


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("change", CHANGES)
def test_the_writer_may_not_change_history(
    writer: psycopg.Connection, change: str, table: str
) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="permission denied"):
        writer.execute(sql.SQL(change).format(sql.Identifier(table)))


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("change", CHANGES)
def test_nor_may_its_owner(owner: psycopg.Connection, change: str, table: str) -> None:
    with pytest.raises(
        psycopg.errors.InsufficientPrivilege, match="history is only ever added to"
    ):
        owner.execute(sql.SQL(change).format(sql.Identifier(table)))


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE store.partition_head SET partition = 9 WHERE partition = 1",
        "DELETE FROM store.partition_head",
        "INSERT INTO store.partition_head VALUES (99)",
        "SELECT store.create_partitions(8)",
        "ALTER TABLE store.event DISABLE TRIGGER ALL",
        "DROP TRIGGER event_is_append_only ON store.event",
        "SET session_replication_role = replica",
    ],
)
def test_the_writer_may_not_touch_what_keeps_the_log(
    writer: psycopg.Connection, change: str
) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        writer.execute(change)


def test_each_role_may_do_what_it_needs_and_no_more(owner: psycopg.Connection) -> None:
    grants = set(owner.execute(GRANTS).fetchall())
    assert {privilege for role, _, privilege in grants if role in READ_ONLY} == {
        "SELECT"
    }
    writes = {
        (table, privilege)
        for role, table, privilege in grants
        if role == "redress_writer" and privilege != "SELECT"
    }
    assert writes == {
        ("event", "INSERT"),
        ("command", "INSERT"),
        ("snapshot", "INSERT"),
        ("tracking", "INSERT"),
        ("tracking", "UPDATE"),
        ("partition_head.position", "UPDATE"),
        ("partition_head.recorded_at", "UPDATE"),
    }


@pytest.mark.parametrize("role", ["projector", "reader"])
def test_who_reads_cannot_append(clean_database: DatabaseUrls, role: str) -> None:
    with (
        closing(psycopg.connect(getattr(clean_database, role))) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("INSERT INTO store.event SELECT * FROM store.event")


@pytest.mark.parametrize("function", ["append", "append_one", "append_many"])
def test_only_the_writer_may_call_append(
    owner: psycopg.Connection, function: str
) -> None:
    may = """
        SELECT role, has_function_privilege(role, p.oid, 'EXECUTE')
        FROM pg_proc AS p, unnest(%s::text[]) AS role
        WHERE p.oid = %s::regproc
    """
    roles = ["redress_writer", *READ_ONLY]
    answers: dict[str, bool] = dict(
        owner.execute(may, (roles, f"store.{function}")).fetchall()
    )
    assert answers == {role: role == "redress_writer" for role in roles}


def test_the_number_of_partitions_is_chosen_once(owner: psycopg.Connection) -> None:
    assert owner.execute("SELECT store.create_partitions(8)").fetchone() == (8,)
    with pytest.raises(
        psycopg.errors.ObjectNotInPrerequisiteState, match="created with 8"
    ):
        owner.execute("SELECT store.create_partitions(16)")
    for number in (0, 4097):
        with pytest.raises(psycopg.errors.InvalidParameterValue, match="1 to 4096"):
            owner.execute("SELECT store.create_partitions(%s)", (number,))
    assert owner.execute("SELECT count(*) FROM store.partition_head").fetchone() == (8,)
