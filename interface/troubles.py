"""What a person at the terminal has to know of what children write to their logs."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

LEVELS: Final = frozenset({"warning", "error", "critical"})
# More at once tells nobody more; the log has them all.
LINES_MAX: Final = 5
READ_MAX: Final = 1_000_000
# What everybody's log has, and what is too long for a line.
UNTOLD: Final = frozenset({"event", "level", "timestamp", "logger", "exception"})


class Troubles:
    """Reads logs on, from where they ended when it began."""

    def __init__(self, logs: Sequence[Path]) -> None:
        self._read = {log: size(log) for log in logs}

    def new(self) -> Iterator[str]:
        """Yield the warnings and errors written since, a line each."""
        for log in self._read:
            found = [line for each in self._lines(log) if (line := told(each))]
            yield from (f"{log.stem}: {line}" for line in found[:LINES_MAX])
            if len(found) > LINES_MAX:
                more = len(found) - LINES_MAX
                yield f"{log.stem}: {more} more of these, see {log}"

    def _lines(self, log: Path) -> list[bytes]:
        """Return whole lines that were added; a line half written waits."""
        if size(log) <= self._read[log]:
            self._read[log] = size(log)
            return []
        with log.open("rb") as file:
            file.seek(self._read[log])
            added = file.read(READ_MAX)
        whole, end, _ = added.rpartition(b"\n")
        self._read[log] += len(whole) + len(end)
        return whole.splitlines()


def size(log: Path) -> int:
    """Return how long a log is by now."""
    return log.stat().st_size if log.exists() else 0


def told(line: bytes) -> str | None:
    """Return a warning or an error in short; None for all else."""
    try:
        said: Any = msgspec.json.decode(line)
    except msgspec.DecodeError:
        return None
    if not isinstance(said, dict) or said.get("level") not in LEVELS:
        return None
    facts = (f"{name}={said[name]}" for name in said if name not in UNTOLD)
    return " ".join([f"{said['level']}: {said.get('event')}", *facts])
