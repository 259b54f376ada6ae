"""What is the same for every command: its help, and how a wrong word is met."""

from pathlib import Path

import pytest

from application.access import ROLES
from tests.interface.pretend import redress


@pytest.mark.parametrize(
    ("words", "meant"), [(["tokne"], "token"), (["ingest", "olits"], "olist")]
)
def test_a_misspelt_word_is_answered_with_the_one_meant(
    tmp_path: Path, words: list[str], meant: str
) -> None:
    told = redress(*words, home=tmp_path)
    assert told.returncode == 2
    assert f"Did you mean {meant!r}?" in told.stderr


def test_every_role_is_named_in_full_and_once(tmp_path: Path) -> None:
    told = redress("token", "--help", home=tmp_path, COLUMNS="80").stdout
    words = told.replace(",", " ").replace(".", " ").split()
    assert [words.count(role) for role in ROLES if "_" in role] == [1, 1, 1]
    assert set(ROLES) <= set(words)
    assert "token [OPTIONS] ROLE" in " ".join(words)
