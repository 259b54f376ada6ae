"""What happened in a contact, and what agents promised in it, in both languages."""

# ruff: noqa: RUF001  (Chinese punctuation is what Chinese is written with)

from collections.abc import Mapping
from typing import Final

CONTACT_SENTENCES: Final[Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "contact.opened": (
        ("{actor}第{times}次通过{channel}联系客服", "{actor}通过{channel}联系客服"),
        (
            "{actor} got in touch by {channel}, for the {nth} time",
            "{actor} got in touch by {channel}",
        ),
    ),
    "contact.words": (
        ("{actor}通过{channel}留言",),
        ("{actor} wrote or spoke by {channel}",),
    ),
    "contact.answered": (
        ("客服已回复，消费者等待了 {waited}",),
        ("The service answered after {waited}",),
    ),
    "contact.assigned": (
        ("联系已分配给客服", "联系已放回队列"),
        ("An agent has it", "Back in the queue"),
    ),
    "contact.handed_over": (
        ("联系已转交给团队：{team}", "联系已转交给同事"),
        ("Handed over to the team: {team}", "Handed over to a colleague"),
    ),
    "contact.linked": (
        ("联系已关联：{noun}",),
        ("Tied to what it is about: {noun}",),
    ),
    "contact.closed": (
        ("联系已结束：{outcome}",),
        ("The contact is closed: {outcome}",),
    ),
    "contact.reopened": (("联系重新打开（{why}）",), ("Taken up again ({why})",)),
    "contact.rated": (
        ("服务评价 {score} 分（满分 5 分）",),
        ("The service was rated {score} of 5",),
    ),
    "contact.reported": (
        (
            "{source} 工单 {number} 重新处理：{taken_up_by}",
            "{source} 工单 {number}：{word}",
        ),
        (
            "Ticket {number} at {source} goes on after it had ended: {taken_up_by}",
            "Ticket {number} at {source}: {word}",
        ),
    ),
    "contact.defaulted": (
        ("客服未按时回复：{does}",),
        ("Nobody answered in time: {does}",),
    ),
    "promise.made": (
        ("客服承诺于 {due_at} 前：{deed}",),
        ("An agent promises by {due_at}: {deed}",),
    ),
    "promise.extended": (
        ("客服承诺改为 {due_at} 前（{why}）",),
        ("The agent's promise is put to {due_at} ({why})",),
    ),
    "promise.kept": (
        ("客服承诺已兑现，晚了 {late}", "客服承诺已兑现"),
        ("The agent's promise was kept, {late} late", "The agent's promise was kept"),
    ),
    "promise.breached": (
        ("客服承诺未按时兑现，截止 {due_at}",),
        ("The agent's promise was not kept by {due_at}",),
    ),
}
