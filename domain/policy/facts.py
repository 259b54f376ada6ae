"""What happened, as far as money depends on it."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from domain.kernel import Code, Moment, Name
from domain.policy.money import Bases
from domain.policy.rows import BreachCode, Fen
from domain.promise import in_time

# A row's id, with or without its version, or the code of a breach.
RuleName = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.@-]{0,119}$")]
FactHours = Annotated[float, Meta(ge=0, le=24 * 4000)]
# Which lines of the order; none are all.
LineNumbers = Annotated[tuple[int, ...], Meta(max_length=500)]
OutOfStock = Literal["none", "admitted", "proven"]

PROMISE_HOURS_USUAL = 48


class Earlier(Struct, frozen=True, kw_only=True):
    """What was paid before on this order, or to this consumer on this day.

    ``rule`` is a row's id, with or without "@version", or the code of its breach. A
    line of an earlier answer is one: what else it says is passed over. ``order`` is the
    order it was paid on, this one where nobody says. ``matter``, ``lines`` and
    ``grave`` are as of the facts it was paid for. ``elsewhere``: by another merchant of
    the order, whose days have caps of their own.
    """

    rule: RuleName
    fen: Fen
    version: int | None = None
    order: Name | None = None
    matter: Name | None = None
    lines: LineNumbers = ()
    grave: bool = False
    elsewhere: bool = False


class Facts(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What happened, as far as money depends on it. Amounts are in fen.

    ``paid_fen`` is ``item_fen`` and ``postage_fen`` together where it is not said, and
    the other way round. Where both are said neither limits the other: a coupon makes
    what was paid less than the goods, or even than the postage. ``breaches`` are paid
    in this order; none where it is late means SHIP_OVERDUE. ``out_of_stock`` not said:
    a named OUT_OF_STOCK is proven; "none": it is not, whatever is named.
    ``original_due_at`` is ``due_at`` before it was negotiated. ``difference_fen`` is
    how much a price fell, ``freight_fen`` what a return cost, ``appraisal_fen`` what it
    cost to show a counterfeit, ``freight_20kg_fen`` what a parcel of 20 kg would cost
    on that way. ``grave``: the breach was judged a grave case. ``order`` is which order
    this is, so that the earlier of others count for what caps them together alone;
    ``lines`` those of its lines it is about, ``matter`` the case.
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
    matter: Name | None = None
    lines: LineNumbers = ()
    grave: bool = False
    goods: Code | None = None
    market: Code | None = None
    labels: tuple[Code, ...] = ()
    spoilt_percent: Annotated[float, Meta(ge=0, le=100)] | None = None
    difference_fen: Fen | None = None
    freight_fen: Fen | None = None
    appraisal_fen: Fen | None = None
    freight_20kg_fen: Fen | None = None
    exclusions: tuple[Code, ...] = ()


class FactsWrong(ValueError):
    """Facts that cannot be so; the message names the field and what is allowed."""


# -- What the facts come to --


def bases_of(facts: Facts) -> Bases:
    """Return the amounts rates are taken of. Raises FactsWrong."""
    item, paid, postage = facts.item_fen, facts.paid_fen, facts.postage_fen or 0
    if item is None and paid is None:
        raise FactsWrong("item_fen: say item_fen or paid_fen, in whole fen")
    if item is None:
        assert paid is not None, "asked above"
        if postage > paid:
            raise FactsWrong(
                f"postage_fen: {postage} is more than paid_fen, {paid}, so what the "
                "goods cost cannot be told; say item_fen too, if a coupon made it less"
            )
        item = paid - postage
    return {
        "item": item,
        "paid": item + postage if paid is None else paid,
        "freight": postage if facts.freight_fen is None else facts.freight_fen,
        "return_freight": facts.freight_fen or 0,
        "freight_20kg": facts.freight_20kg_fen or 0,
        "appraisal": facts.appraisal_fen or 0,
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
