"""Money, spans and moments as auditors read them."""

from datetime import UTC, datetime, timedelta

from domain.money import Money
from domain.plan import YUAN


def money(amount: Money) -> str:
    """Return an amount with its currency."""
    return f"{amount} {amount.currency}"


def yuan(fen: int) -> str:
    """Return an amount in fen as people read it."""
    return money(Money(fen, YUAN))


def span(seconds: int) -> str:
    """Return a span in days, hours, minutes and seconds, less than none with a sign."""
    return f"{'-' if seconds < 0 else ''}{timedelta(seconds=abs(seconds))}"


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
