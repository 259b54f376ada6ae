"""A resolution in plain words, for whoever waits for it: why, what, and how far."""

# ruff: noqa: RUF001  (Chinese punctuation is what Chinese is written with)

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from interface.wording.language import LANGUAGES, Language, Tongue

REASON: Final[Mapping[Tongue, str]] = {
    "zh-CN": "您的订单出现了问题：{what}。很抱歉，我们正在主动为您处理。",
    "en": "Something fell short with your order: {what}. We are sorry, and see to it.",
}
UNTIL: Final[Mapping[Tongue, str]] = {"zh-CN": "至 {until}", "en": "until {until}"}
BLOCKED: Final[Mapping[Tongue, str]] = {
    "zh-CN": "善意补偿暂停至 {until}（{why}）；您应得的权益不受影响，您可以申诉。",
    "en": "No goodwill until {until} ({why}). What you are owed stays, and you may "
    "object.",
}
PROGRESS: Final[Mapping[str, tuple[str, str]]] = {
    "to_come": ("待处理", "to come"),
    "under_way": ("处理中", "under way"),
    "done": ("已完成", "done"),
    "taken_back": ("已撤销", "taken back"),
    "left_out": ("不再执行", "left out"),
}


def reasons(codes: Iterable[str]) -> dict[Tongue, str]:
    """Return why somebody hears of us, of the codes that fell short."""
    told = list(dict.fromkeys(codes))
    return {
        name: REASON[name].format(
            what=language.joint.join(
                language.word(f"shortfall:{each}") for each in told
            )
        )
        for name, language in LANGUAGES.items()
    }


def gets(
    action: str, amount: tuple[int, str] | None, until: datetime | None
) -> dict[Tongue, str]:
    """Return one thing somebody gets, such as "all the money back, ¥129.00"."""
    return {
        name: language.joint.join(filter(None, each(language, action, amount, until)))
        for name, language in LANGUAGES.items()
    }


def each(
    language: Language,
    action: str,
    amount: tuple[int, str] | None,
    until: datetime | None,
) -> tuple[str, ...]:
    """Return what it is, how much, and until when, as far as each is so."""
    money = "" if amount is None else language.money(*amount)
    when = ""
    if until is not None:
        when = UNTIL[language.tag].format(until=language.moment(until.isoformat()))
    return (language.word(f"action:{action}"), money, when)


def progress(far: str) -> dict[Tongue, str]:
    """Return how far something is."""
    chinese, english = PROGRESS[far]
    return {"zh-CN": chinese, "en": english}


def blocked(reason: str, until: datetime) -> dict[Tongue, str]:
    """Return why goodwill is blocked, until when, and what can be done about it."""
    code = f"flagged:{reason}"
    return {
        name: BLOCKED[name].format(
            until=language.moment(until.isoformat()),
            why=language.word(code) if code in language.words else reason,
        )
        for name, language in LANGUAGES.items()
    }
