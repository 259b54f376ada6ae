"""A resolution as one reader sees it: what fell short, what is done, what next.

The consumer reads the solutions and what comes of them, a party what it has to do with;
what it costs whom, who let it go and why it was weighed so is the service's own.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from msgspec import Struct

from application.clock_view import ClockView, clocks_view
from application.order_view import utc
from application.resolutions.office import ResolutionOffice, office
from application.resolutions.parts import PROGRESS, PartView, Progress, parts, seen_by
from application.sold import Sold
from domain.money import Money
from domain.party import SERVICE, By
from domain.plan import PAID_OUT, Action, Block, OnSilence, PlanStep
from domain.policy.book import Rulebook
from domain.resolution import ApprovePlan, Resolution, allowed, next_actor
from domain.resolution.approving import in_reach
from domain.resolution.due import turn_due_at
from domain.resolution.values import ResolutionStatus
from domain.shortfall import ClearedBy, Fact, ShortfallCode

# Where nobody says by which rules: our own times, as they usually are.
NO_RULES: Final = Rulebook(ref="usual@1", profile="usual", rows=())
# What the others are asked is between them and the service.
UNTOLD: Final[frozenset[Action]] = frozenset(
    {"urge_merchant", "merchant_deduction", "claim_recourse", "insurance_claim"}
)


class ResolutionTurn(Struct, frozen=True, kw_only=True):
    """Whose turn it is, and by when, if a clock says so."""

    party: str
    due_at: datetime | None


class ShortfallView(Struct, frozen=True, kw_only=True):
    """What fell short: where, since when, by which rule, and whether it healed.

    ``facts`` are what the rule looked at; for the service alone.
    """

    name: str
    code: ShortfallCode
    line: int | None
    parcel: str | None
    since: datetime | None
    due: datetime | None
    rule: str
    incident: str | None
    healed: ClearedBy | None
    heard_in: str | None = None
    facts: tuple[Fact, ...] = ()


class Gets(Struct, frozen=True, kw_only=True):
    """One thing the consumer gets: what, how much, and until when a date is put off."""

    what: Action
    amount: Money | None = None
    until: datetime | None = None


class OptionView(Struct, frozen=True, kw_only=True):
    """One solution to choose: all that comes with it, and the hash to take it by."""

    plan: str
    hash: str
    gets: tuple[Gets, ...]


class OfferView(Struct, frozen=True, kw_only=True):
    """What is offered to the consumer, until when, and what silence means."""

    options: tuple[OptionView, ...]
    expires_at: datetime | None
    on_silence: OnSilence | None


class DoneView(Struct, frozen=True, kw_only=True):
    """One thing that is done for the consumer, and how far it is."""

    what: Action
    amount: Money | None
    progress: Progress
    changed_at: datetime | None


class ResolutionView(Struct, frozen=True, kw_only=True):
    """A resolution, whole, for one reader.

    ``offer`` and ``done`` are for its consumer and the service, ``parts`` for whichever
    party reads it, ``office`` for the service. ``block`` is why goodwill is blocked and
    until when; never hidden from whom it is about. ``may`` are the names of the
    commands the reader may ask for now. ``disputes`` are those in which people judge
    it, one with each merchant; ``dispute`` is the first.
    """

    resolution_id: UUID
    version: int
    number: int
    order: str
    consumer: str
    merchant: str | None
    creator: str | None
    carrier: str | None
    incident: str | None
    opened_at: datetime | None
    status: ResolutionStatus
    final: bool
    complained: bool
    turn: ResolutionTurn | None
    clocks: tuple[ClockView, ...]
    may: tuple[str, ...]
    shortfalls: tuple[ShortfallView, ...]
    block: Block | None
    offer: OfferView | None
    taken: str | None
    done: tuple[DoneView, ...]
    parts: tuple[PartView, ...]
    paid_fen: int | None
    score: int | None
    dispute: str | None
    disputes: tuple[str, ...]
    office: ResolutionOffice | None


def resolution_view(  # noqa: PLR0913 - what is read, by whom, when, under which rules
    resolution_id: UUID,
    version: int,
    known: Resolution,
    reader: By,
    at: datetime,
    *,
    book: Rulebook | None = None,
    sold: Sold | None = None,
    carried: Mapping[str, str] = {},
) -> ResolutionView:
    """Return a resolution as this reader sees it at a moment.

    ``book`` says by when our own people answer, ``sold`` who sold what of an order of
    several merchants: each reads of itself alone; ``carried`` which carrier each parcel
    of the order goes by. A carrier reads no clock of the
    consumer's, nor whether the consumer complained.
    """
    opened = known.opened
    assert opened is not None, "what was never opened is not found"
    assert known.status is not None, "what was opened has a status"
    staff = reader.role in SERVICE
    mine = staff or reader.role == "consumer"
    carrier = reader.role == "carrier"
    one_of_several = sold is not None and reader.role == "merchant"
    clocks = () if carrier else clocks_view(known.timers.values(), at)
    return ResolutionView(
        resolution_id=resolution_id,
        version=version,
        number=opened.number,
        order=opened.order,
        consumer=opened.consumer,
        merchant=reader.name if one_of_several else opened.merchant,
        creator=opened.creator,
        carrier=opened.carrier,
        incident=opened.incident,
        opened_at=utc(opened.at),
        status=known.status,
        final=known.over,
        complained=opened.complained and not carrier,
        turn=turn(known, book, staff=staff),
        clocks=clocks,
        may=tuple(
            each.__name__
            for each in allowed(known, reader.role)
            if each is not ApprovePlan or in_reach(known, reader)
        ),
        shortfalls=shortfalls(known, reader, sold, carried, staff=staff),
        block=known.block if mine and known.blocked(at) else None,
        offer=offer(known, clocks) if mine else None,
        taken=known.accepted if mine else None,
        done=done(known) if mine else (),
        parts=() if mine else parts(known, reader, sold),
        paid_fen=known.paid_fen if staff else None,
        score=known.score if mine else None,
        dispute=known.dispute if mine else None,
        disputes=known.disputes if mine else (),
        office=office(known) if staff else None,
    )


def turn(
    known: Resolution, book: Rulebook | None, *, staff: bool
) -> ResolutionTurn | None:
    """Return whose turn it is; which of the service's people is for colleagues."""
    party = next_actor(known)
    if party is None:
        return None
    due_at = turn_due_at(known, book or NO_RULES)
    if not staff and party in SERVICE:
        party = "platform"
    return ResolutionTurn(party=party, due_at=utc(due_at))


def shortfalls(
    known: Resolution,
    reader: By,
    sold: Sold | None,
    carried: Mapping[str, str],
    *,
    staff: bool,
) -> tuple[ShortfallView, ...]:
    """Return what fell short, in the order it was noticed."""
    return tuple(
        ShortfallView(
            name=name,
            code=each.code,
            line=each.line,
            parcel=each.parcel,
            since=utc(each.since),
            due=utc(each.due),
            rule=each.rule,
            incident=each.incident,
            healed=known.healed.get(name),
            heard_in=each.heard_in if staff else None,
            facts=each.facts if staff else (),
        )
        for name, each in seen_by(known, reader, sold, carried)
    )


def offer(known: Resolution, clocks: tuple[ClockView, ...]) -> OfferView | None:
    """Return what the consumer can choose from, as long as it can."""
    if known.status != "offered" or known.proposal is None:
        return None
    plans = [known.proposal.plan(name) for name in known.offered]
    return OfferView(
        options=tuple(
            OptionView(plan=each.plan.name, hash=each.hash, gets=gets(each.plan.steps))
            for each in plans
            if each is not None
        ),
        expires_at=clocks[0].due_at if clocks else None,
        on_silence=known.on_silence,
    )


def gets(steps: tuple[PlanStep, ...]) -> tuple[Gets, ...]:
    """Return what the consumer has of some steps."""
    return tuple(
        Gets(what=each.action, amount=paid_out(each), until=utc(each.due_at))
        for each in steps
        if each.action not in UNTOLD
    )


def paid_out(step: PlanStep) -> Money | None:
    """Return what goes to the consumer; what goods cost others is none of it."""
    return step.amount if step.action in PAID_OUT else None


def done(known: Resolution) -> tuple[DoneView, ...]:
    """Return what is done for the consumer, in order."""
    return tuple(
        DoneView(
            what=each.does.action,
            amount=paid_out(each.does),
            progress=PROGRESS[each.standing],
            changed_at=utc(each.changed_at),
        )
        for each in known.steps()
        if each.does.action not in UNTOLD
    )
