"""What is done with the goods and the money of a case, once the guards let it."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Final, assert_never

from domain.after_sales.accepting import pieces
from domain.after_sales.commands import (
    ConfirmReplacement,
    ConfirmReturnReceived,
    JudgeReturn,
    OrderRefund,
    RecordReception,
    ShipReplacement,
    SubmitReturnWaybill,
)
from domain.after_sales.events import (
    CaseEvent,
    ReceptionRecorded,
    RefundOrdered,
    ReplacementReceived,
    ReplacementShipped,
    ReturnJudged,
    ReturnReceived,
    ReturnSent,
)
from domain.after_sales.money import OWN_ROUTES, needs_four_eyes
from domain.after_sales.refusals import (
    EvidenceNeeded,
    FourEyesNeeded,
    NoJudgement,
    NotAReception,
    NotClaimed,
    NotNow,
    ReasonNeeded,
    RefundNameTaken,
    RouteNotYours,
)
from domain.after_sales.state import Case
from domain.order.values import Packed
from domain.policy.book import Rulebook

CaseEvents = tuple[CaseEvent, ...]

JUDGEMENTS: Final = frozenset({"accepted", "rejected", "manual_intervention_required"})


# -- The goods --


def moved(
    case: Case,
    command: SubmitReturnWaybill
    | ConfirmReturnReceived
    | JudgeReturn
    | RecordReception
    | ShipReplacement
    | ConfirmReplacement,
    at: datetime,
) -> CaseEvents:
    """Return what was done with the goods."""
    match command:
        case SubmitReturnWaybill(by=by, carrier=carrier, waybill=waybill):
            if (case.return_parcel.carrier, case.return_parcel.waybill) == (
                carrier,
                waybill,
            ):
                return ()
            if case.arrived:
                raise NotNow(status=case.status, parcel=case.return_parcel.status)
            return (ReturnSent(at=at, by=by, carrier=carrier, waybill=waybill),)
        case ConfirmReturnReceived(by=by, items=items, evidence=evidence):
            arrived = [
                (each.line, each.quantity)
                for each in (*case.goods, *items)
                if each.condition != "not_received"
            ]
            claimed(case, arrived)
            return (ReturnReceived(at=at, by=by, items=items, evidence=evidence),)
        case JudgeReturn():
            return judged(case, command, at)
        case RecordReception(by=by, reception=reception):
            if reception not in {"cancelled", "given_to_customer"}:
                raise NotAReception(reception=reception)
            needed = "awaiting" if reception == "cancelled" else "received"
            if case.reception != needed:
                raise NotNow(reception=case.reception)
            return (ReceptionRecorded(at=at, by=by, reception=reception),)
        case ShipReplacement(by=by, carrier=carrier, waybill=waybill):
            claimed(case, lines_of(command.contents))
            return (
                ReplacementShipped(
                    at=at,
                    by=by,
                    carrier=carrier,
                    waybill=waybill,
                    contents=command.contents,
                ),
            )
        case ConfirmReplacement(by=by):
            return (ReplacementReceived(at=at, by=by),)
    assert_never(command)


def lines_of(contents: Iterable[Packed]) -> list[tuple[int, int]]:
    """Return lines and quantities of what is packed."""
    return [(packed.line, packed.quantity) for packed in contents]


def claimed(case: Case, goods: Iterable[tuple[int, int]]) -> None:
    """Raise unless the case is about that much of each line."""
    about = Counter({item.line: item.quantity for item in case.items})
    sums: Counter[int] = Counter()
    for line, quantity in goods:
        sums[line] += quantity
    for line, quantity in sums.items():
        if quantity > about[line]:
            raise NotClaimed(line=line, quantity=quantity, claimed=about[line])


def judged(case: Case, command: JudgeReturn, at: datetime) -> CaseEvents:
    """Return the judgement; goods are refused for a reason, and with evidence.

    Raises as ``pieces`` where some of them are accepted and the rest is not.
    """
    if command.acceptance not in JUDGEMENTS:
        raise NoJudgement(acceptance=command.acceptance)
    accepted = pieces(case, command)
    if command.acceptance == case.acceptance:
        return ()
    if command.acceptance == "rejected":
        if command.reason is None:
            raise ReasonNeeded
        if not command.evidence:
            raise EvidenceNeeded(reason=command.reason)
    return (
        ReturnJudged(
            at=at,
            by=command.by,
            acceptance=command.acceptance,
            accepted=accepted,
            reason=command.reason,
            evidence=command.evidence,
            words=command.words,
        ),
    )


# -- The money --


def refund_ordered(
    case: Case, command: OrderRefund, policy: Rulebook, at: datetime
) -> CaseEvents:
    """Return the refund sent off: all that is due, by one route, under its own name."""
    amount = case.to_pay
    if amount is None:
        return ()
    if command.refund in case.refunds:
        raise RefundNameTaken(refund=command.refund)
    if command.by.role == "merchant" and command.route not in OWN_ROUTES:
        raise RouteNotYours(route=command.route)
    beyond = command.by.role != "merchant" and needs_four_eyes(case, policy, at)
    if beyond and command.by.name in case.handlers:
        raise FourEyesNeeded(amount=str(amount))
    return (
        RefundOrdered(
            at=at,
            by=command.by,
            refund=command.refund,
            route=command.route,
            amount=amount,
        ),
    )
