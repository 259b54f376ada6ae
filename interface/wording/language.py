"""How each language writes times, spans and money, and its words for our codes."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Final, Literal
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from babel.numbers import format_currency
from msgspec import Struct

from application.audit.spelt import in_units
from domain.money import decimal_string
from interface.wording.words import ENGLISH, MANDARIN

Tongue = Literal["zh-CN", "en"]


class Language(Struct, frozen=True, kw_only=True):
    """One language: its locale, the clock its readers live by, and its words.

    ``units`` are days, hours, minutes and seconds; ``joint`` stands between two things
    of a list.
    """

    tag: Tongue
    locale: str
    zone: str
    pattern: str
    units: tuple[str, str, str, str]
    joint: str
    words: Mapping[str, str]

    def moment(self, text: str) -> str:
        """Return a time of a fact as its readers write it."""
        moment = datetime.fromisoformat(text)
        zone = ZoneInfo(self.zone)
        return format_datetime(moment, self.pattern, tzinfo=zone, locale=self.locale)

    def span(self, seconds: int) -> str:
        """Return a span by its two largest units, such as "5 h 12 min"."""
        return " ".join(in_units(abs(seconds), self.units)[:2])

    def money(self, minor: int, currency: str) -> str:
        """Return an amount, such as "¥129.00"."""
        amount = Decimal(decimal_string(minor, currency))
        return str(format_currency(amount, currency, locale=self.locale))

    def sums(self, by_currency: Mapping[str, int]) -> str:
        """Return amounts of several currencies."""
        return self.joint.join(
            self.money(minor, currency) for currency, minor in by_currency.items()
        )

    def word(self, code: str) -> str:
        """Return the word for a code of ours; somebody else's stays as it is."""
        return self.words.get(code, code)


LANGUAGES: Final[Mapping[Tongue, Language]] = {
    "zh-CN": Language(
        tag="zh-CN",
        locale="zh_CN",
        zone="Asia/Shanghai",
        pattern="yyyy年M月d日 HH:mm",
        units=("天", "小时", "分", "秒"),
        joint="、",
        words=MANDARIN,
    ),
    "en": Language(
        tag="en",
        locale="en",
        zone="UTC",
        pattern="yyyy-MM-dd HH:mm 'UTC'",
        units=("d", "h", "min", "s"),
        joint=", ",
        words=ENGLISH,
    ),
}
