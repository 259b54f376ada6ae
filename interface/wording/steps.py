"""The steps that clocks watch, in the words of people: what somebody is to do."""

# ruff: noqa: RUF001  (Chinese punctuation is what Chinese is written with)

from collections.abc import Mapping
from typing import Final

# Chinese, then English.
STEP_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    # What the merchant answers
    "answer.refund_unshipped": (
        "处理未发货退款申请",
        "answer the request for a refund before shipping",
    ),
    "answer.refund_shipped": (
        "处理已发货仅退款申请",
        "answer the request for a refund without return",
    ),
    "answer.return_refund": (
        "处理退货退款申请",
        "answer the request to return and refund",
    ),
    "answer.exchange": ("处理换货申请", "answer the request for an exchange"),
    "answer.repair": ("处理维修申请", "answer the request for a repair"),
    "answer.resend": ("处理补寄申请", "answer the request to send again"),
    "answer.price_protection": ("处理价保申请", "answer the price protection claim"),
    "answer.freight_compensation": ("处理退运费申请", "answer the claim for freight"),
    "answer.partial_refund": (
        "处理部分退款申请",
        "answer the request for a partial refund",
    ),
    "answer.flash_sale": ("处理闪购退款申请", "answer the flash sale refund"),
    "answer.spoilt": ("处理坏果申报", "answer the report of spoilt goods"),
    "answer.changed": ("处理修改后的申请", "answer the changed request"),
    "answer.changed_unshipped": (
        "处理修改后的未发货退款申请",
        "answer the changed request, not shipped",
    ),
    "answer.changed_exchange": (
        "处理修改后的换货申请",
        "answer the changed request for an exchange",
    ),
    "answer.changed_resend": (
        "处理修改后的补寄申请",
        "answer the changed request to send again",
    ),
    "answer.changed_repair": (
        "处理修改后的维修申请",
        "answer the changed request for a repair",
    ),
    "answer.type_change_signed": (
        "处理换货改退货退款申请（退货已签收）",
        "answer the change from exchange to refund, the return being signed for",
    ),
    # What follows in a case
    "evidence.merchant": ("提交凭证（商家）", "hand in the merchant's evidence"),
    "evidence.consumer": ("提交凭证（消费者）", "hand in the consumer's evidence"),
    "consumer_decides": ("修改申请或申请平台介入", "change the request or escalate"),
    "counter_offer": ("答复协商方案", "answer the counter-offer"),
    "send_back": ("寄回商品", "send the goods back"),
    "confirm_return": ("确认收到退货", "confirm that the goods came back"),
    "confirm_return.signed": (
        "退货签收后确认收货",
        "confirm the return that was signed for",
    ),
    "confirm_return.unsigned": (
        "确认未签收的退货",
        "confirm the return that nobody signed for",
    ),
    "pay_refund": ("打款退款", "pay the refund out"),
    "ship.exchange": ("寄出换货商品", "send the goods in exchange"),
    "ship.exchange_untracked": (
        "寄出换货商品（退货无物流）",
        "send the goods in exchange, the return being untracked",
    ),
    "confirm.exchange": ("确认收到换货商品", "confirm the goods in exchange"),
    "return.repair": ("寄回维修商品", "return the repaired goods"),
    "confirm.repair": ("确认收到维修商品", "confirm the repaired goods"),
    "ship.resend": ("寄出补寄商品", "send what is missing"),
    "confirm.resend": ("确认收到补寄商品", "confirm what was sent again"),
    "confirm_resolved": ("确认问题是否解决", "say whether the case is settled"),
    "reopen": ("申请重新处理", "ask for the case to be opened again"),
    "report.spoilt": ("申报坏果", "report spoilt goods"),
    "after_sales_window": ("申请售后", "ask for something of the order"),
    "after_sales_window.no_reason": (
        "无理由退货",
        "send the goods back for no reason",
    ),
    # Breaches of the marketplace's rules
    "breach.exchange": ("按时换货", "exchange in time"),
    "breach.exchange_refused": (
        "换货（逾期视为拒绝）",
        "exchange, or count as refusing",
    ),
    "breach.resend": ("按时补寄", "send again in time"),
    "breach.repair": ("按时上门维修", "repair at the door in time"),
    # At the door, and the platform's tickets
    "door_inspection.result": ("反馈上门检测结果", "tell what the inspection found"),
    "door_inspection.decision": ("处理上门检测结果", "decide on the inspection"),
    "service_ticket": ("处理平台服务单", "answer the platform's ticket"),
    # Disputes
    "dispute.negotiation": ("协商一致", "come to an agreement"),
    "dispute.offer": ("答复和解方案", "answer the offer"),
    "dispute.evidence": ("提交凭证", "hand in evidence"),
    "dispute.merchant_evidence": ("回应买家举证", "answer the consumer's proof"),
    "dispute.review": ("审理并决定是否举证", "look at it and ask for evidence"),
    "dispute.ruling": ("作出裁决", "rule"),
    "dispute.enforcement": ("执行裁决", "do what was ruled"),
    "dispute.appeal_window": ("提出申诉", "appeal"),
    "dispute.appeal_window_creator": ("创作者提出申诉", "appeal as a creator"),
    "dispute.appeal_evidence": ("补充申诉凭证", "add evidence to the appeal"),
    "dispute.appeal_ruling": ("裁决申诉", "rule on the appeal"),
    # Contacts
    "contact.first_response": ("首次回复消费者", "answer the consumer the first time"),
    "contact.answer": ("回复消费者", "answer the consumer"),
    "contact.promise": ("兑现对消费者的承诺", "keep the word given to the consumer"),
    # Responsibility and recourse
    "responsibility.contest": ("对责任认定提出异议", "contest the share of the blame"),
    "responsibility.contest_ruling": (
        "裁定责任异议",
        "decide on the contested share",
    ),
    "recourse.acknowledge": ("确认或否认追偿", "acknowledge the claim or dispute it"),
    "recourse.pay": ("支付追偿款", "pay the claim"),
    # Measured, no case being open
    "metric.pickup": ("完成揽收", "have the parcel picked up"),
}
