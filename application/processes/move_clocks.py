"""Has clocks moved that a newly published calendar touches, long before they are due.

Whether a deadline moves, each stream decides; here it is only asked. Nobody would be
breached without it, for the same is asked before any breach; but people plan by their
deadlines, and are told of a new one at once.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

import structlog
from msgspec import Struct

from application.policy_set import InForce
from application.processes.check_overdue_clocks import (
    AsksClocks,
    answers_of,
    asked_about,
)
from application.projections.clock_board import ClosedTime, DueClock
from domain.kernel import PolicyRef
from domain.policy.rows import CalendarRow
from domain.policy_set import PublishedProfile

ASKS_MAX: Final = 500

# The board may lag, and other processes may judge by what was published before: so long
# after a calendar all is looked at once more.
LOOK_AGAIN_AFTER: Final = timedelta(minutes=1)

# A row without an end touches whatever runs.
NEVER: Final = datetime(9999, 1, 1, tzinfo=UTC)

log = structlog.get_logger(__name__)


class Published(Protocol):
    """Where it is known which policies are in force."""

    def current(self) -> InForce:
        """Return what is in force."""
        ...


class RunningClocks(Protocol):
    """Where the clocks are known that run."""

    def touched(
        self,
        rows: Sequence[ClosedTime],
        limit: int,
        after: DueClock | None = None,
    ) -> Sequence[DueClock]:
        """Return running clocks that these rows may move, behind the last before."""
        ...


class Look(Struct, frozen=True):
    """A going through the board for some rows, as far as it got."""

    rows: tuple[ClosedTime, ...]
    last: DueClock | None = None
    again: bool = False


class TouchedClocks:
    """Turns rows of the calendar that came to hold into questions to streams.

    ``nouns`` says who asks the streams of each noun. ``now`` is when we ask.
    """

    def __init__(
        self,
        nouns: Mapping[str, AsksClocks],
        board: RunningClocks,
        policies: Published,
        now: Callable[[], datetime],
    ) -> None:
        self._nouns, self._board = nouns, board
        self._policies, self._now = policies, now
        self._seen: frozenset[PolicyRef] = frozenset()
        self._look: Look | None = None
        self._again: tuple[datetime, tuple[ClosedTime, ...]] | None = None

    def move(self) -> int:
        """Ask about a batch of clocks; return how many streams.

        A process that starts looks at all that is published: what ran through all of it
        is not asked. Raises StoreUnavailable.
        """
        now = self._now()
        look = self._look or self._next_look(now)
        if look is None:
            return 0
        page = self._board.touched(look.rows, ASKS_MAX, look.last)
        if page:
            asked = self._ask_about(page, now)
            self._look = Look(look.rows, page[-1], look.again)
            return asked
        self._look = None
        self._again = None if look.again else (now, look.rows)
        self._seen |= {row.policy for row in look.rows}
        return 0

    def _next_look(self, now: datetime) -> Look | None:
        """Return what to go through the board for, if there is anything."""
        held = tuple(closed_times(self._policies.current(), now))
        if any(row.policy not in self._seen for row in held):
            return Look(held)
        if self._again is None:
            return None
        looked_at, rows = self._again
        late_enough = abs(now - looked_at) >= LOOK_AGAIN_AFTER
        return Look(rows, again=True) if late_enough else None

    def _ask_about(self, page: Sequence[DueClock], now: datetime) -> int:
        """Ask each stream once."""
        streams = {each.stream_id: each.noun for each in page}
        for noun in dict.fromkeys(streams.values()):
            asks = [
                asked_about(stream_id, page, "calendar")
                for stream_id, its in streams.items()
                if its == noun
            ]
            answers = answers_of(self._nouns, noun, asks, now)
            for ask, answer in zip(asks, answers, strict=True):
                if isinstance(answer, Exception):
                    stream_id = str(ask.stream_id)
                    log.warning(
                        "clock_not_moved",
                        noun=noun,
                        stream_id=stream_id,
                        error=repr(answer),
                    )
        return len(streams)


def closed_times(known: InForce, now: datetime) -> Iterator[ClosedTime]:
    """Yield every row of a calendar that came to hold by now and can move a clock.

    Rows that replace hours count at a clock's start alone.
    """
    for profile in known.policies.profiles.values():
        for at, row in published(profile):
            holds_from = max(at, row.in_force_from)
            if row.effect == "replace" or holds_from > now:
                continue
            yield ClosedTime(
                policy=row.ref,
                holds_from=holds_from,
                begins=row.begins or row.in_force_from,
                ends=row.ends or NEVER,
                steps=row.steps,
            )


def published(profile: PublishedProfile) -> Iterator[tuple[datetime, CalendarRow]]:
    """Yield the rows of a profile's calendar, and when each was published."""
    for publication in profile.publications:
        for ref in publication.rows:
            row = profile.rows[ref]
            if isinstance(row, CalendarRow):
                yield publication.at, row
