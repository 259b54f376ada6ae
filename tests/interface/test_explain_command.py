"""``redress explain`` as an auditor at a terminal meets it."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid5

import psycopg
import pytest
from click.testing import CliRunner, Result
from msgspec import json as msgspec_json
from msgspec.structs import replace

from application.event_store.envelope import CommandContext
from application.event_store.store import Append, StreamAppend
from application.orders import context_for
from domain.money import Money
from domain.order import (
    CapturePayment,
    OrderCommand,
    OrderLine,
    PlaceOrder,
    PromiseMade,
    Tender,
)
from interface.bootstrap import Redress, open_redress
from interface.cli.explain import DIFFERS
from interface.cli.explain import command as explain
from interface.errors import UserError
from interface.postgres.database import DatabaseUrls
from interface.settings import Settings

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
PRICE = Money(12_900, "CNY")


@pytest.fixture
def redress(clean_database: DatabaseUrls) -> Iterator[Redress]:
    with psycopg.connect(clean_database.owner) as owner:
        row = owner.execute("SHOW data_directory").fetchone()
    assert row is not None
    with open_redress(Settings(home=Path(row[0]).parent), prepared=True) as opened:
        yield opened


@pytest.fixture
def order(redress: Redress) -> UUID:
    """Place and pay an order; its promises are pinned at the third event."""
    order_id = redress.orders.id_of("mei", "shop", "49000001")
    line = OrderLine(line=1, product="tea", quantity=1, price=PRICE)
    said: tuple[OrderCommand, ...] = (
        PlaceOrder(consumer="mei", source="shop", number="49000001", lines=(line,)),
        CapturePayment(payment="P-1", tenders=(Tender(tender="wechat", amount=PRICE),)),
    )
    for command in said:
        redress.orders.handle_one(order_id, command, asking(order_id, command))
    return order_id


def asking(order_id: UUID, command: OrderCommand) -> CommandContext:
    cause = uuid5(order_id, type(command).__name__)
    return context_for(
        cause, command, actor="feed:shop", asked_at=MONDAY, occurred_at=MONDAY
    )


def run(redress: Redress, *words: str) -> Result:
    env = {"REDRESS_HOME": str(redress.settings.home)}
    return CliRunner().invoke(explain, words, env=env)


def test_a_decision_is_explained_in_both_languages(
    redress: Redress, order: UUID
) -> None:
    printed = run(redress, f"{order}@3")
    assert printed.exit_code == 0, printed.output
    assert "结果一致" in printed.output
    assert "Decided again under the same rules: the same" in printed.output


def test_an_event_is_named_by_its_position_too(redress: Redress, order: UUID) -> None:
    (third,) = redress.store.stream(order)[2:3]
    by_place = run(redress, f"{third.partition}.{third.position}", "--language", "en")
    assert by_place.output == run(redress, f"{order}@3", "--language", "en").output
    assert "结果" not in by_place.output


def test_the_language_is_also_understood_by_its_older_name(
    redress: Redress, order: UUID
) -> None:
    spoken = run(redress, f"{order}@3", "--language", "zh-CN").output
    assert "结果一致" in spoken
    assert "Decided" not in spoken
    assert run(redress, f"{order}@3", "--lang", "zh-CN").output == spoken


def test_a_program_gets_all_of_it(redress: Redress, order: UUID) -> None:
    told = json.loads(run(redress, f"{order}@3", "--json").output)
    assert (told["origin"], told["agrees"]) == ("follows", True)
    assert told["rows"][0]["ref"].startswith("douyin-like.")
    assert told["recorded"] == told["recomputed"]


def test_what_differs_is_an_alarm(redress: Redress, order: UUID) -> None:
    """A promise nobody made, written by somebody who went round the rules."""
    made = redress.store.load([order]).histories[order][2].event
    assert isinstance(made, PromiseMade)
    assert made.due_at is not None
    later = replace(
        made, promise="ship_by/order/nobody", due_at=made.due_at + timedelta(days=30)
    )
    forged = CommandContext(
        actor="agent:mallory",
        asked_at=MONDAY,
        command_id=uuid5(order, "forged"),
        correlation_id=order,
    )
    version = len(redress.store.stream(order))
    redress.store.append(
        [Append(forged, b"x" * 32, (StreamAppend(order, version, (later,)),))]
    )
    printed = run(redress, f"{order}@{version + 1}", "--language", "en")
    assert printed.exit_code == DIFFERS, printed.output
    assert "ALARM" in printed.output
    assert msgspec_json.encode(later).decode() in printed.output


@pytest.mark.parametrize("name", ["nonsense", "7.999999", "0.0"])
def test_an_event_nobody_knows_is_named(redress: Redress, name: str) -> None:
    printed = run(redress, name)
    assert isinstance(printed.exception, UserError)
    assert name in str(printed.exception)
