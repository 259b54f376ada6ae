"""How a clock of a case starts, or starts anew, and under which name."""

from collections.abc import Iterator
from datetime import datetime

from msgspec.structs import replace

from domain.after_sales.state import Case
from domain.after_sales.steps import Rules, steps_of
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
