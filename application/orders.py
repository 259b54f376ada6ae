"""Commands about orders."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import TypeAlias
from uuid import UUID

from msgspec import Struct

from application.event_store.envelope import Ask, CommandContext, Part, Receipt
from application.event_store.handler import CommandHandler
from application.event_store.store import EventStore
from application.policy_set import OrderTerms
from domain.ids import id_from_name, partition_of
from domain.kernel import Decider
from domain.order import ORDER, Order, OrderCommand, OrderEvent
from domain.promise import PromiseTerms

KIND = "order"

OrderDecider: TypeAlias = Decider[Order, OrderCommand, OrderEvent, PromiseTerms]


NAME_MAX = 128


def consumer_of_order(source: str, number: str) -> str:
    """Return the consumer of an order whose feed names none: one named after it."""
    name = f"order:{source}:{number}"
    if len(name) <= NAME_MAX and "/" not in name:
        return name
    return f"order:{source}:{sha256(number.encode()).hexdigest()[:32]}"


class Orders:
    """Takes commands to orders, each under the terms its labels name at that moment.

    A batch of asks may concern many orders; a batch of one is the same code.
    """

    def __init__(
        self, store: EventStore, handler: CommandHandler, policies: OrderTerms
    ) -> None:
        self.partitions = store.partitions
        self._handler = handler
        self._policies = policies

    def id_of(self, consumer: str, source: str, number: str) -> UUID:
        """Return the id that this order number of this source always has."""
        partition = partition_of(consumer, self.partitions)
        return id_from_name(partition, KIND, source, number)

    def ask(
        self, order_id: UUID, command: OrderCommand, context: CommandContext
    ) -> Ask:
        """Return the command as something a handler takes."""
        return Ask(context, (self.part(order_id, command),))

    def part(self, order_id: UUID, command: OrderCommand) -> Part:
        """Return the command as one part of an ask of several."""
        return Part(order_id, ORDER, command, self._policies.orders)

    def handle(self, asks: Sequence[Ask]) -> Sequence[Receipt | Exception]:
        """Return an answer to each, in order: a receipt, or why there is none."""
        return self._handler.handle(asks)

    def handle_one(
        self, order_id: UUID, command: OrderCommand, context: CommandContext
    ) -> Receipt:
        """Return where the order then stands; raises as CommandHandler does."""
        return self._handler.handle_one(self.ask(order_id, command, context))

    async def answer(
        self,
        order_id: UUID,
        command: OrderCommand,
        context: CommandContext,
        decider: OrderDecider = ORDER,
    ) -> Receipt:
        """Return as ``handle_one`` does, and hold no thread meanwhile.

        ``decider`` may ask more than ORDER does before it decides.
        """
        terms = self._policies.orders_at_hand
        if terms is None:
            terms = await asyncio.to_thread(lambda: self._policies.orders)
        part = Part(order_id, decider, command, terms)
        return await self._handler.answer(Ask(context, (part,)))


def context_for(  # noqa: PLR0913  (an envelope has that many lines)
    cause: UUID,
    command: Struct,
    *,
    actor: str,
    asked_at: datetime,
    occurred_at: datetime | None = None,
    correlation_id: UUID | None = None,
) -> CommandContext:
    """Return the context of a machine's command, named by what caused it."""
    return CommandContext(
        actor=actor,
        asked_at=asked_at,
        command_id=cause,
        correlation_id=correlation_id or cause,
        name=type(command).__name__,
        occurred_at=occurred_at,
    )
