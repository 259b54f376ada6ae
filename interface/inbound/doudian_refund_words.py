"""Doudian's after-sales words (抖店): tags, statuses, types and arbitration, as ours.

Tags as its open platform lists them (消息推送, 退款类消息); statuses are its
``standard_aftersale_status``; see docs/inbound.md.
"""

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from domain.after_sales import CaseStatus, CaseType
from domain.dispute import DisputeStatus, OutsideOutcome, Side

# aftersale_type: 售后类型. 4 and 5 are whole orders called off before shipping.
TYPES: Final[Mapping[str, CaseType]] = {
    "0": "return_refund",  # 退货退款
    "1": "refund_shipped",  # 已发货仅退款
    "2": "refund_unshipped",  # 未发货仅退款
    "3": "exchange",  # 换货
    "4": "refund_unshipped",  # 系统取消
    "5": "refund_unshipped",  # 用户取消
    "6": "price_protection",  # 价保
    "7": "resend",  # 补寄
    "8": "repair",  # 维修
    "8001": "repair",  # 以换代修
}

# reason_code 24, 退运费: money for postage alone, whatever the type.
FREIGHT_ONLY: Final = 24
REASON_MAX: Final = 99

# aftersale_status: 售后状态.
STATUSES: Final[Mapping[str, CaseStatus]] = {
    "6": "awaiting_merchant",  # 待商家同意
    "7": "awaiting_consumer_return",  # 待买家退货
    "8": "awaiting_merchant_ship",  # 待商家发货
    "11": "awaiting_merchant_receipt",  # 待商家二次同意
    "12": "succeeded",  # 售后成功
    "13": "awaiting_consumer_receipt",  # 商家已发货，待用户收货  # noqa: RUF003  # theirs
    "14": "succeeded",  # 换货/补寄/维修成功
    "27": "rejected_awaiting_consumer",  # 一次拒绝
    "28": "closed",  # 售后失败
    "29": "rejected_after_receipt",  # 二次拒绝
    "51": "succeeded",  # 取消成功
    "53": "succeeded",  # 逆向完成
}

# The aftersale_status of a case that ended in a refund.
REFUNDED: Final = "12"

# refund_status: where the money is. 4 (failed) is on its way again, or will be.
UNDER_WAY: Final = frozenset({"1", "2", "4"})
ARRIVED: Final = frozenset({"3", "5"})  # 退款成功, 追缴成功
REFUND_STATUSES: Final = frozenset({"0", *UNDER_WAY, *ARRIVED})

# refund_type: by which way the money goes. 4 is 无需退款, none.
NOTHING_TO_REFUND: Final = "4"
REFUND_TYPES: Final = frozenset({"-1", "0", "1", "2", "3", "4", "5"})

# arbitrate_status: whether the platform has stepped in.
INTERVENING: Final[Mapping[str, bool]] = {
    "0": False,  # 无仲裁
    "1": True,  # 仲裁中
    "2": False,  # 支持买家
    "3": False,  # 支持卖家
    "4": True,  # 待商家举证
    "5": True,  # 协商期
    "6": False,  # 仲裁结束
    "255": False,  # 取消
}
ARBITRATIONS: Final[Mapping[str, DisputeStatus]] = {
    "1": "platform_review",
    "2": "ruling_issued",
    "3": "ruling_issued",
    "4": "evidence_round",
    "5": "negotiation",
    "6": "closed",
    "255": "withdrawn",
}
OUTCOMES: Final[Mapping[str, OutsideOutcome]] = {
    "2": "consumer",
    "3": "merchant",
    "255": "withdrawn",
}
# arbitrate_blame: 仲裁责任方, as a word of a report's reason.
BLAMES: Final[Mapping[str, str]] = {
    "1": "blame:merchant",
    "2": "blame:consumer",
    "3": "blame:both",
    "4": "blame:platform",
    "5": "blame:creator",
}


class Step(Struct, frozen=True, kw_only=True):
    """What a tag says: the step taken, and the field its time stands in.

    ``status`` is what the case then is in. ``or_else`` are those that the message's own
    ``aftersale_status`` may tell more exactly; any other is overruled, for the tag says
    what happened. None: ``aftersale_status`` alone tells.
    """

    status: CaseStatus | None = None
    or_else: frozenset[CaseStatus] = frozenset()
    at: tuple[str, ...] = ()
    refunded: bool = False


STEPS: Final[Mapping[str, Step]] = {
    "200": Step(status="awaiting_merchant", at=("apply_time",)),
    "201": Step(
        status="refunding", or_else=frozenset({"succeeded"}), at=("agree_time",)
    ),
    "202": Step(status="awaiting_consumer_return", at=("agree_time",)),
    "203": Step(status="awaiting_merchant_receipt", at=("return_time",)),
    "204": Step(
        status="rejected_awaiting_consumer",
        or_else=frozenset({"rejected_after_receipt"}),
        at=("refuse_time",),
    ),
    "205": Step(
        status="rejected_awaiting_consumer",
        or_else=frozenset({"rejected_after_receipt"}),
        at=("refuse_time",),
    ),
    "206": Step(status="succeeded", at=("success_time",), refunded=True),
    "207": Step(status="closed", at=("close_time",)),
    "208": Step(status="awaiting_merchant", at=("modify_time",)),
    "209": Step(),
    "211": Step(status="awaiting_consumer_receipt", at=("apply_time",)),
    "224": Step(at=("apply_time",)),
    "225": Step(status="succeeded", at=("success_time",), refunded=True),
    "226": Step(status="awaiting_consumer_receipt"),
    "227": Step(status="awaiting_merchant_ship"),
}


class Arbitration(Struct, frozen=True, kw_only=True):
    """What a tag of an arbitration says: the step, and who is to answer.

    ``or_else`` are what its ``arbitrate_status`` may tell more exactly.
    """

    status: DisputeStatus
    or_else: frozenset[DisputeStatus] = frozenset()
    intervening: bool = True
    answers: Side | None = None
    outcome: OutsideOutcome | None = None


ARBITRATED: Final[Mapping[str, Arbitration]] = {
    "212": Arbitration(status="opened", or_else=frozenset({"negotiation"})),
    "213": Arbitration(status="evidence_round", answers="merchant"),
    "214": Arbitration(
        status="platform_review", or_else=frozenset({"evidence_round", "negotiation"})
    ),
    "215": Arbitration(status="withdrawn", intervening=False, outcome="withdrawn"),
    "216": Arbitration(status="ruling_issued", intervening=False),
    "217": Arbitration(status="platform_review", or_else=frozenset({"evidence_round"})),
    "218": Arbitration(status="negotiation"),
}
