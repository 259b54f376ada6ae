"""What is known of a contact."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from domain.contact.events import ContactReported
from domain.contact.values import Channel, ContactStatus, LinkNoun, WordDirection
from domain.kernel import State
from domain.party import By
from domain.timer import Timer


class Word(NamedTuple):
    """Something that was said, and by whom. The words themselves are in the event."""

    at: datetime
    by: By
    direction: WordDirection
    channel: Channel


class Contact(State, frozen=True, kw_only=True):
    """A contact as known.

    ``waiting_since`` is when the consumer first said what nobody answered yet;
    ``waited_seconds`` is all the waiting that came to an end. ``reports`` are what
    another system told of it, in the order of their times.
    """

    consumer: str = ""
    channel: Channel = "in_app"
    about: str = ""
    order: str | None = None
    opened_at: datetime | None = None
    opened_by: By | None = None
    earlier: tuple[str, ...] = ()
    status: ContactStatus = "none"
    words: Mapping[str, Word] = {}
    agent: str | None = None
    team: str | None = None
    links: frozenset[tuple[LinkNoun, str]] = frozenset()
    timers: Mapping[str, Timer] = {}
    waiting_since: datetime | None = None
    waited_seconds: int = 0
    first_response_seconds: int | None = None
    outcome: str | None = None
    scores: tuple[int, ...] = ()
    reports: tuple[ContactReported, ...] = ()

    @property
    def exists(self) -> bool:
        """Whether it was ever opened."""
        return self.status != "none"

    @property
    def elsewhere(self) -> bool:
        """Whether another system runs it, and we only keep what it says."""
        return self.opened_by is None and bool(self.reports)

    @property
    def reopenings(self) -> int:
        """How often it went on after it had ended, as far as was told."""
        return sum(report.reopens for report in self.reports)

    @property
    def resolutions(self) -> int:
        """How often another system resolved it."""
        return sum(report.step == "resolved" for report in self.reports)

    @property
    def clock(self) -> Timer | None:
        """The clock of the answer the consumer waits for."""
        running = (t for t in self.timers.values() if t.standing == "running")
        return next(running, None)
