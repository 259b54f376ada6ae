"""Money, spans, codes and moments as auditors read them."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Final

from domain.money import Money
from domain.plan import YUAN

DAY, HOUR, MINUTE = 86_400, 3_600, 60
# Days, hours, minutes and seconds.
UNITS: Final = ("d", "h", "min", "s")


def money(amount: Money) -> str:
    """Return an amount with its currency."""
    return f"{amount} {amount.currency}"


def yuan(fen: int) -> str:
    """Return an amount in fen as people read it."""
    return money(Money(fen, YUAN))


def span(seconds: int) -> str:
    """Return a span to the second, such as "1 d 59 min"; less than none has a sign."""
    return f"{'-' if seconds < 0 else ''}{' '.join(in_units(abs(seconds), UNITS))}"


def in_units(seconds: int, units: Sequence[str]) -> list[str]:
    """Return a span as its days, hours, minutes and seconds; what is none is left out.

    ``units`` are the four words for them.
    """
    parts: list[str] = []
    rest = seconds
    for size, unit in zip((DAY, HOUR, MINUTE, 1), units, strict=True):
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count} {unit}")
    return parts or [f"0 {units[-1]}"]


def left(seconds: int) -> str:
    """Return how much time there was to spare, or by how much it was too late."""
    return f"{span(-seconds)} late" if seconds < 0 else f"{span(seconds)} left"


def coded(code: str, word: Callable[[str], str]) -> str:
    """Return a code in words, and beside them itself, to find its rule by.

    What is one word already, or has none, is shown as it is; a code of which the words
    say every letter is not shown twice. Of "evidence.merchant/2", the second clock of
    this step, the step has the word.
    """
    step = code.partition("/")[0]
    said = word(step)
    if said == step or not {"_", "."} & set(step):
        return code
    return said if said.casefold() == code.replace("_", " ") else f"{said} ({code})"


def moment(value: datetime) -> str:
    """Return a moment as people read it, in UTC, to the second."""
    return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S}Z"


def spelt(value: object) -> str:
    """Return a plain value of a fact: a time as a moment, a yes or no as such."""
    match value:
        case datetime():
            return moment(value)
        case bool():
            return "yes" if value else "no"
        case tuple():
            return ", ".join(spelt(each) for each in value)
        case _:
            return str(value)
