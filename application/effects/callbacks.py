"""What gateways tell unasked, and who reads it."""

from collections.abc import Mapping
from typing import NamedTuple, Protocol
from uuid import UUID

from application.effects.ports import Declined, Done


class Callback(NamedTuple):
    """What a gateway tells: of which key, and what came of it."""

    key: UUID
    answer: Done | Declined


class NotOurs(Exception):
    """It is about no effect of ours, or says nothing new."""


class BadCallback(Exception):
    """It is signed, and cannot be read."""


class ReadsCallbacks(Protocol):
    """Who checks and reads them."""

    def read(self, gateway: str, headers: Mapping[str, str], body: bytes) -> Callback:
        """Return what is told.

        Raises NotFound, NotOurs, BadSignature and BadCallback.
        """
        ...
