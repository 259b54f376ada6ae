"""``redress policy quote`` as somebody at a terminal, or a program, meets it."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from interface.cli.policy import command as policy
from interface.cli.policy_files import NoSuchPolicies
from interface.cli.policy_quote import WrongQuestion

FACTS = {
    "item_fen": 100_000,
    "promise_hours": 48,
    "breaches": ["SHIP_OVERDUE", "OUT_OF_STOCK"],
    "out_of_stock": "proven",
}
TAOBAO = ("--pack", "taobao-like", "--at", "2025-12-05T10:00:00+08:00")


def ask(*words: str, facts: Any = None) -> Result:
    """Ask of facts on standard input."""
    told = facts if isinstance(facts, str) else json.dumps(facts)
    return CliRunner().invoke(policy, ["quote", *words, "-"], input=told)


def wrong(*words: str, facts: Any = None) -> str:
    """Return what a wrong question is answered with; it ends with 2."""
    error = ask(*words, facts=facts).exception
    assert isinstance(error, WrongQuestion | NoSuchPolicies)
    assert error.exit_code == 2
    return str(error)


def test_a_program_is_told_every_line_and_the_total() -> None:
    answer = ask(*TAOBAO, "--json", facts=FACTS)
    assert answer.exit_code == 0
    assert json.loads(answer.output) == {
        "lines": [
            {
                "rule": "taobao-like.late-48h",
                "version": 20250101,
                "fen": 1000,
                "payer": "merchant",
                "payee": "consumer",
                "cut_by": None,
            },
            {
                "rule": "taobao-like.out-of-stock-48h",
                "version": 20250101,
                "fen": 9000,
                "payer": "merchant",
                "payee": "consumer",
                "cut_by": "taobao-like.day-cap",
            },
        ],
        "total_fen": 10_000,
    }


def test_its_lines_may_be_handed_in_again_as_what_was_paid_before() -> None:
    first = json.loads(ask(*TAOBAO, "--json", facts=FACTS).output)
    facts = {"item_fen": 5_000, "breaches": ["FAKE_SHIP"], "earlier": first["lines"]}
    again = json.loads(ask(*TAOBAO, "--json", facts=facts).output)
    assert [line["fen"] for line in again["lines"]] == [0]


def test_a_person_sees_what_each_row_pays_what_cut_it_and_the_total() -> None:
    told = ask(*TAOBAO, facts=FACTS).output
    for word in ("taobao-like.late-48h@20250101", "10.00", "90.00", "day-cap"):
        assert word in told
    assert "merchant → consumer" in told
    assert "延迟发货" in told
    assert "Total: 100.00 yuan" in told


def test_a_deduction_goes_to_nobody() -> None:
    facts = {"paid_fen": 10_000, "promise_hours": 72, "breaches": ["SHIP_OVERDUE"]}
    told = ask("--pack", "douyin-like", "--at", "2026-08-11", facts=facts).output
    assert "merchant → (deducted)" in told


def test_where_no_row_applies_that_is_said() -> None:
    told = ask(*TAOBAO, facts={"item_fen": 5, "breaches": []}).output
    assert told.startswith("No row of taobao-like applies")


@pytest.mark.parametrize(
    ("at", "fen"),
    [
        ("2026-08-21T23:59:59", 800),
        ("2026-08-22T00:00:00", 0),
        ("2026-08-22", 0),
        ("2026-08-21T16:00:00Z", 0),
        ("2026-08-21T15:59:59+00:00", 800),
    ],
)
def test_a_time_without_a_zone_is_told_in_the_packs(at: str, fen: int) -> None:
    facts = {"paid_fen": 3_000, "breaches": ["TRACK_ABNORMAL"]}
    answer = ask("--pack", "douyin-like", "--at", at, "--json", facts=facts)
    assert json.loads(answer.output)["total_fen"] == fen


def test_the_times_of_the_facts_are_told_in_the_packs_zone_too() -> None:
    facts = {
        "item_fen": 30_000,
        "promise_hours": 168,
        "breaches": ["OUT_OF_STOCK"],
        "out_of_stock": "admitted",
        "admitted_at": "2025-12-01T06:00:00Z",
        "due_at": "2025-12-01T14:00:00",
        "original_due_at": None,
    }
    assert json.loads(ask(*TAOBAO, "--json", facts=facts).output)["total_fen"] == 3_000


def test_facts_and_pack_may_be_files(tmp_path: Path) -> None:
    facts, pack = tmp_path / "facts.json", tmp_path / "shop.toml"
    facts.write_text(json.dumps({"item_fen": 1_000, "breaches": ["GIFT_REFUSED"]}))
    pack.write_text(
        """
        profile = "shop"
        [[row]]
        kind = "entitlement"
        id = "shop.gift"
        version = 3
        title = "A gift refused"
        binding = "order_time"
        in_force_from = 2026-01-01T00:00:00Z
        trigger = "GIFT_REFUSED"
        source = "our own"
        formula = { base = "item", rate_bp = 5000 }
        """
    )
    words = ["quote", "--pack", str(pack), "--at", "2026-05-01", "--json", str(facts)]
    answer = CliRunner().invoke(policy, words)
    assert json.loads(answer.output)["lines"][0]["rule"] == "shop.gift"
    pack.write_text(pack.read_text().replace("rate_bp = 5000", "rate_bp = -1"))
    error = CliRunner().invoke(policy, words).exception
    assert "row 1 (shop.gift): `formula.rate_bp`" in str(error)


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({**FACTS, "item": 5}, "item: no such fact (do you mean item_fen?); allowed"),
        ({**FACTS, "item_fen": 1.5}, "item_fen: expected a whole number"),
        ({**FACTS, "item_fen": -1}, "item_fen: expected"),
        ({**FACTS, "item_fen": True}, "item_fen: expected a whole number"),
        ({**FACTS, "late_hours": -1}, "late_hours: expected"),
        ({**FACTS, "breaches": ["LATE"]}, "breaches[0]: invalid enum value 'LATE'"),
        ({**FACTS, "breaches": "LATE"}, "breaches: expected a list"),
        ({**FACTS, "out_of_stock": "yes"}, "allowed are none, admitted, proven"),
        ({**FACTS, "due_at": "noon"}, "due_at: 'noon' is no time; allowed are"),
        ({**FACTS, "due_at": 7}, "due_at: expected a time in ISO 8601"),
        ({**FACTS, "earlier": [{"fen": 5}]}, "earlier[0].rule: it is missing"),
        (
            {**FACTS, "earlier": [{"rule": "x", "fen": 5}]},
            "earlier[0].rule: taobao-like has no rule that pays named 'x'",
        ),
        ({"breaches": ["SHIP_OVERDUE"]}, "item_fen: say item_fen or paid_fen"),
        ([], "the facts are one JSON object"),
        ("{", "it is no JSON"),
    ],
)
def test_wrong_facts_are_named_with_what_is_allowed(facts: Any, told: str) -> None:
    sentence = wrong(*TAOBAO, facts=facts)
    assert sentence.startswith("standard input: ")
    assert told in sentence


def test_a_pack_or_time_that_is_none_is_told_so() -> None:
    said = wrong("--pack", "doyin-like", "--at", "2026-08-22", facts=FACTS)
    assert "there are douyin-like, taobao-like, olist" in said
    said = wrong("--pack", "olist", "--at", "yesterday", facts=FACTS)
    assert said.startswith("--at: 'yesterday' is no time")


def test_facts_that_are_not_there_are_told_so() -> None:
    words = ["quote", *TAOBAO, "no-such-facts.json"]
    error = CliRunner().invoke(policy, words).exception
    assert isinstance(error, WrongQuestion | NoSuchPolicies)
    assert "no-such-facts.json: it cannot be read" in str(error)
