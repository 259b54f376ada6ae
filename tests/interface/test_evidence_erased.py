"""``redress erase`` deletes the files of evidence a person sent, and no others."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest
from click.testing import CliRunner

from application.access import AccessRole, Actor
from application.event_store.envelope import CommandContext
from application.orders import context_for
from domain.consumer import LinkConsumer
from domain.order import PlaceOrder
from interface.bootstrap import Redress, open_redress
from interface.cli.erase import command as erase
from interface.postgres.database import DatabaseUrls
from interface.settings import Settings
from tests.evidence_files import JPEG
from tests.memory_files import MONDAY, cut


@pytest.fixture
def redress(clean_database: DatabaseUrls) -> Iterator[Redress]:
    with psycopg.connect(clean_database.owner) as owner:
        row = owner.execute("SHOW data_directory").fetchone()
    assert row is not None
    with open_redress(Settings(home=Path(row[0]).parent), prepared=True) as opened:
        yield opened


def buy(redress: Redress, consumer: str, number: str) -> UUID:
    order_id = redress.orders.id_of(consumer, "shop", number)
    placed = PlaceOrder(
        consumer=consumer, source="shop", number=number, merchant="tea-house"
    )
    context = context_for(uuid4(), placed, actor="feed:shop", asked_at=MONDAY)
    redress.orders.handle_one(order_id, placed, context)
    return order_id


def link(redress: Redress, consumer: str, other: str) -> None:
    command = LinkConsumer(consumer=consumer, other=other, basis="guest_login")
    context = context_for(uuid4(), command, actor="agent:wang", asked_at=MONDAY)
    redress.commands.handler.handle_one(
        redress.consumers.ask(consumer, command, context)
    )


def send(redress: Redress, role: AccessRole, subject: str, order: UUID) -> UUID:
    actor = Actor(subject=subject, roles=frozenset({role}))
    name = uuid4()
    context = CommandContext(
        actor=actor.name, asked_at=MONDAY, command_id=name, correlation_id=name
    )
    sending = redress.desks.evidence.add(actor, order, "image/jpeg", cut(JPEG), context)
    return asyncio.run(sending).stream_id


def told(redress: Redress, consumer: str) -> str:
    env = {"REDRESS_HOME": str(redress.settings.home)}
    words = [consumer, "--yes"]
    answer = CliRunner().invoke(erase, words, env=env)
    assert answer.exit_code == 0, answer.output
    return answer.output


def test_the_files_of_all_of_a_persons_names_go_and_others_stay(
    redress: Redress,
) -> None:
    mine, guests = buy(redress, "mei", "1"), buy(redress, "guest-7", "2")
    neighbours = buy(redress, "lei", "3")
    link(redress, "mei", "guest-7")
    gone = {
        send(redress, "consumer", "mei", mine),
        send(redress, "consumer", "guest-7", guests),
    }
    stay = {
        send(redress, "merchant", "tea-house", mine),
        send(redress, "consumer", "lei", neighbours),
        send(redress, "agent", "mei", neighbours),  # an agent of the same name
    }

    def lying() -> set[UUID]:
        kept = (redress.settings.home / "evidence" / "kept").iterdir()
        return {UUID(path.name.partition(".")[0]) for path in kept}

    assert gone | stay <= lying()
    assert "Files of evidence deleted: 2." in told(redress, "mei")
    assert lying().isdisjoint(gone)
    assert stay <= lying()
    assert "nothing was left to erase" in told(redress, "guest-7")


def test_a_file_that_could_not_be_deleted_then_is_deleted_by_erasing_again(
    redress: Redress,
) -> None:
    photo = send(redress, "consumer", "mei", buy(redress, "mei", "1"))
    told(redress, "mei")
    file = redress.desks.evidence.find(
        Actor(subject="wang", roles=frozenset({"agent"})), photo
    ).file
    left = redress.settings.home / "evidence" / "kept" / f"{photo}.{file.sha256}"
    left.write_bytes(JPEG)
    assert "Files of evidence deleted: 1." in told(redress, "mei")
    assert not left.exists()
