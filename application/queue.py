"""Who sees which matters: agents the queue, parties their own."""

from datetime import datetime

from msgspec.structs import replace

from application.access import Action, Actor, NotAllowed, NotFound, scope
from application.clock_view import ClockView, clock_view
from application.projections.clock_board import ClockQueries
from application.projections.matters import MatterQueries, MatterRow, Wanted
from application.projections.paging import Page


class Queue:
    """Answers what is to be done, soonest due first."""

    def __init__(self, matters: MatterQueries, clocks: ClockQueries) -> None:
        self._matters = matters
        self._clocks = clocks

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
