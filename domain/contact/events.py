"""What happened in a contact."""

from domain.contact.commands import Files, Names
from domain.contact.values import Channel, LinkNoun, Outcome, Step, WordDirection
from domain.kernel import (
    Code,
    ConsumerName,
    Event,
    Moment,
    Name,
    PolicyRef,
    Sealed,
)
from domain.party import By
from domain.policy.rows import OnBreach
from domain.timer import TimerEvent, TimerName


class ContactOpened(Event, frozen=True, kw_only=True, tag="contact.opened"):
    """A consumer and the service began to speak. ``earlier`` makes it a repeated one.

    A consumer who has to come back about the same thing was not helped the first time.
    """

    at: Moment
    by: By
    consumer: ConsumerName
    channel: Channel
    about: Code
    order: Name | None = None
    earlier: Names = ()


class WordsExchanged(Event, frozen=True, kw_only=True, tag="contact.words"):
    """Something was said: in from the consumer, or out to the consumer."""

    at: Moment
    by: By
    message: Name
    direction: WordDirection
    channel: Channel
    words: Sealed | None = None
    files: Files = ()


class ContactAnswered(Event, frozen=True, kw_only=True, tag="contact.answered"):
    """The service answered what the consumer was waiting for, and after how long.

    ``waited_seconds`` are seconds on the wall, from the first word not yet answered:
    what the consumer felt, holidays or not. ``first`` marks the first response.
    """

    at: Moment
    message: Name
    agent: By
    waited_seconds: int
    first: bool


class ContactAssigned(Event, frozen=True, kw_only=True, tag="contact.assigned"):
    """An agent has it; or nobody. ``taken_from`` is who had it before."""

    at: Moment
    by: By
    agent: Name | None
    taken_from: Name | None = None


class ContactHandedOver(Event, frozen=True, kw_only=True, tag="contact.handed_over"):
    """A colleague or a team goes on with it."""

    at: Moment
    by: By
    to: Name | None = None
    team: Code | None = None
    words: Sealed | None = None


class ContactLinked(Event, frozen=True, kw_only=True, tag="contact.linked"):
    """It is about this order, case or dispute."""

    at: Moment
    by: By
    noun: LinkNoun
    target: Name


class ContactClosed(Event, frozen=True, kw_only=True, tag="contact.closed"):
    """Nothing is open any more."""

    at: Moment
    by: By
    outcome: Outcome


class ContactReopened(Event, frozen=True, kw_only=True, tag="contact.reopened"):
    """It goes on."""

    at: Moment
    by: By
    reason: Code


class ContactRated(Event, frozen=True, kw_only=True, tag="contact.rated"):
    """How the consumer was served: 1 to 5."""

    at: Moment
    by: By
    score: int
    words: Sealed | None = None


class ContactDefaulted(Event, frozen=True, kw_only=True, tag="contact.defaulted"):
    """Nobody answered in time; ``does`` is what the row says follows."""

    at: Moment
    does: OnBreach
    timer: TimerName
    policy: PolicyRef


class ContactReported(Event, frozen=True, kw_only=True, tag="contact.reported"):
    """Another system says what was done with a contact that it runs itself.

    ``reopens``: it had ended there before, and goes on.
    """

    at: Moment
    consumer: ConsumerName
    source: Code
    number: Name
    step: Step
    agent: Name | None = None
    taken_from: Name | None = None
    done_by: Name | None = None
    reopens: bool = False
    word: Code
    rank: int = 0


ContactEvent = (
    ContactOpened
    | WordsExchanged
    | ContactAnswered
    | ContactAssigned
    | ContactHandedOver
    | ContactLinked
    | ContactClosed
    | ContactReopened
    | ContactRated
    | ContactDefaulted
    | ContactReported
    | TimerEvent
)
