"""A carrier's trace: the same scans told again and again, longer every time.

What is made of a scan depends on that scan, never on how much of the trace a message
happens to hold, so that messages may come in any order and any number of times. Only
the state of the whole may say otherwise of the newest; then the order has both, and
takes the vendor's own word.
"""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from itertools import groupby, pairwise
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from application.inbound import Reported, Waybill
from application.people import mask
from domain.order import RecordScan, ScanCode
from interface.inbound.trace_words import denies

# The parcel is on its way, as far as anybody says.
SOMEWHERE: Final[ScanCode] = "in_transit"


class Scan(Struct, frozen=True, kw_only=True):
    """A scan as a carrier tells it; ``code`` is None if nothing says what happened.

    ``raw_code`` is the vendor's word that ``code`` was read from; None for a code that
    was guessed from the text.
    """

    at: datetime
    text: str
    code: ScanCode | None
    raw_code: str | None = None


class Trace(Struct, frozen=True, kw_only=True):
    """A parcel's trace in the order it was told; ``state`` is that of the whole."""

    waybill: Waybill
    scans: Sequence[Scan]
    state: ScanCode | None = None
    raw_state: str | None = None


def reports(trace: Trace, *, newest_first: bool) -> tuple[Reported, ...]:
    """Return the trace as reports, oldest first, each scan once.

    ``newest_first`` is the source's habit; it counts where the times do not show it.
    What the state of the whole says beyond its newest scan is a mark beside that scan.
    """
    scans = in_order(trace.scans, newest_first=newest_first)
    if not scans:
        return ()
    scans[-1] = corrected(scans[-1], trace)
    found = [
        report(trace.waybill, scan, rank, digest(scan))
        for _, same_second in groupby(scans, key=lambda scan: scan.at)
        for rank, scan in enumerate(same_second)
    ]
    newest = scans[-1]
    if says_more(trace.state, newest):
        mark = Scan(at=newest.at, text="", code=trace.state, raw_code=trace.raw_state)
        name = digest(newest, f"state {trace.raw_state}")
        rank = sum(scan.at == newest.at for scan in scans)
        found.append(report(trace.waybill, mark, rank, name))
    return tuple(found)


def corrected(newest: Scan, trace: Trace) -> Scan:
    """Return the newest scan; one only guessed to be a delivery yields to trouble."""
    guessed = newest.code == "signed" and newest.raw_code is None
    if guessed and trace.state and trouble(trace.state):
        return replace(newest, code=trace.state, raw_code=trace.raw_state)
    return newest


def says_more(state: ScanCode | None, newest: Scan) -> bool:
    """Say whether the state of the whole tells what its newest scan does not.

    It does not make a delivery of a scan that speaks of something not done; trouble it
    names counts more than what was guessed from the scan's words.
    """
    if state is None or state == SOMEWHERE:
        return False
    if newest.code is None:
        return state != "signed" or not denies(newest.text)
    guessed = newest.raw_code is None and newest.code != state
    return guessed and 0 < trouble(state) >= trouble(newest.code)


def trouble(code: ScanCode) -> int:
    """Return how much a code says of what went wrong: 0 nothing, 1 not what, then more.

    A parcel that is on its way back says more than why it is.
    """
    match code:
        case "returned_signed":
            return 4
        case "returning":
            return 3
        case "exception:other":
            return 1
        case "lost" | "intercepted" | "cancelled_waybill":
            return 2
        case _:
            return 2 if code.startswith("exception:") else 0


def in_order(scans: Sequence[Scan], *, newest_first: bool) -> list[Scan]:
    """Return the scans oldest first, those of one second as they were told, each once.

    Told newest first, a second's scans were told in reverse too.
    """
    steps = [later.at - scan.at for scan, later in pairwise(scans)]
    rises = sum(step.total_seconds() > 0 for step in steps)
    falls = sum(step.total_seconds() < 0 for step in steps)
    reverse = falls > rises if falls != rises else newest_first
    told = list(reversed(scans)) if reverse else list(scans)
    once: dict[tuple[datetime, str], Scan] = {}
    for scan in told:
        once.setdefault((scan.at, scan.text), scan)
    return sorted(once.values(), key=lambda scan: scan.at)


def report(waybill: Waybill, scan: Scan, rank: int, name: str) -> Reported:
    """Return a scan as a report of the parcel that goes by its waybill."""
    command = RecordScan(
        parcel=waybill.number,
        scan=name,
        code=scan.code or SOMEWHERE,
        raw_code=scan.raw_code,
        rank=rank,
    )
    return Reported(
        reference=waybill,
        command=command,
        occurred_at=scan.at,
        words=scan.text or None,
    )


def digest(scan: Scan, beside: str = "") -> str:
    """Return the name of a scan, which its time and its masked text give it.

    The name is for ever: one of the unmasked text would let all numbers be tried.
    """
    said = f"{scan.at.isoformat()}\n{mask(scan.text)}\n{beside}"
    return sha256(said.encode()).hexdigest()[:32]
