"""Who sold what of an order of several merchants, and whose a resolution's parts are.

Each reads what is done about its own lines and what fell short of them, never the
others': what one is charged is nobody else's to know.
"""

from collections.abc import Collection

from msgspec import Struct

from domain.kernel import Event
from domain.plan import PlanStep
from domain.resolution import Resolution
from domain.resolution.events import (
    ExecutionStarted,
    PlanExecuted,
    ResolutionOpened,
    ShortfallAttached,
    ShortfallHealed,
    StepCompensated,
    StepFailed,
    StepNeedsHuman,
    StepSettled,
    StepStarted,
    StepSucceeded,
)
from domain.shortfall import Shortfall


class Sold(Struct, frozen=True):
    """Who sold which line of an order of several merchants, and what parcels hold.

    A parcel is here with its lines where its contents were told.
    """

    lines: tuple[tuple[int, str], ...]
    parcels: tuple[tuple[str, tuple[int, ...]], ...] = ()

    def by(self, lines: Collection[int] = ()) -> tuple[str, ...]:
        """Return who sold these lines, or any, the seller of the first one first."""
        found = (who for line, who in self.lines if not lines or line in lines)
        return tuple(dict.fromkeys(found))

    def charged(self, step: PlanStep, known: Resolution) -> str | None:
        """Return the merchant a step is charged to, as it is carried out."""
        opened = known.opened
        found = self.by(step.lines)
        return found[0] if found else opened.merchant if opened else None

    def concerns(self, merchant: str, step: PlanStep, known: Resolution) -> bool:
        """Say whether a step is about what this merchant sold, or is charged to it.

        What names no line is of who is charged for it, or whose line fell short.
        """
        if merchant == self.charged(step, known):
            return True
        if step.lines:
            return merchant in self.by(step.lines)
        about = known.shortfalls.get(step.shortfall or "")
        return about is not None and self.fell_short(merchant, about, known)

    def fell_short(self, merchant: str, about: Shortfall, known: Resolution) -> bool:
        """Say whether something of this merchant's fell short.

        The whole order is everybody's. A parcel is of those whose goods it holds;
        where that was never told, of whose resolution it was opened as.
        """
        if about.line is not None:
            return merchant in self.by({about.line})
        if about.parcel is None:
            return merchant in self.by()
        holds = dict(self.parcels).get(about.parcel)
        if holds:
            return merchant in self.by(holds)
        return known.opened is not None and merchant == known.opened.merchant

    def merchants(self, known: Resolution) -> frozenset[str]:
        """Return whose lines a resolution is about: those who have a part in it."""
        return frozenset(
            merchant
            for merchant in self.by()
            if any(
                self.fell_short(merchant, each, known)
                for each in known.shortfalls.values()
            )
            or any(self.concerns(merchant, each.does, known) for each in known.steps())
        )

    def told(self, merchant: str, event: Event, known: Resolution) -> bool:
        """Say whether this merchant is told of an event of a resolution.

        What names the steps of several, or what all of them came to, is nobody's.
        """
        match event:
            case ResolutionOpened(shortfall=about) | ShortfallAttached(shortfall=about):
                return self.fell_short(merchant, about, known)
            case ShortfallHealed(shortfall=name):
                healed = known.shortfalls.get(name)
                return healed is None or self.fell_short(merchant, healed, known)
            case (
                StepStarted(step=key)
                | StepSucceeded(step=key)
                | StepFailed(step=key)
                | StepCompensated(step=key)
                | StepNeedsHuman(step=key)
                | StepSettled(step=key)
            ):
                step = known.step(key)
                return step is not None and self.concerns(merchant, step.does, known)
            case ExecutionStarted() | PlanExecuted():
                return False
            case _:
                return True
