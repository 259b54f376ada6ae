"""Commands about after-sales cases, and what each means for the order's money.

A case promises nothing that its order has not reserved: whatever changes what is asked
for, or ends it, is appended together with the order's own part of it, or not at all.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import reduce
from typing import Final
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from application.books import Books
from application.case_claims import claim_commands
from application.case_items import AskedLines, asked_items
from application.case_money import money_in, money_parts
from application.case_order import (
    arrived_at,
    fallback,
    fallback_now,
    instant,
    ship_hours,
    taking_over,
    turns_into_money,
)
from application.compensation import Compensations
from application.event_store.envelope import (
    Ask,
    CommandContext,
    Part,
    Receipt,
)
from application.event_store.handler import CommandHandler
from application.event_store.rows.history import events_of
from application.event_store.store import EventStore, StaleVersion
from application.orders import Orders, context_for
from application.processes.check_overdue_clocks import ACTOR, ClockAsk, each_asked
from application.resolutions.told import told_to_caps, told_to_step
from application.responsibility import Responsibilities
from application.sellers import selling_merchant, still_of_one
from application.sight import Sight
from domain.after_sales import (
    CASE,
    Case,
    CaseCommand,
    ChangeRequest,
    CounterOffer,
    MergeCase,
    NoSuchCase,
    OpenCase,
    ReportCase,
    TellFallback,
    held_down,
    window_ends,
)
from domain.ids import id_from_name, partition_in
from domain.kernel import Refused
from domain.order import (
    ORDER,
    ChangeClaim,
    NoSuchOrder,
    OpenClaim,
    Order,
)
from domain.party import SYSTEM
from domain.policy.book import Rulebook
from domain.timer import CheckClocks

KIND: Final = "after_sales"


class Opening(Struct, frozen=True):
    """What was said to open a case: the command, and the lines it is about."""

    command: OpenCase
    lines: AskedLines | None


class Prepared(Struct, frozen=True):
    """A command to a case, what follows elsewhere, and the versions that rests on."""

    parts: tuple[Part, ...]
    rests_on: Mapping[UUID, int]


class AfterSales:
    """Takes commands to after-sales cases, each with its order's part in one ask."""

    def __init__(
        self,
        store: EventStore,
        handler: CommandHandler,
        orders: Orders,
        accounts: Responsibilities,
        books: Books,
    ) -> None:
        self._store = store
        self._handler = handler
        self._orders = orders
        self._accounts = accounts
        self._compensations = Compensations(store, handler, books)
        self._books = books

    def id_of(self, order_id: UUID, number: str) -> UUID:
        """Return the id of the case of this number of an order, beside its order."""
        return id_from_name(partition_in(order_id), KIND, str(order_id), number)

    def open(
        self,
        case_id: UUID,
        order_id: UUID,
        command: OpenCase,
        context: CommandContext,
        *,
        lines: AskedLines | None = None,
    ) -> Receipt:
        """Return where a case stands that is opened with its claim on the order.

        Whose order it is, when it was placed and arrived, and whether its labels let
        the refund through at once is taken from the order, whatever is said; so are
        the items, where ``lines`` are given instead. Raises NoSuchOrder,
        SeveralMerchants and PartialRefundTooHigh, what ``asked_items`` does, and as
        CommandHandler does.
        """
        said = Opening(replace(command, order=str(order_id)), lines)
        return self._handler.handle_prepared(
            case_id,
            context,
            said,
            lambda: self._opening(case_id, order_id, said, context),
        )

    def take(
        self, case_id: UUID, command: CaseCommand, context: CommandContext
    ) -> Receipt:
        """Return where the case then stands; raises as CommandHandler does.

        Whatever moved on while it was prepared is looked at anew.
        """

        def ask() -> Ask:
            prepared = self.prepared(case_id, command, context)
            return Ask(context, prepared.parts, rests_on=prepared.rests_on)

        return self._handler.handle_prepared(case_id, context, command, ask)

    def check(
        self, asks: Sequence[ClockAsk], asked_at: datetime
    ) -> Sequence[Receipt | Exception]:
        """Ask cases whether their time has run out; an answer to each, in order.

        What the service is not reached for is raised: it concerns every one of them.
        """
        return each_asked(asks, asked_at, self.check_one)

    def check_one(self, case_id: UUID, cause: UUID, asked_at: datetime) -> Receipt:
        """Ask one case whether its time has run out; raises as CommandHandler does."""
        command = CheckClocks()
        context = context_for(cause, command, actor=ACTOR, asked_at=asked_at)
        return self.take(case_id, command, context)

    def part(self, case_id: UUID, command: CaseCommand, source: str | None) -> Part:
        """Return the command alone, as one part of an ask; its order's is not in it."""
        return Part(case_id, CASE, command, self._books.for_source(source))

    def prepared(
        self,
        case_id: UUID,
        command: CaseCommand,
        context: CommandContext,
        sight: Sight | None = None,
    ) -> Prepared:
        """Return the command with what follows elsewhere, for an ask of it or of more.

        ``sight`` is what the ask of more looked at already. Raises what the case
        refuses, and StaleVersion where the caller expected another version.
        """
        sight = sight or Sight(self._store, case_id)
        case: Case = sight.of(case_id, CASE)
        if context.expected_version not in {None, sight.version(case_id)}:
            raise StaleVersion(version=sight.version(case_id))
        book, at = self._books.for_source(source_of(case, command, sight)), context.at
        events = CASE.decide(case, command, book, at)
        mine: tuple[Part, ...] = (Part(case_id, CASE, command, book),)
        if turns_into_money(case, events):
            tell = self._fallback(case_id, case, sight, at)
            told = CASE.decide(case, tell, book, at)
            mine = (Part(case_id, CASE, tell, book), *mine)
            now: Case = reduce(CASE.evolve, told, case)
            events = (*told, *CASE.decide(now, command, book, at))
        after = reduce(CASE.evolve, events, case)
        hold_down(case_id, case, command, sight, book, at)
        claim = self._of_order(case_id, case, after)
        moved = money_in(events)
        money = money_parts(case_id, case, moved, self._accounts, sight)
        merged = (
            (taking_over(case_id, case, command, book),)
            if isinstance(command, MergeCase)
            else ()
        )
        step = told_to_step(case_id, after, events, sight, book)
        caps = told_to_caps(after, events, sight, self._compensations)
        parts = (*mine, *merged, *claim, *money, *step, *caps)
        return Prepared(parts, sight.rests_on)

    def find(self, case_id: UUID) -> tuple[Case, int]:
        """Return the case and its version; raises NoSuchCase."""
        history = self._store.load([case_id]).histories[case_id]
        case = reduce(CASE.evolve, events_of(history), CASE.initial)
        if not case.known:
            raise NoSuchCase
        return case, len(history)

    # -- How it is opened --

    def _opening(
        self, case_id: UUID, order_id: UUID, said: Opening, context: CommandContext
    ) -> Ask:
        """Return the opening of a case, with its claim on the order as it stands."""
        sight = Sight(self._store, case_id)
        order: Order = sight.of(order_id, ORDER)
        name, command = str(case_id), said.command
        if said.lines is not None and order.identity is not None:
            items, freight = asked_items(order, command.type, said.lines, name)
            command = replace(command, items=items, freight=freight)
        command = self._as_ordered(order_id, order, command, context.at)
        book = self._books.for_source(order.source)
        command = replace(command, fallback=fallback(order, command, name))
        held_down(command.type, command.items, order, name, book, context.at)
        claim = OpenClaim(
            claim=name,
            kind=command.type,
            items=command.items,
            freight=command.freight,
        )
        parts = (
            Part(case_id, CASE, command, book),
            self._orders.part(order_id, claim),
        )
        return Ask(context, parts, rests_on=sight.rests_on)

    def _as_ordered(
        self, order_id: UUID, order: Order, command: OpenCase, at: datetime
    ) -> OpenCase:
        """Return the request with what its order says of it."""
        if order.identity is None:
            raise NoSuchOrder(order=str(order_id))
        lines = [item.line for item in command.items]
        ordered_at = order.placed_at or order.paid_at
        book = self._books.for_source(order.source)
        command = replace(
            command,
            order=str(order_id),
            consumer=order.identity.consumer,
            merchant=command.merchant or selling_merchant(order, lines),
            ordered_at=ordered_at,
            signed_at=arrived_at(order),
            ship_hours=ship_hours(order, book, at),
            instant=instant(order, command, book, at),
            resolution=None,
            plan=None,
        )
        ends = window_ends(command, order.completed_at, book, at)
        given = order.given.get("after_sales")
        if ends is not None and given is not None:
            ends = max(ends, given)
        return replace(command, window_ends=ends)

    # -- The parts of its order and its account --

    def _of_order(self, case_id: UUID, before: Case, after: Case) -> tuple[Part, ...]:
        """Return what a change of the case means for the claim on its order."""
        order_id = order_of(after)
        if order_id is None or not after.opened_here:
            return ()
        commands = claim_commands(str(case_id), before, after)
        return tuple(self._orders.part(order_id, each) for each in commands)

    def _fallback(
        self, case_id: UUID, case: Case, sight: Sight, at: datetime
    ) -> TellFallback:
        """Return what the order, as it stands, still has for goods never sent."""
        order_id = order_of(case)
        assert order_id is not None, "a case that was opened here is of an order"
        order: Order = sight.of(order_id, ORDER)

        def free(change: ChangeClaim) -> bool:
            part = self._orders.part(order_id, change)
            try:
                part.decider.decide(order, part.command, part.policy, at)
            except Refused:
                return False
            return True

        items = fallback_now(order, case, str(case_id), free)
        return TellFallback(by=SYSTEM, items=items)


def hold_down(  # noqa: PLR0913, PLR0917 - who asks what, of which order, by which rules
    case_id: UUID,
    case: Case,
    command: CaseCommand,
    sight: Sight,
    book: Rulebook,
    at: datetime,
) -> None:
    """Raise PartialRefundTooHigh for a partial refund beyond the pack's cap.

    And SeveralMerchants for goods of somebody else's.
    """
    order_id = order_of(case)
    if order_id is None or not isinstance(command, ChangeRequest | CounterOffer):
        return
    order: Order = sight.of(order_id, ORDER)
    still_of_one(order, case, command.items)
    held_down(command.type, command.items, order, str(case_id), book, at)


def source_of(case: Case, command: CaseCommand, sight: Sight) -> str | None:
    """Return the source of the order a case is about: whose rules it is under."""
    if isinstance(command, ReportCase):
        return command.source
    if case.elsewhere and case.told is not None:
        return case.told.source
    order_id = order_of(case)
    if order_id is None:
        return None
    order: Order = sight.of(order_id, ORDER)
    return order.source


def order_of(case: Case) -> UUID | None:
    """Return the id of the order a case is about, if it is one of ours."""
    try:
        return UUID(case.order or "")
    except ValueError:
        return None
