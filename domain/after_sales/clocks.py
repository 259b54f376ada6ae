"""What becomes of the clocks of a case after what happened in it."""

from collections.abc import Iterator, Mapping
from typing import Final

from domain.after_sales.events import (
    CaseApproved,
    CaseEvent,
    CaseRejected,
    CaseReopened,
    CounterAccepted,
    CounterDeclined,
    InterventionEnded,
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
from domain.after_sales.side_clocks import (
    begun_beside,
    beside,
    done_beside,
    still_asked,
)
from domain.after_sales.signing import signed
from domain.after_sales.starting import anew, begun
from domain.after_sales.state import Case, owed
from domain.after_sales.steps import (
    Rules,
    clock_of,
    steps_of,
    still_owed,
)
from domain.timer import (
    TimerEvent,
    cancelled,
    met,
)

TOLD: Final = "told"
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
ANEW: Final = (
    RequestChanged,
    CaseReopened,
    RefundDue,
    RulingExecuted,
    InterventionEnded,  # what ran out before has nobody's clock otherwise
)


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
    yield from begun_beside(case, events, rules)


def let_go(
    case: Case, happened: tuple[type[CaseEvent], ...], rules: Rules
) -> Iterator[TimerEvent]:
    """Yield the end of clocks whose step was done, or is owed no more."""
    kept = still_owed(case)
    for timer in case.timers.values():
        if beside(timer):
            if owed(timer) and not still_asked(case, timer):
                done = done_beside(case, timer)
                yield (
                    met(timer, rules.at)
                    if done
                    else cancelled(timer, rules.at, reason_of(case))
                )
            continue
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
