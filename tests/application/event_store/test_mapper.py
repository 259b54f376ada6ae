"""Events become bytes and come back, also those of an older shape."""

from typing import Literal
from uuid import uuid4

import msgspec
import pytest
from eventsourcing.cipher import AESCipher
from eventsourcing.persistence import JSONTranscoder, StoredEvent
from eventsourcing.utils import Environment

from application.event_store.mapper import (
    Addressed,
    RedressMapper,
    SpoiltBody,
    UnknownTag,
)
from application.event_store.upcasts import Upcasts
from domain.events import ALL_EVENTS
from domain.kernel import Event, Moment
from domain.money import Money
from tests.application.event_store.shelf import MONDAY, ShelfMapper, ThingFell


class PriceNamed(Event, frozen=True, kw_only=True, tag="shelf.price_named"):
    """Once an amount in yuan, then in fen, now money."""

    price: Money
    at: Moment
    schema: Literal[3] = 3


class PriceNamedByMistake(Event, frozen=True, kw_only=True, tag="shelf.price_named"):
    """Forgets to say its schema."""

    price: Money


PRICES: Upcasts = {
    ("shelf.price_named", 1): lambda old: {
        "type": old["type"],
        "at": old["at"],
        "fen": old["yuan"] * 100,
    },
    ("shelf.price_named", 2): lambda old: {
        "type": old["type"],
        "at": old["at"],
        "price": {"minor": old["fen"], "currency": "CNY"},
    },
}
NAMED = PriceNamed(price=Money(1200, "CNY"), at=MONDAY)


def test_the_tag_is_the_type_and_the_body_is_json() -> None:
    fell = ThingFell(thing="花瓶", at=MONDAY)
    tag, body = ShelfMapper().encode(fell)
    assert tag == "shelf.thing_fell"
    assert body.decode() == (
        '{"type":"shelf.thing_fell","thing":"花瓶","at":"2026-03-02T09:00:00Z"}'
    )
    assert ShelfMapper().decode(tag, body) == fell


def test_the_library_sees_an_event_with_its_place() -> None:
    addressed = Addressed(uuid4(), 4, ThingFell(thing="vase", at=MONDAY))
    stored = ShelfMapper().to_stored_event(addressed)
    assert isinstance(stored, StoredEvent)
    assert (stored.topic, stored.originator_version) == ("shelf.thing_fell", 4)
    assert ShelfMapper().to_domain_event(stored) == addressed


@pytest.mark.parametrize(
    "body",
    [
        b'{"type":"shelf.price_named","yuan":12,"at":"2026-03-02T09:00:00Z"}',
        b'{"type":"shelf.price_named","schema":2,"fen":1200,"at":"2026-03-02T09:00:00Z"}',
        msgspec.json.encode(NAMED),
    ],
)
def test_every_older_shape_is_read_as_todays(body: bytes) -> None:
    mapper = RedressMapper(event_types=[PriceNamed], upcasts=PRICES)
    assert mapper.decode("shelf.price_named", body) == NAMED


def test_a_shape_still_to_come_is_not_half_read() -> None:
    fell = ThingFell(thing="vase", at=MONDAY)
    body = msgspec.json.encode(fell)[:-1] + b',"schema":2}'
    with pytest.raises(SpoiltBody, match="schema 2 is newer than 1"):
        ShelfMapper().decode("shelf.thing_fell", body)


def test_a_type_with_upcasts_must_say_its_schema() -> None:
    with pytest.raises(ValueError, match=r"schema: Literal\[3\] = 3"):
        RedressMapper(event_types=[PriceNamedByMistake], upcasts=PRICES)


def test_two_types_cannot_share_a_tag() -> None:
    with pytest.raises(ValueError, match=r"shelf\.price_named"):
        RedressMapper(event_types=[PriceNamed, PriceNamed], upcasts=PRICES)


def test_a_tag_nobody_knows_is_said_so() -> None:
    with pytest.raises(UnknownTag):
        ShelfMapper().decode("shelf.painted", b"{}")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff",
        b'{"type":"shelf.thing_fell"}',
        b'{"type":"shelf.thing_put_up","thing":"vase"}',
        b'{"type":"shelf.thing_fell","schema":"x"}',
    ],
)
def test_a_spoilt_body_is_said_so(body: bytes) -> None:
    with pytest.raises(SpoiltBody):
        ShelfMapper().decode("shelf.thing_fell", body)


def test_it_takes_no_cipher_for_bytes_stored_are_bytes_hashed() -> None:
    env = Environment(env={"CIPHER_KEY": AESCipher.create_key(16)})
    with pytest.raises(ValueError, match="CIPHER_KEY"):
        RedressMapper(JSONTranscoder(), cipher=AESCipher(env))


def test_it_knows_every_event_there_is() -> None:
    assert RedressMapper().event_types == ALL_EVENTS
