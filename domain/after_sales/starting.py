"""How a clock of a case starts, or starts anew, and under which name."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from domain.after_sales.state import Case
from domain.after_sales.steps import Rules, steps_of
from domain.policy.closures import running as running_time
from domain.policy.rows import TimerRow
from domain.timer import (
    Timer,
    TimerEvent,
    restarted,
    started,
)


def begun(case: Case, name: str, rules: Rules) -> Iterator[TimerEvent]:
    """Yield the start of a clock, and of the rules that watch the same step."""
    row = rules.row(case, *steps_of(case))
    told = case.told
    until = told.deadline if case.elsewhere and told is not None else None
    if row is not None:
        yield start(row, fresh(case, name), case, rules, until)
    if case.status == "awaiting_merchant_ship" and case.type == "resend":
        yield from breach_clocks(case, rules, "breach.resend")
    if case.status == "awaiting_consumer_return" and case.type == "repair":
        yield from repaired_at_the_door(case, rules)


def repaired_at_the_door(case: Case, rules: Rules) -> Iterator[TimerEvent]:
    """Yield the clock of a repair that somebody comes for: its days begin at midnight.

    A repair nobody was to come for is the merchant's own clock alone.
    """
    row = rules.row(case, "breach.repair")
    if row is None or case.inspection is None or case.open_clock("ship_rule"):
        return
    midnight = end_of_day(rules.at, rules.policy.zone)
    yield counted_from(midnight, row, fresh(case, "ship_rule"), None, case, rules)


def breach_clocks(case: Case, rules: Rules, *steps: str) -> Iterator[TimerEvent]:
    """Yield clocks whose end is a breach of the marketplace's rules, and no more."""
    for number, step in enumerate(steps, start=1):
        row = rules.row(case, step)
        if row is not None:
            name = "ship_rule" if number == 1 else f"ship_rule/{number}"
            yield start(row, name, case, rules, None)


def start(
    row: TimerRow, name: str, case: Case, rules: Rules, until: datetime | None
) -> TimerEvent:
    """Return the start of a clock; a case run elsewhere is not acted on here."""
    if case.elsewhere:
        row = replace(row, on_breach="breach")
    return started(row, name, rules.at, rules.calendar(case), case.where, until=until)


def anew(
    timer: Timer, row: TimerRow, reason: str, case: Case, rules: Rules
) -> TimerEvent:
    """Return a clock started anew under a row."""
    return restarted(timer, row, rules.at, reason, rules.calendar(case), case.where)


def fresh(case: Case, name: str) -> str:
    """Return a name no clock of the case has: "answer", then "answer/2"."""
    if name not in case.timers:
        return name
    used = sum(1 for each in case.timers if each.partition("/")[0] == name)
    return f"{name}/{used + 1}"


def counted_from(  # noqa: PLR0913, PLR0917 - from when, which clock, under which row
    moment: datetime,
    row: TimerRow,
    name: str,
    known: Timer | None,
    case: Case,
    rules: Rules,
    reason: str = "inspection_appointed",
) -> TimerEvent:
    """Return a clock begun now, or anew, with its row's time after a moment ahead."""
    calendar = rules.calendar(case)
    whole = started(row, name, moment, calendar, case.where)
    seconds = running_time(rules.at, whole.due_at, whole.closures)
    if known is None:
        return started(row, name, rules.at, calendar, case.where, seconds=seconds)
    return restarted(
        known,
        row,
        rules.at,
        reason,
        calendar,
        case.where,
        seconds=seconds,
    )


def end_of_day(moment: datetime, zone: str) -> datetime:
    """Return 24:00 of a moment's day."""
    local = moment.astimezone(ZoneInfo(zone))
    midnight = datetime.combine(local.date() + timedelta(days=1), datetime.min.time())
    return midnight.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
