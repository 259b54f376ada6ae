"""Files of messages, in the shapes they come in."""

from pathlib import Path

import msgspec
import pytest

from application.inbound import Raw
from interface.errors import UserError
from interface.inbound.feed import count
from interface.inbound.files import Skipped, files_in, read
from interface.inbound.messages import messages_in
from tests.interface.inbound.conftest import encoded
from tests.interface.inbound.samples import (
    DONE,
    PAID,
    PICKED_UP,
    PLACED,
    SORTED,
    answer,
)

BOM = b"\xef\xbb\xbf"
FIRST, SECOND = answer(PICKED_UP), answer(PICKED_UP, SORTED)


def raws(source: str, path: Path) -> list[Raw]:
    return [
        raw for each in read(source, path) if isinstance(each, list) for raw in each
    ]


@pytest.mark.parametrize(
    "content",
    [
        encoded(FIRST) + b"\n" + encoded(SECOND) + b"\n",
        BOM + encoded(FIRST) + b"\r\n\r\n" + encoded(SECOND),
        encoded([FIRST, SECOND]),
        BOM + msgspec.json.format(encoded([FIRST, SECOND])),
    ],
    ids=["lines", "lines of Windows", "an array", "an array over many lines"],
)
def test_a_file_of_several_documents_has_them_all(
    tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "pushes.json"
    path.write_bytes(content)
    assert [msgspec.json.decode(raw.body) for raw in raws("kuaidi100", path)] == [
        FIRST,
        SECOND,
    ]
    assert count([path]) == 2


@pytest.mark.parametrize("pretty", [False, True])
def test_a_file_may_be_one_document(tmp_path: Path, *, pretty: bool) -> None:
    path = tmp_path / "push.json"
    body = msgspec.json.format(encoded(FIRST)) if pretty else encoded(FIRST)
    path.write_bytes(BOM + body)
    (raw,) = raws("kuaidi100", path)
    assert raw.place == "push.json:1"
    assert raw.body == body


def test_a_message_is_named_by_file_and_line(tmp_path: Path) -> None:
    path = tmp_path / "trades.json"
    path.write_bytes(msgspec.json.format(encoded([PLACED, PAID, DONE])))
    assert [raw.place for raw in raws("doudian", path)] == [
        "trades.json:2",
        "trades.json:11",
        "trades.json:22",
    ]


def test_envelopes_are_opened_and_those_of_others_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "mixed.jsonl"
    rows = [
        {"kind": "kuaidi100.query", "note": "", "body": FIRST},
        {"kind": "kdniao.query", "note": "", "body": {}},
        {"kind": "kuaidi100.push.v4", "note": "", "body": {"lastResult": SECOND}},
    ]
    path.write_bytes(b"\n".join(map(encoded, rows)))
    found = list(read("kuaidi100", path))
    assert found[1] == Skipped("mixed.jsonl:2", "kdniao.query")
    assert [raw.place for raw in raws("kuaidi100", path)] == [
        "mixed.jsonl:1",
        "mixed.jsonl:3",
    ]


@pytest.mark.parametrize(
    ("content", "faults"),
    [
        (encoded(FIRST) + b"\n{oops\n" + encoded(SECOND), {"f.jsonl:2"}),
        (b"{oops\n" + encoded(FIRST), {"f.jsonl:1"}),
        (encoded(FIRST) + b'\n{"a": "\xff"}', {"f.jsonl:2"}),
        (b'{\n  "nu": 1,\n  "oops', {"f.jsonl:1", "f.jsonl:2", "f.jsonl:3"}),
    ],
)
def test_a_line_that_is_no_json_is_kept_and_named(
    tmp_path: Path, content: bytes, faults: set[str]
) -> None:
    path = tmp_path / "f.jsonl"
    path.write_bytes(content)
    found = raws("kuaidi100", path)
    assert {raw.place for raw in found if raw.fault} == faults
    assert all("oops" not in str(raw.fault) for raw in found)


def test_a_document_cut_short_is_one_fault(tmp_path: Path) -> None:
    path = tmp_path / "push.json"
    path.write_bytes(b'{\n  "nu": 1,\n  "oops')
    (raw,) = raws("kuaidi100", path)
    assert (raw.place, raw.fault is not None) == ("push.json:1", True)


def test_a_message_of_one_id_is_one_whatever_its_tag_is_spelt_like() -> None:
    as_text = PLACED | {"tag": "100"}
    (one,) = messages_in("doudian", encoded(PLACED), "http")
    (two,) = messages_in("doudian", encoded(as_text), "http")
    assert one.message_id == two.message_id


def test_messages_of_one_masked_id_are_told_apart_by_their_tags() -> None:
    masked = {"msgId": "04288XXXXXXX9348874::100:1618990587:68373744XXXXXXX9128"}
    both = encoded([PLACED | masked, PAID | masked])
    one, two = messages_in("doudian", both, "http")
    assert one.message_id != two.message_id


def test_a_push_without_an_id_goes_by_what_it_says_not_by_its_spaces() -> None:
    (one,) = messages_in("kuaidi100", encoded(FIRST), "http")
    (two,) = messages_in("kuaidi100", msgspec.json.format(encoded(FIRST)), "http")
    (three,) = messages_in("kuaidi100", encoded(SECOND), "http")
    assert one.message_id == two.message_id != three.message_id


def test_a_folder_is_its_files(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    for name in ("deep/b.json", "a.jsonl", "readme.md"):
        (tmp_path / name).write_text("{}")
    assert [path.name for path in files_in([tmp_path])] == ["a.jsonl", "b.json"]


def test_a_file_that_is_not_there_is_said() -> None:
    with pytest.raises(UserError, match="nowhere"):
        files_in([Path("nowhere")])
