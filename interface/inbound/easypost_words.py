"""EasyPost's words, as our codes: ``status``, made precise by ``status_detail``.

As its documentation lists them (page "Trackers", statuses and status details).
"""

from collections.abc import Mapping
from typing import Final

from domain.order import ScanCode

STATUSES: Final[Mapping[str, ScanCode]] = {
    "unknown": "exception:no_information",
    "pre_transit": "label_created",
    "in_transit": "in_transit",
    "out_for_delivery": "out_for_delivery",
    "delivered": "signed",
    "available_for_pickup": "at_pickup_point",
    "return_to_sender": "returning",
    "failure": "exception:delivery_failed",
    "cancelled": "cancelled_waybill",
    "error": "exception:other",
}

# Details that say more than the status beside them, whatever that is.
DETAILS: Final[Mapping[str, ScanCode]] = {
    "address_correction": "exception:address_unclear",
    "arrived_at_pickup_location": "at_pickup_point",
    "awaiting_information": "exception:no_information",
    "cancelled": "cancelled_waybill",
    "damaged": "exception:damaged",
    "delayed": "exception:stuck",
    "delivery_exception": "exception:delivery_failed",
    "expired": "exception:no_update",
    "held": "exception:stuck",
    "lost": "lost",
    "missorted": "exception:missorted",
    "received_at_destination_facility": "arrived_dest_city",
    "received_at_origin_facility": "picked_up",
    "refused": "exception:refused",
    "return": "returning",
    "transit_exception": "exception:other",
    "weather_delay": "exception:stuck",
}

# Statuses that say how it ended; no detail makes them anything else.
FINAL: Final = frozenset({"delivered", "return_to_sender"})
