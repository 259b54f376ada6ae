"""What the timeline says of a dispute's events: lists as counts, awards as sums."""

from typing import Any, Final, get_args

from domain.dispute.commands import Awards
from domain.dispute.events import (
    AppealDecided,
    DisputeDefaulted,
    DisputeEvent,
    DisputeSettled,
    OfferMade,
    RulingIssued,
)
from domain.dispute.values import Offer
from domain.kernel import Event
from domain.timer import TimerEvent

DISPUTE_EVENTS: Final[tuple[type[Any], ...]] = tuple(
    each for each in get_args(DisputeEvent) if each not in get_args(TimerEvent)
)

# Lists that are given as how many there are.
COUNTED = ("evidence", "files", "findings", "liability", "silences", "handlers")


def dispute_facts(event: Event, facts: dict[str, Any]) -> dict[str, Any]:
    """Return the facts of an event of a dispute, flat and short."""
    kept = {name: value for name, value in facts.items() if name != "where"}
    kept |= {name: len(kept[name]) for name in COUNTED if name in kept}
    match event:
        case OfferMade(offer=offer) | DisputeSettled(offer=offer):
            return kept | offer_facts(offer)
        case RulingIssued(awards=awards):
            return kept | award_facts(awards)
        case AppealDecided(awards=awards, upheld=upheld):
            came_to = "ruling_upheld" if upheld else "ruling_changed"
            return kept | award_facts(awards) | {"appeal": came_to}
        case DisputeDefaulted(timer=timer):
            return kept | {"step": f"dispute.{timer.partition('/')[0]}"}
        case _:
            return kept


def offer_facts(offer: Offer) -> dict[str, Any]:
    """Return what was offered, and how much."""
    facts: dict[str, Any] = {
        "offer": offer.number,
        "offer_type": offer.type,
        "offered_by": offer.by.role,
    }
    if offer.amount is not None:
        facts["total"] = {offer.amount.currency: offer.amount.minor}
    return facts


def award_facts(awards: Awards) -> dict[str, Any]:
    """Return how much is awarded, by currency."""
    sums: dict[str, int] = {}
    for award in awards:
        currency = award.amount.currency
        sums[currency] = sums.get(currency, 0) + award.amount.minor
    return {"awards": len(awards), "total": sums} if sums else {}
