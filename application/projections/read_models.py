"""Every projection there is, in the order they are listed to people."""

from application.effects.outbox import Outbox
from application.projections.affected_rows import Affected
from application.projections.clock_rows import ClockBoard
from application.projections.decision_rows import Decisions
from application.projections.incident_rows import IncidentBoard
from application.projections.matter_rows import Matters
from application.projections.order_rows import OrderPage
from application.projections.outcomes import Outcomes
from application.projections.persons import Persons
from application.projections.promise_rows import PromiseBoard
from application.projections.public_events import PublicEvents
from application.projections.references import References
from application.projections.runtime import Projection
from application.projections.scorecard_rows import Scorecards
from application.projections.timeline import Timeline
from application.projections.watch_rows import Watch

# The reference index first: what waits for a name is retried when the index learns it.
READ_MODELS: tuple[Projection, ...] = (
    References(),
    Persons(),
    OrderPage(),
    PromiseBoard(),
    ClockBoard(),
    Matters(),
    Watch(),
    Decisions(),
    Timeline(),
    PublicEvents(),
    Scorecards(),
    Outcomes(),
    Affected(),
    IncidentBoard(),
    Outbox(),
)


class NoSuchProjection(ValueError):
    """There is no projection of this name."""


def read_model(name: str) -> Projection:
    """Return the projection; raises NoSuchProjection, naming those there are."""
    by_name = {each.name: each for each in READ_MODELS}
    if name not in by_name:
        known = ", ".join(by_name)
        raise NoSuchProjection(f"There is no projection {name!r}; there are {known}.")
    return by_name[name]
