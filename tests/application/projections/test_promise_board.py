"""What the promise board shows, given what has happened."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from application.processes.holds import EVERYTHING, Holds
from application.projections.parked import parked_streams
from application.projections.promise_board import BoardPromise, PromiseQueries
from application.projections.promise_rows import PromiseBoard
from domain.money import Money
from domain.order.events import (
    OrderIdentified,
    OrderPlaced,
    ParcelShipped,
    PromiseBreached,
    PromiseCleared,
    PromiseKept,
    PromiseMade,
    PromiseRenegotiated,
    PromiseReopened,
    PromiseStarted,
    PromiseVoided,
    PromiseWaived,
)
from domain.order.values import OrderLine
from domain.party import Participant
from tests.application.projections.conftest import (
    MONDAY,
    History,
    Pools,
    Reader,
    stream_called,
)

HOUR = timedelta(hours=1)
SHIP, DELIVER = "ship_by/order/merchant", "deliver_by/order/platform"
TEA = Money(1999, "CNY")

placed = OrderPlaced(
    at=MONDAY,
    consumer="anna",
    source="douyin",
    number="1",
    merchant="tea-house",
    lines=(
        OrderLine(line=1, product="tea", price=TEA),
        OrderLine(line=2, product="cup", price=TEA, merchant="potter"),
    ),
    participants=(Participant(party="mei", roles=("creator", "room_seller")),),
)
shipped = ParcelShipped(at=MONDAY + HOUR, parcel="SF1", carrier="shunfeng")


def named(consumer: str) -> OrderIdentified:
    return OrderIdentified(at=MONDAY, consumer=consumer, source="douyin", number="1")


def made(promise: str = SHIP, hours: int | None = 48, **more: Any) -> PromiseMade:
    return PromiseMade(
        at=MONDAY,
        promise=promise,
        kind="ship_by" if promise.startswith("ship") else "deliver_by",
        source=more.pop("source", "merchant"),
        due_at=None if hours is None else MONDAY + hours * HOUR,
        policy="shop.ship@1",
        **more,
    )


kept = PromiseKept(
    at=MONDAY + 40 * HOUR,
    promise=SHIP,
    due_at=MONDAY + 48 * HOUR,
    ahead_seconds=8 * 3600,
    evidence="SF1/picked_up",
)
by_clock = PromiseBreached(
    at=MONDAY + 48 * HOUR,
    promise=SHIP,
    due_at=MONDAY + 48 * HOUR,
    first_due_at=MONDAY + 48 * HOUR,
)
late = PromiseBreached(
    at=MONDAY + 50 * HOUR,
    promise=SHIP,
    due_at=MONDAY + 48 * HOUR,
    first_due_at=MONDAY + 48 * HOUR,
    late_seconds=7200,
    evidence="SF1/picked_up",
)
cleared = PromiseCleared(
    at=MONDAY + 47 * HOUR,
    promise=SHIP,
    due_at=MONDAY + 48 * HOUR,
    ahead_seconds=3600,
    evidence="SF1/picked_up",
)


@pytest.fixture
def reader(pools: Pools) -> Reader:
    return Reader(pools.projector, [PromiseBoard()])


@pytest.fixture
def board(pools: Pools) -> PromiseQueries:
    return PromiseQueries(pools.reader)


def promises(board: PromiseQueries, **asked: Any) -> Sequence[BoardPromise]:
    return board.find(limit=100, **asked).rows


def test_what_falls_due_first_comes_first_and_what_has_no_time_last(
    reader: Reader, history: History, board: PromiseQueries
) -> None:
    reader.reads(
        *history.goes_on("1", made("deliver_by/a", None), made(DELIVER, 72), made())
    )
    due = [row.promise for row in promises(board)]
    assert due == [SHIP, DELIVER, "deliver_by/a"]
    before = promises(board, due_before=MONDAY + 72 * HOUR)
    assert [row.promise for row in before] == [SHIP]


def test_a_promise_made_and_kept_in_one_batch_is_kept(
    reader: Reader, history: History, board: PromiseQueries
) -> None:
    reader.reads(*history.goes_on("1", placed, made(), kept))
    (row,) = promises(board)
    assert (row.standing, row.ahead_seconds, row.met_at) == ("kept", 28800, kept.at)
    assert (row.evidence, row.version) == ("SF1/picked_up", 3)


@pytest.mark.parametrize("in_one_batch", [True, False])
def test_a_breach_by_the_clock_is_completed_by_a_late_deed(
    reader: Reader, history: History, board: PromiseQueries, *, in_one_batch: bool
) -> None:
    first, then = history.goes_on("1", made(), by_clock), history.goes_on("1", late)
    for batch in [[*first, *then]] if in_one_batch else [first, then]:
        reader.reads(*batch)
    (row,) = promises(board, state="breached")
    assert (row.late_seconds, row.met_at) == (7200, late.at)


@pytest.mark.parametrize(
    ("last", "standing"),
    [
        (by_clock, "breached"),
        (cleared, "kept"),
        (PromiseWaived(at=MONDAY, promise=SHIP, reason="no_hurry"), "waived"),
        (PromiseVoided(at=MONDAY, promise=SHIP), "voided"),
        (PromiseReopened(at=MONDAY, promise=SHIP), "open"),
        (PromiseStarted(at=MONDAY, promise=SHIP, due_at=MONDAY), "open"),
    ],
)
def test_how_a_promise_stands_is_what_was_last_said_of_it(
    reader: Reader,
    history: History,
    board: PromiseQueries,
    last: PromiseVoided,
    standing: str,
) -> None:
    reader.reads(*history.goes_on("1", made(), late))
    reader.reads(*history.goes_on("1", last))
    (row,) = promises(board)
    assert row.standing == standing
    assert row.late_seconds is None


def test_an_agreed_time_replaces_the_due_time_but_not_the_first_one(
    reader: Reader, history: History, board: PromiseQueries
) -> None:
    agreed = PromiseRenegotiated(
        at=MONDAY, promise=SHIP, due_at=MONDAY + 96 * HOUR, reason="out_of_stock"
    )
    reader.reads(*history.goes_on("1", made(), agreed))
    (row,) = promises(board)
    assert (row.due_at, row.first_due_at) == (
        MONDAY + 96 * HOUR,
        MONDAY + 48 * HOUR,
    )


def test_the_rule_that_counts_in_the_end_is_shown(
    reader: Reader, history: History, board: PromiseQueries
) -> None:
    sooner = PromiseStarted(
        at=MONDAY, promise=SHIP, due_at=MONDAY + HOUR, policy="shop.ship-fast@2"
    )
    reader.reads(*history.goes_on("1", made()))
    reader.reads(*history.goes_on("1", sooner))
    assert [row.policy for row in promises(board)] == ["shop.ship-fast@2"]


def test_a_promise_of_an_order_that_was_only_named_knows_whose_it_is(
    reader: Reader, history: History, board: PromiseQueries
) -> None:
    told = [made(), named("order:douyin:1"), named("anna"), named("bert")]
    for event in told:
        reader.reads(*history.goes_on("1", event))
    reader.reads(*history.goes_on("2", *reversed(told)))
    assert {(row.consumer, row.order_source) for row in promises(board)} == {
        ("anna", "douyin")
    }
    reader.reads(*history.goes_on("2", replace(placed, consumer="dora")))
    (second,) = promises(board, order_id=stream_called("2"))
    assert second.consumer == "dora", "whoever tells the placement knows better"


@pytest.mark.parametrize("parties_first", [True, False])
def test_a_promise_knows_its_parties_whenever_they_become_known(
    reader: Reader, history: History, board: PromiseQueries, *, parties_first: bool
) -> None:
    told = [placed, shipped, made(), made("deliver_by/line-2/merchant", line=2)]
    for event in told if parties_first else reversed(told):
        reader.reads(*history.goes_on("1", event))
    whole, of_line = sorted(promises(board), key=lambda row: row.line or 0)
    assert (whole.merchant, of_line.merchant) == ("tea-house", "potter")
    assert (whole.creator, whole.carrier) == ("mei", "shunfeng")
    assert (whole.consumer, whole.order_source) == ("anna", "douyin")
    assert promises(board, merchant="potter") == [of_line]
    assert len(promises(board, carrier="shunfeng", creator="mei")) == 2
    assert promises(board, creator="tea-house") == []


def test_a_creators_own_promise_is_hers_whoever_else_made_content(
    reader: Reader, history: History, board: PromiseQueries
) -> None:
    hers = made("ship_by/order/creator/lan", source="creator", by="lan")
    reader.reads(*history.goes_on("1", placed, hers))
    assert [row.creator for row in promises(board)] == ["lan"]


def test_of_two_placements_the_earlier_counts_whichever_was_told_first(
    reader: Reader, history: History, board: PromiseQueries
) -> None:
    earlier = OrderPlaced(
        at=MONDAY - HOUR,
        consumer="anna",
        source="douyin",
        number="1",
        merchant="cup-house",
        lines=(),
    )
    reader.reads(*history.goes_on("1", placed, made(), earlier))
    reader.reads(*history.goes_on("2", earlier, made(), placed))
    assert {row.merchant for row in promises(board)} == {"cup-house"}


def test_pages_follow_each_other_past_those_without_a_time(
    reader: Reader, history: History, board: PromiseQueries
) -> None:
    timed = [made(f"deliver_by/{n}", 24) for n in range(3)]
    untimed = [made(f"deliver_by/later-{n}", None) for n in range(3)]
    reader.reads(*history.goes_on("1", *timed, *untimed))
    seen: list[str] = []
    cursor: str | None = None
    while True:
        page = board.find(limit=2, cursor=cursor, state="open")
        seen += [row.promise for row in page.rows]
        if (cursor := page.next) is None:
            break
    assert len(seen) == len(set(seen)) == 6


def test_a_promise_nobody_made_parks_its_stream(
    reader: Reader, history: History, board: PromiseQueries, pools: Pools
) -> None:
    reader.reads(*history.goes_on("1", kept), *history.goes_on("2", made()))
    assert [row.order_id for row in promises(board)] == [stream_called("2")]
    (parked,) = parked_streams(pools.reader)
    assert parked.stream_id == stream_called("1")


def due(board: PromiseQueries, now: datetime) -> list[str]:
    return [each.promise for each in board.due_for_check(now, limit=10)]


def test_only_open_promises_past_their_time_are_asked_about(
    reader: Reader, history: History, board: PromiseQueries
) -> None:
    reader.reads(
        *history.goes_on("1", made(), made(DELIVER, 72)),
        *history.goes_on("2", made(), kept),
    )
    assert due(board, MONDAY + 48 * HOUR) == []
    assert due(board, MONDAY + 49 * HOUR) == [SHIP]
    assert due(board, MONDAY + 73 * HOUR) == [SHIP, DELIVER]


def test_what_falls_due_is_asked_page_by_page(
    reader: Reader, history: History, board: PromiseQueries
) -> None:
    reader.reads(*history.goes_on("1", *(made(f"ship_by/{n}") for n in range(5))))
    now = MONDAY + 49 * HOUR
    (*_, last) = first = board.due_for_check(now, 3)
    rest = board.due_for_check(now, 3, last)
    assert [each.promise for each in [*first, *rest]] == [
        f"ship_by/{n}" for n in range(5)
    ]


def test_nobody_asks_while_an_import_holds_the_source(
    reader: Reader, history: History, board: PromiseQueries, pools: Pools
) -> None:
    holds = Holds(pools.writer)
    reader.reads(*history.goes_on("1", placed, made()))
    holds.hold("douyin", "importer-1")
    holds.hold("douyin", "importer-2")
    assert holds.held() == ("douyin",)
    assert due(board, MONDAY + 49 * HOUR) == []
    holds.release("douyin", "importer-1")
    assert due(board, MONDAY + 49 * HOUR) == []
    holds.release("douyin", "importer-2")
    assert due(board, MONDAY + 49 * HOUR) == [SHIP]


def test_nobody_asks_of_any_order_while_a_carrier_tells_of_parcels(
    reader: Reader, history: History, board: PromiseQueries, pools: Pools
) -> None:
    holds = Holds(pools.writer)
    reader.reads(*history.goes_on("1", placed, made()), *history.goes_on("2", made()))
    holds.hold(EVERYTHING, "importer")
    assert due(board, MONDAY + 49 * HOUR) == []
    holds.release(EVERYTHING, "importer")
    assert due(board, MONDAY + 49 * HOUR) == [SHIP, SHIP]


def test_an_order_that_was_only_named_is_held_with_its_source(
    reader: Reader, history: History, board: PromiseQueries, pools: Pools
) -> None:
    reader.reads(*history.goes_on("1", named("anna"), made()))
    Holds(pools.writer).hold("douyin", "importer")
    assert due(board, MONDAY + 49 * HOUR) == []


def test_a_hold_nobody_renews_runs_out(
    reader: Reader, history: History, board: PromiseQueries, pools: Pools
) -> None:
    reader.reads(*history.goes_on("1", placed, made()))
    Holds(pools.writer).hold("douyin", "killed", seconds=0)
    assert due(board, MONDAY + 49 * HOUR) == [SHIP]
