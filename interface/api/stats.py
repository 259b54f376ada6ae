"""An operator's first questions over HTTP: what ``redress stats --json`` answers."""

from collections.abc import Callable

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import SkipValidation

from application.access import Actor, Owners, authorize
from application.projections.progress import ReadingProgress
from application.projections.read_models import READ_MODELS
from application.projections.stats import Stats
from interface.api.auth import does
from interface.api.paging import AtLeast, shown

ReadStats = Callable[[], Stats]


class StatsController(Controller):
    """Counts of everything."""

    path = "/v1/stats"
    tags = ("operations",)

    @get(operation_id="readStats", opt=does("stats.read"), sync_to_thread=True)
    def read(
        self,
        actor: NamedDependency[Actor],
        read_stats: NamedDependency[SkipValidation[ReadStats]],
        progress: NamedDependency[ReadingProgress],
        at_least: AtLeast = None,
    ) -> Stats:
        """Count orders, payments, promises, reviews, and what was not understood."""
        authorize(actor, "stats.read", Owners())
        for model in READ_MODELS:
            shown(progress, model, at_least)
        return read_stats()
