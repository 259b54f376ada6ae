"""``redress quarantine`` and ``redress inbound`` as one at a terminal meets them."""

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import msgspec
import psycopg
import pytest
from click.testing import CliRunner, Result

from interface.bootstrap import Redress, open_redress
from interface.cli.inbound import command as inbound
from interface.cli.quarantine import command as quarantine
from interface.errors import UserError
from interface.inbound.messages import SPLITS, messages_in
from interface.postgres.database import DatabaseUrls
from interface.settings import Settings
from tests.interface.inbound.conftest import encoded
from tests.interface.inbound.samples import PLACED, trade


@pytest.fixture
def redress(clean_database: DatabaseUrls) -> Iterator[Redress]:
    with psycopg.connect(clean_database.owner) as owner:
        row = owner.execute("SHOW data_directory").fetchone()
    assert row is not None
    with open_redress(Settings(home=Path(row[0]).parent), prepared=True) as opened:
        yield opened


def run(redress: Redress, command: object, *words: str) -> Result:
    env = {"REDRESS_HOME": str(redress.settings.home)}
    # rich-click's commands are click's; its stubs say so, the runner's do not.
    return CliRunner().invoke(command, words, env=env)  # type: ignore[arg-type]  # see above


def set_aside(redress: Redress) -> UUID:
    raws = messages_in("doudian", encoded(trade(400)), "refunds.json:1")
    redress.inbound.take(raws)
    return raws[0].message_id


def test_it_says_what_is_wrong_and_where(redress: Redress) -> None:
    message = set_aside(redress)
    listed = run(redress, quarantine, "list")
    assert listed.exit_code == 0, listed.output
    assert str(message) in listed.output
    assert "doudian 400 at refunds.json:1  unknown_type:400" in listed.output
    (line,) = run(redress, quarantine, "list", "--json").output.splitlines()
    assert msgspec.json.decode(line)["place"] == "refunds.json:1"
    assert "Nothing" in run(redress, quarantine, "list", "--source", "kdniao").output


def test_one_message_is_shown_its_words_only_when_asked_for(redress: Redress) -> None:
    message = set_aside(redress)
    shown = run(redress, quarantine, "show", str(message)).output
    assert "unknown_type:400" in shown
    assert "p_id" not in shown
    assert "p_id" in run(redress, quarantine, "show", str(message), "--body").output
    nobody = run(redress, quarantine, "show", str(UUID(int=7)))
    assert isinstance(nobody.exception, UserError)


@pytest.mark.parametrize("how", ["one", "--source", "--all"])
def test_a_retry_says_how_many_are_left(redress: Redress, how: str) -> None:
    message = set_aside(redress)
    redress.inbound.take(messages_in("doudian", encoded(PLACED), "x:1"))
    words = {"one": [str(message)], "--source": ["--source", "doudian"]}
    told = run(redress, quarantine, "retry", *words.get(how, ["--all"]))
    assert told.output == "Tried again: 1. Still in quarantine: 1.\n"


@pytest.mark.parametrize("what", ["list", "retry"])
def test_a_source_nobody_knows_is_one_line(redress: Redress, what: str) -> None:
    refused = run(redress, quarantine, what, "--source", "nosuch").exception
    assert isinstance(refused, UserError)
    known = ", ".join(sorted({*SPLITS, "olist"}))
    assert str(refused) == f"There is no source 'nosuch'; there are {known}"
    assert run(redress, quarantine, what, "--source", "olist").exit_code == 0


def test_a_retry_wants_to_know_of_what(redress: Redress) -> None:
    assert isinstance(run(redress, quarantine, "retry").exception, UserError)


def test_a_source_is_told_its_secret(redress: Redress) -> None:
    first = run(redress, inbound, "secret", "doudian").output
    assert len(first.strip()) > 40
    assert run(redress, inbound, "secret", "doudian").output == first
    assert run(redress, inbound, "secret", "amazon").exit_code == 2
