"""What making it good would cost now, whom, and what it does to its merchant's score.

A question, and nothing else: it is priced by the very functions that propose, so what
is shown is what is approved and carried out, under the same hash.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol
from uuid import UUID

from msgspec import Struct

from application.order_view import utc
from application.resolutions.office import PlanView, plan_view
from application.resolutions.resolutions import Resolutions
from application.resolutions.said import Preview
from domain.compensation import goodwill_left
from domain.party import By
from domain.plan import Plan
from domain.policy.book import Rulebook
from domain.resolution import Resolution
from domain.scorecard import AtStake, ScoreEffect, Way


class Scores(Protocol):
    """Where it is known what a matter does to its merchant's score."""

    def effects(
        self,
        merchant: str,
        book: Rulebook,
        stake: AtStake,
        *,
        now: datetime,
        industry: str | None = None,
    ) -> Mapping[Way, ScoreEffect]:
        """Return what a matter does to its merchant's score, either way it may go."""
        ...


class GoodwillView(Struct, frozen=True, kw_only=True):
    """How much goodwill the order had, what its caps leave, and which caps these are.

    ``left_fen`` None: no cap. Nothing is given while it is ``blocked``.
    """

    used_fen: int
    left_fen: int | None
    caps: tuple[str, ...]
    blocked: bool


class PreviewView(Struct, frozen=True, kw_only=True):
    """What would be proposed now, the name of what it rests on, and what it costs.

    ``stands``: it is what stands proposed. ``score`` is what it does to the merchant's
    score, ``resolved`` by us now or ``escalated``, in hundredths of a point.
    """

    resolution_id: UUID
    version: int
    at: datetime | None
    rests_on: str
    stands: bool
    minimum: PlanView
    plans: tuple[PlanView, ...]
    goodwill: GoodwillView
    score: Mapping[Way, ScoreEffect]


def preview_view(
    resolution_id: UUID,
    resolutions: Resolutions,
    scores: Scores,
    beside: frozenset[str],
    at: datetime,
) -> PreviewView:
    """Return what would be proposed now; nothing is written.

    ``beside`` are the nouns of the order's other matters. Raises NoSuchResolution.
    """
    known, version = resolutions.find(resolution_id)
    seen = resolutions.preview(resolution_id, at)
    return PreviewView(
        resolution_id=resolution_id,
        version=version,
        at=utc(at),
        rests_on=seen.rests_on,
        stands=known.standing is not None and known.standing.rests_on == seen.rests_on,
        minimum=priced(known, seen, seen.minimum),
        plans=tuple(priced(known, seen, each) for each in seen.plans),
        goodwill=goodwill(seen),
        score=score(known, seen, scores, beside, at),
    )


def priced(known: Resolution, seen: Preview, plan: Plan) -> PlanView:
    """Return a plan; whose approval it waits for where it stands proposed just so."""
    plan_hash = seen.hashes[plan.name]
    ask, approval = known.asks.get(plan.name), known.approvals.get(plan.name)
    by: By | None = approval.by if approval and approval.hash == plan_hash else None
    waits = ask.role if ask and ask.hash == plan_hash else None
    return plan_view(plan, plan_hash, waits_for=waits, approved_by=by)


def goodwill(seen: Preview) -> GoodwillView:
    """Return what the caps of goodwill leave."""
    ground = seen.priced.ground
    return GoodwillView(
        used_fen=ground.day.goodwill_of(ground.name),
        left_fen=goodwill_left(
            ground.day, ground.name, ground.paid_fen, ground.book, ground.times
        ),
        caps=tuple(cap.ref for cap in ground.book.goodwill_caps(ground.times)),
        blocked=ground.blocked,
    )


def score(
    known: Resolution,
    seen: Preview,
    scores: Scores,
    beside: frozenset[str],
    at: datetime,
) -> Mapping[Way, ScoreEffect]:
    """Return what it does to the merchant's score; nothing where nobody sold it."""
    opened = known.opened
    if opened is None or opened.merchant is None:
        return {}
    stake = AtStake(
        asked=bool(beside & {"case", "dispute"}),
        escalated="dispute" in beside,
        audit_seconds=max(0, int((at - opened.at).total_seconds())),
    )
    return scores.effects(opened.merchant, seen.priced.ground.book, stake, now=at)
