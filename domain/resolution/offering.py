"""The consumer's choice: what is offered, taken, declined, or wished for instead."""

from datetime import datetime
from functools import reduce

from domain.party import SYSTEM, By
from domain.plan import Proposed
from domain.policy.book import Rulebook
from domain.policy.service_rows import PlanRow
from domain.resolution.approving import previewed, times_of
from domain.resolution.commands import (
    AcceptPlan,
    CounterPlans,
    DeclinePlans,
    ExecutePlan,
    OfferPlans,
)
from domain.resolution.events import (
    OfferExpired,
    PlanAccepted,
    PlansCountered,
    PlansDeclined,
    PlansOffered,
    ResolutionEvent,
)
from domain.resolution.evolve import evolve
from domain.resolution.finishing import finishing
from domain.resolution.offer_clock import answered, begun
from domain.resolution.refusals import (
    ConsentNeeded,
    NotApproved,
    NothingToOffer,
    NotOffered,
    OfferOver,
    StalePreview,
)
from domain.resolution.starting import execution
from domain.resolution.state import Resolution
from domain.resolution.values import OFFER
from domain.timer import Timer, breached

Events = tuple[ResolutionEvent, ...]


def offered(
    resolution: Resolution, command: OfferPlans, book: Rulebook, at: datetime
) -> Events:
    """Return the offer, and the clock it runs by.

    Raises StalePreview, NotApproved and NothingToOffer.
    """
    proposal = resolution.standing
    if proposal is None:
        raise StalePreview(current=None, round=resolution.round)
    approved = [
        each.plan.name
        for each in proposal.plans
        if each.plan.name in resolution.approvals
    ]
    plans = command.plans or tuple(approved)
    if not plans:
        raise NothingToOffer(round=resolution.round)
    for name in plans:
        if name not in approved:
            raise NotApproved(plan=name)
    hashes = [resolution.approvals[name].hash for name in plans]
    if command.hash not in hashes:
        raise StalePreview(current=hashes[0], round=resolution.round)
    terms = book.offer_terms(times_of(resolution, at))
    clock = begun(resolution, OFFER, terms, at)
    event = PlansOffered(
        at=at,
        by=command.by,
        plans=tuple(dict.fromkeys(plans)),
        reason=command.reason,
        expires_at=clock.due_at,
        on_silence=terms.on_silence,
        policy=terms.ref,
    )
    return (event, clock)


def accepted(
    resolution: Resolution, command: AcceptPlan, book: Rulebook, at: datetime
) -> Events:
    """Return that a plan was taken, and is carried out exactly as previewed.

    Raises NotOffered and OfferOver, and StalePreview for another plan of that name.
    """
    if command.plan not in resolution.offered:
        raise NotOffered(plan=command.plan, offered=resolution.offered)
    current = plan_named(resolution, command.plan).hash
    if command.hash not in {None, current}:
        raise StalePreview(current=current, round=resolution.round)
    clock = resolution.clock(OFFER)
    if clock is not None and at > clock.due_at:
        raise OfferOver(expired_at=clock.due_at)
    answer = answered(resolution, at)
    return taken(resolution, command.plan, command.by, book, at, between=answer)


def taken(  # noqa: PLR0913 - what the consumer took, or silence did, and when
    resolution: Resolution,
    name: str,
    by: By,
    book: Rulebook,
    at: datetime,
    *,
    between: Events = (),
) -> Events:
    """Return that a plan offered is taken, and that it is begun."""
    plan = plan_named(resolution, name)
    story: Events = (PlanAccepted(at=at, by=by, plan=name, hash=plan.hash), *between)
    now = reduce(evolve, story, resolution)
    return story + carried_out(now, plan, SYSTEM, book, at)


def carried_out(
    resolution: Resolution, plan: Proposed, by: By, book: Rulebook, at: datetime
) -> Events:
    """Return the beginning of a plan, and its end where nothing is left to do."""
    start = execution(resolution, plan, by, at)
    return (start, *finishing(evolve(resolution, start), book, at))


def plan_named(resolution: Resolution, name: str) -> Proposed:
    """Return a plan of the proposal that was offered."""
    plan = resolution.proposal.plan(name) if resolution.proposal else None
    assert plan is not None, "only what was proposed is offered"
    return plan


def declined(resolution: Resolution, command: DeclinePlans, at: datetime) -> Events:
    """Return that none was taken."""
    event = PlansDeclined(
        at=at, by=command.by, reason=command.reason, words=command.words
    )
    return (event, *answered(resolution, at))


def countered(resolution: Resolution, command: CounterPlans, at: datetime) -> Events:
    """Return what the consumer wishes instead; an agent proposes then."""
    event = PlansCountered(at=at, by=command.by, wish=command.wish, words=command.words)
    return (event, *answered(resolution, at))


def expired(
    resolution: Resolution, clock: Timer, book: Rulebook, at: datetime
) -> Events:
    """Return that nothing was said, and what silence means by the row of the offer."""
    on_silence, policy = resolution.on_silence, resolution.offer_policy
    assert on_silence is not None, "only an offer runs out"
    assert policy is not None, "only an offer runs out"
    event = OfferExpired(at=at, on_silence=on_silence, policy=policy)
    story: Events = (breached(clock, at), event)
    if on_silence != "accept":
        return story
    now = reduce(evolve, story, resolution)
    return story + taken(now, resolution.offered[0], SYSTEM, book, at)


def executed(
    resolution: Resolution, command: ExecutePlan, book: Rulebook, at: datetime
) -> Events:
    """Return that an approved plan is carried out unasked, where its row says so.

    Raises StalePreview, UnknownPlan, NotApproved and ConsentNeeded.
    """
    plan = previewed(resolution, command.plan, command.hash)
    approval = resolution.approvals.get(command.plan)
    if approval is None or approval.hash != plan.hash:
        raise NotApproved(plan=command.plan)
    row = book.row(plan.plan.policy) if plan.plan.policy else None
    if not isinstance(row, PlanRow) or row.needs_consent:
        raise ConsentNeeded(plan=command.plan)
    return carried_out(resolution, plan, command.by, book, at)
