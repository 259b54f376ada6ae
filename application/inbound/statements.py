"""What the inbound tables are told and asked."""

# How long a process has to translate what it took before another one may.
LEASE = "10 seconds"

KEEP = f"""
WITH given AS (
    SELECT * FROM unnest(
        %(message_id)s::uuid[], %(source)s::text[], %(key)s::text[], %(type)s::text[],
        %(place)s::text[], %(body)s::bytea[], %(fault)s::text[]
    ) WITH ORDINALITY AS given
        (message_id, source, key, type, place, body, fault, number)
),
made AS (
    INSERT INTO inbound.message AS kept (
        message_id, source, key, type, place, body, sha256, state, reason, detail,
        leased_until
    )
    SELECT message_id, source, key, type, place, body, sha256(body),
           CASE WHEN fault IS NULL THEN 'received' ELSE 'quarantined' END,
           CASE WHEN fault IS NULL THEN NULL ELSE 'malformed' END,
           fault,
           CASE WHEN %(leased)s THEN clock_timestamp() + interval '{LEASE}' END
    FROM given
    ORDER BY number
    ON CONFLICT DO NOTHING
    RETURNING message_id, state
)
SELECT given.message_id, coalesce(made.state, kept.state, 'received'),
       made.message_id IS NOT NULL
         AND number = min(number) OVER (PARTITION BY given.message_id)
FROM given
LEFT JOIN made USING (message_id)
LEFT JOIN inbound.message AS kept USING (message_id)
ORDER BY number
"""  # noqa: S608  # a constant of ours

LOAD = """
SELECT message_id, source, type, body, received_at
FROM inbound.message
WHERE message_id = ANY (%(ids)s) AND body IS NOT NULL AND state = ANY (%(states)s)
ORDER BY received_at, message_id
"""

CLAIM = f"""
WITH found AS (
    SELECT message_id FROM inbound.message
    WHERE state = 'received' AND body IS NOT NULL
      AND (leased_until IS NULL OR leased_until < clock_timestamp())
    ORDER BY received_at, message_id
    LIMIT %(limit)s
    FOR UPDATE SKIP LOCKED
),
claimed AS (
    UPDATE inbound.message AS m
    SET leased_until = clock_timestamp() + interval '{LEASE}'
    FROM found
    WHERE m.message_id = found.message_id
    RETURNING m.message_id, m.source, m.type, m.body, m.received_at
)
SELECT * FROM claimed ORDER BY received_at, message_id
"""  # noqa: S608  # a constant of ours

# The messages that wait for a name which the reference index has learnt.
LEARNT = """
SELECT m.message_id, m.source, m.type, m.body, m.received_at
FROM inbound.message AS m
WHERE m.state = 'waiting' AND m.body IS NOT NULL AND EXISTS (
    SELECT FROM inbound.reference AS about
    JOIN projection.reference AS known
        ON known.name = about.name AND known.kind = about.kind
        AND (about.kind = 'waybill' OR about.source IN ('', known.source))
    WHERE about.message_id = m.message_id AND about.stream_id IS NULL
      AND (known.consumer IS NOT NULL OR EXISTS (
          SELECT FROM inbound.reference AS told
          WHERE told.stream_id = known.stream_id AND told.consumer IS NOT NULL
      ))
)
ORDER BY m.received_at, m.message_id
LIMIT %(limit)s
"""

# The messages told already, about a waybill that yet another order has named since: one
# that more than one stream goes by, and not all of them were told.
# Such waybills are few, which the planner cannot know: they are found by themselves.
UNTOLD = """
WITH shared AS MATERIALIZED (
    SELECT name FROM projection.reference WHERE kind = 'waybill'
    GROUP BY name HAVING count(*) > 1
),
untold AS MATERIALIZED (
    SELECT DISTINCT about.message_id
    FROM shared
    CROSS JOIN LATERAL (
        SELECT known.stream_id, known.consumer FROM projection.reference AS known
        WHERE known.name = shared.name AND known.kind = 'waybill'
        OFFSET 0
    ) AS known
    CROSS JOIN LATERAL (
        SELECT about.message_id FROM inbound.reference AS about
        WHERE about.name = shared.name AND about.kind = 'waybill'
        OFFSET 0
    ) AS about
    WHERE NOT EXISTS (
        SELECT FROM inbound.reference AS told
        WHERE told.message_id = about.message_id AND told.stream_id = known.stream_id
    )
      AND (known.consumer IS NOT NULL OR EXISTS (
          SELECT FROM inbound.reference AS told
          WHERE told.stream_id = known.stream_id AND told.consumer IS NOT NULL
      ))
)
SELECT m.message_id, m.source, m.type, m.body, m.received_at
FROM untold
JOIN inbound.message AS m USING (message_id)
WHERE m.state = 'translated' AND m.body IS NOT NULL
ORDER BY m.received_at, m.message_id
LIMIT %(limit)s
"""

# How far the reference index has read.
INDEX_POSITION = """
SELECT coalesce(sum(position), 0)::bigint FROM projection.checkpoint
WHERE projection = 'references'
"""

ORDERS = """
SELECT wanted.source, wanted.name, known.stream_id, known.consumer
FROM unnest(%(sources)s::text[], %(names)s::text[]) AS wanted (source, name)
JOIN projection.reference AS known
    ON known.name = wanted.name AND known.kind = 'order'
    AND known.source = wanted.source AND known.consumer IS NOT NULL
ORDER BY known.stream_id
"""

# A payment may be of several orders; an empty source is any.
PAYMENTS = """
SELECT wanted.source, wanted.name, known.stream_id, known.consumer
FROM unnest(%(sources)s::text[], %(names)s::text[]) AS wanted (source, name)
JOIN projection.reference AS known
    ON known.name = wanted.name AND known.kind = 'payment'
    AND wanted.source IN ('', known.source) AND known.consumer IS NOT NULL
ORDER BY known.stream_id
"""

# The cases and disputes of other platforms, and the streams of the orders they concern.
MATTERS = """
SELECT wanted.kind, wanted.source, wanted.name, known.stream_id, known.consumer,
       about.name
FROM unnest(%(kinds)s::text[], %(sources)s::text[], %(names)s::text[])
    AS wanted (kind, source, name)
JOIN projection.reference AS known
    ON known.name = wanted.name AND known.kind = wanted.kind
    AND known.source = wanted.source AND known.consumer IS NOT NULL
JOIN projection.reference AS about
    ON about.partition = known.partition AND about.stream_id = known.stream_id
    AND about.kind = 'about'
ORDER BY known.stream_id
"""

# An order that was never placed, as far as we were told, has no consumer in the index;
# the message that spoke of it first knows whose it is.
WAYBILLS = """
SELECT wanted.name, known.stream_id, known.parcel,
       coalesce(known.consumer, (
           SELECT told.consumer FROM inbound.reference AS told
           WHERE told.stream_id = known.stream_id AND told.consumer IS NOT NULL
           LIMIT 1
       ))
FROM unnest(%(names)s::text[]) AS wanted (name)
JOIN projection.reference AS known
    ON known.name = wanted.name AND known.kind = 'waybill'
ORDER BY known.stream_id
"""

# The names messages speak of these consumers by, as far as we were told.
NAMES_OF = """
SELECT name FROM projection.reference WHERE consumer = ANY (%(consumers)s::text[])
UNION
SELECT parcel FROM projection.reference
WHERE consumer = ANY (%(consumers)s::text[]) AND parcel IS NOT NULL
UNION
SELECT name FROM inbound.reference WHERE consumer = ANY (%(consumers)s::text[])
"""

SETTLE = """
UPDATE inbound.message AS m
SET state = done.state, reason = done.reason, detail = done.detail,
    attempts = m.attempts + 1, leased_until = NULL, settled_at = clock_timestamp(),
    body = CASE WHEN done.forgotten THEN NULL ELSE m.body END
FROM unnest(
    %(message_id)s::uuid[], %(state)s::text[], %(reason)s::text[], %(detail)s::text[],
    %(forgotten)s::boolean[]
) AS done (message_id, state, reason, detail, forgotten)
WHERE m.message_id = done.message_id
  AND (m.state <> 'translated' OR done.state = 'quarantined' OR done.forgotten)
"""

REPLACE_REFERENCES = """
WITH gone AS (
    DELETE FROM inbound.reference WHERE message_id = ANY (%(messages)s::uuid[])
)
INSERT INTO inbound.reference (message_id, kind, source, name, stream_id, consumer)
SELECT DISTINCT * FROM unnest(
    %(message_id)s::uuid[], %(kind)s::text[], %(source)s::text[], %(name)s::text[],
    %(stream_id)s::uuid[], %(consumer)s::text[]
)
"""

LISTED = """
SELECT message_id, source, key, type, place, received_at, state, reason, detail,
       attempts
FROM inbound.message
WHERE state = %(state)s
  AND (%(source)s::text IS NULL OR source = %(source)s)
  AND (%(id)s::uuid IS NULL OR message_id = %(id)s)
ORDER BY received_at, message_id
LIMIT %(limit)s
"""

FIND = """
SELECT message_id, source, key, type, place, received_at, state, reason, detail,
       attempts
FROM inbound.message WHERE message_id = %(id)s
"""

RELEASE = """
UPDATE inbound.message SET state = 'received', leased_until = NULL
WHERE state = 'quarantined' AND body IS NOT NULL
  AND source = ANY (%(sources)s::text[])
  AND (%(id)s::uuid IS NULL OR message_id = %(id)s)
RETURNING message_id
"""

COUNTS = """
SELECT source, state, reason, count(*) FROM inbound.message GROUP BY 1, 2, 3
ORDER BY 1, 2, 3
"""

STANDING = """
SELECT state, reason, count(*) FROM inbound.message
WHERE message_id = ANY (%(ids)s::uuid[]) GROUP BY 1, 2 ORDER BY 1, 2
"""
