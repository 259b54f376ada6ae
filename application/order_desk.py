"""Where orders are asked from outside: who may, of which order, in whose name."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import reduce
from typing import Final
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from application.access import (
    AccessRole,
    Action,
    Actor,
    NotFound,
    Owners,
    authorize,
    scope,
)
from application.audit.state import kind_of
from application.event_store.envelope import CommandContext, Receipt
from application.event_store.rows.history import events_of
from application.event_store.store import EventStore, StoreUnavailable
from application.orders import OrderDecider, Orders
from application.sold import Sold
from domain.ids import partition_in
from domain.kernel import Refused
from domain.order import (
    ORDER,
    CancelledBy,
    CancelOrder,
    IdentifyOrder,
    Order,
    OrderCommand,
    OrderEvent,
    OrderPlaced,
    PlaceOrder,
)
from domain.promise import PromiseTerms

# In whose name each role may cancel.
CANCELS_FOR: Final[Mapping[AccessRole, frozenset[CancelledBy]]] = {
    "consumer": frozenset({"consumer"}),
    "merchant": frozenset({"merchant"}),
    "agent": frozenset({"consumer", "merchant", "platform"}),
    "senior_agent": frozenset({"consumer", "merchant", "platform"}),
}

# What the tags of an order's events begin with: an id of another noun is no order.
KIND: Final = "order"

SELLERS: Final = frozenset({"creator", "room_seller"})


class ConsumerUnknown(Refused):
    """Whose order this is has not been reported yet; words about it wait for that."""


class NotInYourName(Refused):
    """You can cancel only in your own name."""


class KnownOrder(Struct, frozen=True):
    """An order as it stands, and how many events say so."""

    order_id: UUID
    version: int
    order: Order

    @property
    def consumer(self) -> str:
        """Whose order it is; raises ConsumerUnknown."""
        if self.order.identity is None:
            raise ConsumerUnknown
        return self.order.identity.consumer


class AboutOrder(Struct, frozen=True, kw_only=True):
    """What hangs on an order needs to know of it: whose it is, and its source."""

    owners: Owners = Owners()
    source: str | None = None


def owners_of_placement(placed: OrderPlaced | PlaceOrder | None) -> Owners:
    """Return whose an order is: its consumer, its merchants, those who sold it."""
    if placed is None:
        return Owners()
    return Owners(
        consumer=placed.consumer,
        merchants=merchants_of(placed),
        creators=frozenset(
            participant.party
            for participant in placed.participants
            if not SELLERS.isdisjoint(participant.roles)
        ),
        lead=lead_of(placed),
    )


def merchants_of(placed: OrderPlaced | PlaceOrder) -> frozenset[str]:
    """Return every merchant that an order names."""
    named = {placed.merchant, *(line.merchant for line in placed.lines)}
    named |= {each.party for each in placed.participants if "merchant" in each.roles}
    return frozenset(filter(None, named))


def lead_of(placed: OrderPlaced | PlaceOrder | None) -> str | None:
    """Return the merchant whose an order is as a whole: the one named, or the only."""
    if placed is None:
        return None
    if placed.merchant is not None:
        return placed.merchant
    named = merchants_of(placed)
    return next(iter(named)) if len(named) == 1 else None


def owners_of(order: Order) -> Owners:
    """Return whose an order is, also while nobody has told its placement."""
    if order.placement is None and order.identity is not None:
        return Owners(consumer=order.identity.consumer)
    owners = owners_of_placement(order.placement)
    carried = {
        name: each.carrier for name, each in order.parcels.items() if each.carrier
    }
    return replace(owners, sold=sold_by(order, owners), carried=carried)


def sold_by(order: Order, owners: Owners) -> Sold | None:
    """Return who sold which line, of an order of several merchants.

    Lines that name their merchant come first: what is about several is charged to the
    first of these.
    """
    first = sorted(order.lines, key=lambda each: each.merchant is None)
    named = ((each.line, each.merchant or owners.lead) for each in first)
    lines = tuple((line, who) for line, who in named if who is not None)
    if len({who for _, who in lines}) < 2:  # noqa: PLR2004 - the one has it all
        return None
    return Sold(
        lines=lines,
        parcels=tuple(
            (name, tuple(each.line for each in parcel.contents))
            for name, parcel in order.parcels.items()
            if parcel.contents
        ),
    )


class OrderDesk:
    """Takes what people and feeds ask of orders, having asked whether they may."""

    def __init__(self, store: EventStore, orders: Orders) -> None:
        self._store = store
        self._orders = orders

    def find(self, actor: Actor, action: Action, order_id: UUID) -> KnownOrder:
        """Return the order, if there is one and the actor may do this with it.

        Raises NotFound and NotAllowed, StoreUnavailable, and UnreadableEvent to those
        whose order it is by what can be read of it.
        """
        if partition_in(order_id) >= self._store.partitions:
            raise NotFound
        loaded = self._store.load([order_id])
        unreadable = loaded.unreadable.get(order_id)
        whole = loaded.histories[order_id]
        events: list[OrderEvent] = events_of(whole)
        if kind_of([*events, *filter(None, [unreadable])]) != KIND:
            raise NotFound
        if unreadable is not None:
            there = [each for each in whole if each.version < unreadable.version]
            events = events_of(there)
        order = reduce(ORDER.evolve, events, ORDER.initial)
        if not order.known and unreadable is None:
            raise NotFound
        authorize(actor, action, owners_of(order))
        if unreadable is not None:
            raise unreadable.error()
        return KnownOrder(order_id, len(events), order)

    def about(self, order_id: UUID) -> AboutOrder:
        """Return whose an order is and where it comes from, as far as anybody said."""
        if partition_in(order_id) >= self._store.partitions:
            return AboutOrder()
        history = self._store.load([order_id]).histories[order_id]
        if kind_of(history) != KIND:
            return AboutOrder()
        events: list[OrderEvent] = events_of(history)
        order = reduce(ORDER.evolve, events, ORDER.initial)
        return AboutOrder(owners=owners_of(order), source=order.source)

    def place(
        self,
        actor: Actor,
        command: PlaceOrder | IdentifyOrder,
        context: CommandContext,
    ) -> Receipt:
        """Return where an order placed or named then stands.

        Raises as ``authorize`` and CommandHandler do.
        """
        owners = Owners(consumer=command.consumer)
        if isinstance(command, PlaceOrder):
            owners = owners_of_placement(command)
        authorize(actor, "order.place", owners)
        return self._orders.handle_one(self.id_of(command), command, context)

    def id_of(self, command: PlaceOrder | IdentifyOrder) -> UUID:
        """Return the id of the order that is placed or named."""
        return self._orders.id_of(command.consumer, command.source, command.number)

    def take(
        self,
        actor: Actor,
        action: Action,
        order_id: UUID,
        command: Callable[[KnownOrder], OrderCommand],
        context: CommandContext,
    ) -> Receipt:
        """Return where the order then stands; ``command`` is made once it is known.

        Raises as ``find`` and CommandHandler do, and NotInYourName.
        """
        known = self.find(actor, action, order_id)
        asked = command(known)
        in_own_name(actor, asked)
        return self._orders.handle_one(order_id, asked, context)

    async def answer(
        self,
        actor: Actor,
        action: Action,
        order_id: UUID,
        command: OrderCommand,
        context: CommandContext,
    ) -> Receipt:
        """Return as ``take`` does, with no thread that waits and nothing read twice.

        Whether the actor may is asked where the command is decided, of the very state
        it is decided on. Whatever else than a new receipt comes of it is told only
        to whom ``find`` would show the order: a refusal, or a repeat, says something.
        """
        if partition_in(order_id) >= self._store.partitions:
            raise NotFound
        decider = asked_by(actor, action)
        try:
            receipt = await self._orders.answer(order_id, command, context, decider)
        except StoreUnavailable:
            raise
        except Exception:
            await asyncio.to_thread(self._may, actor, action, order_id, command)
            raise
        if receipt.repeated:
            await asyncio.to_thread(self._may, actor, action, order_id, command)
        return receipt

    def _may(
        self, actor: Actor, action: Action, order_id: UUID, command: OrderCommand
    ) -> None:
        self.find(actor, action, order_id)
        in_own_name(actor, command)


def asked_by(actor: Actor, action: Action) -> OrderDecider:
    """Return how orders decide what this actor asks: first of all whether they may."""
    everybodys = scope(actor, action).everything

    def decide(
        order: Order, command: OrderCommand, terms: PromiseTerms, at: datetime
    ) -> Sequence[OrderEvent]:
        if not order.known:
            raise NotFound
        if not everybodys:
            authorize(actor, action, owners_of(order))
        in_own_name(actor, command)
        return ORDER.decide(order, command, terms, at)

    return ORDER._replace(decide=decide)


def in_own_name(actor: Actor, command: OrderCommand) -> None:
    """Raise NotInYourName for whoever cancels in the name of somebody else."""
    if not isinstance(command, CancelOrder):
        return
    names = (CANCELS_FOR.get(role, frozenset()) for role in actor.roles)
    if command.by not in frozenset().union(*names):
        raise NotInYourName(by=command.by)
