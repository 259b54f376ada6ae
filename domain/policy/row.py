"""What every row of a policy pack says of itself, whatever its kind."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from domain.kernel import Code, Moment, PolicyRef

RowId = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_.-]{0,99}$")]
RowVersion = Annotated[int, Meta(ge=1, le=99_999_999)]
# For people to read: a line end is all it holds that cannot be seen. PostgreSQL keeps
# no NUL: one in what everybody is told would part the log from what is read of it.
Sentence = Annotated[str, Meta(max_length=400, pattern=r"^[^\x00-\x09\x0b-\x1f\x7f]*$")]

# The date a rule is chosen by: when the order was placed, when the conduct it judges
# took place, or when it is judged (发货规则 7.3; 争议总则 第70条).
Binding = Literal["order_time", "conduct_time", "adjudication_time"]

# What fell short, in the codes of the domain rules, section 3.1 and 3.4.
BreachCode = Literal[
    "SHIP_OVERDUE",  # 发货超时
    "OUT_OF_STOCK",  # 缺货
    "PICKUP_OVERDUE",  # 揽收超时
    "DISPATCH_OVERDUE",  # 发运超时
    "TRANSIT_STALLED",  # 中转超时
    "TRACK_OVERDUE",  # 轨迹超时
    "TRACK_ABNORMAL",  # 轨迹异常
    "FRAUD_SHIP",  # 欺诈发货
    "FAKE_SHIP",  # 虚假发货 (Taobao, case 1: no pickup 24 h after the waybill)
    "UNAUTHORISED_DROP",  # 未经同意投柜或驿站
    "DELIVERED_NOT_RECEIVED",  # 签收未收到
    "APPOINTMENT_MISSED",  # 预约送达 missed
    "EXPRESS_LATE",  # 即时零售 late
    "AFTER_SALE_REFUSED",  # 无故拒绝售后
    "ABUSIVE_SERVICE",  # 消极服务
    "PROMISE_BROKEN",  # 违背承诺
    "EXCHANGE_LATE",
    "REPAIR_LATE",
    "RESEND_LATE",
    "GIFT_REFUSED",
    "CARRIER_PROMISE_BROKEN",  # 指定快递未履行
    "PAYMENT_PROMISE_BROKEN",  # a promised difference, freight or payout not paid
    # What a label or the law lets a consumer claim.
    "CANCELLED_UNSHIPPED",  # 极速退款
    "RETURN_FREIGHT",  # 运费险
    "SPOILT",  # 坏了包退
    "DAMAGED",  # 坏损包退
    "COUNTERFEIT",  # 假一赔N
    "PRICE_DROPPED",  # 价保
    "FRAUD",  # 消保法 §55
    "UNSAFE_FOOD",  # 食品安全法 §148
]

Payer = Literal["merchant", "creator", "carrier", "insurer", "platform"]
Payee = Literal["consumer", "none"]
Base = Literal[
    "paid",
    "item",
    "freight",  # what a return cost, or else the postage
    "return_freight",  # what a return cost
    "freight_20kg",  # what a parcel of 20 kg would cost
    "appraisal",
    "difference",
    "turnover",  # of a store in a week
    "fixed",
]
Round = Literal["half_up_to_yuan", "half_up_to_fen"]
Payout = Literal["cash", "coupon", "red_packet", "deduct_only"]
Fen = Annotated[int, Meta(ge=0, le=10**12)]
BasisPoints = Annotated[int, Meta(ge=0, le=100_000)]


class Row(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"
):
    """What every row says of itself.

    ``in_force_from`` is the first moment it holds, ``in_force_to`` the first it no
    longer does. ``source`` names the platform's own rule text; "[K]" marks what is
    general knowledge, and "[Δ]" a proposal of ours.
    """

    id: RowId
    version: RowVersion
    title: Sentence
    title_zh: Sentence = ""
    binding: Binding
    in_force_from: Moment
    in_force_to: Moment | None = None
    source: Sentence
    exclusions: tuple[Code, ...] = ()

    @property
    def ref(self) -> PolicyRef:
        """The reference events name it by."""
        return f"{self.id}@{self.version}"
