"""Deletes files of evidence that came in but were never written down."""

from collections.abc import Callable
from datetime import datetime, timedelta
from time import monotonic
from typing import Final

# A file is kept and written down within seconds; what is so old never will be.
OLD_ENOUGH: Final = timedelta(hours=1)

# Each time, every file there is gets looked at.
PAUSE_SECONDS: Final = 24 * 3600.0


class EvidenceSweep:
    """Sweeps at most once a day; the first time at once.

    ``sweep`` deletes what was left over before a time, and says how much. ``now`` is
    the machine's time, ``elapsed`` a stopwatch in seconds.
    """

    def __init__(
        self,
        sweep: Callable[[datetime], int],
        now: Callable[[], datetime],
        elapsed: Callable[[], float] = monotonic,
    ) -> None:
        self._sweep = sweep
        self._now = now
        self._elapsed = elapsed
        self._next = elapsed()

    def run(self) -> int:
        """Return how many files were deleted. Raises FilesUnavailable."""
        if self._elapsed() < self._next:
            return 0
        swept = self._sweep(self._now() - OLD_ENOUGH)
        self._next = self._elapsed() + PAUSE_SECONDS
        return swept
