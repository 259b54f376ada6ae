"""One cause, many orders: frozen, priced, granted, handed out once each."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

import pytest

from application.consumers import id_of_consumer
from application.event_store.envelope import Ask, Part, Receipt
from application.event_store.handler import CommandHandler
from application.event_store.store import EventStore
from application.incidents.exemption import Exempt, Exemptions
from application.incidents.incidents import Incidents, NoPlanYet, NoSuchPlan
from application.policies import shipped_documents
from application.policy_set import Policies
from application.projections.affected import AffectedOrder
from application.projections.incidents import IncidentRow
from application.resolutions.flags import Persons, each_alone
from domain.consumer import CONSUMER, FlagConsumer
from domain.incident import (
    PauseIncident,
    ResumeIncident,
    RollBackUnexecuted,
    Segment,
    budget_left,
    handed_out,
)
from domain.order import RecordCancellation, RecordScan
from domain.policy.rows import CalendarRow
from tests.application.outbreak import (
    DAY,
    LIN,
    MONDAY,
    ROWS,
    SLOW,
    STUCK,
    TELL,
    WEI,
    Outbreak,
    Watched,
    row_of,
)


def outbreak(orders: int = 6, persons: Persons = each_alone) -> Outbreak:
    """Return an outbreak, four days on; the first two orders are stuck all along."""
    there = Outbreak(persons=persons)
    there.ships(*range(1, 3))
    there.at = MONDAY + 2 * DAY
    there.ships(*range(3, orders + 1))
    there.at = MONDAY + 4 * DAY
    return there


def test_the_scope_is_who_was_there_when_it_was_frozen() -> None:
    there = outbreak()
    there.ships(9, outlet="lanzhou-1")
    there.declares()
    there.ships(10)
    counts = handed_out(there.incident)
    assert (there.incident.status, counts.members, counts.left) == ("scoped", 6, 6)


def test_freezing_twice_under_one_name_is_freezing_once() -> None:
    there = outbreak()
    there.declares()
    version = there.incidents.find("I-7")[1]
    said = there.freezes()
    assert said.version == version


def test_the_estimate_says_what_it_costs_by_bearer_and_by_segment() -> None:
    there = outbreak()
    there.declares()
    there.plans()
    impact = there.estimates().impact
    assert (impact.orders, impact.total_fen) == (6, 2 * 50_000 + 4 * 1_000)
    assert {each.bearer: each.fen for each in impact.by_bearer} == {
        "merchant": 100_000,
        "platform": 4_000,
    }
    assert [(each.segment, each.orders, each.fen) for each in impact.segments] == [
        ("stuck", 2, 100_000),
        ("slow", 4, 4_000),
    ]
    assert (impact.entitlement_fen, impact.goodwill_fen) == (100_000, 4_000)
    assert [bar.orders for bar in impact.histogram] == [0, 4, 0, 0, 0, 2]
    assert impact.contacts_avoided == 1


def test_nothing_is_estimated_before_there_is_a_plan() -> None:
    there = outbreak()
    there.declares()
    with pytest.raises(NoPlanYet):
        there.estimates()


def test_a_plan_names_what_the_rules_have() -> None:
    there = outbreak()
    there.declares()
    with pytest.raises(NoSuchPlan):
        there.plans(Segment(name="all", plan="fireworks"))


def test_whom_nothing_is_offered_is_named_with_the_reason() -> None:
    there = outbreak()
    there.declares()
    there.plans(STUCK)
    cancelled = RecordCancellation(by="platform", reason="no_more")
    context = there.context(cancelled, at=there.at)
    there.orders.handle_one(there.order_id(2), cancelled, context)
    impact = there.estimates().impact
    assert {each.order: each.reason for each in impact.excluded} == {
        str(there.order_id(2)): "made_good",
    } | {str(there.order_id(number)): "not_affected" for number in range(3, 7)}
    assert impact.orders == 1


def test_a_flag_takes_goodwill_and_never_what_is_owed() -> None:
    there = outbreak()
    is_flagged(there, 1)
    is_flagged(there, 4)
    there.is_ready()
    impact = there.incident.estimate
    assert impact is not None
    assert (impact.impact.orders, impact.impact.total_fen) == (
        6,
        2 * 50_000 + 3 * 1_000,
    )
    there.rolls_out()
    there.works()
    assert handed_out(there.incident).offered == 6
    assert there.resolution(1).offered == ("refund-stuck",)
    four = there.resolution(4)
    assert (four.offered, four.blocked(there.at)) == ((), True)
    steps = [
        step.does.action
        for each in four.executions.values()
        for step in each.steps.values()
    ]
    assert steps == ["notify_only"], "he is told all the same"
    assert there.incident.committed_fen == 2 * 50_000 + 3 * 1_000


def test_whom_nothing_but_goodwill_was_meant_for_is_left_out_for_his_flag() -> None:
    there = Outbreak(rows=[row for row in ROWS if row is not TELL])
    there.ships(1, 2)
    there.at = MONDAY + DAY
    is_flagged(there, 1)
    there.is_ready()
    there.rolls_out()
    there.works()
    standing = there.incident.standings.get(str(there.order_id(1)))
    assert standing is not None
    assert (standing.how, standing.reason) == ("excluded", "flagged")
    assert not there.resolution(1).known
    assert there.resolution(2).offered == ("voucher",)


def is_flagged(there: Outbreak, number: int) -> None:
    """Let an agent flag a consumer for abuse."""
    consumer = f"person-{number}"
    command = FlagConsumer(
        by=LIN,
        consumer=consumer,
        flag="F-1",
        reason="repeated_refunds",
        until=there.at + 30 * DAY,
    )
    stream_id = id_of_consumer(consumer, there.store.partitions)
    ask = Ask(there.context(command), (Part(stream_id, CONSUMER, command),))
    there.handler.handle_one(ask)


def test_each_is_offered_the_plan_of_its_segment() -> None:
    there = outbreak()
    there.is_ready()
    there.rolls_out()
    there.works()
    counts = handed_out(there.incident)
    assert (counts.offered, counts.left, counts.excluded) == (6, 0, 0)
    assert there.resolution(1).offered == ("refund-stuck",)
    assert there.resolution(4).offered == ("voucher",)
    assert there.incident.committed_fen == 104_000


def test_the_budget_approves_each_plan_in_the_name_of_who_granted_it() -> None:
    there = outbreak()
    there.is_ready()
    there.rolls_out()
    there.works()
    approved = there.resolution(4).approvals["voucher"]
    assert approved.by.role in {"system", "finance_approver"}


def test_a_pilot_goes_no_further_than_it_is_for() -> None:
    there = outbreak()
    there.is_ready()
    there.pilots(2)
    there.works()
    assert handed_out(there.incident).offered == 2
    there.rolls_out()
    there.works()
    assert handed_out(there.incident).offered == 6


def test_no_more_are_offered_in_a_minute_than_was_said() -> None:
    there = outbreak()
    there.is_ready()
    there.pilots(1)
    there.works()
    there.at += timedelta(minutes=2)
    there.rolls_out(orders_per_minute=2)
    there.works()
    assert handed_out(there.incident).offered == 3
    there.works()
    assert handed_out(there.incident).offered == 3
    there.at += timedelta(minutes=1)
    there.works()
    assert handed_out(there.incident).offered == 5


def test_what_the_budget_does_not_reach_goes_on_waiting() -> None:
    there = outbreak()
    there.is_ready(total_fen=101_500)
    there.rolls_out()
    there.works()
    counts = handed_out(there.incident)
    assert (counts.offered, counts.left) == (3, 3)
    assert budget_left(there.incident) == 500


class Counting(Watched):
    """Who is affected, counting whom it is asked about."""

    asked = 0

    def of_orders(self, orders: Sequence[UUID]) -> Mapping[UUID, AffectedOrder]:
        self.asked += len(orders)
        return super().of_orders(orders)


def test_whom_the_budget_does_not_reach_is_not_priced_over_and_over() -> None:
    there = outbreak()
    counting = Counting(there.store)
    counting.orders = there.watched.orders
    there.watches(counting)
    there.is_ready(total_fen=101_500)
    there.rolls_out()
    there.works()
    counting.asked = 0
    there.works()
    assert counting.asked == 0
    there.at += timedelta(minutes=1)
    there.works()
    assert counting.asked == 3, "what they cost may have changed"
    there.grants(100_000_000)
    there.works()
    assert handed_out(there.incident).left == 0, "more money is seen at once"


def test_what_costs_more_than_one_order_may_is_left_out() -> None:
    there = outbreak()
    there.is_ready(per_order_fen=2_000)
    there.rolls_out()
    there.works()
    standing = there.incident.standings.get(str(there.order_id(1)))
    assert standing is not None
    assert (standing.how, standing.reason) == ("excluded", "beyond_cap")
    assert handed_out(there.incident).offered == 4


def test_an_order_has_one_plan_of_one_kind_at_most() -> None:
    there = outbreak()
    there.is_ready()
    there.rolls_out()
    there.works()
    again = Outbreak(there.store, number="I-8")
    again.at, again.watched.orders = there.at, there.watched.orders
    again.ships(7)
    again.is_ready()
    again.rolls_out()
    again.works()
    counts = handed_out(again.incident)
    assert (counts.offered, counts.excluded) == (1, 6)
    assert there.resolution(1).offered == ("refund-stuck",)
    assert not there.resolution(1, 2).known


class Killed(Exception):
    """The process ends here."""


class Mortal(CommandHandler):
    """A handler whose process is killed around so many batches."""

    def __init__(self, store: EventStore, dies_at: int, *, done: bool) -> None:
        super().__init__(store)
        self._left, self._done = dies_at, done

    def handle(self, asks: Sequence[Ask]) -> Sequence[Receipt | Exception]:
        """Take a batch, or die before or after it."""
        self._left -= 1
        if self._left == 0 and not self._done:
            raise Killed
        answers = super().handle(asks)
        if self._left == 0:
            raise Killed
        return answers


@pytest.mark.parametrize("dies_at", [1, 2, 3])
@pytest.mark.parametrize("done", [False, True])
def test_killed_anywhere_nobody_is_offered_anything_twice(
    dies_at: int, *, done: bool
) -> None:
    there = outbreak()
    there.is_ready()
    there.rolls_out()
    first = there.worker(Mortal(there.store, dies_at, done=done))
    with pytest.raises(Killed):
        first.work("I-7")
    there.hand_out = there.worker()
    there.works()
    assert handed_out(there.incident).offered == 6
    assert there.incident.committed_fen == 104_000
    for number in range(1, 7):
        assert len(there.resolution(number).offered) == 1
        assert not there.resolution(number, 2).known


def test_killed_half_way_through_the_orders_the_rest_follow() -> None:
    there = outbreak()
    there.is_ready()
    there.rolls_out()
    with pytest.raises(Killed):
        there.worker(Mortal(there.store, 2, done=False)).work("I-7")
    assert handed_out(there.incident).reserved == 6
    there.hand_out = there.worker(OneAtATime(there.store))
    with pytest.raises(Killed):
        there.hand_out.work("I-7")
    there.hand_out = there.worker()
    there.works()
    assert handed_out(there.incident).offered == 6
    assert there.incident.committed_fen == 104_000


class OneAtATime(CommandHandler):
    """A handler that is killed in the middle of a batch: some of it is written."""

    def handle(self, asks: Sequence[Ask]) -> Sequence[Receipt | Exception]:
        """Take the first three, and die."""
        super().handle(asks[:3])
        raise Killed


def test_a_scan_while_it_is_handed_out_makes_the_offer_anew() -> None:
    there = outbreak()
    there.is_ready()
    there.rolls_out()
    moving = Meanwhile(there)
    there.worker(moving).work("I-7")
    assert handed_out(there.incident).offered == 6
    assert moving.rounds > 2


class Meanwhile(CommandHandler):
    """A handler before which somebody scans a parcel, once."""

    def __init__(self, there: Outbreak) -> None:
        super().__init__(there.store)
        self._there, self.rounds = there, 0

    def handle(self, asks: Sequence[Ask]) -> Sequence[Receipt | Exception]:
        """Let the first parcel be scanned before its order is offered anything."""
        self.rounds += 1
        if len(asks) > 1 and self.rounds == 2:
            there = self._there
            scan = RecordScan(parcel="W1", scan="late", code="in_transit")
            context = there.context(scan, at=there.at)
            there.orders.handle_one(there.order_id(1), scan, context)
        return super().handle(asks)


def test_when_it_is_rolled_back_money_set_aside_is_free_again() -> None:
    there = outbreak()
    there.is_ready()
    there.rolls_out()
    with pytest.raises(Killed):
        there.worker(Mortal(there.store, 2, done=False)).work("I-7")
    there.takes(RollBackUnexecuted(by=WEI, reason="wrong_outlet"))
    there.works()
    counts = handed_out(there.incident)
    assert (counts.offered, counts.reserved) == (0, 0)
    assert there.incident.committed_fen == 0


def test_who_is_affected_later_joins_and_is_offered_the_same() -> None:
    there = outbreak()
    there.is_ready()
    there.rolls_out()
    there.works()
    there.ships(11, 12)
    assert there.hand_out.join("I-7") == 2
    assert there.hand_out.join("I-7") == 0, "not again within minutes"
    there.works()
    assert handed_out(there.incident).offered == 8


def test_an_exemption_is_a_row_that_everybody_may_read() -> None:
    there = outbreak()
    there.declares()
    policies = Policies(there.store, there.handler, shipped_documents, lambda: there.at)
    incidents = Incidents(
        there.store, there.handler, there.affected, there.offers, policies
    )
    exempt = Exempt(by=WEI, until=MONDAY + 20 * DAY, words_zh="网点停运")
    exemptions = Exemptions(incidents, policies)
    exemptions.take("I-7", exempt, there.context(exempt))
    (ref,) = there.incident.exemptions
    row = policies.for_source("shop").row(ref)
    assert isinstance(row, CalendarRow)
    assert (row.effect, row.carriers, row.reason) == (
        "exempt",
        ("zto",),
        "outlet_stopped",
    )


def test_a_segment_takes_the_kinds_of_goods_it_names() -> None:
    there = Outbreak()
    there.ships(1, goods="fresh")
    there.ships(2, goods="clothing")
    there.ships(3)
    there.at = MONDAY + DAY
    there.declares()
    fresh = Segment(name="fresh", plan="refund-stuck", goods=("fresh", "frozen"))
    there.plans(fresh, SLOW)
    there.estimates()
    there.grants(10**8)
    there.rolls_out()
    there.works()
    offered = [there.resolution(number).offered for number in (1, 2, 3)]
    assert offered == [("refund-stuck",), ("voucher",), ("voucher",)]


def test_what_costs_other_money_than_yuan_is_left_out_and_says_so() -> None:
    there = Outbreak()
    there.ships(1, currency="USD")
    there.ships(2)
    there.at = MONDAY + DAY
    there.declares()
    there.plans(Segment(name="all", plan="refund-stuck"))
    impact = there.estimates().impact
    assert {each.order: each.reason for each in impact.excluded} == {
        str(there.order_id(1)): "not_in_yuan"
    }
    assert (impact.orders, impact.total_fen) == (1, 50_000)


class Behind:
    """A board that shows the incident as it stood some time ago."""

    def __init__(self, there: Outbreak, phase: str) -> None:
        self._there, self._phase = there, phase

    def live(self, limit: int = 1000) -> Sequence[IncidentRow]:
        return [row_of(self._there, self._phase)][:limit]


def test_a_pause_holds_though_the_board_shows_it_going_on() -> None:
    there = outbreak()
    there.is_ready()
    there.rolls_out(orders_per_minute=2)
    board = Behind(there, "rolling_out")
    assert there.hand_out.run(board) == 2
    there.takes(PauseIncident(by=LIN, reason="wrong_plan"))
    there.at += timedelta(minutes=2)
    assert there.hand_out.run(board) == 0
    there.takes(ResumeIncident(by=WEI))
    assert there.hand_out.run(board) == 2


def test_what_goes_on_is_handed_out_though_the_board_shows_it_preparing() -> None:
    there = outbreak()
    there.is_ready()
    there.rolls_out()
    assert there.hand_out.run(Behind(there, "preparing")) == 6
