"""Kdniao's pushes and answers (快递鸟): the trace of one waybill each, oldest first.

Its fields are spelt ``LogisticCode`` or ``logisticCode``, wrapped in ``data`` or not,
and some shops keep the answer under names of their own (``logistics_info``).
"""

from application.inbound import (
    Message,
    NothingSaid,
    Reported,
    UnknownType,
    Waybill,
)
from interface.inbound.documents import At, parse
from interface.inbound.kdniao_words import STATES, TRACES
from interface.inbound.trace_words import code_in, says_nothing
from interface.inbound.traces import Scan, Trace, reports

SOURCE = "kdniao"

TRACE = ("Traces", "traces", "logistics_info")
VERDICT = ("Success", "success", "Reason", "reason")
NUMBER = ("LogisticCode", "logisticCode", "logistics_single_number")


def translate(message: Message) -> tuple[Reported, ...]:
    """Return the scans of a trace as reports, oldest first.

    Raises Untranslatable, and NothingSaid for a trace without scans, in any state.
    """
    if message.type and message.type not in TRACES:
        raise UnknownType(message.type)
    root = At(parse(message.body)).object()
    inner = root.get("data", "Data")
    answer = inner if isinstance(inner.value, dict) else root
    found = reports(trace_in(answer), newest_first=False)
    if not found:
        raise NothingSaid("no_scans")
    return found


def trace_in(answer: At) -> Trace:
    """Return the trace of one answer."""
    if not answer.has(*TRACE, *VERDICT):
        raise answer.fault("an answer with Traces")
    items = answer.get(*TRACE).items()
    told = [scan for scan in map(scan_in, items) if scan is not None]
    if not told:
        return Trace(waybill=Waybill(""), scans=())
    state = answer.get("StateEx", "stateEx", "State", "state", "status").text()
    return Trace(
        waybill=Waybill(
            answer.get(*NUMBER).name(),
            answer.get("ShipperCode", "shipperCode", "code").text(),
        ),
        scans=told,
        state=STATES.get(state),
        raw_state=state if state in STATES else None,
    )


def scan_in(item: At) -> Scan | None:
    """Return a scan; None for one that only says that nothing was found."""
    item.object()
    text = item.get("AcceptStation", "acceptStation").text()
    if says_nothing(text):
        return None
    action = item.get("Action", "action").text()
    known = action in STATES
    return Scan(
        at=item.get("AcceptTime", "acceptTime").local_time(),
        text=text,
        code=STATES[action] if known else code_in(text),
        raw_code=action if known else None,
    )
