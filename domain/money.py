"""Money: whole minor units of one currency. Amounts of two currencies never meet."""

from collections.abc import Iterable
from typing import Annotated

from msgspec import Meta, Struct

# ISO 4217 codes whose minor unit is not a hundredth; all others have two digits.
WHOLE_ONLY = (
    *("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF"),
    *("UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"),
)
THOUSANDTHS = ("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND")
EXPONENTS = dict.fromkeys(WHOLE_ONLY, 0) | dict.fromkeys(THOUSANDTHS, 3)

# An ISO 4217 currency code.
Currency = Annotated[str, Meta(pattern=r"^[A-Z]{3}$")]


class CurrenciesMixed(ValueError):
    """Amounts of two currencies were added."""


class Money(Struct, frozen=True, order=False):
    """An amount in minor units (fen, centavos, cents) of an ISO 4217 currency."""

    minor: int
    currency: Currency

    def __add__(self, other: "Money") -> "Money":
        if other.currency != self.currency:
            raise CurrenciesMixed(f"{self.currency} + {other.currency}")
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return self + Money(-other.minor, other.currency)

    def __mul__(self, times: int) -> "Money":
        return Money(self.minor * times, self.currency)

    def __str__(self) -> str:
        return decimal_string(self.minor, self.currency)


def total(amounts: Iterable[Money], currency: str) -> Money:
    """Return the sum, zero of the currency for none; raises CurrenciesMixed."""
    return sum(amounts, start=Money(0, currency))


def decimal_string(minor: int, currency: str) -> str:
    """Return the amount in major units, as "405722.97"."""
    digits = EXPONENTS.get(currency, 2)
    whole, rest = divmod(abs(minor), 10**digits)
    sign = "-" if minor < 0 else ""
    return f"{sign}{whole}.{rest:0{digits}d}" if digits else f"{sign}{whole}"


def minor_units(amount: str, currency: str) -> int:
    """Return "405722.97" as 40572297; ValueError if it is no such amount."""
    digits = EXPONENTS.get(currency, 2)
    sign = -1 if amount.startswith("-") else 1
    whole, _, rest = amount.removeprefix("-").partition(".")
    if (
        not whole.isdecimal()
        or not (rest + "0").isdecimal()
        or rest[digits:].strip("0")
    ):
        raise ValueError(f"{amount!r} is not an amount of {currency}")
    return sign * int(whole + rest[:digits].ljust(digits, "0"))
