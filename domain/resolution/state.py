"""What is so in a proactive resolution, as far as the next decision needs to know it.

What is carried out lies beside the status: what is owed may run while the plan over it
waits to be approved or taken.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Final, Literal

from msgspec import Struct

from domain.kernel import State
from domain.money import Money
from domain.party import By
from domain.plan import (
    DEDUCTS,
    PAID_OUT,
    PHASES,
    RECLAIMS,
    YUAN,
    Block,
    Experiment,
    OnSilence,
    Phase,
    PlanStep,
    Proposed,
)
from domain.resolution.events import ResolutionOpened
from domain.resolution.values import TERMINAL, ResolutionStatus, StepStanding
from domain.shortfall import ClearedBy, SeverityOf, Shortfall
from domain.timer import Timer

# Nothing more becomes of a step that stands so.
DONE: Final[frozenset[StepStanding]] = frozenset(
    {"succeeded", "compensated", "skipped"}
)
# A proposal stands, and the consumer has not taken it.
STANDING: Final[frozenset[ResolutionStatus]] = frozenset(
    {"proposed", "approval_pending", "approved", "offered"}
)
# The plan is being carried out.
EXECUTING: Final[frozenset[ResolutionStatus]] = frozenset(
    {"accepted", "executing", "compensating", "needs_human"}
)
# These depend on each other: where one cannot be done, the others are undone.
LINKED: Final[frozenset[Phase]] = frozenset({"protective", "money", "goods"})
# The shortfall never was, so nothing was owed for it.
NEVER_WAS: Final[frozenset[ClearedBy]] = frozenset({"promise_kept", "retracted"})

# Whose limits an amount counts for: those of a plan, or those of what is owed.
Counts = Literal["resolution", "refund"]


class StepState(Struct, frozen=True, kw_only=True):
    """One step that is carried out, and how it stands.

    ``tries`` are those since a person last let it be tried; ``paid`` says that it was
    done once, whatever was decided of it since. ``settled`` is a person's decision;
    ``begun_in`` is the round that was proposed last when it was last begun.
    """

    key: str
    does: PlanStep
    standing: StepStanding = "waiting"
    attempts: int = 0
    tries: int = 0
    begun_in: int = 0
    changed_at: datetime
    final: bool = False
    paid: bool = False
    settled: str | None = None
    reason: str | None = None
    reference: str | None = None
    matter: str | None = None

    @property
    def order(self) -> int:
        """The place of its phase among the phases."""
        return PHASES.index(self.does.phase)


class Execution(Struct, frozen=True, kw_only=True):
    """A plan that is carried out. ``owed``: it is what the rules owe anyway.

    ``by`` proposed it, ``approved_by`` let it go, whatever is proposed since;
    ``counted`` is what it counts for whose limits.
    """

    plan: str
    round: int
    hash: str
    owed: bool
    by: By
    started_at: datetime
    counted: Mapping[Counts, int]
    steps: Mapping[str, StepState]
    approved_by: By | None = None
    executed: bool = False

    @property
    def done(self) -> bool:
        """Whether nothing more becomes of any step."""
        return all(each.standing in DONE for each in self.steps.values())

    @property
    def paid_fen(self) -> int:
        """What was paid and not undone, in minor units."""
        return sum(
            cost_of(each.does)
            for each in self.steps.values()
            if each.standing == "succeeded"
        )

    @property
    def paid_out(self) -> tuple[Money, ...]:
        """What the consumer was paid, by currency; goods are no money."""
        sums: dict[str, int] = {}
        for each in self.steps.values():
            amount = each.does.amount if each.does.action in PAID_OUT else None
            if amount is not None and amount.minor and each.standing == "succeeded":
                sums[amount.currency] = sums.get(amount.currency, 0) + amount.minor
        return tuple(Money(sums[each], each) for each in sorted(sums))

    @property
    def broken(self) -> tuple[StepState, ...]:
        """The steps that cannot be done, so that the rest hangs in the air."""
        return tuple(
            each
            for each in self.steps.values()
            if each.standing == "failed"
            and each.final
            and each.does.part != "entitlement"
            and each.does.phase in LINKED
        )

    def to_compensate(self) -> tuple[StepState, ...]:
        """Return what has to be undone, the last first; never what is owed."""
        if self.owed or not self.broken:
            return ()
        undone = (
            each
            for each in self.steps.values()
            if each.standing == "succeeded"
            and each.does.reversible
            and each.does.part != "entitlement"
            and each.does.phase in LINKED
            and each.settled is None
        )
        return tuple(reversed(tuple(undone)))

    def waits_for(self, step: StepState) -> tuple[str, ...]:
        """Return the steps of earlier phases that are not done.

        What is owed anyway waits for nothing but what is owed before it: that nobody
        could be urged keeps no money back; a merchant's charge waits for nothing.
        """
        if step.does.action == DEDUCTS:
            return ()
        alone = self.owed and step.does.part == "entitlement"
        return tuple(
            each.key
            for each in self.steps.values()
            if each.order < step.order
            and each.standing not in DONE
            and not (alone and each.does.part != "entitlement")
        )


class Proposal(Struct, frozen=True, kw_only=True):
    """What was proposed last. ``about`` are the shortfalls known then.

    It stands until it is superseded, rejected, declined or countered. ``before_fen``
    is what the same one gave within a day in other resolutions of the order.
    """

    round: int
    by: By
    at: datetime
    minimum: Proposed
    plans: tuple[Proposed, ...]
    rests_on: str
    experiment: Experiment | None = None
    about: tuple[str, ...] = ()
    before_fen: int = 0
    standing: bool = True

    def plan(self, name: str) -> Proposed | None:
        """Return the plan of this name, what is owed included."""
        named = (each for each in (self.minimum, *self.plans) if each.plan.name == name)
        return next(named, None)


class Asking(Struct, frozen=True, kw_only=True):
    """Whose approval a plan waits for."""

    role: str
    amount_fen: int
    hash: str


class Approval(Struct, frozen=True, kw_only=True):
    """Who approved a plan, as previewed."""

    by: By
    hash: str
    amount_fen: int


class Resolution(State, frozen=True, kw_only=True):
    """A proactive resolution as known.

    ``wish`` is what the consumer asked for instead, until it is proposed anew.
    ``reaching_out`` says that the consumer was offered something since it was opened
    or reopened; ``executions`` are by round and plan. ``worth_else`` says that
    something owed has another price by now, and was not proposed at it yet; ``since``
    is when it came to stand as it does.
    """

    status: ResolutionStatus | None = None
    since: datetime | None = None
    opened: ResolutionOpened | None = None
    shortfalls: Mapping[str, Shortfall] = {}
    healed: Mapping[str, ClearedBy] = {}
    severity: SeverityOf | None = None
    triaged: bool = False
    block: Block | None = None
    proposal: Proposal | None = None
    round: int = 0
    asks: Mapping[str, Asking] = {}
    approvals: Mapping[str, Approval] = {}
    offered: tuple[str, ...] = ()
    on_silence: OnSilence | None = None
    offer_policy: str | None = None
    reaching_out: bool = False
    accepted: str | None = None
    declines: int = 0
    wish: str | None = None
    executions: Mapping[str, Execution] = {}
    worth_else: bool = False
    timers: Mapping[str, Timer] = {}
    confirmed_by: By | None = None
    score: int | None = None
    reopened: str | None = None
    handed: bool = False
    disputes: tuple[str, ...] = ()
    outcomes: tuple[int, ...] = ()
    ended_at: datetime | None = None

    @property
    def known(self) -> bool:
        """Whether it was ever opened."""
        return self.opened is not None

    @property
    def dispute(self) -> str | None:
        """The first dispute in which people judge it, if they do."""
        return next(iter(self.disputes), None)

    @property
    def over(self) -> bool:
        """Whether it ended. What is owed is carried out all the same."""
        return self.status in TERMINAL

    @property
    def standing(self) -> Proposal | None:
        """The proposal, if it still stands."""
        return self.proposal if self.proposal and self.proposal.standing else None

    @property
    def minimum(self) -> Execution | None:
        """What is owed, as it was last begun to be carried out."""
        return self._last(owed=True)

    @property
    def plan(self) -> Execution | None:
        """The plan over what is owed, as it was last begun to be carried out."""
        return self._last(owed=False)

    @property
    def open_shortfalls(self) -> frozenset[str]:
        """The names of those that did not clear."""
        return frozenset(self.shortfalls) - frozenset(self.healed)

    @property
    def unanswered(self) -> frozenset[str]:
        """Open shortfalls that the proposal says nothing of."""
        about = self.proposal.about if self.proposal else ()
        return self.open_shortfalls.difference(about)

    @property
    def minimum_asked(self) -> bool:
        """Whether what is owed still waits to be approved."""
        name = self.proposal.minimum.plan.name if self.proposal else ""
        return name in self.asks

    @property
    def approvable(self) -> Proposal | None:
        """The proposal of which something is approved still: it stands, or is owed."""
        return self.proposal if self.minimum_asked else self.standing

    @property
    def owed_for(self) -> frozenset[str]:
        """The shortfalls that were, and for which what is owed waits to be approved.

        That one healed later does not take back what was owed for it.
        """
        if self.proposal is None or not self.minimum_asked:
            return frozenset()
        return frozenset(
            step.shortfall or ""
            for step in self.proposal.minimum.plan.steps
            if step.part == "entitlement"
            and self.healed.get(step.shortfall or "") not in NEVER_WAS
        )

    @property
    def owing(self) -> bool:
        """Whether something owed is not done: it waits to be approved, or begun."""
        return bool(self.owed_for) or any(
            step.does.part == "entitlement" and step.standing not in DONE
            for execution in self.executions.values()
            if execution.owed
            for step in execution.steps.values()
        )

    @property
    def paid_fen(self) -> int:
        """What the consumer got, or the service paid, in minor units."""
        return sum(each.paid_fen for each in self.executions.values())

    def blocked(self, at: datetime) -> bool:
        """Whether goodwill is blocked then."""
        return self.block is not None and at < self.block.until

    def steps(self) -> Iterator[StepState]:
        """Yield every step that is or was carried out, in order."""
        for execution in self.executions.values():
            yield from execution.steps.values()

    def step(self, key: str) -> StepState | None:
        """Return a step that is carried out, by its key."""
        execution = self.executions.get(key.rpartition("/")[0])
        return None if execution is None else execution.steps.get(key)

    def clock(self, step: str) -> Timer | None:
        """Return the clock that runs for a step, if one does."""
        running = (
            each
            for each in self.timers.values()
            if each.step == step and each.standing == "running"
        )
        return next(running, None)

    def _last(self, *, owed: bool) -> Execution | None:
        found = [each for each in self.executions.values() if each.owed is owed]
        return found[-1] if found else None


def cost_of(step: PlanStep) -> int:
    """Return what a step costs in fen; what others pay back costs nothing.

    Other money than yuan is no number of fen: no limit and no sum counts it as if.
    """
    if step.amount is None or step.action in RECLAIMS:
        return 0
    return step.amount.minor if step.amount.currency == YUAN else 0


def in_other_money(step: PlanStep) -> bool:
    """Say whether a step costs what cannot be compared with any limit in fen."""
    amount = step.amount
    return (
        amount is not None
        and amount.minor > 0
        and amount.currency != YUAN
        and step.action not in RECLAIMS
    )


def limits_of(step: PlanStep) -> Counts:
    """Return whose limits a step counts for.

    What is owed has the limits of a refund, what a merchant is charged too; goodwill
    and what it costs the service have those of a resolution.
    """
    owed = step.part == "entitlement" or step.action == DEDUCTS
    return "refund" if owed else "resolution"


def counts_of(steps: Iterable[PlanStep]) -> dict[Counts, int]:
    """Return what steps count for whose limits, deductions included, in fen."""
    counted: dict[Counts, int] = {"resolution": 0, "refund": 0}
    for step in steps:
        counted[limits_of(step)] += cost_of(step) + step.charged_fen
    return counted
