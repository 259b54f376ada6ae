"""What happened in an after-sales case, in both languages."""

# ruff: noqa: RUF001  (Chinese punctuation is what Chinese is written with)

from collections.abc import Mapping
from typing import Final

CASE_SENTENCES: Final[Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "after_sales.opened": (
        ("{actor}申请售后：{case_type}，{total}", "{actor}申请售后：{case_type}"),
        ("{actor} asks for: {case_type}, {total}", "{actor} asks for: {case_type}"),
    ),
    "after_sales.changed": (
        ("{actor}修改申请：{case_type}，{total}", "{actor}修改申请：{case_type}"),
        (
            "{actor} asks instead for: {case_type}, {total}",
            "{actor} asks instead for: {case_type}",
        ),
    ),
    "after_sales.withdrawn": (("{actor}撤销申请",), ("{actor} let the request go",)),
    "after_sales.approved": (("{actor}同意申请",), ("Agreed to by {actor}",)),
    "after_sales.rejected": (
        ("{actor}拒绝申请：{rejection}",),
        ("Refused by {actor}: {rejection}",),
    ),
    "after_sales.countered": (
        (
            "{actor}提出协商方案：{case_type}，{total}",
            "{actor}提出协商方案：{case_type}",
        ),
        ("{actor} offers: {case_type}, {total}", "{actor} offers: {case_type}"),
    ),
    "after_sales.counter_accepted": (
        ("{actor}接受协商方案：{case_type}",),
        ("{actor} took the offer: {case_type}",),
    ),
    "after_sales.counter_declined": (
        ("{actor}未接受协商方案",),
        ("{actor} left the offer",),
    ),
    "after_sales.return_sent": (
        ("{actor}已寄回商品，{carrier} 运单 {waybill}",),
        ("{actor} sent the goods back with {carrier}, waybill {waybill}",),
    ),
    "after_sales.parcel_scanned": (
        ("售后包裹（{direction}）：{code}",),
        ("Parcel {direction}: {code}",),
    ),
    "after_sales.return_received": (
        ("已收到退货 {quantity} 件",),
        ("Goods received, pieces: {quantity}",),
    ),
    "after_sales.return_judged": (
        ("退货验收：{acceptance}（{rejection}）", "退货验收：{acceptance}"),
        (
            "The returned goods: {acceptance} ({rejection})",
            "The returned goods: {acceptance}",
        ),
    ),
    "after_sales.reception": (
        ("收货状态：{reception}",),
        ("The reception: {reception}",),
    ),
    "after_sales.replacement_shipped": (
        ("售后商品已寄出，{carrier} 运单 {waybill}",),
        ("Goods sent in return with {carrier}, waybill {waybill}",),
    ),
    "after_sales.replacement_received": (
        ("售后商品已收到",),
        ("The goods sent in return arrived",),
    ),
    "after_sales.refund_due": (
        ("应退款 {total}（{because}）",),
        ("{total} is to go back ({because})",),
    ),
    "after_sales.refund_ordered": (
        ("退款 {amount} 已发起（{route}）",),
        ("{amount} sent off ({route})",),
    ),
    "after_sales.refund_succeeded": (
        ("退款 {amount} 已到账（{route}）",),
        ("{amount} refunded ({route})",),
    ),
    "after_sales.refund_failed": (
        ("退款失败（{route}）：{failure}",),
        ("The refund failed ({route}): {failure}",),
    ),
    "after_sales.refund_recovered": (
        ("平台垫付的 {amount} 已追回",),
        ("{amount} advanced by the platform is back",),
    ),
    "after_sales.escalated": (
        ("{actor}申请平台介入",),
        ("{actor} asked the platform to step in",),
    ),
    "after_sales.intervention_ended": (
        ("平台介入结束",),
        ("The platform stepped out again",),
    ),
    "after_sales.ruling_executed": (
        ("已按裁决执行，{total}", "已按裁决执行"),
        ("The ruling was carried out: {total}", "The ruling was carried out"),
    ),
    "after_sales.frozen": (
        ("售后单计时已冻结或恢复（{why}）",),
        ("The case was frozen or let run on ({why})",),
    ),
    "after_sales.defaulted": (
        ("超时未处理（{step}），系统处理：{does}",),
        ("Not done in time ({step}), so now: {does}",),
    ),
    "after_sales.assigned": (
        ("售后单已分配给客服", "售后单已放回队列"),
        ("An agent has the case", "The case is back in the queue"),
    ),
    "after_sales.evidence_asked": (
        ("要求举证：{party_asked}",),
        ("Evidence was asked of {party_asked}",),
    ),
    "after_sales.evidence_added": (
        ("{actor}提交了凭证，共 {evidence} 份",),
        ("Evidence handed in by {actor}, files: {evidence}",),
    ),
    "after_sales.noted": (("{actor}添加了备注",), ("{actor} added a note",)),
    "after_sales.merged": (
        ("售后单已并入另一售后单",),
        ("Another case carries on for it",),
    ),
    "after_sales.reopened": (
        ("售后单重新打开（{why}）：{status}",),
        ("The case was taken up again ({why}): {status}",),
    ),
    "after_sales.succeeded": (("售后成功",), ("What was asked is done",)),
    "after_sales.closed": (
        ("售后关闭：{why_closed}",),
        ("The case was closed: {why_closed}",),
    ),
    "after_sales.rated": (
        ("售后评价 {score} 分（满分 5 分）",),
        ("The case was rated {score} of 5",),
    ),
    "after_sales.reported": (
        ("{source} 售后单 {number}：{status}", "{source} 售后单 {number}：{word}"),
        ("Case {number} at {source}: {status}", "Case {number} at {source}: {word}"),
    ),
    "after_sales.inspection_appointed": (
        ("已预约上门检测：{appointed_for}",),
        ("Somebody looks at the goods at the door: {appointed_for}",),
    ),
    "after_sales.inspection_recorded": (
        ("上门检测结果：{found}",),
        ("Found at the door: {found}",),
    ),
    "after_sales.ticket_opened": (
        ("平台向商家发出服务单 {ticket}",),
        ("The service asked the merchant to act: ticket {ticket}",),
    ),
    "after_sales.ticket_answered": (
        ("服务单 {ticket} 已答复",),
        ("Ticket {ticket} was answered",),
    ),
    "after_sales.resolution_confirmed": (
        ("问题是否解决：{settled}",),
        ("Whether it is settled: {settled}",),
    ),
    "after_sales.taken_over": (
        ("另一售后单已并入本单",),
        ("It carries on for another case too",),
    ),
    "after_sales.fallback_told": (
        ("若不发货，可退款：{total}",),
        ("What can go back for goods that are not sent: {total}",),
    ),
    "after_sales.contradiction_flagged": (
        ("售后记录有矛盾：{code}（{about}）",),
        ("Told and known clash: {code} ({about})",),
    ),
}
