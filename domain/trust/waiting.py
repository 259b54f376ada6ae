"""How long a consumer was kept waiting after we broke our word: each minute once.

A waiting begins where time ran out: a promise to send or deliver, an agent's promise,
the clock of an answer owed in a contact, or of a refund agreed on. It ends when it was
made good: delivered, answered, refunded or done; or when the order was called off. An
order that broke several promises kept one consumer waiting once: minutes that an
earlier breach of the same order counted are not counted again.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from domain.trust.points import Ended, Point, Told

MINUTE: Final = timedelta(minutes=1)


class End(Struct, frozen=True):
    """What may end a waiting, and when."""

    at: datetime
    ended: Ended


class Waiting(Struct, frozen=True, kw_only=True):
    """One waiting: what it rests on, and since when; ``end`` None goes on.

    ``group`` is what the consumer waited in: an order, a contact, a case.
    """

    told: Told
    group: str
    about: str
    since: datetime
    order: str | None = None
    end: End | None = None


def waited(
    waitings: Iterable[Waiting], ends: Mapping[str, Sequence[End]]
) -> Iterator[Point]:
    """Yield a point for each waiting; ``ends`` are what ends those of a group."""
    groups: dict[str, list[Waiting]] = {}
    for each in waitings:
        groups.setdefault(each.group, []).append(each)
    for group, members in groups.items():
        over = [over_at(each, ends.get(group, ())) for each in members]
        yield from each_minute_once(over)


def over_at(waiting: Waiting, ends: Sequence[End]) -> Waiting:
    """Return the waiting with what ended it first."""
    own = () if waiting.end is None else (waiting.end,)
    after = [each for each in (*own, *ends) if each.at >= waiting.since]
    first = min(after, key=lambda each: each.at, default=None)
    return replace(waiting, end=first)


def each_minute_once(waitings: Sequence[Waiting]) -> Iterator[Point]:
    """Yield the points of one group, the earliest breach first.

    One that lies within an earlier one adds nothing, and makes no point.
    """
    covered: datetime | None = None
    for each in sorted(waitings, key=lambda it: (it.since, it.told.version)):
        if each.end is None:
            yield point(each, each.since)
            return  # Whoever still waits waits for all that came later, too.
        since = max(each.since, covered or each.since)
        if (each.end.at - since) >= MINUTE:
            yield point(each, since)
        covered = max(covered or each.end.at, each.end.at)


def point(waiting: Waiting, since: datetime) -> Point:
    """Return the waiting as a point, counted from ``since``."""
    told, end = waiting.told, waiting.end
    return Point(
        what="minutes_waited",
        event=told.name,
        place=told.place,
        tag=told.tag,
        consumer=told.consumer,
        at=told.at,
        about=waiting.about,
        order=waiting.order,
        minutes=None if end is None else (end.at - since) // MINUTE,
        since=since,
        until=None if end is None else end.at,
        ended=None if end is None else end.ended,
    )
