"""What follows an event: the whole table, at a glance.

Steps that refund go through their after-sales case, whose ``refund_ordered`` is the
effect; steps that only change what is ours have none.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from application.effects.effect import Kind, Noun, Payload
from domain.after_sales import RefundFailed, RefundOrdered, RefundSucceeded
from domain.kernel import Event
from domain.plan import Action, PlanStep
from domain.resolution.events import (
    PlansOffered,
    StepCompensated,
    StepFailed,
    StepSettled,
    StepStarted,
    StepSucceeded,
)


class Follows(NamedTuple):
    """An effect that follows an event: of which kind, and what it asks."""

    kind: Kind
    payload: Payload


# What a step asks outside, by what it does. What is missing here asks nobody.
STEPS: Final[Mapping[Action, Kind]] = {
    "coupon_compensation": "coupon",
    "cash_compensation": "transfer",
    "intercept": "intercept",
    "urge_carrier": "urge",
    "insurance_claim": "claim",
    "claim_recourse": "claim",
    "door_pickup": "pickup",
    "resend": "resending",
    "exchange": "resending",
    "reship_other_carrier": "resending",
    "urge_merchant": "message",
    "notify_only": "message",
}

# Cash and the like go back outside, by hand: nobody can be asked to do it.
BY_HAND: Final = "offline"


def refund(event: RefundOrdered) -> tuple[Follows, ...]:
    """Return the refund, unless it is paid by hand."""
    if event.route == BY_HAND:
        return ()
    payload = Payload(
        action="refund",
        asks=event.refund,
        amount=event.amount,
        params={"route": event.route},
    )
    return (Follows("refund", payload),)


def step(event: StepStarted) -> tuple[Follows, ...]:
    """Return what a step asks outside, if anything."""
    kind = STEPS.get(event.does.action)
    if kind is None:
        return ()
    payload = Payload(
        action=event.does.action,
        asks=event.step,
        attempt=event.attempt,
        amount=event.does.amount,
        params=step_params(event.does) | given(matter=event.matter),
    )
    return (Follows(kind, payload),)


def offer(event: PlansOffered) -> tuple[Follows, ...]:
    """Return the message that says what is offered, why and until when."""
    params = {
        "plans": ",".join(event.plans),
        "reason": event.reason,
        "until": event.expires_at.isoformat(),
    }
    return (Follows("message", Payload(action="offer", params=params)),)


FOLLOWS: Final[Mapping[type[Event], tuple[Noun, Callable[[Any], Any]]]] = {
    RefundOrdered: ("after_sales", refund),
    StepStarted: ("resolution", step),
    PlansOffered: ("resolution", offer),
}


def what_follows(event: Event) -> tuple[Follows, ...]:
    """Return the effects of an event, none for most."""
    found = FOLLOWS.get(type(event))
    return () if found is None else found[1](event)


def step_params(does: PlanStep) -> dict[str, str]:
    """Return what a step is about, as codes and names."""
    return given(
        parcel=does.parcel,
        carrier=does.carrier,
        party=does.party,
        shortfall=does.shortfall,
        policy=does.policy,
        due_at=None if does.due_at is None else does.due_at.isoformat(),
        lines=",".join(map(str, does.lines)) or None,
    )


def given(**values: str | None) -> dict[str, str]:
    """Return those that are said."""
    return {name: value for name, value in values.items() if value is not None}


# -- What the log itself says came of it --


class Told(NamedTuple):
    """A result in the log: of which refund or step, of which try (None: of any)."""

    asks: str
    attempt: int | None
    answer: str


def told(event: Event) -> Told | None:
    """Return the result an event tells, whoever told it."""
    match event:
        case RefundSucceeded():
            return Told(event.refund, None, "succeeded")
        case RefundFailed():
            return Told(event.refund, None, "failed")
        case StepSucceeded():
            return Told(event.step, event.attempt, "succeeded")
        case StepFailed():
            return Told(event.step, event.attempt, "failed")
        case StepCompensated() | StepSettled():
            return Told(event.step, None, "settled")
        case _:
            return None


ANSWERS: Final[tuple[type[Event], ...]] = (
    RefundSucceeded,
    RefundFailed,
    StepSucceeded,
    StepFailed,
    StepCompensated,
    StepSettled,
)
