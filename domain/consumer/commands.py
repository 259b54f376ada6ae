"""What is asked of a consumer's stream, and told to it."""

from domain.consumer.values import FlagReason, LinkBasis
from domain.kernel import Code, ConsumerName, Moment, Name, Report, Request, Sealed
from domain.party import By


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
