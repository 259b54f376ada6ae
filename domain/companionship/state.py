"""What is known of a companionship, and of what fell short."""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from domain.companionship.values import (
    CheckIn,
    CompanionAnchor,
    Finding,
    MatterKind,
    Outcome,
)
from domain.kernel import State
from domain.shortfall import ClearedBy, Shortfall
from domain.timer import Timer


class Found(Struct, frozen=True, kw_only=True):
    """A shortfall as it was detected, and what became of it.

    ``contested`` are who said that it is not so, as what, and why.
    """

    shortfall: Shortfall
    at: datetime
    resolution: str | None = None
    cleared_by: ClearedBy | None = None
    cleared_at: datetime | None = None
    contested: tuple[tuple[str, str, str], ...] = ()


class Companionship(State, frozen=True, kw_only=True):
    """A companionship as known.

    Without ``policy`` it was not started: shortfalls may have been detected all the
    same. ``matters`` are those of the order, and whether each is open.
    """

    order: str = ""
    consumer: str = ""
    merchant: str | None = None
    creator: str | None = None
    anchor: CompanionAnchor | None = None
    anchored_at: datetime | None = None
    ends_at: datetime | None = None
    policy: str | None = None
    check_ins: Mapping[str, CheckIn] = {}
    reached: Mapping[str, Finding] = {}
    matters: Mapping[tuple[MatterKind, str], bool] = {}
    shortfalls: Mapping[str, Found] = {}
    score: int | None = None
    tags: tuple[str, ...] = ()
    outcome: Outcome | None = None
    timers: Mapping[str, Timer] = {}

    @property
    def started(self) -> bool:
        """Whether we are, or were, beside the consumer."""
        return self.policy is not None

    @property
    def closed(self) -> bool:
        """Whether the days are over."""
        return self.outcome is not None

    @property
    def anything_open(self) -> bool:
        """Whether a matter of the order is open."""
        return any(self.matters.values())

    @property
    def standing(self) -> tuple[Found, ...]:
        """The shortfalls that nothing cleared, the earliest first."""
        return tuple(each for each in self.shortfalls.values() if not each.cleared_by)
