"""What the burden of proof makes of what was shown, and of silence (第13-61条)."""

from collections.abc import Iterator
from datetime import datetime

from domain.dispute.state import Dispute
from domain.dispute.values import Side, Silence
from domain.policy.book import NoSuchRule, Rulebook
from domain.policy.rows import BurdenRow, BurdenStep


def burden_says(dispute: Dispute, book: Rulebook, at: datetime) -> tuple[Silence, ...]:
    """Return the step that is not proven on what is there, and what stands then.

    Steps are taken in order: until one is proven, the next is nobody's turn. Empty once
    all are proven, or where no row speaks of the issue. The arbiter may find otherwise.
    """
    row = burden_row(dispute, book, at)
    if row is None:
        return ()
    for number, step in enumerate(row.steps, start=1):
        if not proven(dispute, step):
            return (silence(row, number, step),)
    return ()


def silent(
    dispute: Dispute, side: Side, book: Rulebook, at: datetime
) -> Silence | None:
    """Return what one side's silence means; None while it is not its turn to prove."""
    due = (said for said in burden_says(dispute, book, at) if said.proves == side)
    return next(due, None)


def burden_row(dispute: Dispute, book: Rulebook, at: datetime) -> BurdenRow | None:
    """Return the row on who has to prove what; None where there is none."""
    if dispute.opened is None:
        return None
    try:
        return book.burden(dispute.opened.issue, dispute.times(at))
    except NoSuchRule:
        return None


def to_prove(
    dispute: Dispute, side: Side, book: Rulebook, at: datetime
) -> tuple[str, ...]:
    """Return the kinds of evidence that would prove a side's step, if it is its turn.

    The template of an evidence request.
    """
    row = burden_row(dispute, book, at)
    said = silent(dispute, side, book, at)
    return () if row is None or said is None else row.steps[said.step - 1].evidence


def proven(dispute: Dispute, step: BurdenStep) -> bool:
    """Whether the one to prove showed anything of the kinds that prove it.

    A step that names no kinds is proven by whatever is shown. How good it is, is for
    the arbiter to find.
    """
    return any(
        not step.evidence or kind in step.evidence
        for kind in kinds_shown(dispute, step.proves)
    )


def kinds_shown(dispute: Dispute, side: Side) -> Iterator[str]:
    """Yield what kinds of evidence a side showed so far."""
    for proof in dispute.proofs:
        if proof.side == side:
            yield from (file.shows for file in proof.files)


def silence(row: BurdenRow, number: int, step: BurdenStep) -> Silence:
    """Return the step as an input of a decision."""
    return Silence(
        issue=row.issue,
        step=number,
        proves=step.proves,
        default=step.default,
        remedy=step.remedy,
        policy=row.ref,
    )
