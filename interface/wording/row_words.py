"""What a row of the policies says, in a sentence of either language."""

# ruff: noqa: RUF001  (Chinese punctuation is what Chinese is written with)

from collections.abc import Callable, Mapping
from typing import Any, Final

from domain.policy.rows import BurdenStep, Formula
from interface.wording.language import Language, Tongue
from interface.wording.service_row_words import SERVICE_ROW_WORDS

Says = Mapping[str, Any]

NOBODY: Final[Mapping[Tongue, str]] = {"zh-CN": "任何人", "en": "nobody"}


def in_chinese(language: Language) -> bool:
    """Whether the reader reads Chinese."""
    return language.tag == "zh-CN"


def timer(says: Says, language: Language) -> str:
    """Say who has how long for what, and what happens then."""
    word = language.word
    owes, step, then = word(says["owes"]), word(says["step"]), word(says["on_breach"])
    if in_chinese(language):
        return f"{owes}应在 {says['hours']} 小时内{step}；逾期：{then}"
    return f"{owes} has {says['hours']} h to {step}; if not: {then}"


def burden(says: Says, language: Language) -> str:
    """Say who proves what, in order, and what silence means."""
    word = language.word
    steps: tuple[BurdenStep, ...] = says["steps"]
    if in_chinese(language):
        parts = (f"{word(s.proves)}举证，否则{result(s, language)}" for s in steps)
        return f"{word('issue:' + says['issue'])}：{'；'.join(parts)}"
    parts = (f"{word(s.proves)} proves, or it is {result(s, language)}" for s in steps)
    return f"{word('issue:' + says['issue'])}: {'; then '.join(parts)}"


def result(step: BurdenStep, language: Language) -> str:
    """Say how it is decided where a step is not proven."""
    return language.word(f"result:{step.default}")


def money(says: Says, language: Language) -> str:
    """Say who pays how much to whom, for what."""
    word = language.word
    bearers = language.joint.join(word(each) for each in says["bearers"])
    to, pays = says["payee"], formula(says.get("formula"), language)
    payee = NOBODY[language.tag] if to == "none" else word(to)
    if in_chinese(language):
        return f"{says['trigger']}：{bearers}向{payee}支付 {pays}"
    return f"{says['trigger']}: {bearers} pays {payee} {pays}"


def formula(of: Formula | None, language: Language) -> str:
    """Say a formula: a fixed amount, or a rate of a base within its ends."""
    if of is None:
        return "0"
    ends = [language.money(of.min_fen, "CNY")] if of.min_fen else []
    most = [language.money(of.max_fen, "CNY")] if of.max_fen is not None else []
    if of.base == "fixed":
        return language.money(of.fixed_fen, "CNY")
    rate = f"{of.rate_bp / 100:g} % × {of.base}"
    least, up_to = (
        ("最低 ", "最高 ") if in_chinese(language) else ("at least ", "up to ")
    )
    bounds = [*(least + each for each in ends), *(up_to + each for each in most)]
    bounds += [f"+ {base}" for base in of.plus]
    return language.joint.join([rate, *bounds])


def label(says: Says, language: Language) -> str:
    """Say what a label promises."""
    promise = language.word(says["promise"])
    hours = says.get("hours")
    span = f" {hours} h" if hours else f" {says.get('day') or ''}".rstrip()
    return f"{says['label']}: {promise}{span}"


def cap(says: Says, language: Language) -> str:
    """Say what several payouts may come to together."""
    parts = []
    if says.get("amount_fen") is not None:
        parts.append(language.money(says["amount_fen"], "CNY"))
    if says.get("rate_bp") is not None:
        parts.append(f"{says['rate_bp'] / 100:g} % × {says['base']}")
    most = "合计最高 " if in_chinese(language) else "together at most "
    return most + language.joint.join(parts)


def approval(says: Says, language: Language) -> str:
    """Say up to what a role may approve."""
    role, bound = language.word(says["role"]), says.get("up_to_fen")
    if in_chinese(language):
        limit = "不限金额" if bound is None else f"至 {language.money(bound, 'CNY')}"
        return f"{role}可批准：{limit}"
    limit = "any amount" if bound is None else f"up to {language.money(bound, 'CNY')}"
    return f"{role} may approve {limit}"


def calendar(says: Says, language: Language) -> str:
    """Say why time does not count, or counts otherwise."""
    own = says.get("reason_zh" if in_chinese(language) else "reason_en")
    return str(own or says["reason"])


def ladder(says: Says, language: Language) -> str:
    """Say what a limit is about."""
    return f"{says['trigger']}: {language.word(says['of'])}"


def service_tickets(says: Says, language: Language) -> str:
    """Say from when a store is charged for tickets answered late."""
    shares = (f"≥ {rung.rate_from_bp / 100:g} %" for rung in says["rungs"])
    of = "服务单超时占比" if in_chinese(language) else "service tickets answered late"
    return f"{of} {language.joint.join(shares)}"


def score(says: Says, language: Language) -> str:
    """Say what is measured of whom, and what it weighs."""
    word = language.word
    metric, of = word(f"metric:{says['metric']}"), word(says["of"])
    hours, weight = says.get("hours") or 0, says.get("weight_bp") or 0
    if in_chinese(language):
        parts = [f"考核{of}：{metric}"]
        parts += [f"{hours} 小时内"] if hours else []
        parts += [f"权重 {weight / 100:g}%"] if weight else []
        return "，".join(parts)
    parts = [f"measures {of}: {metric}"]
    parts += [f"within {hours} h"] if hours else []
    parts += [f"weight {weight / 100:g} %"] if weight else []
    return ", ".join(parts)


ROW_WORDS: Final[Mapping[str, Callable[[Says, Language], str]]] = {
    "timer": timer,
    "burden": burden,
    "entitlement": money,
    "merchant_deduction": money,
    "label_promise": label,
    "cap": cap,
    "approval": approval,
    "calendar": calendar,
    "ladder": ladder,
    "service_tickets": service_tickets,
    **SERVICE_ROW_WORDS,
    "score": score,
}
