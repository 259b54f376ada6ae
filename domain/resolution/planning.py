"""What is proposed, and what goes by itself: what is owed waits for nobody."""

from datetime import datetime
from functools import reduce
from typing import Final

from domain.party import SYSTEM
from domain.plan import PHASES, Action, Plan, PlanStep, Proposed, plan_hash
from domain.policy.book import Rulebook
from domain.resolution.approving import put_for_approval, times_of
from domain.resolution.commands import ProposePlans
from domain.resolution.events import PlanApproved, PlansProposed, ResolutionEvent
from domain.resolution.evolve import evolve
from domain.resolution.finishing import finishing
from domain.resolution.opening import superseded
from domain.resolution.refusals import (
    AmountWrong,
    ExperimentOnEntitlement,
    GoodwillBlocked,
    GoodwillIsNotOwed,
    NoMoreProposals,
    NothingProposed,
    NotNow,
    OwedByNoRule,
    PhasesOutOfOrder,
    PlanNamesClash,
    StepIncomplete,
    TriageFirst,
    UnknownShortfall,
    WishIsForPeople,
)
from domain.resolution.starting import execution, numbers_left
from domain.resolution.state import Resolution
from domain.resolution.turns import owed_anew

Events = tuple[ResolutionEvent, ...]

COMPENSATES: Final[frozenset[Action]] = frozenset(
    {"coupon_compensation", "cash_compensation"}
)
PAYS: Final[frozenset[Action]] = COMPENSATES | {
    "refund_full",
    "refund_partial",
    "refund_freight",
    "price_diff",
    "platform_advance",
}
PUTS_OFF: Final[frozenset[Action]] = frozenset(
    {"renegotiate_ship_date", "extend_receipt", "extend_after_sale_window"}
)


def proposed(
    resolution: Resolution, command: ProposePlans, book: Rulebook, at: datetime
) -> Events:
    """Return the proposal, each plan with the hash of its preview.

    What is owed begins at once where the limits let it; each plan over it is approved
    by itself, or somebody is asked. Raises what ``proposable`` and ``sound`` do, and
    BeyondEveryLimit.
    """
    proposable(resolution, command, book, at)
    sound(command, settles=resolution.worth_else)
    about_known(resolution, command)
    event = PlansProposed(
        at=at,
        by=command.by,
        round=resolution.round + 1,
        minimum=signed(command.minimum, command.rests_on),
        plans=tuple(signed(plan, command.rests_on) for plan in command.plans),
        rests_on=command.rests_on,
        experiment=command.experiment,
        before_fen=command.before_fen,
    )
    story: Events = (*superseded(resolution, "proposed_anew", at), event)
    now = reduce(evolve, story, resolution)
    owed = minimum(now, book, at)
    story, now = story + owed, reduce(evolve, owed, now)
    for plan in event.plans:
        put = put_for_approval(now, plan, book, at)
        story, now = story + put, reduce(evolve, put, now)
    return story + finishing(now, book, at)


def signed(plan: Plan, rests_on: str) -> Proposed:
    """Return a plan with the hash of its preview."""
    return Proposed(plan=plan, hash=plan_hash(plan, rests_on))


def minimum(now: Resolution, book: Rulebook, at: datetime) -> Events:
    """Return the beginning of what is owed, or that somebody has to approve it.

    Where nothing of it is left to do, it begins only to say so, if it is all there is.
    """
    proposal = now.proposal
    assert proposal is not None, "it has just been proposed"
    left = tuple(numbers_left(now, proposal.minimum))
    if not left and proposal.plans:
        return ()
    put = put_for_approval(now, proposal.minimum, book, at)
    if not any(isinstance(each, PlanApproved) for each in put):
        return put
    return (*put, execution(now, proposal.minimum, SYSTEM, at))


def proposable(
    resolution: Resolution, command: ProposePlans, book: Rulebook, at: datetime
) -> None:
    """Raise what forbids a proposal as it stands.

    After its end only the service proposes, and only what is owed and is worth
    something else by now, or waits to be approved. Raises NotNow, NoMoreProposals,
    WishIsForPeople, TriageFirst and GoodwillBlocked.
    """
    if resolution.over:
        mine = command.by.role == "system" and not command.plans
        if not (mine and owed_anew(resolution)):
            raise NotNow(status=resolution.status)
        return
    terms = book.offer_terms(times_of(resolution, at))
    if resolution.declines >= terms.proposals_max:
        raise NoMoreProposals(declines=resolution.declines)
    if resolution.wish is not None and command.by.role == "system":
        raise WishIsForPeople(wish=resolution.wish)
    if not any(gives(plan) for plan in command.plans):
        return
    if not resolution.triaged:
        raise TriageFirst
    block = resolution.block
    if block is not None and resolution.blocked(at):
        raise GoodwillBlocked(until=block.until, reason=block.reason, flag=block.flag)


def sound(command: ProposePlans, *, settles: bool) -> None:
    """Raise what is wrong with the plans themselves.

    ``settles``: that nothing is left is an answer, for what was worth something else.
    Raises NothingProposed, PlanNamesClash, GoodwillIsNotOwed, PhasesOutOfOrder,
    AmountWrong, OwedByNoRule, StepIncomplete and ExperimentOnEntitlement.
    """
    plans = (command.minimum, *command.plans)
    if not settles and not any(plan.steps for plan in plans):
        raise NothingProposed
    empty = [plan.name for plan in command.plans if not plan.steps]
    if empty:
        raise NothingProposed(plans=empty)
    names = [plan.name for plan in plans]
    if len(set(names)) < len(names):
        raise PlanNamesClash(plans=names)
    if gives(command.minimum):
        raise GoodwillIsNotOwed(plan=command.minimum.name)
    for plan in plans:
        order = [PHASES.index(step.phase) for step in plan.steps]
        if order != sorted(order):
            raise PhasesOutOfOrder(plan=plan.name, phases=PHASES)
    for step in (step for plan in plans for step in plan.steps):
        whole(step)
    amounts = [step.amount for plan in plans for step in plan.steps if step.amount]
    if any(amount.minor < 0 for amount in amounts):
        raise AmountWrong(least_minor=min(amount.minor for amount in amounts))
    if len({amount.currency for amount in amounts}) > 1:
        raise AmountWrong(currencies=sorted({each.currency for each in amounts}))
    if command.experiment is not None and not any(gives(p) for p in command.plans):
        raise ExperimentOnEntitlement(experiment=command.experiment.experiment)


def about_known(resolution: Resolution, command: ProposePlans) -> None:
    """Raise UnknownShortfall for a step about what never fell short of the order."""
    for plan in (command.minimum, *command.plans):
        for step in plan.steps:
            if (
                step.shortfall is not None
                and step.shortfall not in resolution.shortfalls
            ):
                known = list(resolution.shortfalls)
                raise UnknownShortfall(
                    plan=plan.name, shortfall=step.shortfall, known=known
                )


def whole(step: PlanStep) -> None:
    """Raise StepIncomplete and OwedByNoRule: compensation is owed, or goodwill."""
    if step.action in PAYS and step.amount is None:
        raise StepIncomplete(action=step.action, needs="amount")
    if step.action in PUTS_OFF and step.due_at is None:
        raise StepIncomplete(action=step.action, needs="due_at")
    if step.action in COMPENSATES and step.part == "service":
        raise OwedByNoRule(action=step.action)


def gives(plan: Plan) -> bool:
    """Say whether a plan gives anything beyond what is owed."""
    return any(step.part == "goodwill" for step in plan.steps)
