"""The eventsourcing library's own test cases, run on this store.

One partition keeps the library's whole contract, so its applications run on it. Its
cases for dynamic consistency boundaries (DCB) are not ours to pass.
"""

from collections.abc import Iterator

import psycopg
import pytest
from eventsourcing.persistence import (
    AggregateRecorder,
    ApplicationRecorder,
    ProcessRecorder,
    Tracking,
    TrackingRecorder,
)
from eventsourcing.tests import application, persistence, projection
from eventsourcing.utils import Environment

from application.event_store.seams.factory import RedressFactory
from application.event_store.seams.recorder import (
    RedressAggregateRecorder,
    RedressApplicationRecorder,
    RedressProcessRecorder,
    RedressTrackingRecorder,
)
from interface.postgres.database import DatabaseUrls

MODULE = "application.event_store.seams.factory"


class OnThisStore:
    """Gives a case of the library an empty store, and the way to it."""

    @pytest.fixture(autouse=True)
    def _store(
        self, clean_database: DatabaseUrls, monkeypatch: pytest.MonkeyPatch
    ) -> Iterator[None]:
        self.env = Environment(
            env={
                "PERSISTENCE_MODULE": MODULE,
                "DATABASE_WRITER_URL": clean_database.writer,
            }
        )
        for name, value in self.env.items():
            monkeypatch.setenv(name, value)  # The cases read os.environ too.
        with RedressFactory(self.env) as factory:
            self.recorders = factory
            yield
            factory.close()


class TestAggregateRecorder(OnThisStore, persistence.AggregateRecorderTestCase):
    def create_recorder(self) -> AggregateRecorder:
        return self.recorders.aggregate_recorder()


class TestSnapshotRecorder(OnThisStore, persistence.AggregateRecorderTestCase):
    def create_recorder(self) -> AggregateRecorder:
        return self.recorders.aggregate_recorder(purpose="snapshots")


class TestApplicationRecorder(
    OnThisStore, persistence.ApplicationRecorderTestCase[ApplicationRecorder]
):
    def create_recorder(self) -> ApplicationRecorder:
        return self.recorders.application_recorder()

    def test_insert_subscribe(self) -> None:
        self.optional_test_insert_subscribe()


class TestNonInterleavingNotificationIds(
    OnThisStore, persistence.NonInterleavingNotificationIDsBaseCase
):
    def create_recorder(self) -> ApplicationRecorder:
        return self.recorders.application_recorder()


class TestTrackingRecorder(OnThisStore, persistence.TrackingRecorderTestCase):
    def create_recorder(self) -> TrackingRecorder:
        return self.recorders.tracking_recorder()


class TestProcessRecorder(OnThisStore, persistence.ProcessRecorderTestCase):
    def create_recorder(self) -> ProcessRecorder:
        return self.recorders.process_recorder()


class TestProcessRecorderAsApplicationRecorder(
    OnThisStore, persistence.ApplicationRecorderTestCase[ApplicationRecorder]
):
    def create_recorder(self) -> ApplicationRecorder:
        return self.recorders.process_recorder()

    def test_insert_subscribe(self) -> None:
        self.optional_test_insert_subscribe()


class SomeTrackingRecorder(RedressTrackingRecorder):
    """A kind of its own, as projections of the library have."""


class TestInfrastructureFactory(
    OnThisStore, persistence.InfrastructureFactoryTestCase[RedressFactory]
):
    def expected_factory_class(self) -> type[RedressFactory]:
        return RedressFactory

    def expected_aggregate_recorder_class(self) -> type[AggregateRecorder]:
        return RedressAggregateRecorder

    def expected_application_recorder_class(self) -> type[ApplicationRecorder]:
        return RedressApplicationRecorder

    def expected_tracking_recorder_class(self) -> type[TrackingRecorder]:
        return RedressTrackingRecorder

    def tracking_recorder_subclass(self) -> type[TrackingRecorder]:
        return SomeTrackingRecorder

    def expected_process_recorder_class(self) -> type[ProcessRecorder]:
        return RedressProcessRecorder


class TestApplication(OnThisStore, application.ApplicationTestCase):
    @pytest.mark.filterwarnings("default::DeprecationWarning")
    def test_application_log(self) -> None:
        """The library checks a warning of its own, which would be an error here."""
        super().test_application_log()


class TestExampleApplication(OnThisStore, application.ExampleApplicationTestCase):
    expected_factory_topic = f"{MODULE}:RedressFactory"


# -- Projections of the library, with a view that lies beside our tables --

COUNTERS = """
CREATE TABLE public.counted (kind text NOT NULL);
GRANT SELECT, INSERT ON public.counted TO redress_writer
"""


class CountersView(RedressTrackingRecorder, projection.EventCountersView):
    """Counts in a table, and how far it has counted in the same transaction."""

    def get_created_event_counter(self) -> int:
        return self._counted("created")

    def get_subsequent_event_counter(self) -> int:
        return self._counted("subsequent")

    def incr_created_event_counter(self, tracking: Tracking) -> None:
        self._count("created", tracking)

    def incr_subsequent_event_counter(self, tracking: Tracking) -> None:
        self._count("subsequent", tracking)

    def _counted(self, kind: str) -> int:
        query = "SELECT count(*)::int FROM public.counted WHERE kind = %s"
        with self.pool.connection() as connection:
            (count,) = connection.execute(query, (kind,)).fetchone() or (0,)
            return int(count)

    def _count(self, kind: str, tracking: Tracking) -> None:
        with self.tracked(tracking) as connection:
            connection.execute("INSERT INTO public.counted VALUES (%s)", (kind,))


class WithCounters(OnThisStore):
    """Has the table that the library's view counts in, and its runner's environment."""

    @pytest.fixture(autouse=True)
    def _counters(self, database: DatabaseUrls, _store: None) -> Iterator[None]:
        with psycopg.connect(database.owner, autocommit=True) as owner:
            owner.execute(COUNTERS)
            try:
                yield
            finally:
                owner.execute("DROP TABLE public.counted")


class TestEventCountersView(WithCounters, projection.EventCountersViewTestCase):
    def construct_event_counters_view(self) -> projection.EventCountersView:
        return self.recorders.tracking_recorder(CountersView)


class TestEventCountersProjection(  # type: ignore[misc]  # cases differ in env's type
    WithCounters, projection.AggregateEventCountersProjectionTestCase
):
    view_class = CountersView


class TestEventSourcedProjection(  # type: ignore[misc]  # as above
    OnThisStore, projection.EventSourcedProjectionTestCase
):
    """A projection that is an application itself, and follows another one."""


class ForgetfulView(CountersView):
    """Counts, and does not say how far: what the two have in one transaction."""

    def _count(self, kind: str, tracking: Tracking) -> None:
        with self.pool.connection() as connection:
            connection.execute("INSERT INTO public.counted VALUES (%s)", (kind,))
        self.insert_tracking(tracking)


class TestControlAView(WithCounters):
    def test_that_counts_apart_from_where_it_stands_is_found_out(self) -> None:
        class Forgetful(projection.EventCountersViewTestCase):
            def construct_event_counters_view(self) -> projection.EventCountersView:
                return view

        view = self.recorders.tracking_recorder(ForgetfulView)
        with pytest.raises(AssertionError):
            Forgetful().test()
