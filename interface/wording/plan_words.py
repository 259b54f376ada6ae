"""The names of plans, in the words of people: those the published rows give them."""

from collections.abc import Mapping
from typing import Final

# Chinese, then English. A plan somebody made themselves keeps its own name.
PLAN_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "named:minimum": ("应得权益", "what is owed"),
    "named:nudge": ("提醒商家发货", "Remind the merchant"),
    "named:urge-merchant": (
        "催促商家并告知消费者",
        "Urge the merchant, tell the consumer",
    ),
    "named:urge-carrier": (
        "催促物流并告知消费者",
        "Urge the carrier, tell the consumer",
    ),
    "named:tell": ("主动告知消费者", "Tell the consumer what we noticed"),
    "named:protect": ("延长确认收货", "Give more time to confirm receipt"),
    "named:protect-return": (
        "延长售后期并催促退货物流",
        "Give the return more time, urge its carrier",
    ),
    "named:new-date": ("改约发货时间并赠券", "A new ship date, and a coupon"),
    "named:cancel": ("未发货退款", "The money back, nothing having been sent"),
    "named:reship": (
        "拦截并换快递重发",
        "Stop it, and send it again by another carrier",
    ),
    "named:reship-early": (
        "拦截并换快递重发",
        "Stop it, and send it again by another carrier",
    ),
    "named:refund-stalled": ("拦截并退款", "Stop it, and the money back"),
    "named:refund-early": ("拦截并退款", "Stop it, and the money back"),
    "named:wait": ("等待并赠券", "Wait, with a coupon"),
    "named:resend": ("补发", "Send it again"),
    "named:refund": ("退款", "The money back"),
    "named:advance": ("平台先行垫付", "The platform pays first"),
    "named:sorry": ("致歉并赠券", "A coupon for the trouble"),
    "named:refund-removed": ("下架商品退款", "The money back, the goods kept"),
    "named:take-back": ("上门取件并退款", "Fetch the goods, and the money back"),
}
