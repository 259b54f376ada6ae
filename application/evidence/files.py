"""What files of evidence lie in, what they are measured by, how they go."""

from collections.abc import AsyncIterator, Callable, Collection, Iterator
from datetime import datetime
from hashlib import sha256
from typing import Protocol
from uuid import UUID

import structlog

from domain.evidence import (
    EVIDENCE_BYTES_MAX,
    MediaType,
    TooLarge,
)
from domain.kernel import Refused

log = structlog.get_logger(__name__)


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
