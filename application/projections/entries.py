"""What the timeline shows of each event: its kind, and the tag it goes by."""

from typing import Literal

from application.projections.case_facts import CASE_EVENTS
from application.projections.companionship_facts import (
    COMPANIONSHIP_EVENTS,
)
from application.projections.dispute_facts import DISPUTE_EVENTS
from application.projections.incident_facts import INCIDENT_EVENTS
from application.projections.resolution_facts import (
    RESOLUTION_EVENTS,
)
from domain import agent_promise
from domain.compensation import (
    CompensationPaid,
    CompensationReleased,
    CompensationReserved,
    GoodwillReserved,
)
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
from domain.order.claims import (
    ClaimChanged,
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
from domain.policy_set import PoliciesPublished
from domain.responsibility import (
    AttributionContested,
    AttributionFinalised,
    AttributionOpened,
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

# A review of so many stars or fewer is a complaint.
COMPLAINT_STARS_MAX = 2


def kind_of(event: Event) -> EntryKind:
    """Return what kind of entry the event makes."""
    # By its very type: isinstance of a Struct takes five times as long.
    if type(event) is ReviewRecorded and event.score <= COMPLAINT_STARS_MAX:
        return "complaint"
    return KIND_OF[type(event)]


def code_of(event: Event) -> str:
    """Return the event's tag."""
    event_type = type(event)
    return CODE_OF.get(event_type) or tag_of(event_type)


def tag_of(event_type: type[Event]) -> str:
    """Return the tag of a type. It is asked of msgspec once, which takes its time."""
    return str(event_type.__struct_config__.tag)


CODE_OF = {event_type: tag_of(event_type) for event_type in KIND_OF}
