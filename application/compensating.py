"""From an order that went wrong to what it pays: previewed, set aside, paid, given up.

What the rules are asked is taken from the order; only what no order knows is said.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import reduce
from typing import NamedTuple
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from application.access import NotFound, Owners
from application.books import Books
from application.compensation import Compensations, PaidOrder
from application.compensation_entries import Payout, account_commands
from application.compensation_facts import (
    Said,
    dates_of,
    facts_of,
    others_of,
    paid_order,
)
from application.event_store.envelope import Ask, CommandContext, Part, Receipt
from application.event_store.handler import CommandHandler
from application.event_store.rows.history import events_of
from application.event_store.store import EventStore
from application.other_days import paid_on_other_days
from application.responsibility import Responsibilities
from application.sellers import SeveralMerchants, by_seller
from application.sight import Sight
from domain.after_sales import CaseOpened
from domain.compensation import (
    COMPENSATION,
    CommitCompensation,
    CompensationReserved,
    DayOfCompensation,
    ReleaseCompensation,
    ReserveCompensation,
)
from domain.dispute import DisputeOpened
from domain.ids import partition_in
from domain.kernel import Refused
from domain.order import ORDER, Order
from domain.party import By
from domain.policy.book import Rulebook
from domain.responsibility import ACCOUNT, MatterAccount


class MatterElsewhere(Refused):
    """The case or dispute that is named is not about this order."""


def of_one_merchant(order: Order, lines: Sequence[int]) -> None:
    """Raise SeveralMerchants for lines, or an order, of more than one of them.

    Each pays for its own, under the caps of its own day.
    """
    sold = by_seller(order, lines)
    if len(sold) > 1:
        raise SeveralMerchants(merchants=sorted(filter(None, sold)))


class Reserving(Struct, frozen=True):
    """What was said to set compensation aside, before the order was asked."""

    by: By
    matter: UUID | None
    said: Said


class Day(NamedTuple):
    """The day an order's compensation counts for, as it stands."""

    stream_id: UUID
    version: int
    state: DayOfCompensation
    paid: PaidOrder

    @property
    def owners(self) -> Owners:
        """Whose it is: between one consumer and one merchant."""
        merchants = frozenset({self.paid.merchant})
        return Owners(consumer=self.paid.consumer, merchants=merchants)


class Compensating:
    """Asks the rules about orders, sets aside what they pay, and pays it."""

    def __init__(
        self,
        store: EventStore,
        handler: CommandHandler,
        compensations: Compensations,
        accounts: Responsibilities,
        books: Books,
    ) -> None:
        self._store = store
        self._handler = handler
        self._compensations = compensations
        self._accounts = accounts
        self._books = books

    # -- What would be paid, and what is --

    def book_of(self, day: Day) -> Rulebook:
        """Return the rules of the orders of this day."""
        return self._books.for_source(day.paid.source)

    def day_of(self, order_id: UUID, order: Order, lines: Sequence[int] = ()) -> Day:
        """Return the day an order counts for; raises as ``paid_order`` does."""
        (day,) = self._days([paid_order(order_id, order, lines)])
        return day

    def days_of(self, order_id: UUID, order: Order) -> tuple[Day, ...]:
        """Return the day of each merchant of an order, the first one's first.

        Raises as ``paid_order`` does.
        """
        first = paid_order(order_id, order)
        return self._days([first, *others_of(order_id, order, first)])

    def _days(self, orders: Sequence[PaidOrder]) -> tuple[Day, ...]:
        ids = [self._compensations.id_of(paid) for paid in orders]
        histories = self._store.load(ids).histories
        return tuple(
            Day(
                stream_id,
                len(histories[stream_id]),
                reduce(
                    COMPENSATION.evolve,
                    events_of(histories[stream_id]),
                    COMPENSATION.initial,
                ),
                paid,
            )
            for stream_id, paid in zip(ids, orders, strict=True)
        )

    def preview(
        self, order_id: UUID, order: Order, said: Said, *, by: By, at: datetime
    ) -> tuple[Day, CompensationReserved]:
        """Return what a reservation would then be; nothing is written.

        Raises what a reservation would be refused with.
        """
        of_one_merchant(order, said.lines)
        day = self.day_of(order_id, order, said.lines)
        sight = Sight(self._store, order_id)
        command = self._reservation(
            order, day.paid, said, by, at, sight=sight, name="preview"
        )
        (event,) = COMPENSATION.decide(day.state, command, self.book_of(day), at)
        assert isinstance(event, CompensationReserved), "so a reservation begins"
        return day, event

    # -- Moves --

    def reserve(
        self,
        order_id: UUID,
        said: Said,
        *,
        by: By,
        matter: UUID | None,
        context: CommandContext,
    ) -> tuple[Receipt, str]:
        """Return where the day then stands, and the reservation's name.

        Raises what the order cannot answer, SeveralMerchants for lines that more than
        one of them sold, MatterElsewhere, and as CommandHandler does.
        """
        name = str(context.command_id)

        def ask() -> Ask:
            sight = Sight(self._store, order_id)
            order: Order = sight.of(order_id, ORDER)
            of_one_merchant(order, said.lines)
            paid = paid_order(order_id, order, said.lines)
            named = None if matter is None else self._matter(order_id, matter)
            command = self._reservation(
                order,
                paid,
                said,
                by,
                context.at,
                sight=sight,
                name=name,
                matter=named,
            )
            part = self._compensations.part(paid, command)
            return Ask(context, (part,), rests_on=sight.rests_on)

        words = Reserving(by, matter, said)
        return self._handler.handle_prepared(order_id, context, words, ask), name

    def pay(
        self, day_id: UUID, reservation: str, by: By, context: CommandContext
    ) -> Receipt:
        """Say that it was paid; the account of its matter has the entry at once.

        Raises NotFound, and as CommandHandler does.
        """
        command = CommitCompensation(by=by, reservation=reservation)
        return self._handler.handle_prepared(
            day_id, context, command, lambda: self._payment(day_id, command, context)
        )

    def release(
        self,
        day_id: UUID,
        reservation: str,
        reason: str,
        by: By,
        context: CommandContext,
    ) -> Receipt:
        """Give it up; raises NotFound, and as CommandHandler does."""
        _, day = self.found(day_id, reservation)
        command = ReleaseCompensation(by=by, reservation=reservation, reason=reason)
        part = Part(day_id, COMPENSATION, command, self.book_of(day))
        return self._handler.handle_one(Ask(context, (part,)))

    def found(
        self, day_id: UUID, reservation: str, sight: Sight | None = None
    ) -> tuple[UUID, Day]:
        """Return the order a reservation is for, and its day as it stands.

        Raises NotFound for no such day or reservation.
        """
        if partition_in(day_id) >= self._store.partitions:
            raise NotFound
        sight = sight or Sight(self._store, day_id)
        events = list(sight.events(day_id))
        if not any(isinstance(event, CompensationReserved) for event in events):
            raise NotFound
        state: DayOfCompensation = reduce(
            COMPENSATION.evolve, events, COMPENSATION.initial
        )
        if reservation not in state.reservations:
            raise NotFound
        order_id = UUID(state.reservations[reservation].order)
        order: Order = sight.of(order_id, ORDER)
        assert order.paid_at is not None, "only what was paid has compensation"
        paid = PaidOrder(
            order=str(order_id),
            source=order.source or "",
            consumer=state.consumer,
            merchant=state.merchant,
            paid_at=order.paid_at,
        )
        return order_id, Day(day_id, len(events), state, paid)

    # -- What an ask is made of --

    def _payment(
        self, day_id: UUID, command: CommitCompensation, context: CommandContext
    ) -> Ask:
        """Return the payment, with what it means for the account of its matter."""
        sight = Sight(self._store, day_id)
        reservation = command.reservation
        order_id, day = self.found(day_id, reservation, sight)
        parts = [Part(day_id, COMPENSATION, command, self.book_of(day))]
        known = day.state.reservations[reservation]
        if known.matter != known.order:
            account_id = self._accounts.id_beside(day_id, known.matter)
            account: MatterAccount = sight.of(account_id, ACCOUNT)
            order: Order = sight.of(order_id, ORDER)
            payout = Payout(reservation, known, day.paid, order)
            parts += [
                self._accounts.part(account_id, each, day.paid.source)
                for each in account_commands(payout, account)
            ]
        return Ask(context, tuple(parts), rests_on=sight.rests_on)

    def _matter(self, order_id: UUID, matter: UUID) -> str:
        """Return the matter whose account it is: a dispute's case, if it has one.

        Raises MatterElsewhere.
        """
        events = events_of(self._store.load([matter]).histories[matter])
        for event in events:
            if isinstance(event, CaseOpened) and event.order == str(order_id):
                return str(matter)
            if isinstance(event, DisputeOpened) and event.order == str(order_id):
                return event.case or str(matter)
        raise MatterElsewhere(matter=str(matter))

    def _reservation(  # noqa: PLR0913 - what a reservation is made of
        self,
        order: Order,
        paid: PaidOrder,
        said: Said,
        by: By,
        at: datetime,
        *,
        sight: Sight,
        name: str,
        matter: str | None = None,
    ) -> ReserveCompensation:
        earlier = paid_on_other_days(
            self._compensations, UUID(paid.order), order, paid, sight
        )
        return self._compensations.reservation(
            paid,
            by=by,
            reservation=name,
            matter=matter or paid.order,
            facts=replace(facts_of(order, said, at), earlier=earlier),
            dates=dates_of(order, said.lines, at),
        )
