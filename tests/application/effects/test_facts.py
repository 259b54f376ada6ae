"""What is looked up of an effect when its turn comes."""

from collections.abc import Mapping, Sequence
from uuid import UUID

import pytest
from msgspec.structs import replace

from application.effects.effect import Effect, Payload
from application.effects.facts import Facts
from application.event_store.store import Loaded
from domain.after_sales import CaseOpened
from domain.ids import id_from_name
from domain.kernel import Event
from domain.money import Money
from domain.order import ClaimItem
from domain.order.events import PaymentCaptured
from domain.order.values import Tender
from domain.party import By
from domain.resolution.events import StepFailed, StepSettled, StepSucceeded
from tests.application.effects.test_outbox import coupon
from tests.application.projections.conftest import MONDAY, History
from tests.memory_store import MemoryEventStore

LIN = By(role="agent", name="lin")
ANNA = By(role="consumer", name="anna")
YUAN_30 = Money(3_000, "CNY")
STEP = "1/best/2"
RESOLUTION = id_from_name(0, "resolution", "shop", "A-1")
ORDER = id_from_name(0, "order", "shop", "A-1")

settled = StepSettled(at=MONDAY, by=LIN, step=STEP, way="retry", reason="bank_is_back")
failed = StepFailed(
    at=MONDAY, by=LIN, step=STEP, attempt=1, reason="declined", final=True
)


class Log(MemoryEventStore):
    """A log of these streams."""

    def __init__(self, streams: Mapping[UUID, tuple[Event, ...]]) -> None:
        super().__init__()
        told = History()
        self._streams = {
            stream_id: [
                replace(each, stream_id=stream_id)
                for each in told.goes_on(str(stream_id), *events)
            ]
            for stream_id, events in streams.items()
        }

    def load(
        self,
        stream_ids: Sequence[UUID],
        command_ids: Sequence[tuple[int, UUID]] = (),
    ) -> Loaded:
        loaded = super().load(stream_ids, command_ids)
        return replace(loaded, histories=self._streams)


def effect(version: int, attempt: int) -> Effect:
    return Effect(
        kind="coupon",
        key=UUID(int=1),
        stream_id=RESOLUTION,
        version=version,
        noun="resolution",
        payload=Payload(action="coupon_compensation", asks=STEP, attempt=attempt),
        ordered_at=MONDAY,
    )


@pytest.mark.parametrize(
    ("version", "attempt", "answer"),
    [(1, 1, "failed"), (4, 2, None)],
)
def test_a_step_tried_anew_is_not_answered_by_what_came_before(
    version: int, attempt: int, answer: str | None
) -> None:
    facts = Facts(Log({RESOLUTION: (coupon, failed, settled, coupon)}))
    assert facts.answer(effect(version, attempt)) == answer


def test_it_is_answered_by_what_came_after() -> None:
    done = StepSucceeded(at=MONDAY, by=LIN, step=STEP, attempt=2)
    facts = Facts(Log({RESOLUTION: (coupon, failed, settled, coupon, done)}))
    assert facts.answer(effect(4, 2)) == "succeeded"


def test_whom_a_refund_is_about_and_what_was_paid_by_is_read_off_the_log() -> None:
    opened = CaseOpened(
        at=MONDAY,
        by=ANNA,
        order=str(ORDER),
        consumer="anna",
        merchant="tea-house",
        type="return_refund",
        items=(ClaimItem(line=1, quantity=1, amount=YUAN_30),),
        reason=7,
    )
    paid = PaymentCaptured(
        at=MONDAY,
        payment="pi_123",
        tenders=(Tender(tender="wechat", amount=YUAN_30),),
    )
    log = Log({RESOLUTION: (opened,), ORDER: (paid,)})
    asked = Facts(log).instruction(effect(1, 1))
    assert (asked.consumer, asked.merchant) == ("anna", "tea-house")
    assert asked.payment == "pi_123"
    assert asked.order == str(ORDER)
