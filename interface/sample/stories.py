"""The ways a sale may go: what happens to people who buy things."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from random import Random

from domain.order import (
    CancelOrder,
    ChangeAddress,
    ExceptionCode,
    Packed,
    RecordAppointment,
    RecordCancellation,
    RecordDelivery,
    RecordException,
    RecordHandOver,
    RecordIntercept,
    RecordLoss,
    RecordNote,
    RecordReturned,
    RecordReturning,
    RecordScan,
    RenegotiateShipDate,
    RequestIntercept,
    ReturnToSender,
)
from domain.promise import Offer
from interface.sample.market import Sale
from interface.sample.tale import ANGRY, PATIENT, PLEASED, UNSEALED, Step, Tale
from interface.sample.words import ADDRESSES, NOTES

AGENT = "agent:sample"

# How often a carrier tells a scan twice, and how often late, out of order.
TWICE, LATE = 0.06, 0.08


def smooth(tale: Tale) -> None:
    """Tell how nothing goes wrong."""
    tale.bought()
    tale.prepared()
    tale.later((1, 20))
    parcel = tale.shipped()
    tale.carried(parcel)
    tale.arrived(parcel)
    tale.received()
    tale.reviewed(PLEASED)


def shipped_late(tale: Tale) -> None:
    """Tell how the merchant sends it days after the promised time."""
    tale.bought()
    tale.later((60, 130))
    parcel = tale.shipped()
    tale.carried(parcel)
    tale.arrived(parcel)
    tale.received()
    tale.reviewed(PATIENT, share=0.8)


def stalled(tale: Tale) -> None:
    """Tell how it lies somewhere for a week; some of them go on."""
    tale.bought()
    tale.prepared()
    tale.later((2, 30))
    parcel = tale.shipped()
    tale.carried(parcel)
    tale.scan(parcel, "exception:no_update", (60, 90))
    tale.say(RecordNote(words=UNSEALED), tale.merchant, text=tale.dice.choice(NOTES))
    if tale.dice.random() < 2 / 3:
        tale.scan(parcel, "exception:stuck", (20, 60))
        tale.scan(parcel, "in_transit", (10, 60))
        tale.arrived(parcel)
        tale.received()
    tale.reviewed(ANGRY, share=0.7)


def lost(tale: Tale) -> None:
    """Tell how it never arrives."""
    tale.bought()
    tale.later((3, 40))
    parcel = tale.shipped()
    tale.carried(parcel)
    tale.scan(parcel, "exception:no_update", (70, 120))
    tale.scan(parcel, "lost", (24, 120))
    tale.say(RecordLoss(parcel=parcel))
    tale.reviewed(ANGRY, share=0.6)


def sent_back(tale: Tale) -> None:
    """Tell how nobody can be reached, and it is sent back."""
    tale.bought()
    tale.later((3, 40))
    parcel = tale.shipped()
    tale.carried(parcel)
    tale.scan(parcel, "exception:unreachable", (3, 10))
    why: ExceptionCode = "unreachable"
    tale.say(RecordException(parcel=parcel, exception=why))
    tale.later((20, 50))
    tale.say(ReturnToSender(parcel=parcel, reason="consumer_unreachable"), AGENT)
    tale.scan(parcel, "returning", (3, 20))
    tale.say(RecordReturning(parcel=parcel))
    tale.scan(parcel, "returned_signed", (30, 80))
    tale.say(RecordReturned(parcel=parcel))
    tale.reviewed(PATIENT, share=0.2)


def refused(tale: Tale) -> None:
    """Tell how the consumer does not take it in."""
    tale.bought()
    tale.later((3, 40))
    parcel = tale.shipped()
    tale.carried(parcel)
    tale.scan(parcel, "out_for_delivery", (2, 10))
    tale.scan(parcel, "refused", (0.5, 5))
    tale.scan(parcel, "returning", (3, 20))
    tale.scan(parcel, "returned_signed", (30, 80))


def intercepted(tale: Tale) -> None:
    """Tell how an agent has it stopped on its way, which does not always work."""
    tale.bought()
    tale.later((3, 20))
    parcel = tale.shipped()
    tale.scan(parcel, "picked_up", (0.5, 6))
    tale.later((0.5, 5))
    tale.say(RequestIntercept(parcel=parcel, reason="changed_mind"), AGENT)
    if tale.dice.random() < 2 / 3:
        tale.scan(parcel, "intercepted", (2, 20))
        tale.say(RecordIntercept(parcel=parcel, succeeded=True))
        tale.later((30, 80))
        tale.say(RecordReturned(parcel=parcel))
        return
    tale.scan(parcel, "intercept_failed", (2, 20))
    tale.say(RecordIntercept(parcel=parcel, succeeded=False))
    tale.arrived(parcel)
    tale.reviewed(PATIENT)


def put_off(tale: Tale) -> None:
    """Tell how another ship date is agreed on, and mostly held."""
    tale.bought(pause=(0.01, 0.1))
    tale.later((1, 5))
    due_at = tale.at + timedelta(hours=tale.dice.choice((96, 120, 168)))
    agreed = RenegotiateShipDate(due_at=due_at, reason="out_of_stock")
    tale.say(agreed, tale.merchant)
    tale.later((60, 130))
    parcel = tale.shipped()
    tale.carried(parcel)
    tale.arrived(parcel)
    tale.received()
    tale.reviewed(PATIENT)


def in_parcels(tale: Tale) -> None:
    """Tell how it comes in a parcel for each line, one after the other."""
    tale.bought()
    tale.prepared()
    parcels = []
    for line in tale.sale.order.lines:
        tale.later((10, 70))
        contents = (Packed(line=line.line, quantity=line.quantity),)
        parcels.append(tale.shipped(contents))
    for parcel in parcels:
        tale.carried(parcel)
        tale.arrived(parcel)
    tale.received()
    tale.reviewed(PLEASED)


def moved_house(tale: Tale) -> None:
    """Tell how the address is changed before it is sent, and a day appointed."""
    tale.bought()
    tale.later((0.2, 3))
    address = ChangeAddress(address=UNSEALED)
    tale.say(address, tale.consumer, text=tale.dice.choice(ADDRESSES))
    day = (tale.at + timedelta(days=5)).date()
    tale.say(RecordAppointment(offer=Offer(label="appointment", by_day=day)))
    tale.later((2, 20))
    parcel = tale.shipped()
    tale.carried(parcel)
    tale.arrived(parcel)
    tale.reviewed(PLEASED)


def called_off(tale: Tale) -> None:
    """Tell how it is cancelled by the consumer, or for want of stock."""
    tale.bought()
    tale.later((0.5, 20))
    if tale.dice.random() < 2 / 3:
        tale.say(CancelOrder(by="consumer", reason="changed_mind"), tale.consumer)
    else:
        tale.say(CancelOrder(by="merchant", reason="out_of_stock"), tale.merchant)


def never_paid(tale: Tale) -> None:
    """Tell how the payment's time runs out."""
    tale.say(tale.sale.order)
    tale.later((24, 25))
    tale.say(RecordCancellation(by="platform", reason="payment_timeout"))


def contradictory(tale: Tale) -> None:
    """Tell what cannot all be so."""
    tale.bought()
    if tale.dice.random() < 1 / 2:
        tale.later((2, 10))
        parcel = tale.shipped()
        tale.later((20, 40))
        tale.say(RecordDelivery(parcel=parcel))
        tale.later((1, 5))
        tale.say(RecordHandOver(parcel=parcel))
    else:
        tale.later((1, 5))
        tale.say(RecordCancellation(by="consumer", reason="changed_mind"))
        tale.later((5, 20))
        parcel = tale.shipped()
        tale.carried(parcel)
        tale.arrived(parcel)
    tale.reviewed(PATIENT)


# How often each story is told, in parts of a hundred.
STORIES: Mapping[Callable[[Tale], None], int] = {
    smooth: 44,
    shipped_late: 9,
    stalled: 7,
    lost: 3,
    sent_back: 3,
    refused: 3,
    intercepted: 4,
    put_off: 5,
    in_parcels: 10,
    moved_house: 3,
    called_off: 5,
    never_paid: 2,
    contradictory: 2,
}


def steps_of(sale: Sale, dice: Random) -> Sequence[Step]:
    """Return what happens to the sale, in order."""
    story = dice.choices(list(STORIES), list(STORIES.values()))[0]
    tale = Tale(sale, dice)
    story(tale)
    return tale.steps


def as_reported(steps: Sequence[Step], dice: Random) -> Sequence[Step]:
    """Return the steps as carriers tell them: a few scans twice, a few too late."""
    told = list(steps)
    for step in steps:
        if not isinstance(step.command, RecordScan):
            continue
        fate = dice.random()
        if fate < TWICE:
            told.append(step)
        elif fate < TWICE + LATE:
            place = told.index(step)
            told.remove(step)
            told.insert(min(place + dice.randint(1, 4), len(told)), step)
    return told
