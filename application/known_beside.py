"""What detectors look at beside an order: its contacts, cases, refunds and returns."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from application.accompanied import Accompanied, Seen
from domain.after_sales import Case
from domain.contact import Contact
from domain.detection.known import (
    Contacted,
    Known,
    RefundClock,
    RefundOwed,
    ReturnSent,
    Told,
)
from domain.timer import Timer

# A contact that ended like this was no fault; like these, its matter goes on elsewhere.
NO_FAULT: Final = frozenset({"no_fault_found", "duplicate"})
GOES_ON: Final = frozenset({"case_opened", "dispute_opened"})
# Nothing came of a case that ended like this.
TAKEN_BACK: Final = frozenset({"withdrawn", "merged"})
PAID: Final = frozenset({"succeeded", "recovered"})
OVER: Final = frozenset({"met", "cancelled"})


def known_beside(order: Accompanied) -> Known:
    """Return what is known beside an order's own stream.

    Prices, removals and incidents are told as shortfalls at once (see
    ``ShortfallReports``), so nothing of them has to be waited for.
    """
    cases = [each for each in order.of("after_sales") if ours(each.state)]
    contacts = list(order.of("contact"))
    return Known(
        told=(
            *(word for each in contacts for word in contact_told(each, order)),
            *(word for each in cases for word in case_told(each)),
        ),
        refund_clocks=tuple(clock for each in cases for clock in refund_clocks(each)),
        refunds=tuple(refund for each in cases for refund in refunds(each)),
        returns=tuple(sent for each in cases for sent in returns(each)),
        contacts=tuple(
            Contacted(contact=str(each.stream_id), at=at)
            for each in contacts
            if (at := begun_at(each.state)) is not None
        ),
    )


def ours(case: Case) -> bool:
    """Say whether a case is of the consumer's asking: not a step of a resolution."""
    return case.resolution is None


def begun_at(contact: Contact) -> datetime | None:
    """Return when the consumer turned to us; None where we turned to the consumer."""
    if contact.opened_by is not None and contact.opened_by.role != "consumer":
        return None
    told = [report.at for report in contact.reports]
    return contact.opened_at or min(told, default=None)


def contact_told(seen: Seen, order: Accompanied) -> Iterator[Told]:
    """Yield what was said in a contact: what it is about, and what was heard in it."""
    contact: Contact = seen.state
    at = begun_at(contact)
    if at is None:
        return
    name = str(seen.stream_id)
    closed = seen.changed_at if contact.status == "closed" else None
    none = closed if contact.outcome in NO_FAULT else None
    settled = None if none or contact.outcome in GOES_ON else closed
    heard = (
        (str(fact.value), found.shortfall.line)
        for found in order.companionship.shortfalls.values()
        for fact in found.shortfall.facts
        if found.shortfall.heard_in == name and fact.name == "reason"
    )
    for reason, line in dict.fromkeys(((contact.about, None), *heard)):
        yield Told(
            reason=reason,
            at=at,
            matter=name,
            line=line,
            heard_in=name,
            settled_at=settled,
            retracted_at=none,
        )


def case_told(seen: Seen) -> Iterator[Told]:
    """Yield why the consumer opened a case."""
    case: Case = seen.state
    if case.reason is None or case.opened_at is None:
        return
    taken_back = case.final and case.ended_why in TAKEN_BACK
    yield Told(
        reason=str(case.reason),
        at=case.opened_at,
        matter=str(seen.stream_id),
        line=line_of(case),
        settled_at=case.ended_at if case.final and not taken_back else None,
        retracted_at=case.ended_at if taken_back else None,
    )


def line_of(case: Case) -> int | None:
    """Return the line a case is about, if it is just one."""
    lines = {item.line for item in case.items}
    return lines.pop() if len(lines) == 1 else None


def refund_clocks(seen: Seen) -> Iterator[RefundClock]:
    """Yield the merchant's clocks over a case that asks for money back.

    What a merchant let run out is still waited for, until the case goes on.
    """
    case: Case = seen.state
    if case.claimed is None:
        return
    for timer in case.timers.values():
        if timer.owes == "merchant" and timer.standing != "paused":
            yield RefundClock(
                matter=f"{seen.stream_id}/{timer.name}"[:128],
                due_at=timer.due_at,
                seconds=timer.seconds,
                line=line_of(case),
                ended_at=ended_at(timer, seen),
            )


def ended_at(timer: Timer, seen: Seen) -> datetime | None:
    """Return when a clock was met or let off, as far as its stream says."""
    case: Case = seen.state
    over = timer.standing in OVER or (timer.standing == "breached" and case.final)
    return seen.changed_at if over else None


def refunds(seen: Seen) -> Iterator[RefundOwed]:
    """Yield the refund a case came to, if it did."""
    case: Case = seen.state
    if case.due is not None:
        done = case.refund_status in PAID and case.to_pay is None
        yield RefundOwed(
            matter=str(seen.stream_id),
            ordered_at=case.due.at,
            line=line_of(case),
            paid_at=seen.changed_at if done else None,
        )


def returns(seen: Seen) -> Iterator[ReturnSent]:
    """Yield the goods a case sent back, if it did."""
    case: Case = seen.state
    if case.sent_at is not None:
        signed = case.return_parcel.delivered
        taken_in = seen.changed_at if case.arrived or case.final else None
        yield ReturnSent(
            matter=str(seen.stream_id),
            sent_at=case.sent_at,
            parcel=case.return_parcel.waybill,
            carrier=case.return_parcel.carrier,
            line=line_of(case),
            signed_at=signed.at if signed else taken_in,
        )
