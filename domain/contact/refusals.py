"""Why a contact says no. The first line is what the caller reads."""

from domain.kernel import Refused


class NoSuchContact(Refused):
    """There is no such contact."""


class RunElsewhere(Refused):
    """Another system runs this contact; answer there."""


class ContactIsClosed(Refused):
    """The contact is closed; reopen it first."""


class NotYoursToSay(Refused):
    """Your part in this contact does not let you do that."""


class ContactNotYours(Refused):
    """A colleague has this contact; take it over first."""


class StillWaiting(Refused):
    """The consumer is waiting for an answer; answer before you close."""


class NotClosed(Refused):
    """Only a closed contact can be reopened."""


class NobodyNamed(Refused):
    """Say to whom it is handed: a colleague, a team, or both."""


class RatedWithoutAnswer(Refused):
    """There is nothing to rate before anybody answered."""
