"""``redress replay`` and ``redress erase`` as somebody at a terminal meets them."""

import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid5

import psycopg
import pytest
from click.testing import CliRunner, Result

from application.orders import context_for
from domain.order import OrderCommand, PlaceOrder, RecordReview, ShipParcel
from interface.bootstrap import Redress, open_redress
from interface.cli.erase import command as erase
from interface.cli.person import at_terminal
from interface.cli.replay import command as replay
from interface.errors import UserError
from interface.postgres.database import DatabaseUrls
from interface.settings import Settings
from tests.interface.served import roles

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
WORDS = "比说好的晚了两天"


@pytest.fixture
def redress(clean_database: DatabaseUrls) -> Iterator[Redress]:
    with psycopg.connect(clean_database.owner) as owner:
        row = owner.execute("SHOW data_directory").fetchone()
    assert row is not None
    with open_redress(Settings(home=Path(row[0]).parent), prepared=True) as opened:
        yield opened


def buy(redress: Redress, consumer: str, number: str) -> UUID:
    order_id = redress.orders.id_of(consumer, "shop", number)
    waybill = f"SF{number}"
    said: tuple[OrderCommand, ...] = (
        PlaceOrder(consumer=consumer, source="shop", number=number),
        ShipParcel(parcel=waybill, carrier="shunfeng", waybill=waybill),
        RecordReview(review="R-1", score=1, words=redress.people.seal(consumer, WORDS)),
    )
    for command in said:
        cause = uuid5(order_id, type(command).__name__)
        context = context_for(
            cause, command, actor="feed:shop", asked_at=MONDAY, occurred_at=MONDAY
        )
        redress.orders.handle_one(order_id, command, context)
    return order_id


def run(redress: Redress, command: object, *words: str) -> Result:
    env = {"REDRESS_HOME": str(redress.settings.home)}
    # rich-click's commands are click's; its stubs say so, the runner's do not.
    return CliRunner().invoke(command, words, env=env)  # type: ignore[arg-type]  # see above


@pytest.mark.parametrize("name", ["49000001", "SF49000001", "mei", "the id"])
def test_a_history_is_found_by_any_name_and_read_line_by_line(
    redress: Redress, name: str
) -> None:
    order_id = buy(redress, "mei", "49000001")

    printed = run(redress, replay, str(order_id) if name == "the id" else name)

    assert printed.exit_code == 0, printed.output
    lines = printed.output.splitlines()
    assert "mei placed order 49000001 at shop" in lines[0]
    assert "2026-11-23 09:00:00Z" in lines[0]
    assert "feed:shop" in lines[0]
    assert lines[-1].startswith(f"{len(lines)}  ")
    assert "review R-1: 1 of 5, (sealed)" in printed.output
    assert WORDS not in printed.output


@pytest.mark.parametrize("width", [80, 200])
def test_a_history_is_readable_on_any_terminal(redress: Redress, width: int) -> None:
    buy(redress, "mei", "49000001")

    printed = on_terminal(redress, width, "49000001")

    assert all(len(line) <= width for line in printed)
    whole = "mei placed order 49000001 at shop; shown: ship-48h, return-7d"
    if width == 200:
        assert "Position" in printed[0]
        assert "Leaf" in printed[0]
        assert whole in printed[1]
    else:
        assert printed[:2] == ["1  2026-11-23 09:00:00Z  feed:shop", f"   {whole}"]


def test_a_narrow_terminal_shows_every_column_if_asked(redress: Redress) -> None:
    buy(redress, "mei", "49000001")
    heading, first, *_ = on_terminal(redress, 80, "49000001", "--wide")
    assert "Position" in heading
    assert "mei placed order 49000001 at shop" in first


def on_terminal(redress: Redress, columns: int, *words: str) -> list[str]:
    """Return what ``redress replay`` prints on a terminal of so many columns."""
    screen, terminal = pty.openpty()
    subprocess.run(
        [sys.executable, "-m", "interface.cli.main", "replay", *words],
        stdout=terminal,
        check=True,
        timeout=60,
        env={
            "PATH": os.environ["PATH"],
            "TERM": "xterm",
            "COLUMNS": str(columns),
            "REDRESS_HOME": str(redress.settings.home),
        },
    )
    os.close(terminal)
    printed = b""
    with suppress(OSError):  # So a terminal ends that nobody writes to any more.
        while more := os.read(screen, 65536):
            printed += more
    os.close(screen)
    plain = re.sub(r"\x1b\[[0-9;]*m", "", printed.decode())
    return [line.rstrip() for line in plain.splitlines()]


def test_an_order_number_may_look_like_an_id(redress: Redress) -> None:
    number = "1f42f4d540bb667dcd3bde1a50c9e442"
    buy(redress, "mei", number)
    printed = run(redress, replay, number)
    assert f"mei placed order {number} at shop" in printed.output


def test_programs_get_a_line_of_json_for_each_event(redress: Redress) -> None:
    buy(redress, "mei", "49000001")

    printed = run(redress, replay, "49000001", "--json")

    events = [json.loads(line) for line in printed.output.splitlines()]
    assert [event["version"] for event in events] == list(range(1, len(events) + 1))
    assert {len(event["leaf"]) for event in events} == {64}


def test_opening_sealed_words_is_noted(redress: Redress) -> None:
    buy(redress, "mei", "49000001")

    printed = run(redress, replay, "49000001", "--open", "--why", "claim 7")

    assert WORDS in printed.output
    with redress.reader.connection() as auditor:
        noted = auditor.execute(
            "SELECT consumer, actor, why FROM people.access"
        ).fetchall()
    assert noted == [("mei", at_terminal(), "claim 7")]


def test_a_name_of_several_streams_lists_them(redress: Redress) -> None:
    orders = {str(buy(redress, "mei", number)) for number in ("49000001", "49000002")}

    printed = run(redress, replay, "mei")

    first, *listed = printed.output.splitlines()
    assert first == "mei leads to 2 streams; say which of them:"
    assert {line.split()[0] for line in listed} == orders


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("no-such-thing", "no order, waybill, payment or consumer of this name"),
        ("00000000-0000-8000-8000-000000000000", "is no id of a stream"),
    ],
)
def test_what_nobody_knows_is_said_in_one_line(
    redress: Redress, name: str, why: str
) -> None:
    printed = run(redress, replay, name)

    assert isinstance(printed.exception, UserError)
    assert why in str(printed.exception)


def test_erasing_says_what_it_did_and_the_history_still_reads(redress: Redress) -> None:
    buy(redress, "mei", "49000001")

    printed = run(redress, erase, "mei", "--yes")

    assert printed.output == (
        "Forgot mei. Keys deleted: 1. Raw messages blanked: 0. "
        "Files of evidence deleted: 0.\n"
    )
    again = run(redress, erase, "mei", "--yes")
    assert "was forgotten before" in again.output
    told = run(redress, replay, "mei", "--open").output
    assert "review R-1: 1 of 5, (erased)" in told
    with psycopg.connect(redress.urls.owner) as owner:
        row = owner.execute("SELECT erased_by FROM people.key").fetchone()
    assert row == (at_terminal(),)


def test_at_a_terminal_nothing_is_erased_without_a_yes(redress: Redress) -> None:
    buy(redress, "mei", "49000001")
    keyboard, terminal = pty.openpty()

    os.write(keyboard, b"n\n")
    asked = subprocess.run(
        [sys.executable, "-m", "interface.cli.main", "erase", "mei"],
        stdin=terminal,
        capture_output=True,
        check=False,
        timeout=60,
        env={
            "PATH": os.environ["PATH"],
            "REDRESS_HOME": str(redress.settings.home),
            "DATABASE_URL": redress.urls.owner,
            **roles(redress.urls),
        },
    )

    os.close(terminal)
    os.close(keyboard)
    assert b"Forget every word of mei, for ever?" in asked.stdout
    assert asked.returncode == 1
    assert WORDS in run(redress, replay, "mei", "--open").output


@pytest.mark.parametrize("said", ["", "n\n"])
def test_without_a_terminal_nothing_is_erased_without_a_yes_either(
    redress: Redress, said: str
) -> None:
    buy(redress, "mei", "49000001")
    env = {"REDRESS_HOME": str(redress.settings.home)}
    asked = CliRunner().invoke(erase, ["mei"], input=said, env=env)
    assert asked.exit_code == 1
    assert WORDS in run(redress, replay, "mei", "--open").output


def test_an_unknown_consumer_is_said_in_one_line(redress: Redress) -> None:
    printed = run(redress, erase, "nobody", "--yes")

    assert isinstance(printed.exception, UserError)
    assert "Nothing is known of a consumer 'nobody'" in str(printed.exception)
