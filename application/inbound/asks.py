"""A report as something a stream is asked: whose it is, its words sealed, its id."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from uuid import UUID, uuid5

import msgspec
from msgspec.structs import replace

from application.books import Books
from application.event_store.envelope import Ask, Part
from application.inbound.messages import (
    CaseNumber,
    DisputeNumber,
    Message,
    OrderNumber,
    Reported,
    Told,
    Untranslatable,
)
from application.inbound.store import Meant
from application.orders import Orders, context_for
from application.people import People, Words, WordsTooLong, mask
from domain.after_sales import CASE, ReportCase
from domain.contact import (
    CONTACT,
    AssignContact,
    CloseContact,
    OpenContact,
    RecordWords,
    ReopenContact,
    ReportContact,
)
from domain.dispute import DISPUTE, ReportDispute
from domain.kernel import Sealed
from domain.order import (
    IdentifyOrder,
    PlaceOrder,
    RecordAddressChange,
    RecordNote,
    RecordScan,
)

# Stands in a field for words until they are sealed.
UNSEALED: Sealed = "sealed:-"

CANONICAL = msgspec.json.Encoder(order="deterministic")


class Sealer:
    """Seals the words of a batch of reports, asking for all keys at once."""

    def __init__(
        self, people: People, reports: Sequence[tuple[Reported, Meant]]
    ) -> None:
        wanted = list(
            dict.fromkeys(
                words_of(report, meant)
                for report, meant in reports
                if report.words is not None
            )
        )
        sealed: Sequence[Sealed | None]
        try:
            sealed = people.seal_many(wanted)
        except WordsTooLong:
            sealed = [seal_or_none(people, words) for words in wanted]
        self._sealed = dict(zip(wanted, sealed, strict=True))

    def command(self, report: Reported, meant: Meant) -> Told:
        """Return the command as told; Untranslatable if a field does not fit."""
        command = addressed(report, meant)
        if report.words is not None:
            sealed = self._sealed[words_of(report, meant)]
            if sealed is None:
                raise Untranslatable("Its words are too long to be kept.")
            command = with_words(command, sealed)
        try:
            plain = msgspec.to_builtins(command)
            return msgspec.convert(plain, type(command))
        except msgspec.ValidationError as error:
            # It says which field, and what a value must be like, never the value.
            raise Untranslatable(f"{type(command).__name__}: {error}") from None


def seal_or_none(people: People, words: Words) -> Sealed | None:
    """Return the words sealed, None for too many."""
    try:
        return people.seal_many([words])[0]
    except WordsTooLong:
        return None


def words_of(report: Reported, meant: Meant) -> Words:
    """Return a report's words as they are kept, and for whom."""
    text = report.words or ""
    purpose = "tracking" if isinstance(report.command, RecordScan) else "inbound"
    return Words(meant.consumer, mask(text) if report.masked else text, purpose)


def addressed(report: Reported, meant: Meant) -> Told:
    """Return the command with the names that only its addressing found out."""
    command = report.command
    match command:
        case PlaceOrder() | OpenContact() | ReportContact():
            return replace(command, consumer=meant.consumer)
        case RecordScan() if meant.parcel:
            return replace(command, parcel=meant.parcel)
        case ReportCase():
            return replace(command, consumer=meant.consumer, order=str(meant.order))
        case ReportDispute():
            return replace(
                command,
                consumer=meant.consumer,
                order=str(meant.order),
                case=str(meant.case) if meant.case else None,
            )
        case _:
            return command


def with_words(command: Told, sealed: Sealed) -> Told:
    """Return the command with its sealed words in the one place for them."""
    match command:
        case RecordScan():
            return replace(command, text=sealed)
        case RecordAddressChange():
            return replace(command, address=sealed)
        case RecordNote() | OpenContact() | RecordWords():
            return replace(command, words=sealed)
        case _:
            raise AssertionError(f"{type(command).__name__} has no place for words")


class Deciders:
    """Knows who judges a report, and by which rules."""

    def __init__(self, orders: Orders, books: Books) -> None:
        self._orders = orders
        self._books = books

    def part(self, stream_id: UUID, command: Told, source: str) -> Part:
        """Return the command to a stream, judged by the rules for this source.

        Raises NoPolicies.
        """
        match command:
            case ReportCase():
                return Part(stream_id, CASE, command, self._books.for_source(source))
            case ReportDispute():
                book = self._books.for_source(source)
                return Part(stream_id, DISPUTE, command, book)
            case (
                OpenContact()
                | RecordWords()
                | ReportContact()
                | AssignContact()
                | CloseContact()
                | ReopenContact()
            ):
                return Part(stream_id, CONTACT, command, self._books.for_source(None))
            case _:
                return self._orders.part(stream_id, command)


def ask_for(  # noqa: PLR0913, PLR0917  # an ask is made of all of these
    deciders: Deciders,
    message: Message,
    report: Reported,
    meant: Meant,
    command: Told,
    asked_at: datetime,
) -> Ask:
    """Return the report as an ask of its stream, under the id it always has.

    A feed that names its order also says whose it is; it may never tell the placement.
    """
    context = context_for(
        cause(message, report, meant),
        command,
        actor=f"feed:{message.source}",
        asked_at=asked_at,
        occurred_at=report.occurred_at,
        correlation_id=message.message_id,
    )
    part = deciders.part(meant.stream_id, command, message.source)
    number = order_named(report)
    if number is None or meant.order is None or isinstance(command, PlaceOrder):
        return Ask(context, (part,))
    identity = IdentifyOrder(
        consumer=meant.consumer, source=number.source, number=number.number
    )
    known = deciders.part(meant.order, identity, number.source)
    return Ask(context, (known, part))


def order_named(report: Reported) -> OrderNumber | None:
    """Return the order a report names by its number, None if it names none."""
    match report.reference:
        case OrderNumber() as number:
            return number
        case CaseNumber(about=OrderNumber() as number):
            return number
        case DisputeNumber(about=OrderNumber() as number):
            return number
        case _:
            return None


def cause(message: Message, report: Reported, meant: Meant) -> UUID:
    """Return the command id of a report: it follows from what is said, and to whom.

    Not from its place in the message: a translator that is mended may find more in it.
    Not from its words either, which must not outlive their key in any form.
    """
    said = CANONICAL.encode(
        [
            meant.stream_id,
            type(report.command).__name__,
            report.occurred_at,
            report.command,
        ]
    )
    return uuid5(message.message_id, sha256(said).hexdigest())
