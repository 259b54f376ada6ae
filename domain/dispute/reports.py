"""What another system says of a dispute it runs itself: kept, followed, never refused.

What counts is the latest by its own time, however late it comes here. What cannot be so
is flagged and left as it was told.
"""

from datetime import datetime
from typing import Final

from msgspec.structs import replace

from domain.dispute.clocks import Events, after, let_off
from domain.dispute.commands import ReportDispute
from domain.dispute.events import DisputeContradicted, DisputeReported
from domain.dispute.state import TOLD, Dispute
from domain.dispute.values import FINAL, DisputeStatus
from domain.money import Money
from domain.policy.book import NoSuchRule, Rulebook
from domain.policy.closures import to_second
from domain.policy.rows import TimerRow
from domain.timer import TimerExtended, extended, started

# By which row a told deadline is kept: the step that it is for.
STEPS: Final[dict[DisputeStatus, str]] = {
    "opened": "dispute.negotiation",
    "negotiation": "dispute.negotiation",
    "platform_review": "dispute.ruling",
    "ruling_pending": "dispute.ruling",
    "ruling_issued": "dispute.appeal_window",
    "enforcing": "dispute.enforcement",
    "appeal_review": "dispute.appeal_ruling",
}


def reported(
    dispute: Dispute, command: ReportDispute, book: Rulebook, at: datetime
) -> Events:
    """Return what was told, what of it cannot be so, and the deadline it tells."""
    event = DisputeReported(
        at=at,
        order=command.order,
        case=command.case,
        consumer=command.consumer,
        source=command.source,
        number=command.number,
        status=command.status,
        outcome=command.outcome,
        issue=command.issue,
        amount=command.amount,
        deadline=command.deadline,
        answers=command.answers,
        word=command.word,
        stage=command.stage,
        reason=command.reason,
        merchant=command.merchant,
    )
    if event in dispute.reports:
        return ()
    known = after(dispute, (event,))
    clashes = tuple(
        DisputeContradicted(at=at, code=code, about=event.number)
        for code in contradictions(dispute, event)
        if (code, event.number) not in dispute.contradictions
    )
    latest = known.mirrored and known.report == event
    clock = told(known, event, book, at) if latest else ()
    return (event, *clashes, *clock)


def contradictions(dispute: Dispute, event: DisputeReported) -> tuple[str, ...]:
    """Return what in a report cannot be so, given all that was known before."""
    before = dispute.report
    clashes = {
        "run_here": dispute.opened is not None,
        "other_currency": differs(dispute.claimed, event.amount),
        "above_claimed": above(dispute.claimed, event.amount),
        "other_order": before is not None and before.order != event.order,
        "other_consumer": before is not None and before.consumer != event.consumer,
    }
    return tuple(code for code, so in clashes.items() if so)


def differs(claimed: Money | None, told_: Money | None) -> bool:
    """Whether two amounts are of two currencies."""
    if claimed is None or told_ is None:
        return False
    return claimed.currency != told_.currency


def above(claimed: Money | None, told_: Money | None) -> bool:
    """Whether more is told than was claimed."""
    if claimed is None or told_ is None or differs(claimed, told_):
        return False
    return told_.minor > claimed.minor


# -- Their deadline --


def told(
    dispute: Dispute, event: DisputeReported, book: Rulebook, at: datetime
) -> Events:
    """Return the clock of the deadline they tell: begun, moved, or owed no more.

    We only watch it: nothing of ours follows when it runs out.
    """
    if dispute.status in FINAL:
        return let_off(dispute, at, "over")
    if event.deadline is None:
        return ()
    timer = dispute.clock(TOLD)
    if timer is not None:
        if timer.due_at == to_second(event.deadline):
            return ()
        moved: TimerExtended = extended(
            timer,
            at,
            until=event.deadline,
            reason=TOLD,
            by=event.source,
            policy=timer.policy,
        )
        return (moved,)
    row = row_of(dispute, event, book, at)
    return () if row is None else (started(row, TOLD, at, until=event.deadline),)


def row_of(
    dispute: Dispute, event: DisputeReported, book: Rulebook, at: datetime
) -> TimerRow | None:
    """Return the row their deadline is kept under; None where there is none."""
    step = STEPS.get(dispute.status, "dispute.evidence")
    try:
        row = book.timer(step, dispute.times(at))
    except NoSuchRule:
        return None
    owes = row.owes if event.answers is None else event.answers
    return replace(row, owes=owes, on_breach="breach")
