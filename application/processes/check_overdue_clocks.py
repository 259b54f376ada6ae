"""Asks streams about clocks whose time is out. Late or twice changes nothing."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID, uuid5

import structlog
from msgspec import Struct

from application.event_store.envelope import Receipt
from application.event_store.store import StoreUnavailable
from application.projections.clock_board import ClockQueries, DueClock

ACTOR = "system:overdue-clocks"
ASKS_MAX = 500

# The board may not yet show what a stream answered; so long nobody asks it again.
ASK_AGAIN_AFTER = timedelta(minutes=1)

# What was refused is asked again and again, but told to people once in so long.
TELL_AGAIN_AFTER = timedelta(days=1)

log = structlog.get_logger(__name__)


class ClockAsk(Struct, frozen=True):
    """CheckClocks, for one stream; ``cause`` is the command's id."""

    stream_id: UUID
    cause: UUID


class AsksClocks(Protocol):
    """Hands CheckClocks to the streams of one noun."""

    def check(
        self, asks: Sequence[ClockAsk], asked_at: datetime
    ) -> Sequence[object | Exception]:
        """Return an answer to each, in order: an exception, or anything else.

        Raises StoreUnavailable, after which the same asks may be handed in again.
        """
        ...


def each_asked(
    asks: Sequence[ClockAsk],
    asked_at: datetime,
    ask_one: Callable[[UUID, UUID, datetime], Receipt],
) -> Sequence[Receipt | Exception]:
    """Ask one after the other; an answer to each, in order.

    That the store cannot be reached is raised: it concerns every one of them.
    """
    answers: list[Receipt | Exception] = []
    for each in asks:
        try:
            answer = ask_one(each.stream_id, each.cause, asked_at)
        except StoreUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 - a value: the others are asked
            answers.append(error)
        else:
            answers.append(answer)
    return answers


class OverdueClocks:
    """Turns clocks past due into questions to their streams, noun by noun.

    ``nouns`` says who asks the streams of each noun. ``now`` is when we ask.
    """

    def __init__(
        self,
        nouns: Mapping[str, AsksClocks],
        board: ClockQueries,
        now: Callable[[], datetime],
    ) -> None:
        self._nouns = nouns
        self._board = board
        self._now = now
        self._asked: dict[DueClock, datetime] = {}
        self._told: dict[DueClock, datetime] = {}

    def check(self) -> int:
        """Ask about a batch of clocks that fell due; return how many streams.

        Nothing is asked about sources that an import holds. What is refused, or fails,
        is logged once and asked again later; the others have their turn meanwhile.
        Raises StoreUnavailable.
        """
        now = self._now()
        self._asked = within(ASK_AGAIN_AFTER, self._asked, now)
        self._told = within(TELL_AGAIN_AFTER, self._told, now)
        last: DueClock | None = None
        while page := self._board.due_for_check(now, ASKS_MAX, last):
            due = [each for each in page if each not in self._asked]
            if due:
                return self._ask_about(due, now)
            last = page[-1]
        return 0

    def _ask_about(self, due: Sequence[DueClock], now: datetime) -> int:
        """Ask each stream once, about the clock longest overdue."""
        first = {each.stream_id: each for each in reversed(due)}
        for noun in dict.fromkeys(each.noun for each in due):
            mine = [each for each in first.values() if each.noun == noun]
            asks = [asked_about(each.stream_id, due) for each in mine]
            answers = answers_of(self._nouns, noun, asks, now)
            for each, answer in zip(mine, answers, strict=True):
                if isinstance(answer, Exception):
                    self._tell(each, answer, now)
            self._asked |= {each: now for each in due if each.noun == noun}
        return len(first)

    def _tell(self, due: DueClock, error: Exception, now: datetime) -> None:
        if due not in self._told:
            self._told[due] = now
            log.warning(
                "clock_not_checked",
                noun=due.noun,
                stream_id=str(due.stream_id),
                timer=due.timer,
                error=repr(error),
            )


def within(
    span: timedelta, times: Mapping[DueClock, datetime], now: datetime
) -> dict[DueClock, datetime]:
    """Return those of less than so long ago; a clock set back counts likewise."""
    return {due: at for due, at in times.items() if abs(now - at) < span}


def answers_of(
    nouns: Mapping[str, AsksClocks],
    noun: str,
    asks: Sequence[ClockAsk],
    now: datetime,
) -> Sequence[object | Exception]:
    """Return an answer for each; one noun's failure is not another's."""
    try:
        return nouns[noun].check(asks, now)
    except StoreUnavailable:
        raise
    except Exception as error:  # noqa: BLE001 - logged with each of its clocks
        return [error] * len(asks)


def asked_about(
    stream_id: UUID, due: Iterable[DueClock], why: str = "overdue"
) -> ClockAsk:
    """Return the question to a stream, the same for the same clocks as they stood.

    All of them are in its id: what only one of them led to must not answer for the
    others when they are asked about alone.
    """
    clocks = sorted(
        f"{each.timer}/{each.due_at.isoformat()}/{each.version}"
        for each in due
        if each.stream_id == stream_id
    )
    return ClockAsk(stream_id, uuid5(stream_id, "\n".join((why, *clocks))))
