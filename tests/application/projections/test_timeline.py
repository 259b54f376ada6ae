"""What a person's timeline shows, given what has happened."""

from datetime import timedelta
from uuid import UUID

import pytest
from msgspec.structs import replace

from application.access import AccessRole, Actor
from application.projections.back_office import HIDDEN, unnamed
from application.projections.entries import KIND_OF, OF_NO_CONSUMER, EntryKind
from application.projections.paging import BadCursor
from application.projections.persons import PersonQueries, Persons
from application.projections.timeline import Entry, Timeline, TimelineQueries
from application.projections.timeline_rows import NAMES_OWNER
from application.reading import may_read_words
from domain import agent_promise
from domain.after_sales import (
    CaseApproved,
    CaseAssigned,
    CaseNoted,
    CaseOpened,
    EvidenceAsked,
)
from domain.compensation import CompensationPaid
from domain.consumer import ConsumersLinked, ConsumersUnlinked
from domain.contact import ContactAssigned, ContactHandedOver, ContactOpened
from domain.dispute import DisputeNoted, DisputeOpened, ProofAsked
from domain.dispute.values import Side
from domain.events import ALL_EVENTS
from domain.kernel import Event
from domain.money import Money
from domain.order.claims import ClaimItem
from domain.order.events import (
    OrderPlaced,
    ParcelShipped,
    PaymentCaptured,
    PromiseKept,
    ReviewRecorded,
)
from domain.order.values import OrderLine, Tender
from domain.party import SYSTEM, ActingRole, By
from domain.plan import Action, PlanStep
from domain.resolution import StepStarted
from domain.responsibility import AttributionOpened, RecourseAcknowledged
from domain.timer import started
from tests.application.projections.conftest import (
    MONDAY,
    History,
    Pools,
    Reader,
    stream_called,
)
from tests.domain.clocks import timer_row

HOUR = timedelta(hours=1)
TEA = Money(1999, "CNY")

placed = OrderPlaced(
    at=MONDAY,
    consumer="anna",
    source="douyin",
    number="1001",
    lines=(OrderLine(line=1, product="tea", price=TEA, freight=Money(500, "CNY")),),
)
paid = PaymentCaptured(
    at=MONDAY + HOUR, payment="p-1", tenders=(Tender(tender="card", amount=TEA),)
)
shipped = ParcelShipped(
    at=MONDAY + 2 * HOUR, parcel="SF1", carrier="shunfeng", waybill="SF1"
)
kept = PromiseKept(
    at=MONDAY + 2 * HOUR,
    promise="ship_by/order/merchant",
    due_at=MONDAY + 48 * HOUR,
    ahead_seconds=46 * 3600,
    evidence="SF1/picked_up",
)


def review(score: int) -> ReviewRecorded:
    return ReviewRecorded(
        at=MONDAY + 3 * HOUR, review=f"r-{score}", score=score, words="sealed:abc"
    )


def linked(one: str, other: str) -> ConsumersLinked:
    return ConsumersLinked(at=MONDAY, consumer=one, other=other, basis="guest_login")


@pytest.fixture
def reader(pools: Pools) -> Reader:
    return Reader(pools.projector, [Persons(), Timeline()])


@pytest.fixture
def timeline(pools: Pools) -> TimelineQueries:
    return TimelineQueries(pools.reader)


def codes(timeline: TimelineQueries, *consumers: str) -> list[str]:
    page = timeline.newest(consumers or ("anna",), limit=100)
    return [entry.code.removeprefix("order.") for entry in page.rows]


def test_what_happened_last_comes_first(
    reader: Reader, history: History, timeline: TimelineQueries
) -> None:
    reader.reads(*history.goes_on("1001", placed, shipped, paid))
    assert codes(timeline) == ["parcel_shipped", "payment_captured", "placed"]


def test_every_event_of_a_consumer_has_a_place_on_the_timeline() -> None:
    assert {*KIND_OF, *OF_NO_CONSUMER} == set(ALL_EVENTS)


def test_an_entry_leads_to_the_event_that_made_it(
    reader: Reader, history: History, timeline: TimelineQueries
) -> None:
    reader.reads(*history.goes_on("1001", placed, paid, partition=3))
    entry = timeline.newest(["anna"], limit=1).rows[0]
    assert (entry.partition, entry.position, entry.version) == (3, 2, 2)
    assert entry.stream_id == entry.order_id == stream_called("1001")
    assert (entry.occurred_at, entry.recorded_at) == (
        MONDAY + HOUR,
        MONDAY + timedelta(seconds=2),
    )


def test_an_entry_holds_what_its_wording_needs(
    reader: Reader, history: History, timeline: TimelineQueries
) -> None:
    reader.reads(*history.goes_on("1001", placed, paid, shipped, kept))
    entries = timeline.newest(["anna"], limit=10).rows
    facts = {entry.code: entry.facts for entry in entries}
    assert facts["order.placed"] == {
        "consumer": "anna",
        "source": "douyin",
        "number": "1001",
        "lines": 1,
        "offers": 0,
        "total": {"CNY": 2499},
    }
    assert facts["order.payment_captured"]["total"] == {"CNY": 1999}
    assert facts["order.parcel_shipped"]["waybill"] == "SF1"
    assert facts["order.promise_kept"]["promise_kind"] == "ship_by"
    assert facts["order.promise_kept"]["ahead_seconds"] == 46 * 3600


@pytest.mark.parametrize(
    ("score", "kind"), [(1, "complaint"), (2, "complaint"), (3, "review")]
)
def test_a_review_of_one_or_two_stars_is_a_complaint(
    reader: Reader, history: History, timeline: TimelineQueries, score: int, kind: str
) -> None:
    reader.reads(*history.goes_on("1001", placed, review(score)))
    assert timeline.newest(["anna"], limit=1).rows[0].kind == kind


def test_one_can_look_at_some_kinds_only(
    reader: Reader, history: History, timeline: TimelineQueries
) -> None:
    reader.reads(*history.goes_on("1001", placed, paid, shipped, kept))
    page = timeline.newest(["anna"], limit=10, kinds=["payment", "promise"])
    assert [entry.kind for entry in page.rows] == ["promise", "payment"]


def test_one_can_look_at_one_order_only(
    reader: Reader, history: History, timeline: TimelineQueries
) -> None:
    reader.reads(
        *history.goes_on("1001", placed, paid), *history.goes_on("1002", placed)
    )
    page = timeline.newest(["anna"], limit=10, order_id=stream_called("1001"))
    assert len(page.rows) == 2


def test_pages_follow_each_other_without_gap_or_overlap(
    reader: Reader, history: History, timeline: TimelineQueries
) -> None:
    at_once = [placed] * 7
    reader.reads(*history.goes_on("1001", *at_once, partition=1))
    reader.reads(*history.goes_on("1002", *at_once, partition=2))
    seen: list[tuple[int, int]] = []
    cursor: str | None = None
    while True:
        page = timeline.newest(["anna"], limit=3, cursor=cursor)
        seen += [(entry.partition, entry.position) for entry in page.rows]
        if (cursor := page.next) is None:
            break
    whole = timeline.newest(["anna"], limit=100).rows
    assert seen == [(entry.partition, entry.position) for entry in whole]
    assert len(set(seen)) == 14


def test_a_made_up_cursor_is_refused(timeline: TimelineQueries) -> None:
    with pytest.raises(BadCursor):
        timeline.newest(["anna"], limit=1, cursor="nonsense")


def test_what_came_before_its_order_was_placed_is_shown_once_it_is(
    reader: Reader, history: History, timeline: TimelineQueries
) -> None:
    reader.reads(*history.goes_on("1001", shipped, paid))
    assert codes(timeline) == []
    reader.reads(*history.goes_on("1001", placed))
    assert codes(timeline) == ["parcel_shipped", "payment_captured", "placed"]


def test_placed_and_paid_in_one_batch_the_wrong_way_round(
    reader: Reader, history: History, timeline: TimelineQueries
) -> None:
    reader.reads(*history.goes_on("1001", paid, placed, shipped))
    assert codes(timeline) == ["parcel_shipped", "payment_captured", "placed"]


def test_when_an_entry_was_first_shown_does_not_depend_on_batches(
    reader: Reader, history: History, timeline: TimelineQueries
) -> None:
    reader.reads(*history.goes_on("1001", paid, placed, partition=1))
    for event in (paid, placed):
        reader.reads(*history.goes_on("1002", event, partition=2))
    shown = [
        (entry.partition, entry.position, entry.shown)
        for entry in timeline.after({}, ["anna"], limit=10)
    ]
    assert shown == [(1, 1, 2), (1, 2, 2), (2, 1, 2), (2, 2, 2)]


def test_linked_consumers_are_read_as_one_person(
    reader: Reader, history: History, timeline: TimelineQueries, pools: Pools
) -> None:
    persons = PersonQueries(pools.reader)
    guest = OrderPlaced(
        at=MONDAY - HOUR, consumer="guest", source="shelf", number="7", lines=()
    )
    reader.reads(
        *history.goes_on("1001", placed, partition=1),
        *history.goes_on("7", guest, partition=2),
        *history.goes_on("link-1", linked("anna", "annie"), partition=1),
        *history.goes_on("link-2", linked("guest", "annie"), partition=2),
    )
    assert persons.persons_of("guest") == ("guest", "anna", "annie")
    assert persons.persons_of("anna") == ("anna", "annie", "guest")
    assert persons.persons_of_many(["guest", "bert", "anna"]) == {
        "guest": ("guest", "anna", "annie"),
        "anna": ("anna", "annie", "guest"),
    }
    page = timeline.newest(persons.persons_of("anna"), limit=10)
    assert {entry.consumer for entry in page.rows} == {"anna", "guest"}


def test_a_link_taken_back_parts_them(
    reader: Reader, history: History, pools: Pools
) -> None:
    apart = ConsumersUnlinked(at=MONDAY, consumer="anna", other="bert")
    reader.reads(*history.goes_on("anna", linked("anna", "bert")))
    reader.reads(*history.goes_on("anna", apart))
    assert PersonQueries(pools.reader).persons_of("bert") == ("bert",)


def test_linked_and_parted_in_one_batch_is_parted(
    reader: Reader, history: History, pools: Pools
) -> None:
    apart = ConsumersUnlinked(at=MONDAY, consumer="anna", other="bert")
    reader.reads(*history.goes_on("anna", linked("anna", "bert"), apart))
    assert PersonQueries(pools.reader).persons_of("bert") == ("bert",)


def test_of_a_stranger_there_is_nothing(timeline: TimelineQueries) -> None:
    assert timeline.newest(["stranger"], limit=10).rows == []
    assert not timeline.exists("stranger")


def test_whoever_ordered_or_was_linked_is_known(
    reader: Reader, history: History, timeline: TimelineQueries
) -> None:
    reader.reads(
        *history.goes_on("1001", placed), *history.goes_on("x", linked("bert", "carla"))
    )
    assert all(map(timeline.exists, ("anna", "bert", "carla")))


def test_live_shows_what_came_after_what_was_seen(
    reader: Reader, history: History, timeline: TimelineQueries
) -> None:
    reader.reads(*history.goes_on("1001", placed, paid, partition=1))
    reader.reads(*history.goes_on("1002", placed, partition=2))
    fresh = timeline.after({1: 1}, ["anna"], limit=10)
    assert [(entry.partition, entry.position) for entry in fresh] == [(1, 2), (2, 1)]
    assert timeline.after({1: 2, 2: 1}, ["anna"], limit=10) == []


def test_live_also_shows_what_became_visible_late(
    reader: Reader, history: History, timeline: TimelineQueries
) -> None:
    reader.reads(*history.goes_on("1001", paid, shipped))
    reader.reads(*history.goes_on("1002", placed))
    seen = timeline.after({}, ["anna"], limit=10)
    assert [entry.position for entry in seen] == [3]
    reader.reads(*history.goes_on("1001", placed))
    fresh = timeline.after({0: 3}, ["anna"], limit=1)
    assert [entry.position for entry in fresh] == [1, 2, 4]
    assert {entry.shown for entry in fresh} == {4}


# -- What is no order --

SHOP = By(role="merchant", name="tea-house")
ANNA = By(role="consumer", name="anna")
WANG = By(role="agent", name="wang")
ORDER_ID = "6d1f0a3b-5c2e-8012-9d10-6f1a2b3c4d5e"
asked_for = CaseOpened(
    at=MONDAY,
    by=ANNA,
    order=ORDER_ID,
    consumer="anna",
    type="refund_shipped",
    items=(ClaimItem(line=1, quantity=1, amount=TEA),),
    reason=5,
)
argued = DisputeOpened(
    at=MONDAY, by=ANNA, order=ORDER_ID, consumer="anna", issue="not_received"
)
spoken = ContactOpened(
    at=MONDAY, by=ANNA, consumer="anna", channel="chat", about="not_received"
)
word = agent_promise.PromiseMade(
    at=MONDAY,
    by=WANG,
    consumer="anna",
    contact="c-1",
    deed="call_back",
    due_at=MONDAY + HOUR,
    policy="shop.promise@1",
)
blamed = AttributionOpened(
    at=MONDAY, by=WANG, matter="d-1", order=ORDER_ID, consumer="anna"
)


@pytest.mark.parametrize(
    "first",
    [asked_for, argued, spoken, word, blamed],
    ids=lambda event: event.__class__.__name__,
)
def test_whatever_is_of_a_consumer_stands_on_her_timeline(
    reader: Reader, history: History, timeline: TimelineQueries, first: Event
) -> None:
    clock = started(timer_row(), "answer", MONDAY)
    reader.reads(*history.goes_on("m-1", first))
    reader.reads(*history.goes_on("m-1", clock))
    entries = timeline.newest(["anna"], limit=10).rows
    assert len(entries) == 2, "what follows in the same stream is hers too"
    order = UUID(ORDER_ID) if getattr(first, "order", None) else None
    (opening,) = timeline.newest(["anna"], limit=10, order_id=UUID(ORDER_ID)).rows or (
        entries[-1],
    )
    assert opening.order_id == order


def test_every_event_that_names_its_consumer_says_whose_the_stream_is() -> None:
    naming = {
        each
        for each in KIND_OF
        if "consumer" in each.__struct_fields__ and each not in OF_NO_CONSUMER
    }
    assert naming == set(NAMES_OWNER)


def test_an_order_of_another_system_is_no_order_of_ours(
    reader: Reader, history: History, timeline: TimelineQueries
) -> None:
    theirs = replace(argued, order="TB-77")
    reader.reads(*history.goes_on("m-1", theirs))
    (entry,) = timeline.newest(["anna"], limit=10).rows
    assert entry.order_id is None


def begun(action: Action) -> StepStarted:
    does = PlanStep(action=action, part="service", bearer="merchant")
    return StepStarted(at=MONDAY, by=SYSTEM, step="1/resend/1", does=does, attempt=1)


def compensated(hers: int | None) -> CompensationPaid:
    return CompensationPaid(
        at=MONDAY, by=SYSTEM, reservation="k-1", total_fen=200, consumer_fen=hers
    )


def asking(of: ActingRole) -> EvidenceAsked:
    return EvidenceAsked(at=MONDAY, by=WANG, of=of, shows=("photo",))


def proof(*of: Side) -> ProofAsked:
    return ProofAsked(at=MONDAY, by=WANG, number=1, of=of)


@pytest.mark.parametrize(
    ("event", "for_her"),
    [
        (CaseAssigned(at=MONDAY, by=WANG, agent="wang"), False),
        (CaseNoted(at=MONDAY, by=WANG, words="sealed:a"), False),
        (CaseNoted(at=MONDAY, by=WANG, words="sealed:a", shown=True), True),
        (DisputeNoted(at=MONDAY, by=WANG, words="sealed:a"), False),
        (DisputeNoted(at=MONDAY, by=SHOP, words="sealed:a", shown=True), True),
        (ContactAssigned(at=MONDAY, by=WANG, agent="wang"), False),
        (ContactHandedOver(at=MONDAY, by=WANG, team="tea"), False),
        (asking("merchant"), False),
        (asking("consumer"), True),
        (proof("merchant"), False),
        (proof("merchant", "consumer"), True),
        (RecourseAcknowledged(at=MONDAY, by=SHOP, claim="r-1"), False),
        (CaseApproved(at=MONDAY, by=SHOP), True),
        (begun("resend"), True),
        (begun("merchant_deduction"), False),
        (begun("claim_recourse"), False),
        (compensated(0), False),
        (compensated(200), True),
        (compensated(None), True),
        (started(timer_row(), "pay/1", MONDAY), False),
        (started(timer_row(), "pay_refund", MONDAY), True),
    ],
    ids=lambda each: each.__class__.__name__,
)
def test_what_is_the_services_own_is_for_the_service_to_see(
    reader: Reader,
    history: History,
    timeline: TimelineQueries,
    event: Event,
    *,
    for_her: bool,
) -> None:
    reader.reads(*history.goes_on("m-1", asked_for, event))
    for_us = timeline.newest(["anna"], limit=10).rows
    shown = timeline.newest(["anna"], limit=10, back_office=False).rows
    live = timeline.after({}, ["anna"], limit=10, back_office=False)
    assert len(for_us) == 2
    assert len(shown) == len(live) == 1 + for_her


def test_what_is_hidden_leaves_no_gap_in_a_page(
    reader: Reader, history: History, timeline: TimelineQueries
) -> None:
    assigned = CaseAssigned(at=MONDAY + HOUR, by=WANG, agent="wang")
    approved = CaseApproved(at=MONDAY + 2 * HOUR, by=SHOP)
    reader.reads(*history.goes_on("m-1", asked_for, *[assigned] * 5, approved))
    page = timeline.newest(["anna"], limit=2, back_office=False)
    assert [entry.code for entry in page.rows] == [
        "after_sales.approved",
        "after_sales.opened",
    ]
    assert page.next is None


@pytest.mark.parametrize("role", ["agent", "senior_agent", "system", None])
def test_a_party_is_not_told_who_put_a_clock_off(role: str | None) -> None:
    facts = {"timer": "answer/1", "by": "sue"} | ({"role": role} if role else {})
    assert unnamed(facts)["by"] == "redress"


@pytest.mark.parametrize("role", ["consumer", "merchant"])
def test_a_party_that_put_a_clock_off_is_named(role: str) -> None:
    facts = {"timer": "answer/1", "by": "tea-house", "role": role}
    assert unnamed(facts) == facts
    assert unnamed({"by": "consumer", "reason": "changed_mind"})["by"] == "consumer"


def test_a_party_is_not_told_which_of_the_service_sent_a_file() -> None:
    assert unnamed({"by": "agent", "name": "sue"})["name"] == "redress"
    assert unnamed({"by": "consumer", "name": "li-mei"})["name"] == "li-mei"


def test_words_are_opened_by_the_role_that_reaches_them() -> None:
    def entry(consumer: str, kind: EntryKind) -> Entry:
        return Entry(
            partition=1,
            position=1,
            shown=1,
            kind=kind,
            code="contact.words",
            occurred_at=MONDAY,
            recorded_at=MONDAY,
            consumer=consumer,
            order_id=None,
            stream_id=UUID(int=1),
            version=1,
            facts={},
        )

    def who(*roles: AccessRole) -> Actor:
        return Actor(subject="zhou", roles=frozenset(roles))

    auditor = who("auditor", "consumer")
    assert not may_read_words(auditor, entry("li-mei", "contact"))
    assert not may_read_words(who("finance_approver", "consumer"), entry("x", "note"))
    assert may_read_words(auditor, entry("zhou", "contact")), "her own"
    assert not may_read_words(auditor, entry("zhou", "note"))
    assert may_read_words(who("agent", "consumer"), entry("li-mei", "note"))


def test_every_hidden_code_is_one_there_is() -> None:
    assert set(HIDDEN) <= {code_of_type(each) for each in KIND_OF}


def code_of_type(event_type: type[Event]) -> str:
    return str(event_type.__struct_config__.tag)


def test_a_party_sees_that_it_was_the_service_and_not_who() -> None:
    facts = {
        "by": {"role": "agent", "name": "wang"},
        "of": [{"role": "merchant", "name": "m"}],
    }
    assert unnamed(facts) == {
        "by": {"role": "agent", "name": "redress"},
        "of": [{"role": "merchant", "name": "m"}],
    }
