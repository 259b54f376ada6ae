"""An application of the eventsourcing library, at home in partition 0."""

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar
from uuid import UUID, uuid4

import psycopg
import pytest
from eventsourcing.application import Application
from eventsourcing.cipher import AESCipher
from eventsourcing.domain import Aggregate, event
from eventsourcing.persistence import (
    EventStore,
    InfrastructureFactory,
    InfrastructureFactoryError,
    IntegrityError,
    Notification,
    ProgrammingError,
    StoredEvent,
    Tracking,
)

from application.event_store.mapper import Addressed
from application.event_store.seams.factory import RedressFactory
from application.event_store.seams.recorder import (
    RedressApplicationRecorder,
    RedressProcessRecorder,
)
from interface.postgres.database import DatabaseUrls
from tests.application.event_store.shelf import ThingPutUp, a_shelf

MODULE = "application.event_store.seams.factory"


class Diary(Aggregate):
    @event("Opened")
    def __init__(self) -> None:
        self.pages: list[str] = []

    @event("Written")
    def write(self, page: str) -> None:
        self.pages.append(page)


@pytest.fixture
def env(clean_database: DatabaseUrls) -> dict[str, str]:
    return {"PERSISTENCE_MODULE": MODULE, "DATABASE_WRITER_URL": clean_database.writer}


@pytest.fixture
def factory(env: dict[str, str]) -> Iterator[RedressFactory]:
    factory = RedressFactory(env)
    yield factory
    factory.close()


def stored(stream_id: UUID, version: int, topic: str = "diary") -> StoredEvent:
    return StoredEvent(stream_id, version, topic, b"\xff\x00 not JSON")


def test_it_lives_in_partition_0_encrypted_compressed_and_with_snapshots(
    env: dict[str, str], clean_database: DatabaseUrls
) -> None:
    env |= {"COMPRESSOR_TOPIC": "zlib", "CIPHER_KEY": AESCipher.create_key(16)}
    with Application[UUID](env | {"IS_SNAPSHOTTING_ENABLED": "y"}) as application:
        diary = Diary()
        for page in range(1200):
            diary.write(str(page))
        application.save(diary)
        application.take_snapshot(diary.id)
        again: Diary = application.repository.get(diary.id)
        assert again.pages == diary.pages
    with psycopg.connect(clean_database.reader) as reader:
        rows = reader.execute(
            "SELECT partition, max(position), count(*), count(event) FROM"
            " store.event_json GROUP BY 1"
        ).fetchall()
        assert rows == [(0, 1201, 1201, 0)]
        assert reader.execute("SELECT count(*) FROM store.snapshot").fetchone() == (1,)


def test_several_streams_of_one_save_keep_their_order(factory: RedressFactory) -> None:
    recorder = factory.application_recorder()
    one, two = uuid4(), uuid4()
    events = [stored(one, 3), stored(two, 0), stored(one, 4), stored(two, 1)]
    assert recorder.insert_events(events) == [1, 2, 3, 4]
    log = recorder.select_notifications(start=None, limit=9)
    assert [(each.originator_id, each.originator_version) for each in log] == [
        (one, 3),
        (two, 0),
        (one, 4),
        (two, 1),
    ]


def test_a_version_left_out_is_refused_and_nothing_is_written(
    factory: RedressFactory,
) -> None:
    recorder = factory.application_recorder()
    diary = uuid4()
    recorder.insert_events([stored(diary, 1)])
    with pytest.raises(IntegrityError):
        recorder.insert_events([stored(uuid4(), 1), stored(diary, 3)])
    assert recorder.max_notification_id() == 1


def test_events_and_how_far_was_followed_are_one(factory: RedressFactory) -> None:
    recorder = factory.process_recorder()
    recorder.insert_events([stored(uuid4(), 1)], tracking=Tracking("orders", 5))
    with pytest.raises(IntegrityError):
        recorder.insert_events([stored(uuid4(), 1)], tracking=Tracking("orders", 5))
    assert recorder.max_notification_id() == 1


def test_applications_follow_each_for_itself(env: dict[str, str]) -> None:
    factory = RedressFactory(env)
    ours = RedressProcessRecorder(factory.pool, "ours")
    theirs = RedressProcessRecorder(factory.pool, "theirs")
    factory.pool.open()
    ours.insert_tracking(Tracking("orders", 5))
    assert theirs.max_tracking_id("orders") is None
    factory.close()


def test_applications_of_one_database_each_have_a_log_of_their_own(
    factory: RedressFactory,
) -> None:
    factory.pool.open()
    ours, theirs, everybody = (
        RedressApplicationRecorder(factory.pool, name)
        for name in ("Ours", "Theirs", "")
    )
    assert ours.max_notification_id() is None
    assert ours.insert_events([stored(uuid4(), 1, "a"), stored(uuid4(), 1, "b")])
    assert theirs.max_notification_id() is None
    assert theirs.insert_events([stored(uuid4(), 1, "c")]) == [3]
    seen = {
        each.name: [it.topic for it in each.select_notifications(start=None, limit=9)]
        for each in (ours, theirs, everybody)
    }
    assert seen == {"Ours": ["a", "b"], "Theirs": ["c"], "": ["a", "b", "c"]}
    last = [each.max_notification_id() for each in (ours, theirs, everybody)]
    assert last == [2, 3, 3]
    assert ours.max_notification_id() == 2, "asked again too"


class Watched(RedressApplicationRecorder):
    """Remembers from where the log was read."""

    starts: ClassVar[list[int | None]] = []

    def select_notifications(
        self, start: int | None, *args: Any, **kwargs: Any
    ) -> Sequence[Notification]:
        self.starts.append(start)
        return super().select_notifications(start, *args, **kwargs)


def test_a_follower_of_one_topic_never_reads_the_others_twice(
    factory: RedressFactory,
) -> None:
    factory.pool.open()
    recorder = Watched(factory.pool)
    recorder.insert_events([stored(uuid4(), 1, topic) for topic in "aba"])
    with recorder.subscribe(topics=["b"]) as subscription:
        assert next(subscription).id == 2
        recorder.insert_events([stored(uuid4(), 1, topic) for topic in "ab"])
        assert next(subscription).id == 5
    assert recorder.starts == [0, 3]


def test_ids_of_text_are_refused_with_a_reason(factory: RedressFactory) -> None:
    with pytest.raises(ProgrammingError, match="ORIGINATOR_ID_TYPE"):
        factory.application_recorder().select_events("diary-1")


@pytest.mark.parametrize("value", ["y", "true", "1"])
def test_the_librarys_database_functions_are_refused(
    env: dict[str, str], value: str
) -> None:
    with pytest.raises(InfrastructureFactoryError, match="readers of the log miss"):
        InfrastructureFactory.construct(env | {"POSTGRES_ENABLE_DB_FUNCTIONS": value})


def test_without_a_database_it_says_which_setting_is_missing() -> None:
    with pytest.raises(InfrastructureFactoryError, match="DATABASE_WRITER_URL"):
        RedressFactory({})


def test_another_class_must_be_of_the_same_kind(env: dict[str, str]) -> None:
    factory = RedressFactory(env | {"PROCESS_RECORDER_TOPIC": "builtins:int"})
    with pytest.raises(InfrastructureFactoryError, match="PROCESS_RECORDER_TOPIC"):
        factory.process_recorder()


def test_its_own_recorder_is_named_by_topic(env: dict[str, str]) -> None:
    topic = "application.event_store.seams.recorder:RedressProcessRecorder"
    factory = RedressFactory(env | {"APPLICATION_RECORDER_TOPIC": topic})
    recorder = factory.application_recorder()
    factory.close()
    assert isinstance(recorder, RedressApplicationRecorder)
    assert type(recorder) is RedressProcessRecorder


def test_our_mapper_stores_tags_through_the_librarys_store(
    env: dict[str, str],
) -> None:
    env["MAPPER_TOPIC"] = "tests.application.event_store.shelf:ShelfMapper"
    factory = RedressFactory(env)
    shelf = a_shelf()
    events: EventStore[UUID] = factory.event_store()
    events.put([Addressed(shelf, 1, ThingPutUp(thing="vase"))])
    assert list(events.get(shelf)) == [Addressed(shelf, 1, ThingPutUp(thing="vase"))]
    (row,) = events.recorder.select_events(shelf)
    assert (row.topic, row.state) == (
        "shelf.thing_put_up",
        b'{"type":"shelf.thing_put_up","thing":"vase"}',
    )
    factory.close()
