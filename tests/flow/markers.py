"""Looks for a word everywhere an installation keeps anything."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import psycopg
from psycopg import sql

# Every table there is, the system's own included; long values come with their rows.
TABLES = """
    SELECT namespace.nspname, class.relname
    FROM pg_class AS class
    JOIN pg_namespace AS namespace ON namespace.oid = class.relnamespace
    WHERE class.relkind IN ('r', 'p', 'm')
    ORDER BY 1, 2
"""


def tables_with(owner: psycopg.Connection, marker: str) -> list[str]:
    """Return the tables that hold the word, as text or as bytes."""
    spellings = [marker, marker.encode().hex()]
    found = []
    for schema, table in owner.execute(TABLES).fetchall():
        name = sql.Identifier(schema, table)
        query = sql.SQL(
            "SELECT EXISTS (SELECT FROM {} AS each WHERE each::text LIKE ANY (%s))"
        ).format(name)
        patterns = [f"%{spelling}%" for spelling in spellings]
        if owner.execute(query, [patterns]).fetchone() == (True,):
            found.append(f"{schema}.{table}")
    return found


def files_with(folder: Path, marker: str, without: Iterable[str] = ()) -> list[Path]:
    """Return the files below a folder that hold the word, some folders left out."""
    return [
        path
        for path in walked(folder, set(without))
        if marker.encode() in path.read_bytes()
    ]


def walked(folder: Path, without: set[str]) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.is_dir() and path.name not in without:
            yield from walked(path, without)
        elif path.is_file():
            yield path
