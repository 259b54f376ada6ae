"""Why a decision fell as it did, and the same decision made again.

Import from here; how it is laid out in files is nobody else's business.
"""

from application.audit.explain.again import Past
from application.audit.explain.explainer import Explainer, NoSuchEvent, Place
from application.audit.explain.explanation import (
    ORIGINS,
    Explanation,
    Guard,
    Origin,
    explain,
    origin_of,
)
from application.audit.explain.rules import Publications, UsedRow, publications, refs_in

__all__ = [
    "ORIGINS",
    "Explainer",
    "Explanation",
    "Guard",
    "NoSuchEvent",
    "Origin",
    "Past",
    "Place",
    "Publications",
    "UsedRow",
    "explain",
    "origin_of",
    "publications",
    "refs_in",
]
