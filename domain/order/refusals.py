"""Why an order may refuse a request. The first line is what the caller reads."""

from domain.kernel import Refused


class NoSuchOrder(Refused):
    """Nothing is known of this order yet."""


class OrderClosed(Refused):
    """A cancelled or completed order can no longer be changed."""


class AlreadyShipped(Refused):
    """What is on its way can be stopped or sent back, but not cancelled or changed."""


class NothingShipped(Refused):
    """Receipt can be confirmed only of what was sent."""


class UnknownParcel(Refused):
    """The order has no parcel of this name."""


class AlreadyDelivered(Refused):
    """A parcel that has arrived cannot be stopped on its way."""


class ParcelGone(Refused):
    """A parcel that is lost, stopped or sent back is no longer on its way."""


class NothingPromised(Refused):
    """The order has no such promise."""


class PromiseNotOpen(Refused):
    """Only an open promise can be put off or waived."""


class DueDateInThePast(Refused):
    """The agreed date must lie ahead."""


class TooEarlyToComplete(Refused):
    """Without the consumer's word an order completes only some days after shipping."""


class ClaimStillOpen(Refused):
    """While an after-sales case about it is open, an order does not complete."""


class CauseNeeded(Refused):
    """A cancellation must say who cancels."""


class OrderUnpaid(Refused):
    """Nothing was paid for this order, so there is nothing to claim back."""


class CurrenciesDiffer(Refused):
    """Money goes back in the currency that was paid, and the prices are in that one."""


class LineUnknown(Refused):
    """The order has no line of this number."""


class MoreThanOrdered(Refused):
    """No more of a line can be claimed than was ordered."""


class ClaimedAlready(Refused):
    """Another live case is about these goods; one at a time."""


class UsedUp(Refused):
    """These goods were refunded or returned already."""


class ShippedMeanwhile(Refused):
    """Goods that were shipped cannot be claimed as not yet shipped."""


class NotShippedYet(Refused):
    """A claim of this kind is about goods that were shipped."""


class MoreReturnedThanDelivered(Refused):
    """No more of a line can be returned than was delivered."""


class MoreThanPaid(Refused):
    """No more can go back than was paid: for a line, for the postage, for the order."""


class MoreThanClaimed(Refused):
    """A claim cannot be settled for more than it is about."""


class ClaimUnknown(Refused):
    """The order has no claim of this name."""


class ClaimOpen(Refused):
    """A live claim is changed, not opened once more."""


class ClaimOver(Refused):
    """A claim that was settled must be opened again first."""
