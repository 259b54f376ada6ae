"""A consumer: one name among the several one person may have."""

from datetime import datetime
from typing import Literal, assert_never

from domain.kernel import (
    ConsumerName,
    Decider,
    Event,
    Moment,
    Name,
    Policy,
    Refused,
    Report,
    Request,
    State,
)

# Why two names are held to be one person's.
LinkBasis = Literal["guest_login", "second_channel", "merged_account", "agent_verified"]

# -- Commands --


class LinkConsumer(Report, frozen=True, kw_only=True):
    """Record that another consumer is the same person; the stream is ``consumer``'s."""

    consumer: ConsumerName
    other: ConsumerName
    basis: LinkBasis


class UnlinkConsumer(Request, frozen=True, kw_only=True):
    """Take back a link that was wrong."""

    other: Name


ConsumerCommand = LinkConsumer | UnlinkConsumer

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


ConsumerEvent = ConsumersLinked | ConsumersUnlinked

# -- State --


class Consumer(State, frozen=True):
    """The consumer's own name, once known, and those linked to it here."""

    name: str = ""
    linked: frozenset[str] = frozenset()


# -- Rules --


class NotLinked(Refused):
    """Only consumers that are linked can be taken apart."""


# -- Decide --


def decide(
    consumer: Consumer, command: ConsumerCommand, _policy: Policy | None, at: datetime
) -> tuple[ConsumerEvent, ...]:
    """Return what happens; raises NotLinked."""
    match command:
        case LinkConsumer(consumer=name, other=other, basis=basis):
            if other in consumer.linked or other == name:
                return ()
            return (ConsumersLinked(at=at, consumer=name, other=other, basis=basis),)
        case UnlinkConsumer(other=other):
            if other not in consumer.linked:
                raise NotLinked(other=other)
            return (ConsumersUnlinked(at=at, consumer=consumer.name, other=other),)
    assert_never(command)


# -- Evolve --


def evolve(consumer: Consumer, event: ConsumerEvent) -> Consumer:
    """Return the state after the event."""
    match event:
        case ConsumersLinked(consumer=name, other=other):
            return Consumer(name, consumer.linked | {other})
        case ConsumersUnlinked(consumer=name, other=other):
            return Consumer(name, consumer.linked - {other})
    assert_never(event)


CONSUMER: Decider[Consumer, ConsumerCommand, ConsumerEvent, Policy] = Decider(
    initial=Consumer(), decide=decide, evolve=evolve
)
