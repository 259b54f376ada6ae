"""Whom an effect is about: looked up when it is sent, never kept in the queue."""

from uuid import UUID

from msgspec import Struct

from application.effects.effect import Effect
from application.effects.follows import told
from application.effects.ports import Instruction
from application.event_store.rows.history import events_of
from application.event_store.store import EventStore
from domain.after_sales import CaseOpened
from domain.ids import partition_in
from domain.kernel import Event
from domain.order.events import PaymentCaptured
from domain.resolution.events import ResolutionOpened


class About(Struct, frozen=True, kw_only=True):
    """Whose the thing is, of which order."""

    consumer: str | None = None
    order: str | None = None
    merchant: str | None = None


class Facts:
    """Reads them off the log."""

    def __init__(self, store: EventStore) -> None:
        self._store = store

    def instruction(self, effect: Effect) -> Instruction:
        """Return what is asked of a gateway; raises StoreUnavailable."""
        about = next(
            (
                found
                for each in self._events(effect.stream_id)
                if (found := whose(each))
            ),
            About(),
        )
        return Instruction(
            key=effect.key,
            kind=effect.kind,
            action=effect.payload.action,
            consumer=about.consumer,
            order=about.order,
            merchant=about.merchant,
            payment=self._payment(about.order),
            amount=effect.payload.amount,
            params=effect.payload.params,
        )

    def answer(self, effect: Effect) -> str | None:
        """Return what the log says came of it since, however fresh; None: nothing."""
        since = self._events(effect.stream_id)[effect.version :]
        results = filter(None, map(told, since))
        asked = effect.payload
        return next(
            (
                each.answer
                for each in results
                if each.asks == asked.asks and each.attempt in {None, asked.attempt}
            ),
            None,
        )

    def _payment(self, order: str | None) -> str | None:
        """Return the name of the first payment of an order of ours."""
        try:
            order_id = UUID(order or "")
        except ValueError:
            return None
        if partition_in(order_id) >= self._store.partitions:
            return None
        paid = (e for e in self._events(order_id) if isinstance(e, PaymentCaptured))
        return next((each.payment for each in paid), None)

    def _events(self, stream_id: UUID) -> list[Event]:
        history = self._store.load([stream_id]).histories[stream_id]
        return events_of(history)


def whose(event: Event) -> About | None:
    """Return what the event that begins a stream says of it."""
    match event:
        case CaseOpened() | ResolutionOpened():
            return About(
                consumer=event.consumer, order=event.order, merchant=event.merchant
            )
        case _:
            return None
