"""What comes in as messages: kept first, translated after, set aside if need be."""

from application.inbound.asks import UNSEALED
from application.inbound.door import BadSignature, Door, UnknownSource
from application.inbound.drafts import Progress
from application.inbound.inbound import Inbound
from application.inbound.messages import (
    Kept,
    Message,
    NothingSaid,
    OrderNumber,
    Raw,
    Reference,
    Reported,
    State,
    Translate,
    UnknownType,
    Untranslatable,
    Waybill,
)
from application.inbound.store import InboundStore, Listed

__all__ = [
    "UNSEALED",
    "BadSignature",
    "Door",
    "Inbound",
    "InboundStore",
    "Kept",
    "Listed",
    "Message",
    "NothingSaid",
    "OrderNumber",
    "Progress",
    "Raw",
    "Reference",
    "Reported",
    "State",
    "Translate",
    "UnknownSource",
    "UnknownType",
    "Untranslatable",
    "Waybill",
]
