"""What kills this process at the point that a test named."""

import os
import signal

from application.crashing import CrashPoint, never
from interface.settings import Settings


def crash_point(settings: Settings) -> CrashPoint:
    """Return what kills this process at the point a test named, and at no other."""
    if not (settings.test and settings.crash_at):
        return never

    def crash(point: str) -> None:
        if point == settings.crash_at:
            os.kill(os.getpid(), signal.SIGKILL)

    return crash
