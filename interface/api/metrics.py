"""What is counted: requests, commands and their outcomes, and how far behind we are.

Gauges of the database are asked when somebody scrapes, and kept for a few seconds.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from threading import Lock
from time import monotonic
from typing import Final, Protocol

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from psycopg import Error
from psycopg_pool import PoolTimeout

from application.event_store.store import StoreUnavailable
from application.projections.progress import Pace

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST
KEPT_SECONDS: Final = 5.0


class Standings(Protocol):
    """Where the gauges of the database come from."""

    def lags(self) -> Mapping[str, int]:
        """Return, by projection, how many events there still are to read."""
        ...

    def read(self) -> Mapping[str, int]:
        """Return, by projection, how many events it has read since the log began."""
        ...

    def parked(self) -> Mapping[str, int]:
        """Return, by projection, how many streams wait for help."""
        ...


class Messages(Protocol):
    """Where inbound messages are counted."""

    def counts(self) -> Iterable[tuple[str, str, str | None, int]]:
        """Return source, state, reason and how many."""
        ...


class Gauges(Collector):
    """How far behind the projections are, and what waits or is quarantined."""

    def __init__(
        self,
        standings: Standings,
        messages: Messages,
        elapsed: Callable[[], float] = monotonic,
    ) -> None:
        self._elapsed = elapsed
        self._pace = Pace(elapsed)
        self._standings = standings
        self._messages = messages
        self._families: list[Metric] = []
        self._database_up = 0
        self._asked_at = float("-inf")
        self._lock = Lock()

    def describe(self) -> Iterable[Metric]:
        """Say nothing before somebody scrapes, so that starting asks nothing."""
        return ()

    def collect(self) -> Iterable[Metric]:
        """Return the gauges as they were at most a few seconds ago.

        While the database does not answer they are as they were when it last did.
        """
        with self._lock:
            if self._elapsed() - self._asked_at > KEPT_SECONDS:
                try:
                    self._families = self._ask()
                    self._database_up = 1
                except (Error, PoolTimeout, StoreUnavailable):
                    self._database_up = 0
                self._asked_at = self._elapsed()
            up = GaugeMetricFamily(
                "redress_database_up",
                "Whether the database answered when it was last asked.",
                value=self._database_up,
            )
            return [up, *self._families]

    def _ask(self) -> list[Metric]:
        inbound = GaugeMetricFamily(
            "redress_inbound_messages",
            "Messages that came in, by what became of them.",
            labels=["source", "state", "reason"],
        )
        for source, state, reason, count in self._messages.counts():
            inbound.add_metric([source, state, reason or ""], count)
        return [*self._of_projections(), inbound]

    def _of_projections(self) -> Iterable[Metric]:
        read = self._standings.read()
        yield of_projections(
            GaugeMetricFamily,
            "redress_projection_lag_events",
            "Events a projection has not read yet.",
            self._standings.lags(),
        )
        yield of_projections(
            GaugeMetricFamily,
            "redress_projection_parked_streams",
            "Streams a projection cannot read on.",
            self._standings.parked(),
        )
        yield of_projections(
            CounterMetricFamily,
            "redress_projection_events",
            "Events a projection has read since the log began.",
            read,
        )
        yield of_projections(
            GaugeMetricFamily,
            "redress_projection_events_per_second",
            "How fast a projection has read from the last look to this one.",
            self._pace.events_per_second(read),
        )


def of_projections(
    family: type[GaugeMetricFamily | CounterMetricFamily],
    name: str,
    meaning: str,
    values: Mapping[str, float],
) -> Metric:
    """Return a measure with a value for each projection."""
    measure = family(name, meaning, labels=["projection"])
    for projection, value in values.items():
        measure.add_metric([projection], value)
    return measure


class Metrics:
    """The counters of one process, and the gauges of the database."""

    def __init__(self, gauges: Gauges | None = None) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "redress_http_requests",
            "Requests answered, by route and status.",
            ["method", "route", "status"],
            registry=self.registry,
        )
        self.seconds = Histogram(
            "redress_http_request_seconds",
            "How long the first byte of an answer took.",
            ["method", "route"],
            registry=self.registry,
        )
        self.commands = Counter(
            "redress_commands",
            "Commands asked over HTTP, by what came of them.",
            ["command", "outcome"],
            registry=self.registry,
        )
        self.inbound_rejected = Counter(
            "redress_inbound_rejected",
            "Messages turned away for a signature that is missing or wrong.",
            ["source"],
            registry=self.registry,
        )
        self.live = Gauge(
            "redress_live_streams",
            "Timelines that are being followed.",
            registry=self.registry,
        )
        # A counter looks for its label under a lock, and makes text of it first; who
        # is asked for at every request is remembered.
        self.request = cache(self.requests.labels)
        self.second = cache(self.seconds.labels)
        self.command = cache(self.commands.labels)
        if gauges is not None:
            self.registry.register(gauges)

    def text(self) -> bytes:
        """Return everything, as Prometheus reads it."""
        return generate_latest(self.registry)
