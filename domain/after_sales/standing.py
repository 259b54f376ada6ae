"""When the clocks of a case stand still, and whose deadlines win."""

from collections.abc import Iterator
from typing import Final

from domain.after_sales.events import (
    CaseReported,
)
from domain.after_sales.side_clocks import beside
from domain.after_sales.state import Case
from domain.after_sales.steps import Rules, clock_of
from domain.timer import (
    Timer,
    TimerEvent,
    extended,
    paused,
    resumed,
)

TOLD: Final = "told"


def standing_still(case: Case, rules: Rules) -> Iterator[TimerEvent]:
    """Yield the pausing and resuming that what lies over the case asks for.

    Intervention stops the clocks of a request, the theft of an account all clocks
    (超时说明 20010540); evidence the platform asks for is owed meanwhile. An offer
    stops the answer it stands in for. Where another platform runs the case, it tells
    its own deadlines.
    """
    for timer in case.timers.values():
        why = stopped_by(case, timer)
        if timer.standing == "running" and why is not None:
            yield paused(timer, rules.at, why)
        elif timer.standing == "paused" and why is None:
            yield resumed(timer, rules.at, rules.calendar(case), case.where)


def stopped_by(case: Case, timer: Timer) -> str | None:
    """Return why a clock stands still, if it does."""
    if case.frozen:
        return "frozen"
    if beside(timer):
        return None
    if case.dispute is not None:
        return "intervening"
    offered = case.status == "countered_awaiting_consumer"
    return "countered" if offered and timer.name.startswith("answer") else None


# -- Deadlines told by a feed --


def deadline_told(
    before: Case, report: CaseReported, case: Case, rules: Rules
) -> Iterator[TimerEvent]:
    """Yield the deadline another platform gives: it wins over our rows."""
    until, name = report.deadline, clock_of(case)
    if until is None or name is None or case.told != report:
        return
    timer = case.open_clock(name)
    if timer is None or timer.due_at == until:
        return
    if timer.standing == "running":
        yield extended(
            timer,
            rules.at,
            until=until,
            reason=TOLD,
            by=report.source,
            policy=timer.policy,
        )
    elif before.told is None or before.told.deadline != until:
        seconds = round((until - timer.due_at).total_seconds())
        yield extended(
            timer,
            rules.at,
            seconds=seconds,
            reason=TOLD,
            by=report.source,
            policy=timer.policy,
        )
