"""Who is told of which events, given what has happened, and what is sent when."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from application.people.sealing import new_key
from application.projections.persons import Persons
from application.projections.public_events import PublicEvents
from application.projections.public_pages import PublicEventQueries
from application.webhooks.deliveries import AT_ONCE_MAX, LEASE, Deliveries
from application.webhooks.endpoints import Endpoints, Wish
from application.webhooks.schedule import FAILING_MAX, Attempt
from domain.after_sales import CaseAssigned, CaseOpened, CaseSucceeded
from domain.contact import ContactOpened
from domain.dispute import DisputeOpened
from domain.money import Money
from domain.order import ClaimItem
from domain.order.events import (
    OrderIdentified,
    OrderPlaced,
    ParcelDelivered,
    ParcelShipped,
)
from domain.order.values import OrderLine
from domain.party import By, Participant
from tests.application.projections.conftest import (
    MONDAY,
    History,
    Pools,
    Reader,
    stream_called,
)

LI_MEI = By(role="consumer", name="li-mei")
TEA = OrderLine(line=1, product="oolong", quantity=1, price=Money(12_900, "CNY"))
SECOND = timedelta(seconds=1)
NOW = datetime(2126, 1, 1, tzinfo=UTC)  # so that nothing is due by the machine's time
FAILED = Attempt(status=500, failure="status")
TAKEN = Attempt(status=204)

placed = OrderPlaced(
    at=MONDAY,
    consumer="li-mei",
    source="demo",
    number="A-1",
    merchant="tea-house",
    participants=(Participant(party="anna", roles=("creator", "room_seller")),),
    lines=(TEA,),
)
shipped = ParcelShipped(at=MONDAY, parcel="SF1")
delivered = ParcelDelivered(at=MONDAY, parcel="SF1")
opened = CaseOpened(
    at=MONDAY,
    by=LI_MEI,
    order=str(stream_called("order")),
    consumer="li-mei",
    merchant="tea-house",
    type="return_refund",
    items=(ClaimItem(line=1, quantity=1, amount=Money(12_900, "CNY")),),
    reason=7,
)
disputed = DisputeOpened(
    at=MONDAY,
    by=LI_MEI,
    order=str(stream_called("order")),
    consumer="li-mei",
    issue="counterfeit",
)


@pytest.fixture
def reader(pools: Pools) -> Reader:
    return Reader(pools.projector, [PublicEvents(), Persons()])


@pytest.fixture
def questions(pools: Pools) -> PublicEventQueries:
    return PublicEventQueries(pools.reader)


@pytest.fixture
def endpoints(pools: Pools) -> Endpoints:
    return Endpoints(pools.writer, pools.reader, new_key())


@pytest.fixture
def deliveries(pools: Pools) -> Deliveries:
    return Deliveries(pools.writer, pools.reader)


def told(questions: PublicEventQueries, whose: str) -> list[str]:
    """Return what an audience is told, in order, each without prefix and version."""
    found = questions.after([whose], {}, limit=200)
    return [each.type.removeprefix("redress.")[:-3] for each in found.events]


def endpoint(endpoints: Endpoints, *whose: str, number: int = 1) -> UUID:
    wish = Wish(
        endpoint_id=UUID(int=number),
        owner=whose[0],
        audiences=whose,
        url="https://shop.example.com/hook",
        types=("*",),
    )
    return endpoints.add(wish).endpoint_id


# -- Whose --


def test_those_who_take_part_are_told_and_nobody_else(
    reader: Reader, history: History, questions: PublicEventQueries
) -> None:
    reader.reads(*history.goes_on("order", placed, shipped))
    for whose in ("consumer:li-mei", "merchant:tea-house", "creator:anna"):
        assert told(questions, whose) == ["order.placed", "parcel.shipped"]
    for whose in ("consumer:anna", "merchant:toy-shop", ""):
        assert told(questions, whose) == []


def test_a_case_is_told_the_creators_of_its_order_and_a_dispute_is_not(
    reader: Reader, history: History, questions: PublicEventQueries
) -> None:
    reader.reads(*history.goes_on("order", placed))
    reader.reads(
        *history.goes_on("case", opened), *history.goes_on("dispute", disputed)
    )
    assert told(questions, "creator:anna") == ["order.placed", "case.opened"]
    assert told(questions, "merchant:tea-house") == [
        "order.placed",
        "case.opened",
        "dispute.opened",
    ], "without a merchant of its own a dispute is its order's merchant's"


def test_in_one_batch_or_in_many_it_comes_to_the_same(
    reader: Reader, history: History, questions: PublicEventQueries
) -> None:
    batch = [
        *history.goes_on("order", placed),
        *history.goes_on("case", opened, CaseSucceeded(at=MONDAY)),
    ]
    reader.reads(*batch)
    assert told(questions, "creator:anna") == [
        "order.placed",
        "case.opened",
        "case.succeeded",
    ]


def test_a_contact_is_between_one_consumer_and_the_service(
    reader: Reader, history: History, questions: PublicEventQueries
) -> None:
    contact = ContactOpened(
        at=MONDAY,
        by=LI_MEI,
        consumer="li-mei",
        channel="chat",
        about="delivery",
        order=str(stream_called("order")),
    )
    reader.reads(*history.goes_on("order", placed))
    reader.reads(*history.goes_on("contact", contact))
    assert "contact.opened" in told(questions, "consumer:li-mei")
    assert "contact.opened" not in told(questions, "merchant:tea-house")


def test_what_is_the_services_own_is_no_public_event(
    reader: Reader, history: History, questions: PublicEventQueries
) -> None:
    by = By(role="agent", name="lin")
    assigned = CaseAssigned(at=MONDAY, by=by, agent="lin")
    reader.reads(*history.goes_on("case", opened, assigned))
    assert told(questions, "consumer:li-mei") == ["case.opened"]


def test_what_came_before_anybody_was_named_is_told_once_somebody_is(
    reader: Reader, history: History, questions: PublicEventQueries
) -> None:
    reader.reads(*history.goes_on("order", shipped))
    assert told(questions, "consumer:li-mei") == []
    named = OrderIdentified(at=MONDAY, consumer="li-mei", source="demo", number="A-1")
    seen = questions.after(["consumer:li-mei"], {}, limit=200).seen
    reader.reads(*history.goes_on("order", named, delivered))
    found = questions.after(["consumer:li-mei"], seen, limit=200)
    types = [each.type for each in found.events]
    assert types == ["redress.parcel.shipped.v1", "redress.parcel.delivered.v1"]
    reader.reads(*history.goes_on("order", placed))
    assert told(questions, "merchant:tea-house") == [
        "parcel.shipped",
        "parcel.delivered",
        "order.placed",
    ]


def test_page_by_page_nothing_is_left_out_and_nothing_comes_twice(
    reader: Reader, history: History, questions: PublicEventQueries
) -> None:
    for partition in (0, 3):
        for number in range(3):
            order = f"order-{partition}-{number}"
            reader.reads(*history.goes_on(order, placed, shipped, partition=partition))
    whose = ["consumer:li-mei", "merchant:tea-house"]
    seen: dict[int, int] = {}
    places = []
    for _ in range(20):
        page = questions.after(whose, seen, limit=1)
        places += [(each.partition, each.position) for each in page.events]
        seen = dict(page.seen)
        if not page.more:
            break
    assert places == [(part, at) for part in (0, 3) for at in range(1, 7)]
    ahead = questions.after(whose, {3: 10**9}, limit=1)
    assert ahead.more
    assert ahead.seen[3] == seen[3], "nobody is ahead of the log"


# -- Deliveries --


def test_each_event_is_delivered_once_to_each_endpoint_that_may_see_it(
    reader: Reader, history: History, endpoints: Endpoints, deliveries: Deliveries
) -> None:
    both = endpoint(endpoints, "consumer:li-mei", "merchant:tea-house")
    other = endpoint(endpoints, "consumer:wang", number=2)
    deliveries.fill()
    reader.reads(*history.goes_on("order", placed, shipped))
    assert deliveries.fill() == 1
    assert deliveries.fill() == 0, "the checkpoint moved with the rows"
    rows = deliveries.listed(both, limit=200).rows
    assert sorted(each.event_id for each in rows) == ["evt_0_1", "evt_0_2"]
    assert deliveries.listed(other, limit=200).rows == []


def test_what_is_claimed_is_nobody_elses_until_the_lease_is_over(
    reader: Reader, history: History, endpoints: Endpoints, deliveries: Deliveries
) -> None:
    endpoint(endpoints, "consumer:li-mei")
    reader.reads(*history.goes_on("order", placed))
    deliveries.fill()
    (first,) = deliveries.claim(8, now=NOW)
    assert deliveries.claim(8, now=NOW + LEASE - SECOND) == []
    (second,) = deliveries.claim(8, now=NOW + LEASE)
    assert (first.attempts, second.attempts) == (1, 2)
    deliveries.settle(first, TAKEN, NOW + LEASE)
    found = deliveries.find(first.delivery_id)
    assert found.state == "pending", "who came too late has no say"
    deliveries.settle(second, TAKEN, NOW + LEASE)
    assert deliveries.find(first.delivery_id).state == "delivered"


def test_one_endpoint_that_hangs_holds_no_other_up(
    reader: Reader, history: History, endpoints: Endpoints, deliveries: Deliveries
) -> None:
    hangs = endpoint(endpoints, "consumer:li-mei")
    goes = endpoint(endpoints, "merchant:tea-house", number=2)
    reader.reads(*history.goes_on("order", placed, *[shipped] * AT_ONCE_MAX))
    deliveries.fill()
    claimed = deliveries.claim(2 * AT_ONCE_MAX, now=NOW)
    whose = [each.endpoint_id for each in claimed]
    assert whose.count(hangs) == whose.count(goes) == AT_ONCE_MAX
    more = deliveries.claim(2 * AT_ONCE_MAX, busy={hangs}, now=NOW)
    assert {each.endpoint_id for each in more} == {goes}


def test_after_a_failure_it_waits_ever_longer_and_a_little_at_random(
    reader: Reader, history: History, endpoints: Endpoints, deliveries: Deliveries
) -> None:
    endpoint(endpoints, "consumer:li-mei")
    reader.reads(*history.goes_on("order", placed))
    deliveries.fill()
    at = NOW
    for wait in (5 * SECOND, 300 * SECOND, 1800 * SECOND):
        (claimed,) = deliveries.claim(8, now=at)
        deliveries.settle(claimed, FAILED, at)
        due = deliveries.find(claimed.delivery_id).due_at
        assert at + wait <= due <= at + 1.1 * wait
        assert deliveries.claim(8, now=at + wait - SECOND) == []
        at = due


def test_whoever_answers_nothing_well_for_days_is_asked_no_more_and_a_ping_wakes(
    reader: Reader, history: History, endpoints: Endpoints, deliveries: Deliveries
) -> None:
    whose = endpoint(endpoints, "consumer:li-mei")
    reader.reads(*history.goes_on("order", placed, shipped))
    deliveries.fill()
    first, second = deliveries.claim(8, now=NOW)
    deliveries.settle(first, FAILED, NOW)
    later = NOW + FAILING_MAX + SECOND
    deliveries.settle(second, FAILED, later)
    stands = endpoints.find(whose)
    assert (stands.state, stands.reason) == ("disabled", "failing")
    assert deliveries.claim(8, now=later + LEASE) == []
    deliveries.ping(whose, UUID(int=9), now=later)
    (ping,) = deliveries.claim(8, now=later)
    deliveries.settle(ping, TAKEN, later)
    assert endpoints.find(whose).state == "active"
    assert len(deliveries.claim(8, now=later + LEASE)) == 2, "and all goes on"


def test_a_reader_of_the_database_never_sees_a_secret(
    pools: Pools, endpoints: Endpoints
) -> None:
    whose = endpoint(endpoints, "consumer:li-mei")
    (secret,) = endpoints.secrets(whose)
    with pools.writer.connection() as connection:
        kept = connection.execute("SELECT secret FROM webhook.endpoint").fetchone()
    assert kept is not None
    assert secret not in kept[0], "it lies there sealed"
    with pools.reader.connection() as connection:
        granted = connection.execute(
            "SELECT has_column_privilege('webhook.endpoint', 'secret', 'SELECT')"
        ).fetchone()
    assert granted == (False,)
