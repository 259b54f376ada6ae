"""What a process that runs for long asks of its interpreter."""

import gc
from typing import Final

# So many objects are made before garbage is looked for among them; by default 700.
LOOK_AFTER: Final = 10_000


def settle_in() -> None:
    """Look for garbage seldom, and never again among what is there by now.

    What goes by itself is not meant, only what lies in cycles. A batch of commands
    makes thousands of objects and hardly a cycle; looking for one took a quarter of all
    the time that Python spent on a command. To be called once everything is built.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(LOOK_AFTER, *gc.get_threshold()[1:])
