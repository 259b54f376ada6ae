"""The days beside a consumer, and what fell short in them, in both languages."""

# ruff: noqa: RUF001  (Chinese punctuation is what Chinese is written with)

from collections.abc import Mapping
from typing import Final

COMPANIONSHIP_SENTENCES: Final[
    Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]
] = {
    "companionship.started": (
        ("我们将全程陪伴这笔订单，至 {ends_at}",),
        ("We keep you company with this order until {ends_at}",),
    ),
    "companionship.prolonged": (
        ("陪伴延长至 {ends_at}",),
        ("We stay with you until {ends_at}",),
    ),
    "companionship.check_in_reached": (
        ("已按计划查看订单：{finding}",),
        ("We looked at your order as planned: {finding}",),
    ),
    "companionship.matter_noted": (
        ("订单有新的事项：{opened}", "订单的一项事项已结束：{ended}"),
        ("Something of the order was opened: {opened}", "It came to its end: {ended}"),
    ),
    "companionship.rated": (
        ("陪伴服务评价 {score} 分（满分 5 分）",),
        ("The days were rated {score} of 5",),
    ),
    "companionship.closed": (
        ("全程陪伴结束：{days_ended}",),
        ("Our days with this order are over: {days_ended}",),
    ),
    "shortfall.detected": (
        ("我们发现体验短板：{shortfall_code}",),
        ("We noticed that something falls short: {shortfall_code}",),
    ),
    "shortfall.cleared": (
        ("体验短板已消除（{shortfall_code}）：{cleared_by}",),
        ("It falls short no more ({shortfall_code}): {cleared_by}",),
    ),
    "shortfall.contested": (
        ("{actor}对体验短板提出异议（{shortfall_code}）",),
        ("{actor} says that it is not so ({shortfall_code})",),
    ),
}

# Chinese, then English.
COMPANIONSHIP_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    # What a clock of the days asks for
    "companionship.end": ("结束全程陪伴", "end the days beside the consumer"),
    "companionship.check_in": ("按计划查看订单", "look at the order as planned"),
    # What was found
    "finding:on_track": ("一切正常", "all is well"),
    "finding:at_risk": ("存在风险", "something is at risk"),
    "finding:fell_short": ("存在体验短板", "something falls short"),
    "finding:being_resolved": ("正在解决", "it is being seen to"),
    "finding:made_good": ("已经弥补", "it was made good"),
    "finding:delivered": ("已送达", "it was delivered"),
    "finding:cancelled": ("订单已取消", "the order was called off"),
    # What of an order may be open
    "matter:resolution": ("主动解决方案", "a solution"),
    "matter:after_sales": ("售后", "an after-sales case"),
    "matter:dispute": ("纠纷", "a dispute"),
    "matter:contact": ("客服联系", "a contact"),
    # How the days ended
    "days:all_kept": ("承诺全部履行", "every promise was kept"),
    "days:made_good": ("短板均已弥补", "what fell short was made good"),
    "days:fell_short": ("仍有短板未弥补", "something was not made good"),
    "days:cancelled": ("订单已取消", "the order was called off"),
}
