"""Protections of store.append, and how it looks without each: for controls only.

Each is a change of the function's own words in the tests' database, undone at the end.
A word that is no longer there fails, so that no control ever proves nothing.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final, TypeAlias

import psycopg

Change: TypeAlias = tuple[str, str]

# A global sequence numbers the events, as most stores have it, and nobody waits.
HEAD_LOCK: Final[Sequence[Change]] = (
    (
        "SELECT h.partition, h.position, h.recorded_at",
        "SELECT h.partition, nextval('store.numbers') - 1 AS position, h.recorded_at",
    ),
    ("FOR NO KEY UPDATE", ""),
    ("h.position < n.position", "false"),
)
TIME_UNDER_THE_LOCK: Final[Sequence[Change]] = (
    ("greatest(clock_timestamp(), l.recorded_at)", "clock_timestamp()"),
)
VERSION_CHECK: Final[Sequence[Change]] = (("= part_versions[part];", "IS NOT NULL;"),)
# The last one to come wins, wherever the stream stands by now.
VERSION_CHECK_AND_PLACE: Final[Sequence[Change]] = (
    (
        "part_befores[part] := stands[stream];",
        "part_versions[part] := stands[stream]; part_befores[part] := stands[stream];",
    ),
)
TAKING_BACK: Final[Sequence[Change]] = (("part_positions[part] := NULL;", ""),)
COMMAND_IDS: Final[Sequence[Change]] = (
    (
        "hash := coalesce(kept_hashes[ask], ask_hashes[accepted[namesakes[ask]]]);",
        "hash := NULL;",
    ),
    (
        "WHERE ask_lasts[p.ask] >= ask_firsts[p.ask]",
        "WHERE ask_lasts[p.ask] >= ask_firsts[p.ask] ON CONFLICT DO NOTHING",
    ),
)
REQUEST_HASHES: Final[Sequence[Change]] = (
    ("hash = ask_hashes[ask]", "hash IS NOT NULL"),
)

DEFINITION: Final = "SELECT pg_get_functiondef('store.append'::regproc)"
NUMBERS: Final = """
CREATE SEQUENCE store.numbers;
GRANT USAGE ON SEQUENCE store.numbers TO redress_writer
"""


@contextmanager
def taken_out(owner: psycopg.Connection, changes: Sequence[Change]) -> Iterator[None]:
    """Let store.append be without a protection while the block runs."""
    row = owner.execute(DEFINITION).fetchone()
    assert row is not None
    whole = without = str(row[0])
    for said, instead in changes:
        assert said in without, f"store.append does not say {said!r} any more"
        without = without.replace(said, instead)
    owner.execute(NUMBERS)
    try:
        owner.execute(without.encode())
        yield
    finally:
        owner.execute(whole.encode())
        owner.execute("DROP SEQUENCE store.numbers")
