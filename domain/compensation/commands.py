"""What is asked of a day's compensation of one consumer by one merchant."""

from datetime import date

from domain.compensation.values import Dates, Zone
from domain.kernel import Code, ConsumerName, Name, Request
from domain.party import By
from domain.policy.quote import Facts
from domain.policy.rows import Fen


class ReserveCompensation(Request, frozen=True, kw_only=True):
    """Take what the rules pay for these facts out of what caps still leave.

    ``paid_on`` is the natural day the order was paid, in ``zone``: the caps of a buyer
    and a seller are shared by all orders of that day. ``expected_fen`` is what was
    previewed: what comes to anything else is refused.
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
    expected_fen: Fen | None = None


class ReserveGoodwill(Request, frozen=True, kw_only=True):
    """Set aside what nobody is owed, exactly ``total_fen``, under the caps of goodwill.

    ``paid_fen`` is what was paid for the order, ``approved_by`` who let it go: never
    who asks, but for what the service lets go by itself. Its caps are the order's.
    """

    by: By
    approved_by: By
    reservation: Name
    matter: Name
    order: Name
    consumer: ConsumerName
    merchant: Name
    paid_on: date
    zone: Zone
    total_fen: Fen
    paid_fen: Fen
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


CompensationCommand = (
    ReserveCompensation | ReserveGoodwill | CommitCompensation | ReleaseCompensation
)
