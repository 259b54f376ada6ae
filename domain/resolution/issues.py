"""What people argue about where something fell short (domain rules, 3.3)."""

from collections.abc import Mapping
from typing import Final

from domain.policy.rows import Issue
from domain.shortfall import ShortfallCode

# Who has to prove what goes by the issue; what is not in here is the service's doing.
ISSUES: Final[Mapping[ShortfallCode, Issue]] = {
    "DELIVERED_NOT_RECEIVED": "not_received",
    "PARCEL_LOST": "not_received",
    "UNAUTHORISED_DROP": "not_received",
    "FRAUD_SHIP": "not_received",
    "DELIVERY_OVERDUE": "transit_risk",
    "TRANSIT_STALLED": "transit_risk",
    "TRACK_ABNORMAL": "transit_risk",
    "CARRIER_INCIDENT": "transit_risk",
    "RETURN_UNSIGNED": "return_unsigned",
    "LIVE_PROMISE_MISMATCH": "description",
    "GOVERNANCE_HIT": "counterfeit",
}


def issue_of(code: ShortfallCode) -> Issue:
    """Return what is argued about where this fell short."""
    return ISSUES.get(code, "service")
