"""What the store asks PostgreSQL when it reads."""

from application.event_store.rows import COLUMNS

HEADS = "SELECT partition, position FROM store.partition_head ORDER BY partition"
# The inner ORDER BY makes each stream one walk along its index, whatever the planner
# believes about the size of the table.
OF_STREAMS = """
    FROM unnest(%b::smallint[], %b::uuid[])
         WITH ORDINALITY AS s (partition, stream_id, number)
    CROSS JOIN LATERAL (
        SELECT * FROM store.event AS e
        WHERE e.partition = s.partition AND e.stream_id = s.stream_id
        ORDER BY e.version
    ) AS e
"""
STREAMS = f"SELECT {COLUMNS} {OF_STREAMS}"
# A row for each event, with the number of its stream, and no more of it than a decision
# needs: the rest is half of what the rows weigh.
LOADED = "s.number, e.position, e.type, e.body"
LOAD = f"SELECT {LOADED} {OF_STREAMS}"
# And one for each receipt, with the number of its command below zero.
LOAD_AND_SEEN = f"""
    SELECT {LOADED}, NULL::uuid[], NULL::bigint[], NULL::bytea[] {OF_STREAMS}
    UNION ALL
    SELECT -a.number, c.last_position, NULL, c.request_hash, c.streams, c.versions,
           array(
               SELECT e.leaf FROM store.event AS e
               WHERE e.partition = c.partition
                 AND e.position BETWEEN c.first_position AND c.last_position
               ORDER BY e.position
           )
    FROM unnest(%b::smallint[], %b::uuid[])
         WITH ORDINALITY AS a (partition, command_id, number)
    CROSS JOIN LATERAL (
        SELECT * FROM store.command AS c
        WHERE c.partition = a.partition AND c.command_id = a.command_id
        LIMIT 1
    ) AS c
"""  # noqa: S608 - of the constants above
READ = f"""
    SELECT {COLUMNS} FROM store.event AS e
    WHERE e.partition = %s AND e.position > %s
    ORDER BY e.position LIMIT %s
"""  # noqa: S608 - the columns are the constant above
# Of the log no more than what it comes to.
HAPPENED = """
    SELECT e.stream_id, e.type, e.body FROM store.event AS e
    WHERE e.partition = %s AND e.position > %s
    ORDER BY e.position LIMIT %s
"""
