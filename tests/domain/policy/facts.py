"""The shipped rules, and facts put to them in yuan."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from application.policies import pack_rulebook
from domain.policy.quote import Facts, Quote, quote

SHANGHAI = ZoneInfo("Asia/Shanghai")
TAOBAO, DOUYIN = pack_rulebook("taobao-like"), pack_rulebook("douyin-like")


def there(text: str) -> datetime:
    """Return a time on a clock in Shanghai."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


DECEMBER = there("2025-12-05 10:00:00")
AUGUST_11 = there("2026-08-11 10:00:00")
JULY = there("2026-07-15 10:00:00")


def taobao(*breaches: str, at: datetime = DECEMBER, **facts: Any) -> Quote:
    """Return what the Taobao-like pack pays for these breaches, in this order."""
    return quote(TAOBAO, Facts(breaches=breaches, **facts), at)  # type: ignore[arg-type]  # codes read as words here


def douyin(*breaches: str, at: datetime = AUGUST_11, **facts: Any) -> Quote:
    """Return what the Douyin-like pack pays for these breaches, in this order."""
    return quote(DOUYIN, Facts(breaches=breaches, **facts), at)  # type: ignore[arg-type]  # codes read as words here


def fen(answer: Quote) -> list[int]:
    """Return what each line pays; they must come to the total."""
    paid = [line.fen for line in answer.lines]
    assert sum(paid) == answer.total_fen
    return paid


def rules(answer: Quote) -> list[str]:
    """Return the rules of the lines, without their profile."""
    return [line.rule.partition(".")[2] for line in answer.lines]


def cuts(answer: Quote) -> list[str | None]:
    """Return what cut each line, without its profile."""
    return [line.cut_by and line.cut_by.partition(".")[2] for line in answer.lines]
