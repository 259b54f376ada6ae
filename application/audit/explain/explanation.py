"""Why an event is as it is: what it rests on, and whether it still comes to the same.

A pure function of a stream and of what was published: whoever asks years later gets the
same answer, and an answer that differs from what was recorded is an alarm.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Literal, get_args
from uuid import UUID

from msgspec import Struct, structs

from application.audit.explain.again import (
    CONCLUDED,
    Decided,
    Past,
    decided_again,
    is_report,
)
from application.audit.explain.asked import ASKED, TIMER_EVENTS
from application.audit.explain.rules import UsedRow, refs_in, used_row
from application.event_store.mapper import tag_of
from domain.after_sales import RefundOrdered
from domain.after_sales.guards import TABLE as CASE_GUARDS
from domain.compensation import CompensationPaid, CompensationReserved
from domain.contact.decide import WHO as CONTACT_GUARDS
from domain.dispute import (
    AppealDecided,
    EnforcementStarted,
    RulingIssued,
    WouldChange,
    counterfactuals,
)
from domain.dispute.guards import GUARDS as DISPUTE_GUARDS
from domain.incident import GUARDS as INCIDENT_GUARDS
from domain.incident import BudgetApproved, Incident
from domain.incident.planning import STEP as INCIDENT_BUDGET
from domain.kernel import Command, Event, Report
from domain.order import CheckPromises, Order
from domain.party import By
from domain.policy.book import Rulebook
from domain.policy.rows import ApprovalRow, BurdenRow, Times
from domain.policy_set import PoliciesPublished
from domain.promise import PinnedPromise
from domain.resolution import TABLE as RESOLUTION_GUARDS
from domain.timer import CheckClocks, Timer, TimerStarted

# What an event rests on: somebody told it, a person decided it, the service did in a
# person's place, time ran out, or it follows from what was said just before.
Origin = Literal["fact", "person", "system", "clock", "follows"]

# Money that only goes as far as somebody's limit, and the step that rows set it for.
LIMITED: Final[Mapping[type[Event], str]] = {
    RefundOrdered: "refund",
    CompensationPaid: "refund",
    RulingIssued: "ruling",
    EnforcementStarted: "ruling",
    BudgetApproved: INCIDENT_BUDGET,
}
ELSEWHERE: Final[Mapping[type[Event], Origin]] = {PoliciesPublished: "person"}


class Guard(Struct, frozen=True, kw_only=True):
    """Who may ask for this, and in which states, by the table ``decide`` asks."""

    roles: tuple[str, ...] = ()
    states: tuple[str, ...] = ()


class Explanation(Struct, frozen=True, kw_only=True):
    """Why an event is as it is.

    ``asked`` names the command it answers, ``because`` is the event it follows from.
    ``guard`` is what let a person decide, in ``status`` of what it was asked of.
    ``recomputed`` is what the same question leads to now; None with ``agrees`` None
    where nothing was decided, with ``agrees`` False where it leads to nothing, or is
    ``refused``. ``changes`` are what would have led to another ruling.
    """

    stream_id: UUID
    version: int
    position: str
    type: str
    occurred_at: datetime
    recorded_at: datetime
    actor: str
    origin: Origin
    asked: str | None = None
    by: By | None = None
    status: str | None = None
    guard: Guard | None = None
    because: Event | None = None
    evidence: tuple[str, ...] = ()
    rows: tuple[UsedRow, ...] = ()
    inputs: Mapping[str, Any] = {}
    recorded: Event
    recomputed: Event | None = None
    agrees: bool | None = None
    differs: tuple[str, ...] = ()
    refused: str | None = None
    changes: tuple[WouldChange, ...] = ()


def origin_of(event_type: type[Event]) -> Origin:
    """Return what events of a type rest on, as far as their type says it."""
    if event_type in ELSEWHERE:
        return ELSEWHERE[event_type]
    commands = ASKED.get(event_type, ())
    if not commands:
        return "follows"
    return "fact" if issubclass(commands[0], Report) else "person"


def explain(past: Past, version: int) -> Explanation:
    """Return why the event of this version is as it is.

    Raises IndexError for a version the stream does not have.
    """
    if not 1 <= version <= len(past.history):
        raise IndexError(version)
    recorded = past.history[version - 1]
    event = recorded.event
    decided = decided_again(past, version)
    origin = rests_on(event, decided, version, recorded.actor)
    recomputed = decided.recomputed(version)
    agrees = None if decides_nothing(origin, decided) else recomputed == event
    return Explanation(
        stream_id=recorded.stream_id,
        version=version,
        position=f"{recorded.partition}.{recorded.position}",
        type=tag_of(type(event)),
        occurred_at=recorded.occurred_at,
        recorded_at=recorded.recorded_at,
        actor=recorded.actor,
        origin=origin,
        asked=type(decided.command).__name__ if decided.command else None,
        by=by_of(event),
        status=getattr(decided.before, "status", None),
        guard=guard_of(decided.command),
        because=cause(event, decided, version),
        evidence=tuple(dict.fromkeys(evidence_in(event))),
        rows=rows_of(past, event, decided),
        inputs=inputs_of(event, decided),
        recorded=event,
        recomputed=None if agrees is None else recomputed,
        agrees=agrees,
        differs=differences(event, recomputed) if agrees is False else (),
        refused=decided.refused if agrees is False else None,
        changes=changes_of(past, event),
    )


def rests_on(event: Event, decided: Decided, version: int, actor: str) -> Origin:
    """Return what this one rests on, in its place in what was asked."""
    command = decided.command
    if isinstance(command, CheckClocks | CheckPromises):
        return "clock"
    if isinstance(event, CONCLUDED):
        return "follows"
    answers = command is not None and type(command) in ASKED.get(type(event), ())
    if not answers and (command is not None or version > decided.first):
        return origin_of(type(event)) if version == decided.first else "follows"
    if is_report(command) or origin_of(type(event)) == "fact":
        return "fact"
    return "system" if by_machine(event, actor) else origin_of(type(event))


def by_machine(event: Event, actor: str) -> bool:
    """Whether no person did it: a clock, a row or a feed of ours asked for it."""
    by = by_of(event)
    return (by.role if by else actor.partition(":")[0]) in {"system", "service"}


def decides_nothing(origin: Origin, decided: Decided) -> bool:
    """Whether nothing was decided, or nobody can tell any more what was asked."""
    return origin == "fact" or (decided.again is None and decided.refused is None)


def by_of(event: Event) -> By | None:
    """Return who did it, as what, where the event says so."""
    by = getattr(event, "by", None)
    return by if isinstance(by, By) else None


def guard_of(command: Command | None) -> Guard | None:
    """Return who may ask for this, where a table says so."""
    asked: Any = type(command)
    if rule := CASE_GUARDS.get(asked) or DISPUTE_GUARDS.get(asked):
        return Guard(roles=tuple(sorted(rule.roles)), states=tuple(sorted(rule.states)))
    if table := RESOLUTION_GUARDS.get(asked):
        states = (str(each) for each in table.states)
        return Guard(roles=tuple(sorted(table.roles)), states=tuple(sorted(states)))
    if known := INCIDENT_GUARDS.get(asked):
        return Guard(
            roles=tuple(sorted(known.roles)), states=tuple(sorted(known.states))
        )
    if roles := CONTACT_GUARDS.get(asked):
        return Guard(roles=tuple(sorted(roles)))
    return None


def cause(event: Event, decided: Decided, version: int) -> Event | None:
    """Return what it follows from, in the same decision."""
    before = decided.story[: version - decided.first]
    own = getattr(event, "timer", None)
    said = [each for each in before if not isinstance(each, TIMER_EVENTS)]
    same = [each for each in before if own and getattr(each, "timer", None) == own]
    found = [*said, *same] or list(before)
    return found[-1] if found else None


def evidence_in(value: Any) -> Iterator[str]:
    """Yield the files and messages an event names, at any depth."""
    if isinstance(value, tuple):
        for part in value:
            yield from evidence_in(part)
    if not isinstance(value, Struct):
        return
    for field in structs.fields(value):
        part = getattr(value, field.name)
        if field.name in {"evidence", "files"}:
            names = (part,) if isinstance(part, str) else part or ()
            yield from (each for each in names if isinstance(each, str))
        yield from evidence_in(part)


# -- Which rows --


def rows_of(past: Past, event: Event, decided: Decided) -> tuple[UsedRow, ...]:
    """Return the rows it rests on: those it names, and those of its clock."""
    refs = [*refs_in(event)]
    if isinstance(event, PoliciesPublished):
        return tuple(used_row(row.ref, row) for row in event.rows)
    if isinstance(event, CompensationReserved):
        refs.remove(event.policy)  # the book; its rows are named by the lines
        for line in event.lines:
            refs += cap_refs(past, event.policy, line.cut_by)
    if isinstance(event, BudgetApproved) and past.published.row(event.policy) is None:
        refs.remove(event.policy)  # the book, which says nothing of it
    if timer := clock_of(event, decided):
        refs.append(timer.policy)
    if promise := promised(event, decided):
        refs.append(promise.policy)
    refs += (row.ref for row in limits(event, decided))
    return tuple(used_row(ref, past.published.row(ref)) for ref in dict.fromkeys(refs))


def cap_refs(past: Past, book: str, cap: str | None) -> Iterator[str]:
    """Yield the cap that cut a line, as of the book it was asked of."""
    found = past.published.book(book) if cap else None
    rows = [row for row in found.rows if row.id == cap] if found else []
    yield from (row.ref for row in rows[-1:])


def clock_of(event: Event, decided: Decided) -> Timer | None:
    """Return the clock an event is about, as it stood before."""
    timers: Mapping[str, Timer] = getattr(decided.before, "timers", {})
    name = getattr(event, "timer", None)
    return timers.get(name) if name else None


def promised(event: Event, decided: Decided) -> PinnedPromise | None:
    """Return the promise of an order that an event is about, as it stood before."""
    if not isinstance(decided.before, Order):
        return None
    return decided.before.promises.get(getattr(event, "promise", ""))


def limits(event: Event, decided: Decided) -> Sequence[ApprovalRow]:
    """Return the rows that say up to how much whoever sent money off might."""
    step = LIMITED.get(type(event))
    by = by_of(event)
    if step is None or by is None or not isinstance(decided.rules, Rulebook):
        return ()
    at: datetime = event.at  # type: ignore[attr-defined]  # what is limited is dated
    times = Times(conduct_at=at, judged_at=at)
    rows = decided.rules.approvals(step, times)
    return [row for row in rows if row.role == by.role]


# -- From what, and how it differs --


def inputs_of(event: Event, decided: Decided) -> Mapping[str, Any]:
    """Return what was looked at: the clock as it stood, or the facts of the money."""
    if isinstance(event, CompensationReserved):
        return {"facts": event.facts, "dates": event.dates, "book": event.policy}
    if isinstance(event, RulingIssued):
        return {"findings": event.findings, "silences": event.silences}
    if isinstance(event, BudgetApproved) and isinstance(decided.before, Incident):
        return granted_on(decided.before)
    if isinstance(event, TimerStarted):
        return {"at": event.at, "seconds": event.seconds, "closures": event.closures}
    timer = clock_of(event, decided)
    return {} if timer is None else {"clock": timer}


def granted_on(incident: Incident) -> Mapping[str, Any]:
    """Return what an incident's budget was granted on: the estimate that stood."""
    estimate = incident.estimate
    taken = {"set_aside_fen": incident.set_aside_fen, "spent_fen": incident.spent_fen}
    return taken if estimate is None else {"impact": estimate.impact, **taken}


def differences(recorded: Event, again: Event | None) -> tuple[str, ...]:
    """Return the fields in which the two differ; all of it if it is another event."""
    if type(recorded) is not type(again):
        return ("type",)
    return tuple(
        field.name
        for field in structs.fields(recorded)
        if getattr(recorded, field.name) != getattr(again, field.name)
    )


def changes_of(past: Past, event: Event) -> tuple[WouldChange, ...]:
    """Return what would have changed a ruling, asked of its findings."""
    if not isinstance(event, RulingIssued | AppealDecided):
        return ()
    silences = event.silences if isinstance(event, RulingIssued) else ()
    burden = burden_of(past, event)
    if burden is None:
        return ()
    return counterfactuals(event.result, event.findings, silences, burden)


def burden_of(past: Past, event: Event) -> BurdenRow | None:
    """Return the row on who had to prove what: one the event names."""
    rows = (past.published.row(ref) for ref in refs_in(event))
    return next((row for row in rows if isinstance(row, BurdenRow)), None)


ORIGINS: Final = get_args(Origin)
