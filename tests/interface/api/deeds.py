"""What people do about an order that went wrong, as they do it over HTTP."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from httpx import Response

from interface.api.case_examples import FILE
from tests.evidence_files import JPEG
from tests.interface.api.conftest import MONDAY, Caller

TEA = {"minor": 12900, "currency": "CNY"}
THIRTY = {"minor": 3000, "currency": "CNY"}
SHORT_DELIVERY = 5
# Codes that say: not you, or not as it stands. Nobody is offered what they answer.
NOT_YOURS_OR_NOT_NOW = frozenset(
    {
        "approval_needed",
        "case_is_frozen",
        "contact_is_closed",
        "contact_not_yours",
        "no_more_time",
        "not_allowed",
        "not_closed",
        "not_found",
        "not_now",
        "not_your_part",
        "not_yours_to_say",
        "nothing_due",
        "rated_without_answer",
        "refund_under_way",
        "run_elsewhere",
        "under_review",
    }
)


def id_in(where: str) -> str:
    """Return the id at the end of a path."""
    return where.rpartition("/")[2]


def delivered(feed: Caller, order: str) -> str:
    """Let the order's parcel arrive; return where the order is."""
    parcel = {"parcel": "SF1", "carrier": "shunfeng", "waybill": "SF1"}
    feed.post(f"{order}/parcels", parcel, Occurred_At=MONDAY)
    arrived = feed.post(f"{order}/deliveries", {"parcel": "SF1"}, Occurred_At=MONDAY)
    assert arrived.status_code == 200, arrived.text
    return order


def request_for(order: str, **more: Any) -> dict[str, Any]:
    """Return what is asked for: the tea back, and the money."""
    asked = {
        "order": id_in(order),
        "type": "return_refund",
        "lines": [{"line": 1, "quantity": 1}],
        "reason": SHORT_DELIVERY,
    }
    return asked | more


def opened(who: Caller, order: str, **more: Any) -> str:
    """Open a case; return where it is."""
    answer = who.post("/v1/cases", request_for(order, **more))
    assert answer.status_code == 201, answer.text
    return str(answer.headers["Location"])


def does(who: Caller, where: str, deed: str, body: Any = None) -> Response:
    """Ask for something, having seen how it stands."""
    seen = who.get(where)
    assert seen.status_code == 200, seen.text
    return who.post(f"{where}/{deed}", body, If_Match=seen.headers["ETag"])


def done(who: Caller, where: str, deed: str, body: Any = None) -> Response:
    """Do something that is not refused."""
    answer = does(who, where, deed, body)
    assert answer.status_code == 200, answer.text
    return answer


def offer(**more: Any) -> dict[str, Any]:
    """Return a counter-offer: thirty yuan, and the tea stays."""
    items = [{"line": 1, "quantity": 1, "amount": THIRTY}]
    return {"type": "partial_refund", "items": items} | more


def handed_in(
    who: Caller, about: str, content: bytes = JPEG, media_type: str = "image/jpeg"
) -> str:
    """Hand a file in about something; return its id. Nobody has looked at it yet."""
    headers = {"Idempotency-Key": str(uuid4()), "Content-Type": media_type}
    answer = who.client.post(
        f"/v1/evidence?about={id_in(about)}",
        content=content,
        headers=who.headers | headers,
    )
    assert answer.status_code == 201, answer.text
    return id_in(answer.headers["Location"])


def cleared(agent: Caller, file: str) -> str:
    """Let the parties see a file; return its id."""
    answer = agent.post(f"/v1/evidence/{file}/clearing", If_Match='"1"')
    assert answer.status_code == 200, answer.text
    return file


def blocked(agent: Caller, file: str) -> str:
    """Keep a file from the parties; return its id."""
    why = {"reason": "private_data"}
    answer = agent.post(f"/v1/evidence/{file}/blocking", why, If_Match='"1"')
    assert answer.status_code == 200, answer.text
    return file


def photo(file: str) -> dict[str, str]:
    """Return how a file is named as a photo."""
    return {"evidence": file, "shows": "photo"}


def with_file(body: Mapping[str, Any], file: str) -> dict[str, Any]:
    """Return an example that names a file there is."""
    told: dict[str, Any] = json.loads(json.dumps(body).replace(FILE, file))
    return told
