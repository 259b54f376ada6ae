"""Which sample a home was given, kept beside it, and what it takes to play it."""

import msgspec
from msgspec import Struct

from domain.kernel import Moment
from interface.sample.acts import FAULTS
from interface.settings import Settings


class SampleNote(Struct, frozen=True):
    """Which sample this home was given, and whether all of it is there.

    ``told``: the people of its story have acted.
    """

    seed: int
    orders: int
    until: Moment
    loaded: bool = False
    told: bool = False


def gateways_of(settings: Settings) -> str:
    """Return who refunds and the like: for a sample a simulator, unless one is named.

    What is invented needs no bank; what is real is asked of nobody until it is said.
    """
    if settings.gateways or note_of(settings) is None:
        return settings.gateways
    return "simulator"


def faults_of(settings: Settings) -> str:
    """Return what goes wrong at the simulator of a sample: one refund of its story."""
    return "" if note_of(settings) is None else FAULTS


def note_of(settings: Settings) -> SampleNote | None:
    """Return which sample this home was given; None for none."""
    note = settings.home / "sample.json"
    if not note.exists():
        return None
    return msgspec.json.decode(note.read_bytes(), type=SampleNote)


def keep_note(settings: Settings, note: SampleNote) -> None:
    """Write down how far the sample is."""
    (settings.home / "sample.json").write_bytes(msgspec.json.encode(note))
