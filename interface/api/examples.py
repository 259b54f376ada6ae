"""An example of every body, for whoever reads the description; a test decodes each."""

import tomllib
from collections.abc import Mapping
from typing import Any, Final

import msgspec
from litestar.enums import RequestEncodingType
from litestar.openapi.spec import Example
from litestar.params import BodyKwarg

from interface.api.case_examples import CASEWORK_EXAMPLES
from interface.api.desk_examples import DESK_EXAMPLES
from interface.api.incident_examples import INCIDENT_EXAMPLES
from interface.api.resolution_examples import RESOLUTION_EXAMPLES
from interface.api.trust_examples import TRUST_EXAMPLES

PARCEL: Final = {"parcel": "SF1234567890"}
YUAN_129: Final = {"minor": 12900, "currency": "CNY"}

# Policies are written in TOML; in JSON they say the same.
POLICY_TOML: Final = """profile = "shop"
title = "A shop of our own making"
sources = ["shop"]
usual = ["ship-48h"]

[[row]]
kind = "label_promise"
id = "shop.ship-48h"
version = 20300101
title = "Ships within 48 hours"
binding = "order_time"
in_force_from = 2030-01-01T00:00:00+08:00
source = "our own terms, 3.1"
label = "ship-48h"
promise = "ship_by"
hours = 48
"""

EXAMPLES: Final[Mapping[str, Mapping[str, Any]]] = {
    "PlaceOrder": {
        "consumer": "li-mei",
        "source": "demo",
        "number": "A-1001",
        "merchant": "tea-house",
        "channel": "content",
        "content": {"live_room": "room-7"},
        "participants": [
            {"party": "tea-house", "roles": ["merchant"]},
            {"party": "anna", "roles": ["creator", "room_seller"]},
        ],
        "lines": [
            {"line": 1, "product": "oolong-250g", "quantity": 1, "price": YUAN_129}
        ],
        "offers": [{"label": "ship-48h", "source": "merchant"}],
    },
    "IdentifyOrder": {"consumer": "li-mei", "source": "demo", "number": "A-1002"},
    "CapturePayment": {
        "payment": "pay-1",
        "tenders": [{"tender": "wallet", "amount": YUAN_129}],
    },
    "ChangeAmount": {"payable": {"minor": 11900, "currency": "CNY"}},
    "ConfirmStock": {},
    "ShipParcel": {
        **PARCEL,
        "carrier": "shunfeng",
        "waybill": "SF1234567890",
        "contents": [{"line": 1, "quantity": 1}],
    },
    "ScanBody": {
        **PARCEL,
        "scan": "0f3a9c",
        "code": "in_transit",
        "text": "【广州市】已离开 广州白云集散中心",
    },
    "RecordHandOver": PARCEL,
    "RecordOutForDelivery": PARCEL,
    "RecordDelivery": PARCEL,
    "RecordSigning": {**PARCEL, "signed_by": "consumer"},
    "RecordException": {**PARCEL, "exception": "stuck"},
    "RecordIntercept": {**PARCEL, "succeeded": True},
    "RecordReturning": PARCEL,
    "RecordReturned": PARCEL,
    "RecordLoss": PARCEL,
    "RequestIntercept": {**PARCEL, "reason": "consumer_refused"},
    "ReturnToSender": {**PARCEL, "reason": "wrong_goods"},
    "RenegotiateShipDate": {
        "due_at": "2030-03-05T16:00:00+08:00",
        "reason": "out_of_stock",
    },
    "RecordShipDate": {"due_at": "2030-03-05T16:00:00+08:00"},
    "RecordAppointment": {"offer": {"label": "appointment", "by_day": "2030-03-08"}},
    "WaivePromise": {"promise": "ship_by/order/merchant", "reason": "goodwill"},
    "CheckPromises": {},
    "AddressBody": {"address": "杭州市西湖区 1 号"},
    "AddressReportBody": {"address": "杭州市西湖区 1 号"},
    "CancelOrder": {"by": "consumer", "reason": "changed_mind"},
    "RecordCancellation": {"by": "merchant", "reason": "out_of_stock"},
    "ConfirmReceipt": {},
    "CompleteOrder": {},
    "RecordCompletion": {},
    "ReviewBody": {"review": "rev-1", "score": 2, "words": "五天才发货"},
    "NoteBody": {"words": "客户希望周末送达"},
    "LinkBody": {"other": "guest-77", "basis": "guest_login"},
    "ClearEvidence": {},
    "BlockEvidence": {"reason": "private_data"},
    "UnlinkBody": {"other": "guest-77"},
    **CASEWORK_EXAMPLES,
    **DESK_EXAMPLES,
    **TRUST_EXAMPLES,
    **RESOLUTION_EXAMPLES,
    **INCIDENT_EXAMPLES,
    "AssignEffectBody": {"assignee": "anna"},
    "AddWebhookBody": {
        "url": "https://shop.example.com/redress",
        "types": ["redress.case.*", "redress.clock.extended.v1"],
    },
    "PolicyDocument": msgspec.to_builtins(tomllib.loads(POLICY_TOML)),
}


def json_like(body: str) -> BodyKwarg:
    """Return the description of a JSON body, with the example that explains it."""
    example = Example(value=EXAMPLES[body])
    return BodyKwarg(media_type=RequestEncodingType.JSON, examples=[example])
