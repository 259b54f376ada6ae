"""Kuaidi100's words (快递100), as our codes.

Base and advanced states as its documentation lists them (pages "快递信息推送
接口" and "实时快递查询接口"); the domain rules, section 3.1, say what each is to us.
"""

from collections.abc import Mapping
from typing import Final

from domain.order import ScanCode

# Of a scan (statusCode) or of the whole trace (state).
STATES: Final[Mapping[str, ScanCode]] = {
    "0": "in_transit",
    "1": "picked_up",
    "2": "exception:other",
    "3": "signed",
    "4": "returned_signed",
    "5": "out_for_delivery",
    "6": "returning",
    "7": "forwarded",
    "8": "customs",
    "10": "customs",
    "11": "customs",
    "12": "customs",
    "13": "exception:customs",
    "14": "exception:refused",
    "101": "label_created",
    "102": "awaiting_pickup",
    "103": "picked_up",
    "201": "exception:unsigned_overdue",
    "202": "exception:no_update",
    "203": "exception:refused",
    "204": "exception:delivery_failed",
    "205": "exception:pickup_point_overdue",
    "206": "exception:unreachable",
    "207": "exception:out_of_area",
    "208": "exception:stuck",
    "209": "exception:damaged",
    "210": "cancelled_waybill",
    "301": "signed",
    "302": "signed",
    "303": "signed",
    "304": "signed",
    "401": "cancelled_waybill",
    "501": "at_pickup_point",
    "1001": "arrived_dest_city",
    "1002": "in_transit",
    "1003": "in_transit",
}

# The same, written out beside a scan (status).
STATUS_WORDS: Final[Mapping[str, ScanCode]] = {
    "在途": "in_transit",
    "干线": "in_transit",
    "转递": "in_transit",
    "到达派件城市": "arrived_dest_city",
    "下单": "label_created",
    "已下单": "label_created",
    "待揽收": "awaiting_pickup",
    "揽收": "picked_up",
    "已揽收": "picked_up",
    "派件": "out_for_delivery",
    "投柜或驿站": "at_pickup_point",
    "签收": "signed",
    "本人签收": "signed",
    "派件异常后签收": "signed",
    "异常后签收": "signed",
    "代签": "signed",
    "投柜或站签收": "signed",
    "退签": "returned_signed",
    "退回": "returning",
    "转投": "forwarded",
    "清关": "customs",
    "待清关": "customs",
    "清关中": "customs",
    "已清关": "customs",
    "清关异常": "exception:customs",
    "拒签": "exception:refused",
    "拒收": "exception:refused",
    "疑难": "exception:other",
    "超时未签收": "exception:unsigned_overdue",
    "超时未更新": "exception:no_update",
    "派件异常": "exception:delivery_failed",
    "柜或驿站超时未取": "exception:pickup_point_overdue",
    "无法联系": "exception:unreachable",
    "超区": "exception:out_of_area",
    "滞留": "exception:stuck",
    "破损": "exception:damaged",
    "销单": "cancelled_waybill",
    "已销单": "cancelled_waybill",
}

# What a push says of the watch it keeps, not of the parcel: it goes on, ended, was
# given up after three days without a record or sixty without a change, is told anew.
WATCHES: Final = frozenset({"polling", "shutdown", "abort", "updateall"})
