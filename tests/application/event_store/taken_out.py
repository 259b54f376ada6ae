"""Protections of the append, and how it looks without each: for controls only.

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

# The same of store.append_one, which takes an ask alone.
HEAD_LOCK_ALONE: Final[Sequence[Change]] = (
    (
        "SELECT h.position, h.recorded_at",
        "SELECT nextval('store.numbers') - 1 AS position, h.recorded_at",
    ),
    ("FOR NO KEY UPDATE", ""),
    ("WHERE h.partition = ask_partition;", "WHERE false;"),
)
TIME_UNDER_THE_LOCK_ALONE: Final[Sequence[Change]] = (
    ("greatest(clock_timestamp(), head_time)", "clock_timestamp()"),
)
VERSION_CHECK_ALONE: Final[Sequence[Change]] = (
    ("AND ask_version = coalesce(", "AND 0 <= coalesce("),
)
VERSION_CHECK_AND_PLACE_ALONE: Final[Sequence[Change]] = (
    *VERSION_CHECK_ALONE,
    (
        "head_time := greatest",
        """SELECT count(*) INTO ask_version FROM store.event AS e
           WHERE e.partition = ask_partition AND e.stream_id = ask_stream;
           head_time := greatest""",
    ),
)
COMMAND_IDS_ALONE: Final[Sequence[Change]] = (
    ("SELECT NOT EXISTS (", "SELECT true OR NOT EXISTS ("),
    (
        "ARRAY[ask_version + events]\n    );",
        "ARRAY[ask_version + events]\n    ) ON CONFLICT DO NOTHING;",
    ),
)

# The same of store.append_many, which takes a batch in which all is as usual.
HEAD_LOCK_USUAL: Final[Sequence[Change]] = (
    (
        "SELECT h.partition, h.position, h.recorded_at",
        "SELECT h.partition, nextval('store.numbers') - 1 AS position, h.recorded_at",
    ),
    ("FOR NO KEY UPDATE", ""),
    ("WHERE h.partition = ANY (head_partitions);", "WHERE false;"),
)
TIME_UNDER_THE_LOCK_USUAL: Final = TIME_UNDER_THE_LOCK
VERSION_CHECK_USUAL: Final[Sequence[Change]] = (
    ("ask_versions[ask] <> coalesce((", "0 > coalesce(("),
)
VERSION_CHECK_AND_PLACE_USUAL: Final[Sequence[Change]] = (
    *VERSION_CHECK_USUAL,
    (
        "ask_befores[ask] := head_positions",
        """ask_versions[ask] := (SELECT count(*) FROM store.event AS e
               WHERE e.partition = head_partitions[ask_heads[ask]]
                 AND e.stream_id = ask_streams[ask]);
           ask_befores[ask] := head_positions""",
    ),
)
COMMAND_IDS_USUAL: Final[Sequence[Change]] = (
    (
        "FROM generate_series(1, asks) AS ask;\n    EXCEPTION",
        "FROM generate_series(1, asks) AS ask ON CONFLICT DO NOTHING;\n    EXCEPTION",
    ),
)

BATCH: Final = "store.append"
ALONE: Final = "store.append_one"
USUAL: Final = "store.append_many"
# Then an ask alone is a batch like any other, and so is a batch in which all is usual.
TAKES_NOTHING: Final[Sequence[Change]] = (("BEGIN\n", "BEGIN RETURN;\n"),)

DEFINITION: Final = "SELECT pg_get_functiondef(%s::regproc)"
NUMBERS: Final = """
CREATE SEQUENCE store.numbers;
GRANT USAGE ON SEQUENCE store.numbers TO redress_writer
"""


@contextmanager
def taken_out(
    owner: psycopg.Connection, changes: Sequence[Change], of: str = BATCH
) -> Iterator[None]:
    """Let the append be without a protection while the block runs.

    The protection is that of store.append, and every ask goes through it then; or that
    of one of the two quicker ways, which have their own.
    """
    changed = {of: changes}
    if of == BATCH:
        changed |= dict.fromkeys((ALONE, USUAL), TAKES_NOTHING)
    whole = {function: definition(owner, function) for function in changed}
    without = {
        function: changed_to(whole[function], these)
        for function, these in changed.items()
    }
    owner.execute(NUMBERS)
    try:
        for text in without.values():
            owner.execute(text.encode())
        yield
    finally:
        for text in whole.values():
            owner.execute(text.encode())
        owner.execute("DROP SEQUENCE store.numbers")


def definition(owner: psycopg.Connection, function: str) -> str:
    row = owner.execute(DEFINITION, (function,)).fetchone()
    assert row is not None
    return str(row[0])


def changed_to(text: str, changes: Sequence[Change]) -> str:
    for said, instead in changes:
        assert said in text, f"the function does not say {said!r} any more"
        text = text.replace(said, instead)
    return text
