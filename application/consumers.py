"""Commands about consumers: which names are one person."""

from collections.abc import Callable
from functools import reduce
from uuid import UUID

from application.access import Action, Actor, Owners, authorize
from application.casework import acting
from application.event_store.envelope import Ask, CommandContext, Part, Receipt
from application.event_store.handler import CommandHandler
from application.event_store.rows.history import events_of
from application.event_store.store import EventStore
from domain.consumer import CONSUMER, Consumer, ConsumerCommand, LinkConsumer
from domain.ids import id_from_name, partition_of
from domain.party import By

KIND = "consumer"


def id_of_consumer(consumer: str, partitions: int) -> UUID:
    """Return the id of the stream that belongs to this name, beside all it is about."""
    return id_from_name(partition_of(consumer, partitions), KIND, "", consumer)


class Consumers:
    """Takes commands to consumers."""

    def __init__(self, store: EventStore, handler: CommandHandler) -> None:
        self._store = store
        self._partitions = store.partitions
        self._handler = handler

    def id_of(self, consumer: str) -> UUID:
        """Return the id of the stream that belongs to this name."""
        return id_of_consumer(consumer, self._partitions)

    def ask(
        self, consumer: str, command: ConsumerCommand, context: CommandContext
    ) -> Ask:
        """Return the command as something a handler takes."""
        part = Part(self.id_of(consumer), CONSUMER, command)
        return Ask(context, (part,))

    def take(
        self,
        actor: Actor,
        consumer: str,
        command: ConsumerCommand,
        context: CommandContext,
    ) -> Receipt:
        """Return where the consumer then stands, if the actor may ask for this.

        Raises as ``authorize`` and CommandHandler do.
        """
        linking = isinstance(command, LinkConsumer)
        action: Action = "consumer.link" if linking else "consumer.unlink"
        authorize(actor, action, Owners(consumer=consumer))
        return self._handler.handle_one(self.ask(consumer, command, context))

    def read(self, actor: Actor, consumer: str) -> tuple[int, Consumer]:
        """Return what is held of a consumer, and how many events say so.

        Raises NotFound for somebody else's, and UnreadableEvent.
        """
        authorize(actor, "consumer.read", Owners(consumer=consumer))
        stream_id = self.id_of(consumer)
        loaded = self._store.load([stream_id])
        if unreadable := loaded.unreadable.get(stream_id):
            raise unreadable.error()
        events = events_of(loaded.histories[stream_id])
        return len(events), reduce(CONSUMER.evolve, events, CONSUMER.initial)

    def act(
        self,
        actor: Actor,
        action: Action,
        consumer: str,
        command: Callable[[By], ConsumerCommand],
        context: CommandContext,
    ) -> Receipt:
        """Return where the consumer then stands; ``command`` is made of who acts.

        Raises as ``authorize`` and CommandHandler do.
        """
        owners = Owners(consumer=consumer)
        authorize(actor, action, owners)
        asked = command(acting(actor, action, owners))
        return self._handler.handle_one(self.ask(consumer, asked, context))
