"""Our codes in the words of people. A code of somebody else's is shown as it is."""

from collections.abc import Mapping
from typing import Final

from interface.wording.case_words import CASE_WORDS
from interface.wording.companionship_sentences import COMPANIONSHIP_WORDS
from interface.wording.dispute_words import DISPUTE_WORDS
from interface.wording.failure_words import FAILURE_WORDS
from interface.wording.incident_sentences import INCIDENT_WORDS
from interface.wording.plan_words import PLAN_WORDS
from interface.wording.resolution_words import RESOLUTION_WORDS
from interface.wording.score_words import SCORE_WORDS
from interface.wording.steps import STEP_WORDS
from interface.wording.trust_sentences import TRUST_WORDS
from interface.wording.watch_words import WATCH_WORDS

# Chinese, then English.
WORDS: Final[Mapping[str, tuple[str, str]]] = {
    # Promises
    "ship_by": ("发货承诺", "Promise to ship"),
    "hand_over_by": ("交付承运承诺", "Promise to hand over to the carrier"),
    "deliver_by": ("送达承诺", "Promise to deliver"),
    "return_within": ("无理由退货", "Right to return"),
    "freight_insurance": ("运费险", "Return freight insurance"),
    "price_protection": ("价保", "Price protection"),
    # Who
    "consumer": ("消费者", "the consumer"),
    "merchant": ("商家", "the merchant"),
    "creator": ("创作者", "the creator"),
    "platform": ("平台", "the platform"),
    "carrier": ("承运商", "the carrier"),
    "service_provider": ("服务商", "the service provider"),
    "insurer": ("保险公司", "the insurer"),
    "agent": ("客服", "the agent"),
    "arbiter": ("仲裁员", "the arbiter"),
    "unknown": ("未知方", "somebody unknown"),
    "proxy": ("代收人", "a proxy"),
    "pickup_point": ("驿站或快递柜", "a pickup point"),
    # How people speak, and what agents promise
    "chat": ("在线聊天", "chat"),
    "call": ("电话", "telephone"),
    "email": ("邮件", "e-mail"),
    "in_app": ("站内消息", "the app"),
    "call_back": ("回电", "call back"),
    "write_back": ("回复消息", "write back"),
    "find_out": ("查明情况", "find out"),
    "answered": ("已解答", "answered"),
    "case_opened": ("已开售后单", "a case was opened"),
    "dispute_opened": ("已开争议单", "a dispute was opened"),
    "made_good": ("已解决", "made good"),
    "no_fault_found": ("未发现问题", "nothing was found wrong"),
    "consumer_gone": ("消费者未再回复", "the consumer did not come back"),
    "duplicate": ("重复联系", "the same as another one"),
    "consumer_wrote": ("消费者再次留言", "the consumer wrote again"),
    "finance_approver": ("财务审批人", "a finance approver"),
    "system": ("系统", "the service"),
    "human": ("转人工处理", "somebody has to look"),
    "breach": ("记为超时", "it counts as late"),
    "order": ("订单", "an order"),
    "case": ("售后单", "an after-sales case"),
    # Where the goods are
    "label_created": ("已下运单", "label created"),
    "awaiting_pickup": ("等待揽收", "awaiting pickup"),
    "picked_up": ("已揽收", "picked up"),
    "in_transit": ("运输中", "in transit"),
    "arrived_dest_city": ("到达目的城市", "arrived in the destination city"),
    "out_for_delivery": ("派送中", "out for delivery"),
    "at_pickup_point": ("待取件", "at a pickup point"),
    "signed": ("已签收", "signed for"),
    "refused": ("拒收", "refused"),
    "returning": ("退回途中", "on its way back"),
    "returned_signed": ("退回签收", "return signed for"),
    "forwarded": ("转投", "forwarded"),
    "customs": ("清关", "customs"),
    "intercepted": ("已拦截", "intercepted"),
    "intercept_failed": ("拦截失败", "intercept failed"),
    "cancelled_waybill": ("运单已取消", "waybill cancelled"),
    "lost": ("丢失", "lost"),
    "destroyed": ("已销毁", "destroyed"),
    "redelivery": ("再次派送", "another delivery attempt"),
    # What is wrong
    "unsigned_overdue": ("超时未签收", "not signed for in time"),
    "no_update": ("物流无更新", "no tracking update"),
    "no_information": ("无物流信息", "no tracking information"),
    "delivery_failed": ("派送失败", "delivery failed"),
    "pickup_point_overdue": ("驿站滞留", "left too long at a pickup point"),
    "unreachable": ("联系不上收件人", "recipient unreachable"),
    "out_of_area": ("超出派送范围", "out of the delivery area"),
    "stuck": ("滞留", "stuck"),
    "damaged": ("破损", "damaged"),
    "address_unclear": ("地址不详", "address unclear"),
    "phone_wrong": ("电话有误", "wrong telephone number"),
    "missorted": ("错分", "missorted"),
    "taken_out": ("已被取走", "taken out"),
    "other": ("其他异常", "other trouble"),
    # What clashes
    "paid_before_placed": ("付款早于下单", "paid before it was placed"),
    "shipped_before_placed": ("发货早于下单", "shipped before it was placed"),
    "shipped_before_paid": ("发货早于付款", "shipped before it was paid"),
    "handed_over_before_placed": ("揽收早于下单", "handed over before it was placed"),
    "handed_over_before_paid": ("揽收早于付款", "handed over before it was paid"),
    "delivered_before_placed": ("送达早于下单", "delivered before it was placed"),
    "delivered_before_paid": ("送达早于付款", "delivered before it was paid"),
    "delivered_before_handed_over": (
        "送达早于揽收",
        "delivered before it was handed over",
    ),
    "moved_after_cancelled": ("取消后仍有物流", "moved after it was cancelled"),
    "more_shipped_than_ordered": ("发货多于下单", "more shipped than ordered"),
    "placed_differently": ("下单内容不一致", "placed differently"),
    "payment_reported_differently": ("付款信息不一致", "payment told differently"),
    "currencies_differ": ("币种不一致", "currencies differ"),
    "completed_and_cancelled": ("既完成又取消", "both completed and cancelled"),
    "promise_line_unknown": (
        "承诺所指商品不在订单中",
        "the promise names a line that was not ordered",
    ),
    "scan_told_differently": ("物流节点信息不一致", "scan told differently"),
    "delivered_after_gone": (
        "退回或丢失后又送达",
        "delivered after it was returned or lost",
    ),
    "intercepted_and_not": ("既拦截成功又未成功", "both intercepted and not"),
    "refunded_more_than_paid": ("退款多于付款", "more went back than was paid"),
    "refund_reported_differently": ("退款信息不一致", "refund told differently"),
    "promise_rule_unknown": ("承诺规则未知", "promised under an unknown rule"),
    # What is claimed
    "refund_unshipped": ("未发货仅退款", "refund before shipping"),
    "refund_shipped": ("已发货仅退款", "refund only"),
    "return_refund": ("退货退款", "return and refund"),
    "exchange": ("换货", "exchange"),
    "resend": ("补寄", "resend"),
    "repair": ("维修", "repair"),
    "freight_compensation": ("退运费", "postage back"),
    "partial_refund": ("部分退款", "partial refund"),
    "dispute": ("纠纷", "dispute"),
    # Everything that was ordered, for a feed that knows no parcels
    "whole": ("全部", "(all of it)"),
    # Why they are one person
    "guest_login": ("访客登录", "a guest logged in"),
    "second_channel": ("另一渠道", "a second channel"),
    "merged_account": ("账号合并", "merged accounts"),
    "agent_verified": ("客服核实", "verified by an agent"),
    # Who else hands in evidence
    "senior_agent": ("高级客服", "a senior agent"),
    "service": ("系统", "a system"),
    # What evidence is, and why it is not shown
    "image": ("图片", "a picture"),
    "video": ("视频", "a film"),
    "audio": ("音频", "a sound recording"),
    "text": ("文本", "a text"),
    "pdf": ("PDF", "a PDF"),
    "malware": ("恶意文件", "it harms whoever opens it"),
    "illegal_content": ("违法内容", "it may not be shown by law"),
    "private_data": ("涉及他人隐私", "it shows persons who have no part in this"),
    "unreadable": ("无法辨认", "nothing can be made out of it"),
    "unrelated": ("与本案无关", "it has nothing to do with the matter"),
    # What the books of a matter hold
    "paid": ("已付", "paid"),
    "owed": ("欠付", "owed"),
    "force_majeure": ("不可抗力", "force majeure"),
    **DISPUTE_WORDS,
    **CASE_WORDS,
    **COMPANIONSHIP_WORDS,
    **WATCH_WORDS,
    **PLAN_WORDS,
    **RESOLUTION_WORDS,
    **FAILURE_WORDS,
    **STEP_WORDS,
    **SCORE_WORDS,
    **TRUST_WORDS,
    **INCIDENT_WORDS,
}

MANDARIN: Final = {code: chinese for code, (chinese, _) in WORDS.items()}
ENGLISH: Final = {code: english for code, (_, english) in WORDS.items()}
