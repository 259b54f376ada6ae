"""What an incident comes to, added up order by order."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import cast
from uuid import UUID

from application.incidents.offers import IncidentOffers
from application.incidents.terms import Costs, LeftOut, Within
from application.projections.affected import AffectedOrder
from application.sight import Sight
from domain.incident import (
    Exclusion,
    ExclusionReason,
    Impact,
    Incident,
    Segment,
    SegmentImpact,
    histogram,
)
from domain.kernel import LongName
from domain.party import LiableParty
from domain.plan import BearerCost

BASIS_POINTS = 10_000


class Sums:
    """Adds up what each order costs, and whom nothing is offered."""

    def __init__(self, segments: Sequence[Segment]) -> None:
        self._segments = segments
        self._costs: dict[UUID, Costs] = {}
        self._excluded: list[Exclusion] = []

    def add(  # noqa: PLR0913, PLR0917 - an order, and all that it is priced on
        self,
        order_id: UUID,
        affected: AffectedOrder | None,
        within: Within,
        offers: IncidentOffers,
        sight: Sight,
        at: datetime,
    ) -> None:
        """Price an order, or say why nothing is offered to it."""
        if affected is None:
            self._leave_out(order_id, "unreadable")
            return
        try:
            self._costs[order_id] = offers.estimate(affected, within, sight, at)
        except LeftOut as left_out:
            self._leave_out(order_id, left_out.why)

    def _leave_out(self, order_id: UUID, why: ExclusionReason) -> None:
        self._excluded.append(Exclusion(order=str(order_id), reason=why))

    def impact(self) -> Impact:
        """Return what it all comes to."""
        costs = list(self._costs.values())
        bearers: Counter[str] = Counter()
        for each in costs:
            for bearer, fen in each.bearers:
                bearers[bearer] += fen
        # Of an exact half, as of all below it, nobody would have written.
        avoided = sum(each.contact_rate_bp for each in costs) // BASIS_POINTS
        return Impact(
            orders=len(costs),
            excluded=tuple(self._excluded),
            total_fen=sum(each.fen for each in costs),
            entitlement_fen=sum(each.entitlement_fen for each in costs),
            goodwill_fen=sum(each.goodwill_fen for each in costs),
            by_bearer=tuple(
                BearerCost(bearer=cast("LiableParty", bearer), fen=fen)
                for bearer, fen in sorted(bearers.items())
            ),
            segments=tuple(self._of_segment(each) for each in self._segments),
            histogram=histogram(each.fen for each in costs),
            capped=sum(each.capped for each in costs),
            contacts_avoided=avoided,
        )

    def rests_on(self, state: Incident) -> LongName:
        """Return the name of what it was computed on: scope, plan, and every cost."""
        digest = state.frozen.digest if state.frozen else ""
        looked_at = [digest, repr(self._segments), str(len(self._excluded))]
        looked_at += [
            f"{order_id} {each.segment.name} {each.fen}"
            for order_id, each in sorted(self._costs.items())
        ]
        return f"estimate:{sha256(chr(10).join(looked_at).encode()).hexdigest()}"

    def _of_segment(self, segment: Segment) -> SegmentImpact:
        own = [
            each for each in self._costs.values() if each.segment.name == segment.name
        ]
        return SegmentImpact(
            segment=segment.name,
            plan=segment.plan,
            orders=len(own),
            fen=sum(each.fen for each in own),
        )
