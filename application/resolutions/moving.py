"""A resolution as it moves while an ask is made, and how it is found."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import reduce
from typing import Any, Final
from uuid import UUID

from application.event_store.envelope import Part
from application.sight import Sight
from domain.ids import id_from_name, partition_in
from domain.policy.book import NoSuchRule, Rulebook
from domain.resolution import (
    RESOLUTION,
    NoSuchResolution,
    Resolution,
    ResolutionCommand,
    times_of,
)

KIND, BESIDE = "resolution", "companionship"
# How long we stay beside a consumer where no row says (domain rules, section 1.1).
DAYS_USUAL: Final = 30


class Moving:
    """A resolution as it moves while an ask is made; what each command decides counts.

    ``commands`` are all that it was asked, in order, and ``came`` what each came to;
    ``others`` are what follows in other streams.
    """

    def __init__(self, state: Resolution, book: Rulebook, at: datetime) -> None:
        self.state, self.book, self.at = state, book, at
        self.commands: list[ResolutionCommand] = []
        self.came: list[Sequence[Any]] = []
        self.others: list[Part] = []

    def ask(self, command: ResolutionCommand) -> Sequence[Any]:
        """Decide a command on what those before it made of it; raises Refused."""
        events = RESOLUTION.decide(self.state, command, self.book, self.at)
        self.state = reduce(RESOLUTION.evolve, events, self.state)
        self.commands.append(command)
        self.came.append(events)
        return events

    def parts(self, stream_id: UUID) -> tuple[Part, ...]:
        """Return all that was asked, as parts of an ask."""
        return tuple(
            Part(stream_id, RESOLUTION, command, self.book) for command in self.commands
        )

    def decided(self, stream_id: UUID) -> tuple[Part, ...]:
        """Return the same, each with what it came to.

        For an ask that rests on the stream, and asks it for nothing else.
        """
        return tuple(
            Part(stream_id, RESOLUTION, command, self.book, tuple(events))
            for command, events in zip(self.commands, self.came, strict=True)
        )


def id_of(order_id: UUID, number: int) -> UUID:
    """Return the id of an order's resolution of this number, beside the order."""
    return id_from_name(partition_in(order_id), KIND, str(order_id), str(number))


def beside(order_id: UUID) -> UUID:
    """Return the id of the companionship of an order."""
    return id_from_name(partition_in(order_id), BESIDE, str(order_id), "1")


def found(resolution_id: UUID, sight: Sight) -> tuple[Resolution, UUID]:
    """Return a resolution and the id of its order; raises NoSuchResolution."""
    state: Resolution = sight.of(resolution_id, RESOLUTION)
    if state.opened is None:
        raise NoSuchResolution
    return state, UUID(state.opened.order)


def days_over(moving: Moving) -> datetime:
    """Return when the days beside a consumer would be over that never began."""
    opened = moving.state.opened
    assert opened is not None, "only what was opened is taken up again"
    try:
        days = moving.book.companionship(times_of(moving.state, opened.at)).days
    except NoSuchRule:
        days = DAYS_USUAL
    return opened.at + timedelta(days=days)
