"""What is so in a dispute, as far as the next decision needs to know it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from msgspec import Struct

from domain.dispute.commands import Awards, Findings, Liabilities
from domain.dispute.events import DisputeOpened, DisputeReported
from domain.dispute.values import (
    SIDES,
    DisputeStatus,
    Enforcement,
    Offer,
    Result,
    Shown,
    Side,
    Silence,
)
from domain.kernel import PolicyRef, State
from domain.money import Money
from domain.party import ActingRole, By
from domain.policy.rows import Times, Where
from domain.timer import Timer, TimerExtended

# Those of the service who handle; arbiters judge.
HANDLING: Final[frozenset[ActingRole]] = frozenset({"agent", "senior_agent"})
TOLD: Final = "told"  # the clock of a deadline another system gave


class Proof(Struct, frozen=True, kw_only=True):
    """What somebody showed, in which round; 0 is before the first."""

    at: datetime
    by: By
    round: int
    files: tuple[Shown, ...]

    @property
    def side(self) -> Side | None:
        """The side that showed it; None for the service."""
        return SIDES.get(self.by.role)


class Round(Struct, frozen=True, kw_only=True):
    """One round of evidence: who was asked for what, and who answered or did not."""

    number: int
    at: datetime
    of: tuple[Side, ...]
    shows: tuple[str, ...] = ()
    appeal: bool = False
    answered: frozenset[Side] = frozenset()
    missed: frozenset[Side] = frozenset()
    ended: bool = False

    @property
    def awaited(self) -> tuple[Side, ...]:
        """Who is still to answer."""
        if self.ended:
            return ()
        return tuple(
            side for side in self.of if side not in self.answered | self.missed
        )


class Ruling(Struct, frozen=True, kw_only=True):
    """A ruling as it stands: as issued, or as an appeal changed it."""

    number: int
    at: datetime
    by: By
    result: Result
    findings: Findings = ()
    liability: Liabilities = ()
    awards: Awards = ()
    basis: tuple[PolicyRef, ...] = ()
    silences: tuple[Silence, ...] = ()
    return_first: bool = False
    changed: bool = False
    first_awards: Awards = ()  # what it gave before an appeal changed it

    @property
    def moves_nothing(self) -> bool:
        """Whether carrying it out is only to say so: no money, no goods."""
        return not self.awards and not self.return_first


class Appeal(Struct, frozen=True, kw_only=True):
    """The appeal against the ruling that stands."""

    at: datetime
    by: By
    upheld: bool | None = None
    decided_by: By | None = None


class Dispute(State, frozen=True, kw_only=True):
    """A dispute. ``reports`` are there only where another system runs it.

    ``handlers`` are all who worked on the case or on the dispute, ``ruled_by`` and
    ``appeals_by`` who decided: none of them may be of another of these. ``moved`` is
    how each clock's deadline was moved last.
    """

    status: DisputeStatus = "none"
    opened: DisputeOpened | None = None
    handlers: frozenset[str] = frozenset()
    ruled_by: frozenset[str] = frozenset()
    appeals_by: frozenset[str] = frozenset()
    handler: str | None = None
    arbiter: str | None = None
    appeal_arbiter: str | None = None
    offers: tuple[Offer, ...] = ()
    denied: frozenset[int] = frozenset()
    accepted: Offer | None = None
    proofs: tuple[Proof, ...] = ()
    rounds: tuple[Round, ...] = ()
    silences: tuple[Silence, ...] = ()
    contested: tuple[By, ...] = ()
    rulings: tuple[Ruling, ...] = ()
    enforcement: Enforcement = "none"
    appeal: Appeal | None = None
    timers: Mapping[str, Timer] = {}
    moved: Mapping[str, TimerExtended] = {}
    reports: tuple[DisputeReported, ...] = ()
    contradictions: frozenset[tuple[str, str]] = frozenset()
    score: int | None = None

    @property
    def known(self) -> bool:
        """Whether anything was ever said of it."""
        return self.status != "none" or bool(self.reports)

    @property
    def mirrored(self) -> bool:
        """Whether another system runs it, and we only keep what it says."""
        return self.opened is None and bool(self.reports)

    @property
    def report(self) -> DisputeReported | None:
        """The report that counts: the latest."""
        return self.reports[-1] if self.reports else None

    @property
    def ruling(self) -> Ruling | None:
        """The ruling that stands."""
        return self.rulings[-1] if self.rulings else None

    @property
    def round(self) -> Round | None:
        """The round of evidence that is open."""
        open_ = self.rounds and not self.rounds[-1].ended
        return self.rounds[-1] if open_ else None

    @property
    def files(self) -> Mapping[str, Proof]:
        """Every file shown, and with what it came first."""
        shown: dict[str, Proof] = {}
        for proof in self.proofs:
            for file in proof.files:
                shown.setdefault(file.evidence, proof)
        return shown

    @property
    def claimed(self) -> Money | None:
        """What is claimed; of a dispute run elsewhere, what was told first."""
        if self.opened is not None:
            return self.opened.claimed
        told = (report.amount for report in self.reports if report.amount is not None)
        return next(told, None)

    @property
    def where(self) -> Where:
        """What calendars are narrowed to."""
        return self.opened.where if self.opened else Where()

    def times(self, at: datetime) -> Times:
        """Return the dates by which rows are chosen when it is judged now."""
        if self.opened is None:
            return Times(judged_at=at)
        return Times(
            ordered_at=self.opened.ordered_at,
            conduct_at=self.opened.at,
            judged_at=at,
        )

    def party(self, side: Side) -> str | None:
        """Return the name of a side; None where it has none, or nobody knows it."""
        if self.opened is not None:
            return {
                "consumer": self.opened.consumer,
                "merchant": self.opened.merchant,
                "creator": self.opened.creator,
                "carrier": self.opened.carrier,
            }[side]
        if self.report is not None and side == "consumer":
            return self.report.consumer
        return self.report.merchant if self.report and side == "merchant" else None

    def is_party(self, by: By) -> bool:
        """Whether this is one of the parties; nobody is one that was not named."""
        side = SIDES.get(by.role)
        return side is not None and by.name == self.party(side)

    def offer_from(self, side: Side) -> Offer | None:
        """Return what a side has on the table: its last, unless it was left or lapsed.

        An offer lapses when the clock of its answer runs out.
        """
        own = [offer for offer in self.offers if offer.by.role == side]
        if not own or own[-1].number in self.denied or self.accepted is not None:
            return None
        timer = self.timers.get(f"offer/{own[-1].number}")
        lapsed = timer is not None and timer.standing == "breached"
        return None if lapsed else own[-1]

    def clock(self, name: str) -> Timer | None:
        """Return a clock that somebody still owes a step by."""
        timer = self.timers.get(name)
        owed = timer is not None and timer.standing in {"running", "paused"}
        return timer if owed else None
