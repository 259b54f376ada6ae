"""Why a refund or a step could not be done, in the words of people."""

from collections.abc import Mapping
from typing import Final

# Chinese, then English. What a gateway says in its own code stays as it is.
FAILURE_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    # What a gateway answers, or does not
    "simulated_refusal": ("模拟银行拒绝", "the simulated bank declined"),
    "account_closed": ("账户已注销", "the account is closed"),
    "payment_unknown": ("支付记录不存在", "the payment is not known there"),
    "down": ("对方系统不可用", "the gateway is down"),
    "gateway_down": ("对方系统不可用", "the gateway is down"),
    "not_reached": ("无法连接对方", "the gateway was not reached"),
    "timed_out": ("对方未及时答复", "no answer came in time"),
    "no_answer": ("对方未答复", "no answer came"),
    "no_result": ("对方未给出结果", "no result came"),
    # What people look at
    "attempts_used_up": ("重试次数已用尽", "it was tried as often as it may be"),
    "goodwill_blocked": ("善意补偿已暂停", "goodwill is blocked"),
    "case_closed": ("售后单已关闭", "its case was closed"),
    "done_twice": ("可能重复执行", "it may have been done twice"),
    # What the order says by then
    "parcel_gone": (
        "包裹已丢失、拦截或退回",
        "the parcel was lost, stopped or sent back already",
    ),
    "already_delivered": ("包裹已送达", "the parcel was delivered already"),
    "already_shipped": ("已发货", "it was shipped already"),
    "nothing_shipped": ("尚未发货", "nothing was shipped yet"),
    "unknown_parcel": ("没有该包裹", "there is no such parcel"),
    "order_closed": ("订单已关闭", "the order is closed"),
    "order_unpaid": ("订单未付款", "the order is not paid"),
    "more_than_paid": ("超过实付金额", "it is more than was paid"),
    "used_up": ("可退金额已用完", "nothing is left to give back"),
    "claimed_already": ("已在其他售后中申请", "it is claimed elsewhere already"),
}
