"""Files of evidence that are gone when the test ends, and kept whole or not at all."""

from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime

from application.evidence import FilesUnavailable, NoSuchFile

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)


class MemoryFiles:
    """Keeps the promises of EvidenceFiles; ``now`` is when a file is written.

    ``away`` makes it unreachable.
    """

    def __init__(self) -> None:
        self.files: dict[str, tuple[datetime, bytes]] = {}
        self.now = MONDAY
        self.away = False

    async def put(self, chunks: AsyncIterator[bytes], named: Callable[[], str]) -> None:
        self._reach()
        content = b"".join([chunk async for chunk in chunks])
        self.files[named()] = self.now, content

    async def get(self, name: str) -> AsyncIterator[bytes]:
        self._reach()
        if name not in self.files:
            raise NoSuchFile(name)
        return cut(self.files[name][1])

    def delete(self, name: str) -> bool:
        self._reach()
        return self.files.pop(name, None) is not None

    def kept(self, before: datetime) -> Iterator[str]:
        self._reach()
        return iter([name for name, (at, _) in self.files.items() if at < before])

    def drop_drafts(self, before: datetime) -> int:
        del before  # A put that fails leaves nothing.
        return 0

    def _reach(self) -> None:
        if self.away:
            raise FilesUnavailable


async def cut(content: bytes, size: int = 16) -> AsyncIterator[bytes]:
    """Yield the content in pieces."""
    for at in range(0, len(content), size):
        yield content[at : at + size]
