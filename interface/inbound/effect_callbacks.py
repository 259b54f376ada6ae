"""What gateways tell of effects unasked: signed with its moment, or as Stripe signs.

Ours is signed as Standard Webhooks says: what somebody caught is nothing later on. The
body of our own words is ``{"key": …, "outcome": "done" | "declined", "reference":
…, "amount": {"minor": …, "currency": …}, "failure": …}``.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

import msgspec
from msgspec import Struct

from application.access import NotFound
from application.effects.callbacks import BadCallback, Callback, NotOurs
from application.effects.effect import GATEWAYS
from application.effects.ports import Declined, Done
from application.inbound import BadSignature
from domain.kernel import Code, Name
from domain.money import Money
from interface.inbound import signatures
from interface.signing import signed, verified

KEY: Final = "redress_key"
# Stripe's names of the same news, of one version of its API and the next.
NEWS: Final = frozenset(
    {"refund.updated", "refund.failed", "charge.refund.updated", "refund.created"}
)


class Words(Struct, frozen=True, kw_only=True):
    """A callback in our own words."""

    key: UUID
    outcome: Literal["done", "declined"]
    reference: Name | None = None
    amount: Money | None = None
    failure: Code | None = None


class StripeRefund(Struct, frozen=True, kw_only=True):
    """The refund an event of Stripe's is about."""

    id: str
    amount: int
    currency: str
    status: str | None = None
    failure_reason: str | None = None
    metadata: Mapping[str, str] | None = None


class StripeData(Struct, frozen=True):
    """Where an event of Stripe's holds its object."""

    object: StripeRefund


class StripeEvent(Struct, frozen=True):
    """An event of Stripe's about a refund."""

    type: str
    data: StripeData


class CallbackDoor:
    """Reads what a gateway tells, if it is signed with its secret.

    Our own signatures go by ``now``, within five minutes; Stripe's by the machine's.
    """

    def __init__(
        self, secrets_of: Callable[[str], Sequence[str]], now: Callable[[], datetime]
    ) -> None:
        self._secrets_of = secrets_of
        self._now = now

    def read(self, gateway: str, headers: Mapping[str, str], body: bytes) -> Callback:
        """Return what is told.

        Raises NotFound for a gateway there is not, NotOurs, BadSignature, BadCallback.
        """
        if gateway not in GATEWAYS:
            raise NotFound
        secrets = self._secrets_of(gateway)
        stripes = [signatures.stripe(headers, body, each) for each in secrets]
        ours = [each.encode() for each in secrets]
        if verified(headers, body, ours, self._now()):
            return in_our_words(body)
        if any(each is not None for each in stripes):
            return in_stripes_words(body)
        raise BadSignature(gateway)


def told_by(
    key: UUID, answer: Done | Declined, secret: str, at: datetime
) -> tuple[Mapping[str, str], bytes]:
    """Return what a gateway of our own words tells: its headers, signed, and body."""
    match answer:
        case Done(reference=reference, amount=amount):
            words = Words(key=key, outcome="done", reference=reference, amount=amount)
        case Declined(failure=failure):
            words = Words(key=key, outcome="declined", failure=failure)
    body = msgspec.json.encode(words)
    return signed(f"callback_{key}", body, [secret.encode()], at), body


def in_our_words(body: bytes) -> Callback:
    """Return what a body says; raises BadCallback."""
    said: Words = read(body, Words)
    if said.outcome == "declined":
        return Callback(said.key, Declined(said.failure or "declined"))
    return Callback(said.key, Done(said.reference, said.amount))


def in_stripes_words(body: bytes) -> Callback:
    """Return what an event of Stripe's says; raises BadCallback and NotOurs."""
    event: StripeEvent = read(body, StripeEvent)
    refund = event.data.object
    try:
        key = UUID((refund.metadata or {}).get(KEY, ""))
    except ValueError:
        raise NotOurs(refund.id) from None
    if event.type not in NEWS:
        raise NotOurs(event.type)
    match refund.status:
        case "succeeded":
            amount = Money(refund.amount, refund.currency.upper())
            return Callback(key, Done(refund.id, amount))
        case "failed" | "canceled":
            return Callback(key, Declined(refund.failure_reason or refund.status))
        case _:
            raise NotOurs(refund.status)


def read(body: bytes, form: type[Any]) -> Any:
    """Return a body as what it should be; raises BadCallback."""
    try:
        return msgspec.json.decode(body, type=form)
    except (msgspec.DecodeError, UnicodeError) as error:
        raise BadCallback(str(error)) from None
