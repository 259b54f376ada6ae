"""A resolution found as it stands, and moved: all that follows in one ask."""

from collections.abc import Callable
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from application.books import Books
from application.event_store.envelope import Ask, CommandContext, Receipt
from application.event_store.handler import CommandHandler
from application.event_store.store import EventStore, StaleVersion
from application.resolutions.carrying import Carrying
from application.resolutions.moving import Moving, beside, days_over, found
from application.sight import Sight
from domain.companionship import COMPANIONSHIP, Companionship
from domain.order import ORDER, Order
from domain.resolution import ReopenResolution, Resolution, ResolutionCommand

# Asks a resolution of this order for what is to become of it, as it stands.
Move = Callable[[Moving, UUID, Sight], None]


class Moves:
    """Moves resolutions, each with what follows of it elsewhere."""

    def __init__(
        self,
        store: EventStore,
        handler: CommandHandler,
        books: Books,
        carrying: Carrying,
    ) -> None:
        self._store = store
        self._handler = handler
        self._books = books
        self._carrying = carrying

    def find(self, resolution_id: UUID) -> tuple[Resolution, int]:
        """Return a resolution and its version; raises NoSuchResolution."""
        sight = Sight(self._store, resolution_id)
        state, _ = found(resolution_id, sight)
        return state, sight.version(resolution_id)

    def take(
        self, resolution_id: UUID, command: ResolutionCommand, context: CommandContext
    ) -> Receipt:
        """Ask a resolution for one thing; raises as decide does.

        Taken up again, it goes on for as long as the days beside the consumer do.
        """

        def move(moving: Moving, order_id: UUID, sight: Sight) -> None:
            if isinstance(command, ReopenResolution):
                known: Companionship = sight.of(beside(order_id), COMPANIONSHIP)
                until = command.until or known.ends_at or days_over(moving)
                moving.ask(replace(command, until=until))
            else:
                moving.ask(command)

        return self.move(resolution_id, command, context, move)

    def move(
        self, resolution_id: UUID, said: Struct, context: CommandContext, move: Move
    ) -> Receipt:
        """Return the receipt of what ``move`` asks of a resolution as it stands.

        What it asks of other streams, it leaves with the one that moves.
        """

        def ask() -> Ask:
            sight = Sight(self._store, resolution_id)
            state, order_id = found(resolution_id, sight)
            version = sight.version(resolution_id)
            if context.expected_version not in {None, version}:
                raise StaleVersion(version=version)
            order: Order = sight.of(order_id, ORDER)
            book = self._books.for_source(order.source)
            moving = Moving(state, book, context.at)
            move(moving, order_id, sight)
            freed = self._carrying.freed(resolution_id, state, moving, sight, context)
            parts = (*moving.parts(resolution_id), *freed, *moving.others)
            return Ask(context, parts, rests_on=sight.rests_on)

        return self._handler.handle_prepared(resolution_id, context, said, ask)
