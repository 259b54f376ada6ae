"""What happened to a consumer: who is who, and when goodwill was blocked."""

from domain.consumer.values import FlagReason, LinkBasis
from domain.kernel import Code, Event, Moment, Name, Sealed
from domain.party import By


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
