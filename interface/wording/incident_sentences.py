"""What happened in an incident, in both languages."""

# ruff: noqa: RUF001  (Chinese punctuation is what Chinese is written with)

from collections.abc import Mapping
from typing import Final

INCIDENT_SENTENCES: Final[Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "incident.declared": (
        ("已宣布批量事件 {number}：{incident_kind}",),
        ("Incident {number} declared: {incident_kind}",),
    ),
    "incident.scope_revised": (
        ("影响范围已调整（{reason}）",),
        ("Who is affected was revised ({reason})",),
    ),
    "incident.scope_frozen": (
        ("影响范围已锁定，共 {orders} 单",),
        ("Who is affected was frozen; orders: {orders}",),
    ),
    "incident.orders_included": (
        ("已纳入 {orders} 单",),
        ("Affected orders named: {orders}",),
    ),
    "incident.orders_excluded": (
        ("已排除 {orders} 单",),
        ("Orders left out: {orders}",),
    ),
    "incident.impact_estimated": (
        ("影响评估：{orders} 单，预计 {yuan}",),
        ("Estimated: {yuan}; orders: {orders}",),
    ),
    "incident.plan_drafted": (
        ("方案已拟定，共 {segments} 类",),
        ("Plans drafted; kinds of orders: {segments}",),
    ),
    "incident.budget_approved": (
        ("预算 {yuan} 已批准",),
        ("A budget of {yuan} was granted",),
    ),
    "incident.pilot_started": (
        ("开始试行，{orders} 单",),
        ("Tried on the first orders: {orders}",),
    ),
    "incident.rollout_expanded": (
        ("全面推送，每分钟最多 {orders_per_minute} 单",),
        ("Rolled out to all; orders a minute: {orders_per_minute}",),
    ),
    "incident.paused": (("已暂停（{reason}）",), ("Paused ({reason})",)),
    "incident.resumed": (("已恢复",), ("It goes on",)),
    "incident.rollback_ordered": (
        ("未执行的方案已撤回（{reason}）",),
        ("What nobody took yet is taken back ({reason})",),
    ),
    "incident.withdrawn": (
        ("批量事件已撤销（{reason}）",),
        ("The incident was withdrawn ({reason})",),
    ),
    "incident.budget_reserved": (
        ("已为 {orders} 单预留 {yuan}",),
        ("{yuan} set aside; orders: {orders}",),
    ),
    "incident.budget_settled": (
        ("已向 {offered} 单提供方案，{left_out} 单未提供，释放 {yuan}",),
        ("Offers made: {offered}; left out: {left_out}; {yuan} is free again",),
    ),
    "incident.budget_spent": (
        ("{spent} 单实际花费 {yuan}",),
        ("Spent: {yuan}; orders: {spent}",),
    ),
    "incident.exemption_set": (
        ("按规则 {policy} 豁免考核",),
        ("Nobody is in breach for it, by {policy}",),
    ),
    "incident.notice_published": (("公告：{words_zh}",), ("Notice: {words_en}",)),
    "incident.completed": (("批量事件已结束",), ("The incident is over",)),
    "incident.reviewed": (
        ("已复盘，原因：{cause}",),
        ("It was reviewed; its cause: {cause}",),
    ),
}

# What kinds of incidents there are: Chinese, then English.
INCIDENT_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "incident:carrier_outlet": ("物流网点异常", "a carrier's outlet stopped"),
    "incident:region": ("区域异常", "a region is cut off"),
    "incident:merchant": ("商家异常", "a merchant fails its orders"),
    "incident:listing": ("商品治理下架", "goods were taken down"),
    "incident:live_room": ("直播间承诺不符", "a live room promised otherwise"),
    "incident:payment": ("支付异常", "payments went wrong"),
    "incident:system": ("系统异常", "a system failed"),
}
