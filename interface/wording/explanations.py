"""An explanation in words, in Chinese and in English, a line for each thing said."""

# ruff: noqa: RUF001  (Chinese punctuation is what Chinese is written with)

from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from application.audit.explain import ORIGINS, Explanation, Origin, UsedRow
from application.projections.entries import code_of
from application.projections.facts import facts_of
from domain.dispute import Fact, WouldChange
from domain.kernel import Event
from domain.timer import Timer
from interface.wording.language import LANGUAGES, Language, Tongue
from interface.wording.reasons import REASONS
from interface.wording.row_words import ROW_WORDS
from interface.wording.sentences import said

# Rows beyond so many are counted, not told: a publication has hundreds.
ROWS_TOLD_MAX: Final = 20

# What each origin means: Chinese, English.
ORIGIN_WORDS: Final[Mapping[Origin, tuple[str, str]]] = {
    "fact": (
        "这是{actor}上报的事实，无人作出决定",
        "This is a fact told by {actor}; nobody decided it",
    ),
    "person": ("由{who}决定", "Decided by {who}"),
    "system": ("由系统按规则作出", "Done by the service, as a rule says"),
    "clock": ("时限已到，由规则决定", "Time ran out, and the rules decided"),
    "follows": ("由此前的事件得出", "It follows from what was said before"),
}
WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "asked": ("请求：{asked}", "Asked: {asked}"),
    "status": ("当时状态：{status}", "It then stood: {status}"),
    "because": ("起因：{because}", "Because of: {because}"),
    "guard": ("可由以下角色提出：{roles}", "May be asked by: {roles}"),
    "evidence": ("凭证：{evidence}", "Evidence: {evidence}"),
    "row": (
        "依据 {ref}《{title}》（{source}）：{says}",
        "By {ref}, {title} ({source}): {says}",
    ),
    "unknown_row": ("依据 {ref}：从未发布", "By {ref}: never published"),
    "rows": ("另有 {count} 行规则", "And {count} more rows"),
    "clock": (
        "计时：{seconds}，到期 {due_at}",
        "The clock: {seconds} in all, due {due_at}",
    ),
    "finding": (
        "若认定“{fact}”{holds}，则结果为：{instead}",
        "Had it been found that “{fact}” {holds}, it would have come to: {instead}",
    ),
    "proof": (
        "若{side}提交凭证（{shows}），则结果为：{instead}",
        "Had {side} shown proof ({shows}), it would have come to: {instead}",
    ),
    "same": (
        "按相同规则重新计算：结果一致",
        "Decided again under the same rules: the same",
    ),
    "not_decided": ("无须重新计算", "There is nothing to decide again"),
    "differs": (
        "警报：按相同规则重新计算，结果不一致（{fields}）",
        "ALARM: decided again under the same rules, it differs ({fields})",
    ),
    "refused": (
        "按相同规则该请求会被拒绝：{refused}",
        "Under the same rules it would be refused: {refused}",
    ),
    "recorded": ("记录：{event}", "Recorded: {event}"),
    "recomputed": ("重算：{event}", "Decided again: {event}"),
    "unknown": ("尚不存在", "not there yet"),
    "nothing": ("无", "nothing"),
    "holds": ("成立", "holds"),
    "not_holds": ("不成立", "does not hold"),
}


# What can be found in a dispute: Chinese, English.
FACTS: Final[Mapping[Fact, tuple[str, str]]] = {
    "goods_received": ("消费者已收到商品", "the goods were received"),
    "return_received": ("商家已收到退货", "the return was received"),
    "goods_complete": ("商品齐全", "the goods are complete"),
    "goods_as_described": ("商品与描述相符", "the goods are as described"),
    "goods_genuine": ("商品为正品", "the goods are genuine"),
    "goods_undamaged": ("商品完好", "the goods are undamaged"),
    "damaged_before_signing": ("签收前已破损", "it was damaged before the signature"),
    "quality_as_promised": ("质量符合承诺", "the quality is as promised"),
    "resale_possible": ("不影响二次销售", "it can be sold again"),
    "drop_consented": ("消费者同意代收", "it was agreed where to leave it"),
    "shipped_in_time": ("按时发货", "it was shipped in time"),
    "content_true": ("内容真实", "what the content says is true"),
    "promise_made": ("作出过承诺", "a promise was made"),
    "promise_kept": ("承诺已履行", "the promise was kept"),
    "creator_knew": ("创作者知道或应当知道", "the creator knew or should have known"),
    "consumer_at_fault": ("消费者有过错", "the consumer is at fault"),
    "force_majeure": ("不可抗力", "it was force majeure"),
    "other": ("其他事实", "something else"),
}


def explained(explanation: Explanation, tongue: Tongue) -> tuple[str, ...]:
    """Return an explanation as lines: what, why, by which rows, and if it agrees."""
    language = LANGUAGES[tongue]
    return tuple(lines(explanation, language))


def lines(it: Explanation, language: Language) -> Iterator[str]:
    """Yield the lines, one after the other."""
    yield sentence(it.recorded, language)
    yield pick(ORIGIN_WORDS[it.origin], language).format(
        actor=it.actor, who=who(it, language)
    )
    if it.type in REASONS and it.origin != "person":
        yield pick(REASONS[it.type], language)
    if it.asked:
        yield line("asked", language, asked=it.asked)
    if it.status:
        yield line("status", language, status=standing(it.status, language))
    if it.because:
        yield line("because", language, because=sentence(it.because, language))
    if it.guard and it.origin == "person":
        roles = language.joint.join(map(language.word, it.guard.roles))
        yield line("guard", language, roles=roles)
    if it.evidence:
        yield line("evidence", language, evidence=language.joint.join(it.evidence))
    yield from clock_told(it.inputs, language)
    yield from rows_told(it, language)
    for change in it.changes:
        yield change_told(change, language)
    yield from verdict(it, language)


def sentence(event: Event, language: Language) -> str:
    """Return what an event says."""
    facts = msgspec.to_builtins(facts_of(event))
    return said(code_of(event), facts)[language.tag]


def standing(status: str, language: Language) -> str:
    """Return how something stood: a dispute's words are its own."""
    if status == "none":
        return line("unknown", language)
    own = language.word(f"stands:{status}")
    return language.word(status) if own == f"stands:{status}" else own


def pick(words: tuple[str, str], language: Language) -> str:
    """Return the words of this language."""
    return words[0] if language.tag == "zh-CN" else words[1]


def line(name: str, language: Language, **filled: object) -> str:
    """Return a line of ours, filled."""
    return pick(WORDS[name], language).format(**filled)


def who(it: Explanation, language: Language) -> str:
    """Return who decided, and as what."""
    if it.by is None:
        return it.actor
    role = language.word(it.by.role)
    if language.tag == "zh-CN":
        return f" {it.by.name}（{role}）"
    return f"{it.by.name} ({role})"


def clock_told(inputs: Mapping[str, Any], language: Language) -> Iterator[str]:
    """Yield how the clock stood that it is about."""
    clock = inputs.get("clock")
    if isinstance(clock, Timer):
        due_at = language.moment(clock.due_at.isoformat())
        seconds = language.span(clock.seconds)
        yield line("clock", language, seconds=seconds, due_at=due_at)


def rows_told(it: Explanation, language: Language) -> Iterator[str]:
    """Yield the rows it rests on, each in a line."""
    for row in it.rows[:ROWS_TOLD_MAX]:
        yield row_told(row, language)
    rest = len(it.rows) - ROWS_TOLD_MAX
    if rest > 0:
        yield line("rows", language, count=rest)


def row_told(row: UsedRow, language: Language) -> str:
    """Return one row: its reference, its title, its source, and what it says."""
    if not row.known or row.kind is None:
        return line("unknown_row", language, ref=row.ref)
    title = (row.title_zh if language.tag == "zh-CN" else "") or row.title
    says = ROW_WORDS[row.kind](row.says, language)
    return line("row", language, ref=row.ref, title=title, source=row.source, says=says)


def change_told(change: WouldChange, language: Language) -> str:
    """Return one thing that would have led to another result."""
    instead = language.word(f"result:{change.instead}")
    if change.what == "finding":
        holds = line("holds" if change.holds else "not_holds", language)
        fact = pick(FACTS[change.fact], language) if change.fact else ""
        return line("finding", language, fact=fact, holds=holds, instead=instead)
    side = language.word(change.proves or "")
    shows = language.joint.join(map(language.word, change.shows))
    return line("proof", language, side=side, shows=shows, instead=instead)


def verdict(it: Explanation, language: Language) -> Iterator[str]:
    """Yield whether it comes to the same; if not, both, so that anybody can see."""
    if it.agrees is None:
        yield line("not_decided", language)
        return
    if it.agrees:
        yield line("same", language)
        return
    fields = language.joint.join(it.differs)
    yield line("differs", language, fields=fields)
    if it.refused:
        yield line("refused", language, refused=it.refused)
    yield line("recorded", language, event=as_json(it.recorded))
    again = as_json(it.recomputed) if it.recomputed else line("nothing", language)
    yield line("recomputed", language, event=again)


def as_json(event: object) -> str:
    """Return an event as it is written, for whoever compares two."""
    return msgspec.json.encode(event).decode()


assert set(ORIGIN_WORDS) == set(ORIGINS), "every origin has its words"
