"""An after-sales case as one reader sees it: whose turn it is, by when, and what next.

Every party reads the same facts; what it may do, and what it still has to show, is its
own. Who works on the case, and what is not settled about it, is for the service.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from msgspec import Struct

from application.clock_view import ClockView, clock_view
from application.order_view import ParcelView, parcel_view, utc
from domain.after_sales import (
    BESIDE,
    Acceptance,
    Case,
    CaseStatus,
    CaseType,
    GoodsReturned,
    Reception,
    Refund,
    RefundStatus,
    Shown,
    allowed,
    owed,
)
from domain.money import Money
from domain.order import ClaimItems, Parcel
from domain.party import SERVICE, ActingRole
from domain.policy.book import Rulebook
from domain.policy.rows import Owes

# What a case waits for in each state: who, and to do what.
TURNS: Final[Mapping[CaseStatus, tuple[Owes, str]]] = {
    "awaiting_merchant": ("merchant", "answer"),
    "rejected_awaiting_consumer": ("consumer", "change_or_escalate"),
    "countered_awaiting_consumer": ("consumer", "answer_the_offer"),
    "awaiting_consumer_return": ("consumer", "send_back"),
    "awaiting_merchant_receipt": ("merchant", "confirm_the_return"),
    "rejected_after_receipt": ("consumer", "change_or_escalate"),
    "awaiting_merchant_ship": ("merchant", "ship"),
    "awaiting_consumer_receipt": ("consumer", "confirm_receipt"),
    "refunding": ("merchant", "refund"),
}


class CaseTurn(Struct, frozen=True, kw_only=True):
    """Whose turn it is, to do what, and the clock that watches it if one does."""

    party: Owes
    deed: str
    clock: ClockView | None


class CaseMoney(Struct, frozen=True, kw_only=True):
    """What money is asked for, what is due and why, and what moved by which route."""

    asked: Money | None
    due: Money | None
    because: str | None
    policy: str | None
    dispute: str | None
    to_pay: Money | None
    status: RefundStatus
    refunds: tuple[Refund, ...]


class OfferView(Struct, frozen=True, kw_only=True):
    """What the merchant offers in place of what was asked."""

    at: datetime
    type: CaseType
    items: ClaimItems
    freight: Money | None


class OutsideView(Struct, frozen=True, kw_only=True):
    """Where else the case is run or told of, and under which number."""

    source: str
    number: str
    word: str
    told_at: datetime
    runs_there: bool


class BackOffice(Struct, frozen=True, kw_only=True):
    """What only the service sees: who has it, who worked on it, what is unsettled."""

    agent: str | None
    handlers: tuple[str, ...]
    needs_dispute: bool
    needs_human: bool
    contradictions: tuple[tuple[str, str], ...]


class CaseView(Struct, frozen=True, kw_only=True):
    """An after-sales case, whole, for one reader.

    ``final`` says that nothing more is expected; it can be reopened all the same.
    ``may`` are the names of the commands the reader may ask for now.
    """

    case_id: UUID
    version: int
    order: str | None
    consumer: str | None
    merchant: str | None
    opened_at: datetime | None
    ended_at: datetime | None
    type: CaseType | None
    status: CaseStatus
    final: bool
    items: ClaimItems
    reason: int | None
    turn: CaseTurn | None
    clocks: tuple[ClockView, ...]
    may: tuple[str, ...]
    missing_evidence: tuple[str, ...]
    evidence: tuple[Shown, ...]
    offer: OfferView | None
    money: CaseMoney
    reception: Reception
    acceptance: Acceptance
    goods: tuple[GoodsReturned, ...]
    return_parcel: ParcelView | None
    replacement: ParcelView | None
    dispute: str | None
    intervening: bool
    frozen: bool
    merged_into: str | None
    score: int | None
    outside: OutsideView | None
    back_office: BackOffice | None


def case_view(  # noqa: PLR0913, PLR0917 - which case, how it stands, who reads it when
    case_id: UUID,
    version: int,
    case: Case,
    role: ActingRole,
    policy: Rulebook,
    at: datetime,
) -> CaseView:
    """Return the case as a reader in this role sees it at this time."""
    clocks = tuple(
        clock_view(timer, at, case.moved.get(timer.name))
        for timer in case.timers.values()
        if owed(timer)
    )
    return CaseView(
        case_id=case_id,
        version=version,
        order=case.order,
        consumer=case.consumer,
        merchant=case.merchant,
        opened_at=utc(case.opened_at),
        ended_at=utc(case.ended_at) if case.final else None,
        type=case.type,
        status=case.status,
        final=case.final,
        items=case.items,
        reason=case.reason,
        turn=turn(case, clocks),
        clocks=clocks,
        may=tuple(each.__name__ for each in allowed(case, role, policy, at)),
        missing_evidence=case.missing_evidence(role),
        evidence=case.evidence,
        offer=offer_view(case),
        money=money_view(case),
        reception=case.reception,
        acceptance=case.acceptance,
        goods=case.goods,
        return_parcel=parcel("return", case.return_parcel),
        replacement=parcel("replacement", case.replacement),
        dispute=case.dispute,
        intervening=case.intervening,
        frozen=case.frozen,
        merged_into=case.merged_into,
        score=case.score[0] if case.score else None,
        outside=outside_view(case),
        back_office=back_office(case) if role in SERVICE else None,
    )


def turn(case: Case, clocks: tuple[ClockView, ...]) -> CaseTurn | None:
    """Return whose turn it is; None when the case is over."""
    if case.final or case.status == "none":
        return None
    if case.intervening or case.needs_dispute:
        return CaseTurn(party="platform", deed="review", clock=None)
    party, deed = TURNS[case.status]
    if case.needs_human:
        party = "platform"
    watched = (
        each
        for each in clocks
        if each.owes == party and each.standing == "running" and not beside(each.timer)
    )
    sooner = min(watched, key=lambda each: each.due_at, default=None)
    return CaseTurn(party=party, deed=deed, clock=sooner)


def beside(timer: str) -> bool:
    """Whether a clock watches something else than the step the case waits for."""
    return timer.partition("/")[0] in BESIDE


def money_view(case: Case) -> CaseMoney:
    """Return what money moved in the case, and why."""
    due = case.due
    return CaseMoney(
        asked=case.claimed,
        due=due.total if due else None,
        because=due.because if due else None,
        policy=due.policy if due else None,
        dispute=due.dispute if due else None,
        to_pay=case.to_pay,
        status=case.refund_status,
        refunds=tuple(case.refunds.values()),
    )


def offer_view(case: Case) -> OfferView | None:
    """Return the offer that waits for the consumer, if one does."""
    offer = case.counter
    if offer is None:
        return None
    return OfferView(
        at=offer.at, type=offer.type, items=offer.items, freight=offer.freight
    )


def parcel(name: str, known: Parcel) -> ParcelView | None:
    """Return a parcel of the case, once anything is known of it."""
    if not known.told and not known.marks:
        return None
    return parcel_view(known.waybill or name, known)


def outside_view(case: Case) -> OutsideView | None:
    """Return what another platform calls the case, if one tells of it."""
    told = case.told
    if told is None:
        return None
    return OutsideView(
        source=told.source,
        number=told.number,
        word=told.word,
        told_at=told.at,
        runs_there=case.elsewhere,
    )


def back_office(case: Case) -> BackOffice:
    """Return what the service knows of its own work on the case."""
    return BackOffice(
        agent=case.agent,
        handlers=tuple(sorted(case.handlers)),
        needs_dispute=case.needs_dispute,
        needs_human=case.needs_human,
        contradictions=tuple(sorted(case.contradictions)),
    )
