"""Kuaidi100's pushes and answers (快递100): the trace of one waybill each.

A push wraps an answer: ``{"status", "lastResult": {"nu", "data", …}}``, and one abroad
has a second trace of the same parcel in ``destResult``. Newest first.
"""

from application.inbound import Message, NothingSaid, Reported, Waybill
from interface.inbound.documents import At, parse
from interface.inbound.kuaidi100_words import STATES, STATUS_WORDS, WATCHES
from interface.inbound.trace_words import code_in, says_nothing
from interface.inbound.traces import Scan, Trace, reports

SOURCE = "kuaidi100"


def type_of(document: object) -> str:
    """Return the type of a document: ``query``, or ``push.`` and how the watch stands.

    A watch given up (abort) is no scan: the vendor gives it no time, and says nothing
    of the parcel by it. So it is kept under its type, where it can be counted.
    """
    root = At(document)
    if root.get("lastResult").value is None:
        return "query"
    watch = root.get("status")
    known = isinstance(watch.value, str) and watch.value in WATCHES
    return f"push.{watch.value}" if known else "push"


def translate(message: Message) -> tuple[Reported, ...]:
    """Return the scans of a push or an answer as reports, oldest first.

    Raises Untranslatable, and NothingSaid for a trace without scans, in any state:
    "state 3, no result" is not a delivery.
    """
    root = At(parse(message.body)).object()
    answers = [
        part.object()
        for part in (root.get("lastResult"), root.get("destResult"))
        if part.value is not None
    ]
    found = [
        report
        for answer in answers or [root]
        for report in reports(trace_in(answer), newest_first=True)
    ]
    if not found:
        raise NothingSaid("no_scans")
    return tuple(found)


def trace_in(answer: At) -> Trace:
    """Return the trace of one answer."""
    if not answer.has("data", "message", "returnCode"):
        raise answer.fault("an answer with nu and data")
    scans = [scan_in(each.object()) for each in answer.get("data").items()]
    told = [scan for scan in scans if scan is not None]
    if not told:
        return Trace(waybill=Waybill(""), scans=())
    state = answer.get("state").text()
    return Trace(
        waybill=Waybill(answer.get("nu").name(), answer.get("com").text()),
        scans=told,
        state=STATES.get(state),
        raw_state=state if state in STATES else None,
    )


def scan_in(item: At) -> Scan | None:
    """Return a scan; None for one that only says that nothing was found."""
    text = item.get("context").text()
    if says_nothing(text):
        return None
    raw = state_of(item.get("statusCode").text(), item.get("status").text())
    return Scan(
        at=item.get("ftime", "time").local_time(),
        text=text,
        code=STATES[raw] if raw else code_in(text),
        raw_code=raw,
    )


def state_of(code: str, status: str) -> str | None:
    """Return a scan's own state: its code, else that of its status word.

    None if it has neither, or none that is known: then only its text can say.
    """
    return code if code in STATES else STATUS_WORDS.get(status)
