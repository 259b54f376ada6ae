"""The trust balance: what a consumer's events say of how we kept faith (信任资产).

Pure: events in, points and totals out. Nothing is weighed or mixed into one number, and
nothing says how the consumer behaved.
"""

from collections.abc import Iterable, Sequence
from typing import assert_never, cast

from domain.trust.contest import TrustEvent
from domain.trust.counted import (
    COUNTED,
    Folded,
    OfAgent,
    OfMoney,
    OfPromise,
    OfWaiting,
    Opened,
    Rated,
)
from domain.trust.folding import Folding
from domain.trust.hearing import heard
from domain.trust.points import Balance, Point, Told, Totals


def balance(told: Iterable[Told]) -> Balance:
    """Return the balance of a person; streams may come mixed, under several names."""
    folding = Folding()
    contests: list[Told] = []
    for each in sorted(told, key=lambda it: (it.stream, it.version)):
        if isinstance(each.event, TrustEvent):
            contests.append(each)
        elif isinstance(each.event, COUNTED):
            take(folding, each)
    points = heard(folding.points(), contests)
    ordered = tuple(sorted(points, key=place, reverse=True))
    return Balance(
        points=ordered,
        totals=totals(ordered),
        open_contests=sum(is_open(each) for each in ordered),
    )


def take(folding: Folding, told: Told) -> None:
    """Fold one event of those that count."""
    event = cast("Folded", told.event)
    if isinstance(event, OfPromise):
        folding.of_promise(told, event)
    elif isinstance(event, OfAgent):
        folding.of_agent(told, event)
    elif isinstance(event, OfMoney):
        folding.of_money(told, event)
    elif isinstance(event, Opened):
        folding.opened(told, event)
    elif isinstance(event, Rated):
        folding.rated(told, event)
    elif isinstance(event, OfWaiting):
        folding.of_waiting(told, event)
    else:
        assert_never(event)


def place(point: Point) -> tuple[object, ...]:
    """Return the key by which points are in order; the newest comes last."""
    partition, _, position = point.place.partition(".")
    return point.at, int(partition), int(position), point.what


def is_open(point: Point) -> bool:
    """Whether somebody says it is not so, and nobody answered yet."""
    return bool(point.contests) and point.contests[-1].outcome == "open"


def totals(points: Sequence[Point]) -> Totals:
    """Return what the points that count come to."""
    counting = [each for each in points if each.counts]

    def of(what: str) -> list[Point]:
        return [each for each in counting if each.what == what]

    def minutes(what: str) -> int:
        return sum(each.minutes or 0 for each in of(what))

    money: dict[str, int] = {}
    for each in of("money_returned"):
        assert each.amount is not None, "money has an amount"
        currency = each.amount.currency
        money[currency] = money.get(currency, 0) + each.amount.minor
    return Totals(
        promises_kept=len(of("promise_kept")),
        kept_ahead=len(of("kept_ahead")),
        minutes_ahead=minutes("kept_ahead"),
        promises_broken=len(of("promise_broken")),
        minutes_late=minutes("promise_broken"),
        minutes_waited=minutes("minutes_waited"),
        still_waiting=sum(each.until is None for each in of("minutes_waited")),
        money_returned=money,
        opened_by_us=len(of("opened_by_us")),
        opened_by_them=len(of("opened_by_them")),
        satisfaction_given=len(of("satisfaction")),
        satisfaction_sum=sum(each.score or 0 for each in of("satisfaction")),
    )
