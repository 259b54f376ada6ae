"""The days of a companionship: when they begin, what is planned, and how they end."""

from datetime import UTC, datetime, timedelta
from typing import Final

from domain.companionship.commands import StartCompanionship
from domain.companionship.events import (
    CompanionshipClosed,
    CompanionshipEvent,
    CompanionshipProlonged,
    CompanionshipStarted,
)
from domain.companionship.outcome import ended
from domain.companionship.state import Companionship
from domain.companionship.values import CheckIn
from domain.party import SYSTEM, By
from domain.policy.book import Rulebook
from domain.policy.closures import to_second
from domain.policy.rows import Times
from domain.policy.service_rows import CompanionshipRow
from domain.timer import (
    BY_RULE,
    TimerStarted,
    breached,
    cancelled,
    extended,
    overdue,
)

Events = tuple[CompanionshipEvent, ...]

# The clock of the last day, and of each planned look before it.
END: Final = "end"
CHECK_IN: Final = "check-in/"
END_STEP: Final = "companionship.end"
CHECK_IN_STEP: Final = "companionship.check_in"


def begun(
    known: Companionship, command: StartCompanionship, policy: Rulebook, at: datetime
) -> Events:
    """Return the beginning, or that a later anchor moves the end.

    The row says what counts: one that counts from the signature begins with the payment
    all the same, so that nobody waits alone. Nothing begins whose days are over.
    """
    anchored_at = command.anchored_at.astimezone(UTC)
    times = Times(ordered_at=command.ordered_at, conduct_at=anchored_at, judged_at=at)
    if known.started:
        return prolonged_by_anchor(known, command, policy, at)
    row = policy.companionship(times)
    ends_at = to_second(anchored_at + timedelta(days=row.days))
    if ends_at <= at:
        return ()
    planned = [
        CheckIn(name=each.name, at=anchored_at + timedelta(hours=each.after_hours))
        for each in row.check_ins
    ]
    check_ins = tuple(each for each in planned if at <= each.at < ends_at)
    start = CompanionshipStarted(
        at=at,
        by=command.by,
        order=command.order,
        consumer=command.consumer,
        merchant=command.merchant,
        creator=command.creator,
        anchor=command.anchor,
        anchored_at=anchored_at,
        ends_at=ends_at,
        check_ins=check_ins,
        policy=row.ref,
    )
    clocks = [clock(CHECK_IN + each.name, at, each.at, row) for each in check_ins]
    return (start, clock(END, at, ends_at, row), *clocks)


def clock(
    name: str, at: datetime, due_at: datetime, row: CompanionshipRow
) -> TimerStarted:
    """Return a clock of the days; holidays count: we are there on these too."""
    ends = name == END
    due_at = to_second(due_at)
    return TimerStarted(
        at=at,
        timer=name,
        step=END_STEP if ends else CHECK_IN_STEP,
        owes="platform",
        seconds=max(0, int((due_at - to_second(at)).total_seconds())),
        due_at=due_at,
        on_breach="close" if ends else "breach",
        policy=row.ref,
    )


def prolonged_by_anchor(
    known: Companionship, command: StartCompanionship, policy: Rulebook, at: datetime
) -> Events:
    """Return that the end moves, if the row counts from a later anchor."""
    row = row_of(known, policy, at)
    later = command.anchor == "signed" and row.anchor == "signed"
    ends_at = to_second(command.anchored_at + timedelta(days=row.days))
    assert known.ends_at is not None, "it was started"
    if known.closed or not later or ends_at <= known.ends_at:
        return ()
    return prolonged(known, ends_at, command.by, "signed", row.ref, at)


def prolonged(  # noqa: PLR0913, PLR0917 - who moves the end to when, and why
    known: Companionship, ends_at: datetime, by: By, reason: str, ref: str, at: datetime
) -> Events:
    """Return the end moved, and its clock with it."""
    move = extended(
        known.timers[END], at, until=ends_at, reason=reason, by=BY_RULE, policy=ref
    )
    said = CompanionshipProlonged(
        at=at, by=by, ends_at=ends_at, reason=reason, policy=ref
    )
    return (said, move)


def row_of(known: Companionship, policy: Rulebook, at: datetime) -> CompanionshipRow:
    """Return the row it was started under; of one that is gone, what holds now."""
    row = policy.row(known.policy) if known.policy is not None else None
    if isinstance(row, CompanionshipRow):
        return row
    return policy.companionship(Times(conduct_at=known.anchored_at, judged_at=at))


def checked(known: Companionship, policy: Rulebook, at: datetime) -> Events:
    """Return which planned looks fell due, and what becomes of the last day.

    A look that fell due is answered by ``ReachCheckIn``; its clock only says so. At the
    end an open matter keeps us there for as many days more as it takes.
    """
    if known.closed:
        return ()
    late = overdue(known.timers, at)
    looks: Events = tuple(
        breached(timer, at) for timer in late if timer.name.startswith(CHECK_IN)
    )
    end = next((timer for timer in late if timer.name == END), None)
    if end is None:
        return looks
    if not known.anything_open:
        said = {event.timer for event in looks if hasattr(event, "timer")}
        return (
            *looks,
            breached(end, at),
            *closed(known, SYSTEM, at, skip={END, *said}),
        )
    row = row_of(known, policy, at)
    ends_at = end.due_at + timedelta(days=row.extended_days)
    while ends_at <= at:
        ends_at += timedelta(days=row.extended_days)
    return (*looks, *prolonged(known, ends_at, SYSTEM, "matter_open", row.ref, at))


def closed(
    known: Companionship,
    by: By,
    at: datetime,
    *,
    was_cancelled: bool = False,
    skip: frozenset[str] | set[str] = frozenset(),
) -> Events:
    """Return the end with its outcome; clocks still running, but some, are let off."""
    end = ended(known, cancelled=was_cancelled)
    running = [
        timer
        for timer in known.timers.values()
        if timer.standing == "running" and timer.name not in skip
    ]
    return (
        CompanionshipClosed(
            at=at,
            by=by,
            outcome=end.outcome,
            shortfalls=end.shortfalls,
            made_good=end.made_good,
        ),
        *(cancelled(timer, at, "closed") for timer in running),
    )
