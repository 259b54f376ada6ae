"""Whose fault it was, who owes whom, and compensation, in both languages."""

# ruff: noqa: RUF001  (Chinese punctuation is what Chinese is written with)

from collections.abc import Mapping
from typing import Final

ACCOUNT_SENTENCES: Final[Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "responsibility.opened": (
        ("开始认定责任",),
        ("It is asked whose fault this is",),
    ),
    "responsibility.attributed": (
        ("责任已认定，共 {shares} 方分担",),
        ("It was said who bears what; parties: {shares}",),
    ),
    "responsibility.contested": (
        ("{actor}对责任认定提出异议",),
        ("{actor} says it should not bear that",),
    ),
    "responsibility.finalised": (
        ("责任认定已生效",),
        ("Who bears what is final",),
    ),
    "responsibility.entry_posted": (
        ("记账（{entry_kind}）：{amount}",),
        ("Written down ({entry_kind}): {amount}",),
    ),
    "responsibility.recourse_claimed": (
        ("{claimant}向{against}追偿 {amount}",),
        ("Claimed by {claimant} from {against}: {amount}",),
    ),
    "responsibility.recourse_acknowledged": (
        ("追偿 {claim} 已确认",),
        ("The claim {claim} was accepted",),
    ),
    "responsibility.recourse_disputed": (
        ("追偿 {claim} 被否认",),
        ("The claim {claim} was denied",),
    ),
    "responsibility.recourse_paid": (
        ("追偿 {claim} 已支付 {amount}",),
        ("{amount} was paid on the claim {claim}",),
    ),
    "responsibility.recourse_written_off": (
        ("追偿 {claim} 放弃余额 {amount}",),
        ("{amount} of the claim {claim} was given up",),
    ),
    "responsibility.score_effect_recorded": (
        ("计入{party}的评分",),
        ("It counts for a score of {party}",),
    ),
    "compensation.reserved": (
        ("按规则应赔付 {hers}", "按规则应从商家扣款 {deducted}", "按规则应赔付 {yuan}"),
        (
            "The rules pay {hers}",
            "The rules take {deducted} from the merchant",
            "The rules pay {yuan}",
        ),
    ),
    "compensation.goodwill_reserved": (
        ("在应赔之外再补偿 {yuan}",),
        ("{yuan} are given beyond what is owed",),
    ),
    "compensation.paid": (
        ("已赔付 {hers}", "已从商家扣款 {deducted}", "已赔付 {yuan}"),
        (
            "{hers} compensation paid",
            "{deducted} taken from the merchant",
            "{yuan} compensation paid",
        ),
    ),
    "compensation.released": (
        ("赔付 {hers} 已取消", "商家扣款 {deducted} 已取消", "赔付 {yuan} 已取消"),
        (
            "Compensation of {hers} is not paid after all",
            "{deducted} is not taken from the merchant after all",
            "Compensation of {yuan} is not paid after all",
        ),
    ),
}
