"""Why a matter's account may refuse. The first line is what the caller reads."""

from domain.kernel import Refused


class NotAsked(Refused):
    """It has not been asked yet whose fault this matter is."""


class OpenedOtherwise(Refused):
    """Whose fault this matter is was already asked, with other particulars."""


class NotYoursToSay(Refused):
    """Only the service says whose fault a matter is, and keeps its books."""


class SharesIncomplete(Refused):
    """The shares of all parties sum to 10,000 basis points."""


class PartyTwice(Refused):
    """Each party has one share."""


class KnowledgeUnproven(Refused):
    """That somebody knew or should have known needs evidence."""


class NothingAttributed(Refused):
    """Nobody was said to bear anything yet."""


class NothingToContest(Refused):
    """Only a party that bears something can contest it."""


class ContestTooLate(Refused):
    """The time to contest a share is over."""


class ContestStillOpen(Refused):
    """The parties may still contest it."""


class AttributionFinal(Refused):
    """What is final is changed only by another ruling."""


class SamePersonAgain(Refused):
    """Whoever said it first does not decide again: it takes another person."""


class EntryReused(Refused):
    """An entry of this name says something else already."""


class UnknownCurrency(Refused):
    """Money is in a currency of ISO 4217."""


class NotYourClaim(Refused):
    """A claim is made, answered and given up by those it is between."""


class ClaimReused(Refused):
    """A claim of this name says something else already."""


class ClaimOnNobody(Refused):
    """A claim is between two parties, and of more than nothing."""


class UnknownClaim(Refused):
    """There is no such claim."""


class ClaimSettled(Refused):
    """A claim that was paid or given up is over."""


class AlreadyAcknowledged(Refused):
    """Who has acknowledged a claim cannot deny it any more."""


class PaymentReused(Refused):
    """A payment of this name says something else already."""


class MoreThanClaimed(Refused):
    """No more is paid on a claim than is left of it, in its own currency."""


class AboveCarrierLiability(Refused):
    """For what was not insured a carrier is liable up to the limit of its terms."""
