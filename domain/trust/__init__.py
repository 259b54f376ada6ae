"""How we kept faith with a consumer: counted point by point, and open to contest.

It is the consumer's account of us, not ours of the consumer.
"""

from domain.trust.balance import balance
from domain.trust.contest import (
    CONTESTS_MAX,
    TRUST,
    AlreadyContested,
    AnswerContest,
    AnswerDoesNotFit,
    ContestAnswered,
    ContestedTooOften,
    ContestPoint,
    Contests,
    Correction,
    NotContested,
    NotYoursToAnswer,
    NotYoursToContest,
    Outcome,
    PointContested,
    Reason,
    TrustCommand,
    TrustEvent,
)
from domain.trust.counted import COUNTED
from domain.trust.points import (
    Amended,
    Balance,
    Contest,
    Point,
    Standing,
    Told,
    Totals,
    What,
)

__all__ = [
    "CONTESTS_MAX",
    "COUNTED",
    "TRUST",
    "AlreadyContested",
    "Amended",
    "AnswerContest",
    "AnswerDoesNotFit",
    "Balance",
    "Contest",
    "ContestAnswered",
    "ContestPoint",
    "ContestedTooOften",
    "Contests",
    "Correction",
    "NotContested",
    "NotYoursToAnswer",
    "NotYoursToContest",
    "Outcome",
    "Point",
    "PointContested",
    "Reason",
    "Standing",
    "Told",
    "Totals",
    "TrustCommand",
    "TrustEvent",
    "What",
    "balance",
]
