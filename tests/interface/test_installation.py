"""Where an installation is, said before anything is made in a wrong folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from interface.postgres.server import EmbeddedPostgres
from tests.interface.pretend import free_port, redress, up

ID = "6f1f0d62-8a52-4b1e-9a1c-0d0a2cf1f3b4"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    home = tmp_path / "home"
    yield home
    EmbeddedPostgres(home).stop()


@pytest.mark.parametrize(
    "words",
    [
        "token agent --subject anna",
        "stats",
        "replay A-1",
        "erase lin --yes",
        "quarantine list",
        f"quarantine show {ID}",
        "quarantine retry --all",
        "projections list",
        "projections parked",
        "projections rebuild timeline",
        f"projections retry timeline {ID}",
        "inbound secret doudian",
        "down",
    ],
)
def test_who_asks_in_a_wrong_folder_is_told_and_nothing_is_made(
    home: Path, words: str
) -> None:
    told = redress(*words.split(), home=home)
    assert told.returncode == 1
    assert told.stdout == ""
    assert told.stderr == (
        f"redress: No installation at {home}; go to where it is, or set REDRESS_HOME\n"
    )
    assert not home.exists()


def test_who_begins_one_is_told_once(home: Path) -> None:
    first, second = (redress("work", "--once", home=home) for _ in range(2))
    assert first.returncode == second.returncode == 0
    assert f"New installation at {home}.\n" in first.stderr
    assert "New installation" not in second.stderr
    token = redress("token", "agent", "--subject", "anna", home=home)
    assert token.returncode == 0
    assert token.stderr == ""


def test_the_first_start_says_that_it_begins_one(home: Path) -> None:
    with up(home, free_port()) as running:
        assert running.says("installation") == f"New installation at {home}."
