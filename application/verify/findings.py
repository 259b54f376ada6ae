"""What was looked at, and what is wrong: values, none of which stops the search."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, TypeAlias

from msgspec import UNSET, Struct, UnsetType

Invariant: TypeAlias = Literal[
    "I1", "I2", "I3", "I4", "I5", "I6", "I7", "I8", "I9", "I10", "I11"
]

# What each says, and what is counted for it.
SAYS: Final[Mapping[Invariant, tuple[str, str]]] = {
    "I1": ("every acknowledged command is stored whole", "commands"),
    "I2": ("every event was asked for by a command that says so", "events"),
    "I3": ("versions of a stream are 1, 2, 3 …, in the order of positions", "events"),
    "I4": ("positions are 1, 2, 3 … to the head, times never run back", "events"),
    "I5": ("every leaf hash is that of its row", "events"),
    "I6": ("every projection equals one filled again from the log", "rows"),
    "I7": ("nobody has read beyond the head", "checkpoints"),
    "I8": ("one effect per event and kind, one result per effect", "effects"),
    "I9": ("money moves once under one key, with equal amounts", "movements"),
    "I10": (
        "no more goes back than was paid, and books sum to zero",
        "orders, accounts",
    ),
    "I11": ("who approves has the rank for it, and did not propose", "approvals"),
}

# So many are told of each invariant; the others are counted.
SHOWN_MAX: Final = 100


class BothSides(Struct, frozen=True):
    """A row of a projection, whole; None where a side does not have it."""

    live: Mapping[str, Any] | None
    rebuilt: Mapping[str, Any] | None


class Finding(Struct, frozen=True, kw_only=True):
    """Something that is not as it must be, and where.

    ``of`` is the stream, order, command, projection or key it is about; ``rows`` are
    there for programs, and only of I6.
    """

    invariant: Invariant
    partition: int | None = None
    position: int | None = None
    of: str | None = None
    what: str
    rows: BothSides | UnsetType = UNSET

    @property
    def place(self) -> str:
        """Where it is, as receipts say it: "partition.position"."""
        if self.partition is None:
            return "" if self.of is None else self.of
        if self.position is None:
            return f"partition {self.partition}"
        return f"{self.partition}.{self.position}"


class Checked(Struct, frozen=True, kw_only=True):
    """How much was looked at for an invariant, and how often it does not hold."""

    invariant: Invariant
    says: str
    unit: str
    checked: int
    broken: int


class Report(Struct, frozen=True, kw_only=True):
    """What a verification came to. ``notes`` are no faults, but good to know."""

    invariants: Sequence[Checked]
    findings: Sequence[Finding]
    notes: Sequence[str]

    @property
    def holds(self) -> bool:
        """Whether nothing is wrong."""
        return not any(each.broken for each in self.invariants)


class Findings:
    """Collects what the checks look at and find; bounded, whatever they find."""

    def __init__(self) -> None:
        self._checked: Counter[Invariant] = Counter()
        self._broken: Counter[Invariant] = Counter()
        self._shown: list[Finding] = []
        self._notes: list[str] = []

    def looked_at(self, invariant: Invariant, count: int) -> None:
        """Count what was looked at; 0 says that there was nothing to look at."""
        self._checked[invariant] += count

    def add(  # noqa: PLR0913 - what a finding is made of
        self,
        invariant: Invariant,
        what: str,
        *,
        partition: int | None = None,
        position: int | None = None,
        of: str | None = None,
        times: int = 1,
        rows: BothSides | UnsetType = UNSET,
    ) -> None:
        """Take down what is wrong; of each invariant the first hundred are shown."""
        self._broken[invariant] += times
        if sum(each.invariant == invariant for each in self._shown) < SHOWN_MAX:
            self._shown.append(
                Finding(
                    invariant=invariant,
                    partition=partition,
                    position=position,
                    of=of,
                    what=what,
                    rows=rows,
                )
            )

    def note(self, line: str) -> None:
        """Take down what is no fault."""
        self._notes.append(line)

    def report(self) -> Report:
        """Return what was found so far, by invariant."""
        seen = self._checked.keys() | self._broken.keys()
        return Report(
            invariants=[
                Checked(
                    invariant=invariant,
                    says=says,
                    unit=unit,
                    checked=self._checked[invariant],
                    broken=self._broken[invariant],
                )
                for invariant, (says, unit) in SAYS.items()
                if invariant in seen
            ],
            findings=sorted(
                self._shown, key=lambda each: int(each.invariant.removeprefix("I"))
            ),
            notes=tuple(self._notes),
        )
