"""How a resolution begins, and what is known of what fell short."""

from datetime import datetime
from functools import reduce

from domain.plan import Block
from domain.policy.book import Rulebook
from domain.resolution.commands import (
    AttachShortfall,
    DismissResolution,
    HealShortfall,
    OpenResolution,
    TriageResolution,
)
from domain.resolution.events import (
    PlansSuperseded,
    ResolutionDismissed,
    ResolutionEvent,
    ResolutionOpened,
    ResolutionSelfHealed,
    ResolutionTriaged,
    ShortfallAttached,
    ShortfallHealed,
    StepNeedsHuman,
    StepSettled,
)
from domain.resolution.evolve import evolve
from domain.resolution.finishing import finishing
from domain.resolution.offer_clock import let_go
from domain.resolution.refusals import (
    BlockStands,
    EntitlementStays,
    PaidAlready,
    UnknownShortfall,
)
from domain.resolution.state import NEVER_WAS, STANDING, Resolution
from domain.resolution.turns import DROPS_OWED, waiting

Events = tuple[ResolutionEvent, ...]


def opened(command: OpenResolution, at: datetime) -> Events:
    """Return that something fell short, and that we saw to it."""
    return (
        ResolutionOpened(
            at=at,
            by=command.by,
            order=command.order,
            consumer=command.consumer,
            merchant=command.merchant,
            creator=command.creator,
            carrier=command.carrier,
            ordered_at=command.ordered_at,
            number=command.number,
            shortfall=command.shortfall,
            complained=command.complained,
            incident=command.incident,
        ),
    )


def superseded(resolution: Resolution, reason: str, at: datetime) -> Events:
    """Return that what was proposed and not yet accepted stands no more."""
    if resolution.status not in STANDING | {"confirming"}:
        return ()
    return (
        PlansSuperseded(at=at, round=resolution.round, reason=reason),
        *let_go(resolution, at, reason),
    )


def attached(resolution: Resolution, command: AttachShortfall, at: datetime) -> Events:
    """Return one more shortfall; what was proposed without it stands no more.

    While a plan is carried out it goes on, and what came is seen to after it.
    """
    event = ShortfallAttached(at=at, by=command.by, shortfall=command.shortfall)
    return (event, *superseded(resolution, "shortfall_attached", at))


# -- What cleared --


def healed(
    resolution: Resolution, command: HealShortfall, book: Rulebook, at: datetime
) -> Events:
    """Return that a shortfall cleared; with the last, before anything was done, all is.

    What was paid stays paid. What was not begun, and was never owed, is left out.
    Raises UnknownShortfall.
    """
    if command.shortfall not in resolution.shortfalls:
        raise UnknownShortfall(shortfall=command.shortfall)
    event = ShortfallHealed(
        at=at,
        by=command.by,
        shortfall=command.shortfall,
        cleared_by=command.cleared_by,
    )
    story: Events = (event, *left_out(resolution, command, at))
    now = reduce(evolve, story, resolution)
    if resolution.over:
        return story
    if not now.open_shortfalls and nothing_done(now):
        return (*story, ResolutionSelfHealed(at=at), *let_go(now, at, "healed"))
    if resolution.status in STANDING:
        story += superseded(now, "shortfall_healed", at)
    return story + finishing(reduce(evolve, story, resolution), book, at)


def left_out(resolution: Resolution, command: HealShortfall, at: datetime) -> Events:
    """Return the steps not begun for what never was, and so was never owed."""
    if command.cleared_by not in NEVER_WAS:
        return ()
    return tuple(
        StepSettled(at=at, by=command.by, step=each.key, way="skip", reason="never_was")
        for execution in resolution.executions.values()
        if execution.owed
        for each in execution.steps.values()
        if each.does.shortfall == command.shortfall and waiting(each)
    )


def nothing_done(resolution: Resolution) -> bool:
    """Say whether nothing was offered or begun, and nothing is owed nevertheless.

    What a rule owed for a shortfall that was, such as a delay that ended, stays owed,
    be it approved or not yet.
    """
    if resolution.owed_for:
        return False
    if resolution.reaching_out or resolution.status not in STANDING | {
        "detected",
        "triaged",
        "rejected",
        "superseded",
        "executing",
    }:
        return False
    return all(
        not each.attempts
        and (each.standing == "skipped" or each.does.part != "entitlement")
        for each in resolution.steps()
    )


# -- How grave it is --


def triaged(
    resolution: Resolution, command: TriageResolution, book: Rulebook, at: datetime
) -> Events:
    """Return how grave it is; a block stops what goodwill is not begun yet.

    Raises BlockStands.
    """
    lifting(resolution, command, at)
    event = ResolutionTriaged(
        at=at, by=command.by, severity=command.severity, block=command.block
    )
    now = evolve(resolution, event)
    if not now.blocked(at):
        return (event,)
    stopped = tuple(
        StepNeedsHuman(at=at, step=each.key, reason="goodwill_blocked")
        for each in resolution.steps()
        if each.does.part == "goodwill" and waiting(each)
    )
    proposal = resolution.standing
    gives = proposal is not None and any(
        step.part == "goodwill" for each in proposal.plans for step in each.plan.steps
    )
    if gives and resolution.status in STANDING:
        stopped_plans = superseded(resolution, "goodwill_blocked", at)
        return (event, *stopped, *stopped_plans)
    story: Events = (event, *stopped)
    return story + finishing(reduce(evolve, story, resolution), book, at)


def lifting(resolution: Resolution, command: TriageResolution, at: datetime) -> None:
    """Raise BlockStands where anybody else lifts a block: that is what an appeal is."""
    had: Block | None = resolution.block
    if had is None or at >= had.until or command.by.role == "senior_agent":
        return
    if command.block is None or command.block.until < had.until:
        raise BlockStands(until=had.until, reason=had.reason, flag=had.flag)


def dismissed(
    resolution: Resolution, command: DismissResolution, at: datetime
) -> Events:
    """Return that it is let be.

    What is owed and not done is dropped by a senior agent or nobody. Raises
    PaidAlready, also for what is tried again, and EntitlementStays.
    """
    for step in resolution.steps():
        begun = step.standing == "started" or (step.attempts and waiting(step))
        if step.paid or begun or step.settled == "done_elsewhere":
            raise PaidAlready(step=step.key)
    if resolution.owing and command.by.role not in DROPS_OWED:
        raise EntitlementStays(needed=sorted(DROPS_OWED))
    return (
        ResolutionDismissed(
            at=at, by=command.by, reason=command.reason, words=command.words
        ),
        *let_go(resolution, at, "dismissed"),
    )
