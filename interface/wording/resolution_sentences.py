"""What was made good before anybody complained, in both languages."""

# ruff: noqa: RUF001  (Chinese punctuation is what Chinese is written with)

from collections.abc import Mapping
from typing import Final

RESOLUTION_SENTENCES: Final[Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "resolution.opened": (
        ("我们发现订单出现问题：{shortfall_code}，开始主动处理",),
        ("We saw that something fell short and see to it: {shortfall_code}",),
    ),
    "resolution.shortfall_attached": (
        ("又发现一个问题，一并处理：{shortfall_code}",),
        ("Something else fell short and is seen to as well: {shortfall_code}",),
    ),
    "resolution.shortfall_healed": (
        ("问题已消除：{cleared_by}",),
        ("A shortfall cleared: {cleared_by}",),
    ),
    "resolution.triaged": (
        (
            "暂停善意补偿至 {blocked_until}（{blocked_for}），应得权益不变，可申诉",
            "严重程度：{severity}",
        ),
        (
            "No goodwill until {blocked_until} ({blocked_for}); you may object",
            "Severity: {severity}",
        ),
    ),
    "resolution.dismissed": (
        ("处理结束：{dismissed_for}",),
        ("It was let be: {dismissed_for}",),
    ),
    "resolution.self_healed": (
        ("问题已自行消除，无需处理",),
        ("It healed by itself before anything had to be done",),
    ),
    "resolution.proposed": (
        ("第 {round} 次方案：{plans} 个", "应得权益方案（第 {round} 次）"),
        (
            "Proposal {round}; plans: {plans}",
            "Proposal {round}: what is owed",
        ),
    ),
    "resolution.superseded": (
        ("情况有变，第 {round} 次方案作废",),
        ("The facts changed: proposal {round} stands no more",),
    ),
    "resolution.approval_asked": (
        ("方案“{plan}”（{fen}）等待{approver}审批",),
        ("The plan “{plan}” ({fen}) waits to be approved by {approver}",),
    ),
    "resolution.approved": (
        ("方案“{plan}”已批准（{fen}）",),
        ("The plan “{plan}” was approved ({fen})",),
    ),
    "resolution.rejected": (
        ("第 {round} 次方案被退回：{why}",),
        ("Proposal {round} was sent back: {why}",),
    ),
    "resolution.offered": (
        ("为您提供 {plans} 个解决方案，请在 {expires_at} 前选择",),
        ("Plans to choose from: {plans}, until {expires_at}",),
    ),
    "resolution.accepted": (
        ("{other_actor}选择了方案“{plan}”", "已选择方案“{plan}”"),
        ("{other_actor} took the plan “{plan}”", "The plan “{plan}” was taken"),
    ),
    "resolution.declined": (
        (
            "{other_actor}未接受方案；应得权益照常履行",
            "未接受方案；应得权益照常履行",
        ),
        (
            "{other_actor} took no plan; what is owed is done nevertheless",
            "No plan was taken; what is owed is done nevertheless",
        ),
    ),
    "resolution.countered": (
        ("{other_actor}希望另作安排：{wish}", "希望另作安排：{wish}"),
        (
            "{other_actor} asks for something else: {wish}",
            "Something else was asked for: {wish}",
        ),
    ),
    "resolution.expired": (
        ("方案到期未答复：{on_silence}",),
        ("Nothing was said in time: {on_silence}",),
    ),
    "resolution.execution_started": (
        ("开始执行方案“{plan}”，共 {steps} 步", "开始执行方案“{plan}”"),
        (
            "The plan “{plan}” is being carried out; steps: {steps}",
            "The plan “{plan}” is being carried out",
        ),
    ),
    "resolution.step_started": (
        ("开始：{action}，{total}", "开始：{action}"),
        ("Begun: {action}, {total}", "Begun: {action}"),
    ),
    "resolution.step_succeeded": (
        ("{plan_step}已完成",),
        ("Done: {plan_step}",),
    ),
    "resolution.step_failed": (
        ("{plan_step}未成功：{why}",),
        ("Did not work: {plan_step} ({why})",),
    ),
    "resolution.step_compensated": (
        ("{plan_step}已撤销",),
        ("Undone: {plan_step}",),
    ),
    "resolution.step_needs_human": (
        ("{plan_step}转人工处理：{why}",),
        ("Somebody has to look at {plan_step}: {why}",),
    ),
    "resolution.step_settled": (
        ("{plan_step}：{way}（{why}）",),
        ("Of {plan_step}: {way} ({why})",),
    ),
    "resolution.executed": (
        ("方案“{plan}”执行完毕，共支付 {paid}", "方案“{plan}”执行完毕"),
        (
            "The plan “{plan}” is carried out; paid: {paid}",
            "The plan “{plan}” is carried out",
        ),
    ),
    "resolution.confirmed": (
        (
            "已确认问题解决，评分 {score} 分",
            "问题已解决（{other_actor}）",
            "已确认问题解决",
        ),
        (
            "It is made good: {score} of 5",
            "It is made good ({other_actor})",
            "It is made good",
        ),
    ),
    "resolution.reopened": (
        ("{other_actor}要求重新处理：{why}", "已要求重新处理：{why}"),
        ("{other_actor} took it up again: {why}", "It was taken up again: {why}"),
    ),
    "resolution.handed_to_dispute": (
        ("未达成方案，转纠纷处理",),
        ("No plan was taken: it goes to a dispute",),
    ),
    "resolution.outcome_measured": (
        ("{after_days} 天后回访结果已记录",),
        ("What came of it was recorded; days after: {after_days}",),
    ),
}
