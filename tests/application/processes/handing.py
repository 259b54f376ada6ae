"""A worker of its own process: it hands out I-7 until nobody waits, or it is killed."""

import sys
from contextlib import ExitStack

from application.event_store.connections import connection_pool
from application.event_store.postgres import PostgresEventStore
from application.processes.turns import Turns
from application.projections.affected import AffectedQueries
from tests.application.outbreak import DAY, MONDAY, Outbreak

# So few at once that a worker can be killed between many of them.
BATCH = 25


def outbreak_at(writer_url: str, reader_url: str, closing: ExitStack) -> Outbreak:
    """Return the outbreak as this database knows it, four days on."""
    writer = closing.enter_context(connection_pool(writer_url))
    reader = closing.enter_context(connection_pool(reader_url))
    there = Outbreak(PostgresEventStore(writer, reader))
    there.turns, there.batch_max = Turns(writer), BATCH
    there.watches(AffectedQueries(reader))
    there.at = MONDAY + 4 * DAY
    return there


def main() -> None:
    """Hand out until there is nothing left to hand out."""
    with ExitStack() as closing:
        there = outbreak_at(sys.argv[1], sys.argv[2], closing)
        print("ready", flush=True)  # noqa: T201 - whoever started it waits for this
        there.works()


if __name__ == "__main__":
    main()
