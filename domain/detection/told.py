"""What somebody told, a refund, a return, a price, an incident: beside the parcel."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from domain.detection.known import PriceSeen
from domain.detection.points import HOUR, Asked, WatchPoint, fact, passed, window_of
from domain.order import Order

WHOLE_PERCENT: Final = 100


def told(asked: Asked) -> Iterator[WatchPoint]:
    """Yield what consumers or agents said in the words of a row, or in its code.

    Where a row names scans too, one of them must be known: "not received" falls short
    only of a parcel that was signed for.
    """
    marks = {mark.code for each in asked.order.parcels.values() for mark in each.marks}
    if asked.row.scans and marks.isdisjoint(asked.row.scans):
        return
    for word in asked.known.told:
        if word.reason not in {asked.row.code, *asked.row.reasons}:
            continue
        if word.settled_at is not None or word.retracted_at is not None:
            continue
        yield WatchPoint(
            code=asked.row.code,
            line=word.line,
            window=window_of(asked.row, "", word.at, word.matter, asked.rules.zone),
            due_at=passed(word.at, asked.row.hours, inclusive=True),
            rule=asked.row.ref,
            heard_in=word.heard_in,
            breach=asked.row.breach,
            effort=asked.row.effort,
            facts=(
                fact("reason", word.reason),
                fact("told_at", word.at),
                fact("matter", word.matter),
            ),
        )


def refund_clock(asked: Asked) -> Iterator[WatchPoint]:
    """Yield merchants' clocks over a refund of which such a share is used up.

    What is left is counted back from its end, so that a night before it does not count.
    """
    share = asked.row.share_percent or WHOLE_PERCENT
    for clock in asked.known.refund_clocks:
        if clock.ended_at is not None:
            continue
        left = timedelta(seconds=clock.seconds * (WHOLE_PERCENT - share) // 100)
        yield WatchPoint(
            code=asked.row.code,
            line=clock.line,
            window=window_of(
                asked.row, "", clock.due_at, clock.matter, asked.rules.zone
            ),
            due_at=clock.due_at - left,
            due=clock.due_at,
            rule=asked.row.ref,
            breach=asked.row.breach,
            effort=asked.row.effort,
            facts=(
                fact("matter", clock.matter),
                fact("clock_due", clock.due_at),
                fact("share_percent", share),
            ),
        )


def refund_unpaid(asked: Asked) -> Iterator[WatchPoint]:
    """Yield refunds that were agreed or ordered, and are not done."""
    for refund in asked.known.refunds:
        if refund.paid_at is not None:
            continue
        due = passed(refund.ordered_at, asked.row.hours, inclusive=asked.row.inclusive)
        yield WatchPoint(
            code=asked.row.code,
            line=refund.line,
            window=window_of(asked.row, "", due, refund.matter, asked.rules.zone),
            due_at=due,
            due=due,
            rule=asked.row.ref,
            breach=asked.row.breach,
            effort=asked.row.effort,
            facts=(
                fact("matter", refund.matter),
                fact("ordered_at", refund.ordered_at),
            ),
        )


def return_unsigned(asked: Asked) -> Iterator[WatchPoint]:
    """Yield returns on their way that nobody signed for, each by its own parcel."""
    for sent in asked.known.returns:
        if sent.signed_at is not None:
            continue
        due = passed(sent.sent_at, asked.row.hours, inclusive=asked.row.inclusive)
        yield WatchPoint(
            code=asked.row.code,
            line=sent.line,
            window=window_of(asked.row, "", due, sent.matter, asked.rules.zone),
            due_at=due,
            due=due,
            rule=asked.row.ref,
            breach=asked.row.breach,
            effort=asked.row.effort,
            parcel=sent.parcel,
            facts=(
                fact("matter", sent.matter),
                fact("sent_at", sent.sent_at),
                *((fact("carrier", sent.carrier),) if sent.carrier else ()),
            ),
        )


def contacts(asked: Asked) -> Iterator[WatchPoint]:
    """Yield each time so many contacts about the order came within so many hours."""
    count = asked.row.count or 2
    turned = sorted(asked.known.contacts, key=lambda each: (each.at, each.contact))
    for first, last in zip(turned, turned[count - 1 :], strict=False):
        if last.at - first.at <= asked.row.hours * HOUR:
            yield WatchPoint(
                code=asked.row.code,
                window=window_of(
                    asked.row, "", last.at, last.contact, asked.rules.zone
                ),
                due_at=last.at,
                rule=asked.row.ref,
                heard_in=last.contact,
                breach=asked.row.breach,
                effort=asked.row.effort,
                facts=(fact("contacts", count), fact("first_contact_at", first.at)),
            )


def price(asked: Asked) -> Iterator[WatchPoint]:
    """Yield lower prices that were seen while the price was protected (价保).

    Each price is news of its own, also a deeper one within the same window.
    """
    for seen in asked.known.prices:
        drop = dropped(asked.order, seen)
        until = protected_until(asked.order, seen)
        if drop is None or drop <= 0 or until is None:
            continue
        yield WatchPoint(
            code=asked.row.code,
            line=seen.line,
            window=window_of(
                asked.row,
                f"{seen.unit_price.minor}",
                seen.at,
                f"line-{seen.line}/{seen.unit_price.minor}",
                asked.rules.zone,
            ),
            due_at=seen.at,
            due=until,
            rule=asked.row.ref,
            breach=asked.row.breach,
            effort=asked.row.effort,
            facts=(
                fact("difference_minor", drop),
                fact("seen_at", seen.at),
                fact("protected_until", until),
            ),
        )


def dropped(order: Order, seen: PriceSeen) -> int | None:
    """Return by how much the line would cost less now; None where nobody can say."""
    line = next((each for each in order.lines if each.line == seen.line), None)
    if line is None or line.price.currency != seen.unit_price.currency:
        return None
    return line.price.minor - seen.unit_price.minor * line.quantity


def protected_until(order: Order, seen: PriceSeen) -> datetime | None:
    """Return until when the line's price is protected, if the moment lies before it."""
    begun = order.paid_at
    ends = [
        promise.due_at
        for promise in order.promises.values()
        if promise.kind == "price_protection"
        and promise.line in {None, seen.line}
        and promise.due_at is not None
    ]
    until = max(ends, default=None)
    inside = begun is not None and until is not None and begun <= seen.at <= until
    return until if inside else None


def removed(asked: Asked) -> Iterator[WatchPoint]:
    """Yield goods that governance took down after their sale."""
    for each in asked.known.removed:
        sold_at = asked.order.paid_at or asked.order.placed_at
        if sold_at is None or each.at < sold_at:
            continue
        yield WatchPoint(
            code=asked.row.code,
            line=each.line,
            window=window_of(asked.row, "", each.at, each.matter, asked.rules.zone),
            due_at=each.at,
            rule=asked.row.ref,
            breach=asked.row.breach,
            effort=asked.row.effort,
            facts=(fact("reason", each.reason), fact("matter", each.matter)),
        )


def incident(asked: Asked) -> Iterator[WatchPoint]:
    """Yield incidents the order is among; a row's ``reasons`` are their kinds."""
    for among in asked.known.incidents:
        if among.left_at is not None or among.kind not in (
            asked.row.reasons or {among.kind}
        ):
            continue
        yield WatchPoint(
            code=asked.row.code,
            line=among.line,
            window=window_of(asked.row, "", among.at, among.incident, asked.rules.zone),
            due_at=among.at,
            rule=asked.row.ref,
            incident=among.incident,
            breach=asked.row.breach,
            effort=asked.row.effort,
            facts=(fact("incident", among.incident), fact("kind", among.kind)),
        )
