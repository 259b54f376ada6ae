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


class CauseNeeded(Refused):
    """A cancellation must say who cancels."""
