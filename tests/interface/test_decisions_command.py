"""``redress decisions`` as an auditor at a terminal meets it."""

import json
from uuid import UUID

import pytest
from click.testing import CliRunner, Result

from interface.bootstrap import Redress
from interface.cli.decisions import command as decisions
from interface.errors import UserError
from tests.interface.test_explain_command import order, redress

__all__ = ["order", "redress"]  # the fixtures of an order that was paid


def run(redress: Redress, *words: str) -> Result:
    env = {"REDRESS_HOME": str(redress.settings.home)}
    return CliRunner().invoke(decisions, words, env=env)


def test_decisions_are_listed_with_who_how_much_and_by_which_rows(
    redress: Redress,
    order: UUID,
) -> None:
    printed = run(redress, "--noun", "order")
    assert printed.exit_code == 0, printed.output
    assert "feed:shop" in printed.output
    assert "129.00 CNY" in printed.output
    (paid,) = run(redress, "--tag", "order.payment_captured", "--json").output.split()
    assert json.loads(paid)["stream_id"] == str(order)
    assert run(redress, "--noun", "order", "--amount-from", "12901").output == ""


@pytest.mark.usefixtures("order")
def test_decisions_are_found_by_the_version_of_a_row(
    redress: Redress,
) -> None:
    found = run(redress, "--policy", "douyin-like.ship-48h@20260810", "--json").output
    assert {json.loads(line)["tag"] for line in found.splitlines()} == {
        "order.promise_made",
        "policy.published",
    }


def test_a_time_without_its_zone_is_none(
    redress: Redress,
) -> None:
    printed = run(redress, "--from", "2026-03-01T09:30:00")
    assert isinstance(printed.exception, UserError)
    assert "--from" in str(printed.exception)
