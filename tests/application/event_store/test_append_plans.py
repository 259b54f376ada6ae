"""A plan made while the tables were empty never scans them: they do not stay empty.

Every statement of the append is planned once in a session, and a session lasts. Of
tables that were analysed when they were empty the planner believes that nothing is
quicker than to read them whole.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final
from uuid import uuid4

import psycopg
import pytest

from application.event_store.connections import Connection
from application.event_store.rows.asks import StoredAsk, StoredPart, append
from application.event_store.rows.usual import append_usual, usual_asks, usual_columns
from tests.application.event_store.place import HERE, Place
from tests.application.event_store.shelf import MONDAY, ShelfMapper, a_shelf
from tests.application.event_store.taken_out import (
    ALONE,
    BATCH,
    USUAL,
    Change,
    taken_out,
)
from tests.event_store_contract import VASE, appending

ANALYSE: Final = "VACUUM (ANALYZE) store.partition_head, store.command, store.event"
SCANS: Final = """
SELECT relname, seq_scan FROM pg_stat_xact_user_tables WHERE schemaname = 'store'
"""
# Nobody looks up a command before a usual batch: it is inserted, or known.
LOOKED_UP: Final[Mapping[str, set[str]]] = {
    ALONE: {"event", "command"},
    BATCH: {"event", "command"},
    USUAL: {"event"},
}
SETTING: Final[Sequence[Change]] = (("SET enable_seqscan TO 'off'", ""),)


def asked_for(connection: Connection, asks: int) -> None:
    event = ("shelf.thing_put_up", b"{}", None)
    parts = [StoredPart(a_shelf(), 0, [event]) for _ in range(asks)]
    ids = [uuid4() for _ in parts]
    append(
        connection,
        [
            StoredAsk(HERE, id_, "put_up", "agent:li", MONDAY, id_, b"", [part])
            for id_, part in zip(ids, parts, strict=True)
        ],
    )


def asked_as_usual(connection: Connection) -> None:
    batch = usual_asks([appending((a_shelf(), 0, [VASE])) for _ in range(3)])
    assert batch is not None
    columns = usual_columns(batch, ShelfMapper().encode)
    assert len(append_usual(connection, columns)) == 3


WAYS: Final[Mapping[str, Callable[[Connection], None]]] = {
    ALONE: lambda connection: asked_for(connection, 1),
    BATCH: lambda connection: asked_for(connection, 3),
    USUAL: asked_as_usual,
}


def scanned_while_empty_when_planned(place: Place, way: str) -> set[str]:
    """Have some appended in this way; return which tables were read whole."""
    place.owner.execute(ANALYSE)
    with psycopg.connect(place.urls.writer) as writer:
        # A session counts what it has not told yet, behind a pooler also another's.
        before: dict[str, int] = dict(writer.execute(SCANS).fetchall())
        for _ in range(3):
            WAYS[way](writer)
        after: dict[str, int] = dict(writer.execute(SCANS).fetchall())
        writer.rollback()
    return {name for name, scans in after.items() if scans > before.get(name, 0)}


@pytest.mark.parametrize("way", WAYS)
def test_no_table_is_read_whole(place: Place, way: str) -> None:
    assert scanned_while_empty_when_planned(place, way) == set()


@pytest.mark.parametrize("way", WAYS)
def test_control_without_the_setting_some_are(place: Place, way: str) -> None:
    with taken_out(place.owner, SETTING, of=way):
        assert scanned_while_empty_when_planned(place, way) >= LOOKED_UP[way]
