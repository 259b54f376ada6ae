"""A batch of orders: money first, then each its offer, then what came of it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Final, NamedTuple
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
from application.incidents.incidents import Incidents, WhomItAffects
from application.incidents.offers import IncidentOffers
from application.incidents.terms import HandOut, LeftOut, Offer, Within, within_of
from application.orders import context_for
from application.processes.hand_out.choosing import affordable
from application.projections.affected import AffectedOrder
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
)
from domain.kernel import Refused
from domain.party import SYSTEM

ACTOR: Final = "system:incidents"
BATCH_MAX: Final = 250
# So often a batch's asks that lost a race are prepared anew.
ROUNDS_MAX: Final = 5

log = structlog.get_logger(__name__)


class Reserved(NamedTuple):
    """A batch that money is set aside for, and the offers that are ready."""

    name: str
    orders: Sequence[Member]
    ready: Mapping[str, Offer | LeftOut]


class Handed(Struct):
    """What became of the orders of a batch so far."""

    offered: list[str]
    left_out: dict[str, ExclusionReason]


class Batches:
    """Sets aside, offers and settles, one batch after the other."""

    def __init__(
        self,
        store: EventStore,
        incidents: Incidents,
        offers: IncidentOffers,
        affected: WhomItAffects,
        now: Callable[[], datetime],
    ) -> None:
        self._store, self._incidents = store, incidents
        self._offers, self._affected = offers, affected
        self._now = now

    # -- Money first --

    def reserve(
        self, stream_id: UUID, state: Incident, members: Sequence[Member]
    ) -> tuple[Reserved | None, int]:
        """Set aside what orders may cost; return the batch, and how many are left out.

        What the budget does not reach any more goes on waiting.
        """
        assert state.declared is not None, "only what was declared is handed out"
        found = self._prepared(stream_id, state, [each.order for each in members])
        number = 1 + sum(1 for _ in state.batches.items())
        name = batch_name(state.declared.number, number)
        out = tuple(
            Exclusion(order=order, reason=seen.why)
            for order, seen in found.items()
            if isinstance(seen, LeftOut)
        )
        batch = tuple(affordable(priced(members, found), budget_left(state)))
        commands: list[IncidentCommand] = []
        if out:
            commands.append(ExcludeOrders(by=SYSTEM, orders=out))
        if batch:
            commands.append(ReserveBudget(by=SYSTEM, batch=name, orders=batch))
        if not commands:
            log.info("budget_used_up", batch=name, left_fen=budget_left(state))
            return None, 0
        named = sha256(repr((out, batch)).encode()).hexdigest()
        if not self._tell(stream_id, f"reserve/{name}/{named}", commands):
            return None, 0
        return (Reserved(name, batch, found) if batch else None), len(out)

    def _tell(
        self, stream_id: UUID, cause: str, commands: Sequence[IncidentCommand]
    ) -> bool:
        """Give an incident commands; say whether they were taken.

        Somebody else may have been first, or it was paused meanwhile.
        """
        context = asked(uuid5(stream_id, cause), commands[-1], self._now())
        try:
            self._incidents.tell(stream_id, commands, context)
        except Refused as refused:
            log.info("incident_moved_on", cause=cause, why=refused.code)
            return False
        return True

    # -- Then the orders --

    def settle(self, stream_id: UUID, batch: Reserved) -> int:
        """Offer each order of a batch its plan, and say what became of it.

        Return of how many orders.
        """
        state = self._incidents.known(stream_id)
        orders, ready = batch.orders, batch.ready
        handed = Handed(list(self._done(stream_id, orders)), {})
        gone = set(handed.offered)
        waiting = {each.order: each for each in orders if each.order not in gone}
        for _ in range(ROUNDS_MAX):
            if not waiting:
                break
            if state.ended is not None:
                handed.left_out |= dict.fromkeys(waiting, "by_hand")
                break
            if not ready.keys() >= waiting.keys():
                ready = self._prepared(stream_id, state, list(waiting))
            self._ask(waiting, ready, handed)
            gone = {*handed.offered, *handed.left_out}
            waiting = {name: waiting[name] for name in waiting if name not in gone}
            ready = {}
        handed.left_out |= dict.fromkeys(waiting, "has_a_plan")
        # What somebody else offered meanwhile looked as if it had a plan already.
        left = [each for each in orders if each.order in handed.left_out]
        handed.offered += self._done(stream_id, left) if left else ()
        return self._told(stream_id, batch, handed)

    def _told(self, stream_id: UUID, batch: Reserved, handed: Handed) -> int:
        orders, offered, out = batch.orders, set(handed.offered), handed.left_out
        settle = SettleBudget(
            by=SYSTEM,
            batch=batch.name,
            offered=tuple(each.order for each in orders if each.order in offered),
            left_out=tuple(
                Exclusion(order=each.order, reason=out[each.order])
                for each in orders
                if each.order not in offered
            ),
        )
        told = self._tell(stream_id, f"settle/{batch.name}", [settle])
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
        context = asked(offer_id(stream_id, order), said, self._now(), stream_id)
        try:
            return self._offers.prepare(known, within, sight, context)
        except LeftOut as left_out:
            return left_out


def priced(
    members: Sequence[Member], found: Mapping[str, Offer | LeftOut]
) -> Iterator[Member]:
    """Yield the orders that there is an offer for, each with what it may cost."""
    for each in members:
        seen = found[each.order]
        if isinstance(seen, Offer):
            yield Member(
                order=each.order,
                segment=seen.costs.segment.name,
                cost_fen=seen.costs.fen,
            )


def asked(
    cause: UUID, said: Struct, at: datetime, correlation_id: UUID | None = None
) -> CommandContext:
    """Return the context of what this process asks, under the name of its cause."""
    return context_for(
        cause, said, actor=ACTOR, asked_at=at, correlation_id=correlation_id
    )


def offer_id(stream_id: UUID, order: str) -> UUID:
    """Return the command id by which an incident offers an order something, once."""
    return uuid5(stream_id, f"offer/{order}")
