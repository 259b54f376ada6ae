"""The statements by which deliveries are made, claimed, settled and listed."""

from typing import Final

PREPARE = """
INSERT INTO webhook.checkpoint (partition, position)
SELECT partition, 0 FROM store.partition_head
    ON CONFLICT DO NOTHING
"""

# Rows and checkpoint at once, and never a statement per event. A consumer's endpoint
# hears of all names that are the same person, as they are linked now.
FILL = """
WITH RECURSIVE behind AS MATERIALIZED (
     SELECT own.partition, own.position,
            least(read.position, own.position + %(positions_max)s) AS upto
       FROM webhook.checkpoint AS own
       JOIN projection.checkpoint AS read USING (partition)
      WHERE (read.projection, read.version) = (%(projection)s, %(version)s)
        AND read.position > own.position
        FOR UPDATE OF own SKIP LOCKED),
     listening (endpoint_id, audience) AS (
     SELECT endpoint_id, unnest(audiences) FROM webhook.endpoint WHERE state = 'active'
      UNION
     SELECT listening.endpoint_id, 'consumer:' || linked.consumer
       FROM listening
      CROSS JOIN LATERAL (
            SELECT link.other AS consumer FROM projection.consumer_link AS link
             WHERE link.consumer = substr(listening.audience, 10)
             UNION ALL
            SELECT link.consumer FROM projection.consumer_link AS link
             WHERE link.other = substr(listening.audience, 10)) AS linked
      WHERE starts_with(listening.audience, 'consumer:')
     ),
     filled AS (
     INSERT INTO webhook.delivery (endpoint_id, event_id, type, stream_id, version)
     SELECT DISTINCT ON (event.partition, event.position, listening.endpoint_id)
            listening.endpoint_id,
            'evt_' || event.partition || '_' || event.position, event.type,
            event.stream_id, event.version
       FROM behind
      CROSS JOIN listening
       JOIN webhook.endpoint USING (endpoint_id)
       JOIN projection.public_event AS event
         ON event.audience = listening.audience
        AND event.partition = behind.partition
        AND event.shown > behind.position AND event.shown <= behind.upto
        AND event.type LIKE ANY (
            SELECT replace(replace(pattern, '_', '\\_'), '*', '%%')
              FROM unnest(endpoint.types) AS pattern)
      ORDER BY event.partition, event.position
         ON CONFLICT (endpoint_id, event_id) DO NOTHING
     RETURNING 1),
     moved AS (
     UPDATE webhook.checkpoint AS own SET position = behind.upto
       FROM behind WHERE own.partition = behind.partition
     RETURNING 1)
SELECT (SELECT count(*) FROM filled), (SELECT count(*) FROM moved)
"""

# The longest due of each endpoint that is not being told something already.
CLAIM = """
  WITH moment AS (SELECT coalesce(%(now)s, clock_timestamp()) AS now),
       due AS MATERIALIZED (
       SELECT delivery.delivery_id
         FROM webhook.endpoint
        CROSS JOIN moment
        CROSS JOIN LATERAL (
              SELECT delivery_id FROM webhook.delivery AS waiting
               WHERE waiting.endpoint_id = endpoint.endpoint_id
                 AND waiting.state = 'pending' AND waiting.due_at <= moment.now
                 AND coalesce(waiting.leased_until, '-infinity') <= moment.now
                 AND (endpoint.state = 'active' OR waiting.type = %(ping)s)
               ORDER BY waiting.due_at, waiting.delivery_id
               LIMIT %(at_once_max)s
                 FOR UPDATE SKIP LOCKED) AS delivery
        WHERE NOT endpoint.endpoint_id = ANY (%(busy)s::uuid[])
        LIMIT %(limit)s)
UPDATE webhook.delivery AS delivery
   SET leased_until = moment.now + %(lease)s, claims = delivery.claims + 1,
       attempts = delivery.attempts + 1, last_at = moment.now
  FROM due, moment, webhook.endpoint
 WHERE delivery.delivery_id = due.delivery_id
   AND endpoint.endpoint_id = delivery.endpoint_id
RETURNING delivery.delivery_id, delivery.endpoint_id, endpoint.url, delivery.event_id,
          delivery.type, delivery.stream_id, delivery.version, delivery.attempts,
          delivery.claims, delivery.created_at
"""

# Whoever's lease ran out and whose row was claimed again has no say any more.
SETTLE = """
  WITH moment AS (SELECT coalesce(%(now)s, clock_timestamp()) AS now),
       settled AS (
       UPDATE webhook.delivery AS delivery
          SET state = %(state)s, leased_until = NULL, last_status = %(status)s,
              last_failure = %(failure)s,
              due_at = CASE WHEN %(state)s = 'pending'
                            THEN moment.now + %(delay)s * (1 + 0.1 * random())
                            ELSE delivery.due_at END,
              settled_at = CASE WHEN %(state)s <> 'pending' THEN moment.now END
         FROM moment
        WHERE delivery_id = %(delivery_id)s AND claims = %(claims)s
       RETURNING endpoint_id)
UPDATE webhook.endpoint AS endpoint
   SET failing_since = CASE WHEN %(state)s = 'delivered' THEN NULL
                            ELSE coalesce(failing_since, moment.now) END,
       state = CASE WHEN %(state)s = 'delivered' THEN 'active'
                    WHEN %(gone)s OR failing_since < moment.now - %(failing_max)s
                    THEN 'disabled' ELSE endpoint.state END,
       reason = CASE WHEN %(state)s = 'delivered' THEN NULL
                     WHEN %(gone)s THEN 'gone'
                     WHEN failing_since < moment.now - %(failing_max)s THEN 'failing'
                     ELSE endpoint.reason END
  FROM settled, moment
 WHERE endpoint.endpoint_id = settled.endpoint_id
"""

FIELDS: Final = """
       delivery_id, endpoint_id, event_id, type, state, attempts, claims, due_at,
       last_at, last_status, last_failure, created_at, settled_at
"""
LIST = f"""
SELECT {FIELDS} FROM webhook.delivery
 WHERE (%(endpoint_id)s::uuid IS NULL OR endpoint_id = %(endpoint_id)s)
   AND (%(state)s::text IS NULL OR state = %(state)s)
   AND (%(after)s::timestamptz IS NULL
        OR (created_at, delivery_id) < (%(after)s, %(last)s::uuid))
 ORDER BY created_at DESC, delivery_id DESC
 LIMIT %(limit)s
"""  # noqa: S608 - the columns are the constant above
FIND = f"""
SELECT {FIELDS} FROM webhook.delivery WHERE delivery_id = %(delivery_id)s
"""  # noqa: S608 - the columns are the constant above
# What is still under way goes on as it is.
RESEND = f"""
UPDATE webhook.delivery
   SET state = 'pending', attempts = 0, settled_at = NULL, leased_until = NULL,
       due_at = coalesce(%(now)s, clock_timestamp())
 WHERE delivery_id = %(delivery_id)s AND endpoint_id = %(endpoint_id)s
   AND state <> 'pending'
RETURNING {FIELDS}
"""  # noqa: S608 - the columns are the constant above
PING_IT = """
INSERT INTO webhook.delivery (delivery_id, endpoint_id, event_id, type, due_at)
SELECT %(delivery_id)s, %(endpoint_id)s, 'ping_' || %(delivery_id)s, %(ping)s,
       coalesce(%(now)s, clock_timestamp())
    ON CONFLICT DO NOTHING
"""
FORGET = """
DELETE FROM webhook.delivery
 WHERE delivery_id IN (
       SELECT delivery_id FROM webhook.delivery
        WHERE state = 'delivered'
          AND settled_at < coalesce(%(now)s, clock_timestamp()) - %(kept)s
        ORDER BY settled_at
        LIMIT 1000
          FOR UPDATE SKIP LOCKED)
"""
