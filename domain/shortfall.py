"""What falls short of a good experience (体验短板), and how gravely.

A shortfall is known by order line, code and window: told twice it is one. What detects
them is data (``DetectorRow``); what they lead to is a resolution.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from domain.kernel import Code, LongName, Moment, Name, PolicyRef
from domain.order.values import LineNumber

# Domain rules, sections 3.1 (stall detectors) and 3.4.
ShortfallCode = Literal[
    "SHIP_RISK",  # 发货风险: the ship promise is near, and nothing was picked up
    "DELIVERY_RISK",  # 送达风险
    "SHIP_OVERDUE",  # 发货超时
    "DELIVERY_OVERDUE",  # 送达超时
    "OUT_OF_STOCK",  # 缺货
    "PICKUP_OVERDUE",  # 揽收超时
    "DISPATCH_OVERDUE",  # 发运超时
    "TRANSIT_STALLED",  # 中转超时
    "TRACK_ABNORMAL",  # 轨迹异常
    "FRAUD_SHIP",  # 欺诈发货
    "UNAUTHORISED_DROP",  # 未经同意投柜或驿站
    "PARCEL_LOST",  # 丢失
    "DELIVERED_NOT_RECEIVED",  # 签收未收到
    "REFUND_SLOW",  # 退款慢
    "RETURN_UNSIGNED",  # 退货未签收
    "REPEATED_CONTACT",  # 重复进线
    "PRICE_DROP",  # 价保期内降价
    "LIVE_PROMISE_MISMATCH",  # 主播承诺与商品页不符
    "GOVERNANCE_HIT",  # 售后商品被治理下架
    "CARRIER_INCIDENT",  # 物流网点异常
    "INCIDENT",  # any other cause that many orders share
]

# Which detector's window a shortfall fell into, such as a due time or a day: the same
# line may fall short of the same thing again, in another.
Window = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:@/+-]{0,199}$")]

Severity = Literal["low", "medium", "high", "critical"]

# Why a shortfall is no more: it healed by itself, or it never was.
ClearedBy = Literal["scan", "delivery", "refund", "answer", "promise_kept", "retracted"]


class Fact(Struct, frozen=True, kw_only=True):
    """One thing a detector looked at: a number or a code, or a time; and its name."""

    name: Code
    value: int | LongName | None = None
    at: Moment | None = None


class Weighed(Struct, frozen=True, kw_only=True):
    """One input of a severity: what was looked at, and the points it gave."""

    input: Code
    value: int
    points: int


class SeverityOf(Struct, frozen=True, kw_only=True):
    """How grave a shortfall is (value x delay x consumer effort), by a row, and why."""

    severity: Severity
    points: int
    inputs: tuple[Weighed, ...]
    policy: PolicyRef


class Shortfall(Struct, frozen=True, kw_only=True):
    """One shortfall as it was detected.

    ``line`` None is the whole order. ``since`` is when it began to fall short, ``due``
    what it fell short of. ``rule`` is the detector's row; ``heard_in`` the contact in
    which an agent heard of it, ``incident`` the incident it is part of. ``breach`` is
    what money depends on, if the rules owe some for it.
    """

    code: ShortfallCode
    line: LineNumber | None = None
    window: Window
    since: Moment
    due: Moment | None = None
    rule: PolicyRef
    facts: Annotated[tuple[Fact, ...], Meta(max_length=20)] = ()
    severity: SeverityOf | None = None
    breach: Code | None = None
    parcel: Name | None = None
    heard_in: Name | None = None
    incident: Name | None = None

    @property
    def name(self) -> str:
        """What it is known by within its order: line, code and window."""
        return f"{self.line or 'order'}/{self.code}/{self.window}"
