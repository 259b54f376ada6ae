"""Clocks that run beside the step a case waits for: evidence, visits, tickets, its end.

None of them is the refund's, so that an intervention does not stop them; a frozen case
stops these too.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from domain.after_sales.events import CaseEvent, CaseSucceeded, EvidenceAsked
from domain.after_sales.service_events import InspectionAppointed, TicketOpened
from domain.after_sales.starting import counted_from, end_of_day, fresh, start
from domain.after_sales.state import Case, owed
from domain.after_sales.steps import Rules
from domain.party import ActingRole
from domain.timer import Timer, TimerEvent, restarted

BESIDE: Final = frozenset({"evidence", "ticket", "inspection", "confirm_resolved"})
# While these last, the merchant has yet to decide on what was found at the door.
UNANSWERED: Final = frozenset({"awaiting_merchant", "countered_awaiting_consumer"})


def beside(timer: Timer) -> bool:
    """Whether a clock runs beside the step the case waits for."""
    return timer.name.partition("/")[0] in BESIDE


def still_asked(case: Case, timer: Timer) -> bool:
    """Whether what a clock beside the step watches is still to be done."""
    name, _, rest = timer.name.partition("/")
    match name:
        case "evidence":
            return not case.final and not done_beside(case, timer)
        case "ticket":
            return not case.final and case.tickets.get(int(rest)) == "open"
        case "inspection":
            return case.status in UNANSWERED and not done_beside(case, timer)
        case _:
            return case.status == "succeeded" and not done_beside(case, timer)


def done_beside(case: Case, timer: Timer) -> bool:
    """Whether it was done."""
    name, _, rest = timer.name.partition("/")
    match name:
        case "evidence":
            role: ActingRole = rest.partition("/")[0]  # type: ignore[assignment]  # the clock is named after whom was asked
            return not case.missing_evidence(role)
        case "ticket":
            return case.tickets.get(int(rest)) == "answered"
        case "inspection":
            return case.inspection is not None and case.inspection.result is not None
        case _:
            return case.resolved is not None


def begun_beside(
    case: Case, events: tuple[CaseEvent, ...], rules: Rules
) -> Iterator[TimerEvent]:
    """Yield the start of the clocks beside the step that these events ask for."""
    for event in events:
        match event:
            case EvidenceAsked(of=of):
                yield from evidence_asked(case, of, rules)
            case TicketOpened(ticket=ticket) if not case.final:
                yield from of_row(case, "service_ticket", f"ticket/{ticket}", rules)
            case InspectionAppointed(appointed_for=moment):
                yield from inspection_appointed(case, moment, rules)
            case CaseSucceeded() if case.status == "succeeded" and not case.elsewhere:
                name = fresh(case, "confirm_resolved")
                yield from of_row(case, "confirm_resolved", name, rules)
            case _:
                pass


def of_row(case: Case, step: str, name: str, rules: Rules) -> Iterator[TimerEvent]:
    """Yield the start of a clock, if the pack has a row for its step."""
    row = rules.row(case, step)
    if row is not None:
        yield start(row, name, case, rules, None)


def evidence_asked(case: Case, of: ActingRole, rules: Rules) -> Iterator[TimerEvent]:
    """Yield the clock of who was asked; asked again, there is the whole time again."""
    row = rules.row(case, f"evidence.{of}")
    if row is None or case.final or not case.missing_evidence(of):
        return
    name = f"evidence/{of}"
    asked = [each for each in case.timers if f"{each}/".startswith(f"{name}/")]
    running = [case.timers[each] for each in asked if owed(case.timers[each])]
    if running:
        yield restarted(
            running[0],
            row,
            rules.at,
            "evidence_asked",
            rules.calendar(case),
            case.where,
        )
        return
    yield start(row, f"{name}/{len(asked) + 1}" if asked else name, case, rules, None)


# -- Inspection at the door (上门检测, aJks68BaZtBj) --


def inspection_appointed(
    case: Case, moment: datetime, rules: Rules
) -> Iterator[TimerEvent]:
    """Yield the clock of the result, and the merchant's anew: it decides on the result.

    The first runs from the appointment, the other from the end of its day.
    """
    row = rules.row(case, "door_inspection.result")
    if row is not None:
        known = case.open_clock("inspection")
        name = fresh(case, "inspection") if known is None else known.name
        yield counted_from(moment, row, name, known, case, rules)
    row, answer = rules.row(case, "door_inspection.decision"), case.open_clock("answer")
    if row is not None and answer is not None:
        after = end_of_day(moment, rules.policy.zone)
        yield counted_from(after, row, answer.name, answer, case, rules)
