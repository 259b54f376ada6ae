"""Where files of evidence are handed in, judged and given out again."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime
from functools import reduce
from typing import Final, Protocol
from uuid import UUID

from msgspec import Struct

from application.access import Actor, NotFound, Owners, authorize
from application.event_store.envelope import Ask, CommandContext, Part, Receipt
from application.event_store.handler import CommandHandler
from application.event_store.rows.history import events_of
from application.event_store.store import EventStore, UnreadableEvent
from application.evidence.files import (
    EvidenceFiles,
    Forgotten,
    Inspect,
    Measured,
    as_it_was,
    evidence_in,
    file_name,
)
from application.evidence.owners import OwnersAbout, Uploader, uploader
from domain.evidence import (
    EVIDENCE,
    AddEvidence,
    BlockEvidence,
    ClearEvidence,
    Evidence,
    EvidenceUploaded,
)
from domain.ids import id_from_name, partition_in

KIND: Final = "evidence"

# Which of these consumers were erased: People.erased_among.
ErasedAmong = Callable[[Sequence[str]], frozenset[str]]


class NoteRead(Protocol):
    """Writes down who reads what of whom: People.note."""

    def __call__(self, consumer: str, purpose: str, /, *, actor: str, why: str) -> None:
        """Write it down, before anything is read."""
        ...


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
            self._note_read(file.name, KIND, actor=actor.name, why="evidence.read")
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
        events = events_of(history)
        if events and not isinstance(events[0], EvidenceUploaded):
            raise NotFound
        if evidence_id in loaded.unreadable:
            raise loaded.unreadable[evidence_id].error()
        if not history:
            raise NotFound
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
