"""A parcel and its scans: an aggregate small enough to be written twice.

The benchmark's peer has the same one in its own style, with the same fields and the
same rules: ``interface/bench/stock.py``. The product itself has no such parcel.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, assert_never
from uuid import UUID

from msgspec.structs import replace

from application.event_store.envelope import RecordedEvent
from application.event_store.postgres import PostgresEventStore
from application.event_store.rows.history import Happened
from application.event_store.rows.row import id_of
from application.event_store.streams import Stream
from domain.kernel import (
    AnyDecider,
    Code,
    ConsumerName,
    Decider,
    Event,
    Moment,
    Name,
    Refused,
    Report,
    Request,
    State,
)

# So many events are read at once.
PAGE: Final = 1_000

# -- Commands --


class AnnounceParcel(Request, frozen=True, kw_only=True):
    """Say that a parcel is on its way to a consumer."""

    consumer: ConsumerName
    carrier: Code
    waybill: Name


class ScanParcel(Report, frozen=True, kw_only=True):
    """Say where a parcel was seen, and what was done with it there."""

    scan: Name
    code: Code
    facility: Name
    region: Code
    vehicle: Name


ParcelCommand = AnnounceParcel | ScanParcel

# -- Events --


class ParcelAnnounced(Event, frozen=True, kw_only=True, tag="bench.parcel_announced"):
    """A parcel is on its way."""

    at: Moment
    consumer: ConsumerName
    carrier: Code
    waybill: Name


class ParcelScanned(Event, frozen=True, kw_only=True, tag="bench.parcel_scanned"):
    """It was seen somewhere."""

    at: Moment
    scan: Name
    code: Code
    facility: Name
    region: Code
    vehicle: Name


ParcelEvent = ParcelAnnounced | ParcelScanned
PARCEL_EVENTS: tuple[type[Event], ...] = (ParcelAnnounced, ParcelScanned)

# -- State --


class Parcel(State, frozen=True, kw_only=True):
    """A parcel as it stands: whose, where it was seen last, how often."""

    consumer: str = ""
    code: str = ""
    facility: str = ""
    seen_at: datetime | None = None
    scans: int = 0


UNKNOWN: Final = Parcel()


class ParcelUnknown(Refused):
    """Only a parcel that was announced is scanned."""


class ParcelDelivered(Refused):
    """A parcel that was delivered is scanned no more."""


# -- Decide --


def decide(
    parcel: Parcel, command: ParcelCommand, policy: None, at: datetime
) -> tuple[ParcelEvent, ...]:
    """Return what happens, one event at most; raises a Refused above."""
    del policy  # It goes by none.
    match command:
        case AnnounceParcel() if parcel.consumer:
            return ()
        case AnnounceParcel(consumer=consumer, carrier=carrier, waybill=waybill):
            return (
                ParcelAnnounced(
                    at=at, consumer=consumer, carrier=carrier, waybill=waybill
                ),
            )
        case ScanParcel() if not parcel.consumer:
            raise ParcelUnknown
        case ScanParcel() if parcel.code == "delivered":
            raise ParcelDelivered
        case ScanParcel():
            return (
                ParcelScanned(
                    at=at,
                    scan=command.scan,
                    code=command.code,
                    facility=command.facility,
                    region=command.region,
                    vehicle=command.vehicle,
                ),
            )
    assert_never(command)


# -- Evolve --


def evolve(parcel: Parcel, event: ParcelEvent) -> Parcel:
    """Return the parcel after the event."""
    # Nearly all are scans, and to ask for a type takes half as long as a pattern.
    if isinstance(event, ParcelScanned):
        return replace(
            parcel,
            code=event.code,
            facility=event.facility,
            seen_at=event.at,
            scans=parcel.scans + 1,
        )
    if isinstance(event, ParcelAnnounced):
        return replace(parcel, consumer=event.consumer)
    assert_never(event)


PARCEL: AnyDecider = Decider(initial=UNKNOWN, decide=decide, evolve=evolve)

# -- As it is read --


def parcel_of(history: Sequence[RecordedEvent]) -> Parcel:
    """Return what a stream amounts to."""
    state = Stream(history).state(PARCEL)
    assert isinstance(state, Parcel), "a stream of a parcel"
    return state


def fold(page: Happened, parcels: dict[bytes, Parcel]) -> None:
    """Fold events into the parcels they are of."""
    known = parcels.get
    for stream, event in zip(page.streams, page.events, strict=True):
        parcels[stream] = evolve(known(stream, UNKNOWN), event)


def replayed(store: PostgresEventStore) -> dict[UUID, Parcel]:
    """Return every parcel of the log, read in pages and folded from its beginning."""
    parcels: dict[bytes, Parcel] = {}
    for page in store.pages(PAGE):
        fold(page, parcels)
    return {id_of(stream): parcel for stream, parcel in parcels.items()}
