"""Why a case may refuse what is asked. The first line is what the caller reads."""

from domain.kernel import Refused


class NoSuchCase(Refused):
    """Nothing is known of this case yet."""


class AlreadyOpened(Refused):
    """The case was opened before."""


class RunElsewhere(Refused):
    """Another platform runs this case: it is answered there, and followed here."""


class NotYourPart(Refused):
    """Your role does not do that in a case."""


class NotNow(Refused):
    """As the case stands now, that cannot be done."""


class CaseIsFrozen(Refused):
    """The case is frozen: nothing moves in it until it is let run on."""


class UnderReview(Refused):
    """The platform has stepped in: until it steps out, this waits."""


class NotItsDispute(Refused):
    """The dispute named is not the dispute of this case."""


class RuledAgainst(Refused):
    """A ruling closed this case: it is taken up again with its dispute, or not."""


class StillDisputed(Refused):
    """A dispute is open about this case: withdraw the dispute first, then the case."""


class NotUnderReview(Refused):
    """The case is not waiting for such a dispute."""


class NothingAsked(Refused):
    """Say what is asked for: lines of the order, or its freight."""


class LineNamedTwice(Refused):
    """A line of the order is named once, with its whole quantity."""


class CurrenciesDiffer(Refused):
    """The amounts of one case are of one currency."""


class EvidenceNeeded(Refused):
    """A refusal for such a reason comes with evidence."""


class ReasonNeeded(Refused):
    """Goods that came back are refused only for a reason."""


class NoJudgement(Refused):
    """Goods are accepted, refused, or left for somebody to look at."""


class NotAReception(Refused):
    """Only a cancelled reception, or goods given back to the consumer, can be told."""


class NotClaimed(Refused):
    """No more of a line can come back, or be sent, than the case is about."""


class RefundUnderWay(Refused):
    """A refund is under way or paid: first its outcome, then this."""


class NothingDue(Refused):
    """There is nothing left to refund in this case."""


class RefundNameTaken(Refused):
    """A refund is ordered once under one name; name the next one anew."""


class RouteNotYours(Refused):
    """A merchant refunds from its own money, not from its deposit or the platform's."""


class ApprovalNeeded(Refused):
    """An amount this large needs somebody with a higher limit."""


class FourEyesNeeded(Refused):
    """An amount this large is refunded by somebody who did not work on the case."""


class HandledTheCase(Refused):
    """Who worked on a case does not rule on it."""


class NoSuchClock(Refused):
    """No clock of this name is running in the case."""


class NoMoreTime(Refused):
    """The rule of this step gives no more time than it has."""


class IntoItself(Refused):
    """A case is merged into another one."""


class NotTheSameMatter(Refused):
    """A case is merged into one of the same order and consumer."""


class TooLateToOpen(Refused):
    """The time to ask for this is over: later, only the service opens a case."""


class TooLateToReopen(Refused):
    """After so long, only a senior agent takes a case up again."""


class AppointmentInThePast(Refused):
    """An inspection is appointed for a time that lies ahead."""


class NotInspected(Refused):
    """What was found at the door is told from the time appointed for it."""


class NoSuchTicket(Refused):
    """No ticket of this number waits for an answer."""


class PartialRefundTooHigh(Refused):
    """A partial refund is at most the share of what was paid that the rules allow."""


class NotReceived(Refused):
    """No more of a line can be accepted than came back."""


class NoteNotShown(Refused):
    """Only the service writes notes that the parties do not see."""
