"""Event logs in XES (IEEE 1849), read as a stream: one trace after the other.

A trace is handed on byte for byte as it stands in the log. Document types are refused,
and with them every entity: no log needs one, and what they can blow up is without end.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple
from xml.parsers.expat import (
    ExpatError,
    ParserCreate,
    XMLParserType,
)

import msgspec

TRACE, EVENT = "trace", "event"
TRACE_BYTES_MAX: Final = 4 * 1024 * 1024
EVENTS_MAX: Final = 10_000

Attributes = Mapping[str, str]


class NoLog(msgspec.DecodeError):
    """These bytes are no event log; the text says where, and quotes nothing."""


class Slice(NamedTuple):
    """A trace as it stands in a log, and the line it begins in."""

    line: int
    body: bytes


class Trace(NamedTuple):
    """What a trace says: its own attributes, and those of its events, in order."""

    attributes: Attributes
    events: tuple[Attributes, ...]


def parser() -> XMLParserType:
    """Return a parser that refuses document types."""
    made = ParserCreate()

    def refuse(*_: object) -> None:
        raise NoLog(f"It declares a document type (line {made.CurrentLineNumber}).")

    made.StartDoctypeDeclHandler = refuse
    return made


def local(name: str) -> str:
    """Return an element's name without its prefix."""
    return name.rpartition(":")[2]


class Slicer:
    """Cuts the traces out of a log, chunk by chunk."""

    def __init__(self) -> None:
        self._parser = parser()
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._buffer = bytearray()
        self._dropped = 0
        self._begun: tuple[int, int] | None = None
        self._within = 0
        self._found: list[Slice] = []

    def feed(self, chunk: bytes, *, last: bool = False) -> Iterator[Slice]:
        """Yield the traces that end in this chunk. Raises NoLog after the last one."""
        self._buffer += chunk
        fault: NoLog | None = None
        try:
            self._parser.Parse(chunk, last)
        except ExpatError as error:
            fault = NoLog(f"It is no XML: {error}.")
        except NoLog as refused:
            fault = refused
        found, self._found = self._found, []
        yield from found
        if fault is not None:
            raise fault
        self._forget()

    def _forget(self) -> None:
        """Drop what no trace to come is part of. Raises NoLog for one without end."""
        keep = self._begun[0] if self._begun else self._parser.CurrentByteIndex
        # What is not parsed whole yet may hold the beginning of a trace.
        cut = max(min(keep, self._dropped + len(self._buffer)) - self._dropped, 0)
        del self._buffer[:cut]
        self._dropped += cut
        if self._begun and len(self._buffer) > TRACE_BYTES_MAX:
            raise NoLog(f"A trace (line {self._begun[1]}) is longer than 4 MB.")

    def _start(self, name: str, _attributes: Attributes) -> None:
        if local(name) != TRACE:
            return
        self._within += 1
        if self._begun is None:
            at = self._parser.CurrentByteIndex, self._parser.CurrentLineNumber
            self._begun = at

    def _end(self, name: str) -> None:
        if local(name) != TRACE or self._begun is None:
            return
        self._within -= 1
        if self._within:  # A trace within a trace is part of it.
            return
        begin, line = self._begun
        end = self._parser.CurrentByteIndex - self._dropped
        # Of an element without a closing tag this is where it ends already.
        tag = b"</" + name.encode()
        if self._buffer[end : end + len(tag)] == tag:
            end = self._buffer.index(b">", end) + 1
        body = bytes(self._buffer[begin - self._dropped : end])
        self._found.append(Slice(line, body))
        self._begun = None


def slices(chunks: Iterable[bytes]) -> Iterator[Slice]:
    """Yield the traces of a log. Raises NoLog for what is no XML."""
    slicer = Slicer()
    for chunk in chunks:
        yield from slicer.feed(chunk)
    yield from slicer.feed(b"", last=True)


def read_trace(body: bytes) -> Trace:
    """Return what one trace says; attributes within attributes are left aside.

    Raises NoLog.
    """
    own: dict[str, str] = {}
    events: list[dict[str, str]] = []
    path: list[str] = []

    def start(name: str, attributes: Attributes) -> None:
        path.append(local(name))
        if path == [TRACE, EVENT]:
            events.append({})
            if len(events) > EVENTS_MAX:
                raise NoLog(f"A trace has more than {EVENTS_MAX:,} events.")
        key, value = attributes.get("key"), attributes.get("value")
        if key is None or value is None:
            return
        if path[:-1] == [TRACE]:
            own[key] = value
        elif path[:-1] == [TRACE, EVENT]:
            events[-1][key] = value

    def end(_name: str) -> None:
        path.pop()

    reading = parser()
    reading.StartElementHandler, reading.EndElementHandler = start, end
    try:
        reading.Parse(body, True)  # noqa: FBT003  # expat's own signature
    except ExpatError as error:
        raise NoLog(f"It is no XML: {error}.") from None
    return Trace(own, tuple(events))
