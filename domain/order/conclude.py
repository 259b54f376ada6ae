"""What follows from the facts of an order: its promises and its money.

Each function compares what is concluded so far with what the facts say now, and returns
the events that make up the difference. So the last conclusion depends on the facts
alone, not on who reported first.
"""

from collections.abc import Iterator
from datetime import datetime

from domain.money import Money
from domain.order.events import (
    FundsHeldAgain,
    FundsReleased,
    OrderEvent,
    PromiseBreached,
    PromiseCleared,
    PromiseKept,
    PromiseMade,
    PromiseRenegotiated,
    PromiseReopened,
    PromiseStarted,
    PromiseVoided,
)
from domain.order.parcel import Mark
from domain.order.state import AgreedDate, Order
from domain.promise import (
    DEEDS,
    Offer,
    PinnedPromise,
    PromiseRule,
    PromiseTerms,
    due_time,
    in_time,
    promise_key,
    whole_seconds,
)

# The deed that keeps each kind of promise, as ``Order.proof`` names it.
DEED_OF = {
    "ship_by": "shipped",
    "hand_over_by": "handed_over",
    "deliver_by": "delivered",
}


def pinned_rules(
    order: Order, terms: PromiseTerms
) -> Iterator[tuple[str, Offer, PromiseRule]]:
    """Yield each promise to pin, with its rule as of order time (order binding)."""
    ordered_at = order.placed_at or order.paid_at
    if ordered_at is None or order.paid_at is None:
        return
    for offer in order.offers:
        rule = terms.rule(offer.label, ordered_at, order.source)
        if rule is not None:
            yield promise_key(rule.kind, offer), offer, rule
    appointed = order.appointment
    rule = terms.rule(appointed.label, ordered_at, order.source) if appointed else None
    if appointed is not None and rule is not None:
        yield f"{promise_key(rule.kind, appointed)}/appointment", appointed, rule


def promises_to_pin(order: Order, terms: PromiseTerms) -> Iterator[OrderEvent]:
    """Yield the promises payment pins; of two under one name the sooner counts."""
    due: dict[str, tuple[Offer, PromiseRule, datetime | None]] = {}
    for key, offer, rule in pinned_rules(order, terms):
        moment = due_at(order, offer, rule)
        if key not in due or sooner(moment, due[key][2]):
            due[key] = (offer, rule, moment)
    for key, (offer, rule, moment) in due.items():
        if key not in order.promises:
            assert order.paid_at is not None, "promises are pinned at payment"
            yield PromiseMade(
                at=order.paid_at,
                promise=key,
                kind=rule.kind,
                source=offer.source,
                by=offer.by,
                line=offer.line,
                due_at=moment,
                policy=rule.ref,
            )
            continue
        pinned = order.promises[key]
        another = rule.ref if rule.ref != pinned.policy else None
        if moment != pinned.first_due_at or another:
            started_at = anchor_time(order, rule) or order.paid_at
            assert started_at is not None, "promises are pinned at payment"
            yield PromiseStarted(
                at=started_at, promise=key, due_at=moment, policy=another
            )


def anchor_time(order: Order, rule: PromiseRule) -> datetime | None:
    """Return when the rule's clock starts; None while that is not known."""
    if rule.anchor == "paid":
        return order.paid_at
    proof = order.proof("shipped" if rule.anchor == "shipped" else "delivered")
    return proof[0].at if proof else None


def due_at(order: Order, offer: Offer, rule: PromiseRule) -> datetime | None:
    """Return when the promise falls due; None while its clock has not started."""
    anchor = anchor_time(order, rule)
    return None if anchor is None else due_time(offer, rule, anchor)


def sooner(one: datetime | None, other: datetime | None) -> bool:
    """Say whether one falls due before the other; a clock not started never does."""
    return one is not None and (other is None or one < other)


def dates_agreed(order: Order) -> Iterator[OrderEvent]:
    """Yield what agreed ship dates change.

    A date counts if it was agreed while the promise could still be kept (Douyin rule
    101706, 2.3: the negotiated ship time wins over the promise).
    """
    for key, promise in order.promises.items():
        if promise.kind != "ship_by" or promise.first_due_at is None:
            continue
        if promise.waived_at is not None:
            continue
        due, by = promise.first_due_at, None
        for agreed in order.agreed:
            if in_time(agreed.at, due):
                due, by = agreed.due_at, agreed
        if due != promise.due_at and isinstance(by, AgreedDate):
            yield PromiseRenegotiated(
                at=by.at, promise=key, due_at=due, reason=by.reason
            )


def promises_settled(order: Order, clock: datetime | None) -> Iterator[OrderEvent]:
    """Yield how promises stand now; only with a ``clock`` does time run out."""
    for key, promise in order.promises.items():
        if promise.waived_at is None:
            judge = deed_judged if promise.kind in DEEDS else window_judged
            yield from judge(order, key, promise, clock)


def deed_judged(
    order: Order, key: str, promise: PinnedPromise, clock: datetime | None
) -> Iterator[OrderEvent]:
    """Yield the event, if any, that brings a promised deed up to the facts."""
    due, before = promise.due_at, promise.outcome
    if due is None:
        yield from voided(order, key, promise)
        return
    first = promise.first_due_at or due
    proof = order.proof(DEED_OF[promise.kind], promise.line)
    off = order.cancelled_at
    if off is not None and in_time(off, due) and (proof is None or off < proof[0].at):
        yield from voided(order, key, promise)
    elif proof is not None:
        yield from deed_proven(key, promise, *proof)
    elif run_out(clock, due):
        if before.standing != "breached" or before.met_at is not None:
            yield PromiseBreached(at=due, promise=key, due_at=due, first_due_at=first)
    elif before.standing in {"kept", "voided"} or before.met_at is not None:
        yield PromiseReopened(at=due, promise=key)


def deed_proven(
    key: str, promise: PinnedPromise, mark: Mark, where: str
) -> Iterator[OrderEvent]:
    """Yield what a proven deed makes of its promise, unless that is known."""
    due, before = promise.due_at, promise.outcome
    assert due is not None, "a deed is judged by its time"
    evidence = f"{where}/{mark.code}"
    if (before.met_at, before.evidence) == (mark.at, evidence):
        return
    if not in_time(mark.at, due):
        yield PromiseBreached(
            at=mark.at,
            promise=key,
            due_at=due,
            first_due_at=promise.first_due_at or due,
            late_seconds=whole_seconds(mark.at - due),
            evidence=evidence,
        )
        return
    told = PromiseCleared if before.standing == "breached" else PromiseKept
    yield told(
        at=mark.at,
        promise=key,
        due_at=due,
        ahead_seconds=max(0, whole_seconds(due - mark.at)),
        evidence=evidence,
    )


def window_judged(
    order: Order, key: str, promise: PinnedPromise, clock: datetime | None
) -> Iterator[OrderEvent]:
    """Yield the event, if any, that brings a promised window up to the facts.

    A window is kept by lasting: nobody took it away before it ended.
    """
    due, before = promise.due_at, promise.outcome
    off = order.cancelled_at
    if due is None or (off is not None and in_time(off, due)):
        yield from voided(order, key, promise)
    elif before.standing != "kept" and run_out(clock, due):
        yield PromiseKept(
            at=due, promise=key, due_at=due, ahead_seconds=0, evidence="clock"
        )


def voided(order: Order, key: str, promise: PinnedPromise) -> Iterator[OrderEvent]:
    """Yield the end of a promise that can no longer be broken: the order is off."""
    if order.cancelled_at is not None and promise.outcome.standing != "voided":
        yield PromiseVoided(at=order.cancelled_at, promise=key)


def run_out(clock: datetime | None, due: datetime) -> bool:
    """Say whether time has run out; without a clock it never has."""
    return clock is not None and not in_time(clock, due)


def money_moved(order: Order) -> Iterator[OrderEvent]:
    """Yield the release of what is held, once the order is complete and not off."""
    done, off = order.completed_at, order.cancelled_at
    if done is None and off is None:
        return
    for currency, paid in order.captured.items():
        gone = paid - order.escrow[currency]
        if off is not None and gone > 0:
            yield FundsHeldAgain(at=off, amount=Money(gone, currency))
        elif off is None and done is not None and gone < paid:
            yield FundsReleased(at=done, amount=Money(paid - gone, currency))
