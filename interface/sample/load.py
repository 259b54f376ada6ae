"""Tells the product's own commands what happened in the sample's market."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from random import Random
from typing import Final, NamedTuple, TypeVar
from uuid import UUID, uuid5

from msgspec.structs import replace

from application.consumers import Consumers
from application.event_store.envelope import Ask
from application.orders import Orders, context_for
from application.people import People, Words
from domain.consumer import LinkConsumer
from domain.kernel import Refused, Report
from domain.order import CheckPromises, OrderCommand
from interface.sample.market import Sale, buyers, guest_of, sale
from interface.sample.stories import as_reported, steps_of
from interface.sample.tale import FEED, Step

NAMESPACE: Final = UUID("5f0c2f3e-0d1b-5a53-9c1c-7b8f1c5d9a42")
BATCH: Final = 500
T = TypeVar("T")
CLERK: Final = "process:sample"

# Where a command keeps its words, and what they are kept for.
WORDS: Final = {
    "RecordReview": ("words", "review"),
    "RecordNote": ("words", "note"),
    "RecordScan": ("text", "tracking"),
    "ChangeAddress": ("address", "address"),
}


class Sampled(NamedTuple):
    """What came of loading a sample. Nothing of it should ever be refused."""

    orders: int
    commands: int
    refused: int


class Happening(NamedTuple):
    """A step of one sale, under the id that it always has in this sample."""

    sale: Sale
    step: Step
    cause: UUID


def load_sample(  # noqa: PLR0913  # what is loaded, and where to
    orders: Orders,
    people: People,
    consumers: Consumers,
    *,
    seed: int,
    orders_count: int,
    until: datetime,
    days: int = 45,
    progress: Callable[[int], object] = lambda _: None,
) -> Sampled:
    """Load so many orders, placed within so many days before a moment.

    What would have happened after ``until`` has not; the promises of the last days are
    still open. The same arguments always give the same commands under the same ids, so
    loading twice changes nothing. ``progress`` is told how many orders more are done.
    Raises what concerns the store, StoreUnavailable and the like.
    """
    commands = refused = 0
    for sales in batches(market(seed, orders_count, until, days), BATCH // 10):
        asks = [*asked(sales, orders, people), *checks(sales, orders, until)]
        for some in batches(asks, BATCH):
            refused += tell(orders, some)
        commands += len(asks)
        progress(len(sales))
    links = linked(orders_count, consumers, until)
    for some in batches(links, BATCH):
        refused += tell(orders, some)
        commands += len(some)
    return Sampled(orders_count, commands, refused)


def market(
    seed: int, count: int, until: datetime, days: int
) -> Iterator[list[Happening]]:
    """Yield what happened, sale by sale; most were placed not long ago."""
    dice = Random(f"{seed} {until.isoformat()} {days} {count}")  # noqa: S311  # no secret
    numbers = dice.sample(range(10**11, 10**12), count)
    names = buyers(count)
    dice.shuffle(names)
    for buyer, number in zip(names, numbers, strict=True):
        placed_at = until - timedelta(days=days) * dice.random() ** 1.5
        sold = sale(buyer, f"49{number}", placed_at.replace(microsecond=0), dice)
        happened = [step for step in steps_of(sold, dice) if step.at <= until]
        name = f"{seed} {until.isoformat()} {number}"
        yield [
            Happening(sold, step, uuid5(NAMESPACE, f"{name} {place}"))
            for place, step in enumerate(as_reported(happened, dice))
        ]


def asked(
    sales: Sequence[list[Happening]], orders: Orders, people: People
) -> Iterator[Ask]:
    """Yield the commands, their words sealed, all keys asked for at once."""
    flat = [each for happened in sales for each in happened]
    spoken = [each for each in flat if each.step.text]
    sealed = iter(people.seal_many([words_of(each) for each in spoken]))
    for each in flat:
        command = each.step.command
        if each.step.text:
            field, _ = WORDS[type(command).__name__]
            command = replace(command, **{field: next(sealed)})
        yield ask(orders, each, command)


def words_of(happening: Happening) -> Words:
    """Return the words that go with a step, and whose they are."""
    _, purpose = WORDS[type(happening.step.command).__name__]
    consumer = happening.sale.order.consumer
    return Words(consumer, happening.step.text, purpose)


def ask(orders: Orders, happening: Happening, command: OrderCommand) -> Ask:
    """Return a step as something a handler takes."""
    at = happening.step.at
    context = context_for(
        happening.cause,
        command,
        actor=happening.step.actor,
        asked_at=at,
        occurred_at=at if isinstance(command, Report) else None,
    )
    return orders.ask(id_of(orders, happening.sale), command, context)


def id_of(orders: Orders, sold: Sale) -> UUID:
    """Return the id of a sale's order."""
    order = sold.order
    return orders.id_of(order.consumer, order.source, order.number)


def checks(
    sales: Sequence[list[Happening]], orders: Orders, until: datetime
) -> Iterator[Ask]:
    """Yield the question, for each order, whether time has run out."""
    for first, *_ in sales:
        command = CheckPromises()
        cause = uuid5(first.cause, f"check {until.isoformat()}")
        context = context_for(cause, command, actor=CLERK, asked_at=until)
        yield orders.ask(id_of(orders, first.sale), command, context)


def linked(count: int, consumers: Consumers, until: datetime) -> Iterator[Ask]:
    """Yield that those who bought under two names are one person each."""
    for buyer in dict.fromkeys(buyers(count)):
        guest = guest_of(buyer)
        if guest is None:
            continue
        link = LinkConsumer(consumer=buyer, other=guest, basis="guest_login")
        cause = uuid5(NAMESPACE, f"{buyer} is {guest} {until.isoformat()}")
        context = context_for(
            cause, link, actor=FEED, asked_at=until, occurred_at=until
        )
        yield consumers.ask(buyer, link, context)


def tell(orders: Orders, asks: Sequence[Ask]) -> int:
    """Hand a batch in; return how many were refused. Raises any other failure."""
    refused = 0
    for answer in orders.handle(asks):
        if isinstance(answer, Refused):
            refused += 1
        elif isinstance(answer, Exception):
            raise answer
    return refused


def batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Yield the items in lists of at most this size."""
    source = iter(items)
    while batch := list(islice(source, size)):
        yield batch
