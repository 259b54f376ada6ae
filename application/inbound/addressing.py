"""Whose streams are meant: an order's, a parcel's, a case's, a dispute's, a contact's.

All that concerns one order lies in the partition of its consumer, so that a message
about a trade and one about its refund meet, whichever comes first.
"""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from msgspec.structs import replace

from application.after_sales import KIND as CASE
from application.contacts import CONTACT_KIND as CONTACT
from application.inbound.messages import (
    About,
    CaseNumber,
    ContactNumber,
    DisputeNumber,
    OrderNumber,
    PaymentNumber,
    Reference,
    Waybill,
)
from application.inbound.store import InboundStore, Matter, Meant
from application.orders import Orders, consumer_of_order
from domain.ids import id_from_name, partition_in, partition_of

DISPUTE = "dispute"

AllMeant = dict[Reference, tuple[Meant, ...]]


class Addressing:
    """Finds the streams that references mean; none where one must wait."""

    def __init__(self, store: InboundStore, orders: Orders) -> None:
        self._store = store
        self._orders = orders

    def find(self, references: Iterable[Reference]) -> AllMeant:
        """Return what each means, in one query for each kind of name."""
        wanted = set(references)
        matters = [each for each in wanted if isinstance(each, Matter)]
        abouts = {each.about for each in matters if each.about is not None}
        meant = self._orders_and_payments({*wanted, *abouts})
        waybills = [each for each in wanted if isinstance(each, Waybill)]
        if waybills:
            by_name = self._store.waybills([each.number for each in waybills])
            meant |= {each: by_name.get(each.number, ()) for each in waybills}
        known = self._store.matters(matters) if matters else {}
        for matter in matters:
            # A name that was told before stays where it was told.
            found = known.get(matter) or first_of(meant, matter.about)
            meant[matter] = (beside(found, matter),) if found else ()
        for contact in wanted:
            if isinstance(contact, ContactNumber):
                meant[contact] = (self._contact(contact),)
        return {each: meant[each] for each in wanted}

    def _orders_and_payments(self, wanted: set[Reference]) -> AllMeant:
        numbers = [each for each in wanted if isinstance(each, OrderNumber)]
        payments = [each for each in wanted if isinstance(each, PaymentNumber)]
        meant: AllMeant = {}
        if numbers:
            found = self._store.orders(numbers)
            meant |= {each: found.get(each, (self._own(each),)) for each in numbers}
        if payments:
            paid = self._store.payments(payments)
            meant |= {each: paid.get(each, ())[:1] for each in payments}
        return meant

    def presumed(self, reference: Reference) -> Meant | None:
        """Return what is meant as far as the reference says it by itself."""
        match reference:
            case OrderNumber():
                return self._own(reference)
            case CaseNumber(about=OrderNumber() as order):
                return beside(self._own(order), reference)
            case DisputeNumber(about=OrderNumber() as order):
                return beside(self._own(order), reference)
            case ContactNumber():
                return self._contact(reference)
            case _:
                return None

    def _own(self, reference: OrderNumber) -> Meant:
        """Return the order as it is named where no feed says whose it is."""
        consumer = consumer_of_order(reference.source, reference.number)
        stream_id = self._orders.id_of(consumer, reference.source, reference.number)
        return Meant(stream_id, consumer, order=stream_id)

    def _contact(self, contact: ContactNumber) -> Meant:
        partition = partition_of(contact.consumer, self._orders.partitions)
        stream_id = id_from_name(partition, CONTACT, contact.source, contact.number)
        return Meant(stream_id, contact.consumer)


def first_of(
    meant: Mapping[Reference, Sequence[Meant]], about: About | None
) -> Meant | None:
    """Return the order that something is about, None if it is not known."""
    return next(iter(meant[about]), None) if about is not None else None


def beside(order: Meant, matter: CaseNumber | DisputeNumber) -> Meant:
    """Return a case or a dispute, in the partition of its order's consumer."""
    kind = CASE if isinstance(matter, CaseNumber) else DISPUTE
    stream_id = matter_id(order.stream_id, kind, matter.source, matter.number)
    case = None
    if isinstance(matter, DisputeNumber) and matter.case is not None:
        case = matter_id(order.stream_id, CASE, matter.source, matter.case)
    return replace(order, stream_id=stream_id, case=case, parcel=None)


def matter_id(neighbour: UUID, kind: str, source: str, number: str) -> UUID:
    """Return the id that a case or dispute of another platform always has."""
    return id_from_name(partition_in(neighbour), kind, source, number)
