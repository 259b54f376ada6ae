"""Refunds as Stripe takes them: a form, an Idempotency-Key, an object back.

https keeps the secret key; what Stripe did under our key is found again by the
metadata of the refund, for it cannot be asked by Idempotency-Key.
"""

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from msgspec import Struct

from application.effects.ports import (
    SECONDS_MAX,
    Accepted,
    Answer,
    Declined,
    Done,
    Instruction,
    NeverHeard,
    NotSent,
    Told,
    Unclear,
)
from domain.money import Money
from interface.outbound.calling import Reply, call
from interface.outbound.http_gateway import GOOD, NOBODY_KNOWS, SERVER_ERROR

KEY: Final = "redress_key"
CHARGE: Final = "ch_"
LISTED_MAX: Final = 100
# The card or the request is at fault: the same again would be refused again.
REFUSED: Final = frozenset({400, 402, 404})


class Refund(Struct, frozen=True, kw_only=True):
    """Stripe's refund, as much of it as matters here."""

    id: str
    amount: int
    currency: str
    status: str | None = None
    failure_reason: str | None = None
    metadata: Mapping[str, str] | None = None


class Refunds(Struct, frozen=True):
    """A list of them."""

    data: tuple[Refund, ...] = ()


class Fault(Struct, frozen=True):
    """What Stripe says of an error."""

    type: str = "api_error"
    code: str | None = None


class Faulty(Struct, frozen=True):
    """An answer that is an error."""

    error: Fault = Fault()


class StripeRefunds:
    """Gives money back through Stripe; ``address`` is its API's, or one like it."""

    def __init__(
        self, address: str, secret: str, *, seconds: float = SECONDS_MAX
    ) -> None:
        self._address = address.rstrip("/")
        self._secret = secret
        self._seconds = seconds

    def refund(self, instruction: Instruction) -> Answer:
        """Refund so much of the payment."""
        if instruction.payment is None or instruction.amount is None:
            return Declined("payment_unknown")
        form = urlencode(
            {
                **paid_by(instruction.payment),
                "amount": str(instruction.amount.minor),
                f"metadata[{KEY}]": str(instruction.key),
            }
        )
        headers = self._headers() | {
            "Content-Type": "application/x-www-form-urlencoded",
            "Idempotency-Key": str(instruction.key),
        }
        url = f"{self._address}/v1/refunds"
        reply = call("POST", url, headers, form.encode(), seconds=self._seconds)
        return answer_in(reply) if isinstance(reply, Reply) else reply

    def transfer(self, instruction: Instruction) -> Answer:
        """Say no: Stripe pays back what was paid, and gives nothing away."""
        del instruction
        return Declined("no_transfers_here")

    def ask(self, key: UUID, instruction: Instruction) -> Told:
        """Return what became of the refund that carries this key."""
        if instruction.payment is None or instruction.kind != "refund":
            return NeverHeard()
        query = urlencode({**paid_by(instruction.payment), "limit": str(LISTED_MAX)})
        url = f"{self._address}/v1/refunds?{query}"
        reply = call("GET", url, self._headers(), seconds=self._seconds)
        if not isinstance(reply, Reply):
            return reply
        if reply.status not in GOOD:
            return Unclear(f"status_{reply.status}")
        try:
            found = msgspec.json.decode(reply.body, type=Refunds).data
        except (msgspec.DecodeError, UnicodeError):
            return Unclear("unreadable_answer")
        ours = (each for each in found if (each.metadata or {}).get(KEY) == str(key))
        refund = next(ours, None)
        return NeverHeard() if refund is None else answer_of(refund)

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._secret}"}


def paid_by(payment: str) -> Mapping[str, str]:
    """Return what was paid by, as Stripe names it: a charge or a payment intent."""
    name = "charge" if payment.startswith(CHARGE) else "payment_intent"
    return {name: payment}


def answer_in(reply: Reply) -> Answer:
    """Return what a reply to a refund says."""
    if reply.status in GOOD:
        try:
            return answer_of(msgspec.json.decode(reply.body, type=Refund))
        except (msgspec.DecodeError, UnicodeError):
            return Unclear("unreadable_answer")
    fault = fault_in(reply.body)
    if reply.status in NOBODY_KNOWS or reply.status >= SERVER_ERROR:
        return Unclear(f"status_{reply.status}")
    if fault.type == "idempotency_error":
        return Unclear("key_reused")  # Something else was asked under our key.
    if reply.status in REFUSED:
        return Declined(fault.code or fault.type)
    return NotSent(f"status_{reply.status}")


def answer_of(refund: Refund) -> Answer:
    """Return what a refund of theirs says came of it."""
    match refund.status:
        case "succeeded":
            return Done(refund.id, Money(refund.amount, refund.currency.upper()))
        case "failed" | "canceled":
            return Declined(refund.failure_reason or refund.status)
        case "pending" | "requires_action":
            return Accepted(refund.id)
        case _:
            return Unclear("status_unknown")


def fault_in(body: bytes) -> Fault:
    """Return what an error says of itself."""
    try:
        return msgspec.json.decode(body, type=Faulty).error
    except (msgspec.DecodeError, UnicodeError):
        return Fault()
