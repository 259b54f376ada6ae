"""A step that is carried out, and what its beginning comes to elsewhere."""

from datetime import datetime
from typing import Final
from uuid import UUID

from msgspec import Struct

from application.event_store.envelope import CommandContext, Part
from application.resolutions.ground import Priced
from application.sellers import first_seller
from application.sight import Sight
from domain.order import ORDER, Order
from domain.plan import PlanStep
from domain.resolution import Resolution


class Doing(Struct, frozen=True, kw_only=True):
    """A step that is begun, done or undone, and all that is known of it."""

    resolution_id: UUID
    order_id: UUID
    key: str
    state: Resolution
    priced: Priced
    sight: Sight
    context: CommandContext

    @property
    def step(self) -> PlanStep:
        """What is to be done. Raises AssertionError for a step nobody carries out."""
        known = self.state.step(self.key)
        assert known is not None, "decide refuses a step that is not carried out"
        return known.does

    @property
    def matter(self) -> str | None:
        """The case or the reservation that it moves, once it was begun."""
        known = self.state.step(self.key)
        return known.matter if known else None

    @property
    def name(self) -> str:
        """The step's name among all steps of all resolutions."""
        return f"{self.resolution_id}/{self.key}"

    @property
    def merchant(self) -> str | None:
        """Who sold the lines it is about, and is charged for them."""
        assert self.state.opened is not None, "only what was opened is carried out"
        sold = first_seller(self.order, self.step.lines)
        return sold or self.state.opened.merchant

    @property
    def at(self) -> datetime:
        """The time to judge by."""
        return self.context.at

    @property
    def order(self) -> Order:
        """The order as it stands."""
        found: Order = self.sight.of(self.order_id, ORDER)
        return found


class Result(Struct, frozen=True):
    """What came of a step at once."""

    succeeded: bool
    reason: str | None = None


class Begun(Struct, frozen=True):
    """What a beginning means elsewhere; ``result`` where nobody is waited for."""

    parts: tuple[Part, ...] = ()
    matter: str | None = None
    result: Result | None = None


DONE: Final = Result(succeeded=True)


def allowed(parts: tuple[Part, ...], doing: Doing) -> None:
    """Raise what another stream refuses, before the step is begun on it."""
    decidable(parts, doing.sight, doing.at)


def decidable(parts: tuple[Part, ...], sight: Sight, at: datetime) -> None:
    """Raise what a stream would refuse, each part after those before it."""
    states: dict[UUID, object] = {}
    for part in parts:
        state = states.get(part.stream_id)
        if state is None:
            state = sight.of(part.stream_id, part.decider)
        for event in part.decider.decide(state, part.command, part.policy, at):
            state = part.decider.evolve(state, event)
        states[part.stream_id] = state
