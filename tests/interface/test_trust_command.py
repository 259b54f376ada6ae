"""``redress trust`` and ``redress scorecard`` as somebody at a terminal meets them."""

import json
from datetime import timedelta
from uuid import UUID

import pytest
from click.testing import CliRunner, Result

from application.orders import context_for
from domain.order import ShipParcel
from interface.bootstrap import Redress
from interface.cli.scorecard import command as scorecard
from interface.cli.trust import command as trust
from interface.errors import UserError
from tests.interface.test_explain_command import MONDAY, order, redress

__all__ = ["order", "redress"]  # the fixtures of an order that was paid


@pytest.fixture(autouse=True)
def shipped(redress: Redress, order: UUID) -> None:
    """Have it shipped an hour after it was paid."""
    ship = ShipParcel(parcel="SF1", carrier="shunfeng", waybill="SF1")
    at = MONDAY + timedelta(hours=1)
    cause = UUID(int=1)
    context = context_for(cause, ship, actor="feed:shop", asked_at=at, occurred_at=at)
    redress.orders.handle_one(order, ship, context)


def run(command: object, redress: Redress, *words: str) -> Result:
    env = {"REDRESS_HOME": str(redress.settings.home)}
    return CliRunner().invoke(command, words, env=env)  # type: ignore[arg-type]  # a command of click's


def test_a_balance_is_shown_point_by_point(redress: Redress, order: UUID) -> None:
    printed = run(trust, redress, "mei")
    assert printed.exit_code == 0, printed.output
    assert "promises kept 1, ahead of time 1 by 1 d 23 h" in printed.output
    assert "opened by us 0, by them 0" in printed.output
    assert f"{order}@" in printed.output
    found = json.loads(run(trust, redress, "mei", "--json").output)
    assert found["totals"]["promises_kept"] == 1
    nobody = run(trust, redress, "nobody")
    assert isinstance(nobody.exception, UserError)


def test_a_scorecard_shows_each_figure_with_its_rule(redress: Redress) -> None:
    days = ("--from", "2026-11-20", "--to", "2026-12-01")
    printed = run(scorecard, redress, "carrier", "shunfeng", *days)
    assert printed.exit_code == 0, printed.output
    said = " ".join(printed.output.split())
    assert "Promises that fell due, of orders it carried:" in said
    assert "promises to ship kept 100.0 % 1 of 1 by " in said
    card = json.loads(run(scorecard, redress, "carrier", "sf", *days, "--json").output)
    assert card["totals"] == []
