"""``redress policy publish``, ``diff`` and ``list`` as seen at a terminal."""

import json
import os
import pty
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from interface.api.examples import POLICY_TOML
from interface.bootstrap import Redress, open_redress
from interface.cli.person import at_terminal
from interface.postgres.database import DatabaseUrls
from interface.settings import Settings
from tests.interface.pretend import PYTHON, REDRESS, redress

NEXT = POLICY_TOML.replace("20300101", "20310101").replace("2030-01-01", "2031-01-01")
NEXT = NEXT.replace("hours = 48", "hours = 24")


@pytest.fixture
def home(clean_database: DatabaseUrls) -> Path:
    """Return the home of an installation in which nothing was ever done."""
    with psycopg.connect(clean_database.owner) as owner:
        row = owner.execute("SHOW data_directory").fetchone()
    assert row is not None
    return Path(row[0]).parent


@pytest.fixture
def installed(home: Path) -> Iterator[Redress]:
    with open_redress(Settings(home=home), prepared=True) as opened:
        yield opened


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return written(tmp_path, POLICY_TOML)


def written(folder: Path, text: str, name: str = "shop.toml") -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def said(*words: str, home: Path) -> str:
    """Return what a command answered that went well."""
    ended = redress("policy", *words, home=home)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def refused(*words: str, home: Path) -> list[str]:
    """Return why a command was refused, line by line."""
    ended = redress("policy", *words, home=home)
    assert ended.returncode == 2, ended.stdout
    assert "Traceback" not in ended.stderr
    return ended.stderr.splitlines()


def test_a_file_is_published_once_and_its_rows_are_listed(
    home: Path, pack: Path, installed: Redress
) -> None:
    assert said("publish", str(pack), home=home).splitlines() == [
        "Published shop@1: 1 new row.",
        "  shop.ship-48h@20300101  from 2029-12-31 16:00:00Z  Ships within 48 hours",
    ]
    assert "Nothing is new in shop" in said("publish", str(pack), home=home)
    profiles = said("list", home=home)
    assert "douyin-like@1" in profiles
    assert "shop@1  1 row  " in profiles
    assert "for shop" in profiles
    (row,) = said("list", "shop", home=home).splitlines()
    assert row.startswith("shop.ship-48h@20300101  label_promise  by order_time  from")
    programs = said("list", "shop", "--json", home=home).splitlines()
    assert [json.loads(line)["hours"] for line in programs] == [48]
    (*_, last) = installed.store.stream(installed.policies.id)
    assert last.actor == at_terminal()  # type: ignore[union-attr]  # it can be read


def test_a_rule_that_holds_soon_is_published_with_a_word_of_caution(
    home: Path, tmp_path: Path, pack: Path
) -> None:
    said("publish", str(pack), home=home)
    new = NEXT.replace("shop.ship-48h", "shop.ship-fast").replace("2031", "2020")
    ended = redress("policy", "publish", str(written(tmp_path, new)), home=home)
    assert ended.returncode == 0
    assert "Caution: shop.ship-fast@20200101 holds from" in ended.stderr
    assert "Caution" not in ended.stdout


def test_what_is_wrong_with_a_file_is_told_by_row_and_field(
    home: Path, tmp_path: Path
) -> None:
    path = written(tmp_path, POLICY_TOML.replace("hours = 48", 'hours = "many"'))
    (line,) = refused("publish", str(path), home=home)
    assert line.startswith(f"redress: {path}: row 1 (shop.ship-48h): `hours`: ")
    path.write_bytes(b"\xff")
    assert "UTF-8" in refused("publish", str(path), home=home)[0]
    assert refused("publish", str(tmp_path / "none.toml"), home=home)


def test_a_published_row_is_not_edited(home: Path, tmp_path: Path, pack: Path) -> None:
    said("publish", str(pack), home=home)
    edited = POLICY_TOML.replace("hours = 48", "hours = 24")
    (line,) = refused("publish", str(written(tmp_path, edited)), home=home)
    assert "never edited" in line
    assert line.endswith("shop.ship-48h@20300101: hours")


def test_two_publications_are_compared_field_by_field(
    home: Path, tmp_path: Path, pack: Path
) -> None:
    said("publish", str(pack), home=home)
    said("publish", str(written(tmp_path, NEXT, "next.toml")), home=home)
    expected = [
        "~ shop.ship-48h@20300101 -> shop.ship-48h@20310101",
        "    in_force_from: 2029-12-31T16:00:00+00:00 -> 2030-12-31T16:00:00+00:00",
        "    hours: 48 -> 24",
    ]
    assert said("diff", "shop@1", "shop@2", home=home).splitlines() == expected
    assert said("diff", str(pack), "shop", home=home).splitlines() == expected
    told = json.loads(said("diff", "shop@1", "shop@2", "--json", home=home))
    assert told["added"] == told["removed"] == told["pack"] == []
    (change,) = told["changed"]
    assert change["fields"][1] == {"field": "hours", "before": 48, "after": 24}


def test_what_is_the_same_is_said_to_be(home: Path) -> None:
    same = said("diff", "olist", "olist@1", home=home)
    assert same == "olist and olist@1 say the same.\n"


def test_packs_and_files_are_compared_without_an_installation(
    tmp_path: Path, pack: Path
) -> None:
    nowhere = tmp_path / "nowhere"
    lines = said("diff", "olist", str(pack), home=nowhere).splitlines()
    assert "~ profile: olist -> shop" in lines
    assert any(line.startswith("- olist.shipping-limit@") for line in lines)
    assert any(line.startswith("+ shop.ship-48h@20300101 (label") for line in lines)
    assert not nowhere.exists()


def test_a_difference_is_coloured_at_a_terminal(tmp_path: Path, pack: Path) -> None:
    screen, terminal = pty.openpty()
    environment = {"PATH": os.environ["PATH"], "TERM": "xterm", "COLUMNS": "80"}
    subprocess.run(
        [PYTHON, *REDRESS, "policy", "diff", "olist", str(pack)],
        stdout=terminal,
        check=True,
        timeout=60,
        env=environment | {"REDRESS_HOME": str(tmp_path)},
    )
    os.close(terminal)
    printed = b""
    with suppress(OSError):  # So a terminal ends that nobody writes to any more.
        while more := os.read(screen, 65536):
            printed += more
    os.close(screen)
    assert b"\x1b[32m+ shop.ship-48h" in printed
    assert b"\x1b[31m- olist.shipping-limit" in printed


@pytest.mark.parametrize(
    ("word", "why"),
    [
        ("shop@7", "was never published here"),
        ("nobody", "is no file, no pack (douyin-like, "),
        ("no/such.toml", "There is no file no/such.toml"),
    ],
)
def test_what_nobody_knows_is_said_in_one_line(
    home: Path, pack: Path, word: str, why: str
) -> None:
    (line,) = refused("diff", word, str(pack), home=home)
    assert why in line


def test_a_profile_nobody_published_is_said_in_one_line(home: Path) -> None:
    (line,) = refused("list", "shop", home=home)
    assert "there are" in line


def test_migrating_publishes_what_comes_with_the_release_once(
    home: Path, installed: Redress
) -> None:
    for _ in range(2):
        assert redress("migrate", home=home).returncode == 0
    events = installed.store.stream(installed.policies.id)
    assert [each.actor for each in events] == ["system:redress"] * 3  # type: ignore[union-attr]  # they can be read
