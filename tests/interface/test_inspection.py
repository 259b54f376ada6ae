"""A file is what its content says, and nothing else beside."""

import pytest

from application.evidence import NotEvidence
from interface.inspection import HEAD_BYTES, TAIL_BYTES, Inspection
from tests import evidence_files as files


def inspected(content: bytes, declared: str, size: int = 1 << 20) -> str:
    inspection = Inspection(declared)
    for at in range(0, len(content), size):
        inspection.feed(content[at : at + size])
    return inspection.end()


GENUINE = [
    (files.PNG, "image/png"),
    (files.JPEG, "image/jpeg"),
    (files.GIF, "image/gif"),
    (files.WEBP, "image/webp"),
    (files.HEIC, "image/heic"),
    (files.MP4, "video/mp4"),
    (files.MOV, "video/quicktime"),
    (files.WEBM, "video/webm"),
    (files.MP3, "audio/mpeg"),
    (files.M4A, "audio/mp4"),
    (files.WAV, "audio/wav"),
    (files.OGG, "audio/ogg"),
    (files.AMR, "audio/amr"),
    (files.PDF, "application/pdf"),
    (files.TEXT, "text/plain"),
]


@pytest.mark.parametrize(("content", "media_type"), GENUINE)
@pytest.mark.parametrize("size", [1, 1 << 20])
def test_a_file_is_known_by_its_content_however_it_is_cut(
    content: bytes, media_type: str, size: int
) -> None:
    assert inspected(content, media_type, size) == media_type


@pytest.mark.parametrize(("content", "media_type"), GENUINE)
def test_what_says_it_is_something_else_is_refused_with_the_reason(
    content: bytes, media_type: str
) -> None:
    other = "image/png" if media_type != "image/png" else "application/pdf"
    with pytest.raises(NotEvidence) as refusal:
        inspected(content, other)
    reason = f"It is declared {other}, but its content is {media_type}"
    assert refusal.value.details["reason"] == reason


@pytest.mark.parametrize(
    ("content", "declared", "reason"),
    [
        (files.PAGE, "text/html", "text/html is no type of evidence"),
        (files.PAGE, "text/plain", "Its content is of no known type"),
        (files.DRAWING, "image/svg+xml", "image/svg+xml is no type of evidence"),
        (files.DRAWING, "image/png", "Its content is of no known type"),
        (files.DRAWING, "text/plain", "Its content is of no known type"),
        (files.PROGRAM, "image/png", "Its content is application/x-msdownload"),
        (files.archive(), "application/pdf", "Its content is application/zip"),
        (files.PNG, "application/octet-stream", "application/octet-stream is no"),
        (files.PNG, "", "No Content-Type is declared"),
        (b"", "image/png", "The file is empty"),
        ("发票".encode("gb18030"), "text/plain", "Its content is of no known type"),
        (b"a line\x1b[2J", "text/plain", "Its content is of no known type"),
        (files.PDF[:9], "text/plain", "It is declared text/plain, but its content"),
    ],
)
def test_what_is_no_evidence_is_refused_with_the_reason(
    content: bytes, declared: str, reason: str
) -> None:
    with pytest.raises(NotEvidence) as refusal:
        inspected(content, declared)
    assert str(refusal.value.details["reason"]).startswith(reason)


@pytest.mark.parametrize("size", [7, 1 << 20])
@pytest.mark.parametrize(
    ("content", "declared", "reason"),
    [
        (files.JPEG + files.PDF, "image/jpeg", "It is a PDF as well"),
        (files.GIF + files.PAGE, "image/gif", "It holds markup"),
        (files.GIF + files.DRAWING, "image/gif", "It holds markup"),
        (b"Look here:\n" + files.PAGE, "text/plain", "It holds markup"),
        (files.PNG + files.archive(), "image/png", "It is an archive as well"),
        (
            files.MP4 + bytes(2 * TAIL_BYTES) + files.archive(),
            "video/mp4",
            "It is an archive as well",
        ),
    ],
)
def test_what_is_two_things_at_once_is_refused(
    content: bytes, declared: str, reason: str, size: int
) -> None:
    with pytest.raises(NotEvidence) as refusal:
        inspected(content, declared, size)
    assert str(refusal.value.details["reason"]).startswith(reason)


def test_the_mark_of_an_archive_within_a_film_is_chance() -> None:
    content = files.MP4 + b"PK\x05\x06" + bytes(100)
    assert inspected(content, "video/mp4") == "video/mp4"


def test_text_is_read_to_its_end() -> None:
    long = "少了一件。" * HEAD_BYTES
    assert inspected(long.encode(), "text/plain", 1000) == "text/plain"
    for bad in (b"\xff\xfe", b"\0", "少".encode()[:2]):
        with pytest.raises(NotEvidence):
            inspected(long.encode() + bad, "text/plain", 1000)


def test_a_wrong_type_is_refused_before_the_rest_comes() -> None:
    inspection = Inspection("video/mp4")
    with pytest.raises(NotEvidence):
        inspection.feed(files.PNG + bytes(HEAD_BYTES))


def test_text_may_begin_like_something_else() -> None:
    assert inspected("BM 车的照片".encode(), "text/plain") == "text/plain"


@pytest.mark.parametrize(
    ("content", "declared", "media_type"),
    [
        (files.JPEG, "image/jpg", "image/jpeg"),
        (files.TEXT, "text/plain; charset=utf-8", "text/plain"),
        (files.TEXT, "Text/Plain", "text/plain"),
        (files.MP4, "audio/mp4", "audio/mp4"),
        (files.MP3, "audio/mp3", "audio/mpeg"),
        (b"\xef\xbb\xbf" + files.TEXT, "text/plain", "text/plain"),
    ],
)
def test_the_same_type_goes_by_several_names(
    content: bytes, declared: str, media_type: str
) -> None:
    assert inspected(content, declared) == media_type
