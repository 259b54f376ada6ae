"""What happened in a dispute, in both languages."""

# ruff: noqa: RUF001  (Chinese punctuation is what Chinese is written with)

from collections.abc import Mapping
from typing import Final

DISPUTE_SENTENCES: Final[Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "dispute.opened": (
        ("{actor}发起纠纷：{issue}",),
        ("{actor} opened a dispute: {issue}",),
    ),
    "dispute.negotiation_started": (
        ("双方进入协商",),
        ("The two sides try to agree",),
    ),
    "dispute.offer_made": (
        (
            "{offered_by}提出方案 {offer}：{offer_type}，{total}",
            "{offered_by}提出方案 {offer}：{offer_type}",
        ),
        (
            "Offer {offer} by {offered_by}: {offer_type}, {total}",
            "Offer {offer} by {offered_by}: {offer_type}",
        ),
    ),
    "dispute.offer_denied": (
        ("{actor}未接受方案 {offer}",),
        ("{actor} left offer {offer}",),
    ),
    "dispute.settled": (
        ("双方达成一致：{offer_type}，{total}", "双方达成一致：{offer_type}"),
        (
            "The two sides agreed: {offer_type}, {total}",
            "The two sides agreed: {offer_type}",
        ),
    ),
    "dispute.escalated": (
        ("{actor}申请平台介入",),
        ("{actor} handed it to the platform",),
    ),
    "dispute.assigned": (
        ("{duty}已变更",),
        ("Somebody else is {duty} now",),
    ),
    "dispute.proof_asked": (
        ("{actor}要求举证（第 {number} 轮）",),
        ("{actor} asks for evidence, round {number}",),
    ),
    "dispute.proof_submitted": (
        ("{actor}提交凭证 {files} 份",),
        ("{actor} showed evidence, files: {files}",),
    ),
    "dispute.proof_missed": (
        ("{side}逾期未举证（第 {number} 轮），按现有证据处理",),
        ("{side} showed nothing in time in round {number}",),
    ),
    "dispute.round_ended": (
        ("第 {number} 轮举证结束",),
        ("Round {number} of evidence is over",),
    ),
    "dispute.fault_contested": (
        ("{actor}否认有责任",),
        ("{actor} says it is not its fault",),
    ),
    "dispute.ruling_issued": (
        ("裁决：{result}，{total}", "裁决：{result}"),
        ("Ruled: {result}, {total}", "Ruled: {result}"),
    ),
    "dispute.enforcement_started": (
        ("开始执行裁决",),
        ("The ruling is being carried out",),
    ),
    "dispute.enforcement_completed": (
        ("裁决已执行完毕",),
        ("The ruling is carried out",),
    ),
    "dispute.appeal_filed": (
        ("{actor}提出申诉，新凭证 {files} 份",),
        ("{actor} appeals, with new files: {files}",),
    ),
    "dispute.appeal_decided": (
        ("申诉结果：{appeal}，{result}",),
        ("The appeal: {appeal}, {result}",),
    ),
    "dispute.withdrawn": (("{actor}撤销纠纷",), ("{actor} let the dispute go",)),
    "dispute.terminated": (
        ("纠纷终止，已由{authority}受理（{reference}）",),
        ("The dispute ended: {authority} has it now ({reference})",),
    ),
    "dispute.closed": (("纠纷已关闭",), ("The dispute is closed",)),
    "dispute.reopened": (
        ("{actor}重新处理纠纷：{reason}",),
        ("{actor} took the dispute up again: {reason}",),
    ),
    "dispute.defaulted": (
        ("逾期未处理：{step}，{does}",),
        ("Not done in time: {step}; what follows: {does}",),
    ),
    "dispute.noted": (("{actor}添加了备注",), ("{actor} added a note",)),
    "dispute.rated": (
        ("消费者评价处理结果 {score} 分",),
        ("The consumer rated the handling {score} of 5",),
    ),
    "dispute.reported": (
        ("{source} 通知：纠纷 {number} {stands}（{word}）", "{source} 通知：{word}"),
        ("{source} says of dispute {number}: {stands} ({word})", "{source}: {word}"),
    ),
    "dispute.contradiction_flagged": (
        ("纠纷信息有矛盾：{code}（{about}）",),
        ("What is told of the dispute cannot be so: {code} ({about})",),
    ),
}
