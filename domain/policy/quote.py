"""What the rules pay for given facts: which rows apply, to whom, and what cut them."""

from collections.abc import Iterator
from datetime import datetime

from msgspec import Struct

from domain.policy.applying import applicable, held, holds
from domain.policy.book import Rulebook
from domain.policy.caps import Payout, cut, room
from domain.policy.facts import (
    PROMISE_HOURS_USUAL,
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
    """What one row pays. ``cut_by`` is the cap that cut it; a row's own end is none."""

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
    paid = list(earlier_payouts(book, facts))
    involved = [*paid, *(Payout(row=row, promise_hours=promise) for row in applying)]
    lines: list[Line] = []
    for row in applying:
        beside = all(stack(row, each.row) for each in paid if stacks(each))
        worth = amount(row.formula, bases) if beside else 0
        caps = book.caps(times, row.caps)
        left, by = cut(worth, [(cap, room(cap, bases, involved, paid)) for cap in caps])
        paid.append(Payout(row=row, promise_hours=promise, fen=left))
        lines.append(line(row, left, by))
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


def earlier_payouts(book: Rulebook, facts: Facts) -> Iterator[Payout]:
    """Yield what was paid before. Raises FactsWrong for a rule the book lacks."""
    paying = [row for row in book.rows if isinstance(row, MoneyRow)]
    paying.sort(key=lambda row: row.version)
    newest = {row.id: row for row in paying}
    of_breach: dict[str, MoneyRow] = {
        row.trigger: row for row in paying if holds(row.when, facts)
    }
    for number, each in enumerate(facts.earlier):
        name, _, version = each.rule.partition("@")
        version = version or str(each.version or "")
        row = (
            book.row(f"{name}@{version}")
            if version
            else (newest.get(name) or of_breach.get(name))
        )
        if not isinstance(row, MoneyRow):
            raise FactsWrong(
                f"earlier[{number}].rule: {book.profile} has no rule that pays "
                f"named {each.rule!r}; allowed are {', '.join(newest) or 'none'}"
            )
        hours = PROMISE_HOURS_USUAL
        if row.when.promise_over_hours is not None:
            hours = row.when.promise_over_hours + 1
        other = None not in {each.order, facts.order} and each.order != facts.order
        yield Payout(row=row, promise_hours=hours, fen=each.fen, other_order=other)


def stacks(payout: Payout) -> bool:
    """Say whether others must stack with it: something was paid, on this order."""
    return payout.fen > 0 and not payout.other_order


def stack(one: MoneyRow, other: MoneyRow) -> bool:
    """Say whether both may be paid: one names the other, or neither names any."""
    return (
        not (one.stacks_with or other.stacks_with)
        or one.trigger in other.stacks_with
        or other.trigger in one.stacks_with
    )
