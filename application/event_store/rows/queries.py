"""What the store asks PostgreSQL when it reads."""

from application.event_store.rows.row import COLUMNS

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
# A page of what happened, in one row: types and bodies a line each. Neither has a line
# end in it, and if one has, the lines are too many.
LINES = r"""
    count(*), string_agg(e.type, E'\n' ORDER BY {order}),
    string_agg(e.body, '\x0a'::bytea ORDER BY {order})
"""
# A row for each stream, with its number, and no more of it than a decision needs: the
# rest is half of what it weighs, and each row by itself costs as much as its event.
LOADED = "s.number, e.position, e.count, e.types, e.bodies"
LOADED_OF = f"""
    FROM unnest(%b::smallint[], %b::uuid[])
         WITH ORDINALITY AS s (partition, stream_id, number)
    CROSS JOIN LATERAL (
        SELECT max(e.position), {LINES.format(order="e.version")}
        FROM (
            SELECT * FROM store.event AS e
            WHERE e.partition = s.partition AND e.stream_id = s.stream_id
            ORDER BY e.version
        ) AS e
        HAVING count(*) > 0
    ) AS e (position, count, types, bodies)
"""  # noqa: S608 - of the constants above
LOAD = f"SELECT {LOADED} {LOADED_OF}"
# And one for each receipt, with the number of its command below zero.
LOAD_AND_SEEN = f"""
    SELECT {LOADED}, NULL::uuid[], NULL::bigint[], NULL::bytea[] {LOADED_OF}
    UNION ALL
    SELECT -a.number, c.last_position, 0, NULL, c.request_hash, c.streams, c.versions,
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
# Of the log no more than what it comes to: whose events they are, 16 bytes each, and a
# page of lines.
HAPPENED = f"""
    SELECT string_agg(uuid_send(e.stream_id), '' ORDER BY e.position),
           {LINES.format(order="e.position")}
    FROM (
        SELECT * FROM store.event AS e
        WHERE e.partition = %s AND e.position > %s
        ORDER BY e.position LIMIT %s
    ) AS e
    HAVING count(*) > 0
"""  # noqa: S608 - of the constants above
