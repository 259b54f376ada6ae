"""Feeds come late, twice and in any order; how an order stands is the same."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import reduce
from typing import Any, NamedTuple
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from application.event_store.envelope import Receipt
from application.event_store.handler import CommandHandler
from application.orders import Orders, context_for
from application.policies import PolicyBook
from domain.money import Money
from domain.order import (
    ORDER,
    CapturePayment,
    ChangeAmount,
    CheckPromises,
    ConfirmStock,
    Order,
    OrderCommand,
    OrderLine,
    Packed,
    PlaceOrder,
    RecordAddressChange,
    RecordAppointment,
    RecordCancellation,
    RecordCompletion,
    RecordDelivery,
    RecordException,
    RecordHandOver,
    RecordIntercept,
    RecordLoss,
    RecordNote,
    RecordOutForDelivery,
    RecordRefund,
    RecordReturned,
    RecordReturning,
    RecordReview,
    RecordScan,
    RecordShipDate,
    RecordSigning,
    ScanCode,
    ShipParcel,
    Tender,
)
from domain.promise import Offer, PromiseRule, PromiseTerms
from tests.memory_store import MemoryEventStore

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
NEXT_YEAR = datetime(2027, 12, 1, tzinfo=UTC)

TERMS = PromiseTerms(
    ref="shuffled@1",
    rules=(
        PromiseRule(
            ref="ship@1", label="ship", kind="ship_by", since=LONG_AGO, hours=48
        ),
        PromiseRule(
            ref="quick@1", label="quick", kind="ship_by", since=LONG_AGO, hours=6
        ),
        PromiseRule(
            ref="slow@1", label="slow", kind="ship_by", since=LONG_AGO, hours=96
        ),
        PromiseRule(ref="slow@2", label="slow", kind="ship_by", since=MONDAY, hours=90),
        PromiseRule(
            ref="hand@1", label="hand", kind="hand_over_by", since=LONG_AGO, hours=60
        ),
        PromiseRule(
            ref="arrive@1", label="arrive", kind="deliver_by", since=LONG_AGO, hours=120
        ),
        PromiseRule(
            ref="return@1",
            label="return",
            kind="return_within",
            since=LONG_AGO,
            anchor="signed",
            hours=168,
            from_midnight=True,
        ),
    ),
    usual=("ship",),
)


class Report(NamedTuple):
    """Something that happened, and when."""

    at: datetime
    command: OrderCommand


# -- Invented orders --

moments = st.integers(-4, 40).map(lambda n: MONDAY + timedelta(hours=6) * n)
parcels = st.sampled_from(["SF1", "SF2"])
either = st.none() | parcels
yuan = st.sampled_from([100, 2_500, 40_000]).map(lambda minor: Money(minor, "CNY"))
offers = st.builds(
    Offer,
    label=st.sampled_from(["ship", "quick", "slow", "hand", "arrive", "return"]),
    source=st.sampled_from(["merchant", "platform"]),
    line=st.sampled_from([None, 1]),
    due_at=st.none() | moments,
)
contents = st.sampled_from(
    [
        (),
        (Packed(line=1, quantity=2),),
        (Packed(line=2, quantity=1),),
        (Packed(line=1, quantity=2), Packed(line=2, quantity=1)),
        (Packed(line=1, quantity=3),),
    ]
)
LINES = (
    OrderLine(line=1, product="jacket", quantity=2, price=Money(40_000, "CNY")),
    OrderLine(line=2, product="hat", price=Money(2_500, "CNY")),
)
placements = st.builds(
    PlaceOrder,
    consumer=st.just("anna"),
    source=st.just("shop"),
    number=st.just("A-1"),
    lines=st.sampled_from([LINES, LINES[:1], ()]),
    offers=st.none() | st.lists(offers, max_size=3).map(tuple),
)
payments = st.builds(
    CapturePayment,
    payment=st.sampled_from(["P-1", "P-2"]),
    tenders=st.lists(
        st.builds(Tender, tender=st.sampled_from(["wechat", "voucher"]), amount=yuan),
        min_size=1,
        max_size=2,
    ).map(tuple),
)
progress = st.one_of(
    st.builds(ShipParcel, parcel=parcels, contents=contents),
    *(
        st.builds(kind, parcel=either)
        for kind in (
            RecordHandOver,
            RecordOutForDelivery,
            RecordDelivery,
            RecordReturning,
            RecordReturned,
            RecordLoss,
        )
    ),
    st.builds(RecordSigning, parcel=either),
    st.builds(RecordIntercept, parcel=either, succeeded=st.booleans()),
    st.builds(
        RecordException, parcel=either, exception=st.sampled_from(["stuck", "damaged"])
    ),
)
others = st.one_of(
    st.builds(ConfirmStock),
    st.builds(ChangeAmount, payable=yuan),
    st.builds(RecordShipDate, due_at=moments),
    st.builds(RecordAppointment, offer=offers),
    st.builds(RecordCompletion),
    st.builds(RecordCancellation, reason=st.sampled_from(["regret", "no-stock"])),
    st.builds(
        RecordReview, review=st.sampled_from(["R-1", "R-2"]), score=st.integers(1, 5)
    ),
    st.builds(RecordNote, words=st.sampled_from(["sealed:a", "sealed:b"])),
    st.builds(RecordRefund, refund=st.sampled_from(["B-1", "B-2"]), amount=yuan),
    st.builds(RecordAddressChange, address=st.sampled_from(["sealed:a", "sealed:b"])),
)


def scanned(
    at: datetime, parcel: str, code: ScanCode, raw_code: str | None, rank: int
) -> Report:
    """Return a scan. Its id stands for its time and text.

    Its rank may differ from push to push: it depends on what else was pushed. So may
    its code: one carrier's feed says it outright, another leaves it to be guessed.
    """
    scan = RecordScan(
        parcel=parcel, scan=f"s-{at:%m%d%H}", code=code, raw_code=raw_code, rank=rank
    )
    return Report(at, scan)


def reports(commands: st.SearchStrategy[Any]) -> st.SearchStrategy[Report]:
    """Return a strategy of reports of such commands."""
    return st.builds(Report, at=moments, command=commands)


scans = st.builds(
    scanned,
    at=moments,
    parcel=parcels,
    code=st.sampled_from(["picked_up", "in_transit", "signed", "returned_signed"]),
    raw_code=st.sampled_from([None, "301", "0"]),
    rank=st.integers(0, 1),
)
histories = st.tuples(
    st.lists(reports(placements), max_size=2),
    st.lists(reports(payments), max_size=2),
    st.lists(reports(progress) | scans, max_size=8),
    st.lists(reports(others), max_size=4),
).map(lambda parts: [report for part in parts for report in part])

checks = st.builds(Report, at=moments, command=st.just(CheckPromises()))

# -- Telling them --


def told(reports: Sequence[Report], batch: int) -> Order:
    """Tell an order all this, in batches, and ask in the end whether time ran out."""
    store = MemoryEventStore()
    orders = Orders(store, CommandHandler(store), PolicyBook(orders=TERMS))
    order_id = orders.id_of("anna", "shop", "A-1")
    last = Report(NEXT_YEAR, CheckPromises())
    asks = [
        orders.ask(
            order_id,
            report.command,
            context_for(
                UUID(int=number),
                report.command,
                actor="feed:shop",
                asked_at=report.at,
                occurred_at=report.at,
            ),
        )
        for number, report in enumerate((*reports, last))
    ]
    for first in range(0, len(asks), batch):
        for answer in orders.handle(asks[first : first + batch]):
            assert isinstance(answer, Receipt), f"a report is never refused: {answer!r}"
    events = (recorded.event for recorded in store.stream(order_id))
    evolve: Any = ORDER.evolve  # of a log that holds other events, too
    order: Order = reduce(evolve, events, ORDER.initial)
    return order


def standing(order: Order) -> dict[str, Any]:
    """Return all that is known of an order and follows from it."""
    known = {name: getattr(order, name) for name in order.__struct_fields__}
    return known | {"escrow": order.escrow, "status": order.status}


@settings(max_examples=150)
@given(
    history=histories,
    again=st.data(),
    batch=st.sampled_from([1, 3, 64]),
)
def test_late_twice_and_out_of_order_ends_in_the_same_state(
    history: list[Report], again: st.DataObject, batch: int
) -> None:
    """The final state depends on the facts alone, not on who came first.

    The second telling is shuffled, repeats some reports, and is asked now and then
    whether time has run out.
    """
    repeated = (
        st.lists(st.sampled_from(history), max_size=4) if history else st.just([])
    )
    noise = [*again.draw(repeated), *again.draw(st.lists(checks, max_size=3))]
    shuffled = again.draw(st.permutations([*history, *noise]))
    assert standing(told(shuffled, batch)) == standing(told(history, 1))


def test_two_amounts_agreed_in_the_same_second_are_both_kept() -> None:
    less, more = (ChangeAmount(payable=Money(n, "CNY")) for n in (100, 200))
    either_way = [
        [Report(MONDAY, less), Report(MONDAY, more)],
        [Report(MONDAY, more), Report(MONDAY, less)],
    ]
    one, other = (told(reports, 1) for reports in either_way)
    assert one.payable == other.payable
    assert len(one.payable) == 2


def placed_with(offer: Offer) -> PlaceOrder:
    return PlaceOrder(consumer="anna", source="shop", number="A-1", offers=(offer,))


def test_a_promise_stands_under_the_rule_that_counts_whichever_was_told_first() -> None:
    """Of two promises under one name the sooner counts, and so does its rule."""
    slow, quick = (
        Report(MONDAY, placed_with(Offer(label=label))) for label in ("slow", "quick")
    )
    paid = Report(MONDAY, CapturePayment(payment="P-1", tenders=()))
    for reports in ([paid, slow, quick], [quick, paid, slow]):
        (promise,) = told(reports, 1).promises.values()
        assert promise.policy == "quick@1"


def test_a_scan_pushed_again_at_another_place_in_its_trace_is_the_same_scan() -> None:
    first, second = (scanned(MONDAY, "SF1", "picked_up", None, rank) for rank in (0, 1))
    one, other = told([first, second], 1), told([second, first], 1)
    assert one.parcels == other.parcels
    assert len(one.parcels["SF1"].marks) == 1
