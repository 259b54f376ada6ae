"""I7: nobody has read beyond the head, and which streams wait to be read.

That a checkpoint never goes back one look cannot tell: ``MOVE_CHECKPOINTS`` sees to it.
"""

from typing import Final

from application.event_store.connections import Connection
from application.projections.runtime import LIVE
from application.verify.findings import SHOWN_MAX, Findings

# Heads and checkpoints at one moment. A rebuild's own are checked by its comparison.
BEYOND: Final = f"""
SELECT c.projection, c.version, c.partition, c.position, head.position,
       c.position > coalesce(head.position, -1)
  FROM {LIVE}.checkpoint AS c LEFT JOIN store.partition_head AS head USING (partition)
 WHERE %(partition)s::smallint IS NULL OR c.partition = %(partition)s
 ORDER BY c.projection, c.version, c.partition
"""  # noqa: S608 - the schema is a constant
PARKED: Final = f"""
SELECT p.projection, p.partition, p.position, p.stream_id, p.reason,
       p.position > coalesce(c.position, 0)
  FROM {LIVE}.parked AS p
  LEFT JOIN {LIVE}.checkpoint AS c USING (projection, version, partition)
 WHERE %(partition)s::smallint IS NULL OR p.partition = %(partition)s
 ORDER BY p.projection, p.partition, p.position
"""  # noqa: S608 - the schema is a constant


def check_checkpoints(
    connection: Connection, partition: int | None, found: Findings
) -> None:
    """Check every checkpoint, and list the streams that are parked."""
    values = {"partition": partition}
    for name, version, number, position, head, wrong in connection.execute(
        BEYOND, values
    ):
        found.looked_at("I7", 1)
        if wrong:
            stands = (
                "there is no such partition" if head is None else f"it ends at {head}"
            )
            found.add(
                "I7",
                f"{name}@{version} has read to {position}, but {stands}",
                partition=number,
                position=position,
                of=name,
            )
    parked = 0
    for name, number, position, stream_id, reason, wrong in connection.execute(
        PARKED, values
    ):
        parked += 1
        where = f"{name} parked stream {stream_id} at {number}.{position}"
        if wrong:
            what = f"{where}, beyond where it has read"
            found.add("I7", what, partition=number, position=position, of=name)
        if parked <= SHOWN_MAX:
            found.note(f"{where}: {reason}")
    if parked > SHOWN_MAX:
        found.note(f"{parked - SHOWN_MAX:,} more streams are parked")
