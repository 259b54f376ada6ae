"""Messages of our own making, in the vendors' shapes."""

# ruff: noqa: RUF001  (Chinese punctuation is what carriers write)

from typing import Any

WAYBILL = "YT8800112233"
ORDER = "4705288465508532862"

PICKED_UP = ("2026-05-01 09:00:00", "【杭州市】已揽收")
SORTED = ("2026-05-01 20:00:00", "快件到达【杭州转运中心】")
LOADED = ("2026-05-01 20:00:00", "【杭州转运中心】装车")
ON_ITS_ROUND = ("2026-05-03 08:00:00", "正在派件，派件员:王小明,电话:13812345678")
SIGNED = ("2026-05-03 12:00:00", "已签收，签收人:本人")
TRACE = (PICKED_UP, SORTED, LOADED, ON_ITS_ROUND, SIGNED)


def answer(
    *scans: tuple[str, str], state: Any = "0", nu: str = WAYBILL
) -> dict[str, Any]:
    """Return a Kuaidi100 answer; scans are given oldest first, told newest first."""
    data = [{"time": at, "ftime": at, "context": text} for at, text in reversed(scans)]
    return {
        "message": "ok",
        "nu": nu,
        "com": "yuantong",
        "status": "200",
        "state": state,
        "data": data,
    }


def push(*scans: tuple[str, str], state: Any = "0", status: str = "polling") -> Any:
    """Return the same as a push."""
    return {"status": status, "message": "", "lastResult": answer(*scans, state=state)}


def kdniao(*scans: tuple[str, str], **fields: Any) -> dict[str, Any]:
    """Return a Kdniao answer, oldest first."""
    traces = [{"AcceptTime": at, "AcceptStation": text} for at, text in scans]
    return {
        "EBusinessID": "1266891",
        "ShipperCode": "YTO",
        "LogisticCode": WAYBILL,
        "Success": True,
        "State": "2",
        "Traces": traces,
        **fields,
    }


def trade(tag: Any, name: str = "m1", **data: Any) -> dict[str, Any]:
    """Return a Doudian message about the order."""
    data = {"p_id": int(ORDER), "shop_id": 95250, **data}
    return {"tag": tag, "msgId": f"{name}::{tag}:1777600000:x", "data": data}


PLACED = trade(100, create_time=1777500000)
PAID = trade(101, pay_time=1777500600, pay_amount=29900, pay_type=2)
SHIPPED = trade(
    102,
    update_time=1777590000,
    logistics_msg={"express_company_id": "yuantong", "logistics_code": WAYBILL},
)
DONE = trade(103, complete_time=1777900000)


CASE = "6986853269519810849"


def refund(tag: Any, name: str = "r1", **data: Any) -> dict[str, Any]:
    """Return a Doudian message about a case of the order."""
    about = {"aftersale_id": CASE, "aftersale_status": 6, "aftersale_type": 0}
    return trade(tag, name, s_id=int(ORDER), **{**about, **data})


ASKED = refund(200, refund_amount=29900, reason_code=7, apply_time=1777910000)
REFUSED = refund(204, aftersale_status=27, refund_amount=29900, refuse_time=1777920000)
ARBITRATED = refund(
    212, "r2", aftersale_status=27, arbitrate_id="A1", arbitrate_status=1
)
REFUNDED = refund(
    206, aftersale_status=12, refund_amount=29900, success_time=1777990000
)


def tracker(*details: tuple[str, str, str], code: str = "EZ1") -> dict[str, Any]:
    """Return an EasyPost tracker; a detail is its time, status and message."""
    return {
        "id": "trk_1",
        "object": "Tracker",
        "tracking_code": code,
        "carrier": "USPS",
        "status": details[-1][1] if details else "unknown",
        "signed_by": "John Tester",
        "tracking_details": [
            {
                "object": "TrackingDetail",
                "datetime": at,
                "status": status,
                "status_detail": "status_update",
                "message": message,
                "tracking_location": {"city": "HOUSTON", "state": "TX"},
            }
            for at, status, message in details
        ],
    }
