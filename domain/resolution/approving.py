"""Who approves what: by amount, by role, and never who proposed it (four eyes).

T1 goes by itself, T2 takes a senior agent, and more somebody of finance (domain rules,
section 3.4). What counts is what the service gives beyond what is owed, together with
what the same one proposed within a day; what is owed has the limits of a refund. Other
money than yuan is below no limit: a person always approves it.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, Literal, NamedTuple, get_args

from domain.kernel import PolicyRef
from domain.party import SYSTEM, ActingRole, By
from domain.plan import PlanStep, Proposed
from domain.policy.book import Rulebook
from domain.policy.rows import ApprovalRow, Times
from domain.resolution.commands import ApprovePlan, RejectPlans
from domain.resolution.events import (
    ApprovalAsked,
    PlanApproved,
    PlansRejected,
    ResolutionEvent,
)
from domain.resolution.offer_clock import let_go
from domain.resolution.refusals import (
    AnotherPersonApproves,
    ApprovalBeyondYou,
    BeyondEveryLimit,
    NotNow,
    StalePreview,
    UnknownPlan,
)
from domain.resolution.starting import execution, steps_left
from domain.resolution.state import (
    Counts,
    Proposal,
    Resolution,
    counts_of,
    in_other_money,
    limits_of,
)

Events = tuple[ResolutionEvent, ...]

Approver = Literal["system", "agent", "senior_agent", "arbiter", "finance_approver"]
# Who may approve at least as much as whom.
RANK: Final[Sequence[ActingRole]] = (
    "system",
    "agent",
    "senior_agent",
    "arbiter",
    "finance_approver",
)
# Parts of one amount, asked for one after the other, count together for so long.
TOGETHER: Final = timedelta(hours=24)


def usual(role: Approver, up_to_fen: int | None) -> ApprovalRow:
    """Return a limit that holds where no row says another."""
    return ApprovalRow(
        id=f"default.approve.resolution-{role.replace('_', '-')}",
        version=1,
        title="Who approves a plan where no row says otherwise",
        binding="adjudication_time",
        in_force_from=datetime(1970, 1, 1, tzinfo=UTC),
        source="[Δ] section 3.4",
        step="resolution",
        role=role,
        up_to_fen=up_to_fen,
    )


# T1 ¥50, T2 ¥200 (domain rules, section 3.4).
USUAL: Final = (
    usual("system", 5_000),
    usual("senior_agent", 20_000),
    usual("finance_approver", None),
)


class Measure(NamedTuple):
    """An amount, and the rows that limit it, the least first.

    ``foreign``: there is other money in it than yuan, which no limit in fen measures.
    It never goes by itself: whoever may approve most looks at it.
    """

    fen: int
    rows: tuple[ApprovalRow, ...]
    foreign: bool = False

    def row(self, role: ActingRole) -> ApprovalRow | None:
        """Return the row that lets this role approve it; a greater role may too."""
        rank = RANK.index(role) if role in RANK else -1
        return next(
            (
                row
                for row in self.limits
                if RANK.index(row.role) <= rank and covers(row, self.fen)
            ),
            None,
        )

    @property
    def limits(self) -> tuple[ApprovalRow, ...]:
        """The rows that count; of other money that of the greatest person among them.

        Where the rows name no person the usual ones do.
        """
        if not self.foreign:
            return self.rows
        people = [row for row in self.rows if row.role != SYSTEM.role] or USUAL
        return (max(people, key=lambda row: RANK.index(row.role)),)

    def lets(self, role: ActingRole) -> bool:
        """Say whether this role may approve it; nothing needs nobody."""
        free = not self.foreign and not (self.fen and self.rows)
        return free or self.row(role) is not None

    @property
    def least(self) -> int:
        """The rank of the least role that may; beyond all ranks if none may."""
        if not self.foreign and not (self.fen and self.rows):
            return 0
        ranks = (RANK.index(row.role) for row in self.limits if covers(row, self.fen))
        return min(ranks, default=len(RANK))


class Weighed(NamedTuple):
    """What a plan counts for, and which of its amounts decides who approves it."""

    measures: tuple[Measure, ...]

    @property
    def deciding(self) -> Measure:
        """The amount that needs the greatest role; the first of several."""
        return max(
            self.measures, key=lambda each: (each.least, each.foreign, each.fen > 0)
        )

    @property
    def role(self) -> ActingRole:
        """The least role that may approve it. Raises BeyondEveryLimit."""
        deciding = self.deciding
        if deciding.least == len(RANK):
            raise BeyondEveryLimit(amount_fen=deciding.fen)
        return RANK[deciding.least]

    def lets(self, role: ActingRole) -> bool:
        """Say whether this role may approve all of it."""
        return all(each.lets(role) for each in self.measures)

    def policy(self, role: ActingRole, book: Rulebook) -> PolicyRef:
        """Return the row by which this role approves it, or else the whole book."""
        row = self.deciding.row(role)
        return book.ref if row is None else row.ref


def covers(row: ApprovalRow, fen: int) -> bool:
    """Say whether an amount lies within a limit; None has no end."""
    return row.up_to_fen is None or fen <= row.up_to_fen


def weighed(
    resolution: Resolution,
    steps: Iterable[PlanStep],
    proposer: By,
    book: Rulebook,
    at: datetime,
) -> Weighed:
    """Return what steps count for, with what the same one proposed within a day.

    That is counted over all resolutions of the order.
    """
    left = tuple(steps)
    own, foreign = counts_of(left), [each for each in left if in_other_money(each)]
    times = times_of(resolution, at)
    measures = []
    for counts in get_args(Counts):
        rows = book.approvals(counts, times)
        if counts == "resolution":
            rows = rows or USUAL
        before = spent(resolution, proposer, counts, at) if own[counts] else 0
        if own[counts] and counts == "resolution" and resolution.proposal:
            before += resolution.proposal.before_fen
        abroad = any(limits_of(each) == counts for each in foreign)
        measures.append(Measure(own[counts] + before, rows, abroad))
    return Weighed(tuple(measures))


def spent(resolution: Resolution, proposer: By, counts: Counts, at: datetime) -> int:
    """Return what the same one had carried out within a day, as this stream knows."""
    return sum(
        each.counted[counts]
        for each in resolution.executions.values()
        if each.by.name == proposer.name and at - each.started_at < TOGETHER
    )


def times_of(resolution: Resolution, at: datetime) -> Times:
    """Return the dates its rules are chosen by."""
    opened = resolution.opened
    return Times(
        ordered_at=opened.ordered_at if opened else None,
        conduct_at=opened.shortfall.since if opened else None,
        judged_at=at,
    )


def put_for_approval(
    resolution: Resolution, plan: Proposed, book: Rulebook, at: datetime
) -> Events:
    """Approve a plan that goes by itself, or ask for somebody; BeyondEveryLimit."""
    proposal = resolution.proposal
    assert proposal is not None, "only what was proposed is approved"
    counted = weighed(resolution, steps_left(resolution, plan), proposal.by, book, at)
    role = counted.role
    if counted.lets("system"):
        return (approval(plan, SYSTEM, counted, book, at),)
    return (
        ApprovalAsked(
            at=at,
            plan=plan.plan.name,
            hash=plan.hash,
            amount_fen=counted.deciding.fen,
            role=role,
            policy=counted.policy(role, book),
        ),
    )


def approval(
    plan: Proposed, by: By, counted: Weighed, book: Rulebook, at: datetime
) -> PlanApproved:
    """Say that a plan is approved, and by which row."""
    return PlanApproved(
        at=at,
        by=by,
        plan=plan.plan.name,
        hash=plan.hash,
        amount_fen=counted.deciding.fen,
        policy=counted.policy(by.role, book),
    )


def previewed(resolution: Resolution, name: str, seen: str) -> Proposed:
    """Return the plan that was previewed. Raises StalePreview and UnknownPlan.

    What is owed and waits to be approved is approved when the rest is over, too.
    """
    proposal = resolution.approvable
    if proposal is None or not (proposal.standing or name in resolution.asks):
        raise StalePreview(current=None, round=resolution.round)
    plan = proposal.plan(name)
    if plan is None:
        raise UnknownPlan(plan=name, plans=names_of(proposal))
    if plan.hash != seen:
        raise StalePreview(current=plan.hash, round=proposal.round)
    return plan


def names_of(proposal: Proposal) -> list[str]:
    """Return the names of all plans of a proposal."""
    return [each.plan.name for each in (proposal.minimum, *proposal.plans)]


def approved(
    resolution: Resolution, command: ApprovePlan, book: Rulebook, at: datetime
) -> Events:
    """Approve a plan as previewed; what is owed begins at once.

    Raises StalePreview, UnknownPlan, NotNow for what waits for nobody,
    AnotherPersonApproves and ApprovalBeyondYou.
    """
    plan = previewed(resolution, command.plan, command.hash)
    proposal = resolution.proposal
    assert proposal is not None, "previewed asks for it"
    if command.plan not in resolution.asks:
        raise NotNow(status=resolution.status)
    if command.by.name == proposal.by.name:
        raise AnotherPersonApproves(name=command.by.name)
    counted = weighed(resolution, steps_left(resolution, plan), proposal.by, book, at)
    if not counted.lets(command.by.role):
        raise ApprovalBeyondYou(
            role=command.by.role, needed=counted.role, amount_fen=counted.deciding.fen
        )
    event = approval(plan, command.by, counted, book, at)
    if plan != proposal.minimum:
        return (event,)
    return (event, execution(resolution, plan, command.by, at))


def in_reach(resolution: Resolution, by: By) -> bool:
    """Say whether somebody may approve any plan that waits for it.

    Their limit reaches it, and they did not propose it.
    """
    proposal = resolution.approvable
    if proposal is None or proposal.by.name == by.name or by.role not in RANK:
        return False
    rank = RANK.index(by.role)
    return any(
        ask.role in RANK and RANK.index(ask.role) <= rank
        for ask in resolution.asks.values()
    )


def rejected(resolution: Resolution, command: RejectPlans, at: datetime) -> Events:
    """Send the proposal back."""
    event = PlansRejected(
        at=at,
        by=command.by,
        round=resolution.round,
        reason=command.reason,
        words=command.words,
    )
    return (event, *let_go(resolution, at, "rejected"))
