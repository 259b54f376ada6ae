"""What detectors watch, and when plans are carried out, in the words of people."""

# ruff: noqa: RUF001  (Chinese punctuation is what Chinese is written with)

from collections.abc import Mapping
from typing import Final

# What a detector watches, and when a plan is carried out: Chinese, then English.
WATCH_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "watch:promise_near": ("承诺即将到期", "a promise is near its time"),
    "watch:promise_broken": ("承诺已过期未履行", "a promise is past its time"),
    "watch:delivery_risk": ("风险表预警", "the risk table gives an alarm"),
    "watch:no_pickup": ("有运单未揽收", "a waybill, and no pickup"),
    "watch:no_hub": ("揽收后无分拨记录", "picked up, and seen at no hub"),
    "watch:no_scan": (
        "分拨后无新轨迹（同区 / 跨省 / 偏远）",
        "no new scan after a hub (one region / across / remote)",
    ),
    "watch:odd_track": ("轨迹不合常理", "a track that cannot be so"),
    "watch:exception": ("物流报告异常", "the carrier says something is wrong"),
    "watch:lost": ("物流报告丢失", "the carrier says it is lost"),
    "watch:told": ("有人告知", "somebody told us"),
    "watch:refund_clock": ("商家退款时限已用", "the merchant's refund clock used up"),
    "watch:refund_unpaid": ("退款未到账", "a refund ordered, and not done"),
    "watch:return_unsigned": ("退货在途未签收", "a return nobody signed for"),
    "watch:contacts": ("重复联系", "contacts about one order"),
    "watch:price": ("价保期内降价", "a lower price while it is protected"),
    "watch:listing": ("主播承诺优于商品页", "the creator promised more"),
    "watch:removed": ("商品被治理下架", "goods taken down after the sale"),
    "watch:incident": ("属于批量事件", "among an incident's orders"),
    "plan:minimum": ("应付，直接执行", "owed anyway"),
    "plan:unasked": ("直接执行", "unasked"),
    "plan:consent": ("经消费者同意", "once the consumer agrees"),
}
