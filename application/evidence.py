"""Files of evidence: taken in as they stream by, judged, and shown to those who may.

What is about an order, a case or a dispute is shown to its parties once it is clean;
until then only to who handed it in, and to the service. Nobody but the service sees a
blocked file; who handed it in is told that it is blocked, and why.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Sequence
from datetime import datetime
from functools import reduce
from hashlib import sha256
from typing import Final, Protocol, cast
from uuid import UUID

import structlog
from msgspec import Struct
from msgspec.structs import replace

from application.access import ROLES, Actor, NotFound, Owners, authorize, scope
from application.event_store.envelope import Ask, CommandContext, Part, Receipt
from application.event_store.handler import CommandHandler
from application.event_store.store import EventStore, UnreadableEvent
from application.order_desk import owners_of
from domain.evidence import (
    EVIDENCE,
    EVIDENCE_BYTES_MAX,
    AddEvidence,
    BlockEvidence,
    ClearEvidence,
    Evidence,
    EvidenceEvent,
    EvidenceUploaded,
    MediaType,
    TooLarge,
    UploadedBy,
)
from domain.ids import id_from_name, partition_in
from domain.kernel import Event, Refused
from domain.order import ORDER

log = structlog.get_logger(__name__)

KIND: Final = "evidence"

# Whose something is, by the id of its stream. Raises NotFound for what there is not.
OwnersAbout = Callable[[UUID], Owners]

# Which of these consumers were erased: People.erased_among.
ErasedAmong = Callable[[Sequence[str]], frozenset[str]]


class NoteRead(Protocol):
    """Writes down who reads what of whom: People.note."""

    def __call__(self, consumer: str, purpose: str, /, *, actor: str) -> None:
        """Write it down, before anything is read."""
        ...


# -- What the files lie in, and what knows them --


class NotEvidence(Refused):
    """Evidence is a picture, film, sound, plain text or PDF, and what it says it is."""


class Forgotten(Refused):
    """Who sent it was forgotten, and every file they sent with them."""


class NoSuchFile(LookupError):
    """The file is not where it was put."""


class FilesUnavailable(Exception):
    """The files of evidence cannot be reached; ask again later."""


class EvidenceFiles(Protocol):
    """Keeps files, each under a name, whole or not at all."""

    async def put(self, chunks: AsyncIterator[bytes], named: Callable[[], str]) -> None:
        """Keep a file as it comes in, under the name it is given once it is whole.

        What the chunks raise is raised, and nothing is kept. Raises FilesUnavailable.
        """
        ...

    async def get(self, name: str) -> AsyncIterator[bytes]:
        """Return the file as it comes. Raises NoSuchFile, FilesUnavailable."""
        ...

    def delete(self, name: str) -> bool:
        """Delete it; say whether there was one. Raises FilesUnavailable."""
        ...

    def kept(self, before: datetime) -> Iterator[str]:
        """Return the names of files last written before then."""
        ...

    def drop_drafts(self, before: datetime) -> int:
        """Delete what was begun before then and never finished; say how much."""
        ...


class Inspector(Protocol):
    """Tells by its content what a file is, as it streams by."""

    def feed(self, chunk: bytes) -> None:
        """Look at the next bytes. Raises NotEvidence."""
        ...

    def end(self) -> MediaType:
        """Return what it was. Raises NotEvidence."""
        ...


# By the type a file is declared to have. Raises NotEvidence.
Inspect = Callable[[str], Inspector]


def file_name(evidence_id: UUID, digest: str) -> str:
    """Return the name a file is kept under: it tells of nobody."""
    return f"{evidence_id}.{digest}"


def evidence_in(name: str) -> UUID:
    """Return whose file goes by this name; raises ValueError for other names."""
    return UUID(name.partition(".")[0])


class Measured:
    """A file as it streams by: how long it is, which SHA-256 it has, what it is."""

    def __init__(self, inspector: Inspector) -> None:
        self._inspector = inspector
        self._digest = sha256()
        self.bytes = 0
        self.media_type: MediaType | None = None

    @property
    def sha256(self) -> str:
        """The SHA-256 of what came by so far, in hex."""
        return self._digest.hexdigest()

    async def through(self, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """Pass the chunks on. Raises TooLarge, NotEvidence, and what they raise."""
        async for chunk in chunks:
            if not chunk:
                continue
            self.bytes += len(chunk)
            if self.bytes > EVIDENCE_BYTES_MAX:
                raise TooLarge(bytes_max=EVIDENCE_BYTES_MAX)
            self._digest.update(chunk)
            self._inspector.feed(chunk)
            yield chunk
        self.media_type = self._inspector.end()


# -- Whose it is --


def owners_about(store: EventStore) -> OwnersAbout:
    """Return what says whose the thing is that evidence is about.

    So far evidence is about orders. Whatever else it may be about joins here, by the
    kind of the stream.
    """

    def owners(stream_id: UUID) -> Owners:
        if partition_in(stream_id) >= store.partitions:
            raise NotFound
        # What of an order cannot be read says nothing; what can be says whose it is.
        history = store.load([stream_id]).histories[stream_id]
        if not history or not tag_of(history[0].event).startswith("order."):
            raise NotFound
        events = (recorded.event for recorded in history)
        order = reduce(ORDER.evolve, events, ORDER.initial)  # type: ignore[arg-type]  # an order's stream holds events of orders
        return owners_of(order)

    return owners


def tag_of(event: Event) -> str:
    """Return the event's tag."""
    return str(type(event).__struct_config__.tag)


class Uploader(Struct, frozen=True):
    """In which role somebody hands in a file, and as which party."""

    by: UploadedBy
    name: str

    @property
    def owners(self) -> Owners:
        """Whose it is while nobody has judged it."""
        match self.by:
            case "consumer":
                return Owners(consumer=self.name)
            case "merchant":
                return Owners(merchants=frozenset({self.name}))
            case "creator":
                return Owners(creators=frozenset({self.name}))
            case _:
                return Owners()


def uploader(actor: Actor, owners: Owners) -> Uploader:
    """Return as whom the actor may add to what is these owners'.

    Raises NotFound and NotAllowed, as ``authorize`` does.
    """
    authorize(actor, "evidence.add", owners)
    role = next(
        role
        for role in ROLES
        if role in actor.roles
        and scope(replace(actor, roles=frozenset({role})), "evidence.add").covers(
            owners
        )
    )
    name = actor.merchant or actor.subject if role == "merchant" else actor.subject
    return Uploader(cast("UploadedBy", role), name)


class KnownEvidence(Struct, frozen=True):
    """A file as it stands, and how many events say so."""

    evidence_id: UUID
    version: int
    evidence: Evidence

    @property
    def file(self) -> EvidenceUploaded:
        """The file as it came in."""
        assert self.evidence.file is not None, "a stream begins with its file"
        return self.evidence.file

    @property
    def uploader(self) -> Uploader:
        """Who handed it in."""
        return Uploader(self.file.by, self.file.name)


# -- The desk --


class EvidenceDesk:
    """Takes files in, has them judged, and gives them out again to those who may."""

    def __init__(  # noqa: PLR0913, PLR0917  # everything it works with, once
        self,
        store: EventStore,
        handler: CommandHandler,
        files: EvidenceFiles,
        inspect: Inspect,
        owners_about: OwnersAbout,
        erased_among: ErasedAmong,
        note_read: NoteRead,
    ) -> None:
        self._store = store
        self._handler = handler
        self._files = files
        self._inspect = inspect
        self._owners_about = owners_about
        self._erased_among = erased_among
        self._note_read = note_read

    def id_of(self, about: UUID, command_id: UUID) -> UUID:
        """Return the id of the file that this command about something brings."""
        return id_from_name(partition_in(about), KIND, str(about), str(command_id))

    async def add(
        self,
        actor: Actor,
        about: UUID,
        declared: str,
        chunks: AsyncIterator[bytes],
        context: CommandContext,
    ) -> Receipt:
        """Keep a file about something, as it streams in; return where it stands.

        It is kept before it is written down, so that a file of record is never
        missing; one that was kept and not written down is swept away. Asked again, it
        is only measured. Raises NotFound, NotAllowed, NotEvidence, TooLarge, Forgotten,
        FilesUnavailable, what the chunks raise, and as CommandHandler does.
        """
        evidence_id = self.id_of(about, context.command_id)
        by, known = await asyncio.to_thread(self._admit, actor, about, evidence_id)
        measured = Measured(self._inspect(declared))
        passing = measured.through(chunks)
        if known:
            async for _ in passing:
                pass  # What came in under this key before is kept already.
        else:
            await self._files.put(
                passing, lambda: file_name(evidence_id, measured.sha256)
            )
        assert measured.media_type is not None, "the stream was read to its end"
        command = AddEvidence(
            evidence=evidence_id,
            about=about,
            by=by.by,
            name=by.name,
            media_type=measured.media_type,
            sha256=measured.sha256,
            bytes=measured.bytes,
        )
        return await asyncio.to_thread(self._write_down, command, context)

    def judge(
        self,
        actor: Actor,
        evidence_id: UUID,
        command: ClearEvidence | BlockEvidence,
        context: CommandContext,
    ) -> Receipt:
        """Return where the file then stands.

        Raises NotFound, NotAllowed, and as CommandHandler does.
        """
        known = self._load(evidence_id)
        authorize(actor, "evidence.judge", known.uploader.owners)
        return self._handle(evidence_id, command, context)

    def find(self, actor: Actor, evidence_id: UUID) -> KnownEvidence:
        """Return what is known of a file, if the actor may know of it.

        Raises NotFound, StoreUnavailable, UnreadableEvent.
        """
        known = self._load(evidence_id)
        clean = known.evidence.standing == "clean"
        owners = (
            self._owners_about(known.file.about) if clean else known.uploader.owners
        )
        authorize(actor, "evidence.read", owners)
        return known

    def find_shown(self, actor: Actor, evidence_id: UUID) -> KnownEvidence:
        """Return what is known of a file whose content the actor is shown.

        Of a consumer's file it is written down who reads it. Raises as ``find`` does,
        and Forgotten.
        """
        known = self.find(actor, evidence_id)
        if known.evidence.standing == "blocked":
            authorize(actor, "evidence.read", Owners())
        file = known.file
        if file.by == "consumer":
            if self._erased_among([file.name]):
                raise Forgotten
            self._note_read(file.name, KIND, actor=actor.name)
        return known

    async def content(self, known: KnownEvidence) -> AsyncIterator[bytes]:
        """Return the bytes of a file; the last come only if all are as they were.

        Raises NoSuchFile, FilesUnavailable; and while they come, FileSpoilt.
        """
        digest = known.file.sha256
        chunks = await self._files.get(file_name(known.evidence_id, digest))
        return as_it_was(chunks, digest)

    def sweep(self, before: datetime) -> int:
        """Delete files kept before then that are of no record, or of the forgotten.

        Such a file is left over when the program ends between keeping a file and
        writing it down. Returns how many were deleted. Raises FilesUnavailable.
        """
        drafts = self._files.drop_drafts(before)
        leftover = [name for name in self._files.kept(before) if not self._due(name)]
        return drafts + sum(self._files.delete(name) for name in leftover)

    def _admit(
        self, actor: Actor, about: UUID, evidence_id: UUID
    ) -> tuple[Uploader, bool]:
        """Return as whom the file is added, and whether it was before."""
        by = uploader(actor, self._owners_about(about))
        if by.by == "consumer" and self._erased_among([by.name]):
            raise Forgotten
        return by, bool(self._store.load([evidence_id]).histories[evidence_id])

    def _write_down(self, command: AddEvidence, context: CommandContext) -> Receipt:
        receipt = self._handle(command.evidence, command, context)
        if command.by == "consumer" and self._erased_among([command.name]):
            # Forgotten while the file came in: who erased did not know of it yet.
            self._files.delete(file_name(command.evidence, command.sha256))
        return receipt

    def _handle(
        self,
        evidence_id: UUID,
        command: AddEvidence | ClearEvidence | BlockEvidence,
        context: CommandContext,
    ) -> Receipt:
        part = Part(evidence_id, EVIDENCE, command)
        return self._handler.handle_one(Ask(context, (part,)))

    def _load(self, evidence_id: UUID) -> KnownEvidence:
        if partition_in(evidence_id) >= self._store.partitions:
            raise NotFound
        loaded = self._store.load([evidence_id])
        history = loaded.histories[evidence_id]
        if history and not isinstance(history[0].event, EvidenceUploaded):
            raise NotFound
        if evidence_id in loaded.unreadable:
            raise loaded.unreadable[evidence_id].error()
        if not history:
            raise NotFound
        events = cast("list[EvidenceEvent]", [recorded.event for recorded in history])
        evidence = reduce(EVIDENCE.evolve, events, EVIDENCE.initial)
        return KnownEvidence(evidence_id, len(history), evidence)

    def _due(self, name: str) -> bool:
        """Whether a file of this name is of record, and its owner not forgotten."""
        try:
            file = self._load(evidence_in(name)).file
        except NotFound:
            return False
        except (ValueError, UnreadableEvent):
            return True  # Not one of ours, or of one that a later release can tell.
        forgotten = file.by == "consumer" and self._erased_among([file.name])
        return file_name(file.evidence, file.sha256) == name and not forgotten


class FileSpoilt(Exception):
    """The bytes of a file are not those that were handed in."""


async def as_it_was(chunks: AsyncIterator[bytes], digest: str) -> AsyncIterator[bytes]:
    """Pass the chunks on, the last only if all are as they were; raises FileSpoilt."""
    measured = sha256()
    held = b""
    async for chunk in chunks:
        if held:
            yield held
        measured.update(chunk)
        held = chunk
    if measured.hexdigest() != digest:
        log.error("evidence_spoilt", was=digest, found=measured.hexdigest())
        raise FileSpoilt(f"SHA-256 is {measured.hexdigest()}, was {digest}")
    yield held


def forget_files(files: EvidenceFiles, of: Collection[tuple[UUID, str]]) -> int:
    """Delete the files of these ids and SHA-256s; return how many there were."""
    return sum(files.delete(file_name(*each)) for each in of)
