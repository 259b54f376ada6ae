"""Messages that come in after a person was erased, and name them all the same."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from application.inbound.drafts import forgotten
from application.inbound.store import InboundStore, Settled
from application.people import People
from application.people.erasure import speaking_of


class Forgetting:
    """Finds what an erasure would have found, had it come in before."""

    def __init__(self, store: InboundStore, people: People) -> None:
        self._store = store
        self._people = people

    def kept(self, bodies: Mapping[UUID, bytes]) -> None:
        """Blank those messages that were set aside as they came and name the erased."""
        aside = [
            Settled(message_id=each, state="quarantined", reason="malformed")
            for each in bodies
        ]
        marked = self.marked(aside, bodies)
        self._store.settle([each for each in marked if each.forgotten])

    def marked(
        self, settled: Sequence[Settled], bodies: Mapping[UUID, bytes]
    ) -> list[Settled]:
        """Mark messages that told nothing and name somebody erased.

        What was told is about known orders, and their consumers were asked for.
        """
        unsure = {
            each.message_id: bodies[each.message_id]
            for each in settled
            if each.state not in {"translated", "received"} and not each.forgotten
        }
        gone = self._naming(unsure) if unsure else frozenset()
        return [
            forgotten(each) if each.message_id in gone else each for each in settled
        ]

    def _naming(self, bodies: Mapping[UUID, bytes]) -> frozenset[UUID]:
        consumers = self._people.erased()
        if not consumers:
            return frozenset()
        names = {*consumers, *self._store.names_of(consumers)}
        # Most names are in none of them, and a search for each of many is slow.
        text = b"\n".join(bodies.values())
        speaks = speaking_of({name for name in names if name.encode() in text})
        return frozenset(each for each, body in bodies.items() if speaks(body))
