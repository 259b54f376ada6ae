"""EasyPost's trackers: the trace of one parcel each, found anywhere in a document."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from application.inbound import (
    Message,
    NothingSaid,
    Reported,
    UnknownType,
    Waybill,
)
from domain.order import ScanCode
from interface.inbound.documents import At, parse
from interface.inbound.easypost_words import DETAILS, FINAL, STATUSES
from interface.inbound.traces import Scan, Trace, reports

SOURCE = "easypost"
TRACKER = "tracker"
PLACE = ("city", "state", "country")


def trackers_in(document: Any) -> Iterator[Mapping[str, Any]]:
    """Yield the tracker objects of a document, at any depth."""
    waiting = [document]
    while waiting:
        each = waiting.pop()
        if isinstance(each, Mapping):
            if each.get("object") == "Tracker":
                yield each
            waiting += reversed(list(each.values()))
        elif isinstance(each, Sequence) and not isinstance(each, str | bytes):
            waiting += reversed(list(each))


def translate(message: Message) -> tuple[Reported, ...]:
    """Return the details of a tracker as reports, oldest first.

    Raises UnknownType for a message without a tracker, Untranslatable, and NothingSaid
    for a tracker that nothing was tracked of yet.
    """
    if message.type != TRACKER:
        raise UnknownType(message.type or "none")
    tracker = At(parse(message.body)).object()
    details = tracker.get("tracking_details").items()
    if not details:
        raise NothingSaid("no_scans")
    waybill = Waybill(
        tracker.get("tracking_code").name(), tracker.get("carrier").text()
    )
    trace = Trace(waybill=waybill, scans=[scan_in(each) for each in details])
    return reports(trace, newest_first=False)


def scan_in(detail: At) -> Scan:
    """Return a detail as a scan; its text says where, too."""
    detail.object()
    raw = word_of(detail.get("status").text(), detail.get("status_detail").text())
    place = detail.get("tracking_location")
    parts = [place.get(name).text() for name in PLACE]
    where = ", ".join(part for part in parts if part)
    text = detail.get("message").text()
    return Scan(
        at=moment(detail.get("datetime")),
        text=f"{text} ({where})" if where else text,
        code=code_of(raw) if raw else None,
        raw_code=raw,
    )


def word_of(status: str, detail: str) -> str | None:
    """Return which of the two words says what happened; None if neither is known."""
    if detail in DETAILS and status not in FINAL:
        return detail
    return status if status in STATUSES else None


def code_of(word: str) -> ScanCode:
    """Return what a status or a detail says; no word is both with two meanings."""
    return DETAILS.get(word) or STATUSES[word]


def moment(told: At) -> datetime:
    """Return a time as written in RFC 3339; without a zone it is UTC."""
    try:
        read = msgspec.convert(told.value, datetime)
    except msgspec.ValidationError:
        raise told.fault("a time such as 2025-02-06T19:48:03Z") from None
    return read if read.tzinfo else read.replace(tzinfo=UTC)
