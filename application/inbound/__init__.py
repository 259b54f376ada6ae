"""What comes in as messages: kept first, translated after, set aside if need be."""

from application.inbound.asks import UNSEALED
from application.inbound.door import BadSignature, Door, UnknownSource
from application.inbound.drafts import Progress
from application.inbound.inbound import Inbound
from application.inbound.messages import (
    NAMED_LATER,
    CaseNumber,
    ContactNumber,
    DisputeNumber,
    Kept,
    Message,
    NothingSaid,
    OrderNumber,
    PaymentNumber,
    Raw,
    Reference,
    Reported,
    State,
    Told,
    Translate,
    UnknownCode,
    UnknownType,
    Untranslatable,
    Waybill,
)
from application.inbound.store import InboundStore, Listed

__all__ = [
    "NAMED_LATER",
    "UNSEALED",
    "BadSignature",
    "CaseNumber",
    "ContactNumber",
    "DisputeNumber",
    "Door",
    "Inbound",
    "InboundStore",
    "Kept",
    "Listed",
    "Message",
    "NothingSaid",
    "OrderNumber",
    "PaymentNumber",
    "Progress",
    "Raw",
    "Reference",
    "Reported",
    "State",
    "Told",
    "Translate",
    "UnknownCode",
    "UnknownSource",
    "UnknownType",
    "Untranslatable",
    "Waybill",
]
