"""Opening a dispute, and what the sides put on the table."""

from datetime import datetime
from typing import Final

from domain.dispute.clocks import (
    Events,
    after,
    begun,
    begun_if_ruled,
    done,
    dropped,
    let_off,
    review_begun,
)
from domain.dispute.commands import AcceptOffer, DenyOffer, MakeOffer, OpenDispute
from domain.dispute.conditions import other_side
from domain.dispute.events import (
    DisputeEscalated,
    DisputeOpened,
    DisputeSettled,
    NegotiationStarted,
    OfferDenied,
    OfferMade,
)
from domain.dispute.evolve import evolve
from domain.dispute.refusals import (
    AfterSalesTimeOver,
    AmountNeeded,
    MoreThanClaimed,
    NoSuchOffer,
    NotForYouToSay,
    OtherCurrency,
    PartialRefundTooHigh,
    YourOwnOffer,
)
from domain.dispute.state import Dispute
from domain.dispute.values import SIDES, Offer, OfferType
from domain.party import By
from domain.policy.book import Rulebook

# Offers that say how much; of a whole refund, none said is all that is claimed.
NEEDS_AMOUNT: Final[frozenset[OfferType]] = frozenset(
    {"partial_refund", "coupon", "freight"}
)
# The row that holds a partial refund down (第16条), by the end of its id.
PARTIAL_CAP: Final = "partial-refund-cap"
WHOLE_BP: Final = 10_000


def opened(
    dispute: Dispute, command: OpenDispute, book: Rulebook, at: datetime
) -> Events:
    """Return the dispute, and that the sides negotiate, or the platform looks at once.

    Raises AfterSalesTimeOver and NotForYouToSay.
    """
    late = command.window_ends is not None and at > command.window_ends
    if late and command.exception is None:
        raise AfterSalesTimeOver(window_ends=command.window_ends)
    if command.exception == "platform_data" and command.by.role in SIDES:
        raise NotForYouToSay(exception=command.exception)
    event = DisputeOpened(
        at=at,
        by=command.by,
        order=command.order,
        case=command.case,
        consumer=command.consumer,
        merchant=command.merchant,
        creator=command.creator,
        carrier=command.carrier,
        ordered_at=command.ordered_at,
        issue=command.issue,
        claimed=command.claimed,
        paid=command.paid,
        exception=command.exception,
        handlers=command.handlers,
        words=command.words,
        evidence=command.evidence,
        where=command.where,
    )
    known = evolve(dispute, event)
    if not command.negotiate:
        review = review_begun(known, book, at)
        return (event, DisputeEscalated(at=at, by=command.by), *review)
    clock = begun(known, book, at, "dispute.negotiation", "negotiation")
    return (event, NegotiationStarted(at=at), *clock)


def offered(
    dispute: Dispute, command: MakeOffer, book: Rulebook, at: datetime
) -> Events:
    """Return the offer; it takes the place of one's own and leaves the other's there.

    Raises AmountNeeded, OtherCurrency, MoreThanClaimed and PartialRefundTooHigh.
    """
    sound(dispute, command, book, at)
    side = SIDES[command.by.role]
    own = dispute.offer_from(side)
    if own is not None and (own.type, own.amount) == (command.type, command.amount):
        return ()
    number = len(dispute.offers) + 1
    offer = Offer(
        number=number, by=command.by, type=command.type, amount=command.amount
    )
    replaced = dropped(dispute, at, "replaced", f"offer/{own.number}") if own else ()
    name, answers = f"offer/{number}", other_side(side)
    clock = begun_if_ruled(dispute, book, at, "dispute.offer", name, answers)
    return (*replaced, OfferMade(at=at, offer=offer, words=command.words), *clock)


def sound(dispute: Dispute, command: MakeOffer, book: Rulebook, at: datetime) -> None:
    """Raise unless the amount is one that can be offered."""
    amount, claimed = command.amount, dispute.claimed
    if amount is None:
        if command.type in NEEDS_AMOUNT:
            raise AmountNeeded(type=command.type)
        return
    if amount.minor <= 0:
        raise AmountNeeded(type=command.type)
    if claimed is not None and amount.currency != claimed.currency:
        raise OtherCurrency(currency=claimed.currency)
    asks = command.by.role != "merchant"
    if asks and claimed is not None and amount.minor > claimed.minor:
        raise MoreThanClaimed(claimed=claimed)
    if command.type == "partial_refund":
        within_cap(dispute, command, book, at)


def within_cap(
    dispute: Dispute, command: MakeOffer, book: Rulebook, at: datetime
) -> None:
    """Raise if a partial refund is above its share of what was paid.

    Nothing is checked where nobody said what was paid.
    """
    paid = dispute.opened.paid if dispute.opened else None
    if paid is None or command.amount is None:
        return
    if paid.currency != command.amount.currency:
        raise OtherCurrency(currency=paid.currency)
    for cap in book.caps(dispute.times(at)):
        if cap.rate_bp is None or not cap.id.endswith(PARTIAL_CAP):
            continue
        most = paid.minor * cap.rate_bp // WHOLE_BP
        if command.amount.minor > most:
            raise PartialRefundTooHigh(minor_max=most, policy=cap.ref)


def accepted(dispute: Dispute, command: AcceptOffer, at: datetime) -> Events:
    """Return that the sides agreed; raises NoSuchOffer and YourOwnOffer."""
    offer = on_the_table(dispute, command.by, command.offer)
    return settled(dispute, command.by, offer, at)


def settled(dispute: Dispute, by: By, offer: Offer, at: datetime) -> Events:
    """Return that the dispute is settled, and nobody owes a step in it any more."""
    answered = done(dispute, at, f"offer/{offer.number}")
    rest = let_off(after(dispute, answered), at, "settled")
    return (DisputeSettled(at=at, by=by, offer=offer), *answered, *rest)


def denied(dispute: Dispute, command: DenyOffer, at: datetime) -> Events:
    """Return that the offer was left; raises NoSuchOffer and YourOwnOffer."""
    offer = on_the_table(dispute, command.by, command.offer)
    left = OfferDenied(at=at, by=command.by, offer=offer.number, words=command.words)
    return (left, *done(dispute, at, f"offer/{offer.number}"))


def on_the_table(dispute: Dispute, by: By, number: int) -> Offer:
    """Return the other side's offer of this number, if it still stands."""
    for offer in dispute.offers:
        if offer.number == number and offer.by.role == by.role:
            raise YourOwnOffer(offer=number)
    offer_ = dispute.offer_from(other_side(SIDES[by.role]))
    if offer_ is None or offer_.number != number:
        raise NoSuchOffer(offer=number, open=offer_.number if offer_ else None)
    return offer_
