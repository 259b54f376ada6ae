"""The trust balance and its contests, in both languages."""

# ruff: noqa: RUF001  (Chinese punctuation is what Chinese is written with)

from collections.abc import Mapping
from typing import Final

TRUST_SENTENCES: Final[Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "trust.point_contested": (
        ("{actor}对信任账目提出异议（{point}）：{contest}",),
        ("{actor} contests a point of the trust balance ({point}): {contest}",),
    ),
    "trust.contest_answered": (
        ("对信任账目的异议已答复（{point}）：{contest_ends}",),
        ("A contested point of the trust balance ({point}): {contest_ends}",),
    ),
}

# What a point counts, why it is not so, and what came of it: Chinese, then English.
TRUST_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "point:promise_kept": ("已履行承诺", "promise kept"),
    "point:kept_ahead": ("提前履行", "kept ahead of its time"),
    "point:promise_broken": ("未履行承诺", "promise broken"),
    "point:minutes_waited": ("超时等待", "time waited"),
    "point:money_returned": ("已退还金额", "money returned"),
    "point:opened_by_us": ("由我们主动发起", "opened by us"),
    "point:opened_by_them": ("由消费者发起", "opened by the consumer"),
    "point:satisfaction": ("满意度", "satisfaction"),
    "point:ended:delivered": ("已送达", "delivered"),
    "point:ended:answered": ("已答复", "answered"),
    "point:ended:refunded": ("已退款", "refunded"),
    "point:ended:done": ("已完成", "done"),
    "point:ended:cancelled": ("订单已取消", "the order was called off"),
    "point:standing:counted": ("计入", "counted"),
    "point:standing:replaced": ("已被后续事实取代", "replaced by a later event"),
    "point:standing:contested": ("异议处理中", "contested"),
    "point:standing:upheld": ("经复核维持", "upheld"),
    "point:standing:corrected": ("已更正", "corrected"),
    "contest:did_not_happen": ("事情没有发生", "it did not happen"),
    "contest:wrong_time": ("时间不对", "the time is wrong"),
    "contest:wrong_amount": ("金额不对", "the amount is wrong"),
    "contest:not_mine": ("与我无关", "it is not mine"),
    "contest:not_what_was_promised": ("与承诺不符", "it is not what was promised"),
    "contest:other": ("其他", "another reason"),
    "contest:upheld": ("经复核维持原样", "it stands as it was"),
    "contest:corrected": ("已更正，原记录保留可查", "corrected; what it said is kept"),
}
