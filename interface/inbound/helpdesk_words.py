"""The activities of the help-desk log, as steps of a contact.

They are free vocabulary of the one who kept the log; this is all of it. The states of a
fault in the software (anomaly) are a bug tracker's: they are no work on the ticket.
"""

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from domain.contact import Step


class Done(Struct, frozen=True):
    """The step that was taken, and whether somebody worked on the ticket with it.

    Work on a ticket that was resolved or closed takes it up again.
    """

    step: Step
    works: bool = True


ACTIVITIES: Final[Mapping[str, Done]] = {
    "Insert ticket": Done("opened"),
    "Assign seriousness": Done("noted"),
    "Take in charge ticket": Done("assigned"),
    "Wait": Done("waiting"),
    "Require upgrade": Done("noted"),
    "Schedule intervention": Done("noted"),
    "Create SW anomaly": Done("noted"),
    "Resolve SW anomaly": Done("noted", works=False),
    "RESOLVED": Done("noted", works=False),
    "VERIFIED": Done("noted", works=False),
    "INVALID": Done("noted", works=False),
    "DUPLICATE": Done("noted", works=False),
    "Resolve ticket": Done("resolved", works=False),
    "Closed": Done("closed", works=False),
}
