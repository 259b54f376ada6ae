"""The doors of a resolution that need nothing but their command."""

from collections.abc import Sequence
from typing import Final

from domain.resolution import (
    AcceptPlan,
    ConfirmMadeGood,
    CounterPlans,
    DeclinePlans,
    DismissResolution,
    ExecutePlan,
    HandToDispute,
    OfferPlans,
    RejectPlans,
    ReopenResolution,
)
from interface.api.doors import CaseDoor, controller
from interface.api.resolution_page import RESOLUTIONS

UNTIL: Final = frozenset({"until"})  # the days beside the consumer say it
OPENED: Final = frozenset({"disputes"})  # who hands it over has them opened
DOORS: Final[Sequence[CaseDoor]] = (
    CaseDoor("rejection", RejectPlans, action="resolution.approve"),
    # With the consumer
    CaseDoor("offer", OfferPlans),
    CaseDoor("acceptance", AcceptPlan),
    CaseDoor("decline", DeclinePlans),
    CaseDoor("counter", CounterPlans),
    # How it is carried out, and ends
    CaseDoor("execution", ExecutePlan),
    CaseDoor("dismissal", DismissResolution),
    CaseDoor("confirmation", ConfirmMadeGood),
    CaseDoor("reopening", ReopenResolution, UNTIL),
    CaseDoor("dispute", HandToDispute, OPENED),
)
Commands: Final = controller("resolution", "resolution.act", RESOLUTIONS, DOORS)
