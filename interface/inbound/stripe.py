"""Stripe's disputes and refunds: events of its webhooks, or the objects themselves.

Both name the charge and the payment intent, never an order: they wait until an order
was paid by one of them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from msgspec.structs import replace

from application.inbound import (
    NAMED_LATER,
    DisputeNumber,
    Message,
    NothingSaid,
    PaymentNumber,
    Reported,
    UnknownCode,
    UnknownType,
)
from domain.dispute import ReportDispute
from domain.money import EXPONENTS, Money
from domain.order import RecordRefund
from interface.inbound import stripe_words as words
from interface.inbound.documents import At, parse
from interface.inbound.stripe_words import Standing

SOURCE: Final = "stripe"
OBJECTS: Final = ("dispute", "refund")
WITHOUT_REFUNDS: Final = "charge.refunded.without_refunds"


def objects_in(document: Any) -> Iterator[Mapping[str, Any]]:
    """Yield the disputes and refunds of a document, at any depth."""
    waiting = [document]
    while waiting:
        each = waiting.pop()
        if isinstance(each, Mapping):
            if each.get("object") in OBJECTS:
                yield each
                continue
            waiting += reversed(list(each.values()))
        elif isinstance(each, Sequence) and not isinstance(each, str | bytes):
            waiting += reversed(list(each))


def translate(message: Message) -> tuple[Reported, ...]:
    """Return what an event or an object reports.

    An event tells what was so when it was sent; a dispute found by itself what was so
    when we got it; a refund is of the time it was made. Raises Untranslatable, and
    NothingSaid for a refund whose money is not back yet, or never will be.
    """
    document = At(parse(message.body)).object()
    kind = message.type
    if kind == "dispute":
        return (dispute(document, message.received_at),)
    if kind == "refund":
        return tuple(refunds([document]))
    data = document.get("data").get("object").object()
    if kind in words.DISPUTES:
        return (dispute(data, document.get("created").epoch()),)
    if kind in words.REFUNDS:
        return tuple(refunds([data]))
    if kind == words.CHARGE_REFUNDED:
        return tuple(refunds(refunds_of(data)))
    raise UnknownType(kind or "none")


# -- Disputes --


def dispute(data: At, at: datetime) -> Reported:
    """Return what is said of a dispute. Raises Untranslatable."""
    number = data.get("id").name()
    about = DisputeNumber(SOURCE, number, payment(data))
    due = data.get("evidence_details").get("due_by")
    deadline = due.epoch() if due.text() not in {"", "0"} else None
    stands = standing(data, deadline, about)
    reason = data.get("reason").text()
    if reason and reason not in words.REASONS:
        raise UnknownCode("reason", reason, (about,))
    command = ReportDispute(
        order=NAMED_LATER,
        consumer=NAMED_LATER,
        source=SOURCE,
        number=number,
        status=stands.status,
        outcome=stands.outcome,
        answers=stands.answers,
        issue=words.REASONS.get(reason),
        amount=money(data, about),
        deadline=deadline,
        word=data.get("status").code(),
        stage=case_type(data),
        reason=reason or None,
    )
    return Reported(reference=about, command=command, occurred_at=at)


def standing(data: At, deadline: datetime | None, about: DisputeNumber) -> Standing:
    """Return where a dispute stands. Raises UnknownCode."""
    status = data.get("status").text()
    found = words.STATUSES.get(status)
    if found is None:
        raise UnknownCode("status", status or "none", (about,))
    if found.answers is not None and deadline is None:
        return words.NO_ANSWER_ALLOWED
    if status == "lost" and data.get("evidence_details").get("past_due").value is True:
        return words.TOO_LATE
    return found


def case_type(data: At) -> str | None:
    """Return the card network's stage, such as "inquiry"; None where there is none."""
    told = data.get("payment_method_details").get("card").get("case_type")
    return told.code() if told.text() else None


# -- Refunds --


def refunds_of(charge: At) -> Sequence[At]:
    """Return the refunds listed in a charge. Raises UnknownType if none is."""
    listed = charge.get("refunds").get("data").items()
    if not listed:
        raise UnknownType(WITHOUT_REFUNDS, (PaymentNumber(charge.get("id").name()),))
    return listed


def refunds(told: Iterable[At]) -> Iterator[Reported]:
    """Yield the refunds whose money went back. Raises Untranslatable, NothingSaid."""
    said = False
    for each in told:
        name = each.get("id").name()
        about = payment(each)
        if about is None:
            raise each.get("charge").fault("the id of a charge")
        status = each.get("status").text()
        if status not in words.REFUND_STATUSES:
            raise UnknownCode("refund.status", status or "none", (about,))
        amount = money(each, about)
        if words.REFUND_STATUSES[status]:
            said = True
            yield Reported(
                reference=about,
                command=RecordRefund(refund=name, amount=amount),
                occurred_at=each.get("created").epoch(),
            )
    if not said:
        raise NothingSaid("refund_not_done")


# -- Values --


def payment(data: At) -> PaymentNumber | None:
    """Return the charge it is of, or the payment intent; whole objects or their ids."""
    for name in ("charge", "payment_intent"):
        told = data.get(name)
        told = told.get("id") if isinstance(told.value, Mapping) else told
        if told.text():
            return PaymentNumber(told.name())
    return None


def money(data: At, about: DisputeNumber | PaymentNumber) -> Money:
    """Return the amount, in the minor units of ISO 4217. Raises Untranslatable."""
    currency = data.get("currency").text().upper()
    if currency not in EXPONENTS:
        raise UnknownCode("currency", currency or "none", (about,))
    told = data.get("amount")
    amount = Money(told.integer(), currency)
    if currency in words.NO_DIGITS_SENT:
        return amount * 100
    if currency not in words.TWO_DIGITS_SENT:
        return amount
    if amount.minor % 100:
        raise told.fault("a whole number of hundredths")
    return replace(amount, minor=amount.minor // 100)
