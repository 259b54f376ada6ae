"""What becomes of a file when something comes between."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from application.access import Actor, NotFound, Owners
from application.casework import Noun
from application.event_store.envelope import CommandContext, Receipt
from application.event_store.handler import CommandHandler
from application.event_store.store import Append, Conflict, StoreUnavailable
from application.evidence import (
    EvidenceDesk,
    FileSpoilt,
    FilesUnavailable,
    Forgotten,
    NotEvidence,
    file_name,
    owners_about,
)
from application.orders import Orders, context_for
from application.people import MemoryKeys, People
from application.policies import shipped_policies
from application.processes.sweep_evidence import PAUSE_SECONDS, EvidenceSweep
from domain.evidence import EVIDENCE_BYTES_MAX, TooLarge
from domain.order import PlaceOrder
from interface.inspection import Inspection
from tests.evidence_files import JPEG
from tests.memory_files import MONDAY, MemoryFiles, cut
from tests.memory_store import MemoryEventStore

LI_MEI = Actor(subject="li-mei", roles=frozenset({"consumer"}))
AGENT = Actor(subject="wang", roles=frozenset({"agent"}))
HOUR = timedelta(hours=1)


class FlakyStore(MemoryEventStore):
    """Does not answer while it is ``away``."""

    away = False

    def append(self, appends: Sequence[Append]) -> Sequence[Receipt | Conflict]:
        if self.away:
            raise StoreUnavailable
        return super().append(appends)


def no_matter(noun: Noun, stream_id: UUID) -> Owners:
    """Say that there is no such case, dispute or contact here."""
    raise NotFound(noun=noun, stream_id=stream_id)


class Place:
    """A desk, an order of li-mei's, and what lies behind it."""

    def __init__(self) -> None:
        self.store = FlakyStore()
        self.files = MemoryFiles()
        self.keys = MemoryKeys()
        people = People(self.keys, b"m" * 32)
        handler = CommandHandler(self.store)
        self.desk = EvidenceDesk(
            store=self.store,
            handler=handler,
            files=self.files,
            inspect=Inspection,
            owners_about=owners_about(self.store, no_matter),
            erased_among=people.erased_among,
            note_read=people.note,
        )
        orders = Orders(self.store, handler, shipped_policies())
        self.order = orders.id_of("li-mei", "shop", "A-1")
        placed = PlaceOrder(consumer="li-mei", source="shop", number="A-1")
        context = context_for(uuid4(), placed, actor="feed:shop", asked_at=MONDAY)
        orders.handle_one(self.order, placed, context)

    def add(
        self, chunks: AsyncIterator[bytes] | None = None, command_id: UUID | None = None
    ) -> Receipt:
        name = command_id or uuid4()
        context = CommandContext(
            actor=LI_MEI.name, asked_at=MONDAY, command_id=name, correlation_id=name
        )
        return asyncio.run(
            self.desk.add(
                LI_MEI, self.order, "image/jpeg", chunks or cut(JPEG), context
            )
        )

    def content(self, actor: Actor, evidence_id: UUID) -> bytes:
        async def read() -> bytes:
            known = self.desk.find_shown(actor, evidence_id)
            return b"".join([each async for each in await self.desk.content(known)])

        return asyncio.run(read())


@pytest.fixture
def place() -> Place:
    return Place()


def test_a_file_comes_back_as_it_was(place: Place) -> None:
    photo = place.add().stream_id
    assert place.content(AGENT, photo) == JPEG


async def broken_off() -> AsyncIterator[bytes]:
    yield JPEG
    raise ConnectionResetError


async def endless() -> AsyncIterator[bytes]:
    yield JPEG
    while True:
        yield bytes(1_000_000)


async def spoilt_at_the_end() -> AsyncIterator[bytes]:
    yield JPEG
    yield b"%PDF-1.7"


@pytest.mark.parametrize(
    ("chunks", "why"),
    [
        (broken_off, ConnectionResetError),
        (endless, TooLarge),
        (spoilt_at_the_end, NotEvidence),
    ],
)
def test_what_breaks_off_or_is_refused_leaves_nothing_behind(
    place: Place, chunks: type[AsyncIterator[bytes]], why: type[Exception]
) -> None:
    with pytest.raises(why):
        place.add(chunks())
    assert place.files.files == {}
    assert [len(stream) for stream in place.store.streams.values() if stream] == [1]


def test_no_more_is_read_of_a_file_than_it_may_have(place: Place) -> None:
    read = 0

    async def counted() -> AsyncIterator[bytes]:
        nonlocal read
        async for chunk in endless():
            read += len(chunk)
            yield chunk

    with pytest.raises(TooLarge):
        place.add(counted())
    assert read <= EVIDENCE_BYTES_MAX + 1_000_000


def test_a_file_that_could_not_be_written_down_is_written_down_by_asking_again(
    place: Place,
) -> None:
    key = uuid4()
    place.store.away = True
    with pytest.raises(StoreUnavailable):
        place.add(command_id=key)
    place.store.away = False

    photo = place.add(command_id=key).stream_id

    assert len(place.files.files) == 1
    assert place.content(LI_MEI, photo) == JPEG


def test_a_file_of_no_record_is_swept_away_once_it_is_old(place: Place) -> None:
    place.store.away = True
    with pytest.raises(StoreUnavailable):
        place.add()
    place.store.away = False
    photo = place.add().stream_id

    assert place.desk.sweep(MONDAY) == 0, "it may be written down yet"
    assert place.desk.sweep(MONDAY + HOUR) == 1
    assert place.content(AGENT, photo) == JPEG, "what is of record stays"


def test_what_is_none_of_ours_is_not_swept_away(place: Place) -> None:
    place.files.files["README"] = MONDAY, b"whose is this?"
    assert place.desk.sweep(MONDAY + HOUR) == 0


def test_sweeping_rests_for_a_day() -> None:
    seconds, swept = 0.0, []

    def sweep(before: object) -> int:
        swept.append(before)
        return 3

    process = EvidenceSweep(sweep, lambda: MONDAY, lambda: seconds)
    assert [process.run(), process.run()] == [3, 0]
    seconds = PAUSE_SECONDS
    assert process.run() == 3
    assert swept == [MONDAY - HOUR] * 2, "and what came within the hour is left alone"


def test_a_sweep_that_failed_is_tried_again_at_once(place: Place) -> None:
    process = EvidenceSweep(place.desk.sweep, lambda: MONDAY)
    place.files.away = True
    with pytest.raises(FilesUnavailable):
        process.run()
    with pytest.raises(FilesUnavailable):
        process.run()


def test_of_the_forgotten_no_file_is_taken_in(place: Place) -> None:
    place.keys.erase(["li-mei"])
    with pytest.raises(Forgotten):
        place.add()
    assert place.files.files == {}


def test_who_is_forgotten_while_a_file_comes_in_leaves_none(place: Place) -> None:
    async def meanwhile() -> AsyncIterator[bytes]:
        yield JPEG
        place.keys.erase(["li-mei"])

    place.add(meanwhile())
    assert place.files.files == {}


def test_nobody_is_shown_a_file_of_the_forgotten_even_before_it_is_deleted(
    place: Place,
) -> None:
    photo = place.add().stream_id
    place.keys.erase(["li-mei"])
    with pytest.raises(Forgotten):
        place.content(AGENT, photo)
    assert place.desk.sweep(MONDAY + HOUR) == 1
    assert place.files.files == {}


def test_a_file_that_changed_is_never_given_out_to_its_end(place: Place) -> None:
    photo = place.add().stream_id
    file = place.desk.find(AGENT, photo).file
    name = file_name(photo, file.sha256)
    place.files.files[name] = MONDAY, JPEG[:-1] + b"\0"
    with pytest.raises(FileSpoilt):
        place.content(AGENT, photo)
