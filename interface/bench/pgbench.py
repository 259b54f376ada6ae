"""PostgreSQL's own crowd: connections that send one statement after the other."""

import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from interface.bench.measure import NotMeasured, Sample, Wrong
from interface.postgres.cluster import programs_folder

# Threads of the crowd itself; it shares the machine with the server.
THREADS: Final = 2
# Its clock runs while it connects, which takes a while for many connections.
SECONDS_MIN: Final = 2


class Storm:
    """A statement, sent by many connections, each waiting for its commit."""

    def __init__(self, url: str, script: str, folder: Path, name: str) -> None:
        self._program = programs_folder() / "pgbench"
        if not self._program.exists():
            raise NotMeasured("this PostgreSQL has no pgbench")
        self._url = url
        self._script = folder / f"{name}.sql"
        self._script.write_text(script)
        self.done = 0

    def round(
        self, connections: int, seconds: float, session: Mapping[str, str] | None = None
    ) -> Sample:
        """Return statements a second. Raises Wrong if one of them fails."""
        options = " ".join(
            f"-c {name}={value}" for name, value in (session or {}).items()
        )
        known = f"{self._url} options='{options}'" if options else self._url
        command = [
            str(self._program),
            "--no-vacuum",
            "--protocol=prepared",
            f"--file={self._script}",
            f"--client={connections}",
            f"--jobs={min(THREADS, connections)}",
            f"--time={max(SECONDS_MIN, round(seconds))}",
            known,
        ]
        ended = subprocess.run(  # noqa: S603  # our own words and paths
            command, capture_output=True, text=True, check=False
        )
        count = re.search(r"actually processed: (\d+)", ended.stdout)
        rate = re.search(r"^tps = ([\d.]+)", ended.stdout, re.MULTILINE)
        if ended.returncode or count is None or rate is None:
            said = (ended.stderr.strip() or ended.stdout.strip())[-300:]
            raise Wrong(f"pgbench ended with {ended.returncode}: {said}")
        self.done += int(count[1])
        return Sample(float(rate[1]))
