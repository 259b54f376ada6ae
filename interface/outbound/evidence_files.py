"""Files of evidence in an object store: a folder here, or one elsewhere by its URL.

A file is written under ``draft/`` and a random name, and moved to ``kept/`` once it is
whole and known. A folder of ours is entered by nobody else, and never served from.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit
from uuid import uuid4

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, from_url

from application.evidence import FilesUnavailable, NoSuchFile
from interface.errors import WrongSetting
from interface.home import private_folder
from interface.settings import Settings

DRAFTS: Final = "draft/"
KEPT: Final = "kept/"

# Of a file that comes in we hold at most so much: parts on their way, and the next.
# Stores elsewhere take no smaller parts.
PART_BYTES: Final = 5 * 1024 * 1024
PARTS_AT_ONCE: Final = 2

# Of a file that goes out, about so much at once.
CHUNK_BYTES: Final = 256 * 1024

SCHEMES: Final = ("file", "s3", "gs", "az")


class ObjectFiles:
    """EvidenceFiles over any store; ``folder`` is where it lies, if on this machine."""

    def __init__(self, store: ObjectStore, folder: Path | None = None) -> None:
        self._store = store
        self._folder = folder

    async def put(self, chunks: AsyncIterator[bytes], named: Callable[[], str]) -> None:
        """Keep a file as it comes in, whole or not at all."""
        draft = f"{DRAFTS}{uuid4()}"
        try:
            await obstore.put_async(
                self._store,
                draft,
                chunks,
                chunk_size=PART_BYTES,
                max_concurrency=PARTS_AT_ONCE,
            )
            if self._folder is not None:
                await asyncio.to_thread(settle, self._folder / draft)
            await obstore.rename_async(self._store, draft, f"{KEPT}{named()}")
        except BaseError as error:
            raise FilesUnavailable from error

    async def get(self, name: str) -> AsyncIterator[bytes]:
        """Return the file as it comes."""
        try:
            found = await obstore.get_async(self._store, f"{KEPT}{name}")
        except FileNotFoundError:
            raise NoSuchFile(name) from None
        except BaseError as error:
            raise FilesUnavailable from error
        return found.stream(CHUNK_BYTES)

    def delete(self, name: str) -> bool:
        """Delete it; say whether there was one."""
        path = f"{KEPT}{name}"
        try:
            obstore.head(self._store, path)  # Some stores delete what is not there.
            obstore.delete(self._store, path)
        except FileNotFoundError:
            return False
        except BaseError as error:
            raise FilesUnavailable from error
        return True

    def kept(self, before: datetime) -> Iterator[str]:
        """Return the names of files last written before then."""
        for path in self._written(KEPT, before):
            yield path.removeprefix(KEPT)

    def drop_drafts(self, before: datetime) -> int:
        """Delete what was begun before then and never finished.

        Parts that a store elsewhere holds of an upload broken off are its own to drop,
        by a rule of its own for them.
        """
        drafts = list(self._written(DRAFTS, before))
        for path in drafts:
            with suppress(FileNotFoundError):
                obstore.delete(self._store, path)
        return len(drafts) + self._drop_unfinished(before)

    def _written(self, prefix: str, before: datetime) -> Iterator[str]:
        try:
            for page in obstore.list(self._store, prefix):
                for each in page:
                    if each["last_modified"] < before:
                        yield each["path"]
        except BaseError as error:
            raise FilesUnavailable from error

    def _drop_unfinished(self, before: datetime) -> int:
        """Delete what the library was writing when we were killed; it lists none."""
        if self._folder is None:
            return 0
        unfinished = [
            path
            for path in (self._folder / DRAFTS).glob("*#*")
            if datetime.fromtimestamp(path.stat().st_mtime, UTC) < before
        ]
        for path in unfinished:
            path.unlink(missing_ok=True)
        return len(unfinished)


def settle(path: Path) -> None:
    """Have the machine write a file out, so that it outlives a loss of power."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def evidence_files(settings: Settings) -> ObjectFiles:
    """Return where files of evidence are kept. Raises WrongSetting."""
    url = settings.evidence_url
    if not url:
        return in_folder(settings.home / "evidence")
    parts = urlsplit(url)
    if parts.scheme not in SCHEMES:
        raise WrongSetting(
            f"REDRESS_EVIDENCE_URL is {url!r}; it must begin with "
            + ", ".join(f"{scheme}://" for scheme in SCHEMES)
        )
    if parts.scheme == "file":
        return in_folder(Path(parts.path))
    try:
        return ObjectFiles(from_url(url))
    except (BaseError, ValueError) as error:
        message = f"REDRESS_EVIDENCE_URL is {url!r}, which is no store: {error}"
        raise WrongSetting(message) from None


def in_folder(folder: Path) -> ObjectFiles:
    """Keep them in a folder of this machine, made now if it is missing."""
    return ObjectFiles(LocalStore(private_folder(folder)), folder)
