"""A ruling as one reader sees it, and what would have changed it."""

from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from domain.dispute import (
    Award,
    Dispute,
    Finding,
    Liability,
    Result,
    Ruling,
    Silence,
    WouldChange,
    burden_row,
    counterfactuals,
)
from domain.party import SERVICE, By
from domain.policy.book import Rulebook


class RulingView(Struct, frozen=True, kw_only=True):
    """A ruling: what was found, whose share it is, what is awarded, by which rows.

    ``would_change`` names each finding or missing proof that would have led to another
    result.
    """

    number: int
    at: datetime
    by: By
    result: Result
    findings: tuple[Finding, ...]
    liability: tuple[Liability, ...]
    awards: tuple[Award, ...]
    basis: tuple[str, ...]
    silences: tuple[Silence, ...]
    return_first: bool
    changed: bool
    would_change: tuple[WouldChange, ...]


def ruling_view(
    dispute: Dispute, ruling: Ruling, reader: By, book: Rulebook
) -> RulingView:
    """Return a ruling as this reader sees it."""
    row = burden_row(dispute, book, ruling.at)
    told = (
        ()
        if row is None
        else counterfactuals(ruling.result, ruling.findings, ruling.silences, row)
    )
    return RulingView(
        number=ruling.number,
        at=ruling.at,
        by=anonymous(ruling.by, reader),
        result=ruling.result,
        findings=tuple(
            replace(each, shown_by=shown_by(each.shown_by, reader))
            for each in ruling.findings
        ),
        liability=ruling.liability,
        awards=ruling.awards,
        basis=ruling.basis,
        silences=ruling.silences,
        return_first=ruling.return_first,
        changed=ruling.changed,
        would_change=tuple(
            replace(each, shown_by=shown_by(each.shown_by, reader)) for each in told
        ),
    )


def shown_by(by: By | None, reader: By) -> By | None:
    """Return who showed something, if somebody did."""
    return None if by is None else anonymous(by, reader)


def anonymous(by: By, reader: By) -> By:
    """Return who did something; parties see of the service's people only the role."""
    if reader.role in SERVICE or by.role not in SERVICE:
        return by
    return By(role=by.role, name=by.role)
