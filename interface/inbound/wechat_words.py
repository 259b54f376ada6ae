"""WeChat shop's words (微信小店): statuses of after-sales, disputes and guarantees.

As its platform lists them (售后单更新通知, 纠纷单更新通知, 保障单更新通知, 获取纠纷单).
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from domain.after_sales import CaseStatus
from domain.dispute import DisputeStatus, OutsideOutcome, Side
from domain.kernel import Code
from domain.order import CancelledBy

SOURCE: Final = "wechat"
CURRENCY: Final = "CNY"
TENDER: Final = "wechat"

# -- After-sales --

# 售后单状态, by the name events have for it.
STATUSES: Final[Mapping[str, CaseStatus]] = {
    "USER_CANCELD": "closed",  # 用户取消申请; the spelling is theirs
    "MERCHANT_PROCESSING": "awaiting_merchant",  # 商家受理中
    "MERCHANT_REJECT_REFUND": "rejected_awaiting_consumer",  # 商家拒绝退款
    "MERCHANT_REJECT_RETURN": "rejected_awaiting_consumer",  # 商家拒绝退货退款
    "USER_WAIT_RETURN": "awaiting_consumer_return",  # 待买家退货
    "RETURN_CLOSED": "closed",  # 退货退款关闭
    "MERCHANT_WAIT_RECEIPT": "awaiting_merchant_receipt",  # 待商家收货
    "MERCHANT_OVERDUE_REFUND": "refunding",  # 商家逾期未退款
    "MERCHANT_REFUND_SUCCESS": "succeeded",  # 退款完成
    "MERCHANT_RETURN_SUCCESS": "succeeded",  # 退货退款完成
    "PLATFORM_REFUNDING": "refunding",  # 平台退款中
    "PLATFORM_REFUND_FAIL": "refunding",  # 平台退款失败
    "USER_WAIT_CONFIRM": "awaiting_consumer_receipt",  # 待用户确认
    "MERCHANT_REFUND_RETRY_FAIL": "closed",  # 商家打款失败, 客服关闭售后
    "MERCHANT_FAIL": "closed",  # 售后关闭
    # What the merchant proposes, or asks for on the consumer's behalf.
    "USER_WAIT_CONFIRM_UPDATE": "countered_awaiting_consumer",
    "USER_WAIT_HANDLE_MERCHANT_AFTER_SALE": "countered_awaiting_consumer",
}
# The same by number, as the shop counts ...
NUMBERS: Final[Mapping[str, CaseStatus]] = {
    "1": STATUSES["USER_CANCELD"],
    "2": STATUSES["MERCHANT_PROCESSING"],
    "4": STATUSES["MERCHANT_REJECT_REFUND"],
    "5": STATUSES["MERCHANT_REJECT_RETURN"],
    "6": STATUSES["USER_WAIT_RETURN"],
    "7": STATUSES["RETURN_CLOSED"],
    "8": STATUSES["MERCHANT_WAIT_RECEIPT"],
    "12": STATUSES["MERCHANT_OVERDUE_REFUND"],
    "13": STATUSES["MERCHANT_REFUND_SUCCESS"],
    "14": STATUSES["MERCHANT_RETURN_SUCCESS"],
    "15": STATUSES["PLATFORM_REFUNDING"],
    "16": STATUSES["PLATFORM_REFUND_FAIL"],
    "17": STATUSES["USER_WAIT_CONFIRM"],
    "18": STATUSES["MERCHANT_REFUND_RETRY_FAIL"],
    "19": STATUSES["MERCHANT_FAIL"],
}
# ... and as the older trade component of mini programs does (自定义交易组件): from 15
# on the same numbers mean something else. Its cases carry an ``out_aftersale_id``.
COMPONENT_NUMBERS: Final[Mapping[str, CaseStatus]] = {
    **NUMBERS,
    "0": "awaiting_merchant",  # 未受理
    "3": "awaiting_merchant",  # 商家逾期未处理
    "11": "refunding",  # 商家退款中
    "15": "succeeded",  # 换货完成
    "16": "awaiting_merchant_ship",  # 待商家发货
    "17": "awaiting_consumer_receipt",  # 待用户确认收货
    "18": "rejected_awaiting_consumer",  # 商家拒绝换货
    "19": "awaiting_merchant_ship",  # 商家已收到货
}

# Reasons of after-sales (售后原因), as the rules number ours; others stay unsaid.
REASONS: Final[Mapping[str, int]] = {
    "INCORRECT_SELECTION": 1,  # 拍错/多拍
    "NO_LONGER_WANT": 1,  # 不想要了
    "NOT_DELIVERED_TOO_LONG": 3,  # 快递一直未送到
    "NO_EXPRESS_INFO": 4,  # 无快递信息
    "EMPTY_PACKAGE": 5,  # 包裹为空
    "QUALITY_ISSUE": 7,  # 质量问题
    "NOT_MATCH_PRODUCT_DESC": 9,  # 与商品描述不符
    "FAKE_PRODUCT": 12,  # 假冒商品
    "SEND_WRONG_GOODS": 22,  # 商家发错货
}

# -- Disputes --


class Stage(NamedTuple):
    """Where a dispute stands, who is to answer, and for whom it went."""

    status: DisputeStatus | None
    answers: Side | None = None
    outcome: OutsideOutcome | None = None


# 纠纷单状态.
COMPLAINTS: Final[Mapping[str, Stage]] = {
    "100": Stage("opened", "merchant"),  # 待商家处理纠纷
    "101": Stage("opened"),  # 待客服处理
    "102": Stage("withdrawn", None, "withdrawn"),  # 取消客服介入
    "103": Stage("platform_review"),  # 客服处理中
    "104": Stage("evidence_round", "consumer"),  # 待用户补充凭证
    "105": Stage("evidence_round"),  # 用户已补充凭证
    "106": Stage("evidence_round", "merchant"),  # 待商家补充凭证
    "107": Stage("evidence_round"),  # 商家已补充凭证
    "108": Stage("evidence_round"),  # 待双方补充凭证
    "109": Stage("evidence_round", None, "expired"),  # 双方补充凭证超时
    "110": Stage("negotiation", "merchant"),  # 待商家确认
    "111": Stage("appeal_review"),  # 商家申诉中
    "112": Stage("ruling_issued"),  # 调解完成
    "113": Stage("platform_review"),  # 待客服核实
    "114": Stage("enforcing", None, "consumer"),  # 重新退款中
    "115": Stage("enforcing", None, "consumer"),  # 退款核实完成
    "116": Stage("closed"),  # 调解关闭
    "305": Stage("evidence_round"),  # 用户补充凭证超时
    "307": Stage("evidence_round"),  # 商家补充凭证超时
}
# Where the platform has stepped out again.
ENDED: Final = frozenset({"102", "112", "114", "115", "116"})

# item_type of a dispute's history (纠纷历史): what happened, not how it then stood.
HISTORY: Final[Mapping[str, Stage]] = {
    "1": Stage("opened"),  # 申请平台介入
    "2": Stage(None),  # 用户留言
    "3": Stage(None),  # 商家留言
    "4": Stage("opened"),  # 提交投诉成功
    "5": Stage("withdrawn", None, "withdrawn"),  # 投诉已取消
    "6": Stage(None),  # 商家已超时
    "7": Stage("evidence_round"),  # 用户补充凭证
    "8": Stage("evidence_round"),  # 商家补充凭证
    "10": Stage("opened", "merchant"),  # 待商家处理纠纷
    "11": Stage("opened"),  # 待平台处理
    "12": Stage("withdrawn", None, "withdrawn"),  # 取消平台介入
    "13": Stage("platform_review"),  # 平台处理中
    "14": Stage("evidence_round", "consumer"),  # 待用户补充凭证
    "16": Stage("evidence_round", "merchant"),  # 待商家补充凭证
    "18": Stage("evidence_round"),  # 待双方补充凭证
    "20": Stage("negotiation", "merchant"),  # 待商家确认
    "21": Stage("appeal_review"),  # 商家申诉中
    "22": Stage("ruling_issued"),  # 调解完成
    "23": Stage("platform_review"),  # 待平台核实
    "24": Stage("enforcing", None, "consumer"),  # 重新退款中
    "26": Stage("closed"),  # 调解关闭
    "30": Stage("ruling_issued", None, "merchant"),  # 平台判定用户责任
    "31": Stage("ruling_issued", None, "consumer"),  # 平台判定商家责任
    "32": Stage("ruling_issued", None, "partial"),  # 平台判定双方责任
    "33": Stage("ruling_issued", None, "none"),  # 平台判定无责任
    "34": Stage("ruling_upheld"),  # 平台判定申诉无效
    "35": Stage("ruling_changed"),  # 平台判定申诉生效
    "36": Stage("ruling_issued", None, "consumer"),  # 平台判定退款有效
    "37": Stage("ruling_issued", None, "merchant"),  # 平台判定退款无效
}
# Entries of the same history that are the after-sale's own, from before the dispute.
CASE_HISTORY: Final[Mapping[str, CaseStatus]] = {
    "50": "awaiting_merchant",  # 用户发起退款
    "51": "rejected_awaiting_consumer",  # 商家拒绝退款
    "52": "closed",  # 用户取消申请
    "56": "awaiting_consumer_return",  # 待买家退货
    "57": "closed",  # 退货退款关闭
    "58": "awaiting_merchant_receipt",  # 待商家收货
    "59": "refunding",  # 商家逾期未退款
    "60": "succeeded",  # 退款完成
    "61": "succeeded",  # 退货退款完成
    "62": "refunding",  # 平台退款中
    "63": "refunding",  # 平台退款失败
    "64": "awaiting_consumer_receipt",  # 待用户确认
}

# 保障单状态: a claim on a guarantee is a dispute of its own, beside no after-sale.
GUARANTEES: Final[Mapping[str, Stage]] = {
    "STATUS_WAIT_MERCHANT_HANDLE": Stage("opened", "merchant"),
    "STATUS_WAIT_PLATFORM_HANDLE": Stage("platform_review"),
    "STATUS_WAIT_USER_CONFIRM": Stage("negotiation", "consumer"),
    "STATUS_WAIT_MERCHANT_PROOF": Stage("evidence_round", "merchant"),
    "STATUS_WAIT_USER_PROOF": Stage("evidence_round", "consumer"),
    "STATUS_WAIT_BOTH_PROOF": Stage("evidence_round"),
    "STATUS_WAIT_OP_COMFIRM": Stage("platform_review"),  # the spelling is theirs
    "STATUS_WAIT_PAYSCORE_DONE": Stage("enforcing", None, "consumer"),
    "STATUS_NO_NEED_PAY": Stage("closed", None, "merchant"),
    "STATUS_PAYING": Stage("enforcing", None, "consumer"),
    "STATUS_PAY_BLOCK": Stage("enforcing", None, "consumer"),
    "STATUS_PAY_SUCC": Stage("closed", None, "consumer"),
    "STATUS_USER_CANCEL": Stage("withdrawn", None, "withdrawn"),
}

# -- Orders --

# cancel_type: 取消类型.
CANCELLATIONS: Final[Mapping[str, tuple[CancelledBy, Code]]] = {
    "1": ("consumer", "consumer_asked"),  # 用户取消
    "2": ("platform", "payment_timeout"),  # 超时取消
    "3": ("platform", "all_refunded"),  # 全部商品售后完成
    "4": ("merchant", "out_of_stock"),  # 超卖商家取消订单
}
