"""Hands out what an incident offers: money is set aside first, settled after.

A batch is named, its orders and their costs are written down, and only then is anybody
offered anything, each under a command id of its own. Killed anywhere, whoever comes
next finds the batch that is not settled, asks the same under the same ids, and settles
it: nobody is offered anything twice, and the count is exact. Two workers at once do the
same work twice, and write it once.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final, Protocol
from uuid import UUID, uuid5

import structlog
from msgspec import Struct

from application.event_store.batch import MovedOn
from application.event_store.envelope import Ask, CommandContext, Receipt
from application.event_store.store import (
    Busy,
    EventStore,
    KeyReused,
    StaleVersion,
    UnreadableEvent,
)
from application.incidents.incidents import Incidents, WhomItAffects, within_of
from application.incidents.offers import IncidentOffers
from application.incidents.terms import HandOut, LeftOut, Offer, Within
from application.orders import context_for
from application.projections.affected import AffectedOrder
from application.projections.incidents import IncidentRow
from application.sight import Sight
from domain.ids import partition_in
from domain.incident import (
    ExcludeOrders,
    Exclusion,
    ExclusionReason,
    Incident,
    IncidentCommand,
    Member,
    ReserveBudget,
    SettleBudget,
    batch_name,
    budget_left,
    next_orders,
)
from domain.kernel import Refused
from domain.party import SYSTEM

ACTOR: Final = "system:incidents"
BATCH_MAX: Final = 250
# So often a batch's asks that lost a race are prepared anew.
ROUNDS_MAX: Final = 5
MINUTE: Final = timedelta(minutes=1)
# So often it is looked who came to be affected since.
LATE_EVERY: Final = timedelta(minutes=5)

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


class Handed(Struct):
    """What became of the orders of a batch so far."""

    offered: list[str]
    left_out: dict[str, ExclusionReason]


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
        self._store, self._incidents = store, incidents
        self._offers, self._affected = offers, affected
        self._now = now
        self._looked: dict[str, datetime] = {}
        # Where the budget reached nobody any more, as of which version, and when.
        self._used_up: dict[UUID, tuple[int, datetime]] = {}

    def run(self, board: Board) -> int:
        """Hand out a batch of every incident that is being handed out; return how many.

        Raises StoreUnavailable.
        """
        begun = [
            row for row in board.live() if row.phase in {"piloting", "rolling_out"}
        ]
        return sum(self.join(row.number) + self.work(row.number) for row in begun)

    def join(self, number: str) -> int:
        """Let orders join that came to be affected since, every few minutes."""
        now = self._now()
        before = self._looked.get(number)
        if before is not None and abs(now - before) < LATE_EVERY:
            return 0
        self._looked[number] = now
        cause = uuid5(self._incidents.id_of(number), f"late/{now.isoformat()}")
        context = self._context(cause, HandOut(incident=number, order=number))
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
            return self._batch(number, stream_id)
        with self._turns.at(stream_id) as mine:
            return self._batch(number, stream_id) if mine else 0

    def _batch(self, number: str, stream_id: UUID) -> int:
        state, version = self._incidents.read(stream_id)
        if state.declared is None:
            return 0
        for name, orders in unsettled(state):
            return self._settle(stream_id, state, name, orders, {})
        if state.status not in {"piloting", "rolling_out"}:
            return 0
        if self._waits_for_budget(stream_id, version):
            return 0
        members = next_orders(state, room(state, self._now(), self._batch_max))
        if not members:
            return 0
        found = self._prepared(stream_id, state, [each.order for each in members])
        name = batch_name(number, 1 + sum(1 for _ in state.batches.items()))
        reserved, excluded = self._reserve(stream_id, state, name, members, found)
        if not reserved:
            if not excluded:
                self._used_up[stream_id] = version, self._now()
            return excluded
        ready = {each.order: found[each.order] for each in reserved}
        return excluded + self._settle(stream_id, state, name, reserved, ready)

    def _waits_for_budget(self, stream_id: UUID, version: int) -> bool:
        """Whether the budget just reached nobody, and nothing was said since.

        Pricing everybody who waits anew, each round, would keep a worker busy for
        nothing; that somebody's plan became cheaper is soon enough seen in a minute.
        """
        known, asked_at = self._used_up.get(stream_id, (None, self._now()))
        return known == version and abs(self._now() - asked_at) < MINUTE

    # -- Money first --

    def _reserve(
        self,
        stream_id: UUID,
        state: Incident,
        name: str,
        members: Sequence[Member],
        found: Mapping[str, Offer | LeftOut],
    ) -> tuple[Sequence[Member], int]:
        """Set aside what a batch may cost; return its orders, and how many are out.

        What the budget does not reach any more goes on waiting.
        """
        out = tuple(
            Exclusion(order=order, reason=seen.why)
            for order, seen in found.items()
            if isinstance(seen, LeftOut)
        )
        priced = [
            Member(
                order=each.order,
                segment=seen.costs.segment.name,
                cost_fen=seen.costs.fen,
            )
            for each in members
            if isinstance(seen := found[each.order], Offer)
        ]
        batch = tuple(affordable(priced, budget_left(state)))
        commands: list[IncidentCommand] = []
        if out:
            commands.append(ExcludeOrders(by=SYSTEM, orders=out))
        if batch:
            commands.append(ReserveBudget(by=SYSTEM, batch=name, orders=batch))
        if not commands:
            log.info("budget_used_up", batch=name, left_fen=budget_left(state))
            return (), 0
        named = sha256(repr((out, batch)).encode()).hexdigest()
        if not self._tell(stream_id, state, f"reserve/{name}/{named}", commands):
            return (), 0
        return batch, len(out)

    def _tell(
        self,
        stream_id: UUID,
        state: Incident,
        cause: str,
        commands: Sequence[IncidentCommand],
    ) -> bool:
        """Give an incident commands; say whether they were taken.

        Somebody else may have been first, or it was paused meanwhile.
        """
        parts = tuple(self._incidents.part(stream_id, state, each) for each in commands)
        context = self._context(uuid5(stream_id, cause), commands[-1])
        (answer,) = self._incidents.handle([Ask(context, parts)])
        if isinstance(answer, Receipt):
            return True
        if isinstance(answer, Refused):
            log.info("incident_moved_on", cause=cause, why=answer.code)
            return False
        raise answer

    # -- Then the orders --

    def _settle(
        self,
        stream_id: UUID,
        state: Incident,
        name: str,
        orders: Sequence[Member],
        ready: Mapping[str, Offer | LeftOut],
    ) -> int:
        """Offer each order of a batch its plan, and say what became of it."""
        handed = Handed([], {})
        for order in self._done(stream_id, orders):
            handed.offered.append(order)
        waiting = {
            each.order: each for each in orders if each.order not in handed.offered
        }
        for _ in range(ROUNDS_MAX):
            if not waiting:
                break
            if state.ended is not None:
                handed.left_out |= dict.fromkeys(waiting, "by_hand")
                break
            if ready.keys() < waiting.keys():
                ready = self._prepared(stream_id, state, list(waiting))
            self._ask(waiting, ready, handed)
            gone = {*handed.offered, *handed.left_out}
            waiting = {name: waiting[name] for name in waiting if name not in gone}
            ready = {}
        handed.left_out |= dict.fromkeys(waiting, "has_a_plan")
        # What somebody else offered meanwhile looked as if it had a plan already.
        left = [each for each in orders if each.order in handed.left_out]
        handed.offered += self._done(stream_id, left)
        return self._told(stream_id, state, name, orders, handed)

    def _told(
        self,
        stream_id: UUID,
        state: Incident,
        name: str,
        orders: Sequence[Member],
        handed: Handed,
    ) -> int:
        offered, out = set(handed.offered), handed.left_out
        settle = SettleBudget(
            by=SYSTEM,
            batch=name,
            offered=tuple(each.order for each in orders if each.order in offered),
            left_out=tuple(
                Exclusion(order=each.order, reason=out[each.order])
                for each in orders
                if each.order not in offered
            ),
        )
        told = self._tell(stream_id, state, f"settle/{name}", [settle])
        return len(orders) if told else 0

    def _ask(
        self,
        waiting: Mapping[str, Member],
        ready: Mapping[str, Offer | LeftOut],
        handed: Handed,
    ) -> None:
        """Hand in all asks that are ready; what lost a race is asked once more."""
        asks: dict[str, Ask] = {}
        for order, member in waiting.items():
            seen = ready[order]
            if isinstance(seen, LeftOut):
                handed.left_out[order] = seen.why
            elif seen.costs.fen > member.cost_fen:
                handed.left_out[order] = "beyond_cap"
            else:
                asks[order] = seen.ask
        answers = self._incidents.handle(list(asks.values()))
        for order, answer in zip(asks, answers, strict=True):
            if isinstance(answer, Receipt):
                handed.offered.append(order)
            elif isinstance(answer, MovedOn | StaleVersion | Busy):
                continue
            elif isinstance(answer, UnreadableEvent):
                handed.left_out[order] = "unreadable"
            elif isinstance(answer, Refused) and not isinstance(answer, KeyReused):
                log.warning("not_offered", order=order, why=answer.code)
                handed.left_out[order] = "has_a_plan"
            else:
                raise answer

    def _done(self, stream_id: UUID, orders: Sequence[Member]) -> Iterator[str]:
        """Yield those that were offered it before, whatever has become of it since."""
        names = {
            (partition_in(UUID(each.order)), offer_id(stream_id, each.order)): each
            for each in orders
        }
        seen = self._store.load([], list(names)).seen
        for name, member in names.items():
            if name in seen:
                yield member.order

    def _prepared(
        self, stream_id: UUID, state: Incident, orders: Sequence[str]
    ) -> Mapping[str, Offer | LeftOut]:
        """Return each order's ask, or why there is none, on what was read at once."""
        ids = [UUID(order) for order in orders]
        known, sights = self._affected.of_orders(ids), self._offers.read(ids)
        within = within_of(state)
        return {
            str(order_id): self._one(stream_id, within, known.get(order_id), sight)
            for order_id, sight in sights.items()
        }

    def _one(
        self,
        stream_id: UUID,
        within: Within,
        known: AffectedOrder | None,
        sight: Sight,
    ) -> Offer | LeftOut:
        if known is None:
            return LeftOut("unreadable")
        order = str(known.order_id)
        said = HandOut(incident=within.number, order=order)
        context = self._context(offer_id(stream_id, order), said, stream_id)
        try:
            return self._offers.prepare(known, within, sight, context)
        except LeftOut as left_out:
            return left_out

    def _context(
        self, cause: UUID, said: Struct, correlation_id: UUID | None = None
    ) -> CommandContext:
        return context_for(
            cause,
            said,
            actor=ACTOR,
            asked_at=self._now(),
            correlation_id=correlation_id,
        )


def offer_id(stream_id: UUID, order: str) -> UUID:
    """Return the command id by which an incident offers an order something, once."""
    return uuid5(stream_id, f"offer/{order}")


def unsettled(state: Incident) -> Iterator[tuple[str, Sequence[Member]]]:
    """Yield batches that money was set aside for and that nobody settled, in order."""
    left = {
        name: batch.orders
        for name, batch in state.batches.items()
        if batch.settled is None
    }
    yield from sorted(left.items())


def room(state: Incident, now: datetime, most: int) -> int:
    """Return how many orders may be handed something now, in one batch."""
    if state.status == "piloting":
        return min(most, state.pilot.orders - state.pilot.tried)
    rate = state.orders_per_minute or 0
    lately = sum(
        len(batch.settled.offered)
        for _, batch in state.batches.items()
        if batch.settled is not None and now - MINUTE < batch.settled.at <= now
    )
    return max(0, min(most, rate - lately))


def affordable(members: Sequence[Member], fen: int) -> Iterator[Member]:
    """Yield orders as long as the money reaches."""
    for member in members:
        fen -= member.cost_fen
        if fen < 0:
            return
        yield member
