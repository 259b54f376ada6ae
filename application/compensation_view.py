"""What an order's compensation comes to, by which rule, and what its caps leave."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

from msgspec import Struct, structs
from msgspec.structs import replace

from application.compensating import Day
from application.compensation_facts import Said, dates_of, facts_of, paid_elsewhere
from application.sellers import by_seller
from domain.compensation import (
    CompensationReserved,
    Reservation,
    Standing,
    earlier_of,
)
from domain.order import Order
from domain.policy.before import earlier_payouts
from domain.policy.book import Rulebook
from domain.policy.caps import ceiling, counts
from domain.policy.facts import Facts, bases_of
from domain.policy.quote import Line
from domain.policy.rows import AnyRow, CapRow, MoneyRow, Payee, Payer, Times


class Words(Struct, frozen=True, kw_only=True):
    """What a row is called, in both languages."""

    zh: str | None
    en: str


PAID_BEFORE: Final = Words(
    zh="扣除本条此前已赔付的金额", en="What this rule paid before is deducted"
)


class LineView(Struct, frozen=True, kw_only=True):
    """What one row pays, and why: its breach, its words, the text it comes from."""

    rule: str
    version: int
    fen: int
    payer: Payer
    payee: Payee
    breach: str | None
    title: Words
    source: str | None
    cut_by: str | None
    cut_title: Words | None


class CapView(Struct, frozen=True, kw_only=True):
    """How much a cap lets be paid in all, in fen; None has no end."""

    cap: str
    scope: str
    title: Words
    source: str
    limit_fen: int | None
    used_fen: int
    left_fen: int | None


class ReservationView(Struct, frozen=True, kw_only=True):
    """What was set aside for an order, line by line, and how it stands."""

    reservation: str
    standing: Standing
    matter: str
    lines: tuple[LineView, ...]
    total_fen: int
    href: str


class DayView(Struct, frozen=True, kw_only=True):
    """What was set aside and paid of a merchant, under the caps its day shares.

    ``stream_id`` names the day of its consumer and merchant; None before it was paid.
    """

    merchant: str | None = None
    stream_id: UUID | None = None
    version: int = 0
    paid_on: date | None = None
    reservations: tuple[ReservationView, ...] = ()
    caps: tuple[CapView, ...] = ()


class CompensationView(DayView, frozen=True, kw_only=True):
    """What an order was set aside and paid.

    It is what is of its first merchant; ``others`` are of its others, as far as the
    reader may see them. A merchant sees its own, and nobody else's.
    """

    order_id: UUID
    others: tuple[DayView, ...] = ()


class PreviewView(Struct, frozen=True, kw_only=True):
    """What would be set aside now, and by which facts; nothing was."""

    lines: tuple[LineView, ...]
    total_fen: int
    facts: Facts
    policy: str
    caps: tuple[CapView, ...]


def compensation_view(
    order_id: UUID, order: Order, days: Sequence[Day], book: Rulebook, at: datetime
) -> CompensationView:
    """Return what concerns one order of the days that its reader may see."""
    views = [day_view(day, order, days, book, at) for day in days]
    if not views:
        return CompensationView(order_id=order_id)
    first, *others = views
    return CompensationView(
        order_id=order_id, others=tuple(others), **structs.asdict(first)
    )


def day_view(
    day: Day, order: Order, days: Sequence[Day], book: Rulebook, at: datetime
) -> DayView:
    """Return what concerns the order of one merchant's day.

    The order's own caps count what is on the other ``days`` too.
    """
    sold = by_seller(order)
    lines = sold.get(day.paid.merchant, ()) if len(sold) > 1 else ()
    earlier = [*day.state.taken()]
    for other in days:
        if other is not day:
            earlier += paid_elsewhere(UUID(day.paid.order), other.state)
    asked = replace(
        facts_of(order, Said(lines=lines), at),
        order=day.paid.order,
        earlier=tuple(earlier),
    )
    dates = dates_of(order, lines, at)
    times = Times(
        ordered_at=dates.ordered_at, conduct_at=dates.conduct_at, judged_at=at
    )
    return DayView(
        merchant=day.paid.merchant,
        stream_id=day.stream_id,
        version=day.version,
        paid_on=day.state.paid_on,
        reservations=tuple(
            reservation_view(day.stream_id, name, each, book)
            for name, each in day.state.reservations.items()
            if each.order == day.paid.order
        ),
        caps=caps_view(book, asked, times),
    )


def reservation_view(
    stream_id: UUID, name: str, known: Reservation, book: Rulebook
) -> ReservationView:
    """Return one reservation."""
    return ReservationView(
        reservation=name,
        standing=known.standing,
        matter=known.matter,
        lines=lines_view(known.lines, book),
        total_fen=known.total_fen,
        href=f"/v1/compensations/{stream_id}/{name}",
    )


def preview_view(
    event: CompensationReserved, book: Rulebook, at: datetime
) -> PreviewView:
    """Return what a reservation would be; its caps as they would be left."""
    counting = (
        *event.facts.earlier,
        *(earlier_of(line, event.facts) for line in event.lines),
    )
    after = replace(event.facts, earlier=counting)
    times = Times(
        ordered_at=event.dates.ordered_at,
        conduct_at=event.dates.conduct_at,
        judged_at=at,
    )
    return PreviewView(
        lines=lines_view(event.lines, book),
        total_fen=event.total_fen,
        facts=event.facts,
        policy=event.policy,
        caps=caps_view(book, after, times),
    )


def lines_view(lines: Iterable[Line], book: Rulebook) -> tuple[LineView, ...]:
    """Return lines with the words of their rows, as far as the book has these."""
    found: list[LineView] = []
    for line in lines:
        row = book.row(f"{line.rule}@{line.version}")
        found.append(
            LineView(
                rule=line.rule,
                version=line.version,
                fen=line.fen,
                payer=line.payer,
                payee=line.payee,
                breach=row.trigger if isinstance(row, MoneyRow) else None,
                title=words_of(row, line.rule),
                source=None if row is None else row.source,
                cut_by=line.cut_by,
                cut_title=cut_words(line, book),
            )
        )
    return tuple(found)


def words_of(row: AnyRow | None, name: str) -> Words:
    """Return what a row is called; its name where the book lacks it."""
    return (
        Words(zh=None, en=name) if row is None else Words(zh=row.title_zh, en=row.title)
    )


def cut_words(line: Line, book: Rulebook) -> Words | None:
    """Return what cut a line: a cap in its newest version, or what was paid before."""
    cap = line.cut_by
    if cap is None or cap == line.rule:
        return None if cap is None else PAID_BEFORE
    rows = [row for row in book.rows if row.id == cap]
    return words_of(max(rows, key=lambda row: row.version, default=None), cap)


def caps_view(book: Rulebook, facts: Facts, times: Times) -> tuple[CapView, ...]:
    """Return the caps that what was paid before counts for, and what they leave."""
    payouts = list(earlier_payouts(book, facts))
    bases = bases_of(facts)
    names = dict.fromkeys(cap for each in payouts for cap in each.row.caps)
    found: list[CapView] = []
    for cap in book.caps(times, tuple(names)):
        limit = ceiling(cap, bases, payouts)
        used = sum(each.fen for each in payouts if counts(cap, each))
        found.append(cap_view(cap, limit, used))
    return tuple(found)


def cap_view(cap: CapRow, limit: int | None, used: int) -> CapView:
    """Return one cap."""
    return CapView(
        cap=cap.id,
        scope=cap.scope,
        title=words_of(cap, cap.id),
        source=cap.source,
        limit_fen=limit,
        used_fen=used,
        left_fen=None if limit is None else max(0, limit - used),
    )
