"""Goes through the cases that the board flags, and does for each what its flag asks.

What is refused, as for want of an approval, is logged once and left to people: the flag
stays, and it is asked again now and then.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, Protocol
from uuid import UUID

import structlog

from application.event_store.store import StoreUnavailable
from application.projections.matters import FlaggedMatter, SystemFlag
from domain.kernel import Refused

CASES_MAX: Final = 100

# The board may not yet show what was done; so long nobody asks again.
ASK_AGAIN_AFTER: Final = timedelta(minutes=10)

# What was refused is asked again and again, but told to people once in so long.
TELL_AGAIN_AFTER: Final = timedelta(days=1)

log = structlog.get_logger(__name__)


class FlagBoard(Protocol):
    """Where it is known which cases wait for the service."""

    def flagged(
        self, flag: SystemFlag, limit: int, after: FlaggedMatter | None = None
    ) -> Sequence[FlaggedMatter]:
        """Return cases so flagged, behind the last of the page before."""
        ...


class FlaggedCases:
    """Asks about each flagged case once as it stands. ``now`` is when we ask.

    ``do`` does what the flag asks of one case; what is so already is nothing to do.
    """

    def __init__(
        self,
        board: FlagBoard,
        flag: SystemFlag,
        do: Callable[[FlaggedMatter, datetime], object],
        now: Callable[[], datetime],
    ) -> None:
        self._board, self._flag = board, flag
        self._do, self._now = do, now
        self._asked: dict[FlaggedMatter, datetime] = {}
        self._told: dict[UUID, datetime] = {}

    def run(self) -> int:
        """Ask about a batch of cases; return how many. Raises StoreUnavailable."""
        now = self._now()
        self._asked = lately(self._asked, now, ASK_AGAIN_AFTER)
        self._told = lately(self._told, now, TELL_AGAIN_AFTER)
        last: FlaggedMatter | None = None
        while page := self._board.flagged(self._flag, CASES_MAX, last):
            fresh = [each for each in page if each not in self._asked]
            for each in fresh:
                self._one(each, now)
            if fresh:
                return len(fresh)
            last = page[-1]
        return 0

    def _one(self, case: FlaggedMatter, now: datetime) -> None:
        """Do it for one case; that it cannot be done takes no turn from the others."""
        try:
            self._do(case, now)
        except StoreUnavailable:
            raise
        except Refused as why:
            self._tell(case, now, why.code)
        except Exception as error:  # noqa: BLE001 - the others have their turn
            self._tell(case, now, repr(error))
        self._asked[case] = now

    def _tell(self, case: FlaggedMatter, now: datetime, why: str) -> None:
        if case.stream_id not in self._told:
            self._told[case.stream_id] = now
            log.warning(
                "case_left_to_people",
                case_id=str(case.stream_id),
                flag=self._flag,
                why=why,
            )


def lately(
    times: Mapping[Any, datetime], now: datetime, span: timedelta
) -> dict[Any, datetime]:
    """Return what was less than so long ago; a clock set back counts likewise."""
    return {each: at for each, at in times.items() if abs(now - at) < span}
