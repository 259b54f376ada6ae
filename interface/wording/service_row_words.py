"""What a row of the proactive service says, in a sentence of either language."""

# ruff: noqa: RUF001  (Chinese punctuation is what Chinese is written with)

from collections.abc import Callable, Mapping
from typing import Any, Final

from domain.policy.service_rows import StepRow
from interface.wording.language import Language

Says = Mapping[str, Any]


def in_chinese(language: Language) -> bool:
    """Whether the reader reads Chinese."""
    return language.tag == "zh-CN"


def detector(says: Says, language: Language) -> str:
    """Say what is watched, from when it falls short, and what it then is."""
    word = language.word
    watched, code = word(f"watch:{says['watches']}"), word(f"shortfall:{says['code']}")
    than = "≥" if says.get("inclusive") else ">"
    by_class = [
        says[name]
        for name in ("same_hours", "cross_hours", "remote_hours")
        if says.get(name) is not None
    ]
    parts = [f"{than} {' / '.join(map(str, by_class or [says.get('hours') or 0]))} h"]
    if says.get("share_percent") is not None:
        parts = [f"≥ {says['share_percent']} %"]
    if says.get("count") is not None:
        parts = [f"≥ {says['count']} × / {says.get('hours')} h"]
    colon = "：" if in_chinese(language) else ": "
    return f"{code}{colon}{language.joint.join([watched, *parts])}"


def regions(says: Says, language: Language) -> str:
    """Say which regions count as one, and which as remote."""
    groups = language.joint.join("+".join(each) for each in says.get("together", ()))
    remote = language.joint.join(says.get("remote", ()))
    if in_chinese(language):
        return f"同区：{groups or '无'}；偏远：{remote or '无'}"
    return f"as one: {groups or 'none'}; remote: {remote or 'none'}"


def severity(says: Says, language: Language) -> str:
    """Say from how many points on something is how grave."""
    steps = (
        f"{language.word('severity:' + step.severity)} ≥ {step.points}"
        for step in says["from_points"]
    )
    of = "金额 × 延误 × 费力" if in_chinese(language) else "value x delay x effort"
    return f"{of}{language.joint}{language.joint.join(steps)}"


def plan(says: Says, language: Language) -> str:
    """Say what is done for which shortfalls, and whether anybody is asked first."""
    word = language.word
    does = language.joint.join(step(each, language) for each in says["steps"])
    codes = language.joint.join(word(f"shortfall:{each}") for each in says["codes"])
    asked = "consent" if says.get("needs_consent") else "unasked"
    how = word("plan:minimum" if says.get("minimum") else f"plan:{asked}")
    if in_chinese(language):
        return f"{codes}：{does}（{how}）"
    return f"{codes}: {does} ({how})"


def step(row: StepRow, language: Language) -> str:
    """Say one step, what it is limited to, and who bears it."""
    parts = [language.word(f"action:{row.action}")]
    if row.rate_bp:
        parts.append(f"{row.rate_bp / 100:g} %")
    if row.fixed_fen:
        parts.append(language.money(row.fixed_fen, "CNY"))
    if row.max_fen is not None:
        parts.append(f"≤ {language.money(row.max_fen, 'CNY')}")
    if row.shift_hours:
        parts.append(f"+ {row.shift_hours} h")
    return " ".join([*parts, f"[{language.word(row.bearer)}]"])


def offer(says: Says, language: Language) -> str:
    """Say how long an offer runs, and what silence means."""
    silence = language.word(f"silence:{says['on_silence']}")
    if in_chinese(language):
        return f"要约 {says['expires_hours']} 小时有效；沉默：{silence}"
    return f"an offer runs {says['expires_hours']} h; silence: {silence}"


def companionship(says: Says, language: Language) -> str:
    """Say how long we stay beside a consumer, from when, and how often we look."""
    looks = len(says.get("check_ins", ()))
    if in_chinese(language):
        anchor = "签收" if says["anchor"] == "signed" else "付款"
        return f"自{anchor}起陪伴 {says['days']} 天，查看 {looks} 次"
    anchor = "signature" if says["anchor"] == "signed" else "payment"
    return f"{says['days']} days from {anchor}, with {looks} planned looks"


SERVICE_ROW_WORDS: Final[Mapping[str, Callable[[Says, Language], str]]] = {
    "detector": detector,
    "regions": regions,
    "severity": severity,
    "plan": plan,
    "offer": offer,
    "companionship": companionship,
}
