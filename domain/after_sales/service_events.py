"""What happened beside the request itself: visits, tickets, whether all is well."""

from domain.after_sales.service_commands import TicketNumber
from domain.after_sales.values import InspectionResult
from domain.kernel import Event, Moment, Name, PolicyRef, Sealed
from domain.order.claims import ClaimItems
from domain.party import By


class InspectionAppointed(
    Event, frozen=True, kw_only=True, tag="after_sales.inspection_appointed"
):
    """Somebody comes to look at the goods at the consumer's door (上门检测)."""

    at: Moment
    by: By
    appointed_for: Moment


class InspectionRecorded(
    Event, frozen=True, kw_only=True, tag="after_sales.inspection_recorded"
):
    """What was found at the door; with ``policy`` nobody said, and that row decided."""

    at: Moment
    by: By
    result: InspectionResult
    policy: PolicyRef | None = None


class TicketOpened(Event, frozen=True, kw_only=True, tag="after_sales.ticket_opened"):
    """The service asked the merchant to act on the case (服务单)."""

    at: Moment
    by: By
    ticket: TicketNumber
    words: Sealed | None = None


class TicketAnswered(
    Event, frozen=True, kw_only=True, tag="after_sales.ticket_answered"
):
    """The merchant answered a ticket; whether in time, its clock says."""

    at: Moment
    by: By
    ticket: TicketNumber
    words: Sealed | None = None


class ResolutionConfirmed(
    Event, frozen=True, kw_only=True, tag="after_sales.resolution_confirmed"
):
    """Whether it is settled for the consumer; with ``policy`` silence said yes."""

    at: Moment
    by: By
    resolved: bool
    policy: PolicyRef | None = None


class CaseTakenOver(Event, frozen=True, kw_only=True, tag="after_sales.taken_over"):
    """It carries on for another case, which was merged into it."""

    at: Moment
    by: By
    merged: Name


class FallbackTold(Event, frozen=True, kw_only=True, tag="after_sales.fallback_told"):
    """So much can still go back for goods owed in return; with no items, nothing."""

    at: Moment
    by: By
    items: ClaimItems


ServiceEvent = (
    InspectionAppointed
    | InspectionRecorded
    | TicketOpened
    | TicketAnswered
    | ResolutionConfirmed
    | CaseTakenOver
    | FallbackTold
)
