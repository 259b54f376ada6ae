"""The trust balance of a person: read, contested, and contests answered.

It is folded when it is asked, from the very events it rests on: a person has a
thousand, and what is exact needs no keeping up.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, Protocol
from uuid import UUID

from msgspec import Struct

from application.access import Action, Actor, NotFound, Owners, authorize, scope
from application.casework import acting, stream_of
from application.event_store.envelope import (
    Ask,
    CommandContext,
    Part,
    Receipt,
    RecordedEvent,
)
from application.event_store.handler import CommandHandler
from application.event_store.mapper import tag_of
from application.event_store.store import Unreadable
from application.people import People
from domain.ids import id_from_name, partition_in, partition_of
from domain.kernel import Code, LongName, Sealed
from domain.trust import (
    COUNTED,
    TRUST,
    AnswerContest,
    Balance,
    ContestPoint,
    Correction,
    Outcome,
    Point,
    Reason,
    Told,
    TrustCommand,
    What,
    balance,
)

KIND: Final = "trust"

# The tags of what counts, by which a person's streams are found.
TAGS: Final = tuple(tag_of(each) for each in COUNTED)


class Streams(Protocol):
    """Where whole streams are read from, many in one query."""

    @property
    def partitions(self) -> int:
        """The number of partitions."""
        ...

    def events_of(
        self, stream_ids: Sequence[UUID]
    ) -> Mapping[UUID, Sequence[RecordedEvent | Unreadable]]:
        """Return several streams whole, an entry for each."""
        ...


class Known(Protocol):
    """What is known of a person's streams."""

    def exists(self, consumer: str) -> bool:
        """Say whether anything is known of this consumer."""
        ...

    def streams_of(
        self, consumers: Sequence[str], codes: Sequence[str]
    ) -> Mapping[UUID, str]:
        """Return the streams with such events, and whose each is."""
        ...


class Names(Protocol):
    """Who is who."""

    def persons_of(self, consumer: str) -> tuple[str, ...]:
        """Return the consumer, and all linked to it."""
        ...


class Contested(Struct, frozen=True, kw_only=True):
    """What somebody says of a point, as it was said."""

    event: LongName
    what: What
    reason: Reason
    words: Sealed | None = None


class Answered(Struct, frozen=True, kw_only=True):
    """What is answered to a contest, as it was said."""

    event: LongName
    what: What
    outcome: Outcome
    because: Code
    correction: Correction | None = None
    words: Sealed | None = None


class TrustDesk:
    """Where the trust balance is asked, and its points are contested."""

    def __init__(
        self,
        store: Streams,
        handler: CommandHandler,
        known: Known,
        names: Names,
        people: People,
    ) -> None:
        self._store, self._handler = store, handler
        self._known, self._names, self._people = known, names, people

    def id_of(self, consumer: str) -> UUID:
        """Return the id of the stream that holds the contests of this name."""
        partition = partition_of(consumer, self._store.partitions)
        return id_from_name(partition, KIND, "", consumer)

    def read(self, actor: Actor, consumer: str) -> Balance:
        """Return the balance of a person under all names.

        Raises NotFound for somebody else's or nobody's.
        """
        authorize(actor, "trust.read", Owners(consumer=consumer))
        ours = scope(actor, "trust.read").consumers
        if consumer not in ours and not self._known.exists(consumer):
            raise NotFound
        return self.of_person(consumer)

    def of_person(self, consumer: str) -> Balance:
        """Return the balance of a person, whoever asks."""
        names = self._names.persons_of(consumer)
        owners = self._known.streams_of(names, TAGS)
        histories = self._store.events_of(list(owners))
        return balance(
            told
            for stream_id, history in histories.items()
            for told in told_of(history, owners[stream_id])
        )

    def contest(
        self, actor: Actor, consumer: str, said: Contested, context: CommandContext
    ) -> Receipt:
        """Say that a point is not so; words are sealed for whose point it is.

        Raises NotFound, NotAllowed, what ``decide`` refuses, and as CommandHandler.
        """
        authorize(actor, "trust.contest", Owners(consumer=consumer))

        def command(point: Point) -> TrustCommand:
            by = acting(actor, "trust.contest", Owners(consumer=consumer))
            return ContestPoint(by=by, consumer=point.consumer, **fields_of(said))

        return self._take(consumer, said, context, command)

    def answer(
        self, actor: Actor, consumer: str, said: Answered, context: CommandContext
    ) -> Receipt:
        """Answer a contest. Raises as ``contest`` does."""
        authorize(actor, "trust.answer", Owners(consumer=consumer))

        def command(_point: Point) -> TrustCommand:
            by = acting(actor, "trust.answer", Owners(consumer=consumer))
            return AnswerContest(by=by, **fields_of(said))

        return self._take(consumer, said, context, command)

    def sealer(
        self, actor: Actor, action: Action, consumer: str, event: str
    ) -> Callable[[str | None], Sealed | None]:
        """Return what seals words about a point, for whose point it is.

        Raises NotFound and NotAllowed: nobody's words are sealed for a stranger.
        """
        authorize(actor, action, Owners(consumer=consumer))
        names = self._names.persons_of(consumer)
        owner = self._known.streams_of(names, TAGS).get(stream_in(event))
        if owner is None:
            raise NotFound
        return lambda words: words and self._people.seal(owner, words, KIND)

    def _take(
        self,
        consumer: str,
        said: Contested | Answered,
        context: CommandContext,
        command: Callable[[Point], TrustCommand],
    ) -> Receipt:
        stream_id = stream_in(said.event)
        if partition_in(stream_id) >= self._store.partitions:
            raise NotFound

        def prepare() -> Ask:
            point = self._point(consumer, said.event, said.what)
            part = Part(self.id_of(point.consumer), TRUST, command(point))
            return Ask(context, (part,))

        return self._handler.handle_prepared(stream_id, context, said, prepare)

    def _point(self, consumer: str, event: str, what: str) -> Point:
        """Return a point of the person's balance; raises NotFound."""
        for each in self.of_person(consumer).points:
            if (each.event, each.what) == (event, what):
                return each
        raise NotFound


def stream_in(event: str) -> UUID:
    """Return the stream of an event's name; raises NotFound for what names none."""
    stream_id = stream_of(event.partition("/")[0])
    if stream_id is None:
        raise NotFound
    return stream_id


def fields_of(said: Struct) -> dict[str, Any]:
    """Return what was said, field by field."""
    return {name: getattr(said, name) for name in said.__struct_fields__}


def told_of(
    history: Sequence[RecordedEvent | Unreadable], consumer: str
) -> Iterator[Told]:
    """Yield a stream's events as the balance is given them.

    Beyond an event that cannot be read nothing is known of the stream.
    """
    for each in history:
        if isinstance(each, Unreadable):
            return
        yield Told(
            stream=str(each.stream_id),
            version=each.version,
            place=f"{each.partition}.{each.position}",
            consumer=consumer,
            at=each.occurred_at,
            event=each.event,
        )
