"""Until when a consumer may ask for something of an order."""

from datetime import datetime

from domain.after_sales.commands import OpenCase
from domain.after_sales.refusals import TooLateToOpen
from domain.after_sales.starting import end_of_day
from domain.after_sales.steps import first_row
from domain.after_sales.values import NO_REASON
from domain.party import SERVICE
from domain.policy.book import Rulebook
from domain.policy.rows import Times, Where
from domain.timer import started


def window_ends(
    command: OpenCase, completed_at: datetime | None, policy: Rulebook, at: datetime
) -> datetime | None:
    """Return the end of the time to ask; None while it has not begun to run.

    Goods go back for no reason within days counted from the one after their signing.
    All else is asked within days of the order's completion (20009139), which never
    comes before the signing: what is wrong with the goods has no shorter window.
    """
    times = Times(ordered_at=command.ordered_at, conduct_at=at, judged_at=at)
    free = command.type == "return_refund" and command.reason in NO_REASON
    step = "after_sales_window.no_reason" if free else "after_sales_window"
    begins = command.signed_at if free else completed_at
    if free and begins is not None:
        begins = end_of_day(begins, policy.zone)
    return end_of(step, begins, times, command.where, policy)


def end_of(
    step: str,
    begins: datetime | None,
    times: Times,
    where: Where,
    policy: Rulebook,
) -> datetime | None:
    """Return the end of a window; None while it has not begun, or without a row."""
    row = first_row(policy, times, where.goods, (step,))
    if row is None or begins is None:
        return None
    return started(row, "window", begins, policy.calendars(times), where).due_at


def in_window(command: OpenCase, at: datetime) -> None:
    """Raise TooLateToOpen once the window is over; the service opens cases after it."""
    ends = command.window_ends
    if ends is not None and at > ends and command.by.role not in SERVICE:
        raise TooLateToOpen(until=ends)
