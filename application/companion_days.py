"""What there is to do in the days beside a consumer, and how they look from outside."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final, Literal, NamedTuple

from application.accompanied import Accompanied, live_resolution
from domain.companionship import (
    CloseCompanionship,
    Companionship,
    CompanionshipCommand,
    NoteMatter,
    ReachCheckIn,
    StartCompanionship,
    ended,
)
from domain.companionship.days import row_of
from domain.companionship.outcome import counts
from domain.companionship.values import CheckIn, Finding, MatterRef
from domain.party import SYSTEM
from domain.policy.book import NoSuchRule, Rulebook
from domain.policy.closures import to_second
from domain.shortfall import Severity, ShortfallCode

Colour = Literal["green", "amber", "red"]

# So grave is red; anything else that stands is amber.
GRAVE: Final[frozenset[Severity]] = frozenset({"high", "critical"})
# What may still turn out well.
AHEAD: Final[frozenset[ShortfallCode]] = frozenset({"SHIP_RISK", "DELIVERY_RISK"})


class ToDo(NamedTuple):
    """Something to say to a companionship, and the name of why: the same is one."""

    name: str
    command: CompanionshipCommand


def to_do(order: Accompanied, book: Rulebook, now: datetime) -> Iterator[ToDo]:
    """Yield what there is to say to an order's companionship now, in order."""
    days = order.companionship
    if not days.started:
        for first in beginning(order):
            yield first
            yield from to_note(order)
        return
    if days.closed:
        return
    yield from to_note(order)
    if order.order.cancelled_at is not None and not still_open(order):
        yield ToDo("cancelled", CloseCompanionship(by=SYSTEM, cancelled=True))
        return
    yield from signed(order, book, now)
    for planned in unreached(days):
        if planned.at <= now:
            finding = finding_of(order)
            command = ReachCheckIn(by=SYSTEM, name=planned.name, finding=finding)
            yield ToDo(f"check-in/{planned.name}", command)


def look_at(order: Accompanied, book: Rulebook) -> datetime | None:
    """Return from when on there is something to do; None: nothing, for all we know."""
    days = order.companionship
    if not days.started:
        return next((order.order.paid_at for _ in beginning(order)), None)
    if next(to_do(order, book, order.changed_at), None) is not None:
        return order.changed_at
    if days.closed:
        return None
    return min((each.at for each in unreached(days)), default=None)


def beginning(order: Accompanied) -> Iterator[ToDo]:
    """Yield the beginning: from the payment on nobody waits alone."""
    known = order.order
    if known.identity is None or known.paid_at is None:
        return
    if known.cancelled_at is None:
        yield ToDo("start", start(order, "paid", known.paid_at))


def signed(order: Accompanied, book: Rulebook, now: datetime) -> Iterator[ToDo]:
    """Yield that the parcel was signed for, where the days count from there."""
    arrived, days = order.order.proof("delivered"), order.companionship
    if arrived is None or days.ends_at is None:
        return
    try:
        row = row_of(days, book, now)
    except NoSuchRule:
        return
    ends_at = to_second(arrived[0].at + timedelta(days=row.days))
    if row.anchor == "signed" and ends_at > days.ends_at:
        yield ToDo("signed", start(order, "signed", arrived[0].at))


def start(
    order: Accompanied, anchor: Literal["paid", "signed"], at: datetime
) -> StartCompanionship:
    """Return what begins the days, or moves their end."""
    known = order.order
    return StartCompanionship(
        by=SYSTEM,
        order=str(order.order_id),
        consumer=known.identity.consumer if known.identity else "",
        merchant=merchant_of(order),
        creator=creator_of(order),
        anchor=anchor,
        anchored_at=at,
        ordered_at=known.placed_at,
    )


def to_note(order: Accompanied) -> Iterator[ToDo]:
    """Yield the matters that were opened or ended and that nobody noted yet."""
    noted = order.companionship.matters
    for kind, seen, open_ in order.matters():
        name = str(seen.stream_id)
        if noted.get((kind, name), False) != open_:
            matter = MatterRef(kind=kind, id=name)
            command = NoteMatter(by=SYSTEM, matter=matter, open=open_)
            yield ToDo(f"matter/{name}/{seen.version}", command)


def still_open(order: Accompanied) -> bool:
    """Say whether a matter of the order is open."""
    return any(each.open for each in order.matters())


def unreached(days: Companionship) -> list[CheckIn]:
    """Return the planned looks that nobody took yet, the soonest first."""
    left = (each for name, each in days.check_ins.items() if name not in days.reached)
    return sorted(left, key=lambda each: (each.at, each.name))


def finding_of(order: Accompanied) -> Finding:
    """Return what is found when we look: the worst that stands comes first."""
    days, known = order.companionship, order.order
    standing = days.standing
    finding: Finding = "on_track"
    if known.cancelled_at is not None:
        finding = "cancelled"
    elif standing and live_resolution(order) is not None:
        finding = "being_resolved"
    elif any(each.shortfall.code not in AHEAD for each in standing):
        finding = "fell_short"
    elif standing:
        finding = "at_risk"
    elif any(counts(each) for each in days.shortfalls.values()):
        finding = "made_good" if ended(days).outcome == "made_good" else "fell_short"
    elif known.proof("delivered") is not None:
        finding = "delivered"
    return finding


def colour_of(days: Companionship) -> Colour:
    """Return the colour of what stands: green is nothing, red is grave."""
    grave = [
        each.shortfall.severity is not None
        and each.shortfall.severity.severity in GRAVE
        for each in days.standing
    ]
    if not grave:
        return "green"
    return "red" if any(grave) else "amber"


def merchant_of(order: Accompanied) -> str | None:
    """Return who sells: as the order says, else as its first line does."""
    placed = order.order.placement
    sold = (line.merchant for line in order.order.lines if line.merchant)
    return (placed.merchant if placed else None) or next(sold, None)


def creator_of(order: Accompanied) -> str | None:
    """Return who made what sold it, if anybody did."""
    placed = order.order.placement
    named = (
        each.party
        for each in (placed.participants if placed else ())
        if "creator" in each.roles
    )
    return next(named, None)
