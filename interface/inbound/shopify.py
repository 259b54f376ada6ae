"""Shopify's refunds, transactions and disputes: its webhooks, or answers of its API.

They name the order by its id; a dispute of no order waits until one is told.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from application.inbound import (
    NAMED_LATER,
    DisputeNumber,
    Message,
    NothingSaid,
    OrderNumber,
    Reported,
    UnknownCode,
    UnknownType,
)
from domain.dispute import ReportDispute
from domain.money import EXPONENTS, Money, minor_units
from domain.order import RecordRefund
from interface.inbound import shopify_words as words
from interface.inbound.documents import At, parse
from interface.inbound.stripe_words import NO_ANSWER_ALLOWED, Standing

SOURCE: Final = "shopify"
DISPUTE, REFUND, TRANSACTION = "dispute", "refund", "transaction"
KINDS: Final = (DISPUTE, REFUND, TRANSACTION)


def told_in(document: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield refunds, transactions and disputes of a document, and which each is.

    They lie in a field of their name, several in one of its plural, those of an order
    within it; a webhook sends one by itself.
    """
    if not isinstance(document, Mapping):
        return
    if (kind := kind_of(document)) is not None:
        yield kind, document
        return
    for name in KINDS:
        for each in objects(document, name):
            # Those of a payout are called so too, and have no kind.
            if name != TRANSACTION or "kind" in each:
                yield name, each
    for order in objects(document, "order"):
        for each in objects({"refunds": order.get("refunds")}, REFUND):
            yield REFUND, each


def objects(document: Mapping[str, Any], name: str) -> Iterator[Mapping[str, Any]]:
    """Yield the objects in the field of this name, and in its plural."""
    several = document.get(f"{name}s")
    listed = several if isinstance(several, list) else []
    for each in [document.get(name), *listed]:
        if isinstance(each, Mapping):
            yield each


def kind_of(document: Mapping[str, Any]) -> str | None:
    """Return what a document is that stands by itself; None if it is none of these."""
    if "evidence_due_by" in document and "reason" in document:
        return DISPUTE
    if "refund_line_items" in document:
        return REFUND
    return TRANSACTION if {"kind", "gateway", "order_id"} <= document.keys() else None


def translate(message: Message) -> tuple[Reported, ...]:
    """Return what a message reports.

    Raises Untranslatable, and NothingSaid where no money went back.
    """
    document = At(parse(message.body)).object()
    match message.type:
        case "dispute":
            return (dispute(document),)
        case "refund":
            order = order_of(document)
            told = document.get("transactions").items()
            found = tuple(report for each in told for report in refund(each, order))
        case "transaction":
            found = tuple(refund(document, None))
        case _:
            raise UnknownType(message.type or "none")
    if not found:
        raise NothingSaid("no_refund")
    return found


# -- Refunds --


def refund(transaction: At, order: OrderNumber | None) -> Iterator[Reported]:
    """Yield that money went back, if this transaction sent it. Raises UnknownCode."""
    about = order_of(transaction) or order
    if about is None:
        raise transaction.get("order_id").fault("the id of an order")
    kind, status = transaction.get("kind").text(), transaction.get("status").text()
    if kind in words.OTHER_KINDS:
        return
    if kind != words.REFUND:
        raise UnknownCode("kind", kind or "none", (about,))
    if status not in words.TRANSACTION_STATUSES:
        raise UnknownCode("status", status or "none", (about,))
    if not words.TRANSACTION_STATUSES[status]:
        return
    name = transaction.get("id").name()
    yield Reported(
        reference=about,
        command=RecordRefund(refund=name, amount=money(transaction, about)),
        occurred_at=transaction.get("processed_at", "created_at").instant(),
    )


# -- Disputes --


def dispute(data: At) -> Reported:
    """Return what is said of a dispute. Raises Untranslatable.

    It has no time of its change: it is told as of the last thing it dates itself.
    """
    number = data.get("id").name()
    about = DisputeNumber(SOURCE, number, order_of(data))
    due = data.get("evidence_due_by")
    deadline = due.instant() if due.text() not in {"", "0"} else None
    stands = standing(data, about)
    if stands.answers is not None and deadline is None:
        stands = NO_ANSWER_ALLOWED
    reason = data.get("reason").text()
    if reason and reason not in words.REASONS:
        raise UnknownCode("reason", reason, (about,))
    times = [each.instant() for each in map(data.get, words.TIMES) if each.text()]
    if not times:
        raise data.get(words.TIMES[0]).fault("a time")
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
        stage=data.get("type").code(),
        reason=reason or None,
    )
    return Reported(reference=about, command=command, occurred_at=max(times))


def standing(data: At, about: DisputeNumber) -> Standing:
    """Return where a dispute stands. Raises UnknownCode."""
    kind, status = data.get("type").text(), data.get("status").text()
    if kind not in words.TYPES:
        raise UnknownCode("type", kind or "none", (about,))
    found = words.STATUSES.get(status)
    if found is None:
        raise UnknownCode("status", status or "none", (about,))
    asked = found.status == "evidence_round" and words.TYPES[kind]
    return Standing("opened", answers=found.answers) if asked else found


# -- Values --


def order_of(data: At) -> OrderNumber | None:
    """Return the order it is of, None where none is named."""
    told = data.get("order_id")
    return OrderNumber(SOURCE, told.name()) if told.text() else None


def money(data: At, about: DisputeNumber | OrderNumber) -> Money:
    """Return an amount in minor units. Raises Untranslatable."""
    currency = data.get("currency").text()
    if currency not in EXPONENTS:
        raise UnknownCode("currency", currency or "none", (about,))
    told = data.get("amount")
    try:
        return Money(minor_units(told.text(), currency), currency)
    except ValueError:
        raise told.fault("an amount of the currency beside it") from None
