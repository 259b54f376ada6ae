"""What the timeline says of each event: its kind, and the facts its wording needs."""

from collections.abc import Callable
from typing import Any, Literal

import msgspec

from application.projections.case_facts import CASE_EVENTS, case_facts
from application.projections.companionship_facts import (
    COMPANIONSHIP_EVENTS,
    companionship_facts,
)
from application.projections.dispute_facts import DISPUTE_EVENTS, dispute_facts
from application.projections.incident_facts import INCIDENT_EVENTS, incident_facts
from application.projections.resolution_facts import (
    RESOLUTION_EVENTS,
    resolution_facts,
)
from domain import agent_promise
from domain.compensation import (
    CompensationPaid,
    CompensationReleased,
    CompensationReserved,
    GoodwillReserved,
)
from domain.compensation.values import consumer_fen_of
from domain.consumer import (
    ConsumerFlagContested,
    ConsumerFlagged,
    ConsumerFlagLifted,
    ConsumersLinked,
    ConsumersUnlinked,
)
from domain.contact import (
    ContactAnswered,
    ContactAssigned,
    ContactClosed,
    ContactDefaulted,
    ContactHandedOver,
    ContactLinked,
    ContactOpened,
    ContactRated,
    ContactReopened,
    ContactReported,
    WordsExchanged,
)
from domain.desk import MacroDropped, MacroKept, ViewDropped, ViewKept
from domain.evidence import EvidenceBlocked, EvidenceCleared, EvidenceUploaded
from domain.kernel import Event
from domain.money import Money
from domain.order.claim import money_of, quantities
from domain.order.claims import (
    ClaimChanged,
    ClaimItems,
    ClaimOpened,
    ClaimSettled,
    RefundReported,
)
from domain.order.events import (
    AddressChanged,
    AmountChanged,
    AppointmentMade,
    ContradictionFlagged,
    ContradictionResolved,
    FundsHeldAgain,
    FundsReleased,
    InterceptFailed,
    InterceptRequested,
    NoteRecorded,
    OrderCancelled,
    OrderCompleted,
    OrderIdentified,
    OrderPlaced,
    ParcelDelivered,
    ParcelException,
    ParcelHandedOver,
    ParcelIntercepted,
    ParcelLost,
    ParcelOutForDelivery,
    ParcelReturned,
    ParcelReturning,
    ParcelShipped,
    ParcelSigned,
    PaymentCaptured,
    PromiseBreached,
    PromiseCleared,
    PromiseKept,
    PromiseMade,
    PromiseRenegotiated,
    PromiseReopened,
    PromiseStarted,
    PromiseVoided,
    PromiseWaived,
    ReceiptConfirmed,
    ReturnToSenderRequested,
    ReviewRecorded,
    ScanRecorded,
    ShipDateAgreed,
    StockConfirmed,
    TimeGiven,
)
from domain.order.state import by_currency
from domain.policy_set import PoliciesPublished
from domain.responsibility import (
    AttributionContested,
    AttributionFinalised,
    AttributionOpened,
    Entry,
    EntryPosted,
    RecourseAcknowledged,
    RecourseClaimed,
    RecourseDisputed,
    RecoursePaid,
    RecourseWrittenOff,
    ResponsibilityAttributed,
    ScoreEffectRecorded,
)
from domain.timer import (
    TimerBreached,
    TimerCancelled,
    TimerExtended,
    TimerMet,
    TimerPaused,
    TimerRestarted,
    TimerResumed,
    TimerStarted,
)
from domain.trust import ContestAnswered, PointContested

EntryKind = Literal[
    "order",
    "payment",
    "shipment",
    "tracking",
    "promise",
    "review",
    "complaint",
    "contradiction",
    "address",
    "note",
    "consumer_link",
    "consumer_flag",
    "evidence",
    "contact",
    "after_sales",
    "dispute",
    "clock",
    "responsibility",
    "compensation",
    "resolution",
    "companionship",
    "trust",
]

KINDS: dict[EntryKind, tuple[type[Event], ...]] = {
    "order": (
        OrderPlaced,
        OrderIdentified,
        StockConfirmed,
        OrderCompleted,
        OrderCancelled,
    ),
    "payment": (
        PaymentCaptured,
        AmountChanged,
        FundsReleased,
        FundsHeldAgain,
        ClaimOpened,
        ClaimChanged,
        ClaimSettled,
        RefundReported,
    ),
    "shipment": (
        ParcelShipped,
        ShipDateAgreed,
        TimeGiven,
        InterceptRequested,
        ReturnToSenderRequested,
        ReceiptConfirmed,
    ),
    "tracking": (
        ScanRecorded,
        ParcelHandedOver,
        ParcelOutForDelivery,
        ParcelDelivered,
        ParcelSigned,
        ParcelException,
        ParcelIntercepted,
        InterceptFailed,
        ParcelReturning,
        ParcelReturned,
        ParcelLost,
    ),
    "promise": (
        PromiseMade,
        PromiseStarted,
        PromiseRenegotiated,
        PromiseKept,
        PromiseBreached,
        PromiseCleared,
        PromiseWaived,
        PromiseVoided,
        PromiseReopened,
        AppointmentMade,
    ),
    "review": (ReviewRecorded,),
    "contradiction": (ContradictionFlagged, ContradictionResolved),
    "address": (AddressChanged,),
    "note": (NoteRecorded,),
    "consumer_link": (ConsumersLinked, ConsumersUnlinked),
    "consumer_flag": (
        ConsumerFlagged,
        ConsumerFlagContested,
        ConsumerFlagLifted,
    ),
    "evidence": (EvidenceUploaded, EvidenceCleared, EvidenceBlocked),
    "contact": (
        ContactOpened,
        WordsExchanged,
        ContactAnswered,
        ContactAssigned,
        ContactHandedOver,
        ContactLinked,
        ContactClosed,
        ContactReopened,
        ContactRated,
        ContactDefaulted,
        ContactReported,
        agent_promise.PromiseMade,
        agent_promise.PromisePutOff,
        agent_promise.PromiseKept,
        agent_promise.PromiseBreached,
    ),
    "after_sales": CASE_EVENTS,
    "dispute": DISPUTE_EVENTS,
    "clock": (
        TimerStarted,
        TimerPaused,
        TimerResumed,
        TimerExtended,
        TimerRestarted,
        TimerMet,
        TimerBreached,
        TimerCancelled,
    ),
    "responsibility": (
        AttributionOpened,
        ResponsibilityAttributed,
        AttributionContested,
        AttributionFinalised,
        EntryPosted,
        RecourseClaimed,
        RecourseAcknowledged,
        RecourseDisputed,
        RecoursePaid,
        RecourseWrittenOff,
        ScoreEffectRecorded,
    ),
    "compensation": (
        CompensationReserved,
        GoodwillReserved,
        CompensationPaid,
        CompensationReleased,
    ),
    "resolution": RESOLUTION_EVENTS,
    "companionship": COMPANIONSHIP_EVENTS,
    "trust": (PointContested, ContestAnswered),
}
KIND_OF = {event_type: kind for kind, types in KINDS.items() for event_type in types}

# What belongs to no consumer, and so stands on nobody's timeline.
OF_NO_CONSUMER: tuple[type[Event], ...] = (
    PoliciesPublished,
    ViewKept,
    ViewDropped,
    MacroKept,
    MacroDropped,
    *INCIDENT_EVENTS,
)

# Of whole families of events, who makes their facts of what stands in them. An event's
# own type finds its family at once: a search among a hundred types, for every event,
# would be most of what a timeline costs.
SHAPES: dict[type[Event], Callable[[Event, dict[str, Any]], dict[str, Any]]] = {
    **dict.fromkeys(CASE_EVENTS, case_facts),
    **dict.fromkeys(DISPUTE_EVENTS, dispute_facts),
    **dict.fromkeys(RESOLUTION_EVENTS, resolution_facts),
    **dict.fromkeys(COMPANIONSHIP_EVENTS, companionship_facts),
    **dict.fromkeys(INCIDENT_EVENTS, incident_facts),
}
# Families whose facts are as they are made, with nothing to add.
COMPLETE = frozenset((*RESOLUTION_EVENTS, *COMPANIONSHIP_EVENTS, *INCIDENT_EVENTS))

# What is no fact: a field without a value, the tag, and the time told anyway.
NOTHING: tuple[Any, ...] = (None, [], ())
UNTOLD = frozenset({"type", "at"})

# A review of so many stars or fewer is a complaint.
COMPLAINT_STARS_MAX = 2


def kind_of(event: Event) -> EntryKind:
    """Return what kind of entry the event makes."""
    match event:
        case ReviewRecorded(score=score) if score <= COMPLAINT_STARS_MAX:
            return "complaint"
        case _:
            return KIND_OF[type(event)]


def code_of(event: Event) -> str:
    """Return the event's tag."""
    return str(type(event).__struct_config__.tag)


def facts_of(event: Event) -> dict[str, Any]:
    """Return ids, codes, numbers, times and sealed values: never free text.

    Lists that may be long are given as their count and sum.
    """
    event_type = type(event)
    facts: dict[str, Any] = {
        name: value
        for name, value in msgspec.to_builtins(event).items()
        if (value or value not in NOTHING) and name not in UNTOLD
    }
    if event_type in SHAPES:
        facts = SHAPES[event_type](event, facts)
    if event_type in COMPLETE:
        return facts
    match event:
        case OrderPlaced(lines=lines, offers=offers):
            sums: dict[str, int] = {}
            for amount in (
                each for line in lines for each in (line.price, line.freight)
            ):
                if amount is not None:
                    sums[amount.currency] = sums.get(amount.currency, 0) + amount.minor
            return facts | {"lines": len(lines), "offers": len(offers), "total": sums}
        case PaymentCaptured(tenders=tenders):
            sums = {}
            for each in tenders:
                currency = each.amount.currency
                sums[currency] = sums.get(currency, 0) + each.amount.minor
            return facts | {"total": sums}
        case ClaimOpened(items=items) | ClaimChanged(items=items):
            return facts | claim_facts(items, event.freight) | {"items": len(items)}
        case ClaimSettled(refunded=refunded, returned=returned):
            back = sum(quantities(returned).values())
            counts = {"refunded": len(refunded), "returned": back}
            return facts | claim_facts(refunded, event.freight) | counts
        case ParcelShipped(contents=contents):
            return facts | {"contents": sum(packed.quantity for packed in contents)}
        case PoliciesPublished(rows=rows):
            shown = ("profile", "publication")
            return {name: facts[name] for name in shown} | {"rows": len(rows)}
        case ViewKept():
            return {name: facts[name] for name in facts if name != "filters"}
        case MacroKept(steps=steps):
            return facts | {"steps": len(steps)}
        case ResponsibilityAttributed(shares=shares, knowledge=knowledge):
            return facts | {"shares": len(shares), "knowledge": len(knowledge)}
        case EntryPosted(entry=entry):
            return facts | entry_facts(entry)
        case CompensationReserved(lines=lines):
            kept = {name: facts[name] for name in facts if name != "facts"}
            hers = consumer_fen_of(lines)
            return kept | {"lines": len(lines), "consumer_fen": hers}
        case _ if "timer" in facts:
            facts = {"step": facts["timer"].partition("/")[0]} | facts
            counts = {"closures": len(facts["closures"])} if "closures" in facts else {}
            return facts | counts
        case _ if "promise" in facts:
            return facts | {"promise_kind": facts["promise"].partition("/")[0]}
        case _:
            return facts


def entry_facts(entry: Entry) -> dict[str, Any]:
    """Return what an entry is of, and how much of money it moves or owes."""
    minor = sum(posting.minor for posting in entry.postings if posting.minor > 0)
    return {
        "entry": entry.entry,
        "kind": entry.kind,
        "why": entry.why,
        "amount": {"minor": minor, "currency": entry.currency},
    }


def claim_facts(items: ClaimItems, freight: Money | None) -> dict[str, Any]:
    """Return how much of a claim's goods, and which sums of money, it is about."""
    sums = by_currency(money_of(items, freight))
    return {
        "quantity": sum(quantities(items).values()),
        "total": {currency: minor for currency, minor in sums.items() if minor},
    }
