"""What a consumer or a merchant is told by message, in both languages, from codes."""

from collections.abc import Mapping
from typing import Final

from msgspec import Struct


class MessageWords(Struct, frozen=True):
    """A message as people read it."""

    subject: str
    body: str


# By what is told; parameters are put in where they stand.
WORDS: Final[Mapping[str, MessageWords]] = {
    "offer": MessageWords(
        "关于您的订单 / About your order",
        "您的订单出了点问题,我们已准备好解决方案,请于 {until} 前选择。\n"
        "Something is not right with your order. We have prepared a solution; "
        "please choose until {until}.\n",
    ),
    "urge_merchant": MessageWords(
        "请尽快处理订单 / Please see to an order",
        "有一笔订单需要您尽快处理({shortfall})。\n"
        "An order needs you to see to it soon ({shortfall}).\n",
    ),
}
OTHERWISE: Final = MessageWords(
    "关于您的订单 / About your order",
    "您的订单有新的进展。\nThere is news about your order.\n",
)


class Missing(dict[str, str]):
    """Parameters, and a dash for what nobody said."""

    def __missing__(self, name: str) -> str:
        """Return a dash."""
        return "-"


def message_words(action: str, params: Mapping[str, str]) -> MessageWords:
    """Return what is said, its parameters put in."""
    words = WORDS.get(action, OTHERWISE)
    return MessageWords(words.subject, words.body.format_map(Missing(params)))
