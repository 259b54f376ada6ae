"""A service with one order of Anna's: everything asked of it, and how all of it stands.

It runs on the store that forgets. Every ask may be asked twice under its id, and while
one is written down another may slip in before it.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache, reduce
from typing import Any, NamedTuple
from uuid import UUID, uuid5

from hypothesis import note
from msgspec import Struct
from msgspec.structs import replace

from application.after_sales import AfterSales
from application.compensation import Compensations, PaidOrder
from application.disputes import Disputes
from application.escalations import Escalations
from application.event_store.envelope import CommandContext, Receipt
from application.event_store.handler import CommandHandler
from application.event_store.store import Append, Conflict
from application.orders import Orders
from application.policies import PolicyBook, pack_rulebook, shipped_policies
from application.processes.check_overdue_clocks import AsksClocks, ClockAsk
from application.responsibility import Responsibilities
from domain.after_sales import CASE, Case, RefundUnderWay
from domain.compensation import COMPENSATION, DayOfCompensation
from domain.dispute import DISPUTE, Dispute
from domain.kernel import AnyDecider, Command, Event, Refused
from domain.order import (
    ORDER,
    CheckPromises,
    Order,
    OrderCommand,
)
from domain.order.events import OrderPlaced
from domain.policy.book import Rulebook
from domain.responsibility import ACCOUNT, MatterAccount
from domain.timer import Timer
from tests.memory_store import MemoryEventStore

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NAMES = UUID("a3b1c6de-0000-8000-8000-000000000002")
CONSUMER, SHOP, HOST, SOURCE = "anna", "shop-1", "host-7", "shop"
# So often clocks may let each other off before it must be quiet.
ROUNDS_MAX = 30
# What a ruling waits for: a refund on its way. For nothing else: that nobody ends.
WAITS = (RefundUnderWay,)

Taking = Callable[[CommandContext], Receipt]


@cache
def book_of(pack: str) -> Rulebook:
    """Return a pack that comes with the product, read once."""
    return pack_rulebook(pack)


@cache
def labels() -> PolicyBook:
    """Return what the shipped packs promise, read once."""
    return shipped_policies()


class OneBook(NamedTuple):
    """The rules of one pack, whatever the source."""

    book: Rulebook

    def for_source(self, _source: str | None) -> Rulebook:
        return self.book


class Interrupted(MemoryEventStore):
    """A store in which somebody else may be quicker: ``meanwhile`` is written first."""

    meanwhile: Callable[[], object] | None = None

    def append(self, appends: Sequence[Append]) -> Sequence[Receipt | Conflict]:
        quicker, self.meanwhile = self.meanwhile, None
        if quicker is not None:
            quicker()
        return super().append(appends)


class Done(Struct, frozen=True):
    """An ask that was granted, with what it was answered."""

    take: Taking
    context: CommandContext
    receipt: Receipt


class Casework:
    """Orders, cases, disputes, accounts and compensation of one consumer."""

    def __init__(self, pack: str) -> None:
        self.at = MONDAY
        self.store = Interrupted(partitions=1, clock=lambda: self.at)
        handler, books = CommandHandler(self.store), OneBook(book_of(pack))
        self.book = books.book
        self.orders = Orders(self.store, handler, labels())
        self.accounts = Responsibilities(self.store, handler, books)
        self.cases = AfterSales(self.store, handler, self.orders, self.accounts, books)
        self.disputes = Disputes(
            self.store, handler, self.orders, self.cases, self.accounts, books
        )
        self.compensations = Compensations(self.store, handler, books)
        self.escalations = Escalations(self.cases, self.disputes)
        self.order_id = self.orders.id_of(CONSUMER, SOURCE, "A-1")
        self.paid_order = PaidOrder(
            order="A-1",
            source=SOURCE,
            consumer=CONSUMER,
            merchant=SHOP,
            paid_at=MONDAY,
        )
        self.day_id = self.compensations.id_of(self.paid_order)
        self.granted: list[Done] = []
        self._asked = 0
        self._waiting: set[UUID] = set()
        self._folded: dict[UUID, tuple[int, Any]] = {}
        self._kinds: dict[UUID, AnyDecider] = {}

    # -- Asking --

    def context(self, name: str, *, report: bool = False) -> CommandContext:
        """Return a new command's envelope: who asks, now, under an id of its own."""
        self._asked += 1
        cause = uuid5(NAMES, str(self._asked))
        return CommandContext(
            actor="test",
            asked_at=self.at,
            command_id=cause,
            correlation_id=cause,
            name=name,
            occurred_at=self.at if report else None,
        )

    def ask(self, take: Taking, context: CommandContext) -> Receipt | Refused:
        """Return the receipt, or the rule that is against it; nothing else escapes."""
        try:
            receipt = take(context)
        except Refused as no:
            note(f"  {no!r} {no.details}")
            return no
        if receipt.leaves:
            self.granted.append(Done(take, context, receipt))
        return receipt

    def ask_again(self, done: Done) -> None:
        """Ask for what was granted once more: the answer is the first one."""
        before = self.store.heads()
        asked_at = replace(done.context, asked_at=self.at)
        again = done.take(asked_at)
        assert again.repeated, "asked again it is the same ask"
        assert replace(again, repeated=False) == done.receipt
        assert self.store.heads() == before, "asking twice is asking once"

    def tells_order(self, command: OrderCommand) -> Taking:
        """Return how the order is told or asked something."""
        return lambda context: self.orders.handle_one(self.order_id, command, context)

    # -- As it stands --

    def state(self, stream_id: UUID, decider: AnyDecider) -> Any:
        """Return what a stream amounts to, folding each event only once."""
        history = self.store.streams[stream_id]
        count, state = self._folded.get(stream_id, (0, decider.initial))
        if count < len(history):
            news = (recorded.event for recorded in history[count:])
            state = reduce(decider.evolve, news, state)
            self._folded[stream_id] = len(history), state
        return state

    def events(self, stream_id: UUID, after: int = 0) -> list[Event]:
        return [each.event for each in self.store.streams[stream_id][after:]]

    def of_kind(self, decider: AnyDecider) -> dict[UUID, Any]:
        """Return every stream of a noun that was written to, as it stands."""
        for stream_id, history in self.store.streams.items():
            if history and stream_id not in self._kinds:
                self._kinds[stream_id] = kind_of(history[0].event)
        return {
            stream_id: self.state(stream_id, decider)
            for stream_id, kind in list(self._kinds.items())
            if kind is decider
        }

    @property
    def order(self) -> Order:
        found: Order = self.state(self.order_id, ORDER)
        return found

    @property
    def all_cases(self) -> dict[UUID, Case]:
        return self.of_kind(CASE)

    @property
    def all_disputes(self) -> dict[UUID, Dispute]:
        return self.of_kind(DISPUTE)

    @property
    def all_accounts(self) -> dict[UUID, MatterAccount]:
        return self.of_kind(ACCOUNT)

    @property
    def day(self) -> DayOfCompensation:
        found: DayOfCompensation = self.state(self.day_id, COMPENSATION)
        return found

    # -- Time --

    def due(self) -> dict[UUID, Timer]:
        """Return the streams with a clock past due, each with the one longest so."""
        late: dict[UUID, Timer] = {}
        for stream_id, state in self._with_clocks().items():
            overdue = [each for each in running(state) if each.due_at < self.at]
            if overdue:
                late[stream_id] = min(overdue, key=lambda timer: timer.due_at)
        return late

    def next_due(self) -> datetime | None:
        """Return when a clock runs out next, if any runs."""
        clocks = self._with_clocks().values()
        return min(
            (timer.due_at for state in clocks for timer in running(state)),
            default=None,
        )

    def clocks_are_asked(self) -> None:
        """Ask every stream whose time ran out, as the worker does, until it is quiet.

        What a clock leads to is never refused for good: nobody else would do it.
        """
        self._waiting.clear()
        check = CheckPromises()
        self.ask(self.tells_order(check), self.context("CheckPromises"))
        for _ in range(ROUNDS_MAX):
            late = {
                stream_id: timer
                for stream_id, timer in self.due().items()
                if stream_id not in self._waiting
            }
            if not late:
                return
            for stream_id, timer in late.items():
                self._asks_clock(stream_id, timer)
        raise AssertionError(f"clocks never come to rest: {self.due()}")

    def _asks_clock(self, stream_id: UUID, timer: Timer) -> None:
        version = len(self.store.streams[stream_id])
        cause = uuid5(stream_id, f"{timer.name}/{timer.due_at}/{version}")
        rooms = (
            (CASE, self.escalations),
            (DISPUTE, self.disputes),
            (ACCOUNT, self.accounts),
        )
        kind = self._kinds[stream_id]
        room: AsksClocks = next(room for each, room in rooms if each is kind)
        (answer,) = room.check([ClockAsk(stream_id, cause)], self.at)
        if isinstance(answer, WAITS) and self._kinds[stream_id] is DISPUTE:
            self._waiting.add(stream_id)
        elif isinstance(answer, Exception):
            raise ClockRefused(f"{timer.name}: {type(answer).__name__}") from answer

    def _with_clocks(self) -> dict[UUID, Any]:
        return {**self.all_cases, **self.all_disputes, **self.all_accounts}


class ClockRefused(AssertionError):
    """What a clock led to was refused: it would be asked for ever."""


def kind_of(first: Event) -> AnyDecider:
    """Return whose stream it is that begins so."""
    tag = str(type(first).__struct_config__.tag)
    kinds: dict[str, AnyDecider] = {
        "order": ORDER,
        "after_sales": CASE,
        "dispute": DISPUTE,
        "responsibility": ACCOUNT,
        "compensation": COMPENSATION,
    }
    return ORDER if isinstance(first, OrderPlaced) else kinds[tag.partition(".")[0]]


def running(state: Any) -> list[Timer]:
    """Return the clocks of a case, a dispute or an account that run."""
    return [each for each in state.timers.values() if each.standing == "running"]


def named(command: Command) -> str:
    """Return what a command is called in its envelope."""
    return type(command).__name__
