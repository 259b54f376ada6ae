"""What is held of a person, whichever of the linked names an order was placed under."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from application.consumers import id_of_consumer
from application.sight import Sight
from domain.consumer import CONSUMER, Consumer
from domain.plan import Block

# The names of the same person, by each name asked for that has others.
Persons = Callable[[Sequence[str]], Mapping[str, tuple[str, ...]]]


def each_alone(_consumers: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
    """Return no other names: where nobody knows who is who."""
    return {}


class Flags:
    """Reads what is held of consumers under all their names.

    Who is who is read as it was last shown. An order's own name lies beside it and is
    pinned: an ask rests on it. The others may lie in other partitions, where nothing
    can be pinned: a flag set under such a name while an ask is prepared counts from
    the next one on.
    """

    def __init__(self, partitions: int, persons: Persons = each_alone) -> None:
        self._partitions = partitions
        self._persons = persons

    def look_up(self, consumers: Iterable[tuple[str, Sight]]) -> Iterator[UUID]:
        """Yield the streams of all names of many consumers, looked up in one query.

        What was found stays with the sights, which ask no more.
        """
        wanted = list(consumers)
        if not wanted:
            return
        found = self._persons(list(dict.fromkeys(name for name, _ in wanted)))
        for name, sight in wanted:
            names = sight.names[name] = found.get(name, (name,))
            yield from (id_of_consumer(each, self._partitions) for each in names)

    def held(self, consumer: str, sight: Sight) -> tuple[Consumer, ...]:
        """Return what is held of a consumer, and of all who are the same person."""
        if consumer not in sight.names:
            ids = tuple(self.look_up([(consumer, sight)]))
        else:
            ids = tuple(
                id_of_consumer(each, self._partitions) for each in sight.names[consumer]
            )
        return tuple(sight.of(each, CONSUMER) for each in ids)

    def block(self, consumer: str, sight: Sight, at: datetime) -> Block | None:
        """Return the block that flags of a person mean, the longest; None for none."""
        flags = [each.flagged(at) for each in self.held(consumer, sight)]
        standing = [each for each in flags if each is not None]
        if not standing:
            return None
        flag = max(standing, key=lambda each: (each.until, each.name))
        return Block(reason=flag.reason, until=flag.until, flag=flag.name)
