"""What the rules pay for given facts: which rows apply, to whom, and what cut them."""

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from domain.policy.applying import applicable, held
from domain.policy.before import earlier_payouts, paid_before
from domain.policy.book import Rulebook
from domain.policy.caps import Payout, cut, room
from domain.policy.facts import (
    Earlier,
    Facts,
    FactsWrong,
    bases_of,
    promise_of,
)
from domain.policy.money import amount
from domain.policy.rows import MoneyRow, Payee, Payer, RowId, RowVersion, Times

# Whoever asks for a quote states the facts.
__all__ = ["Earlier", "Facts", "FactsWrong", "Line", "Quote", "quote", "quote_of"]


class Line(Struct, frozen=True, kw_only=True):
    """What one row pays.

    ``cut_by`` is the cap that cut it, or the row itself where what it paid before was
    deducted; a row's own end is none.
    """

    rule: RowId
    version: RowVersion
    fen: int
    payer: Payer
    payee: Payee
    cut_by: RowId | None


class Quote(Struct, frozen=True, kw_only=True):
    """All that the rules pay, what is deducted included."""

    lines: tuple[Line, ...]
    total_fen: int


def quote(book: Rulebook, facts: Facts, at: datetime) -> Quote:
    """Return what applies and what each row pays; of what a cap cuts, the later line.

    ``at`` is the date each rule is chosen by. Raises FactsWrong.
    """
    times = Times(judged_at=at)
    return quote_of(book, facts, times)


def quote_of(book: Rulebook, facts: Facts, times: Times) -> Quote:
    """Return the same where the rules' dates differ. Raises FactsWrong."""
    bases, promise = bases_of(facts), promise_of(facts)
    rows = book.all_money(times)
    applying = [
        row for breach in held(rows, facts) for row in applicable(rows, breach, facts)
    ]
    earlier = list(earlier_payouts(book, facts))
    before = paid_before(applying, earlier)
    due = [
        Payout(row=row, promise_hours=promise, grave=facts.grave) for row in applying
    ]
    paid, lines = [*earlier], list[Line]()
    for each in due:
        row = each.row
        worth = amount(row.formula, bases) if beside_all(row, paid) else 0
        rest = max(0, worth - before.get(row.id, 0))
        caps = book.caps(times, row.caps)
        rooms = [(cap, room(cap, bases, [*earlier, *due], paid)) for cap in caps]
        left, by = cut(rest, rooms)
        paid.append(replace(each, fen=left))
        lines.append(line(row, left, by or (row.id if rest < worth else None)))
    return Quote(lines=tuple(lines), total_fen=sum(each.fen for each in lines))


def line(row: MoneyRow, fen: int, cut_by: str | None) -> Line:
    """Return a row's line of the answer; the first who bears it pays."""
    return Line(
        rule=row.id,
        version=row.version,
        fen=fen,
        payer=row.bearers[0],
        payee=row.payee,
        cut_by=cut_by,
    )


def beside_all(row: MoneyRow, paid: Iterable[Payout]) -> bool:
    """Say whether it may be paid beside all that was, on this order.

    What it paid before itself is no hindrance: that is deducted. Nor is what another
    merchant of the order paid.
    """
    return all(
        stack(row, each.row)
        for each in paid
        if each.fen > 0
        and not (each.other_order or each.elsewhere)
        and each.row.id != row.id
    )


def stack(one: MoneyRow, other: MoneyRow) -> bool:
    """Say whether both may be paid: one names the other, or neither names any."""
    return (
        not (one.stacks_with or other.stacks_with)
        or one.trigger in other.stacks_with
        or other.trigger in one.stacks_with
    )
