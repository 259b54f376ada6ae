"""Commands about contacts, and about what agents promise in them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from application.books import Books
from application.event_store.envelope import Ask, CommandContext, Part, Receipt
from application.event_store.handler import CommandHandler
from application.event_store.rows.history import events_of
from application.event_store.store import EventStore
from application.orders import context_for
from application.processes.check_overdue_clocks import ACTOR, ClockAsk
from domain.agent_promise import AGENT_PROMISE, AgentPromiseCommand
from domain.contact import CONTACT, ContactCommand, ContactOpened
from domain.ids import id_from_name, partition_in, partition_of
from domain.timer import CheckClocks

CONTACT_KIND, PROMISE_KIND = "contact", "promise"


class Contacts:
    """Takes commands to contacts and to promises of agents.

    A contact may begin before anybody knows what it is about, so that its clocks are
    those for orders of no source in particular.
    """

    def __init__(
        self, store: EventStore, handler: CommandHandler, books: Books
    ) -> None:
        self._store = store
        self._partitions = store.partitions
        self._handler = handler
        self._books = books

    def id_of(self, consumer: str, name: str) -> UUID:
        """Return the id of the contact that this consumer began under this name."""
        partition = partition_of(consumer, self._partitions)
        return id_from_name(partition, CONTACT_KIND, "", name)

    def promise_id(self, contact_id: UUID, name: str) -> UUID:
        """Return the id of a promise given in a contact, beside it."""
        partition = partition_in(contact_id)
        return id_from_name(partition, PROMISE_KIND, str(contact_id), name)

    def part(self, contact_id: UUID, command: ContactCommand) -> Part:
        """Return the command as one part of an ask."""
        return Part(contact_id, CONTACT, command, self._books.for_source(None))

    def promise_part(self, promise_id: UUID, command: AgentPromiseCommand) -> Part:
        """Return the command to a promise as one part of an ask."""
        book = self._books.for_source(None)
        return Part(promise_id, AGENT_PROMISE, command, book)

    def earlier_of(self, contact_id: UUID) -> tuple[str, ...] | None:
        """Return what a contact was begun after, None for one that is not yet.

        Whoever begins it again asks for the same again.
        """
        for event in events_of(self._store.load([contact_id]).histories[contact_id]):
            if isinstance(event, ContactOpened):
                return event.earlier
        return None

    def take(
        self, contact_id: UUID, command: ContactCommand, context: CommandContext
    ) -> Receipt:
        """Return where the contact then stands; raises as CommandHandler does."""
        return self._handler.handle_one(Ask(context, (self.part(contact_id, command),)))

    def take_promise(
        self, promise_id: UUID, command: AgentPromiseCommand, context: CommandContext
    ) -> Receipt:
        """Return where the promise then stands; raises as CommandHandler does."""
        part = self.promise_part(promise_id, command)
        return self._handler.handle_one(Ask(context, (part,)))

    def check(
        self, asks: Sequence[ClockAsk], asked_at: datetime
    ) -> Sequence[Receipt | Exception]:
        """Ask contacts whether their time is out; an answer to each, in order."""
        return self._handler.handle(
            [
                Ask(
                    clock_context(each, asked_at),
                    (self.part(each.stream_id, CheckClocks()),),
                )
                for each in asks
            ]
        )

    def check_promises(
        self, asks: Sequence[ClockAsk], asked_at: datetime
    ) -> Sequence[Receipt | Exception]:
        """Ask agents' promises likewise."""
        return self._handler.handle(
            [
                Ask(
                    clock_context(each, asked_at),
                    (self.promise_part(each.stream_id, CheckClocks()),),
                )
                for each in asks
            ]
        )


def clock_context(ask: ClockAsk, asked_at: datetime) -> CommandContext:
    """Return in whose name a clock is asked about."""
    return context_for(ask.cause, CheckClocks(), actor=ACTOR, asked_at=asked_at)


class AgentPromiseClocks:
    """Asks agents' promises about their clocks, as others ask cases."""

    def __init__(self, contacts: Contacts) -> None:
        self._contacts = contacts

    def check(
        self, asks: Sequence[ClockAsk], asked_at: datetime
    ) -> Sequence[Receipt | Exception]:
        """Ask each; an answer to each, in order."""
        return self._contacts.check_promises(asks, asked_at)
