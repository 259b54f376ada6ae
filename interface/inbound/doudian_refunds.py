"""Doudian's refund messages (抖店): one step of one after-sales case each.

They name the order, the case, and where the platform stepped in the arbitration; never
a consumer. What a tag says happened, happened; the codes beside it make that exact.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from application.inbound import (
    NAMED_LATER,
    CaseNumber,
    DisputeNumber,
    OrderNumber,
    Reported,
    UnknownCode,
)
from domain.after_sales import PAYS, CaseStatus, CaseType, ReportCase
from domain.dispute import OutsideOutcome, ReportDispute
from domain.money import Money
from domain.order import RecordRefund
from interface.inbound import doudian_refund_words as words
from interface.inbound.documents import At
from interface.inbound.doudian_words import CURRENCY, SOURCE

# Where no time stands: a missing one, or a deadline of a case that waits for nothing.
UNTIMED: Final = frozenset({"", "0"})


class Case(Struct, frozen=True):
    """What a message or a document says of a case, and when that was so.

    ``tag`` is what it was told by: a message's tag, or the kind of a document.
    ``asked`` is how much is asked for, where ``data`` does not say it by itself.
    """

    tag: str
    order: OrderNumber
    number: str
    data: At
    at: datetime
    asked: At | None = None

    @property
    def reference(self) -> CaseNumber:
        """The case, by its number."""
        return CaseNumber(SOURCE, self.number, self.order)

    @property
    def type(self) -> CaseType | None:
        """What is asked for. Raises UnknownCode."""
        told = plain(self.data.get("aftersale_type", "after_sale_type"))
        if told == "":
            return None
        found = words.TYPES.get(told)
        if found is None:
            raise UnknownCode("aftersale_type", told, (self.reference,))
        freight = self.reason == words.FREIGHT_ONLY and found in PAYS
        return "freight_compensation" if freight else found

    @property
    def reason(self) -> int | None:
        """Why, by the platform's number, whether or not it is in our table.

        Raises UnknownCode for one that is no number of theirs at all.
        """
        told = self.data.get("reason_code")
        if plain(told) in UNTIMED:
            return None
        number = whole(told)
        if not 1 <= number <= words.REASON_MAX:
            raise UnknownCode("reason_code", str(number), (self.reference,))
        return number

    @property
    def amount(self) -> Money | None:
        """What is asked for in all, postage included; None where it is no money."""
        told = self.asked or self.data.get("refund_amount", "refund_total_amount")
        if plain(told) == "" or (self.type is not None and self.type not in PAYS):
            return None
        return Money(whole(told), CURRENCY)

    @property
    def deadline(self) -> datetime | None:
        """By when whoever is to act must, as the platform counts."""
        return moment(self.data.get("status_deadline"))

    @property
    def status_told(self) -> str:
        """The platform's own status."""
        return plain(self.data.get("aftersale_status", "after_sale_status"))

    def status(self) -> CaseStatus:
        """Return what its own status says. Raises UnknownCode."""
        found = words.STATUSES.get(self.status_told)
        if found is None:
            code = self.status_told
            raise UnknownCode("aftersale_status", code or "none", (self.reference,))
        return found

    def say(
        self, status: CaseStatus | None, *, intervening: bool | None = None
    ) -> Reported:
        """Return the report of the case; their own word for it is kept beside."""
        shop = self.data.get("shop_id")
        command = ReportCase(
            order=NAMED_LATER,
            consumer=NAMED_LATER,
            source=SOURCE,
            number=self.number,
            type=self.type,
            status=status,
            amount=self.amount,
            reason=self.reason,
            deadline=self.deadline,
            intervening=intervening,
            word=":".join(filter(None, (self.tag, self.status_told))),
            merchant=shop.name() if shop.text() else None,
        )
        return Reported(reference=self.reference, command=command, occurred_at=self.at)

    def refund(
        self, at: datetime | None = None, really: Money | None = None
    ) -> Iterator[Reported]:
        """Yield that money went back to the consumer: what was asked for, or really."""
        amount = really or self.amount
        if amount is not None and amount.minor > 0:
            yield Reported(
                reference=self.order,
                command=RecordRefund(refund=self.number, amount=amount),
                occurred_at=at or self.at,
            )


# -- Messages --


def case_in(tag: str, data: At, sent_at: datetime) -> Case:
    """Return what a message says of a case. Raises Untranslatable."""
    at = words.STEPS[tag].at if tag in words.STEPS else ()
    times = (moment(data.get(name)) for name in (*at, "update_time"))
    return Case(
        tag=tag,
        order=OrderNumber(SOURCE, data.object().get("p_id").name()),
        number=data.get("aftersale_id").name(),
        data=data,
        at=next(filter(None, times), sent_at),
    )


def stepped(case: Case) -> Iterable[Reported]:
    """Return what a message of a refund reports: the case, and money that went back."""
    step = words.STEPS[case.tag]
    status = step.status
    if status is None or words.STATUSES.get(case.status_told) in step.or_else:
        status = case.status()
    yield case.say(status)
    if step.refunded or paid_back(case, status):
        yield from case.refund()


def paid_back(case: Case, status: CaseStatus) -> bool:
    """Whether a message's own codes say that the refund arrived, whatever its tag.

    The message of the refund itself may be lost; told by both, it is one refund still,
    for it goes by the number of its case.
    """
    paying = plain(case.data.get("refund_status")) in words.UNDER_WAY
    done = status == "succeeded" and case.status_told == words.REFUNDED
    return done and not paying


def arbitrated(case: Case) -> Iterable[Reported]:
    """Return what a message of an arbitration reports: of the dispute, and the case.

    A ruling's side is told by ``arbitrate_status`` 2 or 3. What the numbers of
    ``arbitrate_conclusion`` mean is not published: they are kept as they are.
    """
    step = words.ARBITRATED[case.tag]
    status = words.STATUSES.get(case.status_told)
    yield case.say(status, intervening=step.intervening)
    told = plain(case.data.get("arbitrate_status"))
    known = words.ARBITRATIONS.get(told)
    conclusion = plain(case.data.get("arbitrate_conclusion"))
    ruled = step.status == "ruling_issued"
    yield dispute(
        case,
        case.data,
        ReportDispute(
            order=NAMED_LATER,
            consumer=NAMED_LATER,
            source=SOURCE,
            number=arbitration(case, case.data),
            status=known if known in step.or_else else step.status,
            outcome=ruling(told) if ruled else step.outcome,
            answers=step.answers,
            word=":".join(filter(None, (case.tag, told))),
            stage=f"conclusion:{conclusion}" if conclusion else None,
        ),
    )


def ruling(status: str) -> OutsideOutcome | None:
    """Return for whom it was ruled, as far as the status says."""
    found = words.OUTCOMES.get(status)
    return found if found in {"consumer", "merchant"} else None


def dispute(
    case: Case, data: At, command: ReportDispute, at: datetime | None = None
) -> Reported:
    """Return a report of the dispute that a case grew into."""
    shop = case.data.get("shop_id")
    return Reported(
        reference=DisputeNumber(SOURCE, command.number, case.order, case.number),
        command=replace(
            command,
            merchant=shop.name() if shop.text() else None,
            deadline=moment(data.get("arbitrate_status_deadline")),
        ),
        occurred_at=at or case.at,
    )


def arbitration(case: Case, data: At) -> str:
    """Return the number of the arbitration, the case's where it has none of its own."""
    told = data.get("arbitrate_id")
    return told.name() if told.text() not in UNTIMED else case.number


# -- Values --


def plain(told: At) -> str:
    """Return a value as text; documents put quotation marks into some of theirs."""
    return told.text().strip('"')


def whole(told: At) -> int:
    """Return a whole number, quoted or not."""
    return At(plain(told), told.path).integer()


def moment(told: At) -> datetime | None:
    """Return a time, in seconds or on the clock; None where none stands."""
    text = plain(told)
    if text in UNTIMED:
        return None
    value = At(text, told.path)
    return value.epoch() if text.isdecimal() else value.local_time()
