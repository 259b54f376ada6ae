"""Which incidents are handed out now, and how much of each."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Final, Protocol
from uuid import UUID, uuid5

import structlog

from application.event_store.store import EventStore
from application.incidents.incidents import Incidents, WhomItAffects
from application.incidents.offers import IncidentOffers
from application.incidents.terms import HandOut
from application.processes.hand_out.batches import BATCH_MAX, Batches, Reserved, asked
from application.processes.hand_out.choosing import room, unsettled
from application.projections.incidents import IncidentRow
from domain.incident import Incident, next_orders
from domain.kernel import Refused

MINUTE: Final = timedelta(minutes=1)
# So often it is looked who came to be affected since.
LATE_EVERY: Final = timedelta(minutes=5)
# So often it is looked whether one is handed out that the board does not show so.
LOOK_EVERY: Final = timedelta(seconds=5)

log = structlog.get_logger(__name__)


class Board(Protocol):
    """Which incidents are not over."""

    def live(self, limit: int = 1000) -> Sequence[IncidentRow]:
        """Return those that are not over."""
        ...


class TakesTurns(Protocol):
    """Who sees to it that one worker at a time hands out an incident."""

    def at(self, stream_id: UUID) -> AbstractContextManager[bool]:
        """Lend the turn at a stream; False while it is somebody else's."""
        ...


class HandOuts:
    """Hands out incident by incident, batch by batch. ``now`` is when we ask."""

    def __init__(  # noqa: PLR0913, PLR0917 - one for each thing it asks
        self,
        store: EventStore,
        incidents: Incidents,
        offers: IncidentOffers,
        affected: WhomItAffects,
        now: Callable[[], datetime],
        turns: TakesTurns | None = None,
        batch_max: int = BATCH_MAX,
    ) -> None:
        self._turns, self._batch_max = turns, batch_max
        self._incidents, self._now = incidents, now
        self._batches = Batches(store, incidents, offers, affected, now)
        self._looked: dict[str, datetime] = {}
        self._joined: dict[str, datetime] = {}
        # Where the budget reached nobody any more, as of which version, and when.
        self._used_up: dict[UUID, tuple[int, datetime]] = {}

    def run(self, board: Board) -> int:
        """Hand out a batch of every incident that is being handed out; return how many.

        One that the board does not show so is looked at now and then all the same: the
        board may be behind, or its stream parked. Raises StoreUnavailable.
        """
        return sum(
            self.join(row.number) + self.work(row.number)
            for row in board.live()
            if row.phase in {"piloting", "rolling_out"}
            or due(self._looked, row.number, self._now(), LOOK_EVERY)
        )

    def join(self, number: str) -> int:
        """Let orders join that came to be affected since, every few minutes."""
        now = self._now()
        if not due(self._joined, number, now, LATE_EVERY):
            return 0
        stream_id = self._incidents.id_of(number)
        state, _ = self._incidents.read(stream_id)
        if state.phase == "preparing" or state.ended is not None:
            return 0
        cause = uuid5(stream_id, f"late/{now.isoformat()}")
        context = asked(cause, HandOut(incident=number, order=number), now)
        try:
            return self._incidents.join_late(number, context)
        except Refused as refused:
            log.info("nobody_joins", incident=number, why=refused.code)
            return 0

    def work(self, number: str) -> int:
        """Hand out one batch; return how many orders it was settled for.

        0 where there is nothing to hand out now: nobody waits, the budget or the rate
        is used up, or somebody else is doing it. Raises StoreUnavailable.
        """
        stream_id = self._incidents.id_of(number)
        if self._turns is None:
            return self._batch(stream_id)
        with self._turns.at(stream_id) as mine:
            return self._batch(stream_id) if mine else 0

    def _batch(self, stream_id: UUID) -> int:
        state, version = self._incidents.read(stream_id)
        if state.declared is None:
            return 0
        for name, orders in unsettled(state):
            return self._batches.settle(stream_id, Reserved(name, orders, {}))
        if state.status not in {"piloting", "rolling_out"}:
            return 0
        if self._waits_for_budget(stream_id, version):
            return 0
        return self._next(stream_id, state, version)

    def _next(self, stream_id: UUID, state: Incident, version: int) -> int:
        """Set aside what the next orders may cost, and offer them their plans."""
        members = next_orders(state, room(state, self._now(), self._batch_max))
        if not members:
            return 0
        batch, excluded = self._batches.reserve(stream_id, state, members)
        if batch is None:
            if not excluded:
                self._used_up[stream_id] = version, self._now()
            return excluded
        return excluded + self._batches.settle(stream_id, batch)

    def _waits_for_budget(self, stream_id: UUID, version: int) -> bool:
        """Whether the budget just reached nobody, and nothing was said since.

        Pricing everybody who waits anew, each round, would keep a worker busy for
        nothing; that somebody's plan became cheaper is soon enough seen in a minute.
        """
        known, asked_at = self._used_up.get(stream_id, (None, self._now()))
        return known == version and abs(self._now() - asked_at) < MINUTE


def due(times: dict[str, datetime], name: str, now: datetime, every: timedelta) -> bool:
    """Whether it is time again, which is noted; a clock set back counts likewise."""
    before = times.get(name)
    if before is not None and abs(now - before) < every:
        return False
    times[name] = now
    return True
