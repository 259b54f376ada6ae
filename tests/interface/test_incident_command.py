"""``redress incident`` as somebody at a terminal meets it."""

import json
from datetime import timedelta
from uuid import UUID

import pytest
from click.testing import CliRunner, Result

from application.orders import context_for
from domain.order import OrderCommand, RecordScan, ShipParcel
from interface.bootstrap import Redress
from interface.cli.incident import command as incident
from interface.errors import UserError
from tests.interface.test_explain_command import MONDAY, order, redress

__all__ = ["order", "redress"]  # the fixtures of an order that was paid

SELECTOR = '{"carriers": ["zto"], "outlets": ["urumqi-3"]}'


@pytest.fixture(autouse=True)
def stuck(redress: Redress, order: UUID) -> None:
    """Have it shipped on Monday, and scanned at the outlet that stopped."""
    told: tuple[OrderCommand, ...] = (
        ShipParcel(parcel="W1", carrier="zto", waybill="W1"),
        RecordScan(parcel="W1", scan="s1", code="in_transit", outlet="urumqi-3"),
    )
    for number, command in enumerate(told, start=1):
        at = MONDAY + number * timedelta(hours=1)
        cause = UUID(int=number)
        context = context_for(
            cause, command, actor="feed:shop", asked_at=at, occurred_at=at
        )
        redress.orders.handle_one(order, command, context)


def run(redress: Redress, *words: str) -> Result:
    env = {"REDRESS_HOME": str(redress.settings.home)}
    return CliRunner().invoke(incident, words, env=env)


def says(redress: Redress, *words: str) -> str:
    """Return what is said of a request that is granted."""
    result = run(redress, *words)
    assert result.exit_code == 0, result.output or result.exception
    return result.output


def test_an_incident_is_handed_out_from_the_terminal(redress: Redress) -> None:
    declared = ("--kind", "carrier_outlet", "--selector", SELECTOR)
    begins = ("--begins", "2026-11-23T00:00:00", "--reason", "outlet_stopped")
    told = says(redress, "declare", "I-7", *declared, *begins, "--as", "agent")
    assert told.startswith("I-7: carrier_outlet, declared (outlet_stopped)")
    assert "orders 1: 1 wait" in says(redress, "scope", "I-7")
    says(redress, "plan", "I-7", '{"name": "all", "plan": "wait"}')
    assert "estimate ¥" in says(redress, "estimate", "I-7")
    seen = json.loads(says(redress, "show", "I-7", "--json"))
    granted = (
        *("--total-fen", "100000", "--per-order-fen", "2000"),
        *("--rests-on", seen["impact"]["rests_on"]),
    )
    same_hands = run(redress, "approve", "I-7", *granted)
    assert isinstance(same_hands.exception, UserError)
    says(redress, "approve", "I-7", *granted, "--name", "mei")
    says(redress, "pilot", "I-7", "--orders", "1")
    assert "0 wait, 0 in hand, 1 offered" in says(redress, "watch", "I-7", "--work")
    assert says(redress, "list").startswith("I-7  carrier_outlet  piloting")


def test_what_cannot_be_is_said_in_a_line(redress: Redress) -> None:
    assert isinstance(run(redress, "show", "I-8").exception, UserError)
    wrong = run(
        redress,
        *("declare", "I-8", "--kind", "region", "--selector", "{}", "--reason", "snow"),
    )
    assert isinstance(wrong.exception, UserError)
    assert "narrows nothing" in str(wrong.exception)
