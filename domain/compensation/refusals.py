"""Why compensation is not set aside, paid or given up."""

from domain.kernel import Refused


class NotTheService(Refused):
    """Only the service sets compensation aside, pays it or gives it up."""


class AnotherDay(Refused):
    """What a consumer paid a merchant on another day has caps of its own."""


class ReservationReused(Refused):
    """A reservation of this name says something else already."""


class FactsUnusable(Refused):
    """The rules cannot be asked with these facts."""


class WorthSomethingElse(Refused):
    """The rules pay something else now than was previewed; look at it anew."""


class GoodwillCapped(Refused):
    """The caps of goodwill leave less than that for this order."""


class GoodwillNotApproved(Refused):
    """So much goodwill is let go by somebody else, whose limit reaches that far."""


class UnknownReservation(Refused):
    """Nothing was reserved under this name."""


class ReservationReleased(Refused):
    """What was given up is reserved anew, under another name."""


class CompensationNeedsApproval(Refused):
    """So much is paid only by somebody whose limit reaches that far."""


class AnotherPersonPays(Refused):
    """So much is not paid by the one who set it aside: it takes another person."""


class AlreadyPaid(Refused):
    """What was paid is no longer given up."""
