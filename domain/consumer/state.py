"""What is known of a consumer."""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from domain.consumer.values import FlagReason
from domain.kernel import State
from domain.party import By


class Flag(Struct, frozen=True, kw_only=True):
    """A flag as it was set, and what became of it."""

    name: str
    reason: FlagReason
    by: By
    at: datetime
    until: datetime
    contested_at: datetime | None = None
    lifted_by: By | None = None
    lifted_at: datetime | None = None
    lifted_for: str | None = None

    def stands(self, at: datetime) -> bool:
        """Say whether goodwill is blocked by it at a moment."""
        return self.lifted_by is None and at < self.until


class Consumer(State, frozen=True):
    """The consumer's own name, once known, those linked to it here, and its flags."""

    name: str = ""
    linked: frozenset[str] = frozenset()
    flags: Mapping[str, Flag] = {}

    def flagged(self, at: datetime) -> Flag | None:
        """Return the flag that blocks goodwill longest at a moment, if any does."""
        standing = [each for each in self.flags.values() if each.stands(at)]
        return max(standing, key=lambda flag: (flag.until, flag.name), default=None)
