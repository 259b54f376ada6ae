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

# The same, written out beside a scan (status): the state each word stands for.
STATUS_WORDS: Final[Mapping[str, str]] = {
    "在途": "0",
    "干线": "1002",
    "转递": "1003",
    "到达派件城市": "1001",
    "下单": "101",
    "已下单": "101",
    "待揽收": "102",
    "揽收": "1",
    "已揽收": "103",
    "派件": "5",
    "投柜或驿站": "501",
    "签收": "3",
    "本人签收": "301",
    "派件异常后签收": "302",
    "异常后签收": "302",
    "代签": "303",
    "投柜或站签收": "304",
    "退签": "4",
    "退回": "6",
    "转投": "7",
    "清关": "8",
    "待清关": "10",
    "清关中": "11",
    "已清关": "12",
    "清关异常": "13",
    "拒签": "14",
    "拒收": "203",
    "疑难": "2",
    "超时未签收": "201",
    "超时未更新": "202",
    "派件异常": "204",
    "柜或驿站超时未取": "205",
    "无法联系": "206",
    "超区": "207",
    "滞留": "208",
    "破损": "209",
    "销单": "210",
    "已销单": "401",
}

# What a push says of the watch it keeps, not of the parcel: it goes on, ended, was
# given up after three days without a record or sixty without a change, is told anew.
WATCHES: Final = frozenset({"polling", "shutdown", "abort", "updateall"})
