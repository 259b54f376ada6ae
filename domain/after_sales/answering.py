"""What a request, an answer to it, and the goods make of a case."""

from typing import assert_never

from msgspec.structs import replace

from domain.after_sales.axes import (
    goods_arrived,
    parcel_scanned,
    parcel_sent,
)
from domain.after_sales.events import (
    CaseApproved,
    CaseOpened,
    CaseRejected,
    CaseReopened,
    CaseWithdrawn,
    CounterAccepted,
    CounterDeclined,
    CounterOffered,
    ParcelScanned,
    ReceptionRecorded,
    ReplacementReceived,
    ReplacementShipped,
    RequestChanged,
    ReturnJudged,
    ReturnReceived,
    ReturnSent,
)
from domain.after_sales.state import Case, Shown
from domain.after_sales.values import (
    COMES_BACK,
    SENDS,
    CaseStatus,
)
from domain.order.parcel import Parcel

Asking = CaseOpened | RequestChanged | CaseWithdrawn | CaseReopened
Answering = (
    CaseApproved | CaseRejected | CounterOffered | CounterAccepted | CounterDeclined
)
Goods = (
    ReturnSent
    | ParcelScanned
    | ReturnReceived
    | ReturnJudged
    | ReceptionRecorded
    | ReplacementShipped
    | ReplacementReceived
)


# -- What is asked, and answered --


def evolve_asking(case: Case, event: Asking) -> Case:
    """Return the case after the consumer asked for something, or let it go."""
    match event:
        case CaseOpened():
            return replace(
                asked_for(case, event),
                status="awaiting_merchant",
                opened_here=True,
                opened_at=event.at,
                order=event.order,
                consumer=event.consumer,
                merchant=event.merchant,
                ordered_at=event.ordered_at,
                where=event.where,
                ship_hours=event.ship_hours,
                in_window=event.in_window,
                fallback=event.fallback,
                resolution=event.resolution,
            )
        case RequestChanged(by=by):
            case = replace(asked_for(case, event), changed=True, counter=None)
            # A rule that turns goods into money leaves the case where it is.
            status = case.status if by.role == "system" else "awaiting_merchant"
            return replace(case, status=status)
        case CaseWithdrawn():
            return case
        case CaseReopened():
            return reopened(case, event)
    assert_never(event)


def reopened(case: Case, event: CaseReopened) -> Case:
    """Return the case taken up again; goods that were sent may have to come back."""
    sent_before = case.status == "succeeded" and case.type in SENDS
    case = replace(
        case,
        status=event.status,
        merged_into=None,
        accepted={},
        needs_human=False,
        needs_dispute=False,
    )
    if not sent_before:
        return case
    return replace(
        case,
        reception="none",
        acceptance="none",
        sent_at=None,
        goods=(),
        return_parcel=Parcel(),
    )


def asked_for(case: Case, event: CaseOpened | RequestChanged) -> Case:
    """Return the case with what is asked for now."""
    shown = tuple(Shown(by=event.by.role, item=item) for item in event.evidence)
    return replace(
        case,
        type=event.type,
        items=event.items,
        freight=event.freight,
        reason=event.reason,
        evidence=case.evidence + shown,
    )


def evolve_answer(case: Case, event: Answering) -> Case:
    """Return the case after one side answered the other."""
    match event:
        case CaseApproved(address=address):
            return agreed(replace(case, address=address or case.address))
        case CaseRejected(by=by, evidence=evidence):
            shown = tuple(Shown(by=by.role, item=item) for item in evidence)
            return replace(
                case,
                status="rejected_awaiting_consumer",
                evidence=case.evidence + shown,
            )
        case CounterOffered():
            # An offer in place of an offer is declined to what was before either.
            waiting = case.status == "countered_awaiting_consumer"
            return replace(
                case,
                status="countered_awaiting_consumer",
                counter=event,
                before_counter=case.before_counter if waiting else case.status,
            )
        case CounterAccepted():
            taken = replace(
                case,
                type=event.type,
                items=event.items,
                freight=event.freight,
                counter=None,
            )
            return agreed(taken)
        case CounterDeclined():
            return replace(case, status=case.before_counter, counter=None)
    assert_never(event)


def agreed(case: Case) -> Case:
    """Return the case where it goes once what is asked was agreed to."""
    case = replace(case, status=after_agreement(case))
    if case.type in COMES_BACK and case.reception in {"none", "cancelled"}:
        return replace(case, reception="awaiting")
    return case


def after_agreement(case: Case) -> CaseStatus:
    """Return what is waited for next: the goods, then goods or money in return."""
    if case.goods_needed:
        moving = case.return_parcel.told or case.return_parcel.handed_over
        if moving or case.reception == "received":
            return "awaiting_merchant_receipt"
        return "awaiting_consumer_return"
    return "awaiting_merchant_ship" if case.type in SENDS else "refunding"


# -- The goods --


def evolve_goods(case: Case, event: Goods) -> Case:
    """Return the case after goods moved, arrived, or were judged."""
    match event:
        case ReturnSent() | ReplacementShipped():
            return parcel_sent(case, event)
        case ParcelScanned():
            return parcel_scanned(case, event)
        case ReturnReceived(by=by, evidence=evidence):
            shown = tuple(Shown(by=by.role, item=item) for item in evidence)
            return replace(goods_arrived(case, event), evidence=case.evidence + shown)
        case ReturnJudged():
            return judged(case, event)
        case ReceptionRecorded(reception=reception):
            return replace(case, reception=reception)
        case ReplacementReceived():
            return case
    assert_never(event)


def judged(case: Case, event: ReturnJudged) -> Case:
    """Return the case after the goods were judged; one that ended stays where it is."""
    shown = tuple(Shown(by=event.by.role, item=item) for item in event.evidence)
    case = replace(
        case,
        acceptance=event.acceptance,
        accepted={each.line: each.quantity for each in event.accepted},
        evidence=case.evidence + shown,
    )
    look = event.acceptance == "manual_intervention_required"
    if case.status not in {"awaiting_merchant_receipt", "rejected_after_receipt"}:
        # Somebody may have to look at the case for something else, as a late refund.
        return replace(case, needs_human=look or case.needs_human)
    case = replace(case, needs_human=look)
    if event.acceptance == "rejected":
        return replace(case, status="rejected_after_receipt")
    return agreed(case) if event.acceptance == "accepted" else case
