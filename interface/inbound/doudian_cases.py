"""Doudian's documents about cases (抖店): answers to its lists, searches and details.

They say where a case stands, not which step was taken, and so fill the gaps that lost
messages leave. Ids and numbers come bare or in quotation marks within the text.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from application.inbound import (
    NAMED_LATER,
    NothingSaid,
    OrderNumber,
    Reported,
    UnknownCode,
)
from domain.after_sales import CaseStatus
from domain.dispute import ReportDispute
from domain.money import Money
from interface.inbound import doudian_refund_words as words
from interface.inbound.documents import At, elements, fields
from interface.inbound.doudian_refunds import (
    UNTIMED,
    Case,
    arbitration,
    dispute,
    moment,
    plain,
    whole,
)
from interface.inbound.doudian_words import CURRENCY, SOURCE

# Where a document holds its cases: in a list of either name, or one by itself.
LISTS: Final = ("items", "aftersale_list")
DETAIL: Final = "process_info"


def is_document(document: Any) -> bool:
    """Say whether this is an answer of theirs about cases, and no message."""
    if not isinstance(document, Mapping) or "tag" in document:
        return False
    data = document.get("data")
    return isinstance(data, Mapping) and any(each in data for each in (*LISTS, DETAIL))


def cases_in(body: bytes) -> list[bytes]:
    """Return the cases of a document, as they stand in it."""
    data = fields(body)["data"]
    found = fields(data)
    if DETAIL in found:
        return [data]
    return [each for name in LISTS if name in found for each in elements(found[name])]


def case_document(root: At, received_at: datetime) -> tuple[Reported, ...]:
    """Return what is said of one case. Raises NothingSaid, Untranslatable."""
    case, process = told_in(root, received_at)
    stands = At(plain(case.data.get("arbitrate_status")) or None)
    intervening = None
    if stands.value is not None:
        intervening = words.INTERVENING.get(stands.text())
        if intervening is None:
            raise UnknownCode("arbitrate_status", stands.text(), (case.reference,))
    refund = refund_status(case)
    return (
        case.say(status_of(case, refund), intervening=intervening),
        *money_back(case, root, refund),
        *arbitrations(case, process.get("arbitrate_info")),
    )


def told_in(root: At, received_at: datetime) -> tuple[Case, At]:
    """Return the case of a document, and what a detail says around it.

    An answer to a search holds the amounts of its lines only.
    """
    process = root.get(DETAIL)
    info = root.get("aftersale_info")
    tag = "list"
    if root.has(DETAIL):
        info, tag = process.get("after_sale_info"), "detail"
        if not info.value:
            raise NothingSaid("empty")
    elif info.value is None:
        info, tag = root, "search"
    order = root.get("order_info").get("shop_order_id")
    order = info.get("pid", "order_id") if order.value is None else order
    lines = [each.get("refund_amount") for each in root.get("aftersale_items").items()]
    asked = At(sum(map(whole, lines)), f"{root.path}.aftersale_items")
    number = info.get("aftersale_id", "after_sale_id")
    case = Case(
        tag=f"aftersale_{tag}",
        order=OrderNumber(SOURCE, At(plain(order), order.path).name()),
        number=At(plain(number), number.path).name(),
        data=info.object(),
        at=as_of(root, info) or received_at,
        asked=asked if lines else None,
    )
    return case, process


def as_of(root: At, info: At) -> datetime | None:
    """Return when it was so: at the last change, or the last entry in its log."""
    changed = moment(info.get("update_time"))
    log = (moment(each.get("op_time")) for each in records(root))
    entries = [each for each in log if each is not None]
    return changed or max(entries, default=None) or moment(info.get("apply_time"))


def records(root: At) -> list[At]:
    """Return the entries of a case's log, in a search's answer."""
    return root.get("aftersale_record_items").items()


def refund_status(case: Case) -> str:
    """Return where the money is, by the platform's code. Raises UnknownCode."""
    told = plain(case.data.get("refund_status"))
    if told and told not in words.REFUND_STATUSES:
        raise UnknownCode("refund_status", told, (case.reference,))
    return told


def status_of(case: Case, refund: str) -> CaseStatus:
    """Return where the case stands: one that succeeded may still be paying."""
    status = case.status()
    paying = status == "succeeded" and refund in words.UNDER_WAY
    return "refunding" if paying else status


def money_back(case: Case, root: At, refund: str) -> Iterator[Reported]:
    """Yield the refund that arrived: what really went back, if that is said."""
    way = plain(case.data.get("refund_type"))
    if way and way not in words.REFUND_TYPES:
        raise UnknownCode("refund_type", way, (case.reference,))
    if refund not in words.ARRIVED or way == words.NOTHING_TO_REFUND:
        return
    paid_at = (
        moment(each.get("op_time"))
        for each in records(root)
        if each.get("op_type").text() == "refund"
    )
    really = case.data.get("real_refund_amount")
    amount = Money(whole(really), CURRENCY) if plain(really) not in UNTIMED else None
    yield from case.refund(next(paid_at, None), amount)


def arbitrations(case: Case, info: At) -> Iterator[Reported]:
    """Yield what a detail says of the arbitration; nothing if there is none."""
    told = plain(info.get("arbitrate_status"))
    if told in UNTIMED:
        return
    status = words.ARBITRATIONS.get(told)
    if status is None:
        raise UnknownCode("arbitrate_status", told, (case.reference,))
    conclusion = plain(info.get("arbitrate_conclusion"))
    at = moment(info.get("arbitrate_update_time", "arbitrate_create_time"))
    report = ReportDispute(
        order=NAMED_LATER,
        consumer=NAMED_LATER,
        source=SOURCE,
        number=arbitration(case, info),
        status=status,
        outcome=words.OUTCOMES.get(told),
        answers="merchant" if status == "evidence_round" else None,
        word=f"{case.tag}:{told}",
        stage=f"conclusion:{conclusion}" if conclusion not in UNTIMED else None,
        reason=words.BLAMES.get(plain(info.get("arbitrate_blame"))),
    )
    yield dispute(case, info, report, at)
