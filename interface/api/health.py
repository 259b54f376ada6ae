"""Whether this process lives, whether it is of use, and what it has counted."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol

from litestar import Controller, MediaType, Response, get
from litestar.di import NamedDependency
from litestar.params import SkipValidation
from msgspec import Struct
from msgspec.structs import asdict
from psycopg import Error
from psycopg_pool import PoolTimeout

from application.event_store.store import StoreUnavailable
from interface.api.auth import OPEN
from interface.api.metrics import CONTENT_TYPE, Metrics
from interface.api.problems import Problem, answer, document

LAG_EVENTS_MAX: Final = 100_000


class Checks(Protocol):
    """What must be so for this process to be of use."""

    def missing(self) -> Sequence[str]:
        """Return the tables that migrations have not made yet."""
        ...

    def lags(self) -> Mapping[str, int]:
        """Return, by projection, how many events there still are to read."""
        ...

    def parked(self) -> Mapping[str, int]:
        """Return, by projection, how many streams wait for help."""
        ...


class Health(Struct, frozen=True, kw_only=True):
    """Whether all is well, and each thing that was looked at.

    ``parked`` are streams that a projection cannot read on; the others are served.
    """

    ok: bool
    database: bool
    migrations: bool
    projections: Mapping[str, int]
    parked: Mapping[str, int] = {}


class NotReady(Problem, frozen=True, kw_only=True):
    """A problem document that also says what was looked at, as Health does."""

    ok: bool
    database: bool
    migrations: bool
    projections: Mapping[str, int]
    parked: Mapping[str, int]


class HealthController(Controller):
    """For those who keep the process running."""

    tags = ("operations",)

    @get(
        "/livez",
        operation_id="isAlive",
        opt=OPEN,
        media_type=MediaType.TEXT,
        sync_to_thread=False,
    )
    def alive(self) -> str:
        """Answer, which is all that is asked."""
        return "ok\n"

    @get("/readyz", operation_id="isReady", opt=OPEN, sync_to_thread=True)
    def ready(
        self, checks: NamedDependency[SkipValidation[Checks]]
    ) -> Response[Health]:
        """Say whether the database answers, is up to date, and is being read."""
        try:
            missing = checks.missing()
            lags, parked = checks.lags(), checks.parked()
        except (Error, PoolTimeout, StoreUnavailable):
            health = Health(ok=False, database=False, migrations=False, projections={})
            return unwell(health)
        behind = any(events > LAG_EVENTS_MAX for events in lags.values())
        health = Health(
            ok=not missing and not behind,
            database=True,
            migrations=not missing,
            projections=lags,
            parked=parked,
        )
        return Response(health) if health.ok else unwell(health)

    @get("/metrics", operation_id="readMetrics", opt=OPEN, sync_to_thread=True)
    def metrics(self, metrics: NamedDependency[Metrics]) -> Response[bytes]:
        """Return the counters and gauges, as Prometheus reads them."""
        return Response(metrics.text(), headers={"Content-Type": CONTENT_TYPE})


def unwell(health: Health) -> Response[Any]:
    """Return 503, and what is amiss."""
    amiss = (
        "The database does not answer."
        if not health.database
        else "Migrations have not run yet."
        if not health.migrations
        else "The read models are far behind."
    )
    said = asdict(document("not_ready", 503, amiss)) | asdict(health)
    return answer(NotReady(**said), {"Retry-After": "5"})
