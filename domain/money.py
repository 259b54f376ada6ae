"""Money: whole minor units of one currency. Amounts of two currencies never meet."""

from collections.abc import Iterable
from typing import Annotated

from msgspec import Meta, Struct

# The codes of ISO 4217 that money is paid in, by the digits of their minor unit.
CODES_BY_DIGITS = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    2: (
        "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN "
        "BWP BYN BZD CAD CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR "
        "FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES "
        "KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR "
        "MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON "
        "RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS "
        "TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG"
    ),
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
EXPONENTS = {
    code: digits for digits, codes in CODES_BY_DIGITS.items() for code in codes.split()
}

# An ISO 4217 currency code.
Currency = Annotated[str, Meta(pattern=r"^[A-Z]{3}$")]

# What a sum of many amounts still holds in 64 bits, and JavaScript in a number.
MINOR_MAX = 2**53
Minor = Annotated[int, Meta(ge=-MINOR_MAX, le=MINOR_MAX)]


class CurrenciesMixed(ValueError):
    """Amounts of two currencies were added."""


class Money(Struct, frozen=True, order=False):
    """An amount in minor units (fen, centavos, cents) of an ISO 4217 currency."""

    minor: Minor
    currency: Currency

    def __post_init__(self) -> None:
        """Raise ValueError for a code that is no currency."""
        if self.currency not in EXPONENTS:
            raise ValueError(f"{self.currency} is no currency of ISO 4217")

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
