"""An example of every body about resolutions, shortfalls and flags."""

# ruff: noqa: RUF001  (Chinese punctuation is what Chinese is written with)

from collections.abc import Mapping
from typing import Any, Final

HASH: Final = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"
CONTACT: Final = "7e2f0a3b-5c2e-8012-9d10-6f1a2b3c4d5e"

RESOLUTION_EXAMPLES: Final[Mapping[str, Mapping[str, Any]]] = {
    "ReportShortfallBody": {"code": "SHIP_OVERDUE", "line": 1, "contact": CONTACT},
    "TellListingPriceBody": {
        "unit_price": {"minor": 17900, "currency": "CNY"},
        "at": "2026-11-24T10:00:00+08:00",
    },
    "TellListingRemovedBody": {
        "matter": "g-2026-118",
        "reason": "counterfeit",
        "at": "2026-11-24T10:00:00+08:00",
    },
    "ProposePlansBody": {
        "plans": [
            {
                "name": "half-back",
                "steps": [
                    {
                        "action": "refund_partial",
                        "part": "goodwill",
                        "amount": {"minor": 3800, "currency": "CNY"},
                        "bearer": "merchant",
                    }
                ],
            }
        ],
        "offer": False,
    },
    "ApprovePlanBody": {"plan": "refund", "hash": HASH},
    "RejectPlansBody": {"reason": "too_little", "words": "延误太久，应全额退款"},
    "OfferPlansBody": {"hash": HASH, "reason": "SHIP_OVERDUE"},
    "AcceptPlanBody": {"plan": "refund"},
    "DeclinePlansBody": {"reason": "too_little", "words": "我不想再等了"},
    "CounterPlansBody": {"wish": "reship_first", "words": "请先补发"},
    "ExecutePlanBody": {"plan": "urge", "hash": HASH},
    "DismissResolutionBody": {"reason": "not_so"},
    "ConfirmMadeGoodBody": {"score": 5},
    "ReopenResolutionBody": {"reason": "still_waiting"},
    "HandToDisputeBody": {"dispute": CONTACT},
    "TriageBody": {
        "block": {"reason": "false_claims", "until": "2030-04-01T00:00:00+08:00"}
    },
    "SettleStepBody": {"way": "retry", "reason": "gateway_back"},
    "RateCompanionshipBody": {"score": 5, "tags": ["told_in_time"]},
    "ContestShortfallBody": {
        "shortfall": "1/SHIP_OVERDUE/once",
        "reason": "picked_up_in_time",
    },
    "FlagConsumerBody": {
        "reason": "false_claims",
        "until": "2030-04-01T00:00:00+08:00",
    },
    "ContestFlagBody": {"words": "三次退款都是因为商品破损，有照片为证"},
    "LiftFlagBody": {"reason": "proved_otherwise"},
}
