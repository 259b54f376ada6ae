"""The door messages come in by over HTTP, as those who keep it see it."""

from collections.abc import Mapping, Sequence
from typing import Protocol, runtime_checkable

from application.inbound.messages import Raw


class UnknownSource(LookupError):
    """Nobody by that name sends us anything."""


class BadSignature(Exception):
    """The message is not signed as its source signs."""


@runtime_checkable
class Door(Protocol):
    """Knows how each source signs, what its bodies hold, and what it wants to hear."""

    def admit(
        self, source: str, headers: Mapping[str, str], body: bytes
    ) -> Sequence[Raw]:
        """Return the messages in a body; header names are in lower case.

        The target of the request is among them, as ``:path``. Raises UnknownSource,
        then BadSignature, before anything is read or kept.
        """
        ...

    def thanks(self, source: str, body: bytes) -> Mapping[str, object] | str:
        """Return what the source must find in our answer to believe we have it.

        Words alone are all that it must find.
        """
        ...

    def answer(self, source: str, headers: Mapping[str, str]) -> str:
        """Return the answer to what a source asks once, to see who lives here.

        Raises UnknownSource for one that asks nothing, BadSignature.
        """
        ...
