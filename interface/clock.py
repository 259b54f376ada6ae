"""The only clock in the system."""

from datetime import UTC, datetime, timedelta

from interface.errors import WrongSetting


class Clock:
    """Tells the present moment; a demonstration may set it ahead or back.

    Only the time a thing was asked at follows it. What the database records, its
    leases and its retries go by the database's own time.
    """

    def __init__(self) -> None:
        self._ahead = timedelta()

    def now(self) -> datetime:
        """Return the present moment in UTC, as this clock was set."""
        return datetime.now(UTC) + self._ahead

    def set(self, setting: str) -> None:
        """Set the clock as ``REDRESS_CLOCK`` says, see :func:`ahead_by`."""
        self._ahead = ahead_by(setting)

    @property
    def ahead_seconds(self) -> float:
        """How far this clock is ahead of the machine's."""
        return self._ahead.total_seconds()


def ahead_by(setting: str) -> timedelta:
    """Return how far ahead of the machine's clock the setting asks us to be.

    "" is the machine's time, "+86400" or "-3600.5" that many seconds beside it, and
    "2018-10-17T12:00:00Z" makes it that moment now, running on from there. Raises
    WrongSetting for anything else.
    """
    if not setting:
        return timedelta()
    try:
        return timedelta(seconds=float(setting))
    except (OverflowError, ValueError):
        pass  # Not seconds; then it must be a moment.
    try:
        moment = datetime.fromisoformat(setting)
        return moment - datetime.now(UTC)
    except (TypeError, ValueError):
        message = (
            f"REDRESS_CLOCK is {setting!r}; it must be seconds, such as +86400, "
            "or a moment with its time zone, such as 2018-10-17T12:00:00Z"
        )
        raise WrongSetting(message) from None


def machine_now() -> datetime:
    """Return the machine's own time, by which files are dated: no setting moves it."""
    return datetime.now(UTC)


clock = Clock()
now = clock.now
