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
    says(redress, "plan", "I-7", '{"name": "all", "plan": "refund-early"}')
    assert "estimate ¥" in says(redress, "estimate", "I-7")
    seen = json.loads(says(redress, "show", "I-7", "--json"))
    granted = (
        *("--total-fen", "1000000", "--per-order-fen", "900000"),
        *("--rests-on", seen["impact"]["rests_on"]),
    )
    same_hands = run(redress, "approve", "I-7", *granted)
    assert isinstance(same_hands.exception, UserError)
    says(redress, "approve", "I-7", *granted, "--name", "mei")
    early = run(redress, "rollout", "I-7", "--rate", "60")
    assert str(early.exception) == "I-7: it was not tried yet: run pilot first"
    says(redress, "pilot", "I-7", "--orders", "1")
    told = says(redress, "watch", "I-7", "--work")
    assert "0 wait, 0 in hand, 1 handed out" in told
    assert "  offers: " in told, "what became of each stands beside it"
    assert "segment all: refund-early, orders 1, ¥" in told
    assert says(redress, "list").startswith("I-7  carrier_outlet  piloting")
    assert ", completed (" in says(redress, "complete", "I-7")
    learnt = ("--cause", "hub_closed", "--lesson", "watch_the_hub")
    assert ", reviewed (" in says(redress, "review", "I-7", *learnt)


def test_what_cannot_be_is_said_in_a_line(redress: Redress) -> None:
    assert isinstance(run(redress, "show", "I-8").exception, UserError)
    wrong = run(
        redress,
        *("declare", "I-8", "--kind", "region", "--selector", "{}", "--reason", "snow"),
    )
    assert isinstance(wrong.exception, UserError)
    assert "narrows nothing" in str(wrong.exception)


def test_a_list_says_of_an_incident_what_showing_it_says(redress: Redress) -> None:
    declared = ("--kind", "carrier_outlet", "--selector", SELECTOR)
    says(redress, "declare", "I-8", *declared, "--reason", "outlet_stopped")
    assert "I-8  carrier_outlet  declared  " in says(redress, "list")
    says(redress, "scope", "I-8")
    assert "I-8  carrier_outlet  scoped  " in says(redress, "list")
    assert "I-8: carrier_outlet, scoped " in says(redress, "show", "I-8")
    told = says(redress, "withdraw", "I-8", "--reason", "declared_in_error")
    assert "I-8: carrier_outlet, withdrawn " in told
    assert "I-8  carrier_outlet  withdrawn  " in says(redress, "list")


def test_where_nobody_is_affected_it_is_said_who_was_looked_for(
    redress: Redress,
) -> None:
    nowhere = '{"outlets": ["lanzhou-9"], "stalled_hours": 48}'
    declared = ("--kind", "carrier_outlet", "--selector", nowhere)
    says(redress, "declare", "I-9", *declared, "--reason", "outlet_stopped")
    refused = run(redress, "scope", "I-9")
    assert refused.exit_code != 0
    assert "outlets: lanzhou-9; stalled_hours: 48" in str(refused.exception)
