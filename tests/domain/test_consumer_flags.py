"""Goodwill is blocked with a reason and an end; whom it is about may object."""

from datetime import UTC, datetime, timedelta

from domain.consumer import (
    CONSUMER,
    AnotherPersonLifts,
    Consumer,
    ConsumerCommand,
    ConsumerEvent,
    ConsumerFlagContested,
    ConsumerFlagged,
    ConsumerFlagLifted,
    ConsumersLinked,
    ContestFlag,
    FlagConsumer,
    FlagIsOver,
    FlagOutOfTime,
    LiftFlag,
    NoSuchFlag,
    NotYoursToFlag,
    UnlinkConsumer,
)
from domain.kernel import Policy
from domain.party import SYSTEM, By
from tests.given import Given

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
DAY = timedelta(days=1)
NOBODYS = Policy(ref="none@1")
ANNA = By(role="consumer", name="anna")
LIN = By(role="agent", name="lin")
MIA, WEI = (By(role="senior_agent", name=name) for name in ("mia", "wei"))

flag = FlagConsumer(
    by=LIN, consumer="anna", flag="f1", reason="false_claims", until=MONDAY + 30 * DAY
)
flagged = ConsumerFlagged(
    at=MONDAY,
    by=LIN,
    consumer="anna",
    flag="f1",
    reason="false_claims",
    until=MONDAY + 30 * DAY,
)
by_mia = ConsumerFlagged(
    at=MONDAY,
    by=MIA,
    consumer="anna",
    flag="f1",
    reason="false_claims",
    until=MONDAY + 30 * DAY,
)
contest = ContestFlag(by=ANNA, flag="f1")
contested = ConsumerFlagContested(at=MONDAY + DAY, by=ANNA, consumer="anna", flag="f1")
lift = LiftFlag(by=WEI, flag="f1", reason="proved_otherwise")
lifted = ConsumerFlagLifted(
    at=MONDAY + DAY, by=WEI, consumer="anna", flag="f1", reason="proved_otherwise"
)


def given(
    *events: ConsumerEvent,
) -> Given[Consumer, ConsumerCommand, ConsumerEvent, Policy]:
    """Return what is known of anna."""
    return Given(CONSUMER, NOBODYS, *events)


def test_an_agent_flags_with_a_reason_and_an_end_once() -> None:
    given().when(flag, at=MONDAY).then(flagged)
    given(flagged).when(flag, at=MONDAY).then()


def test_nobody_but_agents_flags_not_even_a_machine() -> None:
    given().when(
        FlagConsumer(
            by=SYSTEM,
            consumer="anna",
            flag="f1",
            reason="false_claims",
            until=MONDAY + DAY,
        ),
        at=MONDAY,
    ).refused(NotYoursToFlag)


def test_a_flag_ends_in_the_days_to_come() -> None:
    def until(end: datetime) -> FlagConsumer:
        return FlagConsumer(
            by=LIN, consumer="anna", flag="f1", reason="false_claims", until=end
        )

    given().when(until(MONDAY), at=MONDAY).refused(FlagOutOfTime)
    given().when(until(MONDAY + 181 * DAY), at=MONDAY).refused(FlagOutOfTime)


def test_the_consumer_objects_once_while_it_stands() -> None:
    given(flagged).when(contest, at=MONDAY + DAY).then(contested)
    given(flagged, contested).when(contest, at=MONDAY + 2 * DAY).then()
    given(flagged).when(contest, at=MONDAY + 30 * DAY).refused(FlagIsOver)
    given().when(contest, at=MONDAY).refused(NoSuchFlag)


def test_a_senior_agent_lifts_it_who_did_not_set_it() -> None:
    given(flagged, contested).when(lift, at=MONDAY + DAY).then(lifted)
    given(flagged, lifted).when(lift, at=MONDAY + 2 * DAY).then()
    own = LiftFlag(by=MIA, flag="f1", reason="proved_otherwise")
    given(by_mia).when(own, at=MONDAY + DAY).refused(AnotherPersonLifts)
    agent = LiftFlag(by=LIN, flag="f1", reason="proved_otherwise")
    given(flagged).when(agent, at=MONDAY + DAY).refused(NotYoursToFlag)


def test_a_flag_stands_until_its_end_unless_it_is_lifted() -> None:
    def standing(*events: ConsumerEvent, at: datetime) -> bool:
        consumer = CONSUMER.initial
        for each in events:
            consumer = CONSUMER.evolve(consumer, each)
        return consumer.flagged(at) is not None

    assert standing(flagged, at=MONDAY + 29 * DAY)
    assert not standing(flagged, at=MONDAY + 30 * DAY)
    assert standing(flagged, contested, at=MONDAY + 2 * DAY)
    assert not standing(flagged, lifted, at=MONDAY + 2 * DAY)


def test_links_and_flags_do_not_forget_each_other() -> None:
    link = ConsumersLinked(
        at=MONDAY, consumer="anna", other="guest", basis="guest_login"
    )
    given(link, flagged).when(contest, at=MONDAY + DAY).then(contested)
    consumer = CONSUMER.evolve(CONSUMER.evolve(CONSUMER.initial, link), flagged)
    assert consumer.linked == {"guest"}
    (apart,) = CONSUMER.decide(consumer, UnlinkConsumer(other="guest"), NOBODYS, MONDAY)
    assert CONSUMER.evolve(consumer, apart).flags == consumer.flags
