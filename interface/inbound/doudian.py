"""Doudian's messages (抖店): about trades, about refunds, and documents about cases.

What each says is read in ``doudian_trades``, ``doudian_refunds`` and ``doudian_cases``.
"""

import re
from datetime import datetime
from typing import Final

import msgspec

from application.inbound import (
    Message,
    NothingSaid,
    OrderNumber,
    Reported,
    UnknownType,
)
from interface.inbound import doudian_words as words
from interface.inbound.documents import At, parse
from interface.inbound.doudian_cases import case_document
from interface.inbound.doudian_refund_words import ARBITRATED, STEPS
from interface.inbound.doudian_refunds import arbitrated, case_in, stepped
from interface.inbound.doudian_trades import TRADES, Trade

SOURCE: Final = words.SOURCE

# The type of a document about cases: of a list, a search or a detail.
DOCUMENT: Final = "aftersale"

# The time a message was sent at, inside its id: "…::100:1618990587:…".
SENT_AT: Final = re.compile(r":(\d{10}):")


def translate(message: Message) -> tuple[Reported, ...]:
    """Return what a message reports.

    Raises UnknownType for the tags not listed here, UnknownCode for codes that must be
    understood, Untranslatable for what is missing or does not fit, NothingSaid.
    """
    root = At(parse(message.body)).object()
    if message.type == DOCUMENT:
        return case_document(root, message.received_at)
    tag = root.get("tag").code()
    data = unwrapped(root.get("data"))
    sent = sent_at(root, message)
    if tag in STEPS:
        return tuple(stepped(case_in(tag, data, sent)))
    if tag in ARBITRATED:
        return tuple(arbitrated(case_in(tag, data, sent)))
    if tag == words.UNTAGGED and data.get("order_status").text() == words.PREPARING:
        tag = words.PENDING
    if tag not in TRADES:
        raise UnknownType(tag, about(data))
    trade = Trade(data.object().get("p_id").name(), data, sent)
    reports = tuple(TRADES[tag](trade))
    if not reports:
        raise NothingSaid("empty")
    return reports


def unwrapped(data: At) -> At:
    """Return the data, which a real push carries as JSON within a string."""
    if not isinstance(data.value, str):
        return data
    try:
        return At(msgspec.json.decode(data.value), data.path)
    except msgspec.DecodeError:
        return data  # A tag nobody knows may carry anything.


def about(data: At) -> tuple[OrderNumber, ...]:
    """Return the order a message not understood speaks of, so that it can be erased."""
    try:
        return (OrderNumber(SOURCE, data.get("p_id").name()),)
    except Exception:  # noqa: BLE001  # nothing is asked of an unknown message
        return ()


def sent_at(root: At, message: Message) -> datetime:
    """Return when a message was sent, as its id says; else when we got it."""
    told = SENT_AT.search(root.get("msgId", "msg_id").text())
    return At(told[1]).epoch() if told else message.received_at
