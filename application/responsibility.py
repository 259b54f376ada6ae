"""Commands about whose fault a matter is, who paid, and who owes whom."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from application.books import Books
from application.event_store.envelope import Ask, CommandContext, Part, Receipt
from application.event_store.handler import CommandHandler
from application.event_store.rows.history import events_of
from application.event_store.store import EventStore
from application.orders import context_for
from application.processes.check_overdue_clocks import ACTOR, ClockAsk
from domain.ids import id_from_name, partition_in, partition_of
from domain.party import By
from domain.responsibility import (
    ACCOUNT,
    AttributionOpened,
    Entry,
    PostEntry,
    ResponsibilityCommand,
)
from domain.timer import CheckClocks

KIND = "responsibility"
SOURCE = "redress"


class Responsibilities:
    """Takes commands to the accounts of matters: one for each case or dispute.

    ``source`` is that of the order a matter is about: whose rules it is judged by.
    """

    def __init__(
        self, store: EventStore, handler: CommandHandler, policies: Books
    ) -> None:
        self._store = store
        self._handler = handler
        self._policies = policies

    def id_of(self, consumer: str, matter: str) -> UUID:
        """Return the id of the account of a consumer's case or dispute."""
        partition = partition_of(consumer, self._store.partitions)
        return id_from_name(partition, KIND, SOURCE, matter)

    def id_beside(self, neighbour: UUID, matter: str) -> UUID:
        """Return the same, where a stream of the consumer's is at hand."""
        return id_from_name(partition_in(neighbour), KIND, SOURCE, matter)

    def part(
        self, account_id: UUID, command: ResponsibilityCommand, source: str | None
    ) -> Part:
        """Return the command as one part of an ask of several."""
        return Part(account_id, ACCOUNT, command, self._policies.for_source(source))

    def postings(
        self, account_id: UUID, entries: Iterable[Entry], by: By, source: str | None
    ) -> tuple[Part, ...]:
        """Return the parts that write these entries down, each once."""
        return tuple(
            self.part(account_id, PostEntry(by=by, entry=entry), source)
            for entry in entries
        )

    def take(
        self,
        account_id: UUID,
        command: ResponsibilityCommand,
        source: str | None,
        context: CommandContext,
    ) -> Receipt:
        """Return where the account then stands; raises as CommandHandler does."""
        part = self.part(account_id, command, source)
        return self._handler.handle_one(Ask(context, (part,)))

    def check(
        self, asks: Sequence[ClockAsk], asked_at: datetime
    ) -> Sequence[Receipt | Exception]:
        """Ask accounts whether their time is out; an answer to each, in order."""
        command = CheckClocks()
        histories = self._store.load([each.stream_id for each in asks]).histories
        questions = []
        for each in asks:
            source = next(
                (
                    event.source
                    for event in events_of(histories[each.stream_id])
                    if isinstance(event, AttributionOpened)
                ),
                None,
            )
            context = context_for(each.cause, command, actor=ACTOR, asked_at=asked_at)
            questions.append(
                Ask(context, (self.part(each.stream_id, command, source),))
            )
        return self._handler.handle(questions)
