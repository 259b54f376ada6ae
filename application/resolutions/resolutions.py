"""Commands to resolutions, each with what it means elsewhere, in one ask.

What fell short, the resolution that makes it good, the order, its cases and its ledger
all lie beside each other: they move together, or not at all.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from application.after_sales import AfterSales
from application.books import Books
from application.compensation import Compensations
from application.event_store.batch import Answer
from application.event_store.envelope import Ask, CommandContext, Part, Receipt
from application.event_store.handler import CommandHandler
from application.event_store.store import EventStore
from application.orders import Orders, context_for
from application.processes.check_overdue_clocks import ACTOR, ClockAsk, each_asked
from application.resolutions import moving as ids
from application.resolutions.approving import Approving
from application.resolutions.carrying import Carrying
from application.resolutions.flags import Flags, Persons, each_alone
from application.resolutions.ground import Grounds
from application.resolutions.many import ManyNoticed
from application.resolutions.moves import Move, Moves
from application.resolutions.moving import Moving, found
from application.resolutions.noticing import Noticing
from application.resolutions.proposing import Proposals
from application.resolutions.said import Detecting, Notice, Preview, Proposing
from application.resolutions.sights import Sights
from application.resolutions.steps import StepParts
from application.responsibility import Responsibilities
from application.sight import Sight
from domain.companionship import (
    COMPANIONSHIP,
    ClearShortfall,
    Companionship,
    CompanionshipCommand,
)
from domain.order import ORDER, Order
from domain.party import SYSTEM
from domain.policy.book import Rulebook
from domain.resolution import (
    ApprovePlan,
    CompensateStep,
    RecordStepResult,
    Resolution,
    ResolutionCommand,
    StartStep,
    startable,
    to_compensate,
)
from domain.shortfall import ClearedBy
from domain.timer import CheckClocks


class Resolutions:
    """Takes what is noticed, proposed, approved, offered, accepted and carried out."""

    def __init__(  # noqa: PLR0913, PLR0917 - one room for each that moves with it
        self,
        store: EventStore,
        handler: CommandHandler,
        orders: Orders,
        cases: AfterSales,
        compensations: Compensations,
        accounts: Responsibilities,
        books: Books,
        persons: Persons = each_alone,
    ) -> None:
        self._store = store
        self._handler = handler
        self._books = books
        self.grounds = Grounds(compensations, books)
        steps = StepParts(orders, cases, compensations, accounts)
        self.flags = Flags(store.partitions, persons)
        self._proposals = Proposals(self.grounds, self.flags)
        self._carrying = Carrying(store, self.grounds, steps, self._proposals)
        self._noticing = Noticing(store, books, self._proposals, self._carrying)
        self._moves = Moves(store, handler, books, self._carrying)
        self._approving = Approving(self._moves, self._proposals)
        sights = Sights(store, compensations, self.flags)
        self._many = ManyNoticed(handler, self._noticing, sights)

    # -- Ids --

    def id_of(self, order_id: UUID, number: int) -> UUID:
        """Return the id of an order's resolution of this number, beside the order."""
        return ids.id_of(order_id, number)

    def beside(self, order_id: UUID) -> UUID:
        """Return the id of the companionship of an order."""
        return ids.beside(order_id)

    # -- What fell short --

    def detect(
        self, order_id: UUID, said: Detecting, context: CommandContext
    ) -> Receipt:
        """Record a shortfall and see to it: in the live resolution, else in a new one.

        It is proposed at once, and what the rules let go by itself is begun and
        offered. Raises NoSuchOrder, and as CommandHandler does.
        """
        return self._notice_one(Notice(order_id, said, context))

    def detecting(
        self, order_id: UUID, said: Detecting, context: CommandContext
    ) -> Ask:
        """Return the ask of ``detect``, for who prepares it; raises NoSuchOrder."""
        return self._noticing.detecting(order_id, said, context)

    def clear(
        self,
        order_id: UUID,
        shortfall: str,
        cleared_by: ClearedBy,
        context: CommandContext,
    ) -> Receipt:
        """Record that a shortfall healed; its resolution takes note at once."""
        told = ClearShortfall(
            by=SYSTEM, shortfall=shortfall, cleared_by=cleared_by, at=context.at
        )
        return self._notice_one(Notice(order_id, told, context))

    def notice(self, notices: Sequence[Notice]) -> Sequence[Answer]:
        """Notice many things, of any orders, as one each; an answer to each.

        What one is refused is nobody else's harm. Raises StoreUnavailable.
        """
        return self._many.take(notices)

    def _notice_one(self, notice: Notice) -> Receipt:
        (answer,) = self.notice([notice])
        if isinstance(answer, Exception):
            raise answer
        return answer

    def live(
        self, order_id: UUID, known: Companionship, sight: Sight
    ) -> tuple[UUID, int, Resolution]:
        """Return the order's live resolution, else the next, with its number."""
        return self._noticing.live(order_id, known, sight)

    def take_beside(
        self, order_id: UUID, command: CompanionshipCommand, context: CommandContext
    ) -> Receipt:
        """Return where the order's companionship then stands; as CommandHandler."""
        beside = self.beside(order_id)
        sight = Sight(self._store, beside)
        order: Order = sight.of(order_id, ORDER)
        book = self._books.for_source(order.source)
        return self._handler.handle_one(
            Ask(context, (Part(beside, COMPANIONSHIP, command, book),))
        )

    # -- Plans --

    def preview(self, resolution_id: UUID, at: datetime) -> Preview:
        """Return what would be proposed now; nothing is written.

        Raises NoSuchResolution.
        """
        sight = Sight(self._store, resolution_id)
        state, order_id = found(resolution_id, sight)
        order: Order = sight.of(order_id, ORDER)
        moving = Moving(state, self._books.for_source(order.source), at)
        return self._proposals.preview(resolution_id, order_id, moving, sight)

    def propose(
        self, resolution_id: UUID, said: Proposing, context: CommandContext
    ) -> Receipt:
        """Propose plans anew, the engine's or an agent's own; raises as decide does."""

        def move(moving: Moving, order_id: UUID, sight: Sight) -> None:
            self._proposals.propose(order_id, resolution_id, moving, sight, said)

        return self.move(resolution_id, said, context, move)

    def approve(
        self, resolution_id: UUID, command: ApprovePlan, context: CommandContext
    ) -> Receipt:
        """Approve a plan as previewed, and offer at once what is approved.

        Where what it was priced on has changed it is refused as stale (StalePreview),
        and proposed anew.
        """
        return self._approving.approve(resolution_id, command, context)

    def take(
        self, resolution_id: UUID, command: ResolutionCommand, context: CommandContext
    ) -> Receipt:
        """Return where a resolution then stands; raises as decide does."""
        if isinstance(command, ApprovePlan):
            return self.approve(resolution_id, command, context)
        return self._moves.take(resolution_id, command, context)

    # -- Carrying out --

    def start(
        self, resolution_id: UUID, command: StartStep, context: CommandContext
    ) -> Receipt:
        """Begin a step, with its case, its reservation or its order in the same append.

        What another stream refuses makes the step fail, for that reason.
        """
        return self._handler.handle_prepared(
            resolution_id,
            context,
            command,
            lambda: self._carrying.starting(resolution_id, command, context),
        )

    def conclude(
        self, resolution_id: UUID, command: RecordStepResult, context: CommandContext
    ) -> Receipt:
        """Record what came of a step, with what that means for its ledger."""
        return self._handler.handle_prepared(
            resolution_id,
            context,
            command,
            lambda: self._carrying.concluding(resolution_id, command, context),
        )

    def undo(
        self, resolution_id: UUID, command: CompensateStep, context: CommandContext
    ) -> Receipt:
        """Undo what a step did, since the rest of its plan cannot be."""
        return self._handler.handle_prepared(
            resolution_id,
            context,
            command,
            lambda: self._carrying.undoing(resolution_id, command, context),
        )

    # -- Clocks --

    def check(
        self, asks: Sequence[ClockAsk], asked_at: datetime
    ) -> Sequence[Receipt | Exception]:
        """Ask resolutions whether their time has run out; an answer to each."""
        return each_asked(asks, asked_at, self.check_one)

    def check_one(
        self, resolution_id: UUID, cause: UUID, asked_at: datetime
    ) -> Receipt:
        """Ask one; raises as CommandHandler does."""
        command = CheckClocks()
        context = context_for(cause, command, actor=ACTOR, asked_at=asked_at)
        return self.take(resolution_id, command, context)

    # -- How it stands --

    def find(self, resolution_id: UUID) -> tuple[Resolution, int]:
        """Return a resolution and its version; raises NoSuchResolution."""
        return self._moves.find(resolution_id)

    def companionship(self, order_id: UUID) -> tuple[Companionship, int]:
        """Return the days beside an order's consumer, and their version, if any."""
        beside = self.beside(order_id)
        sight = Sight(self._store, beside)
        return sight.of(beside, COMPANIONSHIP), sight.version(beside)

    def to_do(self, resolution_id: UUID) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the steps that can be begun, and those that are to be undone."""
        state, _ = found(resolution_id, Sight(self._store, resolution_id))
        return startable(state), to_compensate(state)

    def declined_out(self, resolution_id: UUID) -> bool:
        """Say whether the consumer declined as often as is asked; NoSuchResolution."""
        sight = Sight(self._store, resolution_id)
        state, order_id = found(resolution_id, sight)
        return self._noticing.declined_out(order_id, state, sight)

    def out_of_plans(self, order_id: UUID, state: Resolution, sight: Sight) -> bool:
        """Say the same of a resolution as it moves."""
        return self._noticing.declined_out(order_id, state, sight)

    def rules(self, source: str | None) -> Rulebook:
        """Return the rules that orders of a source are judged by."""
        return self._books.for_source(source)

    # -- Anything else --

    def move(
        self, resolution_id: UUID, said: Struct, context: CommandContext, move: Move
    ) -> Receipt:
        """Return the receipt of what ``move`` asks of a resolution as it stands."""
        return self._moves.move(resolution_id, said, context, move)
