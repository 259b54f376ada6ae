"""What the rules owed and was paid unasked, and how soon after the breach was known."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final, get_args
from uuid import UUID

from msgspec import Struct

from application.event_store.envelope import RecordedEvent
from application.proactive.figures import percentile, share
from domain.compensation.events import CompensationPaid, CompensationReserved
from domain.kernel import Event
from domain.plan import PlanStep
from domain.planning.plans import MINIMUM
from domain.resolution.events import (
    ExecutionStarted,
    PlansProposed,
    ResolutionDismissed,
    ResolutionEvent,
    ResolutionOpened,
    ResolutionSelfHealed,
    ShortfallAttached,
    StepSettled,
    StepSucceeded,
)
from domain.shortfall import Shortfall

# What is owed is to be there so soon after the breach was known.
AIM_MINUTES: Final = 30
MINUTE: Final = timedelta(minutes=1)

EVENT_TYPES: Final[tuple[type[Event], ...]] = (
    *get_args(ResolutionEvent),
    CompensationReserved,
    CompensationPaid,
)

# What is owed once within a resolution, however often it is proposed.
Thing = tuple[str, tuple[str, ...], str | None]


class Entitlement(Struct, kw_only=True):
    """One thing the rules owed in a resolution: when that was known, when it was paid.

    ``asked`` says that the consumer had complained of it first. ``begun``: what is
    being done stays owed, whatever is proposed anew.
    """

    known_at: datetime
    asked: bool
    begun: bool = False
    paid_at: datetime | None = None


class Entitlements(Struct, frozen=True, kw_only=True):
    """The entitlements of a log. Minutes are those of the clock it was kept by.

    ``paid`` of all ``owed``, ``paid_unasked`` before anybody complained; ``waiting``
    are not paid yet. ``within_aim`` counts what was paid unasked within
    ``aim_minutes``; its share is of all that were owed unasked, but for those of which
    the time is not up, so that what was never paid counts against it.
    """

    owed: int
    paid: int
    paid_unasked: int
    waiting: int
    unasked_share: float | None
    minutes_p50: float | None
    minutes_p99: float | None
    minutes_max: float | None
    aim_minutes: int
    within_aim: int
    within_aim_share: float | None


def entitlements_in(
    log: Iterable[RecordedEvent], now: datetime | None = None
) -> Entitlements:
    """Return what became of the entitlements in a log, as known at ``now``.

    That is, unless given, when the last of it happened. Events of other kinds are
    passed over; those of one stream come in their order.
    """
    streams: dict[UUID, Resolved] = {}
    ledger: dict[str, Entitlement] = {}
    last = datetime.min.replace(tzinfo=UTC)
    for each in log:
        last = max(last, each.occurred_at)
        match each.event:
            case CompensationReserved() | CompensationPaid():
                ledgered(ledger, each.event, each.occurred_at)
            case event if isinstance(event, EVENT_TYPES):
                found = streams.setdefault(each.stream_id, Resolved())
                found.saw(event, each.occurred_at)
            case _:
                pass
    of_steps = [each for found in streams.values() for each in found.owed.values()]
    by_request = [
        each
        for name, each in ledger.items()
        if not of_resolution(name, streams) and each.paid_at is not None
    ]
    return summed([*of_steps, *by_request], now or last)


class Resolved:
    """One resolution, as far as it is about what the rules owe anyway."""

    def __init__(self) -> None:
        self.owed: dict[Thing, Entitlement] = {}
        self._complained = False
        self._known: dict[str, tuple[Shortfall, datetime]] = {}
        self._keys: dict[str, Thing] = {}

    def saw(self, event: Event, at: datetime) -> None:
        """Take note of what happened in it."""
        match event:
            case ResolutionOpened():
                self._complained = event.complained
                self._known[event.shortfall.name] = event.shortfall, at
            case ShortfallAttached():
                self._known[event.shortfall.name] = event.shortfall, at
            case PlansProposed():
                self._proposed(event, at)
            case ExecutionStarted():
                self._begun(event)
            case StepSucceeded():
                self._paid(event.step, at)
            case StepSettled(way="done_elsewhere"):
                self._paid(event.step, at)
            case StepSettled(way="skip"):
                self.owed.pop(self._keys.get(event.step, NOTHING), None)
            case ResolutionDismissed() | ResolutionSelfHealed():
                self._let_go()
            case _:
                pass

    def _proposed(self, event: PlansProposed, at: datetime) -> None:
        """Take what the newest proposal says is owed, beside what is being done."""
        self._let_go()
        for number, step in enumerate(event.minimum.plan.steps, start=1):
            if step.part != "entitlement":
                continue
            thing = named(step)
            self._keys[f"{event.round}/{MINIMUM}/{number}"] = thing
            if thing not in self.owed:
                known_at, asked = self._when_known(step, at)
                self.owed[thing] = Entitlement(known_at=known_at, asked=asked)

    def _begun(self, event: ExecutionStarted) -> None:
        for key in event.steps:
            thing = self._keys.get(key)
            if thing in self.owed:
                self.owed[thing].begun = True

    def _paid(self, key: str, at: datetime) -> None:
        thing = self._keys.get(key)
        if thing in self.owed and self.owed[thing].paid_at is None:
            self.owed[thing].paid_at = at

    def _let_go(self) -> None:
        """Forget what was never begun: it is owed no more."""
        self.owed = {thing: each for thing, each in self.owed.items() if each.begun}

    def _when_known(self, step: PlanStep, at: datetime) -> tuple[datetime, bool]:
        """Return when the breach a step pays for was known, and whether by complaint.

        A step names the shortfall it was planned for first; of those with its breach
        the earliest counts.
        """
        by_breach = [each for each in self._known.values() if breach_in(each[0], step)]
        planned_for = self._known.get(step.shortfall or "")
        found = min(by_breach, key=lambda each: each[1], default=planned_for)
        if found is None:
            return at, self._complained
        shortfall, known_at = found
        return known_at, self._complained or shortfall.heard_in is not None


NOTHING: Final[Thing] = ("", (), None)


def named(step: PlanStep) -> Thing:
    """Return what a step pays for, whichever round it is proposed in."""
    return step.action, step.breaches, None if step.breaches else step.shortfall


def breach_in(shortfall: Shortfall, step: PlanStep) -> bool:
    """Say whether a step pays for the breach of a shortfall."""
    return shortfall.breach is not None and shortfall.breach in step.breaches


# -- What was paid beside resolutions --


def ledgered(
    ledger: dict[str, Entitlement],
    event: CompensationReserved | CompensationPaid,
    at: datetime,
) -> None:
    """Take note of what a ledger set aside and paid; somebody had to ask for it."""
    match event:
        case CompensationReserved():
            ledger[event.reservation] = Entitlement(known_at=at, asked=True, begun=True)
        case CompensationPaid() if event.reservation in ledger:
            ledger[event.reservation].paid_at = at
        case CompensationPaid():
            pass  # Goodwill: nobody owed it.


def of_resolution(reservation: str, streams: Mapping[UUID, Resolved]) -> bool:
    """Say whether a step of a resolution set this aside: it counts as the step."""
    try:
        return UUID(reservation.partition("/")[0]) in streams
    except ValueError:
        return False


# -- Figures --


def summed(all_of_them: list[Entitlement], now: datetime) -> Entitlements:
    """Return the figures over entitlements as they stand at a moment."""
    paid = [each for each in all_of_them if each.paid_at is not None]
    unasked = [each for each in paid if not each.asked]
    minutes = [
        (each.paid_at - each.known_at) / MINUTE for each in unasked if each.paid_at
    ]
    within = sum(each <= AIM_MINUTES for each in minutes)
    late = sum(
        each.paid_at is None
        and not each.asked
        and now - each.known_at > AIM_MINUTES * MINUTE
        for each in all_of_them
    )
    return Entitlements(
        owed=len(all_of_them),
        paid=len(paid),
        paid_unasked=len(unasked),
        waiting=len(all_of_them) - len(paid),
        unasked_share=share(len(unasked), len(paid)),
        minutes_p50=round(percentile(minutes, 50), 2) if minutes else None,
        minutes_p99=round(percentile(minutes, 99), 2) if minutes else None,
        minutes_max=round(max(minutes), 2) if minutes else None,
        aim_minutes=AIM_MINUTES,
        within_aim=within,
        within_aim_share=share(within, len(unasked) + late),
    )
