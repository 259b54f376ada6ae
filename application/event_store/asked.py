"""An ask on the road: how often it was tried, and what to tell whoever asked."""

from sys import maxsize
from typing import Final

from msgspec import Struct

from application.event_store.batch import Answer
from application.event_store.envelope import Ask
from application.event_store.store import (
    ATTEMPTS_MAX,
    Busy,
    OutcomeUnknown,
    StoreUnavailable,
)

ANY_NUMBER: Final = maxsize


class Asked(Struct):
    """An ask that is decided and appended as often as it takes, a few times at most.

    ``tries`` is how often it went to the store and came back without an answer, and
    ``lost`` says that one of them may have been written. ``company`` is of how many
    asks, itself included, a batch with it may be.
    """

    ask: Ask
    tries: int = 0
    lost: OutcomeUnknown | None = None
    company: int = ANY_NUMBER

    def unanswered(self, failed: Exception | None, among: int) -> Answer | None:
        """Return what to tell, where a batch had no answer for it; None: ask again.

        The append of the whole batch, of so many asks, has ``failed``; or it has not,
        and this one lost a race. What cannot be stored at all, such as a name with a
        NUL, fails all that came with it: so each half goes without the other, and so
        on, until it fails only the one it came with.
        """
        if failed is not None and not isinstance(failed, StoreUnavailable):
            self.company = among // 2
            return None if self.company else failed
        self.tries += 1
        if isinstance(failed, OutcomeUnknown) and self.lost is None:
            self.lost = failed
        elif failed is not None:
            return self.told(failed)
        if self.tries == ATTEMPTS_MAX:
            return self.told(Busy(attempts=self.tries))
        if self.tries == ATTEMPTS_MAX - 1:
            # The last time alone: so it takes the shortest from reading to writing.
            self.company = 1
        return None

    def told(self, answer: Answer) -> Answer:
        """Return an answer as it may be told.

        That nothing was written cannot be said any more once an answer was lost.
        """
        if self.lost is not None and isinstance(answer, StoreUnavailable | Busy):
            return self.lost
        return answer
