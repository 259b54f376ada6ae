"""What came of a resolution is looked at 30 and 90 days after, once each."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from uuid import UUID

import pytest

from application.projections.outcomes import OutcomeRow, Stream, after
from application.projections.read_models import READ_MODELS
from application.projections.runner import Runner
from application.resolutions.said import Detecting
from domain.after_sales import OpenCase
from domain.order import ClaimItem, OrderLine, PlaceOrder
from domain.party import SYSTEM, By
from domain.resolution import (
    DismissResolution,
    OfferExpired,
    OutcomeMeasured,
    ReopenResolution,
    ResolutionConfirmed,
    ResolutionReopened,
)
from interface.postgres.database import DatabaseUrls
from tests.application.resolving import shortfall
from tests.service import DAY, LIN, MONDAY, PRICE, SHOP, TORN, Service, service

ANNA = By(role="consumer", name="anna")


class Aftermath:
    """Anna's order, a shortfall that was let be on Monday, and what came after."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.order_id = service.sells("anna")
        resolutions = service.redress.resolutions
        said = Detecting(by=SYSTEM, shortfall=shortfall(), propose=False)
        resolutions.detect(self.order_id, said, service.context(said))  # type: ignore[arg-type]  # named like a command
        self.id = resolutions.id_of(self.order_id, 1)
        self.is_let_be()

    def is_let_be(self) -> None:
        """Let an agent end it."""
        command = DismissResolution(by=LIN, reason="duplicate")
        context = self.service.context(command)
        self.service.redress.resolutions.take(self.id, command, context)

    def complains(self) -> None:
        """Let Anna open a case over what came."""
        cases = self.service.redress.after_sales
        command = OpenCase(
            by=ANNA,
            order=str(self.order_id),
            consumer="anna",
            merchant=SHOP.name,
            type="return_refund",
            items=(ClaimItem(line=1, quantity=1, amount=PRICE),),
            reason=TORN,
        )
        context = self.service.context(command)
        cases.open(cases.id_of(self.order_id, "9"), self.order_id, command, context)

    def buys_again(self) -> None:
        """Let Anna place another order."""
        orders = self.service.redress.orders
        line = OrderLine(line=1, product="scarf", quantity=1, price=PRICE)
        command = PlaceOrder(
            consumer="anna", source="shop", number="A-2", lines=(line,), merchant="s"
        )
        stream_id = orders.id_of("anna", "shop", "A-2")
        orders.handle_one(stream_id, command, self.service.context(command))

    def measures(self, at: datetime) -> int:
        """Let the board catch up, and look at what is due then."""
        self.service.sets_clock(at)
        Runner(READ_MODELS, self.service.redress.projector).catch_up()
        return self.service.redress.processes.outcomes.measure()

    @property
    def found(self) -> list[OutcomeMeasured]:
        events = self.service.events(self.id)
        return [each for each in events if isinstance(each, OutcomeMeasured)]


@pytest.fixture(name="anna")
def aftermath(clean_database: DatabaseUrls, tmp_path: Path) -> Iterator[Aftermath]:
    with service(clean_database, tmp_path) as lent:
        yield Aftermath(lent)


def test_each_time_is_measured_once_by_what_came_until_then(anna: Aftermath) -> None:
    assert anna.measures(MONDAY + 29 * DAY) == 0
    assert anna.measures(MONDAY + 31 * DAY) == 1
    (first,) = anna.found
    assert first.after_days == 30
    came = {first.complained_later, first.refunded_again, first.bought_again}
    assert came == {False}
    assert anna.measures(MONDAY + 31 * DAY) == 0, "asked twice is asked once"
    anna.complains()
    anna.buys_again()
    assert anna.measures(MONDAY + 91 * DAY) == 1
    last = anna.found[-1]
    assert (last.after_days, last.complained_later, last.bought_again) == (
        90,
        True,
        True,
    )
    assert not last.refunded_again, "nothing was paid over the case"


def test_what_comes_too_late_does_not_count(anna: Aftermath) -> None:
    anna.service.sets_clock(MONDAY + 40 * DAY)
    anna.complains()
    anna.measures(MONDAY + 41 * DAY)
    (first,) = anna.found
    assert not first.complained_later


def test_taken_up_again_it_is_measured_from_its_new_end(anna: Aftermath) -> None:
    reopen = ReopenResolution(by=ANNA, reason="still_waiting")
    anna.service.redress.resolutions.take(anna.id, reopen, anna.service.context(reopen))
    assert anna.measures(MONDAY + 31 * DAY) == 0
    anna.is_let_be()
    assert anna.measures(MONDAY + 60 * DAY) == 0
    assert anna.measures(MONDAY + 62 * DAY) == 1


STREAM = Stream(0, UUID(int=1))


def days(rows: list[OutcomeRow], *, measured: bool = False) -> list[int]:
    return [row.after_days for row in rows if row.measured is measured]


def test_what_was_measured_is_not_due_again_after_a_second_end() -> None:
    ended = ResolutionConfirmed(at=MONDAY, by=SYSTEM)
    measured = OutcomeMeasured(
        at=MONDAY + 30 * DAY,
        by=SYSTEM,
        after_days=30,
        complained_later=False,
        refunded_again=False,
        bought_again=False,
    )
    reopened = ResolutionReopened(at=MONDAY + 31 * DAY, by=ANNA, reason="again")
    rows = after(measured, STREAM, after(ended, STREAM, []))
    assert (days(rows), days(rows, measured=True)) == ([90], [30])
    rows = after(reopened, STREAM, rows)
    assert (days(rows), days(rows, measured=True)) == ([], [30])
    rows = after(ended, STREAM, rows)
    assert (days(rows), days(rows, measured=True)) == ([90], [30])


def test_silence_that_takes_a_plan_is_no_end() -> None:
    taken = OfferExpired(at=MONDAY, on_silence="accept", policy="shop.offer@1")
    closed = OfferExpired(at=MONDAY, on_silence="close", policy="shop.offer@1")
    assert not after(taken, STREAM, [])
    assert days(after(closed, STREAM, [])) == [30, 90]
