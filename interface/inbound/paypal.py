"""PayPal's disputes: events of its webhooks, or disputes as its API answers.

They name the transaction, never an order: they wait until an order was paid by it.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, TypeVar

from msgspec.structs import replace

from application.inbound import (
    NAMED_LATER,
    DisputeNumber,
    Message,
    PaymentNumber,
    Reported,
    UnknownCode,
    UnknownType,
)
from domain.dispute import OutsideOutcome, ReportDispute, Side
from domain.money import EXPONENTS, Money, minor_units
from domain.order import RecordRefund
from interface.inbound import paypal_words as words
from interface.inbound.documents import At, parse
from interface.inbound.stripe_words import Standing

SOURCE: Final = "paypal"
DISPUTE: Final = "dispute"

T = TypeVar("T")


def disputes_in(document: Any) -> Iterator[Mapping[str, Any]]:
    """Yield the disputes of a document, at any depth."""
    waiting = [document]
    while waiting:
        each = waiting.pop()
        if isinstance(each, Mapping):
            if isinstance(each.get("dispute_id"), str):
                yield each
                continue
            waiting += reversed(list(each.values()))
        elif isinstance(each, Sequence) and not isinstance(each, str | bytes):
            waiting += reversed(list(each))


def translate(message: Message) -> tuple[Reported, ...]:
    """Return what an event or a dispute reports, as of when it was last changed.

    Raises Untranslatable.
    """
    document = At(parse(message.body)).object()
    if message.type == DISPUTE:
        return tuple(reports(document, message.received_at))
    if message.type not in words.EVENTS:
        raise UnknownType(message.type or "none")
    sent = document.get("create_time")
    at = sent.instant() if sent.text() else message.received_at
    return tuple(reports(document.get("resource").object(), at))


def reports(data: At, otherwise: datetime) -> Iterator[Reported]:
    """Yield what is said of a dispute, and the money that went back to the consumer."""
    told = data.get("update_time", "create_time")
    at = told.instant() if told.text() else otherwise
    number = data.get("dispute_id").name()
    paid = payment(data)
    about = DisputeNumber(SOURCE, number, paid)
    stands = standing(data, about)
    stage, reason = data.get("dispute_life_cycle_stage"), data.get("reason")
    if reason.text() and reason.text() not in words.REASONS:
        raise UnknownCode("reason", reason.text(), (about,))
    command = ReportDispute(
        order=NAMED_LATER,
        consumer=NAMED_LATER,
        source=SOURCE,
        number=number,
        status=stands.status,
        outcome=stands.outcome,
        answers=stands.answers,
        issue=words.REASONS.get(reason.text()),
        amount=money(data.get("dispute_amount"), about),
        deadline=deadline(data, stands.answers),
        word=word(data),
        stage=stage.code() if stage.text() else None,
        reason=reason.code() if reason.text() else None,
    )
    yield Reported(reference=about, command=command, occurred_at=at)
    back = money(data.get("dispute_outcome").get("amount_refunded"), about)
    if back is not None and back.minor > 0 and paid is not None:
        yield Reported(
            reference=paid,
            command=RecordRefund(refund=number, amount=back),
            occurred_at=at,
        )


def standing(data: At, about: DisputeNumber) -> Standing:
    """Return where a dispute stands, by its status, state, stage and outcome.

    Raises UnknownCode.
    """
    status = known(data, "status", words.STATUSES, about) or Standing(None)
    state = known(data, "dispute_state", words.STATES, about) or Standing(None)
    talking = known(data, "dispute_life_cycle_stage", words.STAGES, about)
    told = data.get("dispute_state").text()
    found = state if status.status is None or told == words.APPEALABLE else status
    if found.status == "evidence_round" and talking:
        return replace(found, status="negotiation")
    if found.status not in {"closed", "ruling_issued"}:
        return found
    outcome = ended(data, about)
    withdrawn = outcome == "withdrawn"
    return replace(
        found, status="withdrawn" if withdrawn else found.status, outcome=outcome
    )


def ended(data: At, about: DisputeNumber) -> OutsideOutcome | None:
    """Return for whom a dispute ended. Raises UnknownCode."""
    result = data.get("dispute_outcome")
    by_result = known(result, "outcome_code", words.OUTCOMES, about)
    if by_result is not None:
        return by_result
    decided = data.get("adjudications").items()
    # Of several decisions the last one counts; without a time, as they stand.
    decided.sort(key=lambda each: each.get("adjudication_time").text())
    if decided:
        return known(decided[-1], "type", words.ADJUDICATIONS, about)
    return "none" if result.get("outcome_code").text() else None


def known(
    data: At, name: str, table: Mapping[str, T], about: DisputeNumber
) -> T | None:
    """Return what a word stands for, None for a missing one. Raises UnknownCode."""
    told = data.get(name).text()
    if told and told not in table:
        raise UnknownCode(name, told, (about,))
    return table.get(told)


def deadline(data: At, answers: Side | None) -> datetime | None:
    """Return by when whoever is to answer must."""
    name = "buyer" if answers == "consumer" else "seller"
    told = data.get(f"{name}_response_due_date")
    return told.instant() if told.text() and answers is not None else None


def word(data: At) -> str:
    """Return their own words for where it stands."""
    told = (data.get(name) for name in ("status", "dispute_state"))
    said = [each.code() for each in told if each.text()]
    if not said:
        raise data.get("status").fault("a status")
    return ":".join(said)


def payment(data: At) -> PaymentNumber | None:
    """Return the transaction in dispute, as the seller knows it, or the buyer."""
    for each in data.get("disputed_transactions").items()[:1]:
        told = each.get("seller_transaction_id", "buyer_transaction_id")
        if told.text():
            return PaymentNumber(told.name())
    return None


def money(told: At, about: DisputeNumber) -> Money | None:
    """Return an amount in minor units; None where there is none. Raises Untranslatable.

    PayPal writes fractions without a leading zero, too.
    """
    if told.value is None:
        return None
    currency = told.get("currency_code").text()
    if currency not in EXPONENTS:
        raise UnknownCode("currency_code", currency or "none", (about,))
    value = told.get("value")
    text = value.text()
    if text.startswith((".", "-.")):
        text = text.replace(".", "0.", 1)
    try:
        return Money(minor_units(text, currency), currency)
    except ValueError:
        raise value.fault("an amount of the currency beside it") from None
