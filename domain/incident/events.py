"""What happened in an incident."""

from domain.incident.values import (
    BatchName,
    Count,
    Digest,
    Exclusion,
    Impact,
    IncidentKind,
    Member,
    Segment,
    Selector,
)
from domain.kernel import Code, Event, LongName, Moment, Name, PolicyRef
from domain.party import By
from domain.policy.row import Fen, Sentence


class IncidentDeclared(Event, frozen=True, kw_only=True, tag="incident.declared"):
    """One cause concerns many orders."""

    at: Moment
    by: By
    number: Name
    kind: IncidentKind
    reason: Code
    source: Code | None = None
    selector: Selector
    begins: Moment
    ends: Moment | None = None


class ScopeRevised(Event, frozen=True, kw_only=True, tag="incident.scope_revised"):
    """What is affected was changed, for a reason; never silently."""

    at: Moment
    by: By
    selector: Selector
    ends: Moment | None = None
    reason: Code


class ScopeFrozen(Event, frozen=True, kw_only=True, tag="incident.scope_frozen"):
    """Who is affected as the read models saw it at ``snapshot``."""

    at: Moment
    by: By
    snapshot: LongName
    orders: Count
    digest: Digest


class OrdersIncluded(Event, frozen=True, kw_only=True, tag="incident.orders_included"):
    """These orders are affected; ``late`` ones joined after the scope stood."""

    at: Moment
    by: By
    chunk: int
    orders: tuple[Member, ...]
    late: bool = False


class OrdersExcluded(Event, frozen=True, kw_only=True, tag="incident.orders_excluded"):
    """These orders are left out, each for its reason."""

    at: Moment
    by: By
    orders: tuple[Exclusion, ...]


class ImpactEstimated(
    Event, frozen=True, kw_only=True, tag="incident.impact_estimated"
):
    """What it would cost."""

    at: Moment
    by: By
    impact: Impact
    rests_on: LongName


class PlanDrafted(Event, frozen=True, kw_only=True, tag="incident.plan_drafted"):
    """Which plan each segment is offered."""

    at: Moment
    by: By
    segments: tuple[Segment, ...]


class BudgetApproved(Event, frozen=True, kw_only=True, tag="incident.budget_approved"):
    """It may cost so much in all, and so much per order."""

    at: Moment
    by: By
    total_max_fen: Fen
    per_order_max_fen: Fen
    rests_on: LongName
    policy: PolicyRef


class PilotStarted(Event, frozen=True, kw_only=True, tag="incident.pilot_started"):
    """It is tried on so many orders."""

    at: Moment
    by: By
    orders: int


class RolloutExpanded(
    Event, frozen=True, kw_only=True, tag="incident.rollout_expanded"
):
    """All the others follow, at most so many a minute."""

    at: Moment
    by: By
    orders_per_minute: int


class IncidentPaused(Event, frozen=True, kw_only=True, tag="incident.paused"):
    """Nothing more is handed out for now."""

    at: Moment
    by: By
    reason: Code


class IncidentResumed(Event, frozen=True, kw_only=True, tag="incident.resumed"):
    """It goes on."""

    at: Moment
    by: By


class RollbackOrdered(
    Event, frozen=True, kw_only=True, tag="incident.rollback_ordered"
):
    """What nobody took yet is taken back."""

    at: Moment
    by: By
    reason: Code


class IncidentWithdrawn(Event, frozen=True, kw_only=True, tag="incident.withdrawn"):
    """It was given up before anything was handed out; no budget of it stands."""

    at: Moment
    by: By
    reason: Code


class BudgetReserved(Event, frozen=True, kw_only=True, tag="incident.budget_reserved"):
    """So much is set aside for these orders, each at most its part."""

    at: Moment
    by: By
    batch: BatchName
    orders: tuple[Member, ...]
    fen: Fen


class BudgetSettled(Event, frozen=True, kw_only=True, tag="incident.budget_settled"):
    """A batch was handed out to ``offered``; the rest is free again."""

    at: Moment
    by: By
    batch: BatchName
    offered: tuple[Name, ...]
    left_out: tuple[Exclusion, ...]
    released_fen: Fen


class BudgetSpent(Event, frozen=True, kw_only=True, tag="incident.budget_spent"):
    """What these orders really cost; what was set aside beyond that is free again.

    ``fen`` is what of it the budget bears, ``beyond_fen`` what was not set aside.
    """

    at: Moment
    by: By
    chunk: Name
    spent: tuple[Member, ...]
    fen: Fen
    released_fen: Fen
    beyond_fen: Fen = 0


class ExemptionSet(Event, frozen=True, kw_only=True, tag="incident.exemption_set"):
    """A row of the calendar lets nobody be in breach for it (force majeure)."""

    at: Moment
    by: By
    policy: PolicyRef


class NoticePublished(
    Event, frozen=True, kw_only=True, tag="incident.notice_published"
):
    """Everybody was told, in these words."""

    at: Moment
    by: By
    words_zh: Sentence
    words_en: Sentence


class IncidentCompleted(Event, frozen=True, kw_only=True, tag="incident.completed"):
    """It is over: nobody joins any more."""

    at: Moment
    by: By


class IncidentReviewed(Event, frozen=True, kw_only=True, tag="incident.reviewed"):
    """What was learnt."""

    at: Moment
    by: By
    cause: Code
    lessons: tuple[Code, ...] = ()


IncidentEvent = (
    IncidentDeclared
    | ScopeRevised
    | ScopeFrozen
    | OrdersIncluded
    | OrdersExcluded
    | ImpactEstimated
    | PlanDrafted
    | BudgetApproved
    | PilotStarted
    | RolloutExpanded
    | IncidentPaused
    | IncidentResumed
    | RollbackOrdered
    | IncidentWithdrawn
    | BudgetReserved
    | BudgetSettled
    | BudgetSpent
    | ExemptionSet
    | NoticePublished
    | IncidentCompleted
    | IncidentReviewed
)
