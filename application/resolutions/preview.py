"""What making it good would cost now, whom, and what it does to its merchant's score.

A question, and nothing else: it is priced by the very functions that propose, so what
is shown is what is approved and carried out, under the same hash.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Protocol
from uuid import UUID

from msgspec import Struct

from application.order_view import utc
from application.resolutions.amounts import AmountNote, notes_of
from application.resolutions.office import PlanView, plan_view
from application.resolutions.resolutions import Resolutions
from application.resolutions.said import Preview
from domain.compensation import goodwill_left
from domain.party import By
from domain.plan import Plan
from domain.policy.book import Rulebook, in_force
from domain.policy.rows import Times
from domain.policy.score_rows import ScoreRow
from domain.resolution import Resolution
from domain.scorecard import AtStake, ScoreEffect, Way, WeightsOf, whose_weights


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
    score, ``resolved`` by us now or ``escalated``, in hundredths of a point, and
    ``weights`` whose weights that is by. ``notes`` are how each amount was rounded, and
    its tax.
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
    weights: WeightsOf
    notes: tuple[AmountNote, ...]


def preview_view(  # noqa: PLR0913 - a question, and all that it is answered by
    resolution_id: UUID,
    resolutions: Resolutions,
    scores: Scores,
    beside: frozenset[str],
    at: datetime,
    *,
    industry: str | None = None,
) -> PreviewView:
    """Return what would be proposed now; nothing is written.

    ``beside`` are the nouns of the order's other matters; ``industry`` is the
    merchant's, as whoever asks knows it: no event says it. Raises NoSuchResolution.
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
        score=score(known, seen, scores, beside, at, industry),
        weights=whose_weights(weighing(seen.priced.ground.book, at), industry),
        notes=tuple(notes_of((seen.minimum, *seen.plans), seen.priced.ground.book)),
    )


def weighing(book: Rulebook, at: datetime) -> Iterator[ScoreRow]:
    """Yield the rows of a book that weigh at a moment, of whatever industry."""
    scored = (row for row in book.rows if isinstance(row, ScoreRow) and row.weight_bp)
    yield from in_force(scored, Times(judged_at=at))


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


def score(  # noqa: PLR0913, PLR0917 - a matter, and all that its effect depends on
    known: Resolution,
    seen: Preview,
    scores: Scores,
    beside: frozenset[str],
    at: datetime,
    industry: str | None,
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
    book = seen.priced.ground.book
    return scores.effects(opened.merchant, book, stake, now=at, industry=industry)
