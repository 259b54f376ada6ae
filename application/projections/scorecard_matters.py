"""What scorecards keep of cases, disputes and shortfalls."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, TypeAlias, assert_never, get_args
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from application.event_store.envelope import RecordedEvent
from domain.after_sales import (
    CaseApproved,
    CaseEscalated,
    CaseOpened,
    CaseRejected,
    CounterAccepted,
    CounterDeclined,
    CounterOffered,
)
from domain.companionship.events import ShortfallCleared, ShortfallDetected
from domain.dispute import DisputeEscalated, DisputeOpened

OfMatter: TypeAlias = (
    CaseOpened
    | CaseApproved
    | CaseRejected
    | CounterOffered
    | CounterAccepted
    | CounterDeclined
    | CaseEscalated
    | DisputeOpened
    | DisputeEscalated
    | ShortfallDetected
    | ShortfallCleared
)
MATTER_EVENTS: Final[tuple[type[OfMatter], ...]] = get_args(OfMatter)
SECOND: Final = timedelta(seconds=1)


class MatterRow(Struct, frozen=True):
    """A row: what a merchant was asked, or a consumer missed.

    ``subject`` is a shortfall's name within its companionship, "" for a case or a
    dispute.
    """

    partition: int
    stream_id: UUID
    subject: str
    noun: str
    order_id: UUID | None
    merchant: str | None
    reason: int | None
    not_received: bool
    opened_at: datetime
    decided_at: datetime | None = None
    negotiated_seconds: int = 0
    offered_at: datetime | None = None
    escalated_at: datetime | None = None
    taken_back: bool = False


Known: TypeAlias = Mapping[tuple[UUID, str], MatterRow]


def matter_after(known: Known, recorded: RecordedEvent, event: OfMatter) -> Known:
    """Return the row that one event writes, by its key; none where it says nothing.

    What goes on in a matter that was opened elsewhere, and is only told, is not
    measured: nobody here knows since when.
    """
    name, row = opening(recorded, event)
    key = (recorded.stream_id, name)
    if row is None and key in known:
        row = going_on(known[key], event)
    return {} if row is None else {key: row}


def opening(recorded: RecordedEvent, event: OfMatter) -> tuple[str, MatterRow | None]:
    """Return what the event is about, and the row it begins if it begins one."""
    row = MatterRow(
        partition=recorded.partition,
        stream_id=recorded.stream_id,
        subject="",
        noun="case",
        order_id=id_of(getattr(event, "order", None)),
        merchant=getattr(event, "merchant", None),
        reason=None,
        not_received=False,
        opened_at=event.at,
    )
    match event:
        case CaseOpened(reason=reason):
            return "", replace(row, reason=reason)
        case DisputeOpened(issue=issue):
            missing = issue == "not_received"
            return "", replace(row, noun="dispute", not_received=missing)
        case ShortfallDetected(shortfall=shortfall):
            missing = shortfall.code == "DELIVERED_NOT_RECEIVED"
            name = shortfall.name
            row = replace(row, noun="shortfall", subject=name, not_received=missing)
            return name, row if missing else None
        case ShortfallCleared(shortfall=name):
            return name, None
        case _:
            return "", None


def going_on(row: MatterRow, event: OfMatter) -> MatterRow:
    """Return the row after something happened in its matter."""
    match event:
        case CaseApproved(at=at) | CaseRejected(at=at) | CounterAccepted(at=at):
            row = talked(row, at)
            return replace(row, decided_at=row.decided_at or at)
        case CounterOffered(at=at):
            return replace(talked(row, at), offered_at=at)
        case CounterDeclined(at=at):
            return talked(row, at)
        case CaseEscalated(at=at) | DisputeEscalated(at=at):
            return replace(row, escalated_at=row.escalated_at or at)
        case ShortfallCleared(cleared_by=cleared_by):
            # A parcel that turned up was not received when it was said to be; only
            # whoever said so by mistake takes it back.
            return replace(row, taken_back=cleared_by == "retracted")
        case CaseOpened() | DisputeOpened() | ShortfallDetected():
            return row
        case _:
            assert_never(event)


def talked(row: MatterRow, at: datetime) -> MatterRow:
    """Return the row with the time a counter-offer lay with the consumer, till now."""
    if row.offered_at is None or row.decided_at is not None:
        return replace(row, offered_at=None)
    seconds = max(0, (at - row.offered_at) // SECOND)
    return replace(
        row, offered_at=None, negotiated_seconds=row.negotiated_seconds + seconds
    )


def id_of(name: str | None) -> UUID | None:
    """Return the order a name stands for; None for one of another system."""
    try:
        return UUID(name) if name else None
    except ValueError:
        return None
