"""What many orders' asks are prepared on, read at once."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from uuid import UUID

from application.compensation import Compensations
from application.compensation_facts import others_of, paid_order
from application.event_store.store import EventStore, Loaded, UnreadableEvent
from application.resolutions.flags import Flags
from application.resolutions.moving import beside
from application.sight import Sight
from domain.companionship import COMPANIONSHIP, Companionship
from domain.kernel import Refused
from domain.order import ORDER, Order


class Sights:
    """Reads orders with what lies beside them, in a few queries for all of them."""

    def __init__(
        self, store: EventStore, compensations: Compensations, flags: Flags
    ) -> None:
        self._store = store
        self._compensations = compensations
        self._flags = flags

    def of(self, orders: Iterable[UUID]) -> Mapping[UUID, Sight]:
        """Return what each order is looked at by, all of it read in three queries.

        One of them asks who is who. What cannot be read is said by the sight that
        looks at it. Raises StoreUnavailable.
        """
        wanted = list(dict.fromkeys(orders))
        first = self._store.load([*wanted, *map(beside, wanted)])
        histories = dict(first.histories)
        unreadable = dict(first.unreadable)
        loaded = Loaded(histories, {}, unreadable)
        sights = {each: Sight(self._store, each, loaded) for each in wanted}
        more: dict[UUID, None] = {}
        whose: list[tuple[str, Sight]] = []
        for order_id, sight in sights.items():
            with suppress(UnreadableEvent):
                more |= dict.fromkeys(self._beside(order_id, sight))
                order: Order = sight.of(order_id, ORDER)
                if order.identity is not None:
                    whose.append((order.identity.consumer, sight))
        more |= dict.fromkeys(self._flags.look_up(whose))
        second = self._store.load(list(more))
        histories |= second.histories
        unreadable |= second.unreadable
        return sights

    def _beside(self, order_id: UUID, sight: Sight) -> Iterator[UUID]:
        """Yield what lies beside an order: its resolutions, and its days."""
        known: Companionship = sight.of(beside(order_id), COMPANIONSHIP)
        for each in known.shortfalls.values():
            if each.resolution is not None:
                yield UUID(each.resolution)
        order: Order = sight.of(order_id, ORDER)
        if order.identity is None:
            return
        with suppress(Refused):
            paid = paid_order(order_id, order, ())
            for whose in (paid, *others_of(order_id, order, paid)):
                yield self._compensations.id_of(whose)
