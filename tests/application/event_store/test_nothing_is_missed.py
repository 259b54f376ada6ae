"""Answers, tracking and wake-ups: none is lost, and by control each would be."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from threading import Event as Signal
from typing import Any
from uuid import UUID, uuid4

import pytest
from eventsourcing.persistence import (
    IntegrityError,
    Notification,
    StoredEvent,
    Tracking,
)
from msgspec.structs import replace

from application.event_store.connections import connection_pool
from application.event_store.envelope import Receipt
from application.event_store.handler import CommandHandler
from application.event_store.postgres import PostgresEventStore
from application.event_store.seams.recorder import RedressProcessRecorder
from application.event_store.seams.subscription import PollingSubscription
from application.event_store.store import (
    Append,
    Conflict,
    EventStore,
    Loaded,
)
from tests.application.event_store.cut_line import CutLine, cut_line
from tests.application.event_store.place import Place
from tests.application.event_store.shelf import (
    ReportFall,
    a_shelf,
    asking,
)

# -- Once, though the answer was lost --


class Nameless:
    """A store of whoever asks under a new name each time, as a plain retry does."""

    def __init__(self, store: PostgresEventStore) -> None:
        self._store = store
        self.partitions = store.partitions

    def load(
        self, stream_ids: Sequence[UUID], command_ids: Sequence[tuple[int, UUID]] = ()
    ) -> Loaded:
        del command_ids  # Nobody knows them.
        return self._store.load(stream_ids)

    def append(self, appends: Sequence[Append]) -> Sequence[Receipt | Conflict]:
        return self._store.append(
            [
                replace(each, context=replace(each.context, command_id=uuid4()))
                for each in appends
            ]
        )


class LosesOneAnswer:
    """A store whose first answer to COMMIT is lost on the wire."""

    def __init__(self, store: EventStore, line: CutLine) -> None:
        self._store, self._lines = store, [line]
        self.partitions, self.load = store.partitions, store.load

    def append(self, appends: Sequence[Append]) -> Sequence[Receipt | Conflict]:
        while self._lines:
            self._lines.pop().lose_next_answer()
        return self._store.append(appends)


@pytest.mark.parametrize(("around", "times"), [(None, 1), (Nameless, 2)])
def test_a_lost_answer_ends_in_the_first_receipt_once_and_by_control_twice(
    place: Place, around: Callable[[PostgresEventStore], EventStore] | None, times: int
) -> None:
    shelf = a_shelf()
    with cut_line(place.urls.writer) as line:
        store = place.opened(line.conninfo)
        losing = LosesOneAnswer(around(store) if around else store, line)
        fall = asking((shelf, ReportFall("vase")))
        receipt = CommandHandler(losing).handle_one(fall)
        assert len(place.log()) == times
        assert (receipt.position == "7.1") == (times == 1), "the first receipt"


# -- Tracking --


class Forgets(RedressProcessRecorder):
    """Writes events and lets the tracking go, as the library's own function does."""

    def insert_events(
        self, stored_events: Sequence[StoredEvent], **kwargs: Any
    ) -> Sequence[int] | None:
        kwargs.pop("tracking", None)
        return super().insert_events(stored_events, **kwargs)


def untracked(recorder: RedressProcessRecorder) -> list[str]:
    """Append in every way there is; return the ways that forgot how far was read."""
    diary, other = uuid4(), uuid4()

    def event(stream_id: UUID, version: int) -> StoredEvent:
        return StoredEvent(stream_id, version, "diary", b"page")

    ways: dict[str, Callable[[Tracking], object]] = {
        "one event": lambda it: recorder.insert_events([event(diary, 1)], tracking=it),
        "two streams": lambda it: recorder.insert_events(
            [event(diary, 2), event(other, 1)], tracking=it
        ),
        "no event": lambda it: recorder.insert_events([], tracking=it),
        "tracking alone": recorder.insert_tracking,
    }
    forgot = []
    for number, (way, append) in enumerate(ways.items(), start=1):
        append(Tracking("orders", number))
        if recorder.max_tracking_id("orders") != number:
            forgot.append(way)
    head = recorder.max_notification_id()
    for version, number in ((3, 1), (9, 9)):  # Read before; then a version left out.
        with suppress(IntegrityError):
            recorder.insert_events(
                [event(diary, version)], tracking=Tracking("orders", number)
            )
    if (recorder.max_notification_id(), recorder.max_tracking_id("orders")) != (
        head,
        len(ways),
    ):
        forgot.append("what is refused")
    return forgot


@pytest.mark.parametrize("kind", [RedressProcessRecorder, Forgets])
def test_tracking_is_kept_on_every_append_path_and_by_control_is_not(
    place: Place, kind: type[RedressProcessRecorder]
) -> None:
    pool = place.closing.enter_context(connection_pool(place.urls.writer))
    forgot = untracked(kind(pool, "diaries"))
    assert bool(forgot) == (kind is Forgets), forgot


# -- Wake-ups --


class JustMissed(RedressProcessRecorder):
    """A recorder to which somebody appends just after a reader has looked."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.appended = Signal()

    def max_notification_id(self) -> int | None:
        head = super().max_notification_id()
        if not self.appended.is_set():
            self.insert_events([StoredEvent(uuid4(), 1, "diary", b"page")])
            self.appended.set()
        return head


class WaitsToBeWoken(PollingSubscription):
    """Looks once, and then waits to be told; nobody tells it what came before."""

    def __next__(self) -> Notification:
        if not self._turn_page():
            self._stopped.wait(0.5)
            raise StopIteration
        return super().__next__()


@pytest.mark.parametrize(
    ("kind", "seen"), [(PollingSubscription, [1]), (WaitsToBeWoken, [])]
)
def test_no_wake_up_is_lost_and_by_control_one_is(
    place: Place, kind: type[PollingSubscription], seen: list[int]
) -> None:
    pool = place.closing.enter_context(connection_pool(place.urls.writer))
    with kind(JustMissed(pool), None, ()) as subscription:
        heard = []
        for notification in subscription:
            heard.append(notification.id)
            subscription.stop()
        assert heard == seen
