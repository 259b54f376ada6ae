"""Which step is owed in which state of a case, and by which row of the pack.

How long a step takes, and what happens at its breach, is data: rows of the pack, found
by the codes of ``domain.policy.steps``. A step the pack has no row for has no clock.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final, NamedTuple

from msgspec.structs import replace

from domain.after_sales.commands import OpenCase
from domain.after_sales.money import times_of
from domain.after_sales.state import Case
from domain.after_sales.values import SENDS, CaseStatus, CaseType
from domain.policy.book import NoSuchRule, Rulebook
from domain.policy.rows import CalendarRow, TimerRow, Times, Where
from domain.timer import started

CLOCKS: Final[Mapping[CaseStatus, str]] = {
    "awaiting_merchant": "answer",
    "rejected_awaiting_consumer": "consumer_decides",
    "countered_awaiting_consumer": "counter_offer",
    "awaiting_consumer_return": "send_back",
    "awaiting_merchant_receipt": "confirm_return",
    "rejected_after_receipt": "consumer_decides",
    "awaiting_merchant_ship": "ship",
    "awaiting_consumer_receipt": "confirm",
    "refunding": "pay_refund",
}
# What does the step each of them watches.
CHANGED: Final[Mapping[str, str]] = {
    "refund_unshipped": "answer.changed_unshipped",
    "exchange": "answer.changed_exchange",
    "resend": "answer.changed_resend",
    "repair": "answer.changed_repair",
}
SPOILT: Final = frozenset({19, 26, 27})  # 腐烂, 变质, 死亡, 过期
PERISHABLE: Final = frozenset({"fresh", "live", "frozen", "live-crab"})
FLASH_SALE: Final = frozenset({"flash_sale"})
QUALITY_REFUNDS: Final = frozenset(
    {"refund_shipped", "return_refund", "partial_refund"}
)


REFUNDS: Final = QUALITY_REFUNDS | {"refund_unshipped"}


class Rules(NamedTuple):
    """The rows a case is under, and when they are asked."""

    policy: Rulebook
    at: datetime

    def row(self, case: Case, *steps: str) -> TimerRow | None:
        """Return the row of the first of these steps that has one."""
        times = times_of(case, self.at)
        row = first_row(self.policy, times, case.where.goods, steps)
        if row is None or not row.and_promise:
            return row
        return replace(row, hours=row.hours + case.ship_hours)

    def calendar(self, case: Case) -> tuple[CalendarRow, ...]:
        """Return when time does not count."""
        return self.policy.calendars(times_of(case, self.at))


def first_row(
    policy: Rulebook, times: Times, goods: str | None, steps: tuple[str, ...]
) -> TimerRow | None:
    """Return the row of the first of these steps that the pack knows."""
    for step in steps:
        try:
            return policy.timer(step, times, goods)
        except NoSuchRule:
            continue
    return None


def spoilt(reason: int | None, kind: CaseType | None, where: Where) -> bool:
    """Whether a request is a report of goods that went bad (坏了包退)."""
    return reason in SPOILT and kind in QUALITY_REFUNDS and where.goods in PERISHABLE


def reported_in_time(command: OpenCase, policy: Rulebook, at: datetime) -> bool | None:
    """Return whether spoilt goods were reported in their window; None of others.

    It runs from their signing; until that is known, nobody is late.
    """
    if not spoilt(command.reason, command.type, command.where):
        return None
    times = Times(ordered_at=command.ordered_at, conduct_at=at, judged_at=at)
    row = first_row(policy, times, command.where.goods, ("report.spoilt",))
    if row is None or command.signed_at is None:
        return True
    calendar = policy.calendars(times)
    whole = started(row, "report", command.signed_at, calendar, command.where)
    return at <= whole.due_at


def row_of_request(
    command: OpenCase, policy: Rulebook, at: datetime
) -> TimerRow | None:
    """Return the row of the merchant's answer to a request that is being made."""
    times = Times(ordered_at=command.ordered_at, conduct_at=at, judged_at=at)
    steps = (f"answer.{command.type}",)
    return first_row(policy, times, command.where.goods, steps)


# -- Which step --


def steps_of(case: Case) -> tuple[str, ...]:
    """Return the step owed in the state the case is in, and what else it may be."""
    match case.status:
        case "awaiting_merchant":
            return answer_steps(case)
        case "rejected_awaiting_consumer" | "rejected_after_receipt":
            return ("consumer_decides",)
        case "countered_awaiting_consumer":
            return "counter_offer", "consumer_decides"
        case "awaiting_consumer_return":
            return ("send_back",)
        case "awaiting_merchant_receipt":
            return receipt_steps(case)
        case "awaiting_merchant_ship":
            if case.type == "repair":
                return ("return.repair",)
            return (f"ship.{case.type}",)
        case "awaiting_consumer_receipt":
            return f"confirm.{case.type}", "confirm.exchange"
        case "refunding":
            return ("pay_refund",)
        case _:
            return ()


def answer_steps(case: Case) -> tuple[str, ...]:
    """Return the step of the merchant's answer: to a first or a changed request."""
    plain = f"answer.{case.type or 'return_refund'}"
    if case.changed:
        if case.arrived and case.type == "return_refund":
            return "answer.type_change_signed", "answer.changed", plain
        return CHANGED.get(case.type or "", "answer.changed"), plain
    if case.where.goods in FLASH_SALE and case.type in REFUNDS:
        return "answer.flash_sale", plain
    # Reported too late it is a request like any other: the label's terms are over.
    if spoilt(case.reason, case.type, case.where) and case.in_window is not False:
        return "answer.spoilt", plain
    return (plain,)


def receipt_steps(case: Case) -> tuple[str, ...]:
    """Return what the merchant owes for goods on their way back, or arrived."""
    if case.type == "repair":
        return ("return.repair",)
    if case.type == "exchange":
        if case.arrived:
            return ("ship.exchange",)
        return "ship.exchange_untracked", "ship.exchange"
    if case.arrived:
        return "confirm_return.signed", "confirm_return"
    return "confirm_return.unsigned", "confirm_return"


def clock_of(case: Case) -> str | None:
    """Return the name of the clock of the state the case is in."""
    name = CLOCKS.get(case.status)
    # Whoever exchanges or repairs owes goods: one clock until they are sent.
    return "ship" if name == "confirm_return" and case.type in SENDS else name


def still_owed(case: Case) -> frozenset[str]:
    """Return the clocks that may run on in the state the case is in."""
    names = {clock_of(case)}
    if case.status == "countered_awaiting_consumer":
        names.add("answer")
    to_send = {"awaiting_merchant_receipt", "awaiting_merchant_ship"}
    at_the_door = case.type == "repair" and case.status == "awaiting_consumer_return"
    if case.status in to_send or at_the_door:
        names.add("ship_rule")
    return frozenset(filter(None, names))
