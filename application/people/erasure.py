"""Forgets a person: their keys are deleted, their raw messages blanked, for ever.

What happened stays: events, scores and times remain, and every history still replays.
What was said in them cannot be read again by anyone, us included.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any, Protocol
from uuid import UUID

from msgspec import Struct
from psycopg import Connection

from domain.ids import partition_of

# A name so long is looked for wherever it stands alone; a shorter one only in quotes,
# and never if it is a mere number: half of all messages have a "1001" somewhere.
TELLING_LENGTH_MIN = 6
ROWS_AT_ONCE = 500

KNOWN = """
    SELECT EXISTS (
        SELECT FROM people.key
        WHERE partition = ANY (%(partition)s::smallint[])
          AND consumer = ANY (%(consumer)s::text[])
    ) OR EXISTS (
        SELECT FROM projection.reference
        WHERE partition = ANY (%(partition)s::smallint[])
          AND consumer = ANY (%(consumer)s::text[])
    ) OR EXISTS (
        SELECT FROM inbound.reference WHERE consumer = ANY (%(consumer)s::text[])
    )
"""

# Who never had a key gets the row too: nothing may be sealed for them from now on.
FORGET = """
    INSERT INTO people.key (partition, consumer, erased_at, erased_by)
    SELECT partition, consumer, clock_timestamp(), %(actor)s
    FROM unnest(%(partition)s::smallint[], %(consumer)s::text[])
        AS person (partition, consumer)
    ORDER BY partition, consumer
    ON CONFLICT (partition, consumer) DO UPDATE
    SET wrapped = NULL, erased_at = excluded.erased_at, erased_by = excluded.erased_by
    WHERE key.wrapped IS NOT NULL
"""

NAMES = """
    SELECT DISTINCT name FROM projection.reference
    WHERE partition = ANY (%(partition)s::smallint[])
      AND consumer = ANY (%(consumer)s::text[])
    UNION
    SELECT DISTINCT parcel FROM projection.reference
    WHERE partition = ANY (%(partition)s::smallint[])
      AND consumer = ANY (%(consumer)s::text[]) AND parcel IS NOT NULL
"""

ABOUT = """
    SELECT DISTINCT message_id FROM inbound.reference
    WHERE consumer = ANY (%(consumer)s::text[])
       OR stream_id IN (
            SELECT stream_id FROM projection.reference
            WHERE partition = ANY (%(partition)s::smallint[])
              AND consumer = ANY (%(consumer)s::text[])
       )
"""

BODIES = "SELECT message_id, body FROM inbound.message WHERE body IS NOT NULL"

# Files are sent from anywhere: a link that led to an order may be gone by now.
FILES = """
    SELECT (event ->> 'evidence')::uuid, event ->> 'sha256'
    FROM store.event_json
    WHERE type = 'evidence.uploaded' AND event ->> 'by' = 'consumer'
      AND event ->> 'name' = ANY (%(consumer)s::text[])
"""

# What was not understood yet never will be: there is nothing left to understand.
BLANK = """
    UPDATE inbound.message
    SET body = NULL, detail = NULL, leased_until = NULL,
        state = CASE state WHEN 'translated' THEN state ELSE 'ignored' END,
        reason = CASE state WHEN 'translated' THEN reason ELSE 'erased' END,
        settled_at = coalesce(settled_at, clock_timestamp())
    WHERE message_id = ANY (%s::uuid[]) AND body IS NOT NULL
"""

# The dead versions of rows still hold what was just taken out of them, and so does what
# the planner has sampled: it samples again, and then forgets what it had sampled.
SWEEP = (
    "VACUUM (ANALYZE) people.key",
    "VACUUM (ANALYZE) inbound.message",
    "VACUUM pg_catalog.pg_statistic",
)


class PersonsOf(Protocol):
    """Who is who: PersonQueries.persons_of."""

    def __call__(self, consumer: str, /) -> Iterable[str]:
        """Return the consumer, and all that are the same person."""
        ...


class ForgetFiles(Protocol):
    """What deletes files, by their ids and SHA-256s."""

    def __call__(self, files: Collection[tuple[UUID, str]], /) -> int:
        """Return how many there still were."""
        ...


class UnknownConsumer(LookupError):
    """No order, no message and no word of this consumer is known."""

    def __init__(self, consumer: str) -> None:
        super().__init__(f"Nothing is known of a consumer {consumer!r}")


class Erased(Struct, frozen=True, kw_only=True):
    """What an erasure did; asked again, it has nothing left to do.

    ``keys``, ``messages`` and ``files`` are how many were deleted and blanked this
    time.
    """

    consumers: tuple[str, ...]
    keys: int
    messages: int
    files: int = 0


def erase(  # noqa: PLR0913  # each is a part of the installation
    consumer: str,
    *,
    owner: Connection[Any],
    partitions: int,
    persons_of: PersonsOf,
    forget_files: ForgetFiles,
    actor: str,
) -> Erased:
    """Forget everyone who is this person, whole or not at all. Raises UnknownConsumer.

    Files of evidence this person sent go last, once no further one is taken in; if that
    fails, nobody is given them all the same, and asking again deletes them.
    ``owner`` is a connection in autocommit as the owner of the tables, who alone may
    sweep up dead rows. The projections must have read the whole log before: they say
    who is linked, and under which names messages speak of a person.
    """
    assert owner.autocommit, "VACUUM runs in no transaction"
    person = tuple(persons_of(consumer))
    values = {
        "partition": [partition_of(name, partitions) for name in person],
        "consumer": list(person),
        "actor": actor,
    }
    with owner.transaction():
        known = owner.execute(KNOWN, values).fetchone() == (True,)
        if not known and len(person) == 1:
            raise UnknownConsumer(consumer)
        keys = owner.execute(FORGET, values).rowcount
        names = {name for (name,) in owner.execute(NAMES, values)}
        about = {message for (message,) in owner.execute(ABOUT, values)}
        about.update(messages_naming(names | set(person), owner))
        messages = owner.execute(BLANK, [sorted(about)]).rowcount
    for statement in SWEEP:
        owner.execute(statement)
    files = forget_files(owner.execute(FILES, values).fetchall())
    return Erased(consumers=person, keys=keys, messages=messages, files=files)


def messages_naming(
    names: Collection[str], connection: Connection[Any]
) -> Iterator[UUID]:
    """Return the messages whose own words hold one of the names, in whatever state."""
    speaks = speaking_of(names)
    with connection.cursor("bodies", binary=True) as cursor:
        cursor.itersize = ROWS_AT_ONCE
        for message_id, body in cursor.execute(BODIES):
            if speaks(body):
                yield message_id


def speaking_of(names: Collection[str]) -> Callable[[bytes], bool]:
    """Return whether raw words hold one of the names, each standing for itself.

    Names are ASCII and are looked for in the bytes, so words in any coding will do.
    """
    long = {name.encode() for name in names if len(name) >= TELLING_LENGTH_MIN}
    short = {
        name.encode()
        for name in names
        if len(name) < TELLING_LENGTH_MIN and not name.isdecimal()
    }
    whole = {name for name in long if name.isalnum()}
    alone = [
        re.compile(rb"(?<![A-Za-z0-9])" + re.escape(name) + rb"(?![A-Za-z0-9])")
        for name in sorted(long - whole)
    ]

    def speaks(body: bytes) -> bool:
        return (
            not whole.isdisjoint(re.findall(rb"[A-Za-z0-9]+", body))
            or not short.isdisjoint(re.findall(rb'"([^"\\]{1,5})(?=\\*")', body))
            or any(pattern.search(body) for pattern in alone)
        )

    return speaks
