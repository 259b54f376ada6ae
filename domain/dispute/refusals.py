"""Why a dispute may refuse. The first line is what the caller reads."""

from domain.kernel import Refused


class NoSuchDispute(Refused):
    """Nothing is known of this dispute yet."""


class AlreadyDisputed(Refused):
    """A dispute is opened once; it is open already, for something else."""


class RunElsewhere(Refused):
    """Another system runs this dispute; it can be answered only there."""


class NotNow(Refused):
    """The dispute does not stand where this can be done."""


class NotForYou(Refused):
    """In this role nobody may do this in a dispute."""


class NotYourDispute(Refused):
    """Only a party of this dispute may do this."""


# -- Opening --


class AfterSalesTimeOver(Refused):
    """The after-sales time is over; only an exception of the rules opens it now."""


class NotForYouToSay(Refused):
    """Only the service can say what the platform's own data show."""


# -- Negotiation --


class NoSuchOffer(Refused):
    """There is no such offer on the table."""


class YourOwnOffer(Refused):
    """Only the other side can take or leave an offer."""


class AmountNeeded(Refused):
    """An offer of money says how much, above zero."""


class OtherCurrency(Refused):
    """The amount must be in the currency of what is claimed."""


class MoreThanClaimed(Refused):
    """Nobody can ask for more, or award more, than is claimed."""


class PartialRefundTooHigh(Refused):
    """A partial refund is at most the share of what was paid that the rules allow."""


# -- Evidence --


class RoundOpen(Refused):
    """A round of evidence is open; it must end before the next begins."""


class NoRoundOpen(Refused):
    """There is no round of evidence to end."""


class StillAwaited(Refused):
    """A side that was asked has not answered, and its time to do so still runs."""


class NotHeard(Refused):
    """A side has not had its say; ask it for evidence before it is ruled."""


class NoSuchParty(Refused):
    """The dispute has no such party to ask."""


class TooManyPictures(Refused):
    """A consumer shows up to eight pictures in a round, everybody else up to four."""


# -- Four eyes --


class HandledIt(Refused):
    """Whoever handled the case or the dispute cannot rule on it."""


class RuledIt(Refused):
    """Whoever ruled cannot decide the appeal, nor handle the dispute."""


class NotAssigned(Refused):
    """Only the arbiter this dispute is assigned to may do this."""


class PartyOfIt(Refused):
    """A party of a dispute neither handles nor judges it."""


# -- Ruling --


class SharesDoNotSum(Refused):
    """The shares of all parties must come to 10,000 basis points together."""


class SharesNeeded(Refused):
    """A ruling says how much of it was whose fault, unless it decides nothing."""


class NotTakingPart(Refused):
    """Only a party of this dispute, by its own name, can be at fault in it or pay."""


class PartyTwice(Refused):
    """A party has one share."""


class UnknownBasis(Refused):
    """A ruling rests on rows that the policies have."""


class UnknownEvidence(Refused):
    """A finding can name only evidence that is in the dispute."""


class ShownByAnother(Refused):
    """A finding says who showed its evidence: whoever handed that in."""


class FindingNeeded(Refused):
    """A ruling rests on a finding, or on the row by which a silence comes to it."""


class UnprovenFinding(Refused):
    """A finding names evidence, or the row on who has to prove what."""


class AwardNeeded(Refused):
    """To support the consumer, a ruling awards money or has the goods come back."""


class AwardTooMuch(Refused):
    """A ruling for the merchant awards the consumer nothing."""


class NothingToAward(Refused):
    """A ruling that decides nothing gives nothing."""


class MoreThanTheOrderGives(Refused):
    """No more of the price can be awarded back than the order can still give for it."""


class NobodyPays(Refused):
    """An award is paid by somebody who can pay the consumer, and is above zero."""


class AboveTheLimit(Refused):
    """So much money needs the approval of somebody with a higher limit."""


class SameHands(Refused):
    """Whoever ruled cannot approve the money of it as well."""


class NothingToEnforce(Refused):
    """There is no ruling that still has to be carried out."""


class NotEnforcing(Refused):
    """What was ruled is not being carried out."""


# -- Appeal --


class AppealTooLate(Refused):
    """The time to appeal has passed."""


class AppealedBefore(Refused):
    """A ruling can be appealed only once."""


class NothingNew(Refused):
    """An appeal needs evidence that was not shown before."""


class ChangedToWhat(Refused):
    """A changed ruling needs a result of its own."""


# -- Its end --


class OnlyTheOpener(Refused):
    """Only whoever opened the dispute can let it go."""


class StillToDo(Refused):
    """The dispute closes once the ruling is carried out and the appeal time is over."""


# -- Clocks and notes --


class NoSuchClock(Refused):
    """No clock of this name is running in the dispute."""


class NoExtensionsLeft(Refused):
    """The rules do not let this step be put off again."""


class ExtensionTooLong(Refused):
    """The rules do not let this step be put off by so much."""


class PartiesSpeakOpenly(Refused):
    """What a party writes is shown to the others; only staff write internal notes."""
