"""What is asked of a day's compensation of one consumer by one merchant."""

from datetime import date

from domain.compensation.values import Dates, Zone
from domain.kernel import Code, ConsumerName, Name, Request
from domain.party import By
from domain.policy.quote import Facts


class ReserveCompensation(Request, frozen=True, kw_only=True):
    """Take what the rules pay for these facts out of what caps still leave.

    ``paid_on`` is the natural day the order was paid, in ``zone``: the caps of a buyer
    and a seller are shared by all orders of that day.
    """

    by: By
    reservation: Name
    matter: Name
    order: Name
    consumer: ConsumerName
    merchant: Name
    paid_on: date
    zone: Zone
    facts: Facts
    dates: Dates = Dates()


class CommitCompensation(Request, frozen=True, kw_only=True):
    """Say that what was reserved has been paid."""

    by: By
    reservation: Name


class ReleaseCompensation(Request, frozen=True, kw_only=True):
    """Give up what was reserved: its share of the caps is free again."""

    by: By
    reservation: Name
    reason: Code


CompensationCommand = ReserveCompensation | CommitCompensation | ReleaseCompensation
