"""What the rules pay for given facts: which rows apply, to whom, and what cut them."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

from domain.kernel import Code, Moment, Name
from domain.policy.book import Rulebook
from domain.policy.caps import Payout, cut, room
from domain.policy.money import Bases, amount
from domain.policy.rows import (
    BreachCode,
    Fen,
    Lateness,
    MoneyRow,
    Payee,
    Payer,
    RowId,
    RowVersion,
    Times,
    When,
)
from domain.promise import in_time

# A row's id, with or without its version, or the code of a breach.
RuleName = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.@-]{0,119}$")]
FactHours = Annotated[float, Meta(ge=0, le=24 * 4000)]
OutOfStock = Literal["none", "admitted", "proven"]

PROMISE_HOURS_USUAL = 48


class Earlier(Struct, frozen=True, kw_only=True):
    """What was paid before on this order, or to this consumer on this day.

    ``rule`` is a row's id, with or without "@version", or the code of its breach. A
    line of an earlier answer is one: what else it says is passed over. ``order`` is the
    order it was paid on, this one where nobody says.
    """

    rule: RuleName
    fen: Fen
    version: int | None = None
    order: Name | None = None


class Facts(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What happened, as far as money depends on it. Amounts are in fen.

    ``paid_fen`` is ``item_fen`` and ``postage_fen`` together where it is not said, and
    the other way round. ``breaches`` are paid in this order. ``out_of_stock`` not said:
    a named OUT_OF_STOCK is proven; "none": it is not, whatever is named.
    ``original_due_at`` is ``due_at`` before it was negotiated. ``difference_fen`` is
    how much a price fell, ``freight_fen`` what a return cost. ``order`` is which order
    this is, so that the earlier of others count for what caps them together alone.
    """

    item_fen: Fen | None = None
    postage_fen: Fen | None = None
    paid_fen: Fen | None = None
    promise_hours: FactHours | None = None
    late_hours: FactHours | None = None
    breaches: tuple[BreachCode, ...] = ()
    out_of_stock: OutOfStock | None = None
    admitted_at: Moment | None = None
    due_at: Moment | None = None
    original_due_at: Moment | None = None
    earlier: tuple[Earlier, ...] = ()
    order: Name | None = None
    goods: Code | None = None
    market: Code | None = None
    labels: tuple[Code, ...] = ()
    spoilt_percent: Annotated[float, Meta(ge=0, le=100)] | None = None
    difference_fen: Fen | None = None
    freight_fen: Fen | None = None
    exclusions: tuple[Code, ...] = ()


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


class FactsWrong(ValueError):
    """Facts that cannot be so; the message names the field and what is allowed."""


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


# -- What the facts come to --


def bases_of(facts: Facts) -> Bases:
    """Return the amounts rates are taken of. Raises FactsWrong."""
    item, paid, postage = facts.item_fen, facts.paid_fen, facts.postage_fen or 0
    if item is None and paid is None:
        raise FactsWrong("item_fen: say item_fen or paid_fen, in whole fen")
    if item is None:
        assert paid is not None, "asked above"
        if postage > paid:
            raise FactsWrong(f"postage_fen: at most paid_fen, {paid}")
        item = paid - postage
    return {
        "item": item,
        "paid": item + postage if paid is None else paid,
        "freight": postage if facts.freight_fen is None else facts.freight_fen,
        "difference": facts.difference_fen or 0,
    }


def promise_of(facts: Facts) -> float:
    """Return the hours that were promised; two days where nobody says (101706 2.2)."""
    said = facts.promise_hours
    return PROMISE_HOURS_USUAL if said is None else said


def shortage(facts: Facts) -> OutOfStock | None:
    """Return what is known of a shortage; None for nothing said outright."""
    if facts.out_of_stock is None and facts.admitted_at is not None:
        return "admitted"
    return facts.out_of_stock


def admitted_in_time(facts: Facts) -> bool:
    """Say whether a shortage was admitted by the original due time (10000177).

    Not where one of the two times is unknown: what is unclear is read in favour of the
    consumer (争议总则 第50条).
    """
    due = facts.original_due_at or facts.due_at
    known = due is not None and facts.admitted_at is not None
    return known and in_time(facts.admitted_at, due)  # type: ignore[arg-type]  # both known


def held(rows: Sequence[MoneyRow], facts: Facts) -> list[BreachCode]:
    """Return the breaches that count, each once: those named, then what they imply."""
    said = shortage(facts)
    breaches = list(dict.fromkeys(facts.breaches))
    if said in {"admitted", "proven"} and "OUT_OF_STOCK" not in breaches:
        breaches.append("OUT_OF_STOCK")
    implied = {
        row.trigger: row.lateness
        for row in rows
        if row.lateness is not None and late_enough(row.trigger, row.lateness, facts)
    }
    if said == "none":
        breaches = [each for each in breaches if each != "OUT_OF_STOCK"]
        implied = {
            trigger: lateness
            for trigger, lateness in implied.items()
            if trigger != "OUT_OF_STOCK" or lateness.even_if_denied
        }
    return list(dict.fromkeys([*breaches, *implied]))


def late_enough(trigger: BreachCode, lateness: Lateness, facts: Facts) -> bool:
    """Say whether it is so late that it counts as that breach too."""
    late = facts.late_hours or 0
    named = lateness.of in facts.breaches or trigger in facts.breaches
    return named and late > lateness.over_hours


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


# -- Which rows apply --


def applicable(
    rows: Sequence[MoneyRow], breach: BreachCode, facts: Facts
) -> Iterator[MoneyRow]:
    """Yield a breach's rows whose conditions hold, the most narrowed of them."""
    found = [
        row
        for row in rows
        if row.trigger == breach
        and holds(row.when, facts)
        and not set(row.exclusions) & set(facts.exclusions)
    ]
    general = [row for row in found if not row.when.labels]
    closest = max(map(narrowed, general), default=0)
    yield from (row for row in found if row.when.labels or narrowed(row) == closest)


def narrowed(row: MoneyRow) -> int:
    """Return by how much the row narrows itself to goods and markets."""
    return bool(row.when.goods) + bool(row.when.markets)


def holds(when: When, facts: Facts) -> bool:
    """Say whether every condition named holds."""
    bases, asked = bases_of(facts), when.admitted_in_time
    return (
        between(promise_of(facts), when.promise_over_hours, when.promise_up_to_hours)
        and between(facts.late_hours, when.late_over_hours, when.late_up_to_hours)
        and between(
            facts.spoilt_percent, when.spoilt_over_percent, when.spoilt_up_to_percent
        )
        and (asked is None or asked == admitted_in_time(facts))
        and (when.paid_from_fen or 0) <= bases["paid"]
        and (when.paid_below_fen is None or bases["paid"] < when.paid_below_fen)
        and (not when.goods or facts.goods in when.goods)
        and (not when.markets or facts.market in when.markets)
        and (not when.labels or bool(set(when.labels) & set(facts.labels)))
    )


def between(value: float | None, over: int | None, up_to: int | None) -> bool:
    """Say whether over < value <= up_to; what is unknown lies between no ends."""
    if over is None and up_to is None:
        return True
    return (
        value is not None
        and (over is None or value > over)
        and (up_to is None or value <= up_to)
    )


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
