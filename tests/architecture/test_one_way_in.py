"""The importers and every worker use the same road: nothing has a way of its own."""

import ast
import re
from collections.abc import Iterator, Sequence
from functools import cache

import psycopg
import pytest
from typing_extensions import TypeIs

from interface.postgres.database import DatabaseUrls
from tests.architecture.test_layers import nodes

LAYERS = ("domain", "application", "interface")

# SQL that writes to a table of the store, or has it written.
WRITES = re.compile(
    r"\b(INSERT\s+INTO|MERGE\s+INTO|UPDATE|DELETE\s+FROM|TRUNCATE|COPY|LOCK)"
    r"\s+(TABLE\s+|ONLY\s+)*\"?store\"?\s*\."
    r"|\bstore\s*\.\s*\"?append(_one|_many)?\"?\s*\(",
    re.IGNORECASE,
)
# By which SQL might mean the store without spelling it.
BY_ANOTHER_NAME = re.compile(r"search_path[^;]*\bstore\b", re.IGNORECASE)
WRITERS = {
    "application/event_store/rows/asks.py": {"store.append(", "store.append_one("},
    "application/event_store/rows/usual.py": {"store.append_many("},
    # What stock applications keep beside the log.
    "application/event_store/seams/stock.py": {
        "INSERT INTO store.snapshot",
        "INSERT INTO store.tracking",
    },
}

# Who may take a step of the road, and hand on to the next. The benchmark builds the
# same road on a database of its own.
BENCH = "interface/bench/ours.py"
STEPS = {
    "Dispatcher": {"interface/bootstrap/commands.py", BENCH},
    "CommandHandler": set[str](),
    "Rounds": {
        "application/event_store/dispatcher.py",
        "application/event_store/handler.py",
    },
    "PostgresEventStore": {"interface/bootstrap/connections.py", BENCH},
    "append_asks": {"application/event_store/postgres.py"},
    "append_usual": {
        "application/event_store/postgres.py",
        "application/event_store/seams/recorder.py",
    },
    "append_stock": {"application/event_store/seams/recorder.py"},
}
# How an append is spelt, and who knows it; verify knows what stock applications leave.
TOLD_APART = {
    "application.event_store.rows.asks",
    "application.event_store.rows.usual",
    "application.event_store.seams.stock",
}
MAY_KNOW = ("application/event_store/", "application/verify/")


Known = ast.Constant | ast.Call | ast.Attribute | ast.ImportFrom


@cache
def known() -> Sequence[tuple[str, Known]]:
    """Return what is looked at of all code, which is read once."""
    return [each for each in nodes(*LAYERS) if is_known(each)]


def is_known(each: tuple[str, ast.AST]) -> TypeIs[tuple[str, Known]]:
    return isinstance(each[1], Known)


def name_called(call: ast.Call) -> str:
    return str(getattr(call.func, "attr", getattr(call.func, "id", "")))


def written(sql: str) -> Iterator[str]:
    for found in WRITES.finditer(sql):
        yield " ".join(sql[found.start() : found.end() + 20].split())


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO store.event SELECT 1",
        "insert  into\n store.command VALUES (1)",
        'UPDATE ONLY "store"."partition_head" SET position = 0',
        "DELETE FROM store.event",
        "TRUNCATE TABLE store.event",
        "COPY store.event FROM STDIN",
        "SELECT * FROM store.append(%s)",
        "SELECT * FROM store.append_one(%s)",
        "SELECT * FROM store.append_many(%s)",
    ],
)
def test_a_way_in_is_known_when_it_is_seen(sql: str) -> None:
    assert list(written(sql))


def test_no_sql_but_that_of_the_store_itself_writes_to_its_tables() -> None:
    for path, node in known():
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            for found in written(node.value):
                allowed = WRITERS.get(path, set())
                assert any(each in found for each in allowed), f"{path}: {found}"
            assert not BY_ANOTHER_NAME.search(node.value), f"{path}: {node.value}"


def test_nobody_composes_the_name_of_a_table_of_the_store() -> None:
    for path, node in known():
        if isinstance(node, ast.Call):
            names = [each.value for each in node.args if isinstance(each, ast.Constant)]
            composed = name_called(node) == "Identifier" and "store" in names
            assert not composed, f"{path}:{node.lineno} composes a name"


def test_each_step_of_the_road_is_taken_by_the_one_before_it() -> None:
    taken: dict[str, set[str]] = {step: set() for step in STEPS}
    for path, node in known():
        if isinstance(node, ast.Call) and name_called(node) in taken:
            taken[name_called(node)].add(path)
    assert taken == STEPS


def test_only_the_rounds_have_a_store_append() -> None:
    for path, node in known():
        if isinstance(node, ast.Attribute) and node.attr == "append":
            whose = ast.unparse(node.value).rsplit(".", 1)[-1]
            appends = whose.strip("_") in {"store", "event_store"}
            allowed = path == "application/event_store/rounds.py"
            assert not appends or allowed, f"{path}:{node.lineno} appends"


def test_nobody_else_knows_how_an_append_is_spelt() -> None:
    for path, node in known():
        if isinstance(node, ast.ImportFrom) and node.module in TOLD_APART:
            assert path.startswith(MAY_KNOW), f"{path} imports {node.module}"


def test_only_the_road_can_say_what_is_to_be_appended() -> None:
    """Given that an append takes these, whatever whoever has a store calls it."""
    named = {
        path
        for path, node in known()
        if isinstance(node, ast.ImportFrom)
        and any(each.name in {"Append", "StreamAppend"} for each in node.names)
    }
    assert named == {
        "application/event_store/batch.py",
        "application/event_store/postgres.py",
        "application/event_store/rounds.py",
        "application/event_store/rows/usual.py",
        "interface/bootstrap/crashing.py",
    }


FUNCTIONS = """
SELECT p.oid::regproc::text FROM pg_proc AS p
 WHERE p.prosrc ~* '(insert\\s+into|update|delete\\s+from|truncate)\\s+(only\\s+)?'
                   'store\\.(event|command|partition_head)'
"""
TRIGGERS = """
SELECT tgrelid::regclass::text, tgfoid::regproc::text FROM pg_trigger
 WHERE NOT tgisinternal AND tgrelid::regclass::text LIKE 'store.%'
"""


def test_of_all_functions_of_the_database_only_those_of_the_append_write_events(
    clean_database: DatabaseUrls,
) -> None:
    with psycopg.connect(clean_database.owner) as owner:
        functions = {name for (name,) in owner.execute(FUNCTIONS)}
        triggers = set(owner.execute(TRIGGERS).fetchall())
    appends = {"store.append", "store.append_one", "store.append_many"}
    assert functions == {*appends, "store.create_partitions"}
    assert {does for _, does in triggers} == {"store.refuse_change"}
