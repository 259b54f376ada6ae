"""The days beside each consumer, as the board shows them."""

from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from msgspec import Struct

from application.accompanied import Accompanied
from application.companion_days import (
    Colour,
    colour_of,
    creator_of,
    look_at,
    merchant_of,
    unreached,
)
from application.watching import days_of
from domain.companionship import Companionship
from domain.policy.book import Rulebook

DaysState = Literal["none", "beside", "over"]


class CompanionRow(Struct, frozen=True, kw_only=True):
    """One order's days.

    ``state`` is "none" before they begin, "beside" while they last, then "over".
    ``look_at`` is when there is something to do; ``history``: the days were over before
    we knew of the order. ``matters`` are open ones as the order's streams say.
    """

    partition: int
    order_id: UUID
    consumer: str
    source: str | None
    number: str | None
    merchant: str | None
    creator: str | None
    state: str
    anchored_at: datetime | None
    ends_at: datetime | None
    next_check_in: str | None
    next_check_in_at: datetime | None
    colour: str
    shortfalls: int
    open_shortfalls: int
    open_matters: int
    outcome: str | None
    score: int | None
    look_at: datetime | None
    history: bool


def companion_row(
    partition: int, order: Accompanied, book: Rulebook
) -> CompanionRow | None:
    """Return the row of an order; None while nobody knows whose it is."""
    identity, days = order.order.identity, order.companionship
    if identity is None:
        return None
    planned = unreached(days) if state_of(days) == "beside" else []
    colour: Colour = colour_of(days)
    return CompanionRow(
        partition=partition,
        order_id=order.order_id,
        consumer=identity.consumer,
        source=identity.source,
        number=identity.number,
        merchant=merchant_of(order),
        creator=creator_of(order),
        state=state_of(days),
        anchored_at=days.anchored_at,
        ends_at=days.ends_at,
        next_check_in=planned[0].name if planned else None,
        next_check_in_at=planned[0].at if planned else None,
        colour=colour,
        shortfalls=len(days.shortfalls),
        open_shortfalls=len(days.standing),
        open_matters=sum(each.open for each in order.matters()),
        outcome=days.outcome,
        score=days.score,
        look_at=look_at(order, book),
        history=is_history(order, book),
    )


def state_of(days: Companionship) -> DaysState:
    """Return whether the days have begun, and whether they are over."""
    if not days.started:
        return "none"
    return "over" if days.closed else "beside"


def is_history(order: Accompanied, book: Rulebook) -> bool:
    """Say whether the days were over before we knew of the order."""
    paid_at = order.order.paid_at
    if order.companionship.started or paid_at is None:
        return False
    days = timedelta(days=days_of(book, order.changed_at))
    return paid_at + days < order.learnt_at
