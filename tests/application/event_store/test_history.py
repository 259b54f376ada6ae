"""A loaded stream is as the log has it, whichever way it is looked at."""

from collections.abc import Iterator
from datetime import UTC, datetime
from threading import Event as Signal

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from application.event_store.connections import connection_pool
from application.event_store.envelope import RecordedEvent
from application.event_store.mapper import tag_of
from application.event_store.postgres import PostgresEventStore
from application.event_store.rows.history import History, events_of, position_of
from application.event_store.rows.row import asked_ahead, id_of
from application.event_store.store import UnknownEvent, Unreadable
from interface.postgres.database import DatabaseUrls
from tests.application.event_store.shelf import (
    SHELF_EVENTS,
    ThingFell,
    ThingPutUp,
    a_shelf,
)
from tests.event_store_contract import CLOCK, RADIO, VASE, appending

TAG = tag_of(ThingPutUp)
LONG_AGO = datetime(1969, 7, 20, 20, 17, 40, 123457, UTC)
LOCK = "SELECT pg_advisory_xact_lock(%s)"
WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'advisory'"


@pytest.fixture
def store(clean_database: DatabaseUrls) -> Iterator[PostgresEventStore]:
    with connection_pool(clean_database.writer) as pool:
        yield PostgresEventStore(pool, pool, SHELF_EVENTS)


def test_a_history_is_what_the_log_says(store: PostgresEventStore) -> None:
    shelf, fell = a_shelf(), ThingFell(thing="vase", at=LONG_AGO)
    store.append([appending((a_shelf(), 0, [VASE])), appending((shelf, 0, [VASE]))])
    store.append([appending((shelf, 1, [CLOCK, fell, RADIO]))])
    read, history = store.stream(shelf), store.load([shelf]).histories[shelf]
    assert isinstance(history, History)
    assert history == read
    assert history != read[:-1]
    assert list(history) == read
    assert history[-1] == read[-1]
    assert history[1:3] == read[1:3]
    assert history[::-1] == read[::-1]
    assert [each.occurred_at for each in history][2] == LONG_AGO
    assert events_of(history) == [VASE, CLOCK, fell, RADIO] == events_of(list(history))
    assert position_of(history) == 5
    assert history != "a history"


def test_streams_loaded_together_have_each_their_own_events(
    store: PostgresEventStore,
) -> None:
    shelf, other = a_shelf(), a_shelf(3)
    store.append([appending((shelf, 0, [VASE, CLOCK]))])
    store.append([appending((other, 0, [RADIO]))])
    histories = store.load([other, a_shelf(), shelf]).histories.values()
    assert list(map(events_of, histories)) == [[RADIO], [], [VASE, CLOCK]]
    assert list(map(position_of, histories)) == [1, 0, 2]


def test_what_never_began_is_empty(store: PostgresEventStore) -> None:
    shelf = a_shelf()
    history = store.load([shelf]).histories[shelf]
    assert not history
    assert (position_of(history), events_of(history)) == (0, [])
    with pytest.raises(IndexError):
        history[0]


def test_whoever_is_given_the_events_may_change_the_list(
    store: PostgresEventStore,
) -> None:
    shelf = a_shelf()
    store.append([appending((shelf, 0, [VASE]))])
    history = store.load([shelf]).histories[shelf]
    events_of(history).append(CLOCK)
    assert events_of(history) == [VASE]


def test_a_page_makes_whole_entries_only_for_who_looks(
    store: PostgresEventStore,
) -> None:
    shelf, other = a_shelf(), a_shelf()
    store.append([appending((shelf, 0, [VASE, CLOCK])), appending((other, 0, [RADIO]))])
    page = store.read(7, 0, 10)
    assert page.events == [VASE, CLOCK, RADIO]
    assert list(map(id_of, page.streams)) == [shelf, shelf, other]
    assert page.position == 3
    assert page == [*store.stream(shelf), *store.stream(other)]
    assert page[0] is page[0]


def test_a_history_is_of_when_it_was_loaded_however_late_it_is_looked_at(
    store: PostgresEventStore,
) -> None:
    shelf = a_shelf()
    store.append([appending((shelf, 0, [VASE, CLOCK]))])
    history = store.load([shelf]).histories[shelf]
    store.append([appending((shelf, 2, [RADIO]))])
    assert list(history) == store.stream(shelf)[:2]
    assert history[0] is history[0]


def test_the_whole_log_comes_page_by_page(store: PostgresEventStore) -> None:
    shelves = [a_shelf(partition) for partition in (3, 5)]
    store.append([appending((each, 0, [VASE, CLOCK, RADIO])) for each in shelves])
    assert [
        ([id_of(stream) for stream in streams], events)
        for streams, events in store.pages(2)
    ] == [
        page
        for shelf in shelves
        for page in (([shelf, shelf], [VASE, CLOCK]), ([shelf], [RADIO]))
    ]


class ThingPutUpPlainly(
    ThingPutUp, frozen=True, kw_only=True, tag=TAG, forbid_unknown_fields=True
):
    """Is looked at on its own, wherever it is read."""


def test_what_must_be_looked_at_on_its_own_is_read_in_its_place(
    store: PostgresEventStore, clean_database: DatabaseUrls
) -> None:
    shelf, fell = a_shelf(3), ThingFell(thing="vase", at=LONG_AGO)
    store.append([appending((shelf, 0, [fell, fell, VASE, CLOCK, fell]))])
    store.append([appending((a_shelf(5), 0, [fell]))])
    with connection_pool(clean_database.writer, max_size=1) as pool:
        plain = PostgresEventStore(pool, pool, [ThingPutUpPlainly, ThingFell])
        pages = [happened.events for happened in plain.pages(2)]
        histories = plain.load([shelf, a_shelf()]).histories
    history, never_begun = histories.values()
    put_up = [ThingPutUpPlainly(thing=each.thing) for each in (VASE, CLOCK)]
    assert pages == [[fell, fell], put_up, [fell], [fell]]
    assert events_of(history) == [fell, fell, *put_up, fell]
    assert (position_of(history), len(history)) == (5, 5)
    assert not never_begun


def test_a_log_without_events_has_no_pages(store: PostgresEventStore) -> None:
    assert list(store.pages(2)) == []


def test_whoever_stops_early_leaves_the_connection_as_it_was(
    clean_database: DatabaseUrls,
) -> None:
    with connection_pool(clean_database.writer, max_size=1) as pool:
        store = PostgresEventStore(pool, pool, SHELF_EVENTS)
        store.append([appending((a_shelf(), 0, [VASE, CLOCK, RADIO]))])
        pages = store.pages(1)
        assert next(pages).events == [VASE]
        pages.close()
        assert store.read(7, 0, 10).events == [VASE, CLOCK, RADIO]


def test_a_page_is_handed_over_while_the_server_looks_for_the_next(
    clean_database: DatabaseUrls,
) -> None:
    patient = make_conninfo(clean_database.reader, options="-c lock_timeout=10s")
    with (
        connection_pool(patient, max_size=1) as pool,
        psycopg.connect(clean_database.owner, autocommit=True) as owner,
    ):
        owner.execute("SELECT pg_advisory_lock(2)")
        pages = asked_ahead(pool, LOCK, [(1,), (2,), (3,)])
        assert len(next(pages)) == 1
        assert any(
            owner.execute(WAITING).fetchone() == (1,) or Signal().wait(0.01)
            for _ in range(500)
        )
        owner.execute("SELECT pg_advisory_unlock(2)")
        assert list(map(len, pages)) == [1, 1]


def test_the_log_is_told_up_to_what_cannot_be_read(
    store: PostgresEventStore, clean_database: DatabaseUrls
) -> None:
    fell = ThingFell(thing="vase", at=LONG_AGO)
    store.append([appending((a_shelf(), 0, [VASE, CLOCK, fell, RADIO]))])
    with connection_pool(clean_database.reader, max_size=1) as reader:
        pages = PostgresEventStore(reader, reader, [ThingPutUp]).pages(2)
        assert next(pages).events == [VASE, CLOCK]
        with pytest.raises(UnknownEvent, match=r"7\.3"):
            next(pages)


def test_whoever_folds_a_page_stumbles_over_what_cannot_be_read(
    store: PostgresEventStore, clean_database: DatabaseUrls
) -> None:
    fell = ThingFell(thing="vase", at=LONG_AGO)
    store.append([appending((a_shelf(), 0, [VASE, fell, CLOCK]))])
    with connection_pool(clean_database.reader) as reader:
        older = PostgresEventStore(reader, reader, [ThingPutUp])
        page = older.read(7, 0, 10)
    assert [type(each) for each in page] == [RecordedEvent, Unreadable, RecordedEvent]
    with pytest.raises(UnknownEvent, match=r"7\.2"):
        page.events  # noqa: B018 - looking is what it takes
