"""``redress projections``, ``stats`` and ``work`` as an operator meets them."""

import json
import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from pathlib import Path
from threading import Event as Signal
from typing import Any, get_args
from uuid import UUID

import psycopg
import pytest
from click.testing import CliRunner, Result
from msgspec.structs import replace
from rich.console import Console

from application.projections.read_models import read_model
from application.projections.rebuild import alone
from application.projections.stats import PromiseStats, read_stats
from domain.promise import PromiseKind
from interface.bootstrap import Redress, open_redress
from interface.cli.projections import command as projections
from interface.cli.projections import looked_at
from interface.cli.stats import command as stats
from interface.cli.stats import show
from interface.cli.work import command as work
from interface.errors import UserError
from interface.postgres.database import DatabaseUrls
from interface.settings import Settings
from tests.application.projections.shop import Shop

NEXT_YEAR = "2027-11-23T09:00:00Z"


@pytest.fixture
def redress(clean_database: DatabaseUrls) -> Iterator[Redress]:
    with psycopg.connect(clean_database.owner) as owner:
        row = owner.execute("SHOW data_directory").fetchone()
    assert row is not None
    with open_redress(Settings(home=Path(row[0]).parent), prepared=True) as opened:
        yield opened


@pytest.fixture
def shop(redress: Redress) -> Shop:
    return Shop(redress.store)


def run(redress: Redress, command: object, *words: str, clock: str = "") -> Result:
    env = {"REDRESS_HOME": str(redress.settings.home), "REDRESS_CLOCK": clock}
    # rich-click's commands are click's; its stubs say so, the runner's do not.
    return CliRunner().invoke(command, words, env=env)  # type: ignore[arg-type]  # see above


def counted(redress: Redress) -> Any:
    printed = run(redress, stats, "--json")
    assert printed.exit_code == 0, printed.output
    return json.loads(printed.stdout)


def test_stats_answers_the_first_questions(redress: Redress, shop: Shop) -> None:
    shop.sells(range(5))
    shop.takes_orders(range(5, 8))
    found = counted(redress)
    assert found["orders"]["total"] == 8
    assert found["orders"]["by_state"] == {"delivered": 5, "paid": 3}
    assert found["orders"]["contradictory"] == 0
    assert found["events"]["total"] == sum(redress.store.heads().values())
    assert found["payments"] == {
        "CNY": {"total": "199.92", "by_tender": {"card": "199.92"}}
    }
    assert found["reviews"]["by_score"] == dict.fromkeys("12345", 1)
    assert found["promises"]["ship_by"] == {
        "kept": 5,
        "breached_late": 0,
        "breached_never": 0,
        "voided": 0,
        "waived": 0,
        "open": 3,
    }
    assert found["projections"] == {"behind": 0, "parked": 0}


def test_stats_counts_what_waits_and_what_was_not_understood(redress: Redress) -> None:
    with redress.writer.connection() as connection:
        connection.execute(
            "INSERT INTO inbound.message"
            " (message_id, source, key, type, place, sha256, state, reason) VALUES"
            " (gen_random_uuid(), 'kuaidi100', 'a', 'push', 'http',"
            "  sha256(''), 'waiting', 'unknown_waybill'),"
            " (gen_random_uuid(), 'doudian', 'b', '999', 'http',"
            "  sha256(''), 'quarantined', 'unknown_type')"
        )
    found = counted(redress)
    assert found["waiting"]["by_reason"] == {"unknown_waybill": 1}
    assert found["quarantine"]["by_source"] == {"doudian": 1}


def test_paid_is_held_against_items_and_freight(redress: Redress, shop: Shop) -> None:
    shop.sells(range(3))
    with redress.projector.connection() as connection:
        counted(redress)
        for number, paid in ((0, 2500), (1, 2501)):
            connection.execute(
                "UPDATE projection.order_page_v1 SET paid_minor = %s WHERE number = %s",
                (paid, f"T{number}"),
            )
        connection.execute(
            "UPDATE projection.order_page_v1 SET lines = 0 WHERE number = 'T2'"
        )
    orders = counted(redress)["orders"]
    assert orders["paid_differs"] == 2
    assert orders["paid_differs_by_more_than_one"] == 1
    assert orders["paid_without_items"] == 1


def test_stats_cuts_no_name_on_a_narrow_terminal(redress: Redress) -> None:
    kept = PromiseStats(
        kept=99_441,
        breached_late=99_441,
        breached_never=99_441,
        voided=99_441,
        waived=99_441,
        open=99_441,
    )
    counts = read_stats(redress.reader)
    kinds = get_args(PromiseKind)
    screen = StringIO()
    console = Console(file=screen, width=80)
    show(replace(counts, promises=dict.fromkeys(kinds, kept)), console)
    shown = screen.getvalue().split()
    assert {*kinds, "kept", "late", "never", "voided", "waived", "open"} <= {*shown}
    assert shown.count("99,441") == 6 * len(kinds)


def test_stats_is_readable_too(redress: Redress, shop: Shop) -> None:
    shop.sells(range(2))
    printed = run(redress, stats).stdout
    assert "Payments, CNY" in printed
    assert "49.98" in printed


def test_what_ran_out_is_breached_by_one_round_of_work(
    redress: Redress, shop: Shop
) -> None:
    shop.takes_orders(range(4))
    assert run(redress, work, "--once", clock=NEXT_YEAR).exit_code == 0
    assert counted(redress)["promises"]["ship_by"]["breached_never"] == 4


def end_once_all_is_breached(redress: Redress) -> None:
    """Ask this process to end when the worker has done its work, or after a minute."""
    for _ in range(1200):
        if len(redress.queries.promises.find(limit=9, state="breached").rows) == 4:
            break
        Signal().wait(0.05)
    os.kill(os.getpid(), signal.SIGTERM)


def test_a_worker_works_until_it_is_asked_to_end(redress: Redress, shop: Shop) -> None:
    shop.takes_orders(range(4))
    with ThreadPoolExecutor() as threads:
        watching = threads.submit(end_once_all_is_breached, redress)
        ended = run(redress, work, clock=NEXT_YEAR)
        watching.result()
    assert ended.exit_code == 0
    assert counted(redress)["promises"]["ship_by"]["breached_never"] == 4


def test_a_rebuild_that_is_equal_says_so(redress: Redress, shop: Shop) -> None:
    shop.sells(range(5))
    counted(redress)
    printed = run(redress, projections, "rebuild", "promise_board", "--compare")
    assert printed.exit_code == 0, printed.output
    assert "equal to the live table, row for row" in printed.stdout
    assert "in place" not in printed.stdout


def test_a_comparison_that_differs_shows_the_rows_and_fails_until_they_are_mended(
    redress: Redress, shop: Shop
) -> None:
    shop.sells(range(5))
    counted(redress)
    with redress.projector.connection() as connection:
        connection.execute(
            "UPDATE projection.order_page_v1 SET status = 'cancelled'"
            " WHERE number = 'T1'"
        )
    compare = ("rebuild", "order_page", "--compare")
    printed = run(redress, projections, *compare)
    assert printed.exit_code == 1
    assert "1 row differs from the live table" in printed.stdout
    assert 'status (live "cancelled", rebuilt "delivered")' in printed.stdout
    assert str(shop.order_id(1)) in printed.stdout
    assert max(map(len, printed.stdout.splitlines())) < 200
    told = json.loads(run(redress, projections, *compare, "--json").stdout)
    (difference,) = told["examples"]
    statuses = [difference[side]["status"] for side in ("live", "rebuilt")]
    assert statuses == ["cancelled", "delivered"]
    assert run(redress, projections, *compare).exit_code == 1
    switched = run(redress, projections, "rebuild", "order_page")
    assert switched.exit_code == 0
    assert "The rebuilt rows are in place" in switched.stdout
    assert run(redress, projections, *compare).exit_code == 0


def tampered(redress: Redress, statement: str, **values: object) -> None:
    """Do as a superuser does who switches the triggers off."""
    with psycopg.connect(redress.connections.urls.owner) as owner:
        owner.execute("SET session_replication_role = replica")
        assert owner.execute(statement.encode(), values).rowcount


def spoilt(redress: Redress, order_id: UUID) -> None:
    """Have the placement of an order say what nobody can read."""
    tampered(
        redress,
        "UPDATE store.event SET body = 'spoilt'"
        " WHERE stream_id = %(order)s AND type = 'order.placed'",
        order=order_id,
    )


def test_a_rebuild_that_would_park_what_can_be_read_now_is_put_in_place_only_if_told_so(
    redress: Redress, shop: Shop
) -> None:
    shop.sells(range(3))
    counted(redress)
    order_id = shop.order_id(1)
    spoilt(redress, order_id)

    def rows() -> int:
        with redress.reader.connection() as connection:
            found = connection.execute("SELECT FROM projection.order_page")
            return found.rowcount

    refused = run(redress, projections, "rebuild", "order_page")
    assert refused.exit_code == 1
    assert f"not parked before: stream {order_id} at " in refused.stdout
    assert "spoilt_body: order.placed: JSON is malformed" in refused.stdout
    assert "The live rows stay" in refused.stdout
    assert "in place." not in refused.stdout
    assert rows() == 3
    assert run(redress, projections, "parked").stdout == "No stream is parked.\n"

    forced = run(redress, projections, "rebuild", "order_page", "--even-parked")
    assert forced.exit_code == 0
    assert "The rebuilt rows are in place." in forced.stdout
    assert rows() == 2
    again = run(redress, projections, "rebuild", "order_page")
    assert again.exit_code == 0, "what is parked live parks nothing new"


def test_why_an_event_cannot_be_read_is_said_where_its_stream_is_parked(
    redress: Redress, shop: Shop
) -> None:
    shop.takes_orders([1])
    order_id = shop.order_id(1)
    spoilt(redress, order_id)
    redress.runner().catch_up()
    why = "spoilt_body: order.placed: JSON is malformed"
    parked = run(redress, projections, "parked").stdout
    assert why in parked
    assert "(byte " in parked
    retried = run(redress, projections, "retry", "order_page", str(order_id))
    assert why in str(retried.exception)


def test_who_comes_second_to_rebuild_is_told_and_nothing_is_changed(
    redress: Redress, shop: Shop
) -> None:
    shop.sells(range(5))
    counted(redress)
    with alone(read_model("order_page"), redress.projector):
        refused = run(redress, projections, "rebuild", "order_page")
    assert isinstance(refused.exception, UserError)
    assert "order_page: somebody fills it again already" in str(refused.exception)
    assert "Nothing was changed." in str(refused.exception)


@pytest.mark.parametrize("words", [("--compare",), ()])
def test_where_events_are_missing_it_is_said_and_the_live_rows_stay(
    redress: Redress, shop: Shop, words: tuple[str, ...]
) -> None:
    shop.sells(range(5))
    counted(redress)
    heads = redress.store.heads()
    partition = max(heads, key=lambda each: heads[each])
    head = heads[partition]
    tampered(
        redress,
        "DELETE FROM store.event WHERE partition = %(partition)s AND position = %(at)s",
        partition=partition,
        at=head,
    )
    looked = run(redress, projections, "rebuild", "references", *words)
    assert looked.exit_code == 1
    why = f"the log ends at event {head - 1}, before its head at {head}"
    assert f"partition {partition} cannot be filled again: {why}" in looked.stdout
    assert "not every partition could be filled" in looked.stdout
    assert "in place" not in looked.stdout


def test_how_fast_they_read_is_seen_by_watching_them(
    redress: Redress, shop: Shop
) -> None:
    shop.sells(range(5))
    events = sum(redress.store.heads().values())

    def work(_seconds: float) -> None:
        redress.runner().catch_up()

    idle = looked_at(redress, 0, work)
    assert {(each.behind, each.events_per_second) for each in idle} == {(events, None)}
    busy = looked_at(redress, 1, work)
    assert {(each.read, each.behind) for each in busy} == {(events, 0)}
    assert all(each.events_per_second for each in busy)
    idle = looked_at(redress, 1, lambda _: None)
    assert {each.events_per_second for each in idle} == {0}


@pytest.mark.parametrize("name", ["its id", "T1"])
def test_what_is_parked_is_listed_and_can_be_retried(
    redress: Redress, shop: Shop, name: str
) -> None:
    shop.sells([1])
    counted(redress)
    order_id = str(shop.order_id(1))
    with redress.projector.connection() as connection:
        connection.execute(
            "WITH last AS (DELETE FROM projection.timeline_v1 AS entry"
            "  WHERE order_id = %s AND code = 'order.review_recorded' RETURNING *)"
            " INSERT INTO projection.parked"
            " SELECT 'timeline', 1, partition, stream_id, position,"
            " 'LookupError: a parcel' FROM last",
            (order_id,),
        )
    unwatched = ("list", "--over", "0")
    for word in (unwatched, ("parked",)):
        listed = run(redress, projections, *word).stdout
        assert order_id in listed
        assert "attempts 1: LookupError: a parcel" in listed
        assert "(order.review_recorded)" in listed
    (told,) = json.loads(run(redress, projections, "parked", "--json").stdout)
    assert (told["stream_id"], told["tag"]) == (order_id, "order.review_recorded")
    assert (told["reason"], told["attempts"]) == ("LookupError: a parcel", 1)
    (timeline,) = [
        each
        for each in json.loads(run(redress, projections, *unwatched, "--json").stdout)
        if each["name"] == "timeline"
    ]
    assert timeline["parked"][0]["stream_id"] == order_id
    assert counted(redress)["projections"]["parked"] == 1
    retried = run(
        redress, projections, "retry", "timeline", name if name == "T1" else order_id
    )
    assert retried.exit_code == 0, retried.output
    assert run(redress, projections, "parked").stdout == "No stream is parked.\n"
    assert counted(redress)["projections"]["parked"] == 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("rebuild", "nonsense"), "there are references, persons"),
        (("retry", "timeline", "6f1f0d62-8a52-4b1e-9a1c-0d0a2cf1f3b4"), "not parked"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    redress: Redress, words: tuple[str, ...], told: str
) -> None:
    refused = run(redress, projections, *words)
    assert isinstance(refused.exception, UserError)
    assert told in str(refused.exception)
