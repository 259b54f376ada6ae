"""More time for a step: as far as its row lets, and for some beyond it."""

from datetime import datetime
from typing import Final

from domain.after_sales.commands import ExtendClock
from domain.after_sales.events import CaseEvent
from domain.after_sales.money import times_of
from domain.after_sales.refusals import NoMoreTime, NoSuchClock
from domain.after_sales.state import Case, owed
from domain.party import ActingRole
from domain.policy.book import Rulebook
from domain.policy.rows import TimerRow
from domain.timer import Timer, extended

HOUR_S: Final = 3600
# Market control adds 30 days, whatever the row says (超时说明 20010540).
BEYOND_HOURS_MAX: Final = 30 * 24
BEYOND_THE_ROW: Final = frozenset({"senior_agent", "system"})


def clock_extended(
    case: Case, command: ExtendClock, policy: Rulebook, at: datetime
) -> tuple[CaseEvent, ...]:
    """Return the clock put off; raises NoSuchClock and NoMoreTime."""
    timer = case.timers.get(command.timer)
    if timer is None or not owed(timer):
        raise NoSuchClock(timer=command.timer)
    if not lets(case, timer, command, policy):
        raise NoMoreTime(timer=command.timer, extensions=timer.extensions)
    moved = extended(
        timer,
        at,
        seconds=command.hours * HOUR_S,
        reason=command.reason,
        by=command.by.name,
        role=command.by.role,
        policy=timer.policy,
        calendar=policy.calendars(times_of(case, at)),
        where=case.where,
    )
    return (moved,)


def lets(case: Case, timer: Timer, command: ExtendClock, policy: Rulebook) -> bool:
    """Whether the clock may be given so many hours by this role.

    Who owes the step has its row's extensions, an agent as many beside; who waits for
    it may give more time as often as it likes, in the row's portions (超时说明
    20010540: a buyer once 72 h, a seller 3, 5, 7 or 10 days).
    """
    if command.by.role in BEYOND_THE_ROW:
        return command.hours <= BEYOND_HOURS_MAX
    row = policy.row(timer.policy)
    if isinstance(row, TimerRow) and waits_for(timer, command.by.role):
        return command.hours in row.given_hours
    return (
        isinstance(row, TimerRow)
        and own_extensions(case, timer, command.by.role) < row.extensions_max
        and command.hours <= row.extension_hours
    )


def waits_for(timer: Timer, role: ActingRole) -> bool:
    """Whether this role is the other side of who owes the step."""
    return (timer.owes, role) in {("consumer", "merchant"), ("merchant", "consumer")}


def own_extensions(case: Case, timer: Timer, role: ActingRole) -> int:
    """Return how often this side put it off itself, since it last began.

    What others gave, as a senior agent or market control, uses up nobody's own.
    """
    return case.put_off.get(timer.name, {}).get(role, 0)
