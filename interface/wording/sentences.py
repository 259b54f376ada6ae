"""One sentence per event, in Chinese and in English, with the facts filled in.

A sentence has variants: the first whose facts are all known is said. What stands in
braces is filled by ``FILLED``; the rest is the language's own.
"""

# ruff: noqa: RUF001  (Chinese punctuation is what Chinese is written with)

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from domain.order.values import WHOLE
from interface.wording.account_sentences import ACCOUNT_SENTENCES
from interface.wording.case_sentences import CASE_SENTENCES
from interface.wording.companionship_sentences import COMPANIONSHIP_SENTENCES
from interface.wording.contact_sentences import CONTACT_SENTENCES
from interface.wording.desk_sentences import DESK_SENTENCES
from interface.wording.dispute_sentences import DISPUTE_SENTENCES
from interface.wording.incident_sentences import INCIDENT_SENTENCES
from interface.wording.language import LANGUAGES, Language, Tongue
from interface.wording.resolution_sentences import RESOLUTION_SENTENCES
from interface.wording.trust_sentences import TRUST_SENTENCES

FIELD: Final = re.compile(r"\{(\w+)\}")

# By tag: Chinese variants, English variants.
SENTENCES: Final[Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "order.placed": (
        ("已下单，共 {lines} 种商品，{total}", "已下单"),
        ("Order placed: {products}, {total}", "Order placed"),
    ),
    "order.identified": (("订单号 {number}",), ("This is order {number}",)),
    "order.payment_captured": (("已付款 {total}",), ("Paid {total}",)),
    "order.amount_changed": (
        ("应付金额改为 {payable}",),
        ("Amount to pay changed to {payable}",),
    ),
    "order.funds_released": (
        ("担保货款 {amount} 已结算给商家",),
        ("{amount} held in escrow released to the merchant",),
    ),
    "order.funds_held_again": (
        ("担保货款 {amount} 重新冻结",),
        ("{amount} is held in escrow again",),
    ),
    "order.stock_confirmed": (
        ("商家已备货",),
        ("The merchant has the goods and prepares them",),
    ),
    "order.parcel_shipped": (
        ("已发货，{carrier} 运单 {waybill}", "已发货，包裹 {parcel}"),
        ("Shipped with {carrier}, waybill {waybill}", "Parcel {parcel} shipped"),
    ),
    "order.scan_recorded": (
        ("包裹 {parcel}：{code}",),
        ("Parcel {parcel}: {code}",),
    ),
    "order.parcel_handed_over": (
        ("承运商已揽收包裹 {parcel}",),
        ("The carrier has the parcel {parcel}",),
    ),
    "order.parcel_out_for_delivery": (
        ("包裹 {parcel} 派送中",),
        ("Parcel {parcel} is out for delivery",),
    ),
    "order.parcel_delivered": (
        ("包裹 {parcel} 已送达",),
        ("Parcel {parcel} delivered",),
    ),
    "order.parcel_signed": (
        ("包裹 {parcel} 已签收，签收方：{signed_by}",),
        ("Parcel {parcel} signed for by {signed_by}",),
    ),
    "order.parcel_exception": (
        ("包裹 {parcel} 异常：{exception}",),
        ("Trouble with parcel {parcel}: {exception}",),
    ),
    "order.intercept_requested": (
        ("已请求拦截包裹 {parcel}",),
        ("The carrier was asked to stop parcel {parcel}",),
    ),
    "order.parcel_intercepted": (
        ("包裹 {parcel} 已拦截",),
        ("Parcel {parcel} was stopped on its way",),
    ),
    "order.intercept_failed": (
        ("包裹 {parcel} 拦截失败",),
        ("Parcel {parcel} could not be stopped",),
    ),
    "order.return_to_sender_requested": (
        ("已请求退回包裹 {parcel}",),
        ("The carrier was asked to take parcel {parcel} back",),
    ),
    "order.parcel_returning": (
        ("包裹 {parcel} 正在退回",),
        ("Parcel {parcel} is on its way back",),
    ),
    "order.parcel_returned": (
        ("包裹 {parcel} 已退回商家",),
        ("Parcel {parcel} is back with its sender",),
    ),
    "order.parcel_lost": (("包裹 {parcel} 丢失",), ("Parcel {parcel} is lost",)),
    "order.address_changed": (("收货地址已变更",), ("The address was changed",)),
    "order.receipt_confirmed": (
        ("消费者已确认收货",),
        ("The consumer confirmed receipt",),
    ),
    "order.completed": (("交易完成",), ("The order is complete",)),
    "order.cancelled": (
        ("订单已取消，取消方：{by}，原因：{reason}",),
        ("Cancelled by {by}: {reason}",),
    ),
    "order.review_recorded": (
        ("评价 {score} 星",),
        ("Reviewed with {score} of 5 stars",),
    ),
    "order.note_recorded": (("添加了备注",), ("A note was added",)),
    "order.claim_opened": (
        ("售后占用 {total}（{claim_kind}）", "售后占用商品（{claim_kind}）"),
        ("Claimed: {total} ({claim_kind})", "Claimed: goods ({claim_kind})"),
    ),
    "order.claim_changed": (
        ("售后占用改为 {total}（{claim_kind}）", "售后占用改为商品（{claim_kind}）"),
        (
            "Claimed instead: {total} ({claim_kind})",
            "Claimed instead: goods ({claim_kind})",
        ),
    ),
    "order.claim_settled": (
        ("售后占用结束，已退款 {total}", "售后占用结束，未退款"),
        ("A claim ended: {total} refunded", "A claim ended without a refund"),
    ),
    "order.refund_reported": (("已退款 {amount}",), ("{amount} went back",)),
    "order.contradiction_flagged": (
        ("记录有矛盾：{code}（{about}）", "记录有矛盾：{code}"),
        ("Reports clash: {code} ({about})", "Reports clash: {code}"),
    ),
    "order.contradiction_resolved": (
        ("矛盾已消除：{code}",),
        ("Reports no longer clash: {code}",),
    ),
    "order.time_given": (
        ("收货与售后时间延长至 {until}",),
        ("You have more time, until {until}",),
    ),
    "order.ship_date_agreed": (
        ("协商发货时间为 {due_at}",),
        ("Agreed to ship by {due_at}",),
    ),
    "order.appointment_made": (
        ("已预约送达：{by_day}", "已预约送达：{due_at}", "已预约送达"),
        (
            "Delivery appointed for {by_day}",
            "Delivery appointed by {due_at}",
            "A delivery was appointed",
        ),
    ),
    "order.promise_made": (
        ("{source}作出{promise}，截止 {due_at}", "{source}作出{promise}"),
        ("{promise} made by {source}, due {due_at}", "{promise} made by {source}"),
    ),
    "order.promise_started": (
        ("{promise}开始计时，截止 {due_at}", "{promise}尚未开始计时"),
        ("{promise} runs until {due_at}", "{promise} has not begun to run after all"),
    ),
    "order.promise_renegotiated": (
        ("{promise}经协商改为 {due_at} 前",),
        ("{promise} put to {due_at} by agreement",),
    ),
    "order.promise_kept": (
        ("{promise}已兑现，提前 {ahead}",),
        ("{promise} kept, {ahead} ahead",),
    ),
    "order.promise_breached": (
        (
            "{promise}已违约，晚了 {late}（截止 {due_at}）",
            "{promise}已违约，截止 {due_at}，至今未履行",
        ),
        (
            "{promise} broken: {late} late (due {due_at})",
            "{promise} broken: due {due_at}, and not done yet",
        ),
    ),
    "order.promise_cleared": (
        ("{promise}实际已按时兑现，提前 {ahead}",),
        ("{promise} was kept after all, {ahead} ahead",),
    ),
    "order.promise_waived": (
        ("消费者已放弃{promise}",),
        ("{promise} waived by the consumer",),
    ),
    "order.promise_voided": (
        ("订单取消，{promise}不再适用",),
        ("{promise} no longer owed: the order was cancelled",),
    ),
    "order.promise_reopened": (
        ("{promise}重新等待履行",),
        ("{promise} is open again",),
    ),
    "consumer.linked": (
        ("{consumer} 与 {other} 确认为同一人（{basis}）",),
        ("{consumer} and {other} are one person ({basis})",),
    ),
    "consumer.unlinked": (
        ("{consumer} 与 {other} 不再视为同一人",),
        ("{consumer} and {other} are not one person after all",),
    ),
    "consumer.flagged": (
        ("暂停善意补偿至 {flagged_until}（{flagged_for}）；应得权益不受影响，可申诉",),
        ("No goodwill until {flagged_until} ({flagged_for}); you may object",),
    ),
    "consumer.flag_contested": (
        ("{actor}对暂停善意补偿提出申诉",),
        ("{actor} objects to the block of goodwill",),
    ),
    "consumer.flag_lifted": (
        ("已解除善意补偿限制（{why}）",),
        ("Goodwill is no longer blocked ({why})",),
    ),
    "evidence.uploaded": (
        ("{by}提交了证据（{evidence_kind}）",),
        ("Evidence handed in by {by}: {evidence_kind}",),
    ),
    "evidence.cleared": (
        ("证据已通过审核，各方可见",),
        ("The evidence was looked at; all parties may see it",),
    ),
    "evidence.blocked": (
        ("证据已被屏蔽：{block_reason}",),
        ("The evidence is not shown: {block_reason}",),
    ),
    "timer.started": (
        ("{owes}须于 {due_at} 前完成：{step}",),
        ("Until {due_at}, {owes} is to: {step}",),
    ),
    "timer.paused": (
        ("暂停计时：{step}，剩余 {left}（{why}）",),
        ("Clock stopped: {step}, {left} left ({why})",),
    ),
    "timer.resumed": (
        ("恢复计时：{step}，截止 {due_at}",),
        ("Clock runs on: {step}, due {due_at}",),
    ),
    "timer.extended": (
        ("期限改为 {due_at}：{step}（{why}）",),
        ("Deadline moved to {due_at}: {step} ({why})",),
    ),
    "timer.restarted": (
        ("重新计时，{owes}须于 {due_at} 前完成：{step}（{why}）",),
        ("Clock started anew: until {due_at}, {owes} is to: {step} ({why})",),
    ),
    "timer.met": (
        ("已按时完成：{step}，剩余 {left}", "已完成：{step}，逾期 {overdue}"),
        ("Done in time: {step}, {left} left", "Done: {step}, {overdue} late"),
    ),
    "timer.breached": (
        ("{owes}超时未完成：{step}，截止 {due_at}",),
        ("Not done in time by {owes}: {step}, due {due_at}",),
    ),
    "timer.cancelled": (
        ("无须再完成：{step}（{why}）",),
        ("No longer owed: {step} ({why})",),
    ),
    **CONTACT_SENTENCES,
    **CASE_SENTENCES,
    **DISPUTE_SENTENCES,
    **ACCOUNT_SENTENCES,
    **COMPANIONSHIP_SENTENCES,
    **RESOLUTION_SENTENCES,
    **DESK_SENTENCES,
    **TRUST_SENTENCES,
    **INCIDENT_SENTENCES,
    "policy.published": (
        ("政策 {profile} 第 {publication} 次发布，新增 {rows} 条规则",),
        ("Policies {profile}, publication {publication}: {rows} new rows",),
    ),
}


def counted(number: int, noun: str) -> str:
    """Return an English noun with its number."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def ordinal(number: int) -> str:
    """Return an English ordinal, such as "2nd"."""
    teen = number % 100 in {11, 12, 13}
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{'th' if teen else ending}"


def none_less(seconds: int) -> int:
    """Return seconds that are left; a KeyError says that they are over."""
    if seconds < 0:
        raise KeyError(seconds)
    return seconds


def coded(name: str) -> Callable[[Mapping[str, Any], Language], str]:
    """Return what says a code of ours in words."""
    return lambda facts, language: language.word(str(facts[name]))


def prefixed(kind: str, name: str) -> Callable[[Mapping[str, Any], Language], str]:
    """Return what says a code whose words are those of its kind, as ``kind:code``."""
    return lambda facts, language: language.word(f"{kind}:{facts[name]}")


def timed(name: str) -> Callable[[Mapping[str, Any], Language], str]:
    """Return what says a time."""
    return lambda facts, language: language.moment(facts[name])


def priced(name: str) -> Callable[[Mapping[str, Any], Language], str]:
    """Return what says an amount."""
    return lambda facts, language: language.money(
        facts[name]["minor"], facts[name]["currency"]
    )


def plan_named(name: str, language: Language) -> str:
    """Return what a plan is called; one somebody made themselves has its own name."""
    return language.words.get(f"named:{name}", name)


def plan_step(facts: Mapping[str, Any], language: Language) -> str:
    """Return which step of which plan it was; its key is round, plan and number."""
    _, plan, number = str(facts["step"]).split("/")
    named = plan_named(plan, language)
    if language.tag == "zh-CN":
        return f"方案“{named}”第 {number} 步"
    return f"step {number} of “{named}”"


def because(facts: Mapping[str, Any], language: Language) -> str:
    """Return why money is due; under a plan's row it is the plan, not silence."""
    row = str(facts.get("policy"))
    return language.word("plan" if ".plan." in row else str(facts["because"]))


def other_actor(facts: Mapping[str, Any], language: Language) -> str:
    """Return who did it; "" of the consumer, who reads of it in the same words."""
    role = facts["by"]["role"]
    return "" if role == "consumer" else language.word(role)


# How what stands in braces is filled, where a fact is not shown as it is. A KeyError
# says that the fact is not known.
FILLED: Final[Mapping[str, Callable[[Mapping[str, Any], Language], str]]] = {
    "products": lambda facts, _: counted(facts["lines"], "product"),
    "total": lambda facts, language: language.sums(facts["total"]),
    "payable": priced("payable"),
    "amount": priced("amount"),
    "code": lambda facts, language: language.word(
        str(facts["code"]).removeprefix("exception:")
    ),
    "exception": coded("exception"),
    "parcel": lambda facts, language: (
        language.word(WHOLE) if facts["parcel"] == WHOLE else facts["parcel"]
    ),
    "signed_by": coded("signed_by"),
    "by": coded("by"),
    "actor": lambda facts, language: language.word(facts["by"]["role"]),
    "channel": coded("channel"),
    "times": lambda facts, _: str(len(facts["earlier"]) + 1),
    "nth": lambda facts, _: ordinal(len(facts["earlier"]) + 1),
    "noun": coded("noun"),
    "outcome": coded("outcome"),
    "does": coded("does"),
    "deed": coded("deed"),
    "waited": lambda facts, language: language.span(facts["waited_seconds"]),
    "evidence_kind": coded("kind"),
    "claim_kind": coded("kind"),
    "block_reason": coded("reason"),
    "source": coded("source"),
    "basis": coded("basis"),
    "promise": coded("promise_kind"),
    "owes": coded("owes"),
    "step": coded("step"),
    "taken_up_by": lambda facts, _: facts["word"] if facts["reopens"] else "",
    "why": coded("reason"),
    "left": lambda facts, language: language.span(none_less(facts["seconds_left"])),
    "overdue": lambda facts, language: language.span(facts["seconds_left"]),
    "claimant": lambda facts, language: language.word(facts["claimant"]["kind"]),
    "against": lambda facts, language: language.word(facts["against"]["kind"]),
    "party": lambda facts, language: language.word(facts["effect"]["party"]),
    "entry_kind": coded("kind"),
    "case_type": coded("case_type"),
    "rejection": coded("reason"),
    "acceptance": coded("acceptance"),
    "reception": coded("reception"),
    "because": because,
    "plan": lambda facts, language: plan_named(str(facts["plan"]), language),
    "plan_step": plan_step,
    "route": coded("route"),
    "direction": coded("direction"),
    "status": coded("status"),
    "party_asked": coded("of"),
    "found": prefixed("found", "result"),
    "settled": prefixed("settled", "resolved"),
    "appointed_for": lambda facts, language: language.moment(facts["appointed_for"]),
    "issue": prefixed("issue", "issue"),
    "offer_type": prefixed("offer", "offer_type"),
    "stands": prefixed("stands", "status"),
    "offered_by": coded("offered_by"),
    "duty": coded("duty"),
    "side": coded("side"),
    "result": prefixed("result", "result"),
    "appeal": prefixed("stands", "appeal"),
    "authority": coded("authority"),
    "why_closed": coded("why"),
    "point": prefixed("point", "what"),
    "finding": prefixed("finding", "finding"),
    "opened": prefixed("matter", "opened"),
    "ended": prefixed("matter", "ended"),
    "days_ended": prefixed("days", "outcome"),
    "ends_at": timed("ends_at"),
    "contest": prefixed("contest", "reason"),
    "contest_ends": prefixed("contest", "outcome"),
    "incident_kind": prefixed("incident", "kind"),
    "yuan": lambda facts, language: language.money(facts["total_fen"], "CNY"),
    "hers": lambda facts, language: (
        language.money(facts["consumer_fen"], "CNY") if facts["consumer_fen"] else ""
    ),
    "deducted": lambda facts, language: (
        "" if facts["consumer_fen"] else language.money(facts["total_fen"], "CNY")
    ),
    "due_at": lambda facts, language: language.moment(
        facts.get("due_at") or facts["offer"]["due_at"]
    ),
    "by_day": lambda facts, _: str(facts["offer"]["by_day"]),
    "ahead": lambda facts, language: language.span(facts["ahead_seconds"]),
    "shortfall_code": prefixed("shortfall", "code"),
    "cleared_by": prefixed("cleared", "cleared_by"),
    "severity": prefixed("severity", "severity"),
    "dismissed_for": prefixed("dismissed", "reason"),
    "blocked_until": timed("blocked_until"),
    "flagged_until": timed("until"),
    "flagged_for": prefixed("flagged", "reason"),
    "expires_at": timed("expires_at"),
    "approver": coded("role"),
    "action": prefixed("action", "does"),
    "on_silence": prefixed("silence", "on_silence"),
    "way": prefixed("way", "way"),
    "fen": lambda facts, language: language.money(facts["amount_fen"], "CNY"),
    "paid": lambda facts, language: language.sums(facts["paid_out"]),
    "failure": coded("failure"),
    "until": timed("until"),
    "blocked_for": prefixed("flagged", "blocked_for"),
    "other_actor": other_actor,
    "late": lambda facts, language: language.span(facts["late_seconds"]),
}


def said(tag: str, facts: Mapping[str, Any]) -> dict[Tongue, str]:
    """Return an event in every language; a tag we have no words for stands for itself.

    ``facts`` are those of the timeline: an event's fields that are set, lists as counts
    and sums.
    """
    chinese, english = SENTENCES.get(tag, ((), ()))
    told = spoken(english, facts, LANGUAGES["en"])
    return {
        "zh-CN": spoken(chinese, facts, LANGUAGES["zh-CN"]) or tag,
        "en": told[:1].upper() + told[1:] or tag,
    }


def spoken(
    variants: tuple[str, ...], facts: Mapping[str, Any], language: Language
) -> str:
    """Return the first variant whose facts are all known; "" if none is."""

    def filled(found: re.Match[str]) -> str:
        fill = FILLED.get(found[1])
        value = fill(facts, language) if fill else str(facts[found[1]])
        if not value:
            raise KeyError(found[1])
        return value

    for variant in variants:
        try:
            return FIELD.sub(filled, variant)
        except (KeyError, TypeError):
            continue
    return ""
