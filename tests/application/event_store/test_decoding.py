"""A page of bodies is read as each of them alone would be, only sooner."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import product
from typing import Annotated

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Meta

from application.event_store.decoding import PageDecoder, peculiar
from application.event_store.mapper import (
    RedressMapper,
    SpoiltBody,
    UnknownTag,
    tag_of,
)
from domain.events import ALL_EVENTS
from domain.kernel import Code, Event, Moment, Name
from tests.application.event_store.shelf import MONDAY, SHELF_EVENTS, ThingPutUp


class Labelled(Event, frozen=True, kw_only=True, tag="shelf.labelled"):
    """Has texts of several patterns, given or not, and others."""

    at: Moment
    label: Name
    code: Code | None = None
    colours: tuple[Code, ...] = ()
    lines: Annotated[str, Meta(pattern="^[a-z\n]*$")] = ""
    weight: Annotated[int, Meta(ge=0)] = 0


class Hung(Event, frozen=True, kw_only=True, tag="shelf.hung"):
    """Looks at itself once it is made."""

    nail: Name

    def __post_init__(self) -> None:
        if self.nail == "bent":
            raise ValueError("a bent nail holds nothing")


class Listed(Event, frozen=True, kw_only=True, tag="shelf.listed"):
    """Has a field of another name in its body."""

    list_name: Name = msgspec.field(name="list")
    shelf: str = "top"


class Counted(
    Event, frozen=True, kw_only=True, tag="shelf.counted", forbid_unknown_fields=True
):
    """Bears nothing in its body that it does not know."""

    things: int


class Priced(Event, frozen=True, kw_only=True, tag="shelf.priced"):
    """Says of which schema it is, though there is only one."""

    schema: int = 1
    fen: int


EVENTS: tuple[type[Event], ...] = (*SHELF_EVENTS, Labelled, Hung, Listed)
MORE: tuple[type[Event], ...] = (*EVENTS, Counted, Priced)
MAPPER = RedressMapper(event_types=MORE)
VASE = ThingPutUp(thing="花瓶")
LABEL = Labelled(at=MONDAY, label="vase/1", code="red", colours=("blue",), lines="a\nb")
HUNG = Hung(nail="steel")
LISTED = Listed(list_name="a/b")
GOOD = (VASE, LABEL, Labelled(at=MONDAY, label="clock"), HUNG, LISTED)

PUT_UP = '{"type":"shelf.thing_put_up","thing":"vase"'
# What is wrong with each differs: some are good with a neighbour, one is with its tag.
BAD = (
    PUT_UP + "}",
    "",
    "{}",
    "null",
    PUT_UP,
    "}",
    PUT_UP + "}" + PUT_UP,
    PUT_UP + "}\n" + PUT_UP,
    PUT_UP + "}\n" + PUT_UP + "}",
    PUT_UP + ',"more":[{}',
    ",{}]}",
    '{"type":"shelf.thing_put_up","thing":"va}',
    '{","thing":"se"}',
    PUT_UP + ',"schema":2}',
    PUT_UP + ',"schema":1}',
    " " + PUT_UP + "}",
    '{"thing":"vase"}',
    '{"thing":"vase","type":"shelf.thing_put_up"}',
    '{"type":"shelf.painted"}',
    '{"type":"shelf.labelled","at":"2026-03-02T09:00:00Z","label":"two words"}',
    '{"type":"shelf.labelled","at":"2026-03-02T09:00:00Z","label":""}',
    '{"type":"shelf.labelled","at":"2026-03-02T09:00:00Z","label":"a\\nb"}',
    '{"type":"shelf.labelled","at":"2026-03-02T09:00:00Z","label":"a\\n"}',
    '{"type":"shelf.labelled","at":"2026-03-02T09:00:00Z","label":"a","code":"/"}',
    '{"type":"shelf.labelled","at":"2026-03-02T09:00:00Z","label":"a","colours":["/"]}',
    '{"type":"shelf.labelled","at":"2026-03-02T09:00:00Z","label":"a","lines":"A"}',
    '{"type":"shelf.labelled","at":"2026-03-02T09:00:00Z","label":"a","weight":-1}',
    '{"type":"shelf.labelled","at":"2026-03-02T09:00:00","label":"a"}',
    '{"type":"shelf.labelled","at":"2026-03-02T09:00:00Z","label":"a","schema":2}',
    '{"type":"shelf.labelled","at":"2026-03-02T09:00:00Z","label":"a","schema":"1"}',
    '{"type":"shelf.labelled","at":"2026-03-02T09:00:00Z","label":"a","code":null}',
    '{"type":"shelf.hung","nail":"bent"}',
    '{"type":"shelf.hung","nail":"steel","schema":2}',
    '{"type":"shelf.listed","list":"a/b","schema":2,"schema":1}',
    '{"type":"shelf.listed","list":"a/b","\\u0073chema":2}',
    '{"type":"shelf.listed","list":""}',
    '{"type":"shelf.listed","list_name":"a/b"}',
    '{"type":"shelf.counted","things":3}',
    '{"type":"shelf.counted","things":3,"books":1}',
    '{"type":"shelf.priced","fen":3}',
    '{"type":"shelf.priced","fen":3,"schema":2}',
    '{"type":"shelf.hung","nail":"bent nail"}',
)
TAGS = tuple(map(tag_of, MORE))


def one_by_one(tags: list[str], bodies: list[bytes]) -> list[object]:
    """Return what each is read as alone."""
    return [told(tag, body) for tag, body in zip(tags, bodies, strict=True)]


def told(tag: str, body: bytes) -> object:
    try:
        return MAPPER.decode(tag, body)
    except (SpoiltBody, UnknownTag) as error:
        return repr(error)


def together(tags: list[str], bodies: list[bytes]) -> list[object]:
    """Return what they are read as together."""
    read = MAPPER.decode_page(tags, bodies)
    return [each if isinstance(each, Event) else repr(each) for each in read]


bodies = st.one_of(
    st.sampled_from([MAPPER.encode(each) for each in GOOD]),
    st.tuples(
        st.sampled_from([*TAGS, "shelf.painted", "shelf.hung\nshelf.hung"]),
        st.sampled_from([each.encode() for each in BAD] + [b"\xff"]),
    ),
)


@given(st.lists(bodies, max_size=6))
def test_a_page_is_read_as_its_bodies_alone(page: list[tuple[str, bytes]]) -> None:
    tags, texts = [tag for tag, _ in page], [body for _, body in page]
    assert together(tags, texts) == one_by_one(tags, texts)


@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize("tag", TAGS)
def test_one_that_cannot_be_read_hides_no_other(tag: str, bad: str) -> None:
    page = [MAPPER.encode(VASE), (tag, bad.encode()), MAPPER.encode(LABEL)]
    tags, texts = [tag for tag, _ in page], [body for _, body in page]
    read = together(tags, texts)
    assert (read[0], read[2]) == (VASE, LABEL)
    assert read == one_by_one(tags, texts)


@pytest.mark.parametrize("tag", TAGS)
def test_two_halves_are_not_taken_for_two_events(tag: str) -> None:
    for halves in product(BAD, repeat=2):
        texts = [each.encode() for each in halves]
        assert together([tag, tag], texts) == one_by_one([tag, tag], texts), halves


def in_one_go(events: Sequence[Event]) -> list[Event] | None:
    """Return what a page of these events is read as, None if they must be looked at."""
    tags, bodies = zip(*map(MAPPER.encode, events), strict=True)
    return PageDecoder(EVENTS).decode("\n".join(tags), b"\n".join(bodies), len(bodies))


def test_what_is_as_it_should_be_is_read_in_one_go() -> None:
    assert in_one_go(GOOD) == [*GOOD]
    later = [msgspec.structs.replace(LABEL, at=MONDAY + timedelta(days=1))] * 3
    assert in_one_go(later) == later


def test_no_event_of_the_product_holds_up_a_page() -> None:
    assert not [each.__name__ for each in ALL_EVENTS if peculiar(each)]


def test_two_in_one_row_are_not_two_rows() -> None:
    body = MAPPER.encode(HUNG)[1] * 2
    (read,) = MAPPER.decode_page(["shelf.hung\nshelf.hung"], [body])
    assert isinstance(read, UnknownTag)


def test_whoever_knows_no_events_reads_none() -> None:
    (read,) = RedressMapper(event_types=[]).decode_page(["shelf.hung"], [b"null"])
    assert isinstance(read, UnknownTag)


def test_a_page_of_nothing_holds_nothing() -> None:
    assert MAPPER.decode_page([], []) == []
    assert RedressMapper(event_types=[]).decode_page([], []) == []
    assert MAPPER.decode_lines("", b"", 0) == []
