"""Why an incident may refuse. The first line is what the caller reads."""

from domain.kernel import Refused


class NoSuchIncident(Refused):
    """Nothing is known of this incident yet."""


class AlreadyDeclared(Refused):
    """An incident is declared once; this one says something else already."""


class NotNow(Refused):
    """The incident does not stand where this can be done."""


class NotForYou(Refused):
    """In this role nobody may do this in an incident."""


class HandedOutAlready(Refused):
    """Some of it was handed out already: it is rolled back, not withdrawn."""


class NothingHandedOut(Refused):
    """Nothing of it was handed out yet: it is withdrawn, not rolled back."""


# -- Who is affected --


class NothingSelected(Refused):
    """The selector narrows nothing but time: every order would be affected."""


class NobodyAffected(Refused):
    """No order is affected just now; ``looked_for`` is what each would have to be."""


class EndsBeforeItBegins(Refused):
    """It would end before it begins."""


class MoreThanFrozen(Refused):
    """So many orders are more than the frozen scope has; freeze it anew."""


class ScopeDiffers(Refused):
    """The orders named are as many as were frozen, but not the same ones."""


class ChunkReused(Refused):
    """A chunk of this number names other orders already."""


class NamedTwice(Refused):
    """An order is named twice."""


class TooLateToJoin(Refused):
    """The incident has ended: nobody joins any more."""


class NotAffected(Refused):
    """The order is not among those of the incident."""


class AlreadyHandedOut(Refused):
    """Something was set aside for this order, or it was offered something, already."""


# -- The plan and its budget --


class SegmentTwice(Refused):
    """Two segments of a plan bear the same name."""


class SegmentHoursWrong(Refused):
    """The hours of a segment are none below zero, and go from fewer to more."""


class UnknownSegment(Refused):
    """The plan of the incident has no segment of this name."""


class MoreThanAffected(Refused):
    """An estimate is of no more orders than are affected."""


class NobodyLeft(Refused):
    """By this estimate nobody is offered anything: there is nothing to grant."""


class EstimateStale(Refused):
    """Another estimate stands by now: look at it, and approve that."""


class AboveTheLimit(Refused):
    """So much is approved only by somebody whose limit reaches that far."""


class SameHands(Refused):
    """Whoever declared, drafted or estimated it does not approve it too."""


class BelowWhatIsTaken(Refused):
    """A budget is no less than what is set aside and spent of it already."""


# -- Handing out --


class PilotTooSmall(Refused):
    """More orders than that are being tried already."""


class OrderLeftOut(Refused):
    """The order is left out of the incident."""


class PilotFull(Refused):
    """The pilot is for no more orders than that."""


class BeyondOrderCap(Refused):
    """The order would cost more than one may: leave it out as beyond_cap first."""


class BudgetExceeded(Refused):
    """The budget does not reach that far; ``left_fen`` is left."""


class BatchReused(Refused):
    """A batch of this name has other orders already."""


class UnknownBatch(Refused):
    """Nothing was set aside under this name."""


class BatchNotWhole(Refused):
    """Each order of a batch is either offered or left out, and no other order is."""


class SettledOtherwise(Refused):
    """The batch was settled otherwise already."""


class NotOffered(Refused):
    """What an order cost is known only once it was offered something."""


class SpendingReused(Refused):
    """A chunk of this name says other costs already."""


class StillHandingOut(Refused):
    """Batches are still being handed out; it is over once they are settled."""


# -- What is told --


class NoSuchExemption(Refused):
    """The policies in force have no such row of the calendar."""


class NothingToTell(Refused):
    """A notice says something, in both languages."""
