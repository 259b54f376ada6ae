"""How often an effect is tried, and how long is waited in between."""

from datetime import timedelta
from typing import Final

from msgspec import Struct

SPREAD: Final = 0.2


class Attempts(Struct, frozen=True, kw_only=True):
    """Twice as long each time, up to a limit, and never all at once.

    After ``attempts_max`` it is given to people. With these: about three hours.
    """

    attempts_max: int = 12
    first_seconds: float = 5.0
    longest_seconds: float = 3600.0

    def pause(self, attempts: int, dice: float) -> timedelta | None:
        """Return how long to wait after so many; None: it was tried enough.

        ``dice`` from 0 to 1 spreads those that failed together by a fifth.
        """
        if attempts >= self.attempts_max:
            return None
        doubled = self.first_seconds * 2 ** max(attempts - 1, 0)
        wait = min(doubled, self.longest_seconds)
        return timedelta(seconds=wait * (1 + SPREAD * dice))


ATTEMPTS: Final = Attempts()
