"""The codes of shortfalls, plans and their steps, in the words of people."""

from collections.abc import Mapping
from typing import Final

# Chinese, then English.
RESOLUTION_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    # What the consumer is waited for
    "resolution_offer": ("选择解决方案", "choose among the plans offered"),
    "resolution_confirm": ("确认问题是否解决", "say whether it is made good"),
    # What falls short
    "shortfall:SHIP_RISK": ("可能延迟发货", "it may be shipped late"),
    "shortfall:DELIVERY_RISK": ("可能延迟送达", "it may arrive late"),
    "shortfall:SHIP_OVERDUE": ("发货超时", "not shipped in time"),
    "shortfall:DELIVERY_OVERDUE": ("送达超时", "not delivered in time"),
    "shortfall:OUT_OF_STOCK": ("缺货", "out of stock"),
    "shortfall:PICKUP_OVERDUE": ("揽收超时", "not picked up in time"),
    "shortfall:DISPATCH_OVERDUE": ("发运超时", "not sent on in time"),
    "shortfall:TRANSIT_STALLED": ("物流停滞", "the parcel stalls on its way"),
    "shortfall:TRACK_ABNORMAL": ("物流轨迹异常", "its tracking is odd"),
    "shortfall:FRAUD_SHIP": ("虚假发货", "it was not really shipped"),
    "shortfall:UNAUTHORISED_DROP": (
        "未经同意投放驿站或快递柜",
        "left at a pickup point without asking",
    ),
    "shortfall:PARCEL_LOST": ("包裹丢失", "the parcel is lost"),
    "shortfall:DELIVERED_NOT_RECEIVED": (
        "显示签收但未收到",
        "said to be delivered, and not received",
    ),
    "shortfall:REFUND_SLOW": ("退款缓慢", "the refund is slow"),
    "shortfall:RETURN_UNSIGNED": ("退货未签收", "the return is not signed for"),
    "shortfall:REPEATED_CONTACT": ("多次联系未解决", "asked about again and again"),
    "shortfall:PRICE_DROP": ("价保期内降价", "the price dropped"),
    "shortfall:LIVE_PROMISE_MISMATCH": (
        "主播承诺与商品页不符",
        "promised otherwise in the live room",
    ),
    "shortfall:GOVERNANCE_HIT": ("商品售后被下架", "the goods were taken down"),
    "shortfall:CARRIER_INCIDENT": ("物流网点异常", "the carrier's outlet has trouble"),
    "shortfall:INCIDENT": ("批量异常", "many orders are concerned"),
    # How gravely
    "severity:low": ("低", "low"),
    "severity:medium": ("中", "medium"),
    "severity:high": ("高", "high"),
    "severity:critical": ("严重", "critical"),
    # Why it is no more
    "cleared:scan": ("物流已更新", "the parcel was scanned"),
    "cleared:delivery": ("已送达", "it was delivered"),
    "cleared:refund": ("已退款", "the money went back"),
    "cleared:answer": ("已答复", "it was answered"),
    "cleared:promise_kept": ("承诺实际已履行", "the promise was kept after all"),
    "cleared:retracted": ("信息已更正", "it was never so"),
    "dismissed:not_so": ("情况不属实", "it was not so"),
    "dismissed:duplicate": ("重复", "it is seen to elsewhere"),
    "dismissed:already_made_good": ("已解决", "it was made good already"),
    "dismissed:consumer_fault": ("消费者原因", "it was the consumer's doing"),
    "dismissed:order_cancelled": ("订单已取消", "the order is off"),
    # What is done
    "action:refund_full": ("全额退款", "all the money back"),
    "action:refund_partial": ("部分退款", "part of the money back"),
    "action:refund_freight": ("退运费", "the postage back"),
    "action:price_diff": ("退差价", "the difference in price"),
    "action:resend": ("补发", "sent once more"),
    "action:exchange": ("换货", "an exchange"),
    "action:reship_other_carrier": ("换承运商重发", "sent by another carrier"),
    "action:intercept": ("拦截包裹", "the parcel is stopped"),
    "action:extend_receipt": ("延长收货时间", "more time to confirm receipt"),
    "action:extend_after_sale_window": ("延长售后期", "more time for after-sales"),
    "action:urge_carrier": ("催促承运商", "the carrier is urged"),
    "action:urge_merchant": ("催促商家", "the merchant is urged"),
    "action:door_pickup": ("上门取件", "picked up at the door"),
    "action:coupon_compensation": ("优惠券补偿", "a coupon"),
    "action:cash_compensation": ("现金补偿", "compensation in money"),
    "action:platform_advance": ("平台垫付", "the platform pays in advance"),
    "action:insurance_claim": ("保险理赔", "the insurer is asked"),
    "action:renegotiate_ship_date": ("协商发货时间", "another date to ship"),
    "action:open_dispute": ("发起纠纷", "a dispute is opened"),
    "action:claim_recourse": ("追偿", "the one at fault is asked to pay"),
    "action:notify_only": ("通知", "you are told"),
    # What silence means, and what people decide of a step
    "silence:minimum": ("只履行应得权益", "what is owed is done"),
    "silence:accept": ("按首选方案执行", "the first plan is carried out"),
    "silence:close": ("到此结束", "nothing more is done"),
    "way:retry": ("再次尝试", "it is tried again"),
    "way:done_elsewhere": ("已另行完成", "it was done elsewhere"),
    "way:skip": ("不再执行", "it is left out"),
}
