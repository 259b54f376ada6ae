"""The guide names a test for each promise of the store, and each of them is there."""

import ast
import re
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
GUIDE: Final = ROOT / "docs" / "event-store-shown.md"
NAMED: Final = re.compile(r"`(\w+\.py)?::(\w+)`")


def named() -> list[tuple[str, str]]:
    """Return every file and test the guide names; a file stands for those behind it."""
    found, last = [], ""
    for file, name in NAMED.findall(GUIDE.read_text()):
        last = file or last
        found.append((last, name))
    return found


def defined_in(file: str) -> set[str]:
    paths = list((ROOT / "tests").rglob(file))
    assert len(paths) == 1, f"there is not one {file}: {paths}"
    kinds = ast.FunctionDef | ast.ClassDef
    tree = ast.walk(ast.parse(paths[0].read_text()))
    return {node.name for node in tree if isinstance(node, kinds)}


def test_every_test_the_guide_names_is_there() -> None:
    tests = named()
    assert len(tests) > 80
    for file, name in tests:
        assert name in defined_in(file), f"{file} has no {name}"


def test_every_promise_has_one() -> None:
    rows = [line for line in GUIDE.read_text().splitlines() if line.startswith("| ")]
    for row in rows:
        assert "the test |" in row or NAMED.search(row), row
