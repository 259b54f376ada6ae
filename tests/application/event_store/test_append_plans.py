"""A plan made while the tables were empty never scans them: they do not stay empty.

Every statement of the append is planned once in a session, and a session lasts. Of
tables that were analysed when they were empty the planner believes that nothing is
quicker than to read them whole.
"""

from collections.abc import Sequence
from typing import Final
from uuid import uuid4

import psycopg
import pytest

from application.event_store.asks import StoredAsk, StoredPart, append
from tests.application.event_store.place import HERE, Place
from tests.application.event_store.shelf import MONDAY, a_shelf
from tests.application.event_store.taken_out import ALONE, BATCH, Change, taken_out

ANALYSE: Final = "VACUUM (ANALYZE) store.partition_head, store.command, store.event"
SCANS: Final = """
SELECT relname, seq_scan FROM pg_stat_xact_user_tables WHERE schemaname = 'store'
"""
SETTING: Final[Sequence[Change]] = (("SET enable_seqscan TO 'off'", ""),)


def scanned_while_empty_when_planned(place: Place, asks: int) -> set[str]:
    """Have batches of so many asks appended; return which tables were read whole."""
    event = ("shelf.thing_put_up", b"{}", None)
    place.owner.execute(ANALYSE)
    with psycopg.connect(place.urls.writer) as writer:
        # A session counts what it has not told yet, behind a pooler also another's.
        before: dict[str, int] = dict(writer.execute(SCANS).fetchall())
        for _ in range(3):
            parts = [StoredPart(a_shelf(), 0, [event]) for _ in range(asks)]
            ids = [uuid4() for _ in parts]
            append(
                writer,
                [
                    StoredAsk(HERE, id_, "put_up", "agent:li", MONDAY, id_, b"", [part])
                    for id_, part in zip(ids, parts, strict=True)
                ],
            )
        after: dict[str, int] = dict(writer.execute(SCANS).fetchall())
        writer.rollback()
    return {name for name, scans in after.items() if scans > before.get(name, 0)}


@pytest.mark.parametrize("asks", [1, 3])
def test_no_table_is_read_whole(place: Place, asks: int) -> None:
    assert scanned_while_empty_when_planned(place, asks) == set()


@pytest.mark.parametrize(("asks", "function"), [(1, ALONE), (3, BATCH)])
def test_control_without_the_setting_some_are(
    place: Place, asks: int, function: str
) -> None:
    with taken_out(place.owner, SETTING, of=function):
        assert scanned_while_empty_when_planned(place, asks) >= {"event", "command"}
