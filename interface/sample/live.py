"""Plays the people of the story beside workers that run: nothing is set, all awaited.

Each act looks whether it is done already: broken off, it can be gone on with.
"""

from collections.abc import Callable
from datetime import datetime
from threading import Event as Signal
from time import monotonic
from typing import Final

from domain.incident import Incident, NoSuchIncident
from interface.bootstrap import Redress
from interface.sample.acts import INCIDENT, PILOT, STALLED_BEFORE, Acts
from interface.sample.feeds import Feeds

POLL_SECONDS: Final = 0.5
# What does not come to be in so long will not; the rest of the story is left out.
PATIENCE_SECONDS: Final = 120.0
# Of the parcels that stall, those that the rules say something of are noticed first.
NOTICED_MIN: Final = 12
COUNT: Final = """
SELECT count(*) FROM store.event
 WHERE type = 'shortfall.detected'
   AND convert_from(body, 'UTF8')::jsonb -> 'shortfall' ->> 'code' = 'TRANSIT_STALLED'
"""


class LiveStory:
    """People who act once the worker has done its part. ``stop`` ends it early."""

    def __init__(
        self,
        redress: Redress,
        until: datetime,
        now: Callable[[], datetime],
        stop: Signal,
    ) -> None:
        self._redress, self._now, self._stop = redress, now, stop
        self._feeds = Feeds(redress, until)
        self._acts = Acts(redress, self._feeds, now)

    def play(self) -> bool:
        """Play it; return whether it came to its end. Raises StoreUnavailable."""
        return (
            self._wait(lambda: self._noticed() >= NOTICED_MIN)
            and self._approved()
            and self._granted()
            and self._handed_out()
            and self._answered()
        )

    def _noticed(self) -> int:
        with self._redress.reader.connection() as connection:
            row = connection.execute(COUNT).fetchone()
        return 0 if row is None else int(row[0])

    def _approved(self) -> bool:
        self._acts.approve()
        return True

    def _granted(self) -> bool:
        """Declare it, have it estimated, and a budget granted."""
        known = self._incident()
        if known is None:
            self._acts.declare(self._feeds.until - STALLED_BEFORE)
        if known is None or known.estimate is None:
            self._acts.estimate()
        if known is None or known.budget is None:
            self._acts.grant()
        return True

    def _handed_out(self) -> bool:
        """Try it on a few, then on all."""
        known = self._incident()
        assert known is not None, "it was declared before"
        if known.phase == "preparing":
            self._acts.pilot()
        tried = self._wait(lambda: self._tried() >= PILOT)
        known = self._incident()
        if tried and known is not None and known.phase == "piloting":
            self._acts.roll_out()
        return tried and self._wait(lambda: not self._waiting())

    def _answered(self) -> bool:
        """Have consumers answer, carriers stop parcels, and a refund go another way."""
        self._acts.answer()
        failed = self._wait(lambda: bool(self._acts.failed_refunds()))
        self._acts.by_another_way()
        self._feeds.stops(self._acts.stopped(), self._now())
        return failed

    # -- What is waited for --

    def _incident(self) -> Incident | None:
        try:
            return self._redress.incidents.find(INCIDENT)[0]
        except NoSuchIncident:
            return None

    def _tried(self) -> int:
        known = self._incident()
        if known is None or known.phase != "piloting":
            return PILOT
        return known.pilot.tried

    def _waiting(self) -> int:
        known = self._incident()
        return 0 if known is None else known.tally.waiting + known.tally.reserved

    def _wait(self, come: Callable[[], bool]) -> bool:
        """Wait until it has come to be; return whether it has."""
        patience = monotonic() + PATIENCE_SECONDS
        while not self._stop.is_set() and monotonic() < patience:
            if come():
                return True
            self._stop.wait(POLL_SECONDS)
        return False
