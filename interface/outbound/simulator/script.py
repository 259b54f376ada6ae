"""What goes wrong at the simulator: by a seed, or by what an effect is about."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from hashlib import sha256
from typing import Final, Literal, get_args
from uuid import UUID

import msgspec
from msgspec import Struct

from application.effects.ports import Instruction
from domain.kernel import Moment
from interface.errors import WrongSetting

# declined           it says no, for good
# accepted           it is done, but said only when asked
# error_before       an answer of 500, and nothing was done
# timeout_before     no answer, and nothing was done
# timeout_after      no answer, and it was done
# wrong_amount       it was done, and another amount is told
# duplicate_callback it was done, and told three times over
# down               it cannot be reached; by a clock rather than by chance: an Outage
Fault = Literal[
    "declined",
    "accepted",
    "error_before",
    "timeout_before",
    "timeout_after",
    "wrong_amount",
    "duplicate_callback",
    "down",
]
FAULTS: Final[tuple[Fault, ...]] = get_args(Fault)
# These are a gateway's for good: asked again, it says the same.
LASTING: Final[frozenset[Fault]] = frozenset(
    {"declined", "accepted", "wrong_amount", "duplicate_callback"}
)


class Rule(Struct, frozen=True):
    """A fault for whatever fits a pattern, such as ``consumer:wang*``.

    Of several, joined by ``&``, all must fit.
    """

    fault: Fault
    pattern: str


class Outage(Struct, frozen=True):
    """A time in which nobody is reached, by the clock that can be set."""

    begins: datetime
    lasts: timedelta

    def at(self, moment: datetime) -> bool:
        """Whether it is down then."""
        return self.begins <= moment < self.begins + self.lasts


class Script(Struct, frozen=True, kw_only=True):
    """Faults in percent of what is asked, drawn by a seed; rules go first.

    Outages go before all: whoever is not reached does nothing else wrong.
    """

    seed: int = 1
    percent: Mapping[Fault, int] = {}
    rules: tuple[Rule, ...] = ()
    outages: tuple[Outage, ...] = ()

    def fault(
        self, instruction: Instruction, times: int, now: datetime
    ) -> Fault | None:
        """Return what goes wrong the so-manieth time that this key is asked for.

        What lasts is drawn once for a key, what passes anew each time.
        """
        if any(each.at(now) for each in self.outages):
            return "down"
        names = names_of(instruction)
        for rule in self.rules:
            if fits(rule.pattern, names):
                return rule.fault
        for lasting in (True, False):
            drawn = dice(self.seed, instruction.key, 0 if lasting else times)
            for fault in FAULTS:
                if (fault in LASTING) is not lasting:
                    continue
                drawn -= self.percent.get(fault, 0)
                if drawn < 0:
                    return fault
        return None


def dice(seed: int, key: UUID, times: int) -> int:
    """Return a number from 0 to 99, always the same for the same."""
    digest = sha256(f"{seed}/{key}/{times}".encode()).digest()
    return int.from_bytes(digest[:8]) % 100


def fits(pattern: str, names: Sequence[str]) -> bool:
    """Say whether each part of a pattern fits one of these names."""
    return all(
        any(fnmatchcase(name, part) for name in names) for part in pattern.split("&")
    )


def names_of(instruction: Instruction) -> list[str]:
    """Return what a rule may say of an effect."""
    amount = instruction.amount
    named = {
        "consumer": instruction.consumer,
        "order": instruction.order,
        "merchant": instruction.merchant,
        "action": instruction.action,
        "kind": instruction.kind,
        "amount": None if amount is None else str(amount.minor),
        **instruction.params,
    }
    return [f"{what}:{name}" for what, name in named.items() if name is not None]


def script_in(text: str) -> Script:
    """Return a script as a setting has it; raises WrongSetting.

    "seed=7,timeout_after=10,declined@consumer:wang*" and, in ISO 8601, from when for
    how long: "down=2026-11-25T12:00:00Z/PT30M".
    """
    seed, percent, rules = 1, dict[Fault, int](), list[Rule]()
    outages = list[Outage]()
    for part in filter(None, map(str.strip, text.split(","))):
        name, sign, value = part.partition("@" if "@" in part else "=")
        if name == "seed" and sign == "=" and value.isdecimal():
            seed = int(value)
            continue
        if name == "down" and (outage := outage_in(value)):
            outages.append(outage)
            continue
        fault = next((each for each in FAULTS if each == name), None)
        if fault is not None and sign == "@" and ":" in value:
            rules.append(Rule(fault, value))
        elif fault is not None and value.isdecimal() and int(value) <= 100:  # noqa: PLR2004 - percent
            percent[fault] = int(value)
        else:
            raise WrongSetting(
                f"REDRESS_SIMULATOR says {part!r}; it must be seed=NUMBER, "
                "FAULT=PERCENT, FAULT@NAME:PATTERN or down=FROM/DURATION, such as "
                "down=2026-11-25T12:00:00Z/PT30M; "
                f"faults are {', '.join(FAULTS)}"
            )
    return Script(
        seed=seed, percent=percent, rules=tuple(rules), outages=tuple(outages)
    )


def outage_in(text: str) -> Outage | None:
    """Return an outage as ISO 8601 has it, if it is one: a moment, "/", a duration."""
    begins, _, lasts = text.partition("/")
    try:
        return Outage(
            msgspec.convert(begins, Moment), msgspec.convert(lasts, timedelta)
        )
    except msgspec.ValidationError:
        return None
