"""What each event makes of a consumer."""

from typing import assert_never

from msgspec.structs import replace

from domain.consumer.events import (
    ConsumerEvent,
    ConsumerFlagContested,
    ConsumerFlagged,
    ConsumerFlagLifted,
    ConsumersLinked,
    ConsumersUnlinked,
)
from domain.consumer.state import Consumer, Flag


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
