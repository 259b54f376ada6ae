"""``redress verify`` as an operator meets it."""

import json
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner, Result

from application.projections.read_models import READ_MODELS
from application.projections.rebuild import alone
from interface.bootstrap import Redress, open_redress
from interface.cli.verify import HIDDEN
from interface.cli.verify import command as verify
from interface.errors import UserError
from interface.postgres.database import DatabaseUrls
from interface.sample import load_sample
from interface.settings import Settings
from tests.application.projections.conftest import MONDAY


@pytest.fixture
def redress(clean_database: DatabaseUrls) -> Iterator[Redress]:
    with psycopg.connect(clean_database.owner) as owner:
        row = owner.execute("SHOW data_directory").fetchone()
    assert row is not None
    with open_redress(Settings(home=Path(row[0]).parent), prepared=True) as opened:
        load_sample(
            opened.orders,
            opened.people,
            opened.consumers,
            seed=1,
            orders_count=20,
            until=MONDAY,
        )
        yield opened


def run(redress: Redress, *words: str) -> Result:
    env = {"REDRESS_HOME": str(redress.settings.home), "COLUMNS": "120"}
    return CliRunner().invoke(verify, words, env=env)


def tampered(redress: Redress) -> str:
    """Flip a byte of an event; return where it lies."""
    with psycopg.connect(redress.connections.urls.owner) as owner:
        owner.execute("SET session_replication_role = replica")
        row = owner.execute(
            """UPDATE store.event SET body = set_byte(body, 2, get_byte(body, 2) # 1)
                WHERE (partition, position) IN (SELECT partition, position
                       FROM store.event ORDER BY partition, position LIMIT 1)
               RETURNING partition || '.' || position"""
        ).fetchone()
    assert row is not None
    return str(row[0])


def test_of_the_sample_everything_holds_down_to_every_row_of_every_projection(
    redress: Redress,
) -> None:
    redress.runner().catch_up()
    looked = run(redress, "--rebuild")
    assert looked.exit_code == 0, looked.output
    events = sum(redress.store.heads().values())
    assert f"{events:,} events" in looked.stdout
    assert "✗" not in looked.stdout
    for invariant in ("I1 ", "I3 ", "I4 ", "I5 ", "I6 ", "I7 ", "I8 ", "I9 "):
        assert invariant in looked.stdout
    assert " ".join(HIDDEN.split()) in " ".join(looked.stdout.split())


def test_what_is_wrong_is_said_with_its_place_and_by_the_exit_code(
    redress: Redress,
) -> None:
    place = tampered(redress)
    looked = run(redress)
    assert looked.exit_code == 1
    assert f"I5  {place}  the leaf is not the hash of the row" in looked.stdout
    assert "✗ 1" in looked.stdout

    told = run(redress, "--json")
    assert told.exit_code == 1
    answer = json.loads(told.stdout)
    assert answer["holds"] is False
    (finding,) = answer["report"]["findings"]
    assert f"{finding['partition']}.{finding['position']}" == place

    partition, position = place.split(".")
    narrowed = run(redress, "--partition", partition, "--since", position)
    assert narrowed.exit_code == 0, narrowed.output


def without_its_last(redress: Redress, partition: int) -> int:
    """Take the last event of a partition away; return where it was."""
    with psycopg.connect(redress.connections.urls.owner) as owner:
        owner.execute("SET session_replication_role = replica")
        head = redress.store.heads()[partition]
        owner.execute(
            "DELETE FROM store.event WHERE partition = %s AND position = %s",
            (partition, head),
        )
    return head


def test_what_cannot_be_filled_again_is_a_finding_and_the_others_are_told_too(
    redress: Redress,
) -> None:
    redress.runner().catch_up()
    heads = redress.store.heads()
    partition = max(heads, key=lambda each: heads[each])
    head = without_its_last(redress, partition)
    looked = run(redress, "--rebuild", "--partition", str(partition))
    assert looked.exit_code == 1
    assert f"I4  {partition}.{head}  event {head} is missing" in looked.stdout
    why = f"the log ends at event {head - 1}, before its head at {head}"
    for each in READ_MODELS:
        said = f"{each.name} cannot be filled again in partition {partition}: {why}"
        assert f"I6  partition {partition}  {said}" in looked.stdout


def test_of_one_partition_only_its_rows_are_filled_and_compared(
    redress: Redress,
) -> None:
    redress.runner().catch_up()
    heads = redress.store.heads()
    partition = max(heads, key=lambda each: heads[each])
    with redress.projector.connection() as connection:
        row = connection.execute(
            "UPDATE projection.order_page_v1 SET status = 'odd'"
            " WHERE partition <> %s RETURNING partition",
            (partition,),
        ).fetchone()
    assert row is not None
    looked = run(redress, "--rebuild", "--partition", str(partition))
    assert looked.exit_code == 0, looked.output
    other = run(redress, "--rebuild", "--partition", str(row[0]), "--json")
    findings = json.loads(other.stdout)["report"]["findings"]
    assert {each["partition"] for each in findings} == {row[0]}
    assert {each["rows"]["live"]["status"] for each in findings} == {"odd"}
    assert all('status (live "odd", rebuilt ' in each["what"] for each in findings)


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (("--since", "3"), "name it by --partition"),
        (("--partition", "4000"), "no partition 4000"),
    ],
)
def test_what_cannot_be_looked_at_is_refused(
    redress: Redress, words: tuple[str, ...], answer: str
) -> None:
    refused = run(redress, *words)
    assert isinstance(refused.exception, UserError)
    assert answer in str(refused.exception)


def test_what_somebody_else_fills_again_is_nothing_wrong_but_not_looked_at_either(
    redress: Redress,
) -> None:
    redress.runner().catch_up()
    with alone(READ_MODELS[1], redress.projector):
        looked = run(redress, "--rebuild")
    assert isinstance(looked.exception, UserError)
    assert "somebody fills it again already" in str(looked.exception)
    assert "✗" not in looked.stdout
