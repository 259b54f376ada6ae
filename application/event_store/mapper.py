"""Events to bytes and back: the tag is the type, the JSON text is the body.

The eventsourcing library finds it by ``MAPPER_TOPIC`` and speaks of ``StoredEvent``;
what it calls a topic is our tag, never the path of a module.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any, ClassVar, Final, cast
from uuid import UUID

import msgspec
from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import (
    Cipher,
    Compressor,
    JSONTranscoder,
    Mapper,
    StoredEvent,
    Transcoder,
)
from msgspec import Struct

from application.event_store.decoding import PageDecoder
from application.event_store.upcasts import UPCASTS, Upcasts, todays_schema, upcast
from domain.events import ALL_EVENTS
from domain.kernel import Event

Decode = Callable[[bytes], Event]

# In whose body this is, who says of which schema he is.
SCHEMA: Final = b'"schema"'


class UnknownTag(Exception):
    """No event type of this version of the program has this tag."""


class SpoiltBody(Exception):
    """The body is not what an event of this type says."""


class Addressed(Struct, frozen=True):
    """An event and its place in a stream, as the library wants to see one."""

    originator_id: UUID
    originator_version: int
    event: Event


class RedressMapper(Mapper[UUID]):
    """Writes an event as the JSON text that is stored, hashed and read again.

    Bytes stored are bytes hashed, and people read them in psql: so it takes neither a
    cipher nor a compressor. What must not be read is sealed field by field.
    """

    event_types: ClassVar[tuple[type[Event], ...]] = ALL_EVENTS

    def __init__(
        self,
        transcoder: Transcoder | None = None,
        compressor: Compressor | None = None,
        cipher: Cipher | None = None,
        *,
        event_types: Iterable[type[Event]] | None = None,
        upcasts: Upcasts = UPCASTS,
    ) -> None:
        if compressor or cipher:
            raise ValueError(
                "The log of Redress is plain JSON: unset COMPRESSOR_TOPIC, "
                "CIPHER_TOPIC and CIPHER_KEY, or use the library's own mapper."
            )
        super().__init__(transcoder or JSONTranscoder())
        self._encode = msgspec.json.Encoder().encode
        self._decoders: dict[str, Decode] = {}
        of_first_schema: list[type[Event]] = []
        for event_type in self.event_types if event_types is None else event_types:
            tag = tag_of(event_type)
            if tag in self._decoders:
                raise ValueError(f"Two event types have the tag {tag!r}.")
            self._decoders[tag] = decoder(event_type, upcasts)
            if todays_schema(tag, upcasts) == 1:
                of_first_schema.append(event_type)
        self._page = PageDecoder(of_first_schema)

    def encode(self, event: Event) -> tuple[str, bytes]:
        """Return the tag and the body; TypeError for a value JSON does not know."""
        return tag_of(type(event)), self._encode(event)

    def decode(self, tag: str, body: bytes) -> Event:
        """Return the event; raises UnknownTag, or SpoiltBody saying what is wrong."""
        decode = self._decoders.get(tag)
        if decode is None:
            raise UnknownTag(tag)
        try:
            return decode(body)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise SpoiltBody(str(error)) from error

    def decode_page(
        self, tags: Sequence[str], bodies: Sequence[bytes]
    ) -> list[Event | UnknownTag | SpoiltBody]:
        """Return each event, or in its place why it cannot be read, as decode says."""
        events: list[Any] | None = self.decode_lines(
            "\n".join(tags), b"\n".join(bodies), len(bodies)
        )
        if events is not None:
            return events
        return [self._tried(*each) for each in zip(tags, bodies, strict=True)]

    def decode_lines(self, tags: str, page: bytes, count: int) -> list[Event] | None:
        """Return so many events, their tags and bodies a line each.

        None if something is out of the ordinary: then each is to be read on its own.
        """
        return self._page.decode(tags, page, count)

    def _tried(self, tag: str, body: bytes) -> Event | UnknownTag | SpoiltBody:
        try:
            return self.decode(tag, body)
        except (UnknownTag, SpoiltBody) as error:
            return error

    def to_stored_event(self, domain_event: DomainEventProtocol[UUID]) -> StoredEvent:
        """Return what is stored of an Addressed event."""
        assert isinstance(domain_event, Addressed), "only Addressed events have a tag"
        tag, body = self.encode(domain_event.event)
        return StoredEvent(
            domain_event.originator_id, domain_event.originator_version, tag, body
        )

    def to_domain_event(self, stored_event: StoredEvent) -> Addressed:
        """Return the Addressed event; raises as decode does."""
        stream_id = stored_event.originator_id
        assert isinstance(stream_id, UUID), "streams of Redress are named by UUIDs"
        event = self.decode(stored_event.topic, stored_event.state)
        return Addressed(stream_id, stored_event.originator_version, event)


@cache
def tag_of(event_type: type[Event]) -> str:
    """Return the pinned tag of an event type."""
    tag = event_type.__struct_config__.tag
    assert isinstance(tag, str), f"{event_type.__name__} has no tag of text"
    return tag


def decoder(event_type: type[Event], upcasts: Upcasts) -> Decode:
    """Return what reads this type, straight into the Struct if it is of today's shape.

    A body of a schema still to come is refused: a newer version of the program wrote
    it, and reading half of it would be a lie.
    """
    tag = tag_of(event_type)
    today = todays_schema(tag, upcasts)
    decode = cast("Decode", msgspec.json.Decoder(event_type).decode)
    defaults = {each.name: each.default for each in msgspec.structs.fields(event_type)}
    if defaults.get("schema", 1) != today:
        raise ValueError(
            f"{event_type.__name__} ({tag}) must have the field "
            f"`schema: Literal[{today}] = {today}`: its upcasts lead there."
        )

    def decode_any(body: bytes) -> Event:
        schema = peek(body).schema if SCHEMA in body else 1
        if schema == today:
            return decode(body)
        if schema > today:
            raise SpoiltBody(f"schema {schema} is newer than {today}, the latest known")
        old: dict[str, Any] = msgspec.json.decode(body)
        return msgspec.convert(upcast(tag, old, upcasts), event_type)

    return decode_any


class Shape(Struct):
    """All that is read of a body before its schema is known."""

    schema: int = 1


peek = msgspec.json.Decoder(Shape).decode
