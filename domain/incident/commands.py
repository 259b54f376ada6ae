"""What is asked of an incident, and told to it."""

from typing import Annotated

from msgspec import Meta

from domain.incident.values import (
    ORDERS_MAX,
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
from domain.kernel import Code, LongName, Moment, Name, PolicyRef, Request
from domain.party import By
from domain.policy.row import Fen, Sentence

Members = Annotated[tuple[Member, ...], Meta(max_length=ORDERS_MAX)]
Exclusions = Annotated[tuple[Exclusion, ...], Meta(max_length=ORDERS_MAX)]


class DeclareIncident(Request, frozen=True, kw_only=True):
    """Say that one cause concerns many orders, from ``begins`` until ``ends``.

    ``source`` is whose orders' rules hold; until ``ends``, orders that come to be
    affected later join.
    """

    by: By
    number: Name
    kind: IncidentKind
    reason: Code
    source: Code | None = None
    selector: Selector
    begins: Moment
    ends: Moment | None = None


class ReviseSelector(Request, frozen=True, kw_only=True):
    """Narrow or widen what is affected; the scope is frozen anew."""

    by: By
    selector: Selector
    ends: Moment | None = None
    reason: Code


class FreezeScope(Request, frozen=True, kw_only=True):
    """Freeze who is affected as the read models saw it: so many orders, this digest.

    ``snapshot`` names the positions read up to. The orders follow by IncludeOrders; the
    scope stands once as many are named and their digest is this.
    """

    by: By
    snapshot: LongName
    orders: Count
    digest: Digest


class IncludeOrders(Request, frozen=True, kw_only=True):
    """Name some of the orders affected, or late joiners once the scope stands."""

    by: By
    chunk: Annotated[int, Meta(ge=1, le=10**6)]
    orders: Members
    late: bool = False


class ExcludeOrders(Request, frozen=True, kw_only=True):
    """Leave orders out, each for its reason."""

    by: By
    orders: Exclusions


class RecordEstimate(Request, frozen=True, kw_only=True):
    """Record what it would cost, as computed on the frozen scope."""

    by: By
    impact: Impact
    rests_on: LongName


class DraftPlan(Request, frozen=True, kw_only=True):
    """Say which plan each segment is offered; what was estimated is estimated anew."""

    by: By
    segments: Annotated[tuple[Segment, ...], Meta(min_length=1, max_length=20)]


class ApproveBudget(Request, frozen=True, kw_only=True):
    """Grant what it may cost in all and per order, as somebody else than proposed.

    ``rests_on`` is that of the estimate that was seen.
    """

    by: By
    total_max_fen: Fen
    per_order_max_fen: Fen
    rests_on: LongName


class StartPilot(Request, frozen=True, kw_only=True):
    """Try it on so many orders first."""

    by: By
    orders: Annotated[int, Meta(ge=1, le=10_000)]


class ExpandRollout(Request, frozen=True, kw_only=True):
    """Go on with all the others, at most so many a minute."""

    by: By
    orders_per_minute: Annotated[int, Meta(ge=1, le=1_000_000)]


class PauseIncident(Request, frozen=True, kw_only=True):
    """Stop handing out more; what was handed out goes on."""

    by: By
    reason: Code


class ResumeIncident(Request, frozen=True, kw_only=True):
    """Go on where it was paused."""

    by: By


class WithdrawIncident(Request, frozen=True, kw_only=True):
    """Give it up, and its budget, as long as nothing was handed out."""

    by: By
    reason: Code


class RollBackUnexecuted(Request, frozen=True, kw_only=True):
    """Take back every offer nobody took yet, and free its budget."""

    by: By
    reason: Code


class ReserveBudget(Request, frozen=True, kw_only=True):
    """Set aside what the next orders may cost, before they are offered anything."""

    by: By
    batch: BatchName
    orders: Members


class SettleBudget(Request, frozen=True, kw_only=True):
    """Say what of a batch was handed out, and what each order was set aside.

    Orders that were not handed out free what was set aside for them, and are left out
    for the reason.
    """

    by: By
    batch: BatchName
    offered: Annotated[tuple[Name, ...], Meta(max_length=ORDERS_MAX)] = ()
    left_out: Exclusions = ()


class RecordSpent(Request, frozen=True, kw_only=True):
    """Record what orders really cost, once their plans were carried out or ended."""

    by: By
    chunk: Name
    spent: Annotated[tuple[Member, ...], Meta(max_length=ORDERS_MAX)]


class SetExemption(Request, frozen=True, kw_only=True):
    """Let nobody be in breach for it: names the calendar's row that says so."""

    by: By
    policy: PolicyRef


class PublishNotice(Request, frozen=True, kw_only=True):
    """Tell everybody, in both languages."""

    by: By
    words_zh: Sentence
    words_en: Sentence


class CompleteIncident(Request, frozen=True, kw_only=True):
    """Say that it is over: nobody joins any more."""

    by: By


class ReviewIncident(Request, frozen=True, kw_only=True):
    """Record what was learnt, by codes and figures."""

    by: By
    cause: Code
    lessons: Annotated[tuple[Code, ...], Meta(max_length=20)] = ()


IncidentCommand = (
    DeclareIncident
    | ReviseSelector
    | FreezeScope
    | IncludeOrders
    | ExcludeOrders
    | RecordEstimate
    | DraftPlan
    | ApproveBudget
    | StartPilot
    | ExpandRollout
    | PauseIncident
    | ResumeIncident
    | RollBackUnexecuted
    | WithdrawIncident
    | ReserveBudget
    | SettleBudget
    | RecordSpent
    | SetExemption
    | PublishNotice
    | CompleteIncident
    | ReviewIncident
)
