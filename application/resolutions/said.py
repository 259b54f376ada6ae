"""What was said to resolutions, and what is answered before anything is written."""

from collections.abc import Mapping
from uuid import UUID

from msgspec import Struct

from application.event_store.envelope import CommandContext
from application.resolutions.ground import Priced
from domain.companionship import ClearShortfall
from domain.party import By
from domain.plan import Experiment, Plan
from domain.shortfall import Shortfall


class Detecting(Struct, frozen=True):
    """What was said of a shortfall, before anything was looked up.

    ``propose``: make it good at once, as far as the rules let it go by itself.
    """

    by: By
    shortfall: Shortfall
    propose: bool = True
    incident: str | None = None


class Notice(Struct, frozen=True):
    """What was noticed of one order: that it falls short, or that it healed."""

    order_id: UUID
    said: Detecting | ClearShortfall
    context: CommandContext


class Proposing(Struct, frozen=True, kw_only=True):
    """What was said to have plans made; ``plans`` are an agent's own, if any.

    ``experiment`` says from which arm their goodwill was drawn.
    """

    by: By
    plans: tuple[Plan, ...] | None = None
    offer: bool = True
    experiment: Experiment | None = None


class Preview(Struct, frozen=True, kw_only=True):
    """What would be proposed now, and the name of what it was priced on.

    ``hashes`` are by plan, and are what is approved and carried out.
    """

    minimum: Plan
    plans: tuple[Plan, ...]
    rests_on: str
    hashes: Mapping[str, str]
    priced: Priced
