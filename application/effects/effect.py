"""An effect: one thing to be done outside, because of one event."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final, Literal
from uuid import UUID, uuid5

from msgspec import Struct

from domain.money import Money

# Whom it is asked of: each has an adapter, or none, and a breaker of its own.
Gateway = Literal["refund", "coupon", "carrier", "pickup", "resending", "message"]
GATEWAYS: Final[tuple[Gateway, ...]] = (
    "refund",
    "coupon",
    "carrier",
    "pickup",
    "resending",
    "message",
)

# What is asked there. One event has at most one effect of a kind.
Kind = Literal[
    "refund",
    "transfer",
    "coupon",
    "intercept",
    "urge",
    "claim",
    "pickup",
    "resending",
    "message",
]
GATEWAY_OF: Final[Mapping[Kind, Gateway]] = {
    "refund": "refund",
    "transfer": "refund",
    "coupon": "coupon",
    "intercept": "carrier",
    "urge": "carrier",
    "claim": "carrier",
    "pickup": "pickup",
    "resending": "resending",
    "message": "message",
}

# Who is told what came of it: the tag of the stream's own events begins with it.
Noun = Literal["after_sales", "resolution"]


class Payload(Struct, frozen=True, kw_only=True):
    """What is asked, in codes and numbers; whom it is about is looked up when sent.

    ``asks`` is what the result is told under, a refund's name or a step's, None where
    nobody waits for a result; ``attempt`` is which try of the step.
    """

    action: str
    asks: str | None = None
    attempt: int = 1
    amount: Money | None = None
    params: Mapping[str, str] = {}


class Effect(Struct, frozen=True, kw_only=True):
    """One thing to be done outside. ``key`` is the same for every attempt.

    ``version`` is that of the event it follows, in its stream.
    """

    kind: Kind
    key: UUID
    stream_id: UUID
    version: int
    noun: Noun
    payload: Payload
    ordered_at: datetime
    answer: str | None = None

    @property
    def gateway(self) -> Gateway:
        """Whom it is asked of."""
        return GATEWAY_OF[self.kind]


def key_of(stream_id: UUID, version: int, kind: Kind) -> UUID:
    """Return the key of an event's effect: of its stream, its place there, the kind."""
    return uuid5(stream_id, f"effect/{version}/{kind}")
