"""What is published holds at once here, and within two seconds everywhere else."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from msgspec.structs import replace
from structlog.testing import capture_logs

from application.access import Actor, NotAllowed
from application.event_store.envelope import CommandContext
from application.event_store.handler import CommandHandler
from application.event_store.store import Loaded, StoreUnavailable
from application.orders import Orders, context_for
from application.policy_set import FRESH_SECONDS, SYSTEM, NoPolicies, Policies
from domain.money import Money
from domain.order import CapturePayment, ConfirmStock, OrderCommand, PlaceOrder, Tender
from domain.policy.quote import Facts, quote_of
from domain.policy.rows import AnyRow, Formula, PolicyDocument, Times
from domain.policy_set import RowEdited
from domain.promise import Offer
from tests.domain.policies import (
    CAP,
    FRIDAY,
    JANUARY,
    LABEL,
    LATE,
    MONDAY,
    NEXT_MONTH,
    PACK,
    ROWS,
    TUESDAY,
)
from tests.memory_store import MemoryEventStore

FEBRUARY = JANUARY + timedelta(days=31)
SHOP = replace(PACK, fallback=True)
OTHER_LABEL = replace(LABEL, id="other.ship-48h", hours=24)
SAME_DAY = replace(LABEL, id="other.same-day", label="same-day", hours=None, day="same")
OTHER = PolicyDocument(
    profile="another", sources=("other",), row=(OTHER_LABEL, SAME_DAY)
)
QUICKER = replace(LABEL, version=2, hours=24, in_force_from=TUESDAY)


class CountingStore(MemoryEventStore):
    """A memory store that knows how often it was asked, and may be away."""

    def __init__(self) -> None:
        super().__init__()
        self.loads = 0
        self.away = False

    def load(
        self, stream_ids: Sequence[UUID], command_ids: Sequence[tuple[int, UUID]] = ()
    ) -> Loaded:
        self.loads += 1
        if self.away:
            raise StoreUnavailable
        return super().load(stream_ids, command_ids)


class Process:
    """One process of an installation: its own policies over the store of all."""

    def __init__(
        self, store: MemoryEventStore, *shipped: PolicyDocument, at: datetime = MONDAY
    ) -> None:
        self.store, self.at, self.seconds = store, at, 0.0
        handler = CommandHandler(store)
        self.policies = Policies(
            store,
            handler,
            lambda: shipped or (SHOP, OTHER),
            self.now,
            lambda: self.seconds,
        )
        self.orders = Orders(store, handler, self.policies)

    def now(self) -> datetime:
        """Return the time, which goes on whenever it is asked for."""
        self.at += timedelta(seconds=1)
        return self.at

    def publishes(self, *rows: AnyRow, pack: PolicyDocument = SHOP) -> list[str]:
        document = replace(pack, row=rows or pack.row)
        published = self.policies.publish(document, self.asking())
        return [row.ref for row in published.event.rows] if published.event else []

    def asking(self) -> CommandContext:
        command_id = uuid4()
        return CommandContext(
            actor="administrator:olga",
            asked_at=self.at,
            command_id=command_id,
            correlation_id=command_id,
        )

    def label_hours(self) -> int | None:
        rule = self.policies.orders.rule("ship-48h", NEXT_MONTH)
        assert rule is not None
        return rule.hours

    def sells(self, number: str, placed: datetime, paid: datetime) -> datetime | None:
        """Sell an order with the label, and return when it is due."""
        order_id = self.orders.id_of("anna", "shop", number)
        said: tuple[tuple[OrderCommand, datetime], ...] = (
            (
                PlaceOrder(
                    consumer="anna",
                    source="shop",
                    number=number,
                    offers=(Offer(label="ship-48h"),),
                ),
                placed,
            ),
            (
                CapturePayment(
                    payment=f"P-{number}",
                    tenders=(Tender(tender="card", amount=Money(100, "CNY")),),
                ),
                paid,
            ),
        )
        for command, at in said:
            context = context_for(
                uuid4(), command, actor="feed:shop", asked_at=at, occurred_at=at
            )
            self.orders.handle_one(order_id, command, context)
        return self.due(number)

    def hears_more(self, number: str, at: datetime) -> None:
        """Let something be told of the order, so that all is concluded once more."""
        order_id = self.orders.id_of("anna", "shop", number)
        command = ConfirmStock()
        context = context_for(
            uuid4(), command, actor="feed:shop", asked_at=at, occurred_at=at
        )
        self.orders.handle_one(order_id, command, context)

    def due(self, number: str) -> datetime | None:
        events = self.store.stream(self.orders.id_of("anna", "shop", number))
        (due,) = [
            due
            for recorded in events
            if (due := getattr(recorded.event, "due_at", None))
        ]
        return due if isinstance(due, datetime) else None


@pytest.fixture
def store() -> CountingStore:
    return CountingStore()


@pytest.fixture
def process(store: CountingStore) -> Process:
    return Process(store)


def test_what_comes_with_a_release_is_published_once_by_the_first_who_asks(
    store: CountingStore, process: Process
) -> None:
    assert process.policies.book("shop").ref == "shop@1"
    Process(store).policies.current()
    process.policies.bring_up_to_date()
    written = store.stream(process.policies.id)
    assert [each.actor for each in written] == [SYSTEM, SYSTEM]


def test_a_newer_release_adds_its_new_rows_and_changes_none(
    store: CountingStore, process: Process
) -> None:
    process.policies.current()
    process.publishes(pack=replace(SHOP, usual=()))
    newer = replace(SHOP, row=(*ROWS, replace(QUICKER, in_force_from=NEXT_MONTH)))
    upgraded = Process(store, newer)
    upgraded.policies.bring_up_to_date()
    upgraded.policies.bring_up_to_date()
    book = upgraded.policies.book("shop")
    assert book.ref == "shop@3"
    assert book.rows == newer.row
    assert book.usual == (), "what was said beside the rows stays as it was published"


def test_a_release_installed_late_goes_on_without_what_missed_its_day(
    store: CountingStore, process: Process
) -> None:
    process.policies.current()
    edited = replace(LATE, formula=None)
    newer = replace(SHOP, row=(CAP, LABEL, edited, QUICKER))
    with capture_logs() as logs:
        Process(store, newer, at=NEXT_MONTH).policies.bring_up_to_date()
    assert [(each["row"], each["why"]) for each in logs] == [
        ("shop.ship-late@1", "row_edited"),
        ("shop.ship-48h@2", "takes_effect_in_the_past"),
    ]
    assert process.policies.fresh().version == 2


def test_a_pack_that_would_speak_for_orders_of_another_is_logged_not_published(
    store: CountingStore, process: Process
) -> None:
    process.policies.current()
    with capture_logs() as logs:
        taken = replace(OTHER, profile="third")
        Process(store, taken).policies.bring_up_to_date()
    assert [(each["event"], each["why"]) for each in logs] == [
        ("policies_not_published", "source_taken")
    ]


def test_rules_are_chosen_by_where_an_order_comes_from(process: Process) -> None:
    assert process.policies.for_source("other").profile == "another"
    assert process.policies.for_source("elsewhere").profile == "shop"
    assert process.policies.for_source(None).profile == "shop"


def test_without_rules_for_an_order_that_is_said(store: CountingStore) -> None:
    alone = Process(store, OTHER).policies
    with pytest.raises(NoPolicies):
        alone.for_source("elsewhere")
    with pytest.raises(NoPolicies):
        alone.book("shop")
    with pytest.raises(NoPolicies):
        _ = Policies(
            MemoryEventStore(),
            CommandHandler(MemoryEventStore()),
            tuple,
            lambda: MONDAY,
        ).orders


def test_a_label_two_profiles_know_means_what_that_of_the_orders_source_says(
    process: Process,
) -> None:
    terms = process.policies.orders
    for source, ref in (("other", "other.ship-48h@1"), ("shop", "shop.ship-48h@1")):
        rule = terms.rule("ship-48h", MONDAY, source)
        assert rule is not None
        assert rule.ref == ref
    assert terms.ref == "shop@1"


def test_whoever_publishes_judges_by_it_at_once(process: Process) -> None:
    assert process.label_hours() == 48
    assert process.publishes(QUICKER) == ["shop.ship-48h@2"]
    assert process.label_hours() == 24
    assert process.policies.book("shop").ref == "shop@2"


def test_all_others_judge_by_it_within_two_seconds(
    store: CountingStore, process: Process
) -> None:
    other = Process(store)
    assert other.label_hours() == 48
    process.publishes(QUICKER)
    other.seconds = FRESH_SECONDS - 0.1
    assert other.label_hours() == 48
    other.seconds = FRESH_SECONDS
    assert other.label_hours() == 24


def test_nobody_asks_the_store_for_every_order(
    store: CountingStore, process: Process
) -> None:
    known = process.policies.current()
    before = store.loads
    command = PlaceOrder(consumer="anna", source="shop", number="A-1")
    for number in range(50):
        context = context_for(
            UUID(int=number), command, actor="feed:shop", asked_at=MONDAY
        )
        process.orders.ask(uuid4(), command, context)
    assert store.loads == before
    process.seconds += FRESH_SECONDS
    assert process.policies.current() is known, "what did not change is not made again"
    assert process.policies.current() is known
    assert store.loads == before + 1


def test_what_is_at_hand_is_what_need_not_be_read(
    store: CountingStore, process: Process
) -> None:
    assert process.policies.orders_at_hand is None
    terms = process.policies.orders
    before = store.loads
    assert process.policies.orders_at_hand is terms
    process.seconds += FRESH_SECONDS
    assert process.policies.orders_at_hand is None
    assert store.loads == before, "nobody had to wait"


def test_while_the_store_is_away_what_was_read_last_holds(
    store: CountingStore, process: Process
) -> None:
    assert process.label_hours() == 48
    store.away = True
    process.seconds += FRESH_SECONDS
    with capture_logs() as logs:
        assert process.label_hours() == 48
        assert process.label_hours() == 48
    assert [each["event"] for each in logs] == ["policies_not_refreshed"]
    with pytest.raises(StoreUnavailable):
        Process(store).policies.current()


def test_publishing_what_is_published_writes_nothing(
    store: CountingStore, process: Process
) -> None:
    process.policies.current()
    assert process.publishes() == []
    assert len(store.stream(process.policies.id)) == 2


def test_asking_twice_is_asking_once(process: Process) -> None:
    process.policies.current()
    document, context = replace(SHOP, row=(QUICKER,)), process.asking()
    first = process.policies.publish(document, context)
    again = process.policies.publish(document, context)
    assert again.receipt.repeated
    assert again.event == first.event
    assert [each.code for each in again.cautions] == ["short_notice"]


def test_what_is_refused_leaves_everything_as_it_was(process: Process) -> None:
    process.policies.current()
    with pytest.raises(RowEdited):
        process.publishes(replace(LATE, title="Another"), CAP)
    assert process.policies.fresh().version == 2


def test_only_who_may_publishes(process: Process) -> None:
    agent = Actor(subject="wang", roles=frozenset({"agent"}))
    olga = Actor(subject="olga", roles=frozenset({"administrator"}))
    with pytest.raises(NotAllowed):
        process.policies.take(agent, SHOP, process.asking())
    assert process.policies.take(olga, SHOP, process.asking()).event is None


def test_a_policy_published_today_changes_nothing_decided_yesterday(
    process: Process,
) -> None:
    due = process.sells("A-1", MONDAY, MONDAY)
    assert due == MONDAY + timedelta(hours=48)
    facts = Facts(paid_fen=20_000, late_hours=30, breaches=("SHIP_OVERDUE",))
    yesterday = Times(conduct_at=MONDAY, judged_at=NEXT_MONTH)
    owed = quote_of(process.policies.book("shop"), facts, yesterday)
    assert owed.total_fen == 1_000, "5 % of what was paid"
    process.at = TUESDAY
    twice = Formula(base="paid", rate_bp=1_000)
    dearer = replace(LATE, version=2, in_force_from=TUESDAY, formula=twice)
    process.publishes(QUICKER, dearer, CAP)

    assert process.due("A-1") == due, "what was promised stays promised"
    book = process.policies.book("shop")
    assert quote_of(book, facts, yesterday) == owed, "what was done counts as it did"
    today = Times(conduct_at=TUESDAY, judged_at=NEXT_MONTH)
    assert quote_of(book, facts, today).total_fen == 2_000
    late_told = process.sells("A-2", MONDAY, TUESDAY)
    assert late_told == TUESDAY + timedelta(hours=48), "it was ordered yesterday"
    new = process.sells("A-3", TUESDAY, TUESDAY)
    assert new == TUESDAY + timedelta(hours=24), "without a restart"


@pytest.mark.parametrize(
    "pack",
    [
        replace(
            OTHER,
            profile="third",
            sources=("shop",),
            row=(replace(LABEL, id="third.ship", hours=24, in_force_from=FEBRUARY),),
        ),
        replace(SHOP, row=(replace(LABEL, id="shop.ship-anew", hours=24),)),
        replace(
            OTHER,
            sources=("other", "shop"),
            row=(*OTHER.row, replace(LABEL, id="other.b", label="b")),
        ),
    ],
    ids=["a new profile", "a new rule of the label", "a profile of more orders"],
)
def test_what_a_label_meant_for_an_order_it_means_whatever_is_published(
    pack: PolicyDocument,
) -> None:
    general = replace(SHOP, sources=())
    process = Process(CountingStore(), general, OTHER)
    due = process.sells("A-1", MONDAY, MONDAY)
    process.at = TUESDAY
    if pack.profile == "shop":
        pack = replace(pack, sources=())
    assert process.policies.publish(pack, process.asking()).event
    process.hears_more("A-1", FRIDAY)
    assert process.due("A-1") == due == MONDAY + timedelta(hours=48)
    late_told = process.sells("A-2", MONDAY, TUESDAY)
    assert late_told == TUESDAY + timedelta(hours=48)
    new = process.sells("A-3", FRIDAY, FRIDAY)
    assert new == FRIDAY + timedelta(hours=24)


def test_who_no_longer_speaks_for_a_source_did_so_for_its_earlier_orders() -> None:
    third = replace(
        OTHER,
        profile="third",
        sources=("shop",),
        row=(replace(LABEL, id="third.ship", hours=24),),
    )
    process = Process(CountingStore(), replace(SHOP, sources=()), third)
    due = process.sells("A-1", MONDAY, MONDAY)
    process.at = TUESDAY
    assert process.policies.publish(replace(third, sources=()), process.asking()).event
    process.hears_more("A-1", FRIDAY)
    assert process.due("A-1") == due == MONDAY + timedelta(hours=24)
    assert process.sells("A-2", FRIDAY, FRIDAY) == FRIDAY + timedelta(hours=48)


def test_a_label_only_a_former_profile_knew_is_known_to_its_orders_alone() -> None:
    third = replace(OTHER, profile="third", sources=("shop",), row=(SAME_DAY,))
    process = Process(CountingStore(), replace(SHOP, sources=()), third)
    process.policies.current()
    process.at = TUESDAY
    process.policies.publish(replace(third, sources=()), process.asking())
    terms = process.policies.orders
    assert terms.rule("same-day", MONDAY, "shop") is not None
    assert terms.rule("same-day", FRIDAY, "shop") is None


def test_a_new_profile_leaves_the_labels_it_does_not_know_as_they_are() -> None:
    process = Process(CountingStore(), replace(SHOP, sources=()))
    process.policies.current()
    process.at = TUESDAY
    third = replace(OTHER, profile="third", sources=("shop",), row=(SAME_DAY,))
    process.policies.publish(third, process.asking())
    due = process.sells("A-1", FRIDAY, FRIDAY)
    assert due == FRIDAY + timedelta(hours=48)


def test_who_speaks_from_the_first_day_speaks_for_the_orders_before_it(
    process: Process,
) -> None:
    rule = process.policies.orders.rule("ship-48h", FEBRUARY, "other")
    assert rule is not None
    assert rule.ref == "other.ship-48h@1"


def test_a_label_its_own_profile_does_not_know_means_what_it_does_for_all(
    process: Process,
) -> None:
    terms = process.policies.orders
    own = replace(OTHER, row=(SAME_DAY,))
    alone = Process(CountingStore(), SHOP, own).policies.orders
    for found, ref in ((terms, "other.ship-48h@1"), (alone, "shop.ship-48h@1")):
        rule = found.rule("ship-48h", FRIDAY, "other")
        assert rule is not None
        assert rule.ref == ref


def test_of_two_versions_from_one_day_on_the_newer_holds(process: Process) -> None:
    process.policies.current()
    process.publishes(replace(QUICKER, in_force_from=FRIDAY))
    process.publishes(replace(QUICKER, version=3, hours=12, in_force_from=FRIDAY))
    assert process.label_hours() == 12


def test_a_rule_of_long_ago_still_reads_from_the_log(
    store: CountingStore, process: Process
) -> None:
    process.publishes(QUICKER)
    found = Process(store).policies.book("shop").row("shop.ship-48h@1")
    assert found == LABEL
    assert found.in_force_from == JANUARY
