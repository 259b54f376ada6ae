"""What is watched of an order, and when: the rows a detection reads once they are due.

A delivery is looked at by the risk table, not by a predicate: its row is due when the
table is first asked, and says so itself whether it stays a question.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

from msgspec import Struct
from msgspec.structs import replace

from application.accompanied import Accompanied
from application.known_beside import known_beside
from domain.companionship.state import Found
from domain.detection import (
    Known,
    Rules,
    WatchPoint,
    cleared,
    rules_of,
    shortfall_of,
    watch_points,
)
from domain.detection.known import AtRisk
from domain.order import Order
from domain.policy.book import NoSuchRule, Rulebook
from domain.policy.rows import Times
from domain.policy.service_rows import DetectorRow
from domain.risk import DELIVERY_RISK, NEVER_BP, Risk, RiskTerms
from domain.shortfall import Shortfall

WatchState = Literal["watching", "history", "detected", "cleared"]

# What the rows of deliveries are called that the risk table answers.
RISK_CODE: Final = "DELIVERY_RISK"

# The usual days beside a consumer, where a profile names none.
DAYS: Final = 30
# What the row of a delivery that nobody asked about yet says of its risk.
UNASKED: Final = "unasked"


class Watched(Struct, frozen=True, kw_only=True):
    """What is watched of an order: the next time to ask, and what is known by now."""

    name: str
    code: str
    line: int | None
    window: str
    due_at: datetime
    until_at: datetime | None
    heals_at: datetime | None
    rule: str
    parcel: str | None
    state: WatchState


def watched(order: Accompanied, book: Rulebook) -> Iterator[Watched]:
    """Yield what is watched of an order under a book's rules as of its last change.

    Pure in the log: the same events always give the same rows.
    """
    rules = rules_of(book, order.order, order.changed_at)
    known = replace(known_beside(order), risks=looks(order.order))
    found = order.companionship.shortfalls
    for name, each in found.items():
        yield detected(name, each, order, rules, known)
    old = history_before(order, book)
    for point in watch_points(order.order, rules, known):
        if point.name not in found:
            last = max(point.due_at, point.until or point.due_at)
            yield row_of(point, "history" if last < old else "watching")


def row_of(point: WatchPoint, state: WatchState) -> Watched:
    """Return the row of a point."""
    return Watched(
        name=point.name,
        code=point.code,
        line=point.line,
        window=point.window,
        due_at=point.due_at,
        until_at=point.until,
        heals_at=None,
        rule=point.rule,
        parcel=point.parcel,
        state=state,
    )


def detected(
    name: str, found: Found, order: Accompanied, rules: Rules, known: Known
) -> Watched:
    """Return the row of what fell short, with when it healed, if it did."""
    shortfall = found.shortfall
    heals_at = None
    if found.cleared_by is None:
        healed = cleared(shortfall, order.order, rules, order.changed_at, known)
        heals_at = healed.at if healed else None
    return Watched(
        name=name,
        code=shortfall.code,
        line=shortfall.line,
        window=shortfall.window,
        due_at=shortfall.since,
        until_at=None,
        heals_at=heals_at,
        rule=shortfall.rule,
        parcel=shortfall.parcel,
        state="cleared" if found.cleared_by else "detected",
    )


def history_before(order: Accompanied, book: Rulebook) -> datetime:
    """Return before when what fell short is history, and no shortfall any more.

    That is what was over for longer than we stay beside a consumer when we first knew
    of the order: a year's old orders, read in at once, ask for nobody's help.
    """
    return order.learnt_at - timedelta(days=days_of(book, order.changed_at))


def days_of(book: Rulebook, at: datetime) -> int:
    """Return how many days a book stays beside a consumer."""
    try:
        return book.companionship(Times(conduct_at=at, judged_at=at)).days
    except NoSuchRule:
        return DAYS


# -- Deliveries, by the risk table --


def looks(order: Order, terms: RiskTerms = DELIVERY_RISK) -> tuple[AtRisk, ...]:
    """Return when the risk of an order's delivery is first to be asked.

    It is that of its earliest promise to deliver, as the table learns them.
    """
    due_at = delivery_due(order)
    if due_at is None:
        return ()
    first = due_at - timedelta(hours=terms.asked_hours[0])
    return (AtRisk(at=first, rate_bp=NEVER_BP, due_at=due_at, table=UNASKED),)


def delivery_due(order: Order) -> datetime | None:
    """Return when the order was to be delivered, by the earliest open promise."""
    open_ = (
        promise.due_at
        for promise in order.promises.values()
        if promise.kind == "deliver_by" and promise.outcome.standing == "open"
    )
    return min(filter(None, open_), default=None)


def alarm(order: Order, risk: Risk, at: datetime, terms: RiskTerms) -> AtRisk | None:
    """Return the alarm of the risk table over an order's delivery, if it is one."""
    due_at = delivery_due(order)
    if due_at is None:
        return None
    left = risk.inputs.hours_left
    if risk.rate_bp < terms.bar_at(left):
        return None
    version = risk.version
    learnt = version.learnt_until
    until = f"{learnt.astimezone(UTC):%Y%m%dT%H%M%SZ}" if learnt else "nothing"
    return AtRisk(
        at=at,
        rate_bp=risk.rate_bp,
        due_at=due_at,
        table=f"{version.terms}/{until}",
    )


def next_look(order: Order, at: datetime, terms: RiskTerms) -> datetime | None:
    """Return when the risk of a delivery is asked next; None: never again."""
    due_at = delivery_due(order)
    if due_at is None:
        return None
    moments = (due_at - timedelta(hours=hours) for hours in terms.asked_hours)
    return min((each for each in moments if each > at), default=None)


# -- Asking --


class NotNow(Struct, frozen=True):
    """Nothing falls short now: why, and when to ask again; None is never."""

    why: str
    ask_again_at: datetime | None


def asked(
    name: str, order: Accompanied, book: Rulebook, at: datetime, risks: Sequence[AtRisk]
) -> Shortfall | NotNow:
    """Ask under the rules in force now what a row was due for.

    Where these make it due at another time, its name may say so: then what is like it,
    and not known yet, is meant.
    """
    rules = rules_of(book, order.order, at)
    known = replace(known_beside(order), risks=tuple(risks))
    points = watch_points(order.order, rules, known)
    point = next((each for each in points if each.name == name), None)
    point = point or alike(name, order, points)
    if point is None:
        return NotNow("not_so", at + timedelta(days=1))
    if at < point.due_at:
        return NotNow("not_due", point.due_at)
    found = shortfall_of(point, order.order, rules, at, known)
    return found if found is not None else NotNow("too_late", None)


def alike(
    name: str, order: Accompanied, points: Sequence[WatchPoint]
) -> WatchPoint | None:
    """Return the first point of the same line and code that is not known yet."""
    line_and_code = name.split("/", 2)[:2]
    known = order.companionship.shortfalls
    return next(
        (
            each
            for each in points
            if each.name.split("/", 2)[:2] == line_and_code
            and each.code != RISK_CODE
            and each.name not in known
        ),
        None,
    )


def sooner(shipped: Iterable[Rulebook], in_force: Iterable[Rulebook]) -> timedelta:
    """Return by how much rules in force may be due before those rows are computed by.

    So far ahead of their time rows are to be asked; what is not due is put off.
    """
    usual = {row.id: row for book in shipped for row in rows_of(book)}
    ahead = [
        hours - other
        for book in in_force
        for row in rows_of(book)
        if row.id in usual
        for hours, other in zip(hours_of(usual[row.id]), hours_of(row), strict=True)
    ]
    return timedelta(hours=max([0, *ahead]))


def rows_of(book: Rulebook) -> Iterator[DetectorRow]:
    """Yield a book's detectors, in force or not."""
    yield from (row for row in book.rows if isinstance(row, DetectorRow))


def hours_of(row: DetectorRow) -> tuple[int, ...]:
    """Return every number of hours a detector counts."""
    by_class = (row.same_hours, row.cross_hours, row.remote_hours)
    return (row.hours, *(hours or 0 for hours in by_class))
