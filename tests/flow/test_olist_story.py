"""2,489 real orders of 2016 to 2018, and all that is known of how they went.

The figures were counted from the files by hand. The export is not part of the project:
without it these tests are skipped.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import timedelta
from functools import reduce
from threading import Event as Signal
from typing import Any

import pytest
from litestar.testing import TestClient
from msgspec import to_builtins

from application.projections.stats import PromiseStats, Stats, read_stats
from domain.detection import rules_of, watch_points
from domain.order import ORDER, Order
from interface.bootstrap import Redress
from interface.cli.ingest_olist import OlistReport, take_olist
from interface.postgres.database import database
from interface.postgres.server import EmbeddedPostgres
from interface.serving import build_api
from interface.settings import Settings
from tests.interface.api.conftest import Caller
from tests.shared_data import recorded

DAY = timedelta(days=1)
DELIVER_BY = {"kept": 2_251, "late": 176, "never": 35, "voided": 27}
HAND_OVER_BY = {"kept": 2_564, "late": 243, "never": 10, "voided": 11}


@pytest.fixture(scope="module", name="redress")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redress]:
    """Have a database of our own, so that one import serves all tests."""
    recorded("olist")  # Without it there is nothing to open a database for.
    home = tmp_path_factory.mktemp("olist") / "home"
    settings = Settings(home=home, partitions=8)
    with database(settings, EmbeddedPostgres(home, durable=False)) as urls:
        redress = Redress(settings, urls)
        yield redress
        redress.close()


@pytest.fixture(scope="module", name="report")
def ingested(redress: Redress) -> OlistReport:
    return take_olist(redress, recorded("olist"), Signal())


@pytest.fixture(scope="module", name="stats")
def counted(redress: Redress, report: OlistReport) -> Stats:
    assert report.told.whole
    return read_stats(redress.reader)


@pytest.fixture(scope="module", name="agent")
def an_agent(redress: Redress, report: OlistReport) -> Iterator[Caller]:
    assert report.told.whole
    with TestClient(build_api(redress)) as client:
        yield Caller(client, redress.tokens.issue("agent", "wang"))


def every(agent: Caller, path: str, **asked: Any) -> Iterator[dict[str, Any]]:
    """Yield all items of a list, page by page."""
    cursor: dict[str, Any] = {}
    while True:
        answer = agent.get(path, limit=200, **asked, **cursor)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        yield from page["items"]
        if page["next"] is None:
            return
        cursor = {"cursor": page["next"]}


def judged(promises: Iterator[dict[str, Any]]) -> Counter[str]:
    """Return how promises stand; late ones were kept after all, never is never."""
    ends = {"breached": "never"}
    return Counter(
        "late"
        if each["late_seconds"] is not None
        else ends.get(each["state"], each["state"])
        for each in promises
    )


def told_apart(counts: PromiseStats) -> dict[str, int]:
    assert (counts.open, counts.waived) == (0, 0)
    return {
        "kept": counts.kept,
        "late": counts.breached_late,
        "never": counts.breached_never,
        "voided": counts.voided,
    }


# -- What came in --


def test_every_row_could_be_read(report: OlistReport, stats: Stats) -> None:
    assert (report.rows, report.orders) == (15_853, 2_489)
    assert (report.bad, report.waiting) == (0, 0)
    assert stats.quarantine.by_source == {}


def test_every_step_that_has_a_time_was_told(report: OlistReport) -> None:
    """9,853 life-cycle times; each is a report, and so are 2,480 reviews.

    The payment of an order never approved was made at its purchase; six orders were
    being prepared, and 27 were called off.
    """
    unapproved, prepared, called_off, reviews = 5, 6, 27, 2_480
    steps = 9_853 + unapproved + prepared + called_off + reviews
    assert report.told.new == steps
    assert report.told.known == 0


def test_orders_stand_where_the_files_say(stats: Stats) -> None:
    assert stats.orders.total == 2_489
    assert stats.orders.by_state == {
        "delivered": 2_427,
        "shipped": 25,
        "preparing": 6,
        "paid": 4,
        "cancelled": 27,
    }


def test_reports_that_contradict_each_other_are_kept_and_flagged(stats: Stats) -> None:
    assert stats.orders.contradictory == 37


# -- Money --


def test_every_centavo_is_there(stats: Stats) -> None:
    paid = stats.payments["BRL"]
    assert paid.total == "405722.97"
    assert paid.by_tender == {
        "credit_card": "315806.89",
        "boleto": "74487.87",
        "voucher": "12775.00",
        "debit_card": "2653.21",
    }


def test_what_was_paid_is_not_always_what_it_cost(stats: Stats) -> None:
    assert stats.orders.paid_differs == 14
    assert stats.orders.paid_differs_by_more_than_one == 9
    assert stats.orders.paid_without_items == 16


# -- Promises --


def test_the_day_promised_to_the_consumer_counts_to_its_end(stats: Stats) -> None:
    """208 came after the estimated timestamp, which is midnight; 176 after the day."""
    assert told_apart(stats.promises["deliver_by"]) == DELIVER_BY


def test_each_line_had_its_own_time_to_be_handed_over(stats: Stats) -> None:
    assert told_apart(stats.promises["hand_over_by"]) == HAND_OVER_BY


def test_the_clock_alone_broke_the_promises_of_orders_that_never_came(
    agent: Caller,
) -> None:
    never = {
        each["order_id"]
        for each in every(agent, "/v1/promises", state="breached", kind="deliver_by")
        if each["late_seconds"] is None
    }
    states = Counter(
        agent.get(f"/v1/orders/{order}").json()["order"]["status"] for order in never
    )
    assert states == {"shipped": 25, "preparing": 6, "paid": 4}


def test_203_orders_have_a_line_that_was_handed_over_late(agent: Caller) -> None:
    late = {
        each["order_id"]
        for each in every(agent, "/v1/promises", state="breached", kind="hand_over_by")
        if each["late_seconds"] is not None
    }
    assert len(late) == 203


@pytest.mark.parametrize(
    ("kind", "expected"), [("deliver_by", DELIVER_BY), ("hand_over_by", HAND_OVER_BY)]
)
def test_the_api_tells_every_promise(
    agent: Caller, kind: str, expected: dict[str, int]
) -> None:
    assert judged(every(agent, "/v1/promises", kind=kind)) == expected


def test_the_api_tells_an_operator_the_same_figures(
    agent: Caller, stats: Stats
) -> None:
    """All those counted above."""
    answer = agent.get("/v1/stats")
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told["orders"] == to_builtins(stats.orders)
    assert told["payments"] == to_builtins(stats.payments)
    assert told["promises"] == to_builtins(stats.promises)
    assert told["reviews"] == to_builtins(stats.reviews)


# -- What consumers said --


def test_reviews_by_their_stars(stats: Stats) -> None:
    scores = {"1": 288, "2": 82, "3": 215, "4": 470, "5": 1_425}
    assert stats.reviews.by_score == scores
    assert scores["1"] + scores["2"] == 370


def test_unhappy_reviews_are_complaints_on_the_timeline(redress: Redress) -> None:
    query = "SELECT count(*) FROM projection.timeline WHERE kind = 'complaint'"
    with redress.reader.connection() as connection:
        assert connection.execute(query).fetchone() == (370,)


def test_108_complaints_are_about_orders_that_came_late(agent: Caller) -> None:
    late = [
        each
        for each in every(agent, "/v1/promises", state="breached", kind="deliver_by")
        if each["late_seconds"] is not None
    ]
    complaints = [
        entry
        for each in late
        for entry in every(
            agent,
            f"/v1/consumers/{each['consumer']}/timeline",
            kind="complaint",
            order=each["order_id"],
        )
    ]
    assert len(late) == 176
    assert len(complaints) == 108


# -- Once --


def test_taking_it_in_again_changes_nothing(redress: Redress, stats: Stats) -> None:
    again = take_olist(redress, recorded("olist"), Signal())
    assert again.told.new == 0
    assert again.overdue == 0
    assert read_stats(redress.reader) == stats


# -- Detectors --


@pytest.fixture(scope="module", name="orders")
def as_they_stand(redress: Redress, report: OlistReport) -> list[Order]:
    assert report.told.whole
    with redress.reader.connection() as connection:
        ids = connection.execute("SELECT order_id FROM projection.order_page")
        found = [row[0] for row in ids]
    histories = redress.store.load(found).histories
    return [folded(each.event for each in histories[name]) for name in found]


def folded(events: Iterable[Any]) -> Order:
    return reduce(ORDER.evolve, events, ORDER.initial)


def test_detectors_find_what_the_clock_found(
    redress: Redress, orders: list[Order]
) -> None:
    """What is late or never came is a shortfall, each promise once, and nothing else.

    The promises of called-off orders were let off, and no detector speaks of them.
    """
    book = redress.policies.for_source("olist")
    last = max(order.placed_at for order in orders if order.placed_at) + 400 * DAY
    found = Counter(
        point.code
        for order in orders
        for point in watch_points(order, rules_of(book, order, last))
        if point.due_at <= last
    )
    assert found == {
        "DELIVERY_OVERDUE": DELIVER_BY["late"] + DELIVER_BY["never"],
        "SHIP_OVERDUE": HAND_OVER_BY["late"] + HAND_OVER_BY["never"],
    }
