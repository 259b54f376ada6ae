"""What is done beside the request itself, and what each event of it makes of a case."""

from datetime import datetime
from typing import assert_never

from msgspec.structs import replace

from domain.after_sales.refusals import (
    AppointmentInThePast,
    NoSuchTicket,
    NotTheSameMatter,
)
from domain.after_sales.service_commands import (
    AnswerTicket,
    AppointInspection,
    ConfirmResolved,
    OpenTicket,
    RecordInspection,
    TakeOverCase,
    TellFallback,
)
from domain.after_sales.service_events import (
    CaseTakenOver,
    FallbackTold,
    InspectionAppointed,
    InspectionRecorded,
    ResolutionConfirmed,
    ServiceEvent,
    TicketAnswered,
    TicketOpened,
)
from domain.after_sales.state import Case, Inspection

ServiceRequest = (
    AppointInspection
    | RecordInspection
    | OpenTicket
    | AnswerTicket
    | ConfirmResolved
    | TakeOverCase
    | TellFallback
)


def served(
    case: Case, command: ServiceRequest, at: datetime
) -> tuple[ServiceEvent, ...]:
    """Return what was asked beside the request; raises what the rules refuse."""
    match command:
        case AppointInspection(by=by, appointed_for=moment):
            if moment <= at:
                raise AppointmentInThePast(appointed_for=moment)
            if case.inspection == Inspection(appointed_for=moment):
                return ()
            return (InspectionAppointed(at=at, by=by, appointed_for=moment),)
        case RecordInspection(by=by, result=result):
            return (InspectionRecorded(at=at, by=by, result=result),)
        case OpenTicket(by=by, words=words):
            number = len(case.tickets) + 1
            return (TicketOpened(at=at, by=by, ticket=number, words=words),)
        case AnswerTicket(by=by, ticket=ticket, words=words):
            if case.tickets.get(ticket) != "open":
                raise NoSuchTicket(ticket=ticket)
            return (TicketAnswered(at=at, by=by, ticket=ticket, words=words),)
        case ConfirmResolved(by=by, resolved=resolved):
            if case.resolved == resolved:
                return ()
            return (ResolutionConfirmed(at=at, by=by, resolved=resolved),)
        case TakeOverCase(by=by, merged=merged):
            if (case.order, case.consumer) != (command.order, command.consumer):
                raise NotTheSameMatter(into_order=case.order)
            return (CaseTakenOver(at=at, by=by, merged=merged),)
        case TellFallback(by=by, items=items):
            if items == case.fallback:
                return ()
            return (FallbackTold(at=at, by=by, items=items),)
    assert_never(command)


def evolve_service(case: Case, event: ServiceEvent) -> Case:
    """Return the case after something happened beside its request."""
    match event:
        case InspectionAppointed(appointed_for=moment):
            return replace(case, inspection=Inspection(appointed_for=moment))
        case InspectionRecorded(result=result):
            assert case.inspection is not None, "only what was appointed is inspected"
            return replace(case, inspection=replace(case.inspection, result=result))
        case TicketOpened(ticket=ticket):
            return replace(case, tickets={**case.tickets, ticket: "open"})
        case TicketAnswered(ticket=ticket):
            return replace(case, tickets={**case.tickets, ticket: "answered"})
        case ResolutionConfirmed(resolved=resolved):
            # A no is somebody's to look at, though the case has ended.
            return replace(case, resolved=resolved, needs_human=not resolved)
        case CaseTakenOver(merged=merged):
            kept = tuple(each for each in case.merged_from if each != merged)
            return replace(case, merged_from=(*kept, merged))
        case FallbackTold(items=items):
            return replace(case, fallback=items)
    assert_never(event)
