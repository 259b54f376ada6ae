"""What must hold of effects whatever happened: I8 and I9 of the promises."""

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from application.event_store.connections import Connection

# I8: one effect for each event and kind; its result is in the log once at most. A
# refund that failed and came through after all has two results, of which one succeeded.
TWICE_ORDERED: Final = """
SELECT 'I8', key::text FROM (
       SELECT min(key::text) AS key FROM projection.outbox
        GROUP BY partition, position, kind HAVING count(*) > 1) AS twice
"""
TWICE_RECORDED: Final = """
SELECT 'I8', stream_id::text || '/' || asked FROM (
       SELECT stream_id, type, convert_from(body, 'UTF8')::jsonb ->> 'refund' AS asked
         FROM store.event WHERE type = 'after_sales.refund_succeeded'
        UNION ALL
       SELECT stream_id, type, concat_ws('#',
              convert_from(body, 'UTF8')::jsonb ->> 'step',
              convert_from(body, 'UTF8')::jsonb ->> 'attempt')
         FROM store.event WHERE type = 'resolution.step_succeeded') AS result
 GROUP BY stream_id, type, asked HAVING count(*) > 1
"""
# I9, as far as a gateway of ours can prove it: by the simulator's journal.
TWICE_MOVED: Final = """
SELECT 'I9', key::text FROM effect.simulated WHERE deed = 'did'
 GROUP BY key HAVING count(*) > 1
"""
OTHER_AMOUNT: Final = """
SELECT 'I9', done.key::text
  FROM effect.simulated AS done LEFT JOIN projection.outbox USING (key)
 WHERE done.deed = 'did' AND done.minor IS NOT NULL
   AND (done.minor, done.currency)
       IS DISTINCT FROM (outbox.amount_minor, outbox.currency::text)
"""


class Broken(Struct, frozen=True):
    """An invariant that does not hold, and of what."""

    invariant: str
    of: str


def broken(connection: Connection) -> Sequence[Broken]:
    """Return what does not hold; nothing is as it should be."""
    found: list[Broken] = []
    for query in (TWICE_ORDERED, TWICE_RECORDED, TWICE_MOVED, OTHER_AMOUNT):
        found += [Broken(*row) for row in connection.execute(query)]
    return found
