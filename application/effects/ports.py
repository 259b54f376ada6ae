"""The ports: whom effects are asked of, in our own words; adapters lie outside.

Every call has a stable key: asked twice, a gateway does it once. A call ends within
15 seconds and raises nothing for what the other side does wrong: that is an answer.
"""

from collections.abc import Mapping
from typing import Final, Protocol
from uuid import UUID

from msgspec import Struct

from application.effects.effect import Kind
from domain.money import Money

SECONDS_MAX: Final = 15.0


class Instruction(Struct, frozen=True, kw_only=True):
    """What is asked: in codes, names and numbers, about whom as far as it is known.

    ``payment`` is what the consumer paid by, as its gateway names it.
    """

    key: UUID
    kind: Kind
    action: str
    consumer: str | None = None
    order: str | None = None
    merchant: str | None = None
    payment: str | None = None
    amount: Money | None = None
    params: Mapping[str, str] = {}


# -- What may be answered --


class Done(Struct, frozen=True, tag="done"):
    """It is done. ``amount`` is what moved, where the gateway says it."""

    reference: str | None = None
    amount: Money | None = None


class Accepted(Struct, frozen=True, tag="accepted"):
    """It is being done; what came of it is told later, or asked."""

    reference: str | None = None


class Declined(Struct, frozen=True, tag="declined"):
    """It is not done and will not be, whoever asks again."""

    failure: str


class Unclear(Struct, frozen=True, tag="unclear"):
    """Nobody knows whether it was done: no answer, or one that says nothing."""

    reason: str


class NotSent(Struct, frozen=True, tag="not_sent"):
    """It did not get there, or was turned away before anything was done."""

    reason: str


class NeverHeard(Struct, frozen=True, tag="never_heard"):
    """The gateway knows nothing under this key."""


class CannotSay(Struct, frozen=True, tag="cannot_say"):
    """It cannot be asked by key; told again under the same, it does it once."""


Answer = Done | Accepted | Declined | Unclear | NotSent
Told = Answer | NeverHeard | CannotSay


# -- The ports --


class AskedByKey(Protocol):
    """Who can be asked what became of a key."""

    def ask(self, key: UUID, instruction: Instruction) -> Told:
        """Return what became of it."""
        ...


class RefundGateway(AskedByKey, Protocol):
    """Gives money back, by the way it was paid or by another."""

    def refund(self, instruction: Instruction) -> Answer:
        """Give back the amount of the payment."""
        ...

    def transfer(self, instruction: Instruction) -> Answer:
        """Give the consumer money: cash compensation, or an advance."""
        ...


class Coupons(AskedByKey, Protocol):
    """Gives what stands for money."""

    def grant(self, instruction: Instruction) -> Answer:
        """Give the consumer a coupon of this amount."""
        ...


class Carrier(AskedByKey, Protocol):
    """Moves parcels, and answers for them."""

    def intercept(self, instruction: Instruction) -> Answer:
        """Have the parcel stopped and sent back."""
        ...

    def urge(self, instruction: Instruction) -> Answer:
        """Have the carrier look after the parcel."""
        ...

    def claim(self, instruction: Instruction) -> Answer:
        """Claim the loss from the carrier or its insurance."""
        ...


class Pickup(AskedByKey, Protocol):
    """Collects what goes back at the consumer's door."""

    def book(self, instruction: Instruction) -> Answer:
        """Have somebody come."""
        ...


class Resending(AskedByKey, Protocol):
    """The merchant's system or a warehouse."""

    def resend(self, instruction: Instruction) -> Answer:
        """Have goods sent once more."""
        ...


class Messenger(AskedByKey, Protocol):
    """Tells somebody something, in words of their language."""

    def send(self, instruction: Instruction) -> Answer:
        """Send the message."""
        ...


class Gateways(Struct, frozen=True, kw_only=True):
    """Who is there for what; None: nobody, and what is asked there waits."""

    refund: RefundGateway | None = None
    coupon: Coupons | None = None
    carrier: Carrier | None = None
    pickup: Pickup | None = None
    resending: Resending | None = None
    message: Messenger | None = None


NO_GATEWAYS: Final = Gateways()


class NoGateway(Exception):
    """Nobody is set up for this kind of effect."""


def call(gateways: Gateways, instruction: Instruction) -> Answer:
    """Ask whoever is there for it; raises NoGateway."""
    match instruction.kind, gateways:
        case "refund", Gateways(refund=refund) if refund is not None:
            return refund.refund(instruction)
        case "transfer", Gateways(refund=refund) if refund is not None:
            return refund.transfer(instruction)
        case "coupon", Gateways(coupon=coupon) if coupon is not None:
            return coupon.grant(instruction)
        case "intercept", Gateways(carrier=carrier) if carrier is not None:
            return carrier.intercept(instruction)
        case "urge", Gateways(carrier=carrier) if carrier is not None:
            return carrier.urge(instruction)
        case "claim", Gateways(carrier=carrier) if carrier is not None:
            return carrier.claim(instruction)
        case "pickup", Gateways(pickup=pickup) if pickup is not None:
            return pickup.book(instruction)
        case "resending", Gateways(resending=resending) if resending is not None:
            return resending.resend(instruction)
        case "message", Gateways(message=messenger) if messenger is not None:
            return messenger.send(instruction)
        case _:
            raise NoGateway(instruction.kind)
