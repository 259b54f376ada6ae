"""No row of a clock is there for nothing: some code asks for its step."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from application.policies import shipped_documents
from domain.policy.rows import TimerRow
from domain.policy.steps import STEPS

ROOT = Path(__file__).parents[2]
# Where steps are named without being asked for.
LISTS = {ROOT / "domain/policy/steps.py"}
# Measured of a merchant over all its parcels: no case has this clock. Whoever measures
# counts it by the pack's calendar.
MEASURED = {"metric.pickup"}
SHIPPED = {
    row.step
    for document in shipped_documents()
    for row in document.row
    if isinstance(row, TimerRow)
}


def asked_for() -> Iterator[re.Pattern[str]]:
    """Yield what the domain and the application name as text, parts of it open."""
    for folder in ("domain", "application"):
        for path in (ROOT / folder).rglob("*.py"):
            if path in LISTS:
                continue
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Constant) and node.value in STEPS:
                    yield re.compile(re.escape(str(node.value)))
                elif isinstance(node, ast.JoinedStr) and names_a_step(node):
                    yield re.compile(pattern(node))


def names_a_step(node: ast.JoinedStr) -> bool:
    """Whether a text with open parts begins as steps do: "answer." and the like."""
    first = node.values[0]
    return isinstance(first, ast.Constant) and str(first.value).endswith(".")


def pattern(node: ast.JoinedStr) -> str:
    """Return what such a text may come to; an open part is one word, never a name."""
    return "".join(
        re.escape(str(part.value)) if isinstance(part, ast.Constant) else "[a-z_]+"
        for part in node.values
    )


ASKED = tuple(asked_for())


@pytest.mark.parametrize("step", sorted(SHIPPED - MEASURED))
def test_each_step_the_packs_have_a_row_for_is_started_by_some_code(step: str) -> None:
    assert any(each.fullmatch(step) for each in ASKED)


def test_each_step_that_has_a_name_has_a_row() -> None:
    assert set(STEPS) == SHIPPED
