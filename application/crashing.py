"""Named points at which a test may have this process killed, to see what is left."""

from collections.abc import Callable

# Called with the name of the point that is reached; returns unless it is the one.
CrashPoint = Callable[[str], None]


def never(_point: str) -> None:
    """Crash nowhere."""
