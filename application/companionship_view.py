"""The days beside a consumer as one reader sees them: looks, and what fell short."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from application.clock_view import ClockView, clocks_view
from application.order_view import utc
from domain.companionship import (
    Companionship,
    ContestShortfall,
    RateCompanionship,
)
from domain.companionship.decide import WHO
from domain.companionship.state import Found
from domain.companionship.values import CompanionAnchor, Finding, Outcome
from domain.party import SERVICE, ActingRole
from domain.shortfall import ClearedBy, Fact, ShortfallCode


class CheckInView(Struct, frozen=True, kw_only=True):
    """A planned look at the order, and what was found at it."""

    name: str
    at: datetime | None
    finding: Finding | None


class ContestView(Struct, frozen=True, kw_only=True):
    """Who says that a shortfall is not so, and why."""

    role: str
    name: str
    reason: str


class FoundView(Struct, frozen=True, kw_only=True):
    """What fell short: where, by which rule, what became of it, and who contests it.

    ``facts`` are what the rule looked at; for the service alone.
    """

    name: str
    code: ShortfallCode
    line: int | None
    parcel: str | None
    since: datetime | None
    due: datetime | None
    rule: str
    detected_at: datetime | None
    resolution: str | None
    cleared_by: ClearedBy | None
    cleared_at: datetime | None
    contests: tuple[ContestView, ...]
    facts: tuple[Fact, ...]


class CompanionshipView(Struct, frozen=True, kw_only=True):
    """The days beside the consumer of an order, whole, for one reader.

    Not ``started``: shortfalls may be known all the same. ``score`` is the consumer's
    own word, for the consumer and the service.
    """

    companionship_id: UUID
    version: int
    order: UUID
    consumer: str | None
    started: bool
    anchor: CompanionAnchor | None
    anchored_at: datetime | None
    ends_at: datetime | None
    policy: str | None
    check_ins: tuple[CheckInView, ...]
    shortfalls: tuple[FoundView, ...]
    open_matters: int
    outcome: Outcome | None
    score: int | None
    clocks: tuple[ClockView, ...]
    may: tuple[str, ...]


def companionship_view(  # noqa: PLR0913, PLR0917 - whose days these are, and who reads them
    companionship_id: UUID,
    version: int,
    known: Companionship,
    order_id: UUID,
    reader: ActingRole,
    at: datetime,
) -> CompanionshipView:
    """Return the days beside an order's consumer as this reader sees them."""
    staff = reader in SERVICE
    mine = staff or reader == "consumer"
    return CompanionshipView(
        companionship_id=companionship_id,
        version=version,
        order=order_id,
        consumer=known.consumer or None,
        started=known.started,
        anchor=known.anchor,
        anchored_at=utc(known.anchored_at),
        ends_at=utc(known.ends_at),
        policy=known.policy,
        check_ins=check_ins(known) if mine else (),
        shortfalls=tuple(
            found_view(name, each, staff=staff)
            for name, each in known.shortfalls.items()
        ),
        open_matters=sum(known.matters.values()),
        outcome=known.outcome if mine else None,
        score=known.score if mine else None,
        clocks=clocks_view(known.timers.values(), at) if staff else (),
        may=may(known, reader),
    )


def check_ins(known: Companionship) -> tuple[CheckInView, ...]:
    """Return the planned looks, the earliest first."""
    findings: Mapping[str, Finding] = known.reached
    planned = sorted(known.check_ins.values(), key=lambda each: (each.at, each.name))
    return tuple(
        CheckInView(name=each.name, at=utc(each.at), finding=findings.get(each.name))
        for each in planned
    )


def found_view(name: str, found: Found, *, staff: bool) -> FoundView:
    """Return a shortfall as it was detected, and what became of it."""
    told = found.shortfall
    return FoundView(
        name=name,
        code=told.code,
        line=told.line,
        parcel=told.parcel,
        since=utc(told.since),
        due=utc(told.due),
        rule=told.rule,
        detected_at=utc(found.at),
        resolution=found.resolution,
        cleared_by=found.cleared_by,
        cleared_at=utc(found.cleared_at),
        contests=tuple(
            ContestView(role=role, name=who, reason=reason)
            for role, who, reason in found.contested
        ),
        facts=told.facts if staff else (),
    )


def may(known: Companionship, role: ActingRole) -> tuple[str, ...]:
    """Return what somebody in this role may ask of it as it stands."""
    possible = {
        RateCompanionship: known.started,
        ContestShortfall: bool(known.shortfalls),
    }
    return tuple(
        command.__name__
        for command, so in possible.items()
        if so and role in WHO[command]
    )
