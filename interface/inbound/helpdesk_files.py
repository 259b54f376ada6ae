"""Files of a help desk's event log, plain or compressed with gzip."""

import gzip
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Final

from application.inbound import Raw
from interface.errors import UserError
from interface.inbound.files import Skipped
from interface.inbound.messages import messages_in, unreadable
from interface.inbound.xes import NoLog, Slice, slices

CHUNK: Final = 256 * 1024
GZIP: Final = b"\x1f\x8b"


def read_log(source: str, path: Path) -> Iterator[list[Raw] | Skipped]:
    """Yield the message of each trace of a log; raises OSError, UserError.

    What follows after a place that is no XML cannot be read: it is said once, where.
    """
    line = 1
    try:
        for found in traces(path):
            line = found.line
            yield messages_in(source, found.body, f"{path.name}:{line}")
    except NoLog as fault:
        text = str(fault)
        yield [unreadable(source, text.encode(), f"{path.name}:{line}", text)]


def count_traces(paths: Sequence[Path]) -> int:
    """Return how many traces the logs hold, as far as they can be read."""
    total = 0
    for path in paths:
        if not path.is_file():
            raise UserError(f"{path} is no file")
        try:
            for _ in traces(path):
                total += 1
        except NoLog:
            continue
    return total


def traces(path: Path) -> Iterator[Slice]:
    """Yield the traces of a log as they stand in it."""
    with closing(chunks(path)) as read:
        yield from slices(read)


def chunks(path: Path) -> Generator[bytes, None, None]:
    """Yield the bytes of a file; raises UserError for one cut short."""
    with path.open("rb") as plain:
        packed = plain.read(len(GZIP)) == GZIP
        plain.seek(0)
        file = gzip.GzipFile(fileobj=plain) if packed else plain
        try:
            while chunk := file.read(CHUNK):
                yield chunk
        except (EOFError, gzip.BadGzipFile) as broken:
            raise UserError(f"{path} is not whole: {broken}") from broken
