"""Files in a folder of this machine, kept whole or not at all."""

import asyncio
import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from application.evidence import EvidenceFiles, FilesUnavailable, NoSuchFile
from interface.errors import WrongSetting
from interface.outbound.evidence_files import evidence_files, in_folder
from interface.settings import Settings
from tests.memory_files import cut

FAR = datetime(2200, 1, 1, tzinfo=UTC)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "evidence"


@pytest.fixture
def files(folder: Path) -> EvidenceFiles:
    return in_folder(folder)


def put(files: EvidenceFiles, chunks: AsyncIterator[bytes], name: str) -> None:
    asyncio.run(files.put(chunks, lambda: name))


def got(files: EvidenceFiles, name: str) -> bytes:
    async def read() -> bytes:
        return b"".join([bytes(chunk) async for chunk in await files.get(name)])

    return asyncio.run(read())


def lying_in(folder: Path) -> list[str]:
    return [path.name for path in folder.rglob("*") if path.is_file()]


def test_a_file_is_kept_and_given_back_and_deleted_once(
    files: EvidenceFiles, folder: Path
) -> None:
    content = os.urandom(7_000_000)
    put(files, cut(content, 64_000), "a")
    assert lying_in(folder) == ["a"]
    assert got(files, "a") == content
    assert files.delete("a")
    assert not files.delete("a")
    with pytest.raises(NoSuchFile):
        got(files, "a")


@pytest.mark.parametrize("pieces", [1, 100, 200])
def test_a_file_that_breaks_off_leaves_nothing(
    files: EvidenceFiles, folder: Path, pieces: int
) -> None:
    async def broken_off() -> AsyncIterator[bytes]:
        for _ in range(pieces):
            yield bytes(100_000)
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        put(files, broken_off(), "a")
    assert lying_in(folder) == []


def test_what_a_killed_process_left_is_dropped_once_it_is_old(
    files: EvidenceFiles, folder: Path
) -> None:
    (folder / "draft").mkdir()
    left = [folder / "draft" / name for name in ("whole", "half#1")]
    for path in left:
        path.write_bytes(b"...")
    put(files, cut(b"kept"), "a")

    assert files.drop_drafts(LONG_AGO) == 0
    assert files.drop_drafts(FAR) == 2
    assert lying_in(folder) == ["a"]


def test_kept_files_are_told_by_their_age(files: EvidenceFiles) -> None:
    put(files, cut(b"1"), "a")
    assert list(files.kept(FAR)) == ["a"]
    assert list(files.kept(LONG_AGO)) == []
    assert list(files.kept(datetime.now(UTC) - timedelta(hours=1))) == []


def test_nobody_else_enters_the_folder(files: EvidenceFiles, folder: Path) -> None:
    assert files is not None
    assert folder.stat().st_mode & 0o077 == 0


def test_a_folder_that_cannot_be_written_to_is_said_to_be_unreachable(
    files: EvidenceFiles, folder: Path
) -> None:
    (folder / "draft").write_bytes(b"in the way")
    with pytest.raises(FilesUnavailable):
        put(files, cut(b"1"), "a")


def test_files_lie_in_the_home_unless_said_otherwise(tmp_path: Path) -> None:
    put(evidence_files(Settings(home=tmp_path)), cut(b"1"), "a")
    assert (tmp_path / "evidence" / "kept" / "a").read_bytes() == b"1"
    elsewhere = Settings(home=tmp_path, evidence_url=f"file://{tmp_path}/elsewhere")
    put(evidence_files(elsewhere), cut(b"2"), "a")
    assert (tmp_path / "elsewhere" / "kept" / "a").read_bytes() == b"2"
    evidence_files(Settings(home=tmp_path, evidence_url="s3://bucket/folder"))


@pytest.mark.parametrize(
    "url", ["evidence", "/evidence", "http://example.org/x", "memory:///", "s3://"]
)
def test_a_place_that_is_none_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(WrongSetting, match="REDRESS_EVIDENCE_URL"):
        evidence_files(Settings(home=tmp_path, evidence_url=url))
