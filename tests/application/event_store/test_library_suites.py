"""The eventsourcing library's own test cases, run on this store.

One partition keeps the library's whole contract, so its applications run on it. Its
cases for dynamic consistency boundaries (DCB) are not ours to pass.
"""

from collections.abc import Iterator

import pytest
from eventsourcing.persistence import (
    AggregateRecorder,
    ApplicationRecorder,
    ProcessRecorder,
    TrackingRecorder,
)
from eventsourcing.tests import application, persistence
from eventsourcing.utils import Environment

from application.event_store.factory import RedressFactory
from application.event_store.recorder import (
    RedressAggregateRecorder,
    RedressApplicationRecorder,
    RedressProcessRecorder,
    RedressTrackingRecorder,
)
from interface.postgres.database import DatabaseUrls

MODULE = "application.event_store.factory"


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
