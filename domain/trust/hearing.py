"""What contests make of points: shown beside them, and of what they say."""

from collections.abc import Iterable, Sequence
from typing import assert_never, cast

from msgspec.structs import replace

from domain.money import Money
from domain.trust.contest import (
    ContestAnswered,
    Correction,
    PointContested,
    TrustEvent,
)
from domain.trust.points import Amended, Contest, Point, Standing, Told


def heard(points: Iterable[Point], contests: Sequence[Told]) -> list[Point]:
    """Return the points with what was said of them, in the order it was said.

    A contest of a point there no longer is, is nobody's: it stays in the log.
    """
    by_name = {each.name: each for each in points}
    for told in contests:
        event = cast("TrustEvent", told.event)
        name = f"{event.event}/{event.what}"
        if name in by_name:
            by_name[name] = said_of(by_name[name], event, told)
    return list(by_name.values())


def said_of(point: Point, event: TrustEvent, told: Told) -> Point:
    """Return the point after a contest, or the answer to one."""
    match event:
        case PointContested(by=by, reason=reason):
            contest = Contest(at=told.at, by=by.role, reason=reason, event=told.name)
            point = replace(point, contests=(*point.contests, contest))
            return standing(point, "contested")
        case ContestAnswered(outcome=outcome, because=because):
            last = replace(
                point.contests[-1],
                outcome=outcome,
                answered_at=told.at,
                answer=told.name,
                because=because,
            )
            point = replace(point, contests=(*point.contests[:-1], last))
            if event.correction is not None:
                return corrected(point, event.correction)
            return standing(point, "upheld" if point.before is None else "corrected")
    assert_never(event)


def standing(point: Point, now: Standing) -> Point:
    """Return the point standing so; one that was replaced stays replaced."""
    return point if point.replaced_by else replace(point, standing=now)


def corrected(point: Point, correction: Correction) -> Point:
    """Return the point as it is from now on, with what it said at first beside it."""
    before = point.before or Amended(
        minutes=point.minutes, amount=point.amount, score=point.score
    )
    amount, minutes = point.amount, point.minutes
    if correction.minor is not None and amount is not None:
        amount = Money(correction.minor, amount.currency)
    if correction.minutes is not None and minutes is not None:
        minutes = correction.minutes
    point = replace(
        point,
        before=before,
        amount=amount,
        minutes=minutes,
        counts=correction.counts and not point.replaced_by,
    )
    return standing(point, "corrected")
