"""``redress ingest`` as it is typed."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner, Result

from interface.cli.ingest import command
from interface.errors import UserError
from interface.postgres.database import DatabaseUrls
from tests.eventually import eventually
from tests.interface.inbound.olist_files import (
    ANNAS,
    CHAIR,
    LAMP,
    REVIEW,
    file_of,
    write_export,
)
from tests.interface.served import roles

Typed = Callable[..., Result]

PUSH = """{"status":"shutdown",
"lastResult":{"message":"ok","state":"3","com":"yuantong",
"nu":"V030344422","data":[{"context":"包裹已签收","time":"2026-03-02 10:00:00"}]}}"""


@pytest.fixture
def typed(clean_database: DatabaseUrls, tmp_path: Path) -> Typed:
    """Return what types ``redress ingest`` and some words after it."""
    environment = {
        "REDRESS_HOME": str(tmp_path / "home"),
        **roles(clean_database),
    }

    def type_(*words: object) -> Result:
        return CliRunner().invoke(command, [*map(str, words)], env=environment)

    return type_


def quarantined(urls: DatabaseUrls) -> list[tuple[str, str]]:
    """Return where the rows in quarantine stand, and what is wrong with them."""
    query = """
        SELECT place, detail FROM inbound.message
        WHERE state = 'quarantined' AND body IS NOT NULL ORDER BY place
    """
    with psycopg.connect(urls.owner) as owner:
        return owner.execute(query).fetchall()


# -- Olist --


def test_an_export_is_taken_in_and_summed_up(typed: Typed, tmp_path: Path) -> None:
    done = typed("olist", write_export(tmp_path))
    assert done.exit_code == 0
    assert done.stdout.splitlines() == [
        "olist: 10 rows read, 1 order",
        "5 reports new, 0 already known",
        "0 rows in quarantine",
    ]


def test_a_bad_row_is_set_aside_and_the_rest_goes_on(
    typed: Typed, clean_database: DatabaseUrls, tmp_path: Path
) -> None:
    rows = [REVIEW, REVIEW.replace("r-1", "r-2").replace(",2,", ",two,")]
    done = typed("olist", write_export(tmp_path, order_reviews=rows))
    assert done.exit_code == 0
    assert "1 row in quarantine" in done.stdout
    assert "redress quarantine list --source olist" in done.stdout
    assert quarantined(clean_database) == [
        (
            f"{file_of('order_reviews')}:3",
            "review_score is no whole number from 1 to 5",
        )
    ]


def test_a_row_that_was_mended_leaves_quarantine(
    typed: Typed, clean_database: DatabaseUrls, tmp_path: Path
) -> None:
    bad = LAMP.replace("35.0", "?")
    held_back = typed("olist", write_export(tmp_path, **two_orders(bad)))
    assert "1 order held back by a bad row" in held_back.stdout
    done = typed("olist", write_export(tmp_path, **two_orders(LAMP)))
    assert "5 reports new, 4 already known" in done.stdout
    assert "1 row of quarantine mended by now" in done.stdout
    assert quarantined(clean_database) == []


def test_a_row_of_no_order_leaves_quarantine_once_it_is_mended(
    typed: Typed, clean_database: DatabaseUrls, tmp_path: Path
) -> None:
    """A row of products, of a customer, of an order nobody could make out."""
    bad = {
        "customers": [*ANNAS["customers"], "c-9,berto"],
        "products": [*ANNAS["products"], "table"],
        "order_payments": [*ANNAS["order_payments"], "o-9,1,voucher,1,5.00"],
    }
    typed("olist", write_export(tmp_path, **bad))
    assert len(quarantined(clean_database)) == 3
    done = typed("olist", write_export(tmp_path, products=bad["products"]))
    assert "2 rows of quarantine mended by now" in done.stdout
    ((place, _),) = quarantined(clean_database)
    assert place == f"{file_of('products')}:4"


def two_orders(lamp: str) -> dict[str, list[str]]:
    """Return Anna's order, with this row for her lamp, and another of hers."""
    other = {
        name: [row.replace("o-1", "o-2").replace("c-1", "c-2") for row in ANNAS[name]]
        for name in ("customers", "orders", "order_payments")
    }
    together = {name: [*ANNAS[name], *rows] for name, rows in other.items()}
    chair = CHAIR.replace("o-1", "o-2")
    return {**together, "order_items": [CHAIR, lamp, chair]}


def test_nothing_that_could_be_read_is_a_failure(typed: Typed, tmp_path: Path) -> None:
    done = typed("olist", write_export(tmp_path, orders=["o-1,c-1,delivered"]))
    assert isinstance(done.exception, UserError)
    assert "No order could be read" in str(done.exception)
    assert "quarantine" in str(done.exception)


def test_a_missing_file_is_one_clear_line(typed: Typed, tmp_path: Path) -> None:
    done = typed("olist", tmp_path / "nowhere")
    assert isinstance(done.exception, UserError)
    assert file_of("customers") in str(done.exception)


# -- Messages --


def test_messages_are_taken_in_and_summed_up(typed: Typed, tmp_path: Path) -> None:
    """Nobody has named this waybill yet, so it waits."""
    file = tmp_path / "pushes.json"
    file.write_text(PUSH)
    done = typed("kuaidi100", file)
    assert done.exit_code == 0
    assert done.stdout.splitlines() == [
        "kuaidi100: 1 message read",
        "1 new, 0 already known",
        (
            "0 translated, 0 ignored, 1 waiting for a name that nobody has told yet, "
            "0 quarantined"
        ),
        "1 message of kuaidi100 waiting in all",
    ]
    assert "0 new, 1 already known" in typed("kuaidi100", file).stdout


@pytest.mark.parametrize(
    ("source", "held"),
    [
        ("doudian", "doudian"),
        ("wechat", "wechat"),
        ("shopify", "shopify"),
        ("helpdesk", "helpdesk"),
        ("stripe", "*"),
        ("paypal", "*"),
        ("kuaidi100", "*"),
        ("kdniao", "*"),
        ("easypost", "*"),
    ],
)
def test_nobody_is_asked_about_deadlines_that_a_feed_may_yet_speak_of(
    typed: Typed,
    clean_database: DatabaseUrls,
    tmp_path: Path,
    source: str,
    held: str,
) -> None:
    """A carrier's parcels are of any order; what is held is looked at half-way."""
    file = tmp_path / "pushes.json"
    file.write_text(PUSH)
    holds = "SELECT source FROM process.hold WHERE until > clock_timestamp()"
    with (
        psycopg.connect(clean_database.owner) as owner,
        psycopg.connect(clean_database.owner, autocommit=True) as onlooker,
        ThreadPoolExecutor(1) as threads,
    ):
        owner.execute("LOCK TABLE inbound.message IN EXCLUSIVE MODE")

        def look() -> None:
            try:
                eventually(lambda: onlooker.execute(holds).fetchall() == [(held,)])
            finally:
                owner.rollback()

        looking = threads.submit(look)
        typed(source, file)
        looking.result()
        assert onlooker.execute(holds).fetchall() == []


def test_what_is_no_message_is_set_aside(typed: Typed, tmp_path: Path) -> None:
    file = tmp_path / "pushes.jsonl"
    file.write_text(PUSH.replace("\n", "") + '\n{"status":\n')
    done = typed("kuaidi100", file)
    assert done.exit_code == 0
    assert "1 quarantined" in done.stdout
    assert "redress quarantine list --source kuaidi100" in done.stdout


@pytest.mark.parametrize("source", ["kuaidi100", "kdniao", "doudian", "easypost"])
def test_a_file_of_something_else_has_no_messages(
    typed: Typed, tmp_path: Path, source: str
) -> None:
    file = tmp_path / "others.jsonl"
    file.write_text('{"kind":"other.thing","body":{}}\n' * 2)
    done = typed(source, file)
    assert "2 documents of other kinds skipped: other.thing 2" in done.stdout
    assert isinstance(done.exception, UserError)
    assert f"no message of {source}" in str(done.exception)


def test_a_file_that_is_not_there_is_named(typed: Typed, tmp_path: Path) -> None:
    done = typed("doudian", tmp_path / "none.json")
    assert isinstance(done.exception, UserError)
    assert "none.json" in str(done.exception)
