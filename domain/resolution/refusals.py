"""Why a proactive resolution does not do what it is asked."""

from domain.kernel import Refused


class NoSuchResolution(Refused):
    """There is no resolution under this name."""


class AlreadyOpened(Refused):
    """A resolution of this name makes good something else already."""


class NotYourPart(Refused):
    """Somebody else has to do it."""


class NotNow(Refused):
    """The resolution is not at a point where this can be done."""


class ResolutionOver(Refused):
    """What has ended takes up nothing more: reopen it, or open another."""


class UnknownShortfall(Refused):
    """The resolution knows of no such shortfall."""


class BlockStands(Refused):
    """A block of goodwill is lifted or shortened only by a senior agent."""


class PaidAlready(Refused):
    """Something was paid or is on its way, so it cannot be let be any more."""


class TriageFirst(Refused):
    """Goodwill is proposed only once it was asked how grave it is."""


class GoodwillBlocked(Refused):
    """Goodwill is blocked for this consumer for now; what is owed is not."""


class NothingProposed(Refused):
    """A proposal needs a step at least."""


class GoodwillIsNotOwed(Refused):
    """What is done without waiting for consent holds no goodwill."""


class OwedByNoRule(Refused):
    """What is owed is what the rules say: anything else given is goodwill."""


class StepIncomplete(Refused):
    """A step says how much or until when, where that is what it does."""


class PlanNamesClash(Refused):
    """Every plan of a proposal, what is owed included, has a name of its own."""


class PhasesOutOfOrder(Refused):
    """The steps of a plan go from protection to money, goods, goodwill and notices."""


class AmountWrong(Refused):
    """The amounts of a proposal are of one currency, and none is below zero."""


class ExperimentOnEntitlement(Refused):
    """Experiments are made with goodwill only, never with what is owed."""


class NoMoreProposals(Refused):
    """The consumer declined as often as is asked: only people can judge it now."""


class WishIsForPeople(Refused):
    """The consumer asked for something else, so an agent has to propose."""


class BeyondEveryLimit(Refused):
    """Nobody's limit reaches as far as this plan costs."""


class UnknownPlan(Refused):
    """The proposal has no plan of this name."""


class StalePreview(Refused):
    """What was previewed stands no more: look at it again."""


class AnotherPersonApproves(Refused):
    """Whoever proposed it does not approve it: it takes another person."""


class ApprovalBeyondYou(Refused):
    """So much is approved only by somebody whose limit reaches that far."""


class NotApproved(Refused):
    """Only what was approved is offered and carried out."""


class NothingToOffer(Refused):
    """There is no plan that could be offered."""


class NotOffered(Refused):
    """The consumer was not offered this plan."""


class OfferOver(Refused):
    """The time to take the offer is over."""


class ConsentNeeded(Refused):
    """The plan waits for the consumer's consent."""


class UnknownStep(Refused):
    """No plan that is carried out has this step."""


class EarlierPhaseOpen(Refused):
    """What comes before this step in its plan is not done yet."""


class RetryTooSoon(Refused):
    """The step is tried again only after a while."""


class StepNeedsPeople(Refused):
    """No machine gets any further with this step: somebody has to decide."""


class StepIsDone(Refused):
    """What is done is not done once more."""


class PlanBeingUndone(Refused):
    """What was done of this plan is being undone first."""


class UnknownAttempt(Refused):
    """The step was not tried so often."""


class EntitlementStays(Refused):
    """What is owed is neither taken back nor left out."""


class NothingToUndo(Refused):
    """Nothing of this step has to be undone."""


class NothingToSettle(Refused):
    """Nobody has to decide what becomes of this step."""


class TooLateToReopen(Refused):
    """The time in which it could be taken up again is over."""


class TooEarlyToMeasure(Refused):
    """What came of it so many days after is known only then."""
