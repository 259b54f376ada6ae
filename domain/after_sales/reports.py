"""What reports say of a case: none is refused; what does not fit is flagged."""

from collections.abc import Iterator
from datetime import datetime
from typing import assert_never

from domain.after_sales.commands import (
    CaseReport,
    RecordParcelScan,
    RecordRecovery,
    RecordRefundResult,
    ReportCase,
)
from domain.after_sales.events import (
    CaseContradicted,
    CaseEvent,
    CaseReported,
    ParcelScanned,
    RefundFailed,
    RefundRecovered,
    RefundSucceeded,
)
from domain.after_sales.evolve import evolve
from domain.after_sales.state import Case, Refund

CaseEvents = tuple[CaseEvent, ...]


def told(case: Case, command: CaseReport, at: datetime) -> CaseEvents:
    """Return the report as events; nothing if it says nothing new."""
    match command:
        case RecordParcelScan():
            scanned = ParcelScanned(
                at=at,
                direction=command.direction,
                scan=command.scan,
                code=command.code,
                raw_code=command.raw_code,
                rank=command.rank,
                text=command.text,
            )
            return () if evolve(case, scanned) == case else (scanned,)
        case RecordRefundResult():
            return refund_result(case, command, at)
        case RecordRecovery():
            return recovery(case, command, at)
        case ReportCase():
            return case_report(case, command, at)
    assert_never(command)


def flagged(case: Case, code: str, about: str, at: datetime) -> CaseEvents:
    """Return that something cannot be so, unless it was said before."""
    if (code, about) in case.contradictions:
        return ()
    return (CaseContradicted(at=at, code=code, about=about),)


# -- Money --


def refund_result(case: Case, command: RecordRefundResult, at: datetime) -> CaseEvents:
    """Return what the gateway says became of a refund.

    Said otherwise later it is believed only where the money then fits what is due.
    """
    refund = case.refunds.get(command.refund)
    if refund is None:
        return flagged(case, "refund_unknown", command.refund, at)
    match refund.outcome, command.succeeded:
        case "ordered", True:
            return (succeeded(refund, at),)
        case "ordered", False:
            return (
                RefundFailed(
                    at=at,
                    refund=refund.name,
                    route=refund.route,
                    failure=command.failure or "unknown",
                ),
            )
        case "failed", True if fits(case, refund):
            return (succeeded(refund, at),)
        case ("failed", False) | ("succeeded" | "recovered", True):
            return ()
        case _:
            return flagged(case, "refund_told_differently", refund.name, at)


def succeeded(refund: Refund, at: datetime) -> RefundSucceeded:
    """Return that the money arrived."""
    return RefundSucceeded(
        at=at, refund=refund.name, route=refund.route, amount=refund.amount
    )


def fits(case: Case, refund: Refund) -> bool:
    """Whether a refund that was held for failed can have arrived after all."""
    due = case.to_pay
    return (
        case.live_refund is None
        and due is not None
        and due.currency == refund.amount.currency
        and refund.amount.minor <= due.minor
    )


def recovery(case: Case, command: RecordRecovery, at: datetime) -> CaseEvents:
    """Return that an advance of the platform's is back (追缴成功)."""
    refund = case.refunds.get(command.refund)
    if refund is None:
        return flagged(case, "refund_unknown", command.refund, at)
    advanced = refund.route == "platform_advance" and refund.outcome == "succeeded"
    if not advanced:
        if refund.outcome == "recovered":
            return ()
        return flagged(case, "recovered_without_advance", refund.name, at)
    if (
        command.amount.currency != refund.amount.currency
        or command.amount.minor > refund.amount.minor
    ):
        return flagged(case, "recovered_too_much", refund.name, at)
    return (RefundRecovered(at=at, refund=refund.name, amount=command.amount),)


# -- Cases that another platform runs --


def case_report(case: Case, command: ReportCase, at: datetime) -> CaseEvents:
    """Return what was told of the case, and what of it contradicts what is known."""
    reported = CaseReported(
        at=at,
        order=command.order,
        consumer=command.consumer,
        source=command.source,
        number=command.number,
        type=command.type,
        status=command.status,
        amount=command.amount,
        lines=command.lines,
        reason=command.reason,
        deadline=command.deadline,
        intervening=command.intervening,
        word=command.word,
        merchant=command.merchant,
    )
    if reported in case.reports:
        return ()
    clashes = differences(case, reported)
    flags = (
        event
        for code in dict.fromkeys(clashes)
        for event in flagged(case, code, reported.number, at)
    )
    return reported, *flags


def differences(case: Case, told_now: CaseReported) -> Iterator[str]:
    """Yield what cannot both be so: what was told now, and what is known."""
    if case.order not in {None, told_now.order}:
        yield "order_told_differently"
    if case.consumer not in {None, told_now.consumer}:
        yield "consumer_told_differently"
    if told_now.amount is not None and told_now.amount.minor < 0:
        yield "amount_below_zero"
    if case.opened_here:
        yield from beside_ours(case, told_now)
    elif case.reports:
        yield from beside_theirs(case, told_now)


def beside_ours(case: Case, told_now: CaseReported) -> Iterator[str]:
    """Yield how a report differs from a case that is run here; ours stands."""
    if told_now.type not in {None, case.type}:
        yield "type_told_differently"
    if told_now.status not in {None, case.status}:
        yield "status_told_differently"
    if told_now.amount is not None and told_now.amount != case.claimed:
        yield "amount_told_differently"


def beside_theirs(case: Case, told_now: CaseReported) -> Iterator[str]:
    """Yield how a report differs from what was told before: a paid amount is paid."""
    for earlier in case.reports:
        paid = earlier.status == told_now.status == "succeeded"
        amounts = {earlier.amount, told_now.amount} - {None}
        if paid and len(amounts) > 1:
            yield "amount_told_differently"
