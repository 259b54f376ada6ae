"""An ask on the road: how often it was tried, and what to tell whoever asked."""

from sys import maxsize
from typing import Final

from msgspec import Struct

from application.event_store.batch import Answer, MovedOn
from application.event_store.envelope import Ask, Receipt
from application.event_store.store import (
    ATTEMPTS_MAX,
    Busy,
    OutcomeUnknown,
    StoreUnavailable,
    UnreadableEvent,
)
from domain.kernel import Refused

ANY_NUMBER: Final = maxsize


class Asked(Struct):
    """An ask that is decided and appended as often as it takes, a few times at most.

    ``tries`` is how often it lost a race, or the answer was lost; ``lost`` says that it
    may have been written then. ``company`` is of how many asks, itself included, a
    batch with it may be.
    """

    ask: Ask
    tries: int = 0
    lost: OutcomeUnknown | None = None
    company: int = ANY_NUMBER

    def came_back(self, failed: Exception | None, among: int) -> Answer | None:
        """Come back without an answer; return the one there is, or None: it goes again.

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
            return failed
        return Busy(attempts=self.tries) if self.tries == ATTEMPTS_MAX else None

    def keep_to(self, company: int) -> None:
        """Be among the losers of a batch, so many, who are to be decided again.

        The last time they keep to themselves, with nothing else on its way: so it takes
        the shortest from reading to writing.
        """
        if self.tries == ATTEMPTS_MAX - 1:
            self.company = min(self.company, company)

    def told(self, answer: Answer) -> Answer:
        """Return an answer as it may be told.

        Once an answer was lost, only what was looked up since can say that nothing was
        written: a rule that forbids it, or a stream that nobody can decide about.
        """
        if self.lost is None or isinstance(answer, Receipt | MovedOn | UnreadableEvent):
            return answer
        known = isinstance(answer, Refused) and not isinstance(answer, Busy)
        return answer if known else self.lost
