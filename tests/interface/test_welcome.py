"""The tokens that ``redress up`` prints are of people who are there."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from application.access import AccessRole
from interface.bootstrap import Redress, open_redress
from interface.cli.replay import streams_named
from interface.cli.up import (
    demo_tokens,
    load_sample_if_empty,
    order_to_try,
    somebody,
)
from interface.postgres.database import DatabaseUrls
from interface.sample import BEST_CUSTOMER
from interface.settings import Settings
from tests.application.projections.shop import Shop


@pytest.fixture
def redress(clean_database: DatabaseUrls) -> Iterator[Redress]:
    with psycopg.connect(clean_database.owner) as owner:
        row = owner.execute("SHOW data_directory").fetchone()
    assert row is not None
    home = Path(row[0]).parent
    with open_redress(Settings(home=home), prepared=True) as opened:
        yield opened
    (home / "sample.json").unlink(missing_ok=True)


def roles(settings: Settings) -> list[AccessRole | str]:
    return [token.role for token in demo_tokens(settings, somebody(settings))]


def test_in_an_empty_store_nobody_is_made_up(redress: Redress) -> None:
    assert somebody(redress.settings) is None
    assert roles(redress.settings) == ["agent", "auditor"]


def test_of_those_there_are_whoever_has_most_orders_is_shown(redress: Redress) -> None:
    Shop(redress.store).takes_orders([1, 2, 3, 9, 16])  # 2, 9 and 16 are one person's.
    redress.runner().catch_up()
    assert somebody(redress.settings) == "person-2"
    *_, token = demo_tokens(redress.settings, somebody(redress.settings))
    assert (token.role, token.subject) == ("consumer", "person-2")


def test_an_order_to_try_is_one_that_replay_finds(redress: Redress) -> None:
    assert order_to_try(redress.settings, None) is None
    Shop(redress.store).takes_orders([2, 3, 9])
    redress.runner().catch_up()
    assert order_to_try(redress.settings, "nobody") is None
    number = order_to_try(redress.settings, "person-2")
    assert number is not None
    assert number in {"T2", "T9"}
    assert len(streams_named(redress, number)) == 1


def test_after_the_sample_its_best_customer_can_be_looked_at(redress: Redress) -> None:
    said: list[str] = []
    load_sample_if_empty(redress.settings, said.append)
    assert somebody(redress.settings) == BEST_CUSTOMER
    assert not any(redress.runner().lag().values()), "nobody need wait to see it"
