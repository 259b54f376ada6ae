"""What scorecards measure, in both languages."""

from collections.abc import Mapping
from typing import Final

# Chinese, then English.
SCORE_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "metric:ship_by": ("发货承诺履行率", "promises to ship kept"),
    "metric:hand_over_by": ("交付承运承诺履行率", "promises to hand over kept"),
    "metric:deliver_by": ("送达承诺履行率", "promises to deliver kept"),
    "metric:return_within": ("无理由退货履行率", "rights to return kept"),
    "metric:freight_insurance": ("运费险履行率", "freight insurance kept"),
    "metric:price_protection": ("价保履行率", "price protection kept"),
    "metric:pickup": ("揽收及时率", "picked up in time"),
    "metric:first_hub": ("首分拨及时率", "at the first hub in time"),
    "metric:transit": ("中转及时率", "moved on without a stall"),
    "metric:last_mile": ("派签及时率", "delivered once out, in time"),
    "metric:false_signing": ("虚假签收率", "signed for, and not received"),
    "metric:pickup_time": ("平均揽收时长", "mean time to pickup"),
    "metric:delivery_attainment": ("运单配送时效达成率", "delivered as promised"),
    "metric:damage_return_rate": ("商品/包装破损退货率", "damaged goods returned"),
    "metric:audit_time": ("售后平均审核时长", "mean time to answer a request"),
    "metric:platform_help_rate": ("平台求助率", "the platform was asked for help"),
}
