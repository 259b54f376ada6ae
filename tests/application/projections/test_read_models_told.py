"""The page about projections leaves no read model out."""

import re
from pathlib import Path
from typing import Final

import pytest

from application.projections.read_models import READ_MODELS
from application.projections.runtime import Projection

ROOT: Final = Path(__file__).parents[3]
PAGE: Final = (ROOT / "docs" / "projections.md").read_text(encoding="utf-8")
MADE: Final = re.compile(r"^CREATE TABLE projection\.(\w+)", re.MULTILINE)


@pytest.mark.parametrize("projection", READ_MODELS, ids=lambda each: str(each.name))
def test_what_each_read_model_holds_is_said(projection: Projection) -> None:
    assert f"\n| `{projection.name}` | " in PAGE


def test_every_migration_that_makes_a_table_of_them_is_named() -> None:
    tables = {table for each in READ_MODELS for table in each.tables}
    made: set[str] = set()
    for migration in sorted((ROOT / "migrations").glob("*.sql")):
        makes = tables & {*MADE.findall(migration.read_text(encoding="utf-8"))}
        made |= makes
        assert bool(makes) == (f"`{migration.name}`" in PAGE.replace("migrations/", ""))
    assert made == tables
