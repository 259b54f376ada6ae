"""What an event is worth, and what it names: read off its fields, whatever its noun."""

from collections.abc import Iterator, Mapping
from typing import Any, Final
from uuid import UUID

from msgspec import Struct, structs

from domain.after_sales import (
    CaseOpened,
    CounterAccepted,
    CounterOffered,
    RefundDue,
    RefundOrdered,
    RefundRecovered,
    RefundSucceeded,
    RequestChanged,
)
from domain.compensation import (
    CompensationPaid,
    CompensationReleased,
    CompensationReserved,
    GoodwillReserved,
)
from domain.dispute import AppealDecided, OfferMade, RulingIssued
from domain.ids import partition_in
from domain.kernel import Event
from domain.money import Money
from domain.order import (
    ClaimSettled,
    FundsHeldAgain,
    FundsReleased,
    PaymentCaptured,
    RefundReported,
)
from domain.responsibility import (
    EntryPosted,
    RecourseClaimed,
    RecoursePaid,
    RecourseWrittenOff,
)

# What streams are called where people ask for them, by what their tags begin with.
NOUNS: Final[Mapping[str, str]] = {
    "after_sales": "case",
    "responsibility": "account",
    "shortfall": "companionship",
}

# Fields by which one stream names another of the same consumer's.
NAMING: Final = frozenset(
    {
        "about",
        "case",
        "contact",
        "dispute",
        "earlier",
        "evidence",
        "files",
        "into",
        "matter",
        "order",
        "target",
    }
)


def noun_of(kind: str) -> str:
    """Return what people call a stream whose tags begin so."""
    return NOUNS.get(kind, kind)


def money_in(event: Event) -> Iterator[Money]:
    """Yield the money that moved, or is set aside, with an event."""
    match event:
        case PaymentCaptured(tenders=tenders):
            yield from (each.amount for each in tenders)
        case (
            RefundReported(amount=amount)
            | FundsReleased(amount=amount)
            | FundsHeldAgain(amount=amount)
            | RefundSucceeded(amount=amount)
            | RefundRecovered(amount=amount)
            | RecoursePaid(amount=amount)
            | RecourseWrittenOff(amount=amount)
        ):
            yield amount
        case ClaimSettled(refunded=refunded):
            yield from (each.amount for each in refunded)
        case EntryPosted(entry=entry):
            moved = sum(each.minor for each in entry.postings if each.minor > 0)
            yield Money(moved, entry.currency)
        case (
            CompensationReserved(total_fen=fen)
            | GoodwillReserved(total_fen=fen)
            | CompensationPaid(total_fen=fen)
            | CompensationReleased(total_fen=fen)
        ):
            yield Money(fen, "CNY")
        case _:
            return


def worth(event: Event) -> Money | None:
    """Return what an event moves, awards or asks for; None if it is about no money.

    Of several amounts in one currency the sum, of several currencies the first.
    """
    amounts = [*money_in(event)] or [*asked_for(event)]
    if not amounts:
        return None
    currency = amounts[0].currency
    return Money(sum(it.minor for it in amounts if it.currency == currency), currency)


def asked_for(event: Event) -> Iterator[Money]:
    """Yield what is asked for, offered, due, sent off or awarded."""
    match event:
        case (
            CaseOpened(items=items)
            | RequestChanged(items=items)
            | CounterOffered(items=items)
            | CounterAccepted(items=items)
        ):
            yield from (each.amount for each in items)
            if event.freight is not None:
                yield event.freight
        case RefundDue(total=amount) | RefundOrdered(amount=amount):
            yield amount
        case RecourseClaimed(amount=amount):
            yield amount
        case RulingIssued(awards=awards) | AppealDecided(awards=awards):
            yield from (each.amount for each in awards)
        case OfferMade(offer=offer) if offer.amount is not None:
            yield offer.amount
        case _:
            return


def ids_in(value: Any, partition: int) -> Iterator[UUID]:
    """Yield the streams of a partition that an event names, at any depth."""
    if isinstance(value, tuple):
        for part in value:
            yield from ids_in(part, partition)
    if not isinstance(value, Struct):
        return
    for field in structs.fields(value):
        part = getattr(value, field.name)
        if field.name in NAMING:
            for name in part if isinstance(part, tuple) else (part,):
                found = id_in(name)
                if found is not None and partition_in(found) == partition:
                    yield found
        yield from ids_in(part, partition)


def id_in(name: Any) -> UUID | None:
    """Return the id that a name holds, if it is one."""
    if isinstance(name, UUID):
        return name
    try:
        return UUID(name) if isinstance(name, str) else None
    except ValueError:
        return None
