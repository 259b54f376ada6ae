"""A dispute as one reader sees it: whose turn it is, by when, what next, and why.

Every party reads the same facts; what it may do and what it still has to show is its
own. Who of the service works on it, and what it notes, is for the service alone.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from application.clock_view import ClockView, clock_view
from application.dispute_ruling_view import RulingView, anonymous, ruling_view
from application.dispute_steps_view import (
    AppealView,
    DisputeOffer,
    ProofView,
    RoundView,
    ToldView,
    appeal_until,
    appeal_view,
    offers,
    outside,
    proofs,
    rounds,
)
from application.order_view import utc
from domain.after_sales import Case, Refund
from domain.dispute import (
    FINAL,
    SIDES,
    UNDECIDED,
    Award,
    Dispute,
    DisputeStatus,
    Enforcement,
    Exception_,
    Silence,
    allowed,
    burden_says,
    kinds_shown,
    to_prove,
)
from domain.dispute.conditions import other_side
from domain.money import Money
from domain.party import SERVICE, ActingRole, By
from domain.policy.book import Rulebook
from domain.policy.rows import Issue, Owes
from domain.timer import BY_CALENDAR, BY_RULE

# What a dispute waits for in each state: who, to do what, by which clock.
TURNS: Final[Mapping[DisputeStatus, tuple[Owes, str, str]]] = {
    "opened": ("merchant", "answer", "negotiation"),
    "negotiation": ("merchant", "answer", "negotiation"),
    "platform_review": ("platform", "review", "review"),
    "ruling_pending": ("arbiter", "rule", "ruling"),
    "ruling_issued": ("platform", "carry_out", "enforcement"),
    "enforcing": ("platform", "carry_out", "enforcement"),
    "appeal_review": ("arbiter", "decide_appeal", "appeal_ruling"),
    "ruling_upheld": ("platform", "carry_out", "enforcement"),
    "ruling_changed": ("platform", "carry_out", "enforcement"),
}
ANY_KIND: Final = ("other",)  # asked for, and any kind of evidence will do


class DisputeTurn(Struct, frozen=True, kw_only=True):
    """Whose turn it is, to do what, and the clock that watches it if one does."""

    parties: tuple[Owes, ...]
    deed: str
    clock: ClockView | None


class DisputeMoney(Struct, frozen=True, kw_only=True):
    """What is claimed, what was awarded or agreed and why, and what moved so far.

    ``because``: "ruling", "agreed", or nothing yet. ``policies`` are the rows of a
    ruling, ``refunds`` those of the case it is over.
    """

    claimed: Money | None
    awarded: tuple[Award, ...]
    agreed: Money | None
    because: Literal["ruling", "agreed"] | None
    policies: tuple[str, ...]
    refunds: tuple[Refund, ...]


class DisputeOffice(Struct, frozen=True, kw_only=True):
    """What only the service sees: who has it, and what the burden of proof proposes."""

    handler: str | None
    arbiter: str | None
    appeal_arbiter: str | None
    handlers: tuple[str, ...]
    proposed: tuple[Silence, ...]
    contradictions: tuple[tuple[str, str], ...]


class DisputeView(Struct, frozen=True, kw_only=True):
    """A dispute, whole, for one reader.

    ``final`` says that nothing more is expected; it can be reopened all the same.
    ``may`` are the names of the commands the reader may ask for now.
    """

    dispute_id: UUID
    version: int
    order: str | None
    case: str | None
    consumer: str | None
    merchant: str | None
    creator: str | None
    carrier: str | None
    opened_at: datetime | None
    opened_by: By | None
    issue: Issue | None
    exception: Exception_ | None
    status: DisputeStatus
    final: bool
    turn: DisputeTurn | None
    clocks: tuple[ClockView, ...]
    may: tuple[str, ...]
    missing_evidence: tuple[str, ...]
    offers: tuple[DisputeOffer, ...]
    rounds: tuple[RoundView, ...]
    evidence: tuple[ProofView, ...]
    contested_by: tuple[ActingRole, ...]
    silences: tuple[Silence, ...]
    rulings: tuple[RulingView, ...]
    enforcement: Enforcement
    appeal: AppealView | None
    appeal_until: datetime | None
    money: DisputeMoney
    score: int | None
    outside: ToldView | None
    back_office: DisputeOffice | None


def dispute_view(  # noqa: PLR0913, PLR0917 - which dispute, how it stands, who reads it
    dispute_id: UUID,
    version: int,
    dispute: Dispute,
    reader: By,
    book: Rulebook,
    at: datetime,
    case: Case | None = None,
) -> DisputeView:
    """Return the dispute as this reader sees it at this time.

    ``case`` is the one it is over, for what money moved there and who handled it.
    """
    opened, told = dispute.opened, dispute.report
    clocks = clocks_of(dispute, reader, at)
    known = dispute if case is None else with_handlers(dispute, case.handlers)
    may = allowed(known, reader.role, reader.name, at, book)
    return DisputeView(
        dispute_id=dispute_id,
        version=version,
        order=opened.order if opened else told.order if told else None,
        case=opened.case if opened else told.case if told else None,
        consumer=dispute.party("consumer"),
        merchant=dispute.party("merchant"),
        creator=dispute.party("creator"),
        carrier=dispute.party("carrier"),
        opened_at=utc(opened.at) if opened else None,
        opened_by=anonymous(opened.by, reader) if opened else None,
        issue=opened.issue if opened else told.issue if told else None,
        exception=opened.exception if opened else None,
        status=dispute.status,
        final=dispute.status in FINAL,
        turn=turn(dispute, clocks),
        clocks=clocks,
        may=tuple(each.__name__ for each in may),
        missing_evidence=missing(dispute, reader.role, book, at),
        offers=offers(dispute),
        rounds=rounds(dispute),
        evidence=proofs(dispute, reader),
        contested_by=tuple(dict.fromkeys(by.role for by in dispute.contested)),
        silences=dispute.silences,
        rulings=tuple(
            ruling_view(dispute, ruling, reader, book) for ruling in dispute.rulings
        ),
        enforcement=dispute.enforcement,
        appeal=appeal_view(dispute, reader),
        appeal_until=appeal_until(dispute, reader.role),
        money=money(dispute, case),
        score=dispute.score,
        outside=outside(dispute),
        back_office=office(dispute, book, at) if reader.role in SERVICE else None,
    )


def with_handlers(dispute: Dispute, names: AbstractSet[str]) -> Dispute:
    """Return it with those who worked on its case by now: none of them judges it."""
    return replace(dispute, handlers=dispute.handlers | names)


def clocks_of(dispute: Dispute, reader: By, at: datetime) -> tuple[ClockView, ...]:
    """Return the clocks somebody owes a step by, soonest due first.

    Who of the service moved a deadline is nobody else's business; why, it is.
    """
    owed = filter(None, map(dispute.clock, dispute.timers))
    views = [clock_view(timer, at, dispute.moved.get(timer.name)) for timer in owed]
    if reader.role not in SERVICE:
        views = [unnamed(view) for view in views]
    return tuple(sorted(views, key=lambda view: (view.due_at, view.timer)))


def unnamed(view: ClockView) -> ClockView:
    """Return a clock without the name of whoever of the service moved it."""
    if view.moved is None or view.told or view.moved.by in {BY_CALENDAR, BY_RULE}:
        return view
    return replace(view, moved=replace(view.moved, by="agent"))


def turn(dispute: Dispute, clocks: tuple[ClockView, ...]) -> DisputeTurn | None:
    """Return whose turn it is; None when nothing is awaited of anybody."""
    by_name = {view.timer: view for view in clocks}
    if dispute.status in FINAL or not dispute.known:
        return None
    if dispute.mirrored:
        return turn_elsewhere(dispute, clocks)
    if dispute.round is not None:
        sides = dispute.round.awaited
        mine = [view for view in clocks if view.timer.startswith("evidence/")]
        return DisputeTurn(parties=sides, deed="show", clock=mine[0] if mine else None)
    if dispute.status in {"opened", "negotiation"} and dispute.offers:
        return offer_turn(dispute, by_name)
    party, deed, clock = TURNS[dispute.status]
    if deed == "carry_out" and dispute.enforcement == "completed":
        return None
    return DisputeTurn(parties=(party,), deed=deed, clock=by_name.get(clock))


def turn_elsewhere(
    dispute: Dispute, clocks: tuple[ClockView, ...]
) -> DisputeTurn | None:
    """Return whose turn it is where another system runs it, if it told us."""
    told = dispute.report
    if told is None or told.answers is None:
        return None
    clock = clocks[0] if clocks else None
    return DisputeTurn(parties=(told.answers,), deed="answer_there", clock=clock)


def offer_turn(dispute: Dispute, clocks: Mapping[str, ClockView]) -> DisputeTurn:
    """Return who has an offer to answer; with none on the table, the merchant."""
    latest = dispute.offers[-1]
    side = SIDES[latest.by.role]
    if dispute.offer_from(side) == latest:
        clock = clocks.get(f"offer/{latest.number}") or clocks.get("negotiation")
        whose = other_side(side)
        return DisputeTurn(parties=(whose,), deed="answer_the_offer", clock=clock)
    clock = clocks.get("negotiation")
    return DisputeTurn(parties=("merchant",), deed="answer", clock=clock)


def missing(
    dispute: Dispute, role: ActingRole, book: Rulebook, at: datetime
) -> tuple[str, ...]:
    """Return what kinds of evidence are missing of a party.

    What it was asked for in the open round; else what would prove its step, if it is
    its turn to prove.
    """
    side, current = SIDES.get(role), dispute.round
    if side is None or (dispute.status not in UNDECIDED and current is None):
        return ()
    shown = set(kinds_shown(dispute, side))
    if current is None:
        wanted = to_prove(dispute, side, book, at)
    elif side in current.awaited:
        wanted = current.shows or ANY_KIND
        shown -= set(ANY_KIND)
    else:
        wanted = ()
    return tuple(kind for kind in wanted if kind not in shown)


def money(dispute: Dispute, case: Case | None) -> DisputeMoney:
    """Return what was claimed, awarded or agreed, and what of it moved."""
    ruling, agreed = dispute.ruling, dispute.accepted
    because: Literal["ruling", "agreed"] | None = None
    if agreed is not None:
        because = "agreed"
    elif ruling is not None:
        because = "ruling"
    return DisputeMoney(
        claimed=dispute.claimed,
        awarded=ruling.awards if ruling is not None and agreed is None else (),
        agreed=(agreed.amount or dispute.claimed) if agreed is not None else None,
        because=because,
        policies=ruling.basis if ruling is not None and agreed is None else (),
        refunds=tuple(case.refunds.values()) if case is not None else (),
    )


def office(dispute: Dispute, book: Rulebook, at: datetime) -> DisputeOffice:
    """Return what the service knows of its own work on the dispute."""
    undecided = dispute.status in UNDECIDED
    return DisputeOffice(
        handler=dispute.handler,
        arbiter=dispute.arbiter,
        appeal_arbiter=dispute.appeal_arbiter,
        handlers=tuple(sorted(dispute.handlers)),
        proposed=burden_says(dispute, book, at) if undecided else (),
        contradictions=tuple(sorted(dispute.contradictions)),
    )
