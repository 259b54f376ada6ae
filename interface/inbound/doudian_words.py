"""Doudian's words (抖店): its message tags and means of payment, as ours.

Tags as its open platform lists them (消息推送, 交易类消息); see docs/inbound.md.
"""

from collections.abc import Mapping
from typing import Final

from domain.kernel import Code
from domain.order import CancelledBy

SOURCE: Final = "doudian"

CREATED: Final = "100"  # 订单创建
PAID: Final = "101"  # 订单支付确认
SHIPPED: Final = "102"  # 卖家发货
SUCCESS: Final = "103"  # 交易完成
LOGISTICS_CHANGED: Final = "104"  # 发货物流信息变更
ADDRESS_CHANGED: Final = "105"  # 买家收货信息变更
CANCELLED: Final = "106"  # 订单取消
PARTLY_SHIPPED: Final = "108"  # 卖家部分发货
AMOUNT_CHANGED: Final = "109"  # 订单金额修改
PENDING: Final = "110"  # 订单已支付待处理; with pay_time, the payment itself
ADDRESS_CHANGE_ASKED: Final = "111"  # 买家收货信息变更申请
APPOINTMENT: Final = "112"  # 预约送达
MEMO: Final = "113"  # 卖家添加备注
SHIP_TIME_CHANGED: Final = "126"  # 订单发货时效变更

# The vendor's own sample of 110 has tag 0 in its place; order_status 2 (备货中) tells.
UNTAGGED: Final = "0"
PREPARING: Final = "2"

CURRENCY: Final = "CNY"

CASH_ON_DELIVERY: Final[Code] = "cash_on_delivery"

# pay_type: 支付类型.
TENDERS: Final[Mapping[str, Code]] = {
    "0": CASH_ON_DELIVERY,
    "1": "wechat",
    "2": "alipay",
    "3": "mini_program",
    "4": "bank_card",
    "5": "balance",
    "7": "nothing_to_pay",
    "8": "dou_installment",
    "9": "new_card",
    "12": "use_now_pay_later",
}

# cancel_reason is free text; these are the words that say who, and why.
CANCELLATIONS: Final[tuple[tuple[str, CancelledBy, Code], ...]] = (
    ("超时", "platform", "payment_timeout"),
    ("未支付", "platform", "payment_timeout"),
    ("缺货", "merchant", "out_of_stock"),
    ("无货", "merchant", "out_of_stock"),
    ("买家", "consumer", "consumer_asked"),
    ("用户", "consumer", "consumer_asked"),
    ("不想要", "consumer", "consumer_asked"),
)
