"""Two agents, an incident and a dispute want to make good one order at once.

On a real database, all of them at the same moment: nobody is paid twice, and no cap is
passed, whoever is quicker.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID

import pytest

from application.event_store.connections import connection_pool
from application.event_store.postgres import PostgresEventStore
from application.event_store.store import EventStore
from domain.after_sales import OpenCase
from domain.events import ALL_EVENTS
from domain.kernel import Refused
from domain.money import Money
from domain.order import ClaimItem
from domain.party import By
from domain.resolution import AcceptPlan
from interface.postgres.database import DatabaseUrls
from tests.application.resolving import ANNA, DAY, LIN, MONDAY, WEI, Anna, shortfall

ROUNDS = 6
OTTO = By(role="arbiter", name="otto")


@pytest.fixture
def store(clean_database: DatabaseUrls) -> Iterator[EventStore]:
    with (
        connection_pool(clean_database.writer) as writer,
        connection_pool(clean_database.reader) as reader,
    ):
        yield PostgresEventStore(writer, reader, ALL_EVENTS)


def whole(by: By) -> OpenCase:
    """Return a request for all of the money, of both lines."""
    return OpenCase(
        by=by,
        order="any",
        consumer="anna",
        type="refund_unshipped",
        items=(
            ClaimItem(line=1, quantity=1, amount=Money(49_000, "CNY")),
            ClaimItem(line=2, quantity=1, amount=Money(1_000, "CNY")),
        ),
        reason=2,
    )


def an_agents_case(anna: Anna) -> None:
    """Let an agent open a case for all of it."""
    case_id = anna.cases.id_of(anna.order_id, "lin-1")
    command = whole(LIN)
    anna.cases.open(case_id, anna.order_id, command, anna.context(command))


def gifts(anna: Anna) -> None:
    """Let another agent, and an arbiter, give all the goodwill there is."""
    for by in (LIN, OTTO):
        gift = anna.money.goodwill(
            anna.paid,
            by=by,
            approved_by=WEI,
            reservation=f"gift-{by.name}",
            matter="case-1",
            total_fen=9_000,
            paid_fen=50_000,
        )
        anna.money.take(anna.paid, gift, anna.context(gift))


def an_incident(anna: Anna) -> None:
    """Let an incident notice the same order, and begin what is owed for it."""
    found = shortfall("TRANSIT_STALLED", window="carrier_outlet", incident="I-1")
    anna.falls_short(found, incident="I-1")
    anna.starts()


def the_resolution(anna: Anna) -> None:
    """Carry out the plan that Anna took."""
    anna.starts()


def a_claim_for_lateness(anna: Anna) -> None:
    """Let the dispute's door ask what the rules pay for the same breach."""
    owed = anna.owed("dispute-1")
    anna.money.take(anna.paid, owed, anna.context(owed))


EVERYBODY: tuple[Callable[[Anna], None], ...] = (
    an_agents_case,
    gifts,
    an_incident,
    the_resolution,
    the_resolution,
    a_claim_for_lateness,
)


def at_once(anna: Anna) -> list[str]:
    """Let everybody ask at the same moment; return the rules that were against it."""
    together = Barrier(len(EVERYBODY), timeout=20)

    def ask(what: Callable[[Anna], None]) -> str:
        together.wait()
        try:
            what(anna)
        except Refused as why:
            return why.code
        return ""

    with ThreadPoolExecutor(len(EVERYBODY)) as threads:
        return [code for code in threads.map(ask, EVERYBODY) if code]


@pytest.mark.parametrize("number", [f"A-{n}" for n in range(ROUNDS)])
def test_nobody_is_paid_twice_and_no_cap_is_passed(
    store: EventStore, number: str
) -> None:
    anna = Anna(store=store, number=number)
    anna.at = MONDAY + DAY
    anna.falls_short()
    anna.asks(AcceptPlan(by=ANNA, plan="refund"))
    refused = at_once(anna)
    for _ in range(4):
        anna.starts()
        for step in list(anna.resolution.steps()):
            if step.standing == "started" and step.does.action == "refund_full":
                assert step.matter is not None
                anna.refund_comes_back(UUID(step.matter), succeeded=True)
            elif step.standing == "started":
                anna.comes_back(step.key, succeeded=True)
    order, day = anna.order, anna.day
    back = order.refunded.get("CNY", 0) + order.reserved.get("CNY", 0)
    assert back == 50_000, "all of it, by whoever was quicker, and no fen more"
    live = [each for each in day.reservations.values() if each.standing != "released"]
    assert sum(each.total_fen for each in live if each.goodwill) <= 15_000
    assert sum(each.total_fen for each in live if not each.goodwill) == 2_500
    assert {"claimed_already"} & set(refused) or anna.failed("1/refund/1"), (
        "one of the two that wanted all of it was told no"
    )


def test_two_workers_that_begin_one_step_begin_it_once(store: EventStore) -> None:
    anna = Anna(store=store)
    anna.at = MONDAY + DAY
    anna.falls_short()
    anna.asks(AcceptPlan(by=ANNA, plan="refund"))
    together = Barrier(4, timeout=20)

    def begin(_: int) -> None:
        together.wait()
        try:
            anna.starts()
        except Refused:
            return

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(begin, range(4)))
    step = anna.resolution.step("1/refund/1")
    assert step is not None
    assert step.attempts == 1
    assert len([each for each in anna.order.claims.values() if each.live]) == 1
