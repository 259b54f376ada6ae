"""What the signing of goods that come back makes of the clock that waits for them."""

from collections.abc import Iterator

from domain.after_sales.starting import anew, breach_clocks
from domain.after_sales.state import Case
from domain.after_sales.steps import Rules, receipt_steps
from domain.policy.closures import running as running_time
from domain.timer import (
    Timer,
    TimerEvent,
    restarted,
    started,
)


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
