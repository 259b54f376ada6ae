"""What is concluded of an order at hand is what is concluded from all of its past."""

from collections.abc import Sequence
from datetime import datetime
from functools import cached_property, reduce
from typing import Any, get_args

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from domain.kernel import Refused
from domain.money import Money
from domain.order import (
    ORDER,
    CancelOrder,
    ChangeClaim,
    CheckPromises,
    ClaimItem,
    ConfirmReceipt,
    ContradictionFlagged,
    IdentifyOrder,
    OpenClaim,
    Order,
    OrderCommand,
    OrderEvent,
    RecordRefund,
    RecordScan,
    RenegotiateShipDate,
    SettleClaim,
    WaivePromise,
)
from domain.order.contradictions import QUESTIONS
from domain.order.follow import follow
from domain.order.values import ContradictionCode
from domain.promise import PromiseTerms
from tests.domain.orders import (
    FRIDAY,
    HOUR,
    SHIP_BY,
    THURSDAY,
    TUESDAY,
    WEDNESDAY,
    bought,
    shipped,
)
from tests.domain.orders import TERMS as THEIRS
from tests.flow.test_shuffled_reports import (
    TERMS,
    Report,
    checks,
    histories,
    moments,
    payments,
    placements,
    progress,
    reports,
    scans,
)

# The same rules, published once more: another hour counts, and another reference.
LATER = replace(
    TERMS,
    ref="shuffled@2",
    rules=tuple(
        replace(rule, ref=f"{rule.label}@9", hours=(rule.hours or 0) + 1)
        for rule in TERMS.rules
        if rule.label != "arrive"
    ),
)

items = st.builds(
    ClaimItem,
    line=st.sampled_from([1, 2]),
    quantity=st.just(1),
    amount=st.sampled_from([0, 100, 2_500]).map(lambda minor: Money(minor, "CNY")),
)
some = st.lists(items, min_size=1, max_size=2).map(tuple)
claims = st.sampled_from(["c-1", "c-2"])
kinds = st.sampled_from(["refund_unshipped", "return_refund", "dispute"])
asks = st.one_of(
    st.builds(OpenClaim, claim=claims, kind=kinds, items=some),
    st.builds(ChangeClaim, claim=claims, kind=kinds, items=some),
    st.builds(SettleClaim, claim=claims, refunded=some),
    st.builds(
        WaivePromise,
        promise=st.sampled_from([SHIP_BY, "ship_by/line-1/merchant"]),
        reason=st.just("regret"),
    ),
    st.builds(RenegotiateShipDate, due_at=moments, reason=st.just("agreed")),
    st.builds(ConfirmReceipt),
    st.builds(CancelOrder, by=st.just("platform"), reason=st.just("recalled")),
    st.builds(
        IdentifyOrder,
        consumer=st.just("anna"),
        source=st.sampled_from(["shop", "fair"]),
        number=st.just("A-1"),
    ),
)
# Told from the beginning on, or in any order, and with something asked in between.
stories = st.one_of(
    st.tuples(
        st.lists(reports(placements), min_size=1, max_size=1),
        st.lists(reports(payments), min_size=1, max_size=1),
        st.lists(reports(progress) | scans | scans | reports(asks), max_size=12),
        st.lists(checks, max_size=1),
    ).map(lambda parts: [each for part in parts for each in part]),
    st.tuples(histories, st.lists(reports(asks) | checks, max_size=4)).flatmap(
        lambda parts: st.permutations([*parts[0], *parts[1]])
    ),
)


def decided(
    order: Order, command: OrderCommand, terms: PromiseTerms, at: datetime
) -> Sequence[OrderEvent] | str:
    """Return what an order answers, or which rule refuses."""
    try:
        return tuple(ORDER.decide(order, command, terms, at))
    except Refused as refused:
        return refused.code


def read(past: Sequence[OrderEvent]) -> Order:
    """Return an order as its history tells of it, with nothing noted beside it."""
    return reduce(ORDER.evolve, past, Order())


def worked_out(order: Order) -> dict[str, Any]:
    """Return what is worked out once of an order, or which rule refuses it."""
    found: dict[str, Any] = {}
    for name, each in vars(Order).items():
        if isinstance(each, cached_property):
            try:
                found[name] = getattr(order, name)
            except Refused as refused:
                found[name] = refused.code
    return found


@settings(max_examples=200)
@given(story=stories, changes_at=st.none() | st.integers(0, 8))
def test_what_is_concluded_at_hand_is_what_is_concluded_from_all(
    story: list[Report], changes_at: int | None
) -> None:
    """However an order came to be known, it answers alike, also under new terms."""
    order, past = Order(), list[OrderEvent]()
    for number, (at, command) in enumerate(story):
        terms = LATER if number == changes_at else TERMS
        anew = read(past)
        said = decided(order, command, terms, at)
        assert said == decided(anew, command, terms, at)
        if not isinstance(said, str):
            past += said
            order = reduce(ORDER.evolve, said, order)
        assert order == read(past)
        assert worked_out(order) == worked_out(read(past))


@settings(max_examples=100)
@given(story=stories)
def test_nothing_follows_from_what_was_concluded(story: list[Report]) -> None:
    """Every conclusion is drawn in one go, whether time was asked about or not."""
    past: list[OrderEvent] = []
    for at, command in story:
        said = decided(read(past), command, TERMS, at)
        if said and not isinstance(said, str):
            past += said
            assert follow(read(past), TERMS, at, None) == ()


def test_what_was_not_concluded_follows_from_whatever_is_told_next() -> None:
    """A scan that itself says nothing new finds the promise that was kept unnoticed."""
    on_the_road = RecordScan(parcel="SF1", scan="s-9", code="in_transit")
    unnoticed = read((*bought, shipped(TUESDAY)))
    said = ORDER.decide(unnoticed, on_the_road, THEIRS, WEDNESDAY)
    assert [type(each).__name__ for each in said] == ["ScanRecorded", "PromiseKept"]


def test_the_order_at_hand_is_asked_again_where_the_clock_runs_out() -> None:
    order = read(bought)
    told = RecordScan(parcel="SF1", scan="s-1", code="label_created")
    order = reduce(ORDER.evolve, ORDER.decide(order, told, THEIRS, TUESDAY), order)
    late = ORDER.decide(order, CheckPromises(), THEIRS, WEDNESDAY + HOUR)
    assert [type(each).__name__ for each in late] == ["PromiseBreached"]
    order = reduce(ORDER.evolve, late, order)
    assert ORDER.decide(order, CheckPromises(), THEIRS, THURSDAY) == ()


def test_an_order_evolves_by_the_event_it_is_told_not_by_the_one_decided() -> None:
    """What was decided but never recorded leaves nothing behind."""
    order = read(bought)
    told = RecordScan(parcel="SF1", scan="s-1", code="picked_up")
    ORDER.decide(order, told, THEIRS, TUESDAY)
    assert ORDER.evolve(order, shipped(FRIDAY)) == read((*bought, shipped(FRIDAY)))


def test_a_claim_settled_at_hand_shows_that_more_went_back_than_was_paid() -> None:
    """Told of nearly all of it elsewhere, the order is settled for the rest twice."""
    one = (ClaimItem(line=1, quantity=1, amount=Money(100, "CNY")),)
    order = read(bought)
    for command in (
        OpenClaim(claim="c-1", kind="refund_unshipped", items=one),
        RecordRefund(refund="B-1", amount=Money(44_950, "CNY")),
    ):
        said = ORDER.decide(order, command, THEIRS, TUESDAY)
        order = reduce(ORDER.evolve, said, order)
    settled = ORDER.decide(
        order, SettleClaim(claim="c-1", refunded=one), THEIRS, TUESDAY
    )
    assert [
        each.code for each in settled if isinstance(each, ContradictionFlagged)
    ] == ["refunded_more_than_paid"]


def test_every_contradiction_is_the_answer_to_one_question() -> None:
    codes = [code for question in QUESTIONS for code in question.codes]
    assert sorted(codes) == sorted(get_args(ContradictionCode))
