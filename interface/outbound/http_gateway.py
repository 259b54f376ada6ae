"""Every port over HTTP and JSON: signed as callbacks to us are, one key for ever.

``POST {address}/effects`` asks for an effect, ``POST {address}/inquiries`` what became
of a key. Both are signed as Standard Webhooks says, with the secret of the gateway.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Final, Literal
from uuid import UUID, uuid4

import msgspec
from msgspec import Struct

from application.effects.ports import (
    SECONDS_MAX,
    Accepted,
    Answer,
    CannotSay,
    Declined,
    Done,
    Instruction,
    NeverHeard,
    NotSent,
    Told,
    Unclear,
)
from domain.kernel import Code, Name
from domain.money import Money
from interface.outbound.calling import Reply, call
from interface.signing import signed

# Turned away before anything was done: who asks later may be let in.
TURNED_AWAY: Final = frozenset({401, 403, 404, 405, 407, 421, 429, 503})
# Still at it under this key, or nobody knows.
NOBODY_KNOWS: Final = frozenset({408, 409, 425})
CANNOT: Final = frozenset({405, 501})
CLIENT_ERROR, SERVER_ERROR = 400, 500
GOOD: Final = range(200, 300)
NOT_FOUND: Final = 404


class Inquiry(Struct, frozen=True):
    """A question about a key."""

    key: UUID


class Said(Struct, frozen=True, kw_only=True):
    """What a gateway says of a key."""

    outcome: Literal["done", "accepted", "declined"]
    reference: Name | None = None
    amount: Money | None = None
    failure: Code | None = None


class Refusal(Struct, frozen=True):
    """Why a gateway says no."""

    failure: Code = "declined"


class HttpGateway:
    """A gateway of any kind that speaks our own words."""

    def __init__(
        self,
        address: str,
        secret: str,
        now: Callable[[], datetime],
        *,
        seconds: float = SECONDS_MAX,
    ) -> None:
        self._address = address.rstrip("/")
        self._secret = secret.encode()
        self._now = now
        self._seconds = seconds

    def ask(self, key: UUID, instruction: Instruction) -> Told:
        """Return what it says of the key."""
        del instruction
        body = msgspec.json.encode(Inquiry(key))
        reply = self._post("/inquiries", body, key, f"inquiry_{uuid4()}")
        if not isinstance(reply, Reply):
            return reply
        if reply.status == NOT_FOUND:
            return NeverHeard()
        return CannotSay() if reply.status in CANNOT else answer_in(reply)

    def act(self, instruction: Instruction) -> Answer:
        """Have it done."""
        body = msgspec.json.encode(instruction)
        reply = self._post("/effects", body, instruction.key, str(instruction.key))
        return answer_in(reply) if isinstance(reply, Reply) else reply

    def _post(
        self, path: str, body: bytes, key: UUID, name: str
    ) -> Reply | NotSent | Unclear:
        headers = {
            **signed(name, body, [self._secret], self._now()),
            "Content-Type": "application/json",
            "Idempotency-Key": str(key),
        }
        url = f"{self._address}{path}"
        return call("POST", url, headers, body, seconds=self._seconds)

    refund = transfer = grant = act
    intercept = urge = claim = act
    book = resend = send = act


def answer_in(reply: Reply) -> Answer:
    """Return what a reply says; what it does not say clearly, nobody knows."""
    match reply.status:
        case status if status in GOOD:
            return said_in(reply.body)
        case status if status in TURNED_AWAY:
            return NotSent(f"status_{status}")
        case status if status in NOBODY_KNOWS or status >= SERVER_ERROR:
            return Unclear(f"status_{status}")
        case status if status >= CLIENT_ERROR:
            return Declined(failure_in(reply.body, status))
        case status:
            return Unclear(f"status_{status}")


def said_in(body: bytes) -> Answer:
    """Return what the body of a good answer says."""
    try:
        said = msgspec.json.decode(body, type=Said)
    except (msgspec.DecodeError, UnicodeError):
        return Unclear("unreadable_answer")
    match said.outcome:
        case "done":
            return Done(said.reference, said.amount)
        case "accepted":
            return Accepted(said.reference)
        case "declined":
            return Declined(said.failure or "declined")


def failure_in(body: bytes, status: int) -> str:
    """Return the code of a refusal."""
    try:
        return msgspec.json.decode(body, type=Refusal).failure
    except (msgspec.DecodeError, UnicodeError):
        return f"status_{status}"
