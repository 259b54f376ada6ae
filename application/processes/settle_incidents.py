"""What an incident's offers came to: what they cost is recorded, or they are withdrawn.

An order's resolution says what was really paid; the rest of what was set aside for it
is free again. Where an incident was rolled back, what nobody took is taken back.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import reduce
from hashlib import sha256
from itertools import islice
from typing import Final, Protocol
from uuid import UUID, uuid5

import structlog

from application.event_store.envelope import Ask, Receipt
from application.event_store.rows.history import events_of
from application.event_store.store import EventStore
from application.incidents.incidents import Incidents
from application.orders import context_for
from application.projections.incidents import Ended, IncidentRow, Offered
from application.resolutions.resolutions import Resolutions
from domain.incident import ORDERS_MAX, Incident, Member, RecordSpent
from domain.kernel import Refused
from domain.party import SYSTEM
from domain.resolution import (
    RESOLUTION,
    DismissResolution,
    RejectPlans,
    Resolution,
    ResolutionCommand,
)
from domain.resolution.state import Execution
from domain.resolution.turns import STOPPED, goes_on

ACTOR: Final = "system:incidents"
# What ended may go on costing for a while, such as what is owed anyway.
LOOK_AGAIN: Final = timedelta(minutes=1)
# All offers there are cannot be counted in every round of a worker.
LOOK_EVERY: Final = timedelta(seconds=1)
WITHDRAWN_MAX: Final = 200
# Nobody took it, and nobody said no to it.
UNTAKEN: Final = frozenset({"detected", "offered"})
# Then nothing more is paid but what is begun.
SETTLED: Final = frozenset({"confirming", "rejected"})

log = structlog.get_logger(__name__)


class OfferBoard(Protocol):
    """Which incidents are not over, and what became of incidents' offers."""

    def live(self, limit: int = 1000) -> Sequence[IncidentRow]:
        """Return those that are not over, as far as is known there."""
        ...

    def ended(self) -> Sequence[Ended]:
        """Return how many offers of each incident have ended."""
        ...

    def offers(self, incident: str, *, ended: bool = False) -> Sequence[Offered]:
        """Return what became of an incident's offers; only of those that ended."""
        ...

    def to_withdraw(self, limit: int) -> Sequence[Offered]:
        """Return offers nobody took, of incidents that were rolled back."""
        ...


class IncidentCosts:
    """Records what orders really cost. ``now`` is when we ask."""

    def __init__(
        self,
        store: EventStore,
        incidents: Incidents,
        board: OfferBoard,
        now: Callable[[], datetime],
    ) -> None:
        self._store, self._incidents = store, incidents
        self._board, self._now = board, now
        self._looked: dict[str, tuple[Ended, datetime]] = {}
        self._last: datetime | None = None

    def run(self) -> int:
        """Record what is known by now; return of how many orders. StoreUnavailable."""
        now = self._now()
        if self._last is not None and abs(now - self._last) < LOOK_EVERY:
            return 0
        self._last = now
        return sum(self._record(each) for each in self._board.ended() if each.orders)

    def _record(self, ended: Ended) -> int:
        now = self._now()
        before = self._looked.get(ended.incident)
        if before and before[0] == ended and abs(now - before[1]) < LOOK_AGAIN:
            return 0
        spent = tuple(islice(self._spent(ended.incident), ORDERS_MAX))
        if len(spent) < ORDERS_MAX:
            self._looked[ended.incident] = ended, now
        return self._tell(ended.incident, spent) if spent else 0

    def _spent(self, number: str) -> Iterator[Member]:
        """Yield what orders cost of which it is known, and not yet recorded."""
        state, _ = self._incidents.read(self._incidents.id_of(number))
        waiting = [
            each
            for each in self._board.offers(number, ended=True)
            if has_offer(state, str(each.order_id))
        ]
        for first in range(0, len(waiting), ORDERS_MAX):
            some = waiting[first : first + ORDERS_MAX]
            loaded = self._store.load([each.stream_id for each in some])
            for each in some:
                if each.stream_id in loaded.unreadable:
                    continue
                events = events_of(loaded.histories[each.stream_id])
                found = reduce(RESOLUTION.evolve, events, RESOLUTION.initial)
                if cost_known(found):
                    yield cost(state, str(each.order_id), found)

    def _tell(self, number: str, spent: tuple[Member, ...]) -> int:
        """Record it; whoever else did so first, did it as well."""
        stream_id = self._incidents.id_of(number)
        state, _ = self._incidents.read(stream_id)
        named = sha256(" ".join(each.order for each in spent).encode()).hexdigest()
        command = RecordSpent(by=SYSTEM, chunk=f"spent-{named[:40]}", spent=spent)
        context = context_for(
            uuid5(stream_id, command.chunk), command, actor=ACTOR, asked_at=self._now()
        )
        part = self._incidents.part(stream_id, state, command)
        (answer,) = self._incidents.handle([Ask(context, (part,))])
        if isinstance(answer, Receipt):
            return len(spent)
        if isinstance(answer, Refused):
            log.warning("spending_not_recorded", incident=number, why=answer.code)
            return 0
        raise answer


def has_offer(state: Incident, order: str) -> bool:
    """Whether an order has its offer, and what it cost is not recorded."""
    known = state.standings.get(order)
    return known is not None and known.how == "offered"


def cost_known(resolution: Resolution) -> bool:
    """Whether nothing more is paid: it has ended, and all that was begun is done."""
    return (resolution.over or resolution.status in SETTLED) and all(
        paid_out(resolution, each) for each in resolution.executions.values()
    )


def paid_out(resolution: Resolution, execution: Execution) -> bool:
    """Whether nothing more becomes of a plan: it is done, or is not carried on."""
    if resolution.status in STOPPED or not goes_on(resolution, execution):
        return not any(step.standing == "started" for step in execution.steps.values())
    return execution.done


def cost(state: Incident, order: str, resolution: Resolution) -> Member:
    """Return what an order really cost, also beyond what was set aside for it."""
    known = state.standings.get(order)
    assert known is not None, "asked for above"
    if resolution.paid_fen > known.fen:
        log.warning("cost_more_than_set_aside", order=order, fen=resolution.paid_fen)
    return Member(
        order=order, segment=known.member.segment, cost_fen=resolution.paid_fen
    )


class Withdrawals:
    """Takes back, of incidents that were rolled back, what nobody took.

    The board may be behind, or an incident's stream parked there: what it shows as
    still going on is asked of its own stream now and then.
    """

    def __init__(
        self,
        resolutions: Resolutions,
        incidents: Incidents,
        board: OfferBoard,
        now: Callable[[], datetime],
    ) -> None:
        self._resolutions, self._incidents = resolutions, incidents
        self._board, self._now = board, now
        self._tried: dict[UUID, datetime] = {}
        self._looked: datetime | None = None

    def run(self) -> int:
        """Withdraw some; return how many. Raises StoreUnavailable."""
        now = self._now()
        due = [
            each
            for each in (*self._board.to_withdraw(WITHDRAWN_MAX), *self._unseen(now))
            if not self._tried_lately(each.stream_id, now)
        ]
        for each in due:
            self._tried[each.stream_id] = now
            self._withdraw(each.stream_id)
        return len(due)

    def _unseen(self, now: datetime) -> Iterator[Offered]:
        """Yield offers nobody took of incidents not known to be rolled back there."""
        if self._looked is not None and abs(now - self._looked) < LOOK_AGAIN:
            return
        self._looked = now
        for row in self._board.live():
            state, _ = self._incidents.read(self._incidents.id_of(row.number))
            if state.ended == "rolled_back":
                offers = self._board.offers(row.number)
                yield from (each for each in offers if each.standing in UNTAKEN)

    def _tried_lately(self, stream_id: UUID, now: datetime) -> bool:
        """Whether it was tried already: the board may not show it yet."""
        tried = self._tried.get(stream_id)
        return tried is not None and abs(now - tried) < LOOK_AGAIN

    def _withdraw(self, stream_id: UUID) -> None:
        """Send the proposal back; let it be where the incident was all there was."""
        self._ask(stream_id, RejectPlans(by=SYSTEM, reason="incident_rolled_back"))
        state, _ = self._resolutions.find(stream_id)
        if nothing_else(state):
            self._ask(stream_id, DismissResolution(by=SYSTEM, reason="not_so"))

    def _ask(self, stream_id: UUID, step: ResolutionCommand) -> None:
        cause = uuid5(stream_id, f"rolled back/{type(step).__name__}")
        context = context_for(cause, step, actor=ACTOR, asked_at=self._now())
        try:
            self._resolutions.take(stream_id, step, context)
        except Refused as refused:
            log.info("not_withdrawn", resolution=str(stream_id), why=refused.code)


def nothing_else(resolution: Resolution) -> bool:
    """Whether it is about an incident alone, and nothing is owed that is not done."""
    alone = all(each.incident for each in resolution.shortfalls.values())
    return alone and not resolution.owing
