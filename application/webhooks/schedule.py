"""When a delivery is tried again, when it is given up, and when its endpoint is."""

from datetime import timedelta
from typing import Final, Literal

from msgspec import Struct

SECOND, MINUTE, HOUR = 1, 60, 3600

# Seconds after each failed attempt, as Standard Webhooks suggests: three days in all.
BACKOFF_SECONDS: Final = (
    5 * SECOND,
    5 * MINUTE,
    30 * MINUTE,
    2 * HOUR,
    5 * HOUR,
    10 * HOUR,
    14 * HOUR,
    20 * HOUR,
    24 * HOUR,
)
ATTEMPTS_MAX: Final = len(BACKOFF_SECONDS) + 1
RETRY_AFTER_SECONDS_MAX: Final = 24 * HOUR

# An endpoint that answered nothing well for so long is asked no more.
FAILING_MAX: Final = timedelta(days=5)
# After a change of secrets the one before signs for so long.
ROTATION_LASTS: Final = timedelta(hours=24)

GONE: Final = 410
TAKEN: Final = 2  # as statuses of success begin

# Why an attempt failed, where no status says so.
Failure = Literal[
    "status",
    "timed_out",
    "not_reached",
    "not_trusted",
    "address_not_public",
    "name_unknown",
    "answer_too_long",
    "event_unreadable",
]


class Attempt(Struct, frozen=True, kw_only=True):
    """What came of one attempt: a status, or a failure without one."""

    status: int | None = None
    failure: Failure | None = None
    retry_after_seconds: int | None = None

    @property
    def succeeded(self) -> bool:
        """Whether it was taken: any 2xx, and nothing else; redirects are not."""
        taken = self.status is not None and self.status // 100 == TAKEN
        return taken and self.failure is None

    @property
    def gone(self) -> bool:
        """Whether the receiver says it wants nothing any more."""
        return self.status == GONE


def seconds_to_next(attempts: int, attempt: Attempt) -> int | None:
    """Return after how long the next attempt is due; None if this was the last.

    ``attempts`` counts those made, this one included. A receiver may ask for more time,
    up to a day.
    """
    if attempt.gone or attempts >= ATTEMPTS_MAX:
        return None
    asked = min(attempt.retry_after_seconds or 0, RETRY_AFTER_SECONDS_MAX)
    return max(BACKOFF_SECONDS[attempts - 1], asked)
