"""The account of a matter, from its opening to a clock that ran out, on a store."""

from functools import reduce
from uuid import UUID, uuid5

from application.event_store.envelope import Ask
from application.event_store.handler import CommandHandler
from application.orders import context_for
from application.processes.check_overdue_clocks import ClockAsk
from application.responsibility import Responsibilities
from domain.ids import partition_of
from domain.party import SYSTEM
from domain.policy.book import Rulebook
from domain.responsibility import (
    ACCOUNT,
    MatterAccount,
    OpenAttribution,
    ResponsibilityCommand,
    borne,
    entries_for_refund,
    owed,
)
from tests.domain.accounts import (
    BOOK,
    CONSUMER,
    HALVES,
    MERCHANT,
    MONDAY,
    NEXT_TUESDAY,
    attribute,
    yuan,
)
from tests.memory_store import MemoryEventStore


class BooksBySource:
    """Rules for the orders of one source, and none for any other."""

    def for_source(self, source: str | None) -> Rulebook:
        if source == "shop":
            return BOOK
        return Rulebook(ref="none@1", profile="none", rows=())


class Desk:
    """Accounts on a store that forgets."""

    def __init__(self) -> None:
        self.store = MemoryEventStore()
        self.handler = CommandHandler(self.store)
        self.accounts = Responsibilities(self.store, self.handler, BooksBySource())
        self.matter = self.accounts.id_of("anna", "d-1")

    def take(self, command: ResponsibilityCommand) -> None:
        cause = uuid5(self.matter, repr(command))
        context = context_for(cause, command, actor="otto", asked_at=MONDAY)
        self.accounts.take(self.matter, command, "shop", context)

    def account(self) -> MatterAccount:
        events = [each.event for each in self.store.stream(self.matter)]
        return reduce(ACCOUNT.evolve, events, ACCOUNT.initial)  # type: ignore[arg-type]  # of its stream


OPENING = OpenAttribution(
    by=SYSTEM, matter="d-1", order="A-1", source="shop", consumer="anna"
)


def test_an_account_lies_in_its_consumers_partition_under_its_matters_name() -> None:
    desk = Desk()
    partition = partition_of("anna", desk.store.partitions)
    assert desk.matter.int >> 64 & 4095 == partition
    assert desk.accounts.id_beside(desk.matter, "d-1") == desk.matter
    assert desk.accounts.id_beside(desk.matter, "d-2") != desk.matter


def test_a_clock_that_ran_out_is_judged_by_the_rules_of_the_orders_source() -> None:
    desk = Desk()
    desk.take(OPENING)
    desk.take(attribute(*HALVES))
    ask = ClockAsk(desk.matter, UUID(int=7))
    for _ in range(2):
        (answer,) = desk.accounts.check([ask], NEXT_TUESDAY)
        assert not isinstance(answer, Exception)
    assert desk.account().status == "final"
    assert desk.account().timers["contest"].standing == "breached"
    assert len(desk.store.stream(desk.matter)) == 5


def test_a_refunds_entries_are_written_down_in_one_ask() -> None:
    desk = Desk()
    desk.take(OPENING)
    entries = entries_for_refund(
        "f-1", yuan(300), "platform_advance", merchant="m-42", consumer="anna"
    )
    parts = desk.accounts.postings(desk.matter, entries, SYSTEM, "shop")
    context = context_for(UUID(int=8), OPENING, actor="redress", asked_at=MONDAY)
    desk.handler.handle_one(Ask(context, parts))
    account = desk.account()
    assert borne(account)[CONSUMER] == yuan(-300)
    assert MERCHANT not in borne(account)
    assert list(owed(account).values()) == [yuan(300)]
