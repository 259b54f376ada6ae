"""What is so in an incident, as far as the next decision needs to know it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from msgspec import Struct

from domain.incident.events import (
    BudgetApproved,
    BudgetSettled,
    ImpactEstimated,
    IncidentDeclared,
    IncidentReviewed,
    PlanDrafted,
    ScopeFrozen,
    ScopeRevised,
)
from domain.incident.keeping import Kept, Shelved, digest_of
from domain.incident.values import (
    TERMINAL,
    ExclusionReason,
    IncidentStatus,
    Member,
    Selector,
)
from domain.kernel import PolicyRef, State

# How an order stands: it waits, money is set aside for it, it has its offer, what it
# cost is known, or it is left out.
How = Literal["waiting", "reserved", "offered", "spent", "excluded"]
# Being handed out: first to a few, then to all.
Phase = Literal["preparing", "piloting", "rolling_out"]


class Standing(Struct, frozen=True, gc=False):
    """How one order stands.

    ``fen`` is what is set aside for it, or what it cost. ``chunk`` is its place among
    the chunks of the scope as it stands, None where it is not of this scope any more
    but was handed out before.
    """

    member: Member
    how: How
    chunk: int | None
    fen: int = 0
    reason: ExclusionReason | None = None


class Chunk(Struct, frozen=True):
    """Orders as they were named together, and how many of them still wait."""

    number: int
    late: bool
    orders: tuple[Member, ...]
    waiting: int


class Batch(Struct, frozen=True):
    """Orders that money was set aside for together, in which pilot, how it ended."""

    orders: tuple[Member, ...]
    pilot: int
    settled: BudgetSettled | None = None


class Tally(Struct, frozen=True):
    """How many orders stand how; together they are all members."""

    waiting: int = 0
    reserved: int = 0
    offered: int = 0
    spent: int = 0
    excluded: int = 0

    @property
    def members(self) -> int:
        """How many orders it concerns."""
        return self.waiting + self.reserved + self.offered + self.spent + self.excluded


class Pilot(Struct, frozen=True):
    """Its number, how many orders it is for, and how many are being tried."""

    number: int = 0
    orders: int = 0
    tried: int = 0


class Incident(State, frozen=True, kw_only=True):
    """An incident. What was derived from an earlier scope or plan is None again.

    ``named`` and ``mark`` are how many orders of the frozen scope were named, and the
    sum that its digest is of. ``barred`` are those left out for good, whatever the
    scope. ``set_aside_fen`` is reserved and not yet known to be spent. A ``budget``
    that is not ``granted`` is stale: it still binds, and lets nothing more be set
    aside.
    """

    declared: IncidentDeclared | None = None
    revised: ScopeRevised | None = None
    frozen: ScopeFrozen | None = None
    named: int = 0
    mark: int = 0
    chunks: tuple[Chunk, ...] = ()
    late: Mapping[int, tuple[Member, ...]] = {}
    standings: Shelved[Standing] = Shelved()
    barred: Kept[ExclusionReason] = Kept()
    tally: Tally = Tally()
    plan: PlanDrafted | None = None
    estimate: ImpactEstimated | None = None
    budget: BudgetApproved | None = None
    granted: bool = False
    set_aside_fen: int = 0
    spent_fen: int = 0
    beyond_fen: int = 0
    batches: Kept[Batch] = Kept()
    spent: Kept[tuple[Member, ...]] = Kept()
    phase: Phase = "preparing"
    pilot: Pilot = Pilot()
    orders_per_minute: int | None = None
    paused: bool = False
    ended: Literal["completed", "rolled_back", "withdrawn"] | None = None
    reviewed: IncidentReviewed | None = None
    exemptions: tuple[PolicyRef, ...] = ()
    notices: tuple[tuple[str, str], ...] = ()

    @property
    def selector(self) -> Selector | None:
        """Which orders are affected, as last revised."""
        said = self.revised or self.declared
        return said.selector if said else None

    @property
    def ends(self) -> datetime | None:
        """Until when orders join, as last revised; None is until it is completed."""
        said = self.revised or self.declared
        return said.ends if said else None

    @property
    def scope_stands(self) -> bool:
        """Whether as many orders as were frozen are named, and just those."""
        frozen = self.frozen
        return (
            frozen is not None
            and self.named == frozen.orders
            and digest_of(self.mark) == frozen.digest
        )

    @property
    def begun(self) -> bool:
        """Whether it is being handed out, or anything of it ever was."""
        tally = self.tally
        handed = tally.reserved + tally.offered + tally.spent
        return self.phase != "preparing" or handed > 0

    @property
    def committed_fen(self) -> int:
        """What of the budget is set aside or spent."""
        return self.set_aside_fen + self.spent_fen

    @property
    def status(self) -> IncidentStatus | None:
        """Where it stands; None before it is declared."""
        if self.declared is None:
            return None
        if self.reviewed is not None:
            return "reviewed"
        if self.ended is not None:
            return self.ended
        if self.phase != "preparing":
            return "paused" if self.paused else self.phase
        return self.prepared

    @property
    def prepared(self) -> IncidentStatus:
        """How far it is on the way to being handed out."""
        if self.frozen is None:
            return "declared"
        if not self.scope_stands:
            return "scoping"
        if self.plan is None:
            return "scoped"
        if self.estimate is None:
            return "plan_drafted"
        return "approved" if self.granted else "impact_estimated"

    @property
    def live(self) -> bool:
        """Whether anything more may be handed out, now or later."""
        return self.status is not None and self.status not in {"completed", *TERMINAL}
