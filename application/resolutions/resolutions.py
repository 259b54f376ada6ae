"""Commands to resolutions, each with what it means elsewhere, in one ask.

What fell short, the resolution that makes it good, the order, its cases and its ledger
all lie beside each other: they move together, or not at all.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import reduce
from typing import Any, Final
from uuid import UUID, uuid5

from msgspec import Struct
from msgspec.structs import replace

from application.after_sales import AfterSales
from application.books import Books
from application.compensation import Compensations
from application.consumers import id_of_consumer
from application.event_store.envelope import Ask, CommandContext, Part, Receipt
from application.event_store.handler import CommandHandler
from application.event_store.store import EventStore, StaleVersion
from application.orders import Orders, context_for
from application.processes.check_overdue_clocks import ACTOR, ClockAsk, each_asked
from application.resolutions.ground import Grounds, Priced
from application.resolutions.own_plans import within_order
from application.resolutions.steps import Doing, StepParts
from application.responsibility import Responsibilities
from application.sight import Sight
from domain.companionship import (
    COMPANIONSHIP,
    ClearShortfall,
    Companionship,
    CompanionshipCommand,
    DetectShortfall,
)
from domain.compensation import GoodwillCapped, goodwill_left
from domain.consumer import CONSUMER, Consumer
from domain.detection.severity import severity_of, value_fen
from domain.ids import id_from_name, partition_in
from domain.kernel import Refused
from domain.order import ORDER, NoSuchOrder, Order
from domain.party import SYSTEM, By
from domain.plan import Block, Experiment, Plan, PlanStep, plan_hash
from domain.planning import minimum_of, plans_of, rests_on
from domain.policy.book import NoSuchRule, Rulebook
from domain.policy.rows import Times
from domain.resolution import (
    RESOLUTION,
    ApprovePlan,
    AttachShortfall,
    CompensateStep,
    HealShortfall,
    NoSuchResolution,
    NothingProposed,
    OfferPlans,
    OpenResolution,
    OwedByNoRule,
    ProposePlans,
    RecordStepResult,
    ReopenResolution,
    Resolution,
    ResolutionCommand,
    StalePreview,
    StartStep,
    TriageResolution,
    startable,
    times_of,
    to_compensate,
)
from domain.resolution.approving import spent
from domain.resolution.state import cost_of
from domain.resolution.turns import goes_on, waiting
from domain.shortfall import ClearedBy, SeverityOf, Shortfall
from domain.timer import CheckClocks

KIND, BESIDE = "resolution", "companionship"
# How long we stay beside a consumer where no row says (domain rules, section 1.1).
DAYS_USUAL: Final = 30


class Detecting(Struct, frozen=True):
    """What was said of a shortfall, before anything was looked up.

    ``propose``: make it good at once, as far as the rules let it go by itself.
    """

    by: By
    shortfall: Shortfall
    propose: bool = True
    incident: str | None = None


class Proposing(Struct, frozen=True, kw_only=True):
    """What was said to have plans made; ``plans`` are an agent's own, if any.

    ``experiment`` says from which arm their goodwill was drawn.
    """

    by: By
    plans: tuple[Plan, ...] | None = None
    offer: bool = True
    experiment: Experiment | None = None


class Preview(Struct, frozen=True, kw_only=True):
    """What would be proposed now, and the name of what it was priced on.

    ``hashes`` are by plan, and are what is approved and carried out.
    """

    minimum: Plan
    plans: tuple[Plan, ...]
    rests_on: str
    hashes: Mapping[str, str]
    priced: Priced


class PricedOnOther(Exception):
    """What a proposal was priced on has changed; ``by`` had proposed it."""

    def __init__(self, by: By) -> None:
        super().__init__("priced on other facts")
        self.by = by


class Moving:
    """A resolution as it moves while an ask is made; what each command decides counts.

    ``commands`` are all that it was asked, in order.
    """

    def __init__(self, state: Resolution, book: Rulebook, at: datetime) -> None:
        self.state, self.book, self.at = state, book, at
        self.commands: list[ResolutionCommand] = []

    def ask(self, command: ResolutionCommand) -> Sequence[Any]:
        """Decide a command on what those before it made of it; raises Refused."""
        events = RESOLUTION.decide(self.state, command, self.book, self.at)
        self.state = reduce(RESOLUTION.evolve, events, self.state)
        self.commands.append(command)
        return events

    def parts(self, stream_id: UUID) -> tuple[Part, ...]:
        """Return all that was asked, as parts of an ask."""
        return tuple(
            Part(stream_id, RESOLUTION, command, self.book) for command in self.commands
        )


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
    ) -> None:
        self._store = store
        self._handler = handler
        self._books = books
        self.grounds = Grounds(compensations, books)
        self._steps = StepParts(orders, cases, compensations, accounts)

    # -- Ids --

    def id_of(self, order_id: UUID, number: int) -> UUID:
        """Return the id of an order's resolution of this number, beside the order."""
        return id_from_name(partition_in(order_id), KIND, str(order_id), str(number))

    def beside(self, order_id: UUID) -> UUID:
        """Return the id of the companionship of an order."""
        return id_from_name(partition_in(order_id), BESIDE, str(order_id), "1")

    # -- What fell short --

    def detect(
        self, order_id: UUID, said: Detecting, context: CommandContext
    ) -> Receipt:
        """Record a shortfall and see to it: in the live resolution, else in a new one.

        It is proposed at once, and what the rules let go by itself is begun and
        offered. Raises NoSuchOrder, and as CommandHandler does.
        """
        return self._handler.handle_prepared(
            self.beside(order_id),
            context,
            said,
            lambda: self.detecting(order_id, said, context),
        )

    def detecting(
        self, order_id: UUID, said: Detecting, context: CommandContext
    ) -> Ask:
        """Return the ask of ``detect``, for a batch of them; raises NoSuchOrder."""
        beside = self.beside(order_id)
        sight = Sight(self._store, beside)
        order: Order = sight.of(order_id, ORDER)
        if order.identity is None:
            raise NoSuchOrder(order=str(order_id))
        known: Companionship = sight.of(beside, COMPANIONSHIP)
        book = self._books.for_source(order.source)
        resolution_id, number, state = self.live(order_id, known, sight)
        tell = DetectShortfall(
            by=said.by,
            order=str(order_id),
            consumer=order.identity.consumer,
            shortfall=said.shortfall,
            resolution=str(resolution_id),
        )
        first = Part(beside, COMPANIONSHIP, tell, book)
        if said.shortfall.name in known.shortfalls:
            return Ask(context, (first,), rests_on=sight.rests_on)
        moving = Moving(state, book, context.at)
        moving.ask(
            AttachShortfall(by=said.by, shortfall=said.shortfall)
            if state.known
            else self.opening(order_id, order, number, said)
        )
        grave = gravity(said.shortfall, order, book, context.at)
        if not moving.state.triaged:
            block = self._flag(moving.state, sight, context.at)
            moving.ask(TriageResolution(by=SYSTEM, severity=grave, block=block))
        if said.propose:
            # What is carried out goes on, and a wish waits for people: it is recorded
            # nevertheless, and proposed for when its turn comes.
            with suppress(Refused):
                self._propose(order_id, resolution_id, moving, sight)
        parts = (first, *moving.parts(resolution_id))
        return Ask(context, parts, rests_on=sight.rests_on)

    def clear(
        self,
        order_id: UUID,
        shortfall: str,
        cleared_by: ClearedBy,
        context: CommandContext,
    ) -> Receipt:
        """Record that a shortfall healed; its resolution takes note at once."""
        beside = self.beside(order_id)
        told = ClearShortfall(
            by=SYSTEM, shortfall=shortfall, cleared_by=cleared_by, at=context.at
        )

        def ask() -> Ask:
            sight = Sight(self._store, beside)
            known: Companionship = sight.of(beside, COMPANIONSHIP)
            order: Order = sight.of(order_id, ORDER)
            book = self._books.for_source(order.source)
            parts = [Part(beside, COMPANIONSHIP, told, book)]
            kept = known.shortfalls.get(shortfall)
            if kept is not None and kept.resolution is not None:
                resolution_id = UUID(kept.resolution)
                state: Resolution = sight.of(resolution_id, RESOLUTION)
                if shortfall in state.open_shortfalls:
                    heal = HealShortfall(
                        by=SYSTEM, shortfall=shortfall, cleared_by=cleared_by
                    )
                    moving = Moving(state, book, context.at)
                    moving.ask(heal)
                    parts.extend(moving.parts(resolution_id))
                    parts.extend(
                        self._freed(resolution_id, state, moving, sight, context)
                    )
            return Ask(context, tuple(parts), rests_on=sight.rests_on)

        return self._handler.handle_prepared(beside, context, told, ask)

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

        Where what stands proposed rests on the same, it is just that: a date counted
        from now makes no other plan of it. Raises NoSuchResolution.
        """
        sight = Sight(self._store, resolution_id)
        state, order_id = self._found(resolution_id, sight)
        order: Order = sight.of(order_id, ORDER)
        moving = Moving(state, self._books.for_source(order.source), at)
        self._mind_flags(moving, sight)
        priced = self.grounds.of(order_id, resolution_id, moving.state, sight, at)
        seen, standing = previewed(priced), moving.state.standing
        if standing is None or standing.rests_on != seen.rests_on:
            return seen
        named = (standing.minimum, *standing.plans)
        return Preview(
            minimum=standing.minimum.plan,
            plans=tuple(each.plan for each in standing.plans),
            rests_on=seen.rests_on,
            hashes={each.plan.name: each.hash for each in named},
            priced=priced,
        )

    def propose(
        self, resolution_id: UUID, said: Proposing, context: CommandContext
    ) -> Receipt:
        """Propose plans anew, the engine's or an agent's own; raises as decide does."""

        def move(moving: Moving, order_id: UUID, sight: Sight) -> None:
            self._propose(order_id, resolution_id, moving, sight, said)

        return self._moved(resolution_id, said, context, move)

    def approve(
        self, resolution_id: UUID, command: ApprovePlan, context: CommandContext
    ) -> Receipt:
        """Approve a plan as previewed, and offer at once what is approved.

        Where what it was priced on has changed it is refused as stale (StalePreview),
        and proposed anew, so that there is something to look at.
        """

        def move(moving: Moving, order_id: UUID, sight: Sight) -> None:
            self._still_so(order_id, resolution_id, moving, sight)
            moving.ask(command)
            self._offer(moving, by=SYSTEM, whole=False)

        try:
            return self._moved(resolution_id, command, context, move)
        except PricedOnOther as moved:
            cause = uuid5(context.command_id, "proposed anew")
            said = Proposing(by=moved.by, offer=False)
            anew = context_for(cause, said, actor=ACTOR, asked_at=context.asked_at)
            with suppress(Refused):
                self.propose(resolution_id, said, anew)
            state, _ = self.find(resolution_id)
            seen = state.standing.plan(command.plan) if state.standing else None
            current = seen.hash if seen else None
            raise StalePreview(current=current, round=state.round) from moved

    def take(
        self, resolution_id: UUID, command: ResolutionCommand, context: CommandContext
    ) -> Receipt:
        """Return where a resolution then stands; raises as decide does."""
        if isinstance(command, ApprovePlan):
            return self.approve(resolution_id, command, context)

        def move(moving: Moving, order_id: UUID, sight: Sight) -> None:
            if isinstance(command, ReopenResolution):
                known: Companionship = sight.of(self.beside(order_id), COMPANIONSHIP)
                until = command.until or known.ends_at or days_over(moving)
                moving.ask(replace(command, until=until))
            else:
                moving.ask(command)

        return self._moved(resolution_id, command, context, move)

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
            lambda: self._starting(resolution_id, command, context),
        )

    def conclude(
        self, resolution_id: UUID, command: RecordStepResult, context: CommandContext
    ) -> Receipt:
        """Record what came of a step, with what that means for its ledger."""

        def ask() -> Ask:
            sight = Sight(self._store, resolution_id)
            moving, doing = self._doing(resolution_id, command.step, sight, context)
            moving.ask(command)
            known = moving.state.step(command.step)
            final = known is not None and known.standing == "needs_human"
            others = self._steps.concluded(
                doing, succeeded=command.succeeded, final=command.final or final
            )
            return Ask(
                context,
                (*moving.parts(resolution_id), *others),
                rests_on=sight.rests_on,
            )

        return self._handler.handle_prepared(resolution_id, context, command, ask)

    def undo(
        self, resolution_id: UUID, command: CompensateStep, context: CommandContext
    ) -> Receipt:
        """Undo what a step did, since the rest of its plan cannot be."""

        def ask() -> Ask:
            sight = Sight(self._store, resolution_id)
            moving, doing = self._doing(resolution_id, command.step, sight, context)
            moving.ask(command)
            parts = (*moving.parts(resolution_id), *self._steps.undone(doing))
            return Ask(context, parts, rests_on=sight.rests_on)

        return self._handler.handle_prepared(resolution_id, context, command, ask)

    def to_do(self, resolution_id: UUID) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the steps that can be begun, and those that are to be undone."""
        state, _ = self._found(resolution_id, Sight(self._store, resolution_id))
        return startable(state), to_compensate(state)

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

    def companionship(self, order_id: UUID) -> tuple[Companionship, int]:
        """Return the days beside an order's consumer, and their version, if any."""
        beside = self.beside(order_id)
        sight = Sight(self._store, beside)
        return sight.of(beside, COMPANIONSHIP), sight.version(beside)

    def find(self, resolution_id: UUID) -> tuple[Resolution, int]:
        """Return a resolution and its version; raises NoSuchResolution."""
        sight = Sight(self._store, resolution_id)
        state, _ = self._found(resolution_id, sight)
        return state, sight.version(resolution_id)

    # -- What an ask is made of --

    def _found(self, resolution_id: UUID, sight: Sight) -> tuple[Resolution, UUID]:
        state: Resolution = sight.of(resolution_id, RESOLUTION)
        if state.opened is None:
            raise NoSuchResolution
        return state, UUID(state.opened.order)

    def live(
        self, order_id: UUID, known: Companionship, sight: Sight
    ) -> tuple[UUID, int, Resolution]:
        """Return the order's live resolution, else the next, with its number."""
        named = dict.fromkeys(
            each.resolution for each in known.shortfalls.values() if each.resolution
        )
        for name in reversed(named):
            state: Resolution = sight.of(UUID(name), RESOLUTION)
            if state.opened is None or state.over:
                continue
            if not self._declined_out(order_id, state, sight):
                return UUID(name), state.opened.number, state
        number = len(named) + 1
        return self.id_of(order_id, number), number, RESOLUTION.initial

    def _declined_out(self, order_id: UUID, state: Resolution, sight: Sight) -> bool:
        """Say whether only people judge it, so that what comes now is seen to anew.

        Else what is owed for it would wait for a proposal that nobody may make.
        """
        assert state.opened is not None, "only what was opened is declined"
        order: Order = sight.of(order_id, ORDER)
        times = times_of(state, state.opened.at)
        terms = self._books.for_source(order.source).offer_terms(times)
        return state.status == "declined" and state.declines >= terms.proposals_max

    def opening(
        self, order_id: UUID, order: Order, number: int, said: Detecting
    ) -> OpenResolution:
        """Return what opens an order's resolution of this number."""
        placed, shortfall = order.placement, said.shortfall
        sold = [line.merchant for line in order.lines if line.line == shortfall.line]
        parcel = order.parcels.get(shortfall.parcel or "")
        carriers = [each.carrier for each in order.parcels.values() if each.carrier]
        creators = [
            each.party
            for each in (placed.participants if placed else ())
            if "creator" in each.roles
        ]
        return OpenResolution(
            by=said.by,
            order=str(order_id),
            consumer=order.identity.consumer if order.identity else "",
            merchant=next(filter(None, sold), placed.merchant if placed else None),
            creator=next(iter(creators), None),
            carrier=parcel.carrier if parcel else next(iter(carriers), None),
            ordered_at=order.placed_at or order.paid_at,
            number=number,
            shortfall=shortfall,
            complained=any(claim.live for claim in order.claims.values()),
            incident=said.incident,
        )

    def _flag(self, state: Resolution, sight: Sight, at: datetime) -> Block | None:
        """Return the block that a flag of the consumer means, if one stands."""
        assert state.opened is not None, "it was just opened, or found"
        stream_id = id_of_consumer(state.opened.consumer, self._store.partitions)
        consumer: Consumer = sight.of(stream_id, CONSUMER)
        flag = consumer.flagged(at)
        if flag is None:
            return None
        return Block(reason=flag.reason, until=flag.until, flag=flag.name)

    def _mind_flags(self, moving: Moving, sight: Sight) -> None:
        """Block goodwill where a flag stands by now, and no more where it was lifted.

        What is lifted is lifted here by whoever judged the objection, once it is
        proposed anew; what was offered before a flag was set stays offered.
        """
        state, at = moving.state, moving.at
        if state.severity is None or state.over or state.opened is None:
            return
        stream_id = id_of_consumer(state.opened.consumer, self._store.partitions)
        consumer: Consumer = sight.of(stream_id, CONSUMER)
        had, block = state.block, self._flag(state, sight, at)
        known = consumer.flags.get(had.flag) if had and state.blocked(at) else None
        by: By | None = known.lifted_by if known else None
        if by is None and block and (had is None or had.until < block.until):
            by = SYSTEM
        if by is not None:
            triage = TriageResolution(by=by, severity=state.severity, block=block)
            moving.ask(triage)

    def _propose(
        self,
        order_id: UUID,
        resolution_id: UUID,
        moving: Moving,
        sight: Sight,
        said: Proposing | None = None,
    ) -> None:
        """Have plans made on things as they stand, and offer what goes by itself."""
        said = said or Proposing(by=SYSTEM)
        self._mind_flags(moving, sight)
        priced = self.grounds.of(
            order_id, resolution_id, moving.state, sight, moving.at
        )
        seen = previewed(priced)
        plans = seen.plans if said.plans is None else own(said.plans, seen)
        if not seen.minimum.steps and not plans:
            if moving.commands:
                return
            raise NothingProposed
        moving.ask(
            ProposePlans(
                by=said.by,
                minimum=seen.minimum,
                plans=plans,
                rests_on=seen.rests_on,
                experiment=said.experiment,
                before_fen=self._before(order_id, resolution_id, moving, sight, said),
            )
        )
        if said.offer:
            self._offer(moving, by=SYSTEM)

    def _before(
        self,
        order_id: UUID,
        resolution_id: UUID,
        moving: Moving,
        sight: Sight,
        said: Proposing,
    ) -> int:
        """Return what the same one gave within a day in the order's other resolutions.

        Parts of one amount, given one after the other, need one approval together.
        """
        known: Companionship = sight.of(self.beside(order_id), COMPANIONSHIP)
        named = {each.resolution for each in known.shortfalls.values()}
        return sum(
            spent(sight.of(UUID(name), RESOLUTION), said.by, "resolution", moving.at)
            for name in sorted(filter(None, named - {str(resolution_id)}))
        )

    def _offer(self, moving: Moving, by: By, *, whole: bool = True) -> None:
        """Offer what is approved, unless something is offered or under way already.

        Nothing goes out by itself while another plan still waits to be approved: the
        consumer is shown one ``whole`` choice. Whoever approves one of several chose.
        """
        state = moving.state
        proposal = state.standing
        ready = {"approved"} if whole else {"approved", "approval_pending"}
        if proposal is None or state.status not in ready:
            return
        names = [each.plan.name for each in proposal.plans]
        approved = [name for name in names if name in state.approvals]
        if approved:
            first = state.shortfalls[next(iter(state.shortfalls))]
            moving.ask(
                OfferPlans(
                    by=by,
                    hash=state.approvals[approved[0]].hash,
                    reason=first.code,
                )
            )

    def _still_so(
        self, order_id: UUID, resolution_id: UUID, moving: Moving, sight: Sight
    ) -> None:
        """Raise PricedOnOther where what a proposal was priced on has changed since."""
        proposal = moving.state.standing
        if proposal is None:
            return
        self._mind_flags(moving, sight)
        priced = self.grounds.of(
            order_id, resolution_id, moving.state, sight, moving.at
        )
        if rests_on(priced.ground) != proposal.rests_on:
            raise PricedOnOther(proposal.by)

    def _moved(
        self,
        resolution_id: UUID,
        said: Struct,
        context: CommandContext,
        move: Callable[[Moving, UUID, Sight], None],
    ) -> Receipt:
        """Return the receipt of what ``move`` asks of a resolution as it stands."""

        def ask() -> Ask:
            sight = Sight(self._store, resolution_id)
            state, order_id = self._found(resolution_id, sight)
            version = sight.version(resolution_id)
            if context.expected_version not in {None, version}:
                raise StaleVersion(version=version)
            order: Order = sight.of(order_id, ORDER)
            book = self._books.for_source(order.source)
            moving = Moving(state, book, context.at)
            move(moving, order_id, sight)
            freed = self._freed(resolution_id, state, moving, sight, context)
            parts = (*moving.parts(resolution_id), *freed)
            return Ask(context, parts, rests_on=sight.rests_on)

        return self._handler.handle_prepared(resolution_id, context, said, ask)

    def _freed(
        self,
        resolution_id: UUID,
        before: Resolution,
        moving: Moving,
        sight: Sight,
        context: CommandContext,
    ) -> Iterator[Part]:
        """Yield what follows for the ledger of steps of which nothing more comes.

        What people left out, or what ended with all the rest, frees its part of the
        caps; what was done elsewhere uses it.
        """
        now = moving.state
        ended = now.over and not before.over
        for step in now.steps():
            was = before.step(step.key)
            if was is None or step.matter is None:
                continue
            execution = now.executions[step.key.rpartition("/")[0]]
            settled = step.settled not in {was.settled, "retry"}
            if settled or (ended and waiting(step) and not goes_on(now, execution)):
                _, doing = self._doing(resolution_id, step.key, sight, context)
                done = step.settled == "done_elsewhere"
                yield from self._steps.concluded(doing, succeeded=done, final=True)

    def _doing(
        self, resolution_id: UUID, key: str, sight: Sight, context: CommandContext
    ) -> tuple[Moving, Doing]:
        """Return a resolution about to move, and the step it is about."""
        state, order_id = self._found(resolution_id, sight)
        known = state.step(key)
        about = known.does.lines or None if known else None
        priced = self.grounds.of(
            order_id, resolution_id, state, sight, context.at, about=about
        )
        moving = Moving(state, priced.ground.book, context.at)
        doing = Doing(
            resolution_id=resolution_id,
            order_id=order_id,
            key=key,
            state=state,
            priced=priced,
            sight=sight,
            context=context,
        )
        return moving, doing

    def _starting(
        self, resolution_id: UUID, command: StartStep, context: CommandContext
    ) -> Ask:
        """Return the beginning of a step, with its parts elsewhere."""
        sight = Sight(self._store, resolution_id)
        moving, doing = self._doing(resolution_id, command.step, sight, context)
        begun = self._steps.begun(doing)
        moving.ask(StartStep(by=command.by, step=command.step, matter=begun.matter))
        if begun.result is not None:
            attempt = moving.state.step(command.step)
            assert attempt is not None, "it has just been begun"
            result = begun.result
            moving.ask(
                RecordStepResult(
                    by=SYSTEM,
                    step=command.step,
                    attempt=attempt.attempts,
                    succeeded=result.succeeded,
                    reason=result.reason,
                    reference=begun.matter,
                    final=not result.succeeded,
                )
            )
        parts = (*moving.parts(resolution_id), *begun.parts)
        return Ask(context, parts, rests_on=sight.rests_on)


def days_over(moving: Moving) -> datetime:
    """Return when the days beside a consumer would be over that never began."""
    opened = moving.state.opened
    assert opened is not None, "only what was opened is taken up again"
    try:
        days = moving.book.companionship(times_of(moving.state, opened.at)).days
    except NoSuchRule:
        days = DAYS_USUAL
    return opened.at + timedelta(days=days)


def own(plans: tuple[Plan, ...], seen: Preview) -> tuple[Plan, ...]:
    """Return an agent's own plans; what differs from a row's plan is no row's.

    What is owed is what the rules priced: whoever gives anything else gives goodwill,
    under its caps and blocks. Raises OwedByNoRule, GoodwillCapped, and as within_order.
    """
    ground = seen.priced.ground
    paid = (ground.facts.paid_fen if ground.facts else None) or 0
    left = goodwill_left(ground.day, ground.name, paid, ground.book, ground.times)
    for plan in plans:
        within_order(plan, ground.order)
        given = sum(cost_of(step) for step in plan.steps if step.part == "goodwill")
        if left is not None and given > left:
            raise GoodwillCapped(total_fen=given, left_fen=left)
    return tuple(
        plan
        if plan in seen.plans
        else replace(
            plan,
            policy=None,
            steps=tuple(as_priced(plan.name, step, seen) for step in plan.steps),
        )
        for plan in plans
    )


def as_priced(plan: str, step: PlanStep, seen: Preview) -> PlanStep:
    """Return a step; of what is owed, just as the rules priced it.

    Money that went back is nobody's to take again, whatever becomes of the rest.
    """
    if step.part != "entitlement":
        return replace(step, reversible=step.reversible and step.phase != "money")
    for each in (each for one in (seen.minimum, *seen.plans) for each in one.steps):
        same = (each.action, each.amount) == (step.action, step.amount)
        if each.part == "entitlement" and same:
            return each
    raise OwedByNoRule(plan=plan, action=step.action)


def gravity(
    shortfall: Shortfall, order: Order, book: Rulebook, at: datetime
) -> SeverityOf:
    """Return how grave a shortfall is: as its detector said, else by the book's row.

    Where no row weighs it, it is of little weight, as far as anybody knows.
    """
    if shortfall.severity is not None:
        return shortfall.severity
    times = Times(
        ordered_at=order.placed_at or order.paid_at,
        conduct_at=shortfall.since,
        judged_at=at,
    )
    row = book.severity(times)
    if row is None:
        return SeverityOf(severity="low", points=1, inputs=(), policy=shortfall.rule)
    return severity_of(
        row,
        value_fen=value_fen(order, shortfall.line),
        delay_seconds=(at - (shortfall.due or shortfall.since)).total_seconds(),
        effort=0,
    )


def previewed(priced: Priced) -> Preview:
    """Return the plans of a ground, with the hashes they are approved by."""
    minimum, plans = minimum_of(priced.ground), plans_of(priced.ground)
    name = rests_on(priced.ground)
    return Preview(
        minimum=minimum,
        plans=plans,
        rests_on=name,
        hashes={plan.name: plan_hash(plan, name) for plan in (minimum, *plans)},
        priced=priced,
    )
