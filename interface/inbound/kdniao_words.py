"""Kdniao's words (快递鸟), as our codes.

``State`` and ``StateEx`` of the whole trace, ``Action`` of a scan, as its documentation
lists them (page "推送(增值版)接口"); the domain rules, section 3.1, say what each is.
"""

from collections.abc import Mapping
from typing import Final

from domain.order import ScanCode

STATES: Final[Mapping[str, ScanCode]] = {
    "0": "label_created",
    "1": "picked_up",
    "2": "in_transit",
    "3": "signed",
    "4": "exception:other",
    "5": "forwarded",
    "6": "customs",
    "10": "awaiting_pickup",
    "201": "arrived_dest_city",
    "202": "out_for_delivery",
    "204": "in_transit",
    "205": "arrived_dest_city",
    "206": "in_transit",
    "211": "at_pickup_point",
    "301": "signed",
    "302": "signed",
    "304": "signed",
    "311": "signed",
    "401": "exception:no_information",
    "402": "exception:unsigned_overdue",
    "403": "exception:no_update",
    "404": "exception:refused",
    "405": "exception:delivery_failed",
    "406": "returned_signed",
    "407": "returning",
    "412": "exception:pickup_point_overdue",
    "413": "intercepted",
    "414": "exception:damaged",
    "415": "cancelled_waybill",
    "416": "exception:unreachable",
    "417": "exception:stuck",
    "418": "exception:taken_out",
    "419": "redelivery",
    "420": "exception:address_unclear",
    "421": "exception:phone_wrong",
    "422": "exception:missorted",
    "423": "exception:out_of_area",
    "601": "customs",
    "602": "customs",
    "603": "customs",
    "604": "exception:customs",
}

# Pushes that carry a trace (RequestType); 107 is about cash on delivery.
TRACES: Final = frozenset({"101", "102", "query"})
