"""What was paid before, and what of it is what is asked for again.

The same is never paid twice (domain rules, section 0.5): what a row paid before on the
same order is deducted, so that asking again pays the difference at most.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from domain.policy.applying import holds, narrowed
from domain.policy.book import Rulebook
from domain.policy.caps import Payout
from domain.policy.facts import PROMISE_HOURS_USUAL, Earlier, Facts, FactsWrong
from domain.policy.rows import MoneyRow, RowId


def earlier_payouts(book: Rulebook, facts: Facts) -> Iterator[Payout]:
    """Yield what was paid before. Raises FactsWrong for a rule the book lacks."""
    paying = [row for row in book.rows if isinstance(row, MoneyRow)]
    paying.sort(key=lambda row: row.version)
    newest = {row.id: row for row in paying}
    holding = [row for row in paying if holds(row.when, facts)]
    holding.sort(key=lambda row: (not row.when.labels, narrowed(row)))
    of_breach: dict[str, MoneyRow] = {row.trigger: row for row in holding}
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
        yield payout(row, each, facts)


def payout(row: MoneyRow, earlier: Earlier, facts: Facts) -> Payout:
    """Return an earlier payout of a row, as far as it concerns what is asked."""
    hours = PROMISE_HOURS_USUAL
    if row.when.promise_over_hours is not None:
        hours = row.when.promise_over_hours + 1
    other = differ(earlier.order, facts.order)
    anew = row.repeatable and differ(earlier.matter, facts.matter)
    return Payout(
        row=row,
        promise_hours=hours,
        fen=earlier.fen,
        grave=earlier.grave or row.when.grave is True,
        other_order=other,
        deducted=not (other or anew or apart(earlier.lines, facts.lines)),
        elsewhere=earlier.elsewhere,
    )


def differ(one: str | None, other: str | None) -> bool:
    """Say whether both are named, and are two."""
    return None not in {one, other} and one != other


def apart(some: Sequence[int], others: Sequence[int]) -> bool:
    """Say whether no line of the order is among both; no lines named are all."""
    return bool(some and others) and not set(some) & set(others)


def paid_before(
    applying: Sequence[MoneyRow], earlier: Sequence[Payout]
) -> Mapping[RowId, int]:
    """Return what is deducted from each row, in fen.

    That is what the row itself paid; and what another did that applied in its place
    then, as where less was spoilt: from the first row that takes its place now.
    """
    found: Counter[RowId] = Counter()
    for each in earlier:
        row = standing_for(each.row, applying) if each.deducted else None
        if row is not None:
            found[row.id] += each.fen
    return found


def standing_for(row: MoneyRow, applying: Sequence[MoneyRow]) -> MoneyRow | None:
    """Return the row itself, or the one that pays the same breach in its place.

    What a label promises is paid beside what is owed to everybody, and what is taken
    from the merchant beside what the consumer gets: these are not the same.
    """
    alike = [
        other
        for other in applying
        if (other.trigger, other.when.labels, other.payee)
        == (row.trigger, row.when.labels, row.payee)
    ]
    itself = [other for other in applying if other.id == row.id]
    return next(iter([*itself, *alike]), None)
