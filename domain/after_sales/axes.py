"""The axes beside the state of a case: its parcels, its goods, its money, its reports.

A parcel of a case is the parcel of an order, fed with the same marks; one coming back
goes the other way.
"""

from collections.abc import Mapping

from msgspec import json
from msgspec.structs import replace

from domain.after_sales.events import (
    CaseReported,
    ParcelScanned,
    ReplacementShipped,
    ReturnReceived,
    ReturnSent,
)
from domain.after_sales.state import ABSENT, Case
from domain.money import Money
from domain.order.claims import ClaimItem
from domain.order.events import ParcelShipped, ScanRecorded
from domain.order.parcel import Parcel
from domain.order.tracking import evolve_parcel

# -- Parcels --


def parcel_sent(case: Case, event: ReturnSent | ReplacementShipped) -> Case:
    """Return the case with its parcel on the way; another waybill is another parcel."""
    if isinstance(event, ReturnSent):
        waiting = case.status == "awaiting_consumer_return"
        return replace(
            case,
            status="awaiting_merchant_receipt" if waiting else case.status,
            sent_at=case.sent_at or event.at,
            return_parcel=told(case.return_parcel, event, contents=()),
        )
    return replace(
        case,
        status="awaiting_consumer_receipt",
        replacement=told(case.replacement, event, contents=event.contents),
    )


def told(
    parcel: Parcel, event: ReturnSent | ReplacementShipped, **contents: object
) -> Parcel:
    """Return the parcel as its sender says; what was scanned of another one is not."""
    if parcel.told and parcel.waybill != event.waybill:
        parcel = Parcel()
    shipped = ParcelShipped(
        at=event.at,
        parcel=event.waybill,
        carrier=event.carrier,
        waybill=event.waybill,
        **contents,  # type: ignore[arg-type]  # the contents of a parcel, by name
    )
    return evolve_parcel(parcel, shipped)


def parcel_scanned(case: Case, event: ParcelScanned) -> Case:
    """Return the case with the scan; a parcel coming back that moves was sent."""
    parcel = case.replacement if event.direction == "outbound" else case.return_parcel
    scan = ScanRecorded(
        at=event.at,
        parcel=parcel.waybill or event.direction,
        scan=event.scan,
        code=event.code,
        raw_code=event.raw_code,
        rank=event.rank,
        text=event.text,
    )
    parcel = evolve_parcel(parcel, scan)
    if event.direction == "outbound":
        return replace(case, replacement=parcel)
    case = replace(case, return_parcel=parcel)
    if case.elsewhere:
        return case
    if case.status == "awaiting_consumer_return" and parcel.handed_over is not None:
        sent_at = case.sent_at or event.at
        return replace(case, status="awaiting_merchant_receipt", sent_at=sent_at)
    return case


# -- Goods --


def goods_arrived(case: Case, event: ReturnReceived) -> Case:
    """Return the case with what arrived. Whether it is accepted is not said yet."""
    waiting = case.status == "awaiting_consumer_return"
    arrived = any(each.condition not in ABSENT for each in event.items)
    return replace(
        case,
        status="awaiting_merchant_receipt" if waiting else case.status,
        sent_at=case.sent_at or event.at,
        reception="received" if arrived else case.reception,
        acceptance="pending" if arrived else case.acceptance,
        goods=case.goods + event.items,
        # Goods that come after the end still count for the order.
        settled=(
            replace(case, goods=case.goods + event.items).settlement
            if case.final
            else case.settled
        ),
    )


def reception_ended(case: Case) -> Case:
    """Return the case without a reception waited for that nothing was sent for."""
    if case.reception == "awaiting" and case.sent_at is None:
        return replace(case, reception="cancelled")
    return case


# -- Money --


def paid_out(case: Case, amount: Money) -> Case:
    """Return the case with what a refund paid, laid upon what is due line by line.

    First the goods in the order of their lines, then the freight; what is beyond both
    goes to the first of them, so that the sum is always what was paid.
    """
    left, refunded = amount.minor, dict(case.refunded)
    due = case.due.items if case.due is not None else case.items
    for item in due:
        before = refunded.get(item.line)
        had = before.amount.minor if before is not None else 0
        share = max(0, min(left, item.amount.minor - had))
        if share or before is None:
            taken = Money(had + share, amount.currency)
            refunded[item.line] = replace(item, amount=taken)
        left -= share
    if case.due is None or case.due.freight is None:
        return replace(case, refunded=with_rest(refunded, left))
    had_freight = case.refunded_freight.minor if case.refunded_freight else 0
    freight = Money(had_freight + left, amount.currency)
    return replace(case, refunded=refunded, refunded_freight=freight)


def with_rest(refunded: Mapping[int, ClaimItem], rest: int) -> Mapping[int, ClaimItem]:
    """Return what was paid by line, with a rest that no line is due."""
    if not rest or not refunded:
        return refunded
    line, item = next(iter(refunded.items()))
    amount = Money(item.amount.minor + rest, item.amount.currency)
    return {**refunded, line: replace(item, amount=amount)}


# -- Reports --


def reported(case: Case, event: CaseReported) -> Case:
    """Return the case with what was told; the latest word counts, by its own time.

    A case opened here keeps what it says itself.
    """
    reports = tuple(sorted((*case.reports, event), key=by_time))
    case = replace(case, reports=reports)
    if case.opened_here:
        return case
    latest = {
        field: value
        for report in reports
        for field in ("type", "status", "reason", "merchant", "order", "consumer")
        if (value := getattr(report, field)) is not None
    }
    opened_at = reports[0].at
    return replace(case, opened_at=opened_at, **latest)


def by_time(report: CaseReported) -> tuple[object, bytes]:
    """Return the key that puts reports in the order of what they tell."""
    return report.at, json.encode(report)
