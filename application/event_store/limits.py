"""What a dispatcher holds at most: nothing in it grows with what is asked of it."""

from typing import Final

from msgspec import Struct

# A lane decides one batch while another is on its way. A second lane gets half of what
# callers ask meanwhile, and a batch costs much the same whatever is in it: callers who
# wait lose by it, on two cores, and a feed of whole batches gains a little.
LANES: Final = 1
FEED_LANES: Final = 2
QUEUE_MAX: Final = 1_000
BATCH_MAX: Final = 500
# A kept stream takes 1 kB, and what its state takes besides.
KEPT_MAX: Final = 30_000
# Who waited so long for his turn has given up, or soon will.
WAIT_MAX_S: Final = 2.0

# So many threads of a lane may be left behind with somebody slow. Beyond that the next
# one holds up all who come with him, until one of them is done.
LEFT_BEHIND_MAX: Final = 8
# What may be remembered of streams that took long to be decided.
SLOW_MAX: Final = 1_000


class Limits(Struct, frozen=True, kw_only=True):
    """What a dispatcher holds at most, by lane: asks that wait, asks at once, seconds.

    ``kept`` are streams whose state is remembered, of all lanes together.
    """

    lanes: int = LANES
    queue: int = QUEUE_MAX
    batch: int = BATCH_MAX
    kept: int = KEPT_MAX
    wait_s: float = WAIT_MAX_S
