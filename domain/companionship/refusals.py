"""Why a companionship says no. The first line is what the caller reads."""

from domain.kernel import Refused


class NoSuchCompanionship(Refused):
    """We are not beside the consumer of this order."""


class NotYoursToAccompany(Refused):
    """Your part in this order does not let you do that."""


class NoSuchShortfall(Refused):
    """No such shortfall was detected."""


class NoSuchCheckIn(Refused):
    """No check-in of this name was planned."""


class CheckInNotDue(Refused):
    """The check-in is planned for later."""


class StillBeside(Refused):
    """The days are not over, or a matter is open; it closes by itself when they are."""


class CompanionshipIsClosed(Refused):
    """The companionship is closed."""
