"""Commands about disputes, and what each means for the case, the order and the money.

Whatever a dispute does elsewhere is appended with it in one go, or not at all. All of
it lies in the consumer's partition.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import reduce
from typing import Final
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from application.after_sales import AfterSales
from application.books import Books
from application.case_items import AskedLines, asked_items
from application.dispute_cases import begun, goods_agreed
from application.dispute_money import Done, case_of, matter_of
from application.dispute_moves import (
    Turn,
    account_commands,
    as_ordered,
    case_commands,
    check_awards,
    done_by_case,
    follow_up,
    in_time_of,
    way_of,
)
from application.dispute_ways import Ground, refundable_items
from application.event_store.envelope import Ask, CommandContext, Part, Receipt
from application.event_store.handler import CommandHandler
from application.event_store.rows.history import events_of
from application.event_store.store import EventStore, StaleVersion
from application.orders import Orders, context_for
from application.processes.check_overdue_clocks import ACTOR, ClockAsk, each_asked
from application.responsibility import Responsibilities
from application.sight import Sight
from domain.after_sales import (
    CASE,
    Case,
    CaseCommand,
    EscalateCase,
    issue_of,
)
from domain.dispute import (
    DISPUTE,
    AssignHandler,
    CompleteEnforcement,
    DecideAppeal,
    Dispute,
    DisputeCommand,
    IssueRuling,
    NoSuchDispute,
    OpenDispute,
    ReportDispute,
)
from domain.ids import id_from_name, partition_in, partition_of
from domain.money import Money
from domain.order import (
    ORDER,
    ClaimItems,
    NoSuchOrder,
    OpenClaim,
    Order,
)
from domain.party import SYSTEM
from domain.responsibility import ACCOUNT
from domain.timer import CheckClocks

KIND: Final = "dispute"


class Opening(Struct, frozen=True):
    """What was said to open a dispute, and what is claimed of the order by it."""

    command: OpenDispute
    items: ClaimItems
    freight: Money | None
    lines: AskedLines | None


class Disputes:
    """Takes commands to disputes, each with what follows from it in other streams."""

    def __init__(  # noqa: PLR0913, PLR0917 - one for each noun a dispute moves
        self,
        store: EventStore,
        handler: CommandHandler,
        orders: Orders,
        cases: AfterSales,
        accounts: Responsibilities,
        books: Books,
    ) -> None:
        self._store = store
        self._handler = handler
        self._orders = orders
        self._cases = cases
        self._accounts = accounts
        self._books = books

    def id_of(self, order_id: UUID, number: str) -> UUID:
        """Return the id of the dispute of this number about an order, beside it."""
        return id_from_name(partition_in(order_id), KIND, str(order_id), number)

    def told_id(self, consumer: str, source: str, number: str) -> UUID:
        """Return the id of a dispute that another system runs under this number."""
        partition = partition_of(consumer, self._store.partitions)
        return id_from_name(partition, KIND, source, number)

    # -- Opening --

    def open(  # noqa: PLR0913 - what is claimed is said as items or as lines
        self,
        dispute_id: UUID,
        command: OpenDispute,
        context: CommandContext,
        *,
        items: ClaimItems = (),
        freight: Money | None = None,
        lines: AskedLines | None = None,
    ) -> Receipt:
        """Return where a dispute stands that is opened over a case, or over an order.

        Over a case, the platform steps into it at once. Without one, ``items`` are what
        is claimed of the order, and are reserved; ``lines`` say it, where what was paid
        for them is the order's to say. Who takes part, what was paid and who handled it
        is taken from the order and the case. Raises NoSuchOrder and SeveralMerchants,
        what ``asked_items`` does, and as CommandHandler does.
        """
        said = Opening(command, items, freight, lines)
        return self._handler.handle_prepared(
            dispute_id, context, said, lambda: self.opening(dispute_id, said, context)
        )

    def take_up(
        self, case_id: UUID, cause: UUID, asked_at: datetime, *, actor: str = ACTOR
    ) -> Receipt | None:
        """Open a dispute over a case whose clock said the platform has to decide.

        None where no clock said so. The sides had their time in the case; what they
        argue about, its reason says.
        """
        case, version = self._cases.find(case_id)
        if not case.needs_dispute or case.dispute is not None or case.final:
            return None
        assert case.order is not None, "a case names its order"
        assert case.consumer is not None, "and its consumer"
        command = OpenDispute(
            by=SYSTEM,
            order=case.order,
            case=str(case_id),
            consumer=case.consumer,
            issue=issue_of(case),
            negotiate=False,
        )
        dispute_id = self.id_of(UUID(case.order), f"{case_id}/{version}")
        context = context_for(cause, command, actor=actor, asked_at=asked_at)
        return self.open(dispute_id, command, context)

    def report(
        self, dispute_id: UUID, command: ReportDispute, context: CommandContext
    ) -> Receipt:
        """Return where a dispute stands that another system runs and tells of."""
        part = Part(
            dispute_id, DISPUTE, command, self._books.for_source(command.source)
        )
        return self._handler.handle_one(Ask(context, (part,)))

    # -- Everything else --

    def take(
        self, dispute_id: UUID, command: DisputeCommand, context: CommandContext
    ) -> Receipt:
        """Return where the dispute then stands; raises as CommandHandler does.

        Whatever moved on while it was prepared is looked at anew.
        """
        if isinstance(command, OpenDispute):
            return self.open(dispute_id, command, context)
        if isinstance(command, ReportDispute):
            return self.report(dispute_id, command, context)
        return self._handler.handle_prepared(
            dispute_id,
            context,
            command,
            lambda: self._prepared(dispute_id, command, context),
        )

    def check(
        self, asks: Sequence[ClockAsk], asked_at: datetime
    ) -> Sequence[Receipt | Exception]:
        """Ask disputes whether their time has run out; an answer to each, in order.

        That the store cannot be reached is raised: it concerns every one of them.
        """
        return each_asked(asks, asked_at, self.check_one)

    def check_one(self, dispute_id: UUID, cause: UUID, asked_at: datetime) -> Receipt:
        """Ask one dispute whether its time has run out; raises as CommandHandler does.

        What a row lets the service carry out is carried out with it; a ruling whose
        case has paid is done.
        """
        command = CheckClocks()
        context = context_for(cause, command, actor=ACTOR, asked_at=asked_at)
        return self.take(dispute_id, command, context)

    def complete(self, dispute_id: UUID, cause: UUID, asked_at: datetime) -> Receipt:
        """Say that a ruling is carried out, as when its case has paid."""
        command = CompleteEnforcement(by=SYSTEM)
        context = context_for(cause, command, actor=ACTOR, asked_at=asked_at)
        return self.take(dispute_id, command, context)

    def find(self, dispute_id: UUID) -> tuple[Dispute, int]:
        """Return the dispute and its version; raises NoSuchDispute."""
        history = self._store.load([dispute_id]).histories[dispute_id]
        dispute: Dispute = reduce(DISPUTE.evolve, events_of(history), DISPUTE.initial)
        if not dispute.known:
            raise NoSuchDispute
        return dispute, len(history)

    # -- What an ask is made of --

    def opening(
        self,
        dispute_id: UUID,
        said: Opening,
        context: CommandContext,
        sight: Sight | None = None,
    ) -> Ask:
        """Return the opening of a dispute, with what it means for case and order.

        ``sight`` is what whoever opens it with something else has looked at.
        """
        command, items, freight = said.command, said.items, said.freight
        order_id = UUID(command.order)
        sight = sight or Sight(self._store, dispute_id)
        order: Order = sight.of(order_id, ORDER)
        if order.identity is None:
            raise NoSuchOrder(order=command.order)
        if said.lines is not None:
            name = str(dispute_id)
            items, freight = asked_items(order, "refund_shipped", said.lines, name)
        case_id = None if command.case is None else UUID(command.case)
        case = None if case_id is None else sight.of(case_id, CASE)
        if case is not None and case.known:
            items, freight = case.items, case.freight
        opening = as_ordered(command, order, case, items, freight)
        book = self._books.for_source(order.source)
        if case is None:
            opening = in_time_of(opening, order, book, context.at)
        parts = [Part(dispute_id, DISPUTE, opening, book)]
        if case_id is not None:
            step_in = EscalateCase(by=command.by, dispute=str(dispute_id))
            parts.append(self._cases.part(case_id, step_in, order.source))
        elif items or freight is not None:
            claim = OpenClaim(
                claim=str(dispute_id), kind="dispute", items=items, freight=freight
            )
            parts.append(self._orders.part(order_id, claim))
        return Ask(context, tuple(parts), rests_on=sight.rests_on)

    def _prepared(
        self, dispute_id: UUID, command: DisputeCommand, context: CommandContext
    ) -> Ask:
        """Return the command with what follows elsewhere, as things stand."""
        sight = Sight(self._store, dispute_id)
        dispute: Dispute = sight.of(dispute_id, DISPUTE)
        version = sight.version(dispute_id)
        if context.expected_version not in {None, version}:
            raise StaleVersion(version=version)
        source = source_of(dispute, sight)
        book = self._books.for_source(source)
        told = self._with_handlers(dispute_id, dispute, command, sight)
        paid = self._done_meanwhile(dispute_id, dispute, command, sight)
        todo = [*paid, told]
        mine: list[Part] = []
        others: list[Part] = []
        while todo:
            each = todo.pop(0)
            events = tuple(DISPUTE.decide(dispute, each, book, context.at))
            after: Dispute = reduce(DISPUTE.evolve, events, dispute)
            turn = Turn(dispute_id, dispute, after, events, source)
            mine.append(Part(dispute_id, DISPUTE, each, book))
            others += self._elsewhere(turn, context, sight)
            todo += follow_up(turn, book, context.at)
            dispute = after
        return Ask(context, (*mine, *others), rests_on=sight.rests_on)

    def _with_handlers(
        self,
        dispute_id: UUID,
        dispute: Dispute,
        command: DisputeCommand,
        sight: Sight,
    ) -> DisputeCommand:
        """Return a command that asks for four eyes with who handled the case by now."""
        if dispute.opened is None:
            return command
        if not isinstance(command, AssignHandler | IssueRuling | DecideAppeal):
            return command
        case: Case = sight.of(case_of(dispute_id, dispute), CASE)
        names = tuple(sorted({*command.handlers, *case.handlers}))
        return replace(command, handlers=names)

    def _done_meanwhile(
        self,
        dispute_id: UUID,
        dispute: Dispute,
        command: DisputeCommand,
        sight: Sight,
    ) -> Iterator[DisputeCommand]:
        """Yield that a ruling is carried out where its case ended meanwhile."""
        if not isinstance(command, CheckClocks) or dispute.enforcement != "started":
            return
        if dispute.opened is not None:
            case: Case = sight.of(case_of(dispute_id, dispute), CASE)
            if case.final:
                yield CompleteEnforcement(by=SYSTEM)

    def _elsewhere(
        self, turn: Turn, context: CommandContext, sight: Sight
    ) -> Iterator[Part]:
        """Yield what a turn of the dispute means for its case, order and account."""
        opened = turn.after.opened
        if opened is None or not turn.events:
            return
        order_id = UUID(opened.order)
        order: Order = sight.of(order_id, ORDER)
        matter = matter_of(turn.dispute_id, turn.after)
        account_id = self._accounts.id_beside(turn.dispute_id, matter)
        entries = sight.of(account_id, ACCOUNT).entries
        case_id = UUID(matter)
        case: Case = sight.of(case_id, CASE)
        book = self._books.for_source(turn.source)
        ground = Ground(order, book, context.at)
        if case.known:
            check_awards(turn, refundable_items(order, case, matter), case.freight)
            new = goods_agreed(turn, case_id, case, ground)
        else:
            new = begun(turn, case_id, ground)
        if new is None:
            way = way_of(turn, matter, case, ground)
            asked_case = case_commands(turn, case, way)
            yield from self._in_case(turn, case_id, asked_case, context, sight)
            done = done_by_case(turn, case, way)
        else:
            for command in new.case:
                yield self._cases.part(case_id, command, turn.source)
            for asked in new.order:
                yield self._orders.part(order_id, asked)
            done = Done(new.back)
        for said in account_commands(turn, entries, done):
            yield self._accounts.part(account_id, said, turn.source)

    def _in_case(
        self,
        turn: Turn,
        case_id: UUID,
        commands: Iterator[CaseCommand],
        context: CommandContext,
        sight: Sight,
    ) -> Iterator[Part]:
        """Yield the parts of its case; what ends or moves money has its order's too."""
        any_version = replace(context, expected_version=None)
        for command in commands:
            if isinstance(command, EscalateCase):
                yield self._cases.part(case_id, command, turn.source)
            else:
                yield from self._cases.prepared(
                    case_id, command, any_version, sight
                ).parts


def source_of(dispute: Dispute, sight: Sight) -> str | None:
    """Return the source of the order it is about: whose rules it is under."""
    if dispute.opened is None:
        return dispute.report.source if dispute.report else None
    order: Order = sight.of(UUID(dispute.opened.order), ORDER)
    return order.source
