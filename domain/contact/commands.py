"""What a contact is told and asked: every word between a consumer and the service.

A consumer needs to know no case type to begin: "something is wrong" is enough. Words
are sealed under the consumer's key before they come here.
"""

from typing import Annotated

from msgspec import Meta

from domain.contact.values import Channel, LinkNoun, Outcome, Step
from domain.kernel import Code, ConsumerName, Name, Report, Request, Sealed
from domain.party import By
from domain.timer import CheckClocks

Files = Annotated[tuple[Name, ...], Meta(max_length=20)]
Names = Annotated[tuple[Name, ...], Meta(max_length=50)]


class OpenContact(Request, frozen=True, kw_only=True):
    """Begin to speak. ``earlier`` are contacts of the last days about the same thing.

    ``message`` names the first words within the contact.
    """

    by: By
    consumer: ConsumerName
    channel: Channel
    about: Code = "something_is_wrong"
    order: Name | None = None
    message: Name = "1"
    words: Sealed | None = None
    files: Files = ()
    earlier: Names = ()


class Write(Request, frozen=True, kw_only=True):
    """Say something, as the consumer or to the consumer."""

    by: By
    message: Name
    channel: Channel | None = None
    words: Sealed
    files: Files = ()


class RecordWords(Report, frozen=True, kw_only=True):
    """Record what was said elsewhere: a call, an e-mail, another system's chat."""

    by: By
    message: Name
    channel: Channel
    words: Sealed | None = None


class AssignContact(Request, frozen=True, kw_only=True):
    """Give the contact to an agent, or take it over; None puts it back in the queue."""

    by: By
    agent: Name | None


class HandOverContact(Request, frozen=True, kw_only=True):
    """Hand it to a colleague or a team, with a word on what is open."""

    by: By
    to: Name | None = None
    team: Code | None = None
    words: Sealed | None = None


class LinkContact(Request, frozen=True, kw_only=True):
    """Tie the contact to what it is about."""

    by: By
    noun: LinkNoun
    target: Name


class CloseContact(Request, frozen=True, kw_only=True):
    """Say that nothing is open any more, and how it ended."""

    by: By
    outcome: Outcome


class ReopenContact(Request, frozen=True, kw_only=True):
    """Take it up again. A consumer who writes to a closed contact does so too."""

    by: By
    reason: Code


class RateContact(Request, frozen=True, kw_only=True):
    """Say, as the consumer, how one was served: 1 to 5."""

    by: By
    score: Annotated[int, Meta(ge=1, le=5)]
    words: Sealed | None = None


class ReportContact(Report, frozen=True, kw_only=True):
    """Record one step of a contact that another system runs itself.

    ``word`` is its own word for the step, ``agent`` who took it, ``by`` who did it.
    ``taken_from`` is who had it before. ``reopens``: it was resolved or closed before,
    and goes on. ``rank`` is the place among steps of the same second, as told.
    """

    consumer: ConsumerName
    source: Code
    number: Name
    step: Step
    by: Name | None = None
    agent: Name | None = None
    taken_from: Name | None = None
    reopens: bool = False
    word: Code
    rank: Annotated[int, Meta(ge=0, le=10_000)] = 0


ContactRequest = (
    OpenContact
    | Write
    | AssignContact
    | HandOverContact
    | LinkContact
    | CloseContact
    | ReopenContact
    | RateContact
    | CheckClocks
)
ContactCommand = ContactRequest | RecordWords | ReportContact
