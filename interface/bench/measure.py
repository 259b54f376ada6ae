"""What a measure is: two sides that take turns, and a check that nothing went wrong."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from random import Random
from typing import Final
from uuid import UUID

from msgspec import Struct
from msgspec.structs import asdict, replace

from interface.bench.ground import Ground, Sizes


class NotMeasured(Exception):
    """Something a measure needs is not on this machine; the rest goes on."""


class Wrong(Exception):
    """A side lost something, or did it twice: its figures are worth nothing."""


class Sample(Struct, frozen=True):
    """What one round came to, in the measure's unit, and each caller's waits in s."""

    value: float
    waits: Sequence[float] = ()


Side = Callable[[], Sample]


class Contest(Struct, frozen=True, kw_only=True):
    """Two sides, warmed up and ready to take turns.

    Without a ``peer`` the figure stands alone. ``check`` raises Wrong if anything was
    lost or doubled in all rounds together. ``notes`` say how each was driven; they are
    read after the last round.
    """

    ours: Side
    peer: Side | None
    check: Callable[[], None]
    notes: Sequence[str] = ()


class Measure(Struct, frozen=True, kw_only=True):
    """One row of the table.

    ``floor`` and ``aim`` are of the ratio of ours to the peer's; without a peer's
    figure, of ours. ``steady`` figures are counted once: bytes do not vary. A ratio
    above ``credible`` tells of the measuring, not of ours. ``title`` and ``peer`` may
    name a size of the run in braces, as in ``{callers} callers``.
    """

    word: str
    title: str
    unit: str
    peer: str
    open: Callable[[Ground], AbstractContextManager[Contest]]
    floor: float | None = None
    aim: float | None = None
    credible: float | None = None
    less_is_better: bool = False
    steady: bool = False

    def sized(self, sizes: Sizes) -> "Measure":
        """Return the same, named by the sizes of a run."""
        known = asdict(sizes)
        return replace(
            self, title=self.title.format(**known), peer=self.peer.format(**known)
        )


# Ids that need not be secret: asking the kernel for each hands the interpreter over to
# another thread, and that is not what is to be measured; so on both sides.
DICE: Final = Random()  # noqa: S311 - see above

STOCK: Final = "stock eventsourcing"
QUICK_RUN: Final = "A quick run: small sizes, so its figures mean nothing"
TIMES: Final = " ×"  # noqa: RUF001  # a factor, as the reader writes it


def fresh_id() -> UUID:
    """Return an id that nothing has yet."""
    return UUID(int=DICE.getrandbits(128), version=4)


def per_second(count: int, seconds: float) -> float:
    """Return a rate."""
    return count / seconds if seconds else 0.0


def expect(what: str, found: object, wanted: object) -> None:
    """Raise Wrong unless both are the same."""
    if found != wanted:
        raise Wrong(f"{what}: {found!r}, and it should be {wanted!r}")
