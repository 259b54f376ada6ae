"""The codes of disputes in the words of people: Chinese, then English."""

from collections.abc import Mapping
from typing import Final

DISPUTE_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    # Where a dispute stands
    "stands:opened": ("已发起", "opened"),
    "stands:negotiation": ("协商中", "the two sides try to agree"),
    "stands:platform_review": ("平台处理中", "the platform looks at it"),
    "stands:evidence_round": ("举证中", "evidence is awaited"),
    "stands:ruling_pending": ("待裁决", "waiting to be ruled"),
    "stands:ruling_issued": ("已裁决", "ruled"),
    "stands:enforcing": ("执行中", "being carried out"),
    "stands:appeal_review": ("申诉处理中", "under appeal"),
    "stands:ruling_upheld": ("维持裁决", "the ruling stands"),
    "stands:ruling_changed": ("裁决已变更", "the ruling was changed"),
    "stands:settled": ("已达成一致", "agreed"),
    "stands:terminated": ("已终止", "ended by an authority"),
    "stands:withdrawn": ("已撤销", "let go"),
    "stands:closed": ("已关闭", "closed"),
    # What is argued about
    "issue:not_received": ("未收到货", "not received"),
    "issue:return_not_received": ("退货未收到", "the return did not arrive"),
    "issue:short_or_wrong": ("少件或错发", "short, empty or wrong"),
    "issue:damaged": ("商品破损", "damaged"),
    "issue:visible_quality": ("表面质量问题", "a fault one can see"),
    "issue:hidden_quality": ("非表面质量问题", "a hidden fault"),
    "issue:counterfeit": ("假冒商品", "not genuine"),
    "issue:description": ("描述不符", "not as described"),
    "issue:return_unsigned": ("退货未签收", "the return was not signed for"),
    "issue:resale_affected": ("影响二次销售", "whether it can be sold again"),
    "issue:freight": ("运费", "freight"),
    "issue:ambiguous_promise": ("承诺不明确", "a promise of two readings"),
    "issue:transit_risk": ("运输途中损失", "lost or harmed on the way"),
    "issue:service": ("服务问题", "the service"),
    "issue:other": ("其他", "something else"),
    # What is offered
    "offer:refund": ("退款", "refund"),
    "offer:refund_with_return": ("退货退款", "return and refund"),
    "offer:refund_with_replacement": ("退款并补发", "refund and replacement"),
    "offer:replacement_without_refund": ("换货不退款", "replacement, no refund"),
    "offer:partial_refund": ("部分退款", "partial refund"),
    "offer:resend": ("补寄", "send again"),
    "offer:repair": ("维修", "repair"),
    "offer:coupon": ("优惠券", "coupon"),
    "offer:freight": ("运费", "freight"),
    # How it is ruled
    "result:support_consumer": ("支持消费者", "for the consumer"),
    "result:support_merchant": ("支持商家", "for the merchant"),
    "result:partial": ("部分支持", "in part"),
    "result:both_at_fault": ("双方均有责任", "both at fault"),
    "result:none": ("均无责任", "nobody at fault"),
    # Duties, authorities
    "handler": ("处理人", "the handler"),
    "appeal_arbiter": ("申诉仲裁员", "the arbiter of the appeal"),
    "court": ("法院", "a court"),
    "police": ("公安机关", "the police"),
    # What cannot be so
    "run_here": ("该纠纷由本平台处理", "this dispute is run here"),
    "other_currency": ("币种不一致", "another currency"),
    "above_claimed": ("金额超过索赔", "more than was claimed"),
    "other_order": ("订单不一致", "another order"),
    "other_consumer": ("消费者不一致", "another consumer"),
}
