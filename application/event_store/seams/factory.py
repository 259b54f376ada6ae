"""Runs an application of the eventsourcing library on this store.

Set ``PERSISTENCE_MODULE`` to ``application.event_store.seams.factory`` and
``DATABASE_WRITER_URL`` to the database, and any stock application works, in partition
0. Migrations make the tables; the library makes none.
"""

from collections.abc import Mapping
from typing import TypeVar, cast

from eventsourcing.persistence import (
    AggregateRecorder,
    ApplicationRecorder,
    InfrastructureFactory,
    InfrastructureFactoryError,
    ProcessRecorder,
    TTrackingRecorder,
)
from eventsourcing.utils import Environment, EnvType, resolve_topic, strtobool

from application.event_store.connections import Pool, connection_pool
from application.event_store.seams.recorder import (
    RedressAggregateRecorder,
    RedressApplicationRecorder,
    RedressProcessRecorder,
    RedressSnapshotRecorder,
    RedressTrackingRecorder,
)

T = TypeVar("T")
R = TypeVar("R", bound=RedressAggregateRecorder | RedressTrackingRecorder)

DB_FUNCTIONS = "POSTGRES_ENABLE_DB_FUNCTIONS"
DATABASE_WRITER_URL = "DATABASE_WRITER_URL"


def refuse_db_functions(env: Mapping[str, str]) -> None:
    """Raise InfrastructureFactoryError if the library's database functions are on."""
    if strtobool(env.get(DB_FUNCTIONS) or "no"):
        raise InfrastructureFactoryError(
            f"Unset {DB_FUNCTIONS}: with it readers of the log miss events "
            "(eventsourcing 9.5). This store has its own function."
        )


class RedressFactory(InfrastructureFactory[RedressTrackingRecorder]):
    """Builds the library's recorders on one pool, opened when first needed."""

    def __init__(self, env: Environment | EnvType | None) -> None:
        super().__init__(env)
        refuse_db_functions({DB_FUNCTIONS: self.env.get(DB_FUNCTIONS) or ""})
        url = self.env.get(DATABASE_WRITER_URL)
        if not url:
            raise InfrastructureFactoryError(
                f"Set {DATABASE_WRITER_URL} to the URL of the store's writer role."
            )
        self.pool: Pool = connection_pool(
            url,
            max_size=10,
            wait_s=30.0,
            waiting_max_each=0,  # A stock application bounds its threads itself.
        )

    def aggregate_recorder(self, purpose: str = "events") -> AggregateRecorder:
        """Return a recorder of streams: of events, or of snapshots and the like."""
        if purpose == "events":
            return self._made(RedressAggregateRecorder, self.env.name)
        return self._made(RedressSnapshotRecorder, f"{self.env.name}.{purpose}")

    def application_recorder(self) -> ApplicationRecorder:
        """Return a recorder of streams and of the log they share."""
        kind = self._kind(self.APPLICATION_RECORDER_TOPIC, RedressApplicationRecorder)
        return self._made(kind, self.env.name)

    def tracking_recorder(
        self, tracking_recorder_class: type[TTrackingRecorder] | None = None
    ) -> TTrackingRecorder:
        """Return a recorder of what was processed, of the class given if any."""
        named = self._kind(self.TRACKING_RECORDER_TOPIC, RedressTrackingRecorder)
        kind = cast("type[RedressTrackingRecorder]", tracking_recorder_class or named)
        return cast("TTrackingRecorder", self._made(kind, self.env.name))

    def process_recorder(self) -> ProcessRecorder:
        """Return a recorder of events together with what led to them."""
        kind = self._kind(self.PROCESS_RECORDER_TOPIC, RedressProcessRecorder)
        return self._made(kind, self.env.name)

    def close(self) -> None:
        """Give the connections back to the database."""
        self.pool.close()

    def __del__(self) -> None:
        if hasattr(self, "pool"):  # Applications of the library are seldom closed.
            self.close()

    def _kind(self, topic: str, usual: type[T]) -> type[T]:
        named = self.env.get(topic)
        kind: type[T] = resolve_topic(named) if named else usual
        if not issubclass(kind, usual):
            raise InfrastructureFactoryError(
                f"{topic} names {named!r}, which is no kind of {usual.__name__}."
            )
        return kind

    def _made(self, kind: type[R], name: str) -> R:
        """Return such a recorder; the pool stays open for as long as it is used."""
        self.pool.open()  # Does nothing if it is open.
        recorder = kind(self.pool, name)
        recorder.keeps = self  # The library's runners let go of a factory at once.
        return recorder
