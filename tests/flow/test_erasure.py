"""Everything that was ever said of a person vanishes; what happened stays."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha256
from pathlib import Path
from uuid import UUID, uuid5

import psycopg
import pytest

from application.audit.replay import replay
from application.audit.state import state_at
from application.consumers import Consumers
from application.event_store.connections import connection_pool
from application.event_store.envelope import CommandContext
from application.event_store.handler import CommandHandler
from application.event_store.postgres import PostgresEventStore
from application.evidence import forget_files
from application.orders import Orders, context_for
from application.people import ERASED, People, PostgresKeys, mask
from application.people.erasure import Erased, UnknownConsumer, erase
from application.policies import shipped_policies
from application.projections.persons import PersonQueries, Persons
from application.projections.references import References
from application.projections.runner import Runner
from domain.consumer import LinkConsumer
from domain.kernel import Command
from domain.money import Money
from domain.order import (
    CapturePayment,
    OrderCommand,
    OrderLine,
    PlaceOrder,
    RecordAddressChange,
    RecordNote,
    RecordReview,
    RecordScan,
    ShipParcel,
    Tender,
)
from interface.outbound.evidence_files import in_folder
from interface.postgres.database import DatabaseUrls
from tests.flow.markers import files_with, tables_with

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
NAMESPACE = UUID("b8d2a9a0-3a3e-4f3c-9d5e-0f6c1d6f0c11")
PARTITIONS = 8

REVIEW, NOTE, ADDRESS, TRACKING = "qzreview", "qznote", "qzaddress", "qztracking"
MESSAGE, QUARANTINED, WAITING, LINKED = "qzmessage", "qzbroken", "qzwaiting", "qzguest"
MARKERS = (
    *(REVIEW, NOTE, ADDRESS, TRACKING),
    *(MESSAGE, QUARANTINED, WAITING, LINKED),
)
NEIGHBOUR = "qzneighbour"


class Shop:
    """The product on a real database, and the words planted in it."""

    def __init__(self, urls: DatabaseUrls, closing: ExitStack) -> None:
        writer, reader, projector, keys = (
            closing.enter_context(connection_pool(url))
            for url in (urls.writer, urls.reader, urls.projector, urls.keys)
        )
        self.owner = closing.enter_context(psycopg.connect(urls.owner, autocommit=True))
        self.store = PostgresEventStore(writer, reader)
        handler = CommandHandler(self.store)
        self.orders = Orders(self.store, handler, shipped_policies())
        self.consumers = Consumers(self.store, handler)
        self.handler = handler
        self.keys = PostgresKeys(keys, PARTITIONS)
        self.people = self.another_process()
        self.persons = PersonQueries(reader)
        self.runner = Runner([References(), Persons()], projector)
        self._told = 0

    def another_process(self) -> People:
        """Return the same words as somebody else reaches them."""
        return People(self.keys, b"m" * 32)

    def context(self, command: Command) -> CommandContext:
        self._told += 1
        at = MONDAY + timedelta(minutes=self._told)
        cause = uuid5(NAMESPACE, str(self._told))
        return context_for(
            cause, command, actor="feed:shop", asked_at=at, occurred_at=at
        )

    def tell(self, order_id: UUID, *commands: OrderCommand) -> None:
        for command in commands:
            self.orders.handle_one(order_id, command, self.context(command))

    def buy(self, consumer: str, number: str, words: str) -> UUID:
        """Have a consumer buy, have it sent, and say something of it."""
        order_id = self.orders.id_of(consumer, "shop", number)
        amount = Money(9_900, "CNY")

        def seal(text: str, purpose: str) -> str:
            return self.people.seal(consumer, text, purpose)

        self.tell(
            order_id,
            PlaceOrder(
                consumer=consumer,
                source="shop",
                number=number,
                lines=(OrderLine(line=1, product="hat", price=amount),),
            ),
            CapturePayment(
                payment=f"PAY{number}",
                tenders=(Tender(tender="wechat", amount=amount),),
            ),
            ShipParcel(parcel=f"SF{number}", carrier="shunfeng", waybill=f"SF{number}"),
            RecordReview(review="R-1", score=1, words=seal(words, "review")),
        )
        return order_id

    def say(self, consumer: str, order_id: UUID) -> None:
        """Add a note, an address and a scan in the carrier's words."""
        people = self.people
        scan = mask(f"{TRACKING} 派件人:叶小明,电话:18312345678")
        self.tell(
            order_id,
            RecordNote(words=people.seal(consumer, f"{NOTE}!", "note")),
            RecordAddressChange(address=people.seal(consumer, ADDRESS, "address")),
            RecordScan(
                parcel="SF49000001",
                scan="0001",
                code="out_for_delivery",
                text=people.seal(consumer, scan, "tracking"),
            ),
        )

    def link(self, consumer: str, other: str) -> None:
        link = LinkConsumer(consumer=consumer, other=other, basis="guest_login")
        self.handler.handle_one(self.consumers.ask(consumer, link, self.context(link)))

    def receive(self, body: str, state: str, about: UUID | None = None) -> UUID:
        """Keep a raw message; ``about`` is the stream it turned out to mean."""
        raw = body.encode()
        message_id = uuid5(NAMESPACE, body)
        self.owner.execute(
            "INSERT INTO inbound.message"
            " (message_id, source, key, type, place, body, sha256, state)"
            " VALUES (%s, 'doudian', %s, '101', 'http', %s, %s, %s)",
            (message_id, message_id.hex, raw, sha256(raw).digest(), state),
        )
        if about:
            self.owner.execute(
                "INSERT INTO inbound.reference"
                " (message_id, kind, source, name, stream_id)"
                " VALUES (%s, 'order', 'doudian', 'whatever', %s)",
                (message_id, about),
            )
        return message_id

    def forget(self, consumer: str) -> Erased:
        assert self.runner.catch_up()
        return erase(
            consumer,
            owner=self.owner,
            partitions=PARTITIONS,
            persons_of=self.persons.persons_of,
            forget_files=partial(forget_files, in_folder(self.home() / "evidence")),
            actor="officer:1",
        )

    def told(self, order_id: UUID, consumer: str) -> str:
        """Return a history as an auditor who may open words reads it."""

        def open_sealed(name: str, sealed: Sequence[str]) -> list[str | None]:
            pairs = [(name, each) for each in sealed]
            return self.people.open_many(pairs, actor="auditor:1")

        lines = replay(self.store, order_id, open_sealed)
        return "\n".join([consumer, *(line.words for line in lines)])

    def home(self) -> Path:
        row = self.owner.execute("SHOW data_directory").fetchone()
        assert row is not None
        return Path(row[0]).parent


@pytest.fixture
def shop(clean_database: DatabaseUrls) -> Iterator[Shop]:
    with ExitStack() as closing:
        yield Shop(clean_database, closing)


class Planted:
    """A person with two names and words everywhere, and a neighbour who stays."""

    def __init__(self, shop: Shop) -> None:
        self.order = shop.buy("mei", "49000001", REVIEW)
        shop.say("mei", self.order)
        self.guest_order = shop.buy("guest-1", "49000002", LINKED)
        shop.link("mei", "guest-1")
        self.neighbours = shop.buy("lei", "49000003", NEIGHBOUR)
        self.message = shop.receive(MESSAGE, "translated", about=self.order)
        self.quarantined = shop.receive(
            f'{{"p_id": 49000001, "post_tel": "{QUARANTINED}"', "quarantined"
        )
        self.waiting = shop.receive(
            f'{{"nu": "SF49000002", "context": "{WAITING}"}}', "waiting"
        )
        shop.receive(f'{{"p_id": 49000003, "words": "{NEIGHBOUR}"}}', "translated")
        shop.owner.execute("ANALYZE")


def test_no_word_of_an_erased_person_is_left_anywhere(shop: Shop) -> None:
    planted = Planted(shop)
    told = shop.told(planted.order, "mei") + shop.told(planted.guest_order, "guest-1")
    states = [
        state_at(shop.store, each) for each in (planted.order, planted.guest_order)
    ]
    for marker in (REVIEW, NOTE, ADDRESS, TRACKING, LINKED):
        assert marker in told, "the control: they can be read before"
    for marker in (MESSAGE, QUARANTINED, WAITING):
        assert "inbound.message" in tables_with(shop.owner, marker), "the control"

    erased = shop.forget("mei")

    assert erased == Erased(consumers=("mei", "guest-1"), keys=2, messages=3)
    told = shop.told(planted.order, "mei") + shop.told(planted.guest_order, "guest-1")
    home = shop.home()
    for marker in MARKERS:
        assert tables_with(shop.owner, marker) == []
        assert files_with(home, marker, without=["postgres"]) == []
        assert marker not in told
    assert told.count("(erased)") == 5
    assert states == [
        state_at(shop.store, each) for each in (planted.order, planted.guest_order)
    ]


def test_sealed_words_are_in_no_table_and_no_file_even_before(shop: Shop) -> None:
    Planted(shop)
    shop.owner.execute("CHECKPOINT")

    assert files_with(shop.home(), MESSAGE), "the control: raw words are on the disk"
    for marker in (REVIEW, NOTE, ADDRESS, TRACKING, LINKED):
        assert tables_with(shop.owner, marker) == []
        assert files_with(shop.home(), marker) == []


def test_nobody_elses_words_are_touched(shop: Shop) -> None:
    planted = Planted(shop)

    shop.forget("mei")

    assert NEIGHBOUR in shop.told(planted.neighbours, "lei")
    assert "inbound.message" in tables_with(shop.owner, NEIGHBOUR)


def test_a_blanked_message_says_why_it_is_empty(shop: Shop) -> None:
    planted = Planted(shop)

    shop.forget("mei")

    rows = shop.owner.execute(
        "SELECT message_id, body, state, reason FROM inbound.message"
    ).fetchall()
    told = {message_id: rest for message_id, *rest in rows}
    assert told[planted.message] == [None, "translated", None]
    assert told[planted.quarantined] == [None, "ignored", "erased"]
    assert told[planted.waiting] == [None, "ignored", "erased"]


def test_erasing_twice_is_erasing_once_and_any_of_the_names_will_do(shop: Shop) -> None:
    Planted(shop)
    shop.forget("guest-1")

    again = shop.forget("mei")

    assert set(again.consumers) == {"mei", "guest-1"}
    assert (again.keys, again.messages) == (0, 0)


def test_nothing_is_sealed_for_the_erased_and_nothing_of_the_key_is_left(
    shop: Shop,
) -> None:
    for number, consumer in enumerate(("mei", "lei", "lan")):
        shop.buy(consumer, f"4900000{number}", REVIEW)
    key = shop.owner.execute(
        "SELECT wrapped FROM people.key WHERE consumer = 'mei'"
    ).fetchone()
    assert key is not None
    shop.owner.execute("ANALYZE")
    assert tables_with(shop.owner, key[0].hex()) == ["people.key"], "the control"

    shop.forget("mei")

    assert shop.another_process().seal("mei", "said later") == ERASED
    assert tables_with(shop.owner, key[0].hex()) == []


def test_whoever_has_no_words_yet_is_erased_for_the_future(shop: Shop) -> None:
    shop.link("mei", "never-seen")

    erased = shop.forget("never-seen")

    assert erased.keys == 2
    assert shop.people.seal("never-seen", "said later") == ERASED


def test_an_unknown_consumer_is_said_to_be_unknown(shop: Shop) -> None:
    with pytest.raises(
        UnknownConsumer, match="Nothing is known of a consumer 'nobody'"
    ):
        shop.forget("nobody")
    assert shop.owner.execute("SELECT count(*) FROM people.key").fetchone() == (0,)
