"""I8 and I9: what effects must be, as those who keep them say it."""

from typing import Final, cast

from application.effects.invariants import broken
from application.event_store.connections import Connection
from application.verify.findings import Findings, Invariant
from application.verify.patience import PATIENCE

COUNTS: Final = """
SELECT (SELECT count(*) FROM projection.outbox),
       (SELECT count(*) FROM effect.simulated WHERE deed = 'did')
"""
WRONG: Final[dict[str, str]] = {
    "I8": "ordered twice, or its result recorded twice",
    "I9": "moved twice, or not as much as was asked",
}


def check_effects(connection: Connection, found: Findings) -> None:
    """Check the effects of all partitions; a gateway's side as far as it is ours."""
    with connection.transaction():
        connection.execute(PATIENCE)
        for effects, movements in connection.execute(COUNTS):
            found.looked_at("I8", effects)
            found.looked_at("I9", movements)
        for each in broken(connection):
            invariant = cast("Invariant", each.invariant)
            found.add(invariant, f"{each.of}: {WRONG[invariant]}", of=each.of)
