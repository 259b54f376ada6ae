"""What is asked beside the request itself: visits, tickets, whether all is well."""

from typing import Annotated

from msgspec import Meta

from domain.after_sales.values import InspectionResult
from domain.kernel import Code, ConsumerName, Moment, Name, Request, Sealed
from domain.order.claims import ClaimItems
from domain.party import By

TicketNumber = Annotated[int, Meta(ge=1, le=10_000)]


class AppointInspection(Request, frozen=True, kw_only=True):
    """Say when somebody comes to look at the goods at the consumer's door (上门检测).

    The merchant then decides by the end of that day and the hours of its row. Said
    again it is another time, from which both clocks run anew.
    """

    by: By
    appointed_for: Moment


class RecordInspection(Request, frozen=True, kw_only=True):
    """Say what was found at the door: "pass" is that the goods are as claimed."""

    by: By
    result: InspectionResult


class OpenTicket(Request, frozen=True, kw_only=True):
    """Ask the merchant, as the service, to act on the case (服务单)."""

    by: By
    words: Sealed | None = None


class AnswerTicket(Request, frozen=True, kw_only=True):
    """Answer a ticket of the service, in time or late."""

    by: By
    ticket: TicketNumber
    words: Sealed | None = None


class ConfirmResolved(Request, frozen=True, kw_only=True):
    """Say, as the consumer, whether what was done settled it; a no is looked at."""

    by: By
    resolved: bool


class TakeOverCase(Request, frozen=True, kw_only=True):
    """Carry on for another case of the same order and consumer, as long as one is open.

    It is asked together with the merging of the other, or not at all.
    """

    by: By
    merged: Name
    order: Name
    consumer: ConsumerName


class TellFallback(Request, frozen=True, kw_only=True):
    """Say what can still go back for goods that are owed in return, if they never come.

    The order knows, as it stands then. It is asked together with what turns the goods
    into money, or not at all.
    """

    by: By
    items: ClaimItems


class ReopenForDispute(Request, frozen=True, kw_only=True):
    """Take a case up again with its dispute: the only way past a ruling against it."""

    by: By
    dispute: Name
    reason: Code
