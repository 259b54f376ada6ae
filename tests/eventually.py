"""What nobody is told of is waited for by looking again and again."""

import time
from collections.abc import Callable

from tests.interface.pretend import SECONDS


def eventually(holds: Callable[[], bool], seconds: float = SECONDS) -> None:
    """Return once something holds; fail if it never does."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it never came to be"
        time.sleep(0.01)  # between two looks; nothing rests on its length
