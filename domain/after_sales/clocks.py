"""Which step is owed in which state, and what starts, stops and ends its clock.

How long a step takes, and what happens at its breach, is data: rows of the pack, found
by the codes of ``domain.policy.steps``. A step the pack has no row for has no clock.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final, NamedTuple

from msgspec.structs import replace

from domain.after_sales.commands import OpenCase
from domain.after_sales.events import (
    CaseApproved,
    CaseEvent,
    CaseRejected,
    CaseReopened,
    CaseReported,
    CounterAccepted,
    CounterDeclined,
    ParcelScanned,
    RefundDue,
    RefundSucceeded,
    ReplacementReceived,
    ReplacementShipped,
    RequestChanged,
    ReturnJudged,
    ReturnReceived,
    ReturnSent,
    RulingExecuted,
)
from domain.after_sales.money import times_of
from domain.after_sales.state import Case, owed
from domain.after_sales.values import SENDS, CaseStatus
from domain.policy.book import NoSuchRule, Rulebook
from domain.policy.closures import running as running_time
from domain.policy.rows import CalendarRow, TimerRow, Times
from domain.timer import (
    Timer,
    TimerEvent,
    cancelled,
    extended,
    met,
    paused,
    restarted,
    resumed,
    started,
)

TOLD: Final = "told"

# Whose clock runs in which state. An offer lets the merchant's own stand still.
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
MET_BY: Final[Mapping[str, tuple[type[CaseEvent], ...]]] = {
    "answer": (CaseApproved, CaseRejected, CounterAccepted),
    "consumer_decides": (RequestChanged,),
    "counter_offer": (CounterAccepted, CounterDeclined),
    "send_back": (ReturnSent, ParcelScanned, ReturnReceived),
    "confirm_return": (ReturnJudged,),
    "ship": (ReplacementShipped,),
    "ship_rule": (ReplacementShipped,),
    "confirm": (ReplacementReceived,),
    "pay_refund": (RefundSucceeded,),
}
# What starts the clock of a state anew though the state is the same.
ANEW: Final = (RequestChanged, CaseReopened, RefundDue, RulingExecuted)

CHANGED: Final[Mapping[str, str]] = {
    "refund_unshipped": "answer.changed_unshipped",
    "exchange": "answer.changed_exchange",
    "resend": "answer.changed_resend",
    "repair": "answer.changed_repair",
}
SPOILT: Final = frozenset({19, 26, 27})  # 腐烂, 变质, 死亡, 过期
FLASH_SALE: Final = frozenset({"flash_sale"})
QUALITY_REFUNDS: Final = frozenset(
    {"refund_shipped", "return_refund", "partial_refund"}
)


class Rules(NamedTuple):
    """The rows a case is under, and when they are asked."""

    policy: Rulebook
    at: datetime

    def row(self, case: Case, *steps: str) -> TimerRow | None:
        """Return the row of the first of these steps that has one."""
        times = times_of(case, self.at)
        return first_row(self.policy, times, case.where.goods, steps)

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
    if case.where.goods in FLASH_SALE and case.type in QUALITY_REFUNDS:
        return "answer.flash_sale", plain
    if case.reason in SPOILT and case.type in QUALITY_REFUNDS:
        return ("answer.spoilt", plain) if case.where.goods == "fresh" else (plain,)
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
    if case.status in {"awaiting_merchant_receipt", "awaiting_merchant_ship"}:
        names.add("ship_rule")
    return frozenset(filter(None, names))


# -- What happens to clocks --


def clocks_after(
    before: Case, events: tuple[CaseEvent, ...], case: Case, rules: Rules
) -> Iterator[TimerEvent]:
    """Yield what becomes of the clocks after these events.

    What was done is met, what nobody owes any more is cancelled, what the state asks
    for is started; what stands still while something lies over the case is paused.
    """
    happened = tuple(type(event) for event in events)
    yield from let_go(case, happened, rules)
    yield from owed_now(before, case, happened, rules)


def let_go(
    case: Case, happened: tuple[type[CaseEvent], ...], rules: Rules
) -> Iterator[TimerEvent]:
    """Yield the end of clocks whose step was done, or is owed no more."""
    kept = still_owed(case)
    for timer in case.timers.values():
        name = timer.name.partition("/")[0]
        if not owed(timer) or (name in kept and not done_anew(name, case, happened)):
            continue
        if any(each in MET_BY.get(name, ()) for each in happened):
            yield met(timer, rules.at)
        else:
            yield cancelled(timer, rules.at, reason_of(case))


def done_anew(name: str, case: Case, happened: tuple[type[CaseEvent], ...]) -> bool:
    """Whether a clock's step was done though the state may ask for it again."""
    return name == "pay_refund" and case.to_pay is None and RefundSucceeded in happened


def reason_of(case: Case) -> str:
    """Return why nobody owes a step any more: the state the case went to."""
    if case.elsewhere:
        return TOLD
    return "merged" if case.merged_into is not None else case.status


def owed_now(
    before: Case,
    case: Case,
    happened: tuple[type[CaseEvent], ...],
    rules: Rules,
) -> Iterator[TimerEvent]:
    """Yield the start of the clock the state asks for, or its starting anew."""
    name = clock_of(case)
    if name is None:
        return
    running = case.open_clock(name)
    if running is None:
        entered = before.status != case.status or any(each in ANEW for each in happened)
        # One clock watches the goods until they are sent: a state later it still does.
        if entered:
            yield from begun(case, name, rules)
    elif RequestChanged in happened:
        row = rules.row(case, *steps_of(case))
        if row is not None:
            yield anew(running, row, "request_changed", case, rules)
    if case.arrived and not before.arrived:
        yield from signed(case, name, running, rules)


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


# -- The signing of goods that come back --


def signed(
    case: Case, name: str, running: Timer | None, rules: Rules
) -> Iterator[TimerEvent]:
    """Yield what the signing makes of the clock: it counts from now, or sooner.

    Returned goods are confirmed within 7 d of their dispatch or 48 h of their signing,
    the sooner, and unsigned within 10 d (超时说明 20010540). Goods signed for
    after those 7 d leave the merchant the 48 h, but never beyond the 10 d.
    """
    if case.type == "exchange":
        yield from breach_clocks(
            case, rules, "breach.exchange", "breach.exchange_refused"
        )
    if running is None or case.status != "awaiting_merchant_receipt":
        return
    if name == "ship":
        row = rules.row(case, *receipt_steps(case))
        if row is not None:
            yield anew(running, row, "return_signed", case, rules)
        return
    yield from sooner_of(case, running, rules)


def sooner_of(case: Case, running: Timer, rules: Rules) -> Iterator[TimerEvent]:
    """Yield the clock of the confirmation, started anew under the row that ends it."""
    calendar = rules.calendar(case)
    after_signing = rules.row(case, "confirm_return.signed")
    from_dispatch = rules.row(case, "confirm_return")
    if after_signing is None:
        return
    begun_anew = restarted(
        running, after_signing, rules.at, "return_signed", calendar, case.where
    )
    if running.standing == "running" and begun_anew.due_at > running.due_at:
        return
    sent_at = case.sent_at or rules.at
    if from_dispatch is not None:
        whole = started(from_dispatch, "whole", sent_at, calendar, case.where)
        if rules.at <= whole.due_at < begun_anew.due_at:
            yield restarted(
                running,
                from_dispatch,
                rules.at,
                "return_signed",
                calendar,
                case.where,
                seconds=running_time(rules.at, whole.due_at, whole.closures),
            )
            return
    yield begun_anew


# -- Standing still --


def standing_still(case: Case, rules: Rules) -> Iterator[TimerEvent]:
    """Yield the pausing and resuming that what lies over the case asks for.

    Intervention stops the clocks of a request, the theft of an account all clocks
    (超时说明 20010540); an offer stops the answer it stands in for. Where another
    platform runs the case, it tells its own deadlines.
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
