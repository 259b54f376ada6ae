"""What a consumer's stream answers: links are believed, flags are kept in bounds."""

from datetime import UTC, datetime, timedelta
from typing import Final, assert_never

from domain.consumer.commands import (
    ConsumerCommand,
    ContestFlag,
    FlagConsumer,
    LiftFlag,
    LinkConsumer,
    UnlinkConsumer,
)
from domain.consumer.events import (
    ConsumerEvent,
    ConsumerFlagContested,
    ConsumerFlagged,
    ConsumerFlagLifted,
    ConsumersLinked,
    ConsumersUnlinked,
)
from domain.consumer.evolve import evolve
from domain.consumer.refusals import (
    AnotherPersonLifts,
    FlagIsOver,
    FlagOutOfTime,
    NoSuchFlag,
    NotLinked,
    NotYoursToFlag,
)
from domain.consumer.state import Consumer, Flag
from domain.consumer.values import FLAG_DAYS_MAX
from domain.kernel import Decider, Policy
from domain.party import ActingRole

FLAGS: Final[frozenset[ActingRole]] = frozenset({"agent", "senior_agent"})
CONTESTS: Final[frozenset[ActingRole]] = FLAGS | {"consumer"}
LIFTS: Final[frozenset[ActingRole]] = frozenset({"senior_agent"})


def decide(
    consumer: Consumer, command: ConsumerCommand, _policy: Policy | None, at: datetime
) -> tuple[ConsumerEvent, ...]:
    """Return what happens; raises a Refused of the rules above."""
    match command:
        case LinkConsumer(consumer=name, other=other, basis=basis):
            if other in consumer.linked or other == name:
                return ()
            return (ConsumersLinked(at=at, consumer=name, other=other, basis=basis),)
        case UnlinkConsumer(other=other):
            if other not in consumer.linked:
                raise NotLinked(other=other)
            return (ConsumersUnlinked(at=at, consumer=consumer.name, other=other),)
        case FlagConsumer():
            return flagged(consumer, command, at)
        case ContestFlag():
            return contested(consumer, command, at)
        case LiftFlag():
            return lifted(consumer, command, at)
    assert_never(command)


def flagged(
    consumer: Consumer, command: FlagConsumer, at: datetime
) -> tuple[ConsumerEvent, ...]:
    """Return the flag, once. Raises NotYoursToFlag and FlagOutOfTime."""
    if command.by.role not in FLAGS:
        raise NotYoursToFlag(role=command.by.role)
    if command.flag in consumer.flags:
        return ()
    until = command.until.astimezone(UTC)
    latest = at + timedelta(days=FLAG_DAYS_MAX)
    if not at < until <= latest:
        raise FlagOutOfTime(latest=latest)
    return (
        ConsumerFlagged(
            at=at,
            by=command.by,
            consumer=command.consumer,
            flag=command.flag,
            reason=command.reason,
            until=until,
        ),
    )


def contested(
    consumer: Consumer, command: ContestFlag, at: datetime
) -> tuple[ConsumerEvent, ...]:
    """Return the objection, once. Raises NotYoursToFlag, NoSuchFlag and FlagIsOver."""
    if command.by.role not in CONTESTS:
        raise NotYoursToFlag(role=command.by.role)
    flag = known_flag(consumer, command.flag)
    if flag.contested_at is not None:
        return ()
    if not flag.stands(at):
        raise FlagIsOver(flag=flag.name)
    return (
        ConsumerFlagContested(
            at=at,
            by=command.by,
            consumer=consumer.name,
            flag=flag.name,
            words=command.words,
        ),
    )


def lifted(
    consumer: Consumer, command: LiftFlag, at: datetime
) -> tuple[ConsumerEvent, ...]:
    """Return that it stands no more, by somebody else than who set it.

    Raises NotYoursToFlag, NoSuchFlag, FlagIsOver and AnotherPersonLifts.
    """
    if command.by.role not in LIFTS:
        raise NotYoursToFlag(role=command.by.role)
    flag = known_flag(consumer, command.flag)
    if flag.lifted_by is not None:
        return ()
    if flag.by.name == command.by.name:
        raise AnotherPersonLifts(flag=flag.name)
    if not flag.stands(at):
        raise FlagIsOver(flag=flag.name)
    return (
        ConsumerFlagLifted(
            at=at,
            by=command.by,
            consumer=consumer.name,
            flag=flag.name,
            reason=command.reason,
        ),
    )


def known_flag(consumer: Consumer, name: str) -> Flag:
    """Return a flag by its name; raises NoSuchFlag."""
    flag = consumer.flags.get(name)
    if flag is None:
        raise NoSuchFlag(flag=name)
    return flag


CONSUMER: Decider[Consumer, ConsumerCommand, ConsumerEvent, Policy] = Decider(
    initial=Consumer(), decide=decide, evolve=evolve
)
