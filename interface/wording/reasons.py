"""Why an event is as it is, a sentence for each type nobody decides by himself."""

# ruff: noqa: RUF001  (Chinese punctuation is what Chinese is written with)

from collections.abc import Mapping
from typing import Final

# By tag: Chinese, English. What stands in the event itself is said beside it.
REASONS: Final[Mapping[str, tuple[str, str]]] = {
    # An order's conclusions
    "order.promise_made": (
        "付款时按下单时有效的规则锁定承诺",
        "At payment the promise is pinned under the rule in force at order time",
    ),
    "order.promise_started": (
        "承诺的起算时点已知，期限据此计算",
        "The promise's clock starts with its anchor, which is now known",
    ),
    "order.promise_renegotiated": (
        "期限内协商的发货时间优先于原承诺",
        "A date agreed while the promise could be kept takes its place",
    ),
    "order.promise_kept": (
        "履约事实发生在期限之内",
        "What was promised was done, or lasted, by its time",
    ),
    "order.promise_breached": (
        "到期未履约，或履约晚于期限",
        "Its time ran out first, or the deed came after it",
    ),
    "order.promise_cleared": (
        "后续上报证明承诺实际已按时履行",
        "A later report shows that it was kept in time after all",
    ),
    "order.promise_voided": (
        "订单已取消，承诺不再存在",
        "The order is off: nothing is promised any more",
    ),
    "order.promise_reopened": (
        "据现有事实，此前的结论不再成立",
        "What was concluded no longer follows from the facts",
    ),
    "order.funds_released": (
        "交易完成，担保货款结算",
        "The order is complete, so what is held is released",
    ),
    "order.funds_held_again": (
        "订单已取消，已结算货款需退回担保",
        "The order is off, so what was released is owed back",
    ),
    "order.contradiction_flagged": (
        "上报的信息不能同时成立；均保留，不作调整",
        "Reports cannot all be so; each is kept as told, none is adjusted",
    ),
    "order.contradiction_resolved": (
        "后续上报消除了矛盾",
        "A later report explains what did not fit",
    ),
    # Clocks
    "timer.started": (
        "这一步有人负责，规则行规定时限；不计时段按日历行扣除",
        "The step's row says for how long, the calendar what does not count",
    ),
    "timer.paused": (
        "计时条件不满足，剩余时间保留",
        "It stands still; what is left is kept",
    ),
    "timer.resumed": (
        "以剩余时间继续计时，按日历重新推算到期时间",
        "It runs on with what was left, the calendar looked at anew",
    ),
    "timer.extended": (
        "按规则行允许的范围、日历或平台告知调整到期时间",
        "Moved as far as its row lets, by the calendar, or as a platform told",
    ),
    "timer.restarted": ("按另一规则行重新计时", "It starts anew under another row"),
    "timer.met": ("这一步已完成", "The step was done"),
    "timer.breached": (
        "到期时这一步尚未完成；规则行规定后果",
        "The step was not done by its time; its row says what follows",
    ),
    "timer.cancelled": ("这一步不再需要", "Nobody owes the step any more"),
    # Contacts and promises of agents
    "contact.answered": (
        "等待时间从第一条未答复的消息起按自然时间计算",
        "Waiting counts on the wall, from the first word not yet answered",
    ),
    "contact.defaulted": (
        "未在时限内答复，按规则行处理",
        "Nobody answered in time; the row says what follows",
    ),
    "promise.breached": (
        "到承诺时间仍未完成",
        "The promised time passed before the deed was done",
    ),
    # Cases
    "after_sales.refund_due": (
        "达成一致、逾期未处理或裁决使退款到期",
        "An agreement, silence or a ruling makes the money due",
    ),
    "after_sales.defaulted": (
        "逾期未处理，平台按规则行代为处理",
        "Nobody did the step in time, so the service does what the row says",
    ),
    "after_sales.succeeded": ("申请的事项已全部完成", "All that was asked is done"),
    "after_sales.closed": (
        "撤销、合并、逾期或裁决使售后单关闭",
        "It was let go, merged, left unanswered or ruled against",
    ),
    "after_sales.contradiction_flagged": (
        "告知的内容与已知不符；保留原样，不作调整",
        "What was told does not fit what is known; it is kept, never adjusted",
    ),
    # Disputes
    "dispute.negotiation_started": (
        "双方先行协商",
        "The sides are to try among themselves first",
    ),
    "dispute.proof_missed": (
        "未在举证时限内提交凭证；举证责任行规定沉默的后果",
        "A side was silent in its time; the burden-of-proof row says what that means",
    ),
    "dispute.defaulted": (
        "逾期未处理，平台按规则行代为处理",
        "Nobody did the step in time, so the service does what the row says",
    ),
    "dispute.contradiction_flagged": (
        "告知的内容与已知不符；保留原样，不作调整",
        "What was told does not fit what is known; it is kept, never adjusted",
    ),
    # Where a clock, not a person, may have said so
    "after_sales.approved": ("同意申请", "What was asked is agreed to"),
    "dispute.ruling_issued": (
        "裁决依据认定的事实、举证责任与所引规则",
        "The ruling rests on its findings, the burden of proof and the rows it names",
    ),
    "dispute.escalated": ("由平台裁决", "The platform decides"),
    "responsibility.finalised": ("责任认定不再可异议", "It can no longer be contested"),
    "responsibility.recourse_acknowledged": (
        "追偿被承认，或逾期未答复视为承认",
        "The debt was accepted, or silence counts as accepting it",
    ),
    "compensation.reserved": (
        "按规则行对所列事实计算，并受封顶限制",
        "The rows pay this for the facts named, as far as the caps leave room",
    ),
    "compensation.goodwill_reserved": (
        "善意补偿不超过封顶，且经有权限的人放行",
        "The caps of goodwill leave room for it, and somebody who may let it go did",
    ),
    # Resolutions
    "resolution.self_healed": (
        "在采取任何措施之前，所有问题均已消除",
        "Everything cleared before anything was offered or begun",
    ),
    "resolution.superseded": (
        "方案接受之前情况有变，须重新出方案",
        "The facts changed before the plans were taken, so they are proposed anew",
    ),
    "resolution.approval_asked": (
        "金额（含同一提出人 24 小时内的合计）超过自动放行的额度",
        "The amount, with all of the same proposer's day, is beyond what goes alone",
    ),
    "resolution.approved": (
        "金额在审批行的额度之内，且审批人不是提出人",
        "The row lets this role approve so much, and whoever proposed it did not",
    ),
    "resolution.expired": (
        "期限内未答复，按规则行处理",
        "Nobody answered in time; the row says what silence means",
    ),
    "resolution.accepted": (
        "按规则行，沉默视为接受首选方案",
        "By the row, silence takes the first plan",
    ),
    "resolution.execution_started": (
        "应得权益无需等待；其余按已批准的预览执行",
        "What is owed waits for nobody; the rest is carried out as it was approved",
    ),
    "resolution.step_needs_human": (
        "次数已用尽、无法撤销或善意补偿被暂停",
        "It was tried often enough, cannot be done, or goodwill is blocked",
    ),
    "resolution.step_settled": (
        "问题从未发生，未开始的步骤不再执行",
        "What never was is not owed, so what had not begun is left out",
    ),
    "resolution.executed": (
        "所有步骤均已完成、撤销或处理",
        "Every step is done, undone or settled",
    ),
    "resolution.confirmed": (
        "消费者确认，或期限内未提出异议",
        "The consumer said so, or said nothing else in time",
    ),
    # Companionships
    "companionship.prolonged": (
        "签收较晚，或仍有事项未了结，陪伴期顺延",
        "The parcel was signed for later, or something was still open at the end",
    ),
    "policy.published": (
        "规则一经发布不再修改；此前的决定不受影响",
        "Rows are never edited once published; what was decided before stands",
    ),
}
