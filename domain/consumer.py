"""A consumer: one name among the several one person may have, and what is held of it.

A flag blocks goodwill for a while, with a reason, and never what is owed. Whom it is
about sees it, and may object; it ends by itself.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final, Literal, assert_never

from msgspec import Struct
from msgspec.structs import replace

from domain.kernel import (
    Code,
    ConsumerName,
    Decider,
    Event,
    Moment,
    Name,
    Policy,
    Refused,
    Report,
    Request,
    Sealed,
    State,
)
from domain.party import ActingRole, By

# Why two names are held to be one person's.
LinkBasis = Literal["guest_login", "second_channel", "merged_account", "agent_verified"]

# Why goodwill is blocked: what was seen, never what somebody is.
FlagReason = Literal[
    "repeated_refunds",  # 频繁退款
    "false_claims",  # 虚假诉求
    "goods_swapped",  # 退货掉包
    "forged_evidence",  # 伪造凭证
    "coupon_abuse",  # 套取优惠
    "account_shared",  # 账号异常共用
]

# A flag is looked at anew after so long at the latest.
FLAG_DAYS_MAX: Final = 180

# -- Commands --


class LinkConsumer(Report, frozen=True, kw_only=True):
    """Record that another consumer is the same person; the stream is ``consumer``'s."""

    consumer: ConsumerName
    other: ConsumerName
    basis: LinkBasis


class UnlinkConsumer(Request, frozen=True, kw_only=True):
    """Take back a link that was wrong."""

    other: Name


class FlagConsumer(Request, frozen=True, kw_only=True):
    """Block goodwill for a consumer until then, for a reason; never what is owed."""

    by: By
    consumer: ConsumerName
    flag: Name
    reason: FlagReason
    until: Moment


class ContestFlag(Request, frozen=True, kw_only=True):
    """Say that a flag is wrong, as the one it is about; once."""

    by: By
    flag: Name
    words: Sealed | None = None


class LiftFlag(Request, frozen=True, kw_only=True):
    """Take a flag away before its time, for a reason."""

    by: By
    flag: Name
    reason: Code


ConsumerCommand = LinkConsumer | UnlinkConsumer | FlagConsumer | ContestFlag | LiftFlag

# -- Events --


class ConsumersLinked(Event, frozen=True, kw_only=True, tag="consumer.linked"):
    """Two consumers are one person: the trust timeline reads both from now on."""

    at: Moment
    consumer: Name
    other: Name
    basis: LinkBasis


class ConsumersUnlinked(Event, frozen=True, kw_only=True, tag="consumer.unlinked"):
    """They were not one person after all."""

    at: Moment
    consumer: Name
    other: Name


class ConsumerFlagged(Event, frozen=True, kw_only=True, tag="consumer.flagged"):
    """Goodwill is blocked until then; what the consumer is owed is not."""

    at: Moment
    by: By
    consumer: Name
    flag: Name
    reason: FlagReason
    until: Moment


class ConsumerFlagContested(
    Event, frozen=True, kw_only=True, tag="consumer.flag_contested"
):
    """The consumer says that it is wrong."""

    at: Moment
    by: By
    consumer: Name
    flag: Name
    words: Sealed | None = None


class ConsumerFlagLifted(Event, frozen=True, kw_only=True, tag="consumer.flag_lifted"):
    """It was taken away before its time."""

    at: Moment
    by: By
    consumer: Name
    flag: Name
    reason: Code


ConsumerEvent = (
    ConsumersLinked
    | ConsumersUnlinked
    | ConsumerFlagged
    | ConsumerFlagContested
    | ConsumerFlagLifted
)

# -- State --


class Flag(Struct, frozen=True, kw_only=True):
    """A flag as it was set, and what became of it."""

    name: str
    reason: FlagReason
    by: By
    at: datetime
    until: datetime
    contested_at: datetime | None = None
    lifted_by: By | None = None
    lifted_at: datetime | None = None
    lifted_for: str | None = None

    def stands(self, at: datetime) -> bool:
        """Say whether goodwill is blocked by it at a moment."""
        return self.lifted_by is None and at < self.until


class Consumer(State, frozen=True):
    """The consumer's own name, once known, those linked to it here, and its flags."""

    name: str = ""
    linked: frozenset[str] = frozenset()
    flags: Mapping[str, Flag] = {}

    def flagged(self, at: datetime) -> Flag | None:
        """Return the flag that blocks goodwill longest at a moment, if any does."""
        standing = [each for each in self.flags.values() if each.stands(at)]
        return max(standing, key=lambda flag: (flag.until, flag.name), default=None)


# -- Rules --

FLAGS: Final[frozenset[ActingRole]] = frozenset({"agent", "senior_agent"})
CONTESTS: Final[frozenset[ActingRole]] = FLAGS | {"consumer"}
LIFTS: Final[frozenset[ActingRole]] = frozenset({"senior_agent"})


class NotLinked(Refused):
    """Only consumers that are linked can be taken apart."""


class NotYoursToFlag(Refused):
    """Agents flag, the consumer contests, and a senior agent lifts."""


class FlagOutOfTime(Refused):
    """A flag ends in the days to come, within half a year at the latest."""


class NoSuchFlag(Refused):
    """The consumer has no such flag."""


class FlagIsOver(Refused):
    """The flag stands no more."""


class AnotherPersonLifts(Refused):
    """Whoever set a flag does not judge the objection to it: it takes somebody else."""


# -- Decide --


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


# -- Evolve --


def evolve(consumer: Consumer, event: ConsumerEvent) -> Consumer:
    """Return the state after the event."""
    match event:
        case ConsumersLinked(consumer=name, other=other):
            return replace(consumer, name=name, linked=consumer.linked | {other})
        case ConsumersUnlinked(consumer=name, other=other):
            return replace(consumer, name=name, linked=consumer.linked - {other})
        case ConsumerFlagged(consumer=name, flag=flag):
            flags = {**consumer.flags, flag: flag_of(event)}
            return replace(consumer, name=name, flags=flags)
        case ConsumerFlagContested(flag=flag, at=at):
            return told(consumer, replace(consumer.flags[flag], contested_at=at))
        case ConsumerFlagLifted(flag=flag, at=at, by=by, reason=reason):
            known = consumer.flags[flag]
            now = replace(known, lifted_by=by, lifted_at=at, lifted_for=reason)
            return told(consumer, now)
    assert_never(event)


def flag_of(event: ConsumerFlagged) -> Flag:
    """Return a flag as it was set."""
    return Flag(
        name=event.flag,
        reason=event.reason,
        by=event.by,
        at=event.at,
        until=event.until,
    )


def told(consumer: Consumer, flag: Flag) -> Consumer:
    """Return the consumer with a flag as it is now."""
    return replace(consumer, flags={**consumer.flags, flag.name: flag})


CONSUMER: Decider[Consumer, ConsumerCommand, ConsumerEvent, Policy] = Decider(
    initial=Consumer(), decide=decide, evolve=evolve
)
