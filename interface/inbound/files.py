"""Files of messages: JSON documents, arrays of them, or a document on every line.

A document may lie in an envelope ``{"kind", "note", "body"}``; kinds of other sources
are passed over and counted. What cannot be read is kept with its file and line.
"""

from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Final, NamedTuple

import msgspec
from msgspec import Raw as Slice

from application.inbound import Raw
from interface.errors import UserError
from interface.inbound.documents import elements, fields
from interface.inbound.messages import messages_in, unreadable

BOM: Final = b"\xef\xbb\xbf"
LINES: Final = frozenset({".jsonl", ".ndjson"})
SUFFIXES: Final = frozenset({".json", *LINES})


class Document(NamedTuple):
    """A document of a file, or a line that is none, and where it stands."""

    place: str
    body: bytes
    fault: str | None = None


class Skipped(NamedTuple):
    """A document passed over: of another source's kind, or without a message in it."""

    place: str
    kind: str


def files_in(paths: Iterable[Path]) -> list[Path]:
    """Return the files, and those in folders that look like JSON, in order.

    Raises UserError for one that is not there.
    """
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            each = (file for file in path.rglob("*") if file.suffix in SUFFIXES)
            found += sorted(each)
        elif path.is_file():
            found.append(path)
        else:
            raise UserError(f"{path} is no file and no folder")
    return found


def read(source: str, path: Path) -> Iterator[list[Raw] | Skipped]:
    """Yield the messages of each document of a file, or that it was passed over."""
    for document in documents(path):
        if document.fault is not None:
            fault = document.fault
            yield [unreadable(source, document.body, document.place, fault)]
            continue
        kind, body = unwrapped(document.body)
        if kind is not None and kind.partition(".")[0] != source:
            yield Skipped(document.place, kind)
            continue
        yield messages_in(source, body, document.place) or Skipped(
            document.place, "no_message"
        )


def unwrapped(body: bytes) -> tuple[str | None, bytes]:
    """Return the kind on an envelope and what lies in it; no kind without one."""
    if not body.startswith(b"{"):
        return None, body
    found = fields(body)
    if "kind" not in found or "body" not in found:
        return None, body
    kind = msgspec.json.decode(found["kind"])
    return (kind, found["body"]) if isinstance(kind, str) else (None, body)


def documents(path: Path) -> Iterator[Document]:
    """Yield the documents of a file with their lines; raises OSError.

    A file whose first line is a whole document, and not its last, is read line by line
    and never held whole.
    """
    with path.open("rb") as file:
        lines = ((number, line.strip()) for number, line in enumerate(file, start=1))
        filled = ((n, line.removeprefix(BOM)) for n, line in lines if line != BOM)
        filled = ((number, line) for number, line in filled if line)
        head = list(islice(filled, 2))
        if len(head) > 1 and is_json(head[0][1]):
            yield from each_line(path, chain(head, filled))
            return
    yield from whole(path)


def each_line(path: Path, lines: Iterable[tuple[int, bytes]]) -> Iterator[Document]:
    """Yield a document for every line."""
    for number, line in lines:
        fault = why_no_json(line)
        yield Document(f"{path.name}:{number}", line, fault)


def whole(path: Path) -> Iterator[Document]:
    """Yield the one document of a file, or the elements of its one array.

    A file that is neither is read line by line after all, if any of its lines is.
    """
    body = path.read_bytes().removeprefix(BOM)
    fault = why_no_json(body)
    if fault is not None:
        lines = list(enumerate(map(bytes.strip, body.splitlines()), start=1))
        filled = [(number, line) for number, line in lines if line]
        looks = any(line.startswith(b"{") and is_json(line) for _, line in filled)
        if looks or (path.suffix in LINES and filled):
            yield from each_line(path, filled)
        else:
            yield Document(f"{path.name}:1", body, fault)
        return
    if not body.lstrip().startswith(b"["):
        yield Document(f"{path.name}:1", body.strip())
        return
    at = 0
    for element in elements(body):
        at = body.index(element, at)
        line = body.count(b"\n", 0, at) + 1
        yield Document(f"{path.name}:{line}", element)
        at += len(element)


def is_json(body: bytes) -> bool:
    """Say whether these bytes are one JSON document."""
    return why_no_json(body) is None


def why_no_json(body: bytes) -> str | None:
    """Return what keeps these bytes from being JSON; it quotes nothing of them."""
    try:
        msgspec.json.decode(body, type=Slice)
        body.decode()
    except UnicodeDecodeError as error:
        return f"It is not UTF-8 (byte {error.start})."
    except (msgspec.DecodeError, RecursionError) as error:
        return str(error)
    return None
