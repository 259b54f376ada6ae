"""The words commands, events and the state of an after-sales case share.

Codes are those of the domain rules, section 3.2.
"""

from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from domain.kernel import Code, Name
from domain.order.values import LineNumber, Quantity

CaseType = Literal[
    "refund_unshipped",  # 未发货仅退款
    "refund_shipped",  # 已发货仅退款
    "return_refund",  # 退货退款
    "exchange",  # 换货
    "resend",  # 补寄
    "repair",  # 维修
    "price_protection",  # 价保
    "freight_compensation",  # 退运费
    "partial_refund",  # 部分退款: the consumer keeps the goods
]
# Types that end in money, those whose goods come back first, those that send goods.
PAYS: Final = frozenset(
    {
        "refund_unshipped",
        "refund_shipped",
        "return_refund",
        "price_protection",
        "freight_compensation",
        "partial_refund",
    }
)
COMES_BACK: Final = frozenset({"return_refund", "exchange", "repair"})
SENDS: Final = frozenset({"exchange", "resend", "repair"})

CaseStatus = Literal[
    "none",
    "awaiting_merchant",  # 待商家同意
    "rejected_awaiting_consumer",  # 一次拒绝
    "countered_awaiting_consumer",  # the merchant offered something else
    "awaiting_consumer_return",  # 待买家退货
    "awaiting_merchant_receipt",  # 待商家收货
    "rejected_after_receipt",  # 二次拒绝
    "awaiting_merchant_ship",  # 待商家发货 (exchange, resend, repair)
    "awaiting_consumer_receipt",  # 待买家收货
    "refunding",  # 退款中
    "succeeded",  # 售后成功
    "closed",  # 售后关闭
]
FINAL: Final[frozenset[CaseStatus]] = frozenset({"succeeded", "closed"})

# Why a case was closed without success.
CloseReason = Literal[
    "withdrawn", "consumer_silent", "not_sent_back", "merged", "ruled_against", "told"
]

# Doudian's after-sales reasons, by number (section 3.2); 1 and 6 are "no reason", and
# decide who pays the freight of a return.
ReasonCode = Annotated[int, Meta(ge=1, le=99)]
NO_REASON: Final = frozenset({1, 6})

# Why a merchant says no; those of EVIDENCE_NEEDED must come with evidence.
RejectionReason = Literal[
    "return_goods_first",  # 商品退回后才能退款
    "already_signed",  # 买家已签收
    "opened_by_mistake",  # 误操作
    "already_solved",  # 问题已解决
    "agreed_otherwise",  # 协商一致
    "resale_affected",  # 影响二次销售
    "not_as_claimed",
    "goods_missing_in_return",
    "out_of_window",
    "other",
]
EVIDENCE_NEEDED: Final[frozenset[RejectionReason]] = frozenset(
    {
        "return_goods_first",
        "already_signed",
        "resale_affected",
        "not_as_claimed",
        "goods_missing_in_return",
    }
)

# Two axes: goods that arrived are not yet goods accepted.
Reception = Literal["none", "awaiting", "received", "cancelled", "given_to_customer"]
Acceptance = Literal[
    "none", "pending", "accepted", "rejected", "manual_intervention_required"
]
# In what condition the goods came back (PayPal's words).
Condition = Literal[
    "as_expected", "damaged", "empty_or_different", "missing", "not_received"
]

# The third axis: money. And from where it comes.
RefundStatus = Literal["none", "due", "ordered", "succeeded", "failed", "recovered"]
RefundRoute = Literal[
    "original",  # 原路
    "merchant_balance",  # 备用金
    "deposit",  # 保证金
    "platform_advance",  # 平台垫付
    "offline",  # COD, paid back outside
]

# What was found at the consumer's door: that the goods are as claimed, or not.
InspectionResult = Literal["pass", "fail"]

EvidenceKind = Literal["image", "video", "audio", "text", "pdf"]
Direction = Literal["reverse", "outbound"]


class GoodsReturned(Struct, frozen=True, kw_only=True):
    """How much of a line came back, and how it looked."""

    line: LineNumber
    quantity: Quantity
    condition: Condition = "as_expected"


class EvidenceItem(Struct, frozen=True, kw_only=True):
    """A file of the evidence store, and what it is meant to show."""

    evidence: Name
    shows: Code = "other"
