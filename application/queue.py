"""Who sees which matters: agents the queue, parties their own."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from msgspec.structs import replace

from application.access import Action, Actor, NotAllowed, NotFound, scope
from application.clock_view import ClockView, clock_view
from application.event_store.connections import Pool
from application.projections.clock_board import ClockQueries
from application.projections.log import Log, Range
from application.projections.matters import MatterQueries, MatterRow, Wanted
from application.projections.paging import Page
from application.projections.progress import ReadingProgress
from application.projections.read_models import read_model

# So many positions of each partition are looked through for changes at once.
CHANGED_MAX: Final = 200


class Queue:
    """Answers what is to be done, soonest due first."""

    def __init__(
        self,
        matters: MatterQueries,
        clocks: ClockQueries,
        progress: ReadingProgress,
        pool: Pool,
    ) -> None:
        self._matters = matters
        self._clocks = clocks
        self._progress = progress
        self._pool = pool

    def find(
        self,
        actor: Actor,
        action: Action,
        wanted: Wanted,
        *,
        limit: int,
        cursor: str | None,
    ) -> Page[MatterRow]:
        """Return a page of what fits all that is asked, of one's own only.

        Raises NotFound for somebody else's, NotAllowed, and BadCursor.
        """
        return self._matters.find(
            own(actor, action, wanted), limit=limit, cursor=cursor
        )

    def reached(self, actor: Actor) -> Mapping[int, int]:
        """Return how far the board has read the log; raises NotAllowed."""
        if not scope(actor, "queue.read").everything:
            raise NotAllowed(action="queue.read")
        return self._progress.reached(read_model("matter"))

    def changed(
        self, actor: Actor, seen: Mapping[int, int]
    ) -> tuple[Sequence[MatterRow], dict[int, int]]:
        """Return the matters that changed behind these positions, as they now stand.

        Also returns how far that goes: CHANGED_MAX positions of each partition at most.
        Raises NotAllowed.
        """
        reached = self.reached(actor)
        ranges = [
            Range(place, after, min(reached[place], after + CHANGED_MAX))
            for place in sorted(reached)
            if reached[place] > (after := seen.get(place, 0))
        ]
        if not ranges:
            return (), dict(seen)
        with self._pool.connection() as connection:
            entries = Log().read(ranges, connection)
        touched = dict.fromkeys(each.stream_id for each in entries)
        rows = [row for each in touched if (row := self._matters.one(each))]
        return rows, {**seen, **{each.partition: each.upto for each in ranges}}

    def clocks(self, row: MatterRow, at: datetime) -> tuple[ClockView, ...]:
        """Return the running clocks of a matter, as the matter itself would."""
        found = self._clocks.of([row.stream_id])[row.stream_id]
        owed = {"running", "paused"}
        return tuple(
            clock_view(each.timer, at) for each in found if each.timer.standing in owed
        )


def own(actor: Actor, action: Action, wanted: Wanted) -> Wanted:
    """Return what is asked, of one's own only; raises NotFound, NotAllowed."""
    reach = scope(actor, action)
    if reach.everything:
        return wanted
    if reach.empty:
        raise NotAllowed(action=action)
    if reach.consumers:
        return replace(wanted, consumers=tuple(sorted(reach.consumers)))
    for field in ("merchant", "creator", "carrier"):
        mine = getattr(reach, f"{field}s")
        if mine:
            (name,) = mine
            if getattr(wanted, field) not in {None, name}:
                raise NotFound
            return replace(wanted, **{field: name})
    raise NotAllowed(action=action)
