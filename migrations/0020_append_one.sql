-- One ask alone is written for less: most of its price was the starting of statements.
--
-- Forward only. Runs in one transaction as the owner, after 0019. store.append stays as it
-- is: this is a quicker way to the same rows for the smallest batch, and whatever it does
-- not take is for store.append to answer.

-- -- The smallest batch --

-- Appends one ask of a few events for one stream, as a click makes it, if all is as usual:
-- its command id is new, and the stream still stands at ask_version. A stream without
-- events stands at 0; for a stock application (any_start) it may start anywhere. A missing
-- time means "as recorded". Returns the last position and the leaves, in order.
--
-- Whatever is not as usual (a command id that is known, a stream that has moved on, a
-- partition that is not there) is answered by NULLs, and nothing is written: the caller
-- asks store.append, which looks again and says what is so.
--
-- ask_partition, the first argument, is also what a cluster sends the call by. The head is
-- locked first, and all is checked under the lock. The settings keep a plan that was made
-- when the tables were empty from scanning them when they are not; each has a price in
-- every call, so that here, where nothing is joined, there are two.
--
-- The same ask costs store.append half as much again and more: to start a statement that
-- takes arrays apart, and joins and collects them, costs more than to run it for one row.
CREATE FUNCTION store.append_one(
    ask_partition      smallint,
    any_start          boolean,
    ask_command_id     uuid,
    ask_name           text,
    ask_actor          text,
    ask_time           timestamptz,
    ask_correlation_id uuid,
    ask_hash           bytea,
    ask_stream         uuid,
    ask_version        bigint,
    event_types        text[],
    event_bodies       bytea[],
    event_times        timestamptz[],
    OUT last_position  bigint,
    OUT leaves         bytea[]
)
LANGUAGE plpgsql
SET enable_seqscan = off
SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    events        CONSTANT integer := cardinality(event_types);
    head_position bigint;
    head_time     timestamptz;
    as_usual      boolean;
    event_time    timestamptz;
    event_leaf    bytea;
BEGIN
    SELECT h.position, h.recorded_at
    INTO head_position, head_time
    FROM store.partition_head AS h
    WHERE h.partition = ask_partition
    FOR NO KEY UPDATE;

    -- From here on nobody else appends to this partition: what is read now is so.
    SELECT NOT EXISTS (
               SELECT FROM store.command AS c
               WHERE c.partition = ask_partition AND c.command_id = ask_command_id
           ) AND ask_version = coalesce(
               (SELECT e.version FROM store.event AS e
                WHERE e.partition = ask_partition AND e.stream_id = ask_stream
                ORDER BY e.version DESC LIMIT 1),
               CASE WHEN any_start THEN ask_version ELSE 0 END
           )
    INTO as_usual;
    IF head_position IS NULL OR NOT as_usual THEN
        RETURN;
    END IF;
    head_time := greatest(clock_timestamp(), head_time);

    UPDATE store.partition_head AS h
    SET position = head_position + events, recorded_at = head_time
    WHERE h.partition = ask_partition;

    INSERT INTO store.command (
        partition, command_id, name, actor, asked_at, request_hash,
        first_position, last_position, streams, versions
    )
    VALUES (
        ask_partition, ask_command_id, ask_name, ask_actor,
        coalesce(ask_time, head_time), ask_hash,
        head_position + 1, head_position + events,
        ARRAY[ask_stream], ARRAY[ask_version + events]
    );

    FOR each IN 1 .. events LOOP
        event_time := coalesce(event_times[each], head_time);
        INSERT INTO store.event (
            partition, position, stream_id, version, type, body, occurred_at,
            recorded_at, command_id, actor, correlation_id, leaf
        )
        VALUES (
            ask_partition, head_position + each, ask_stream, ask_version + each,
            event_types[each], event_bodies[each], event_time,
            head_time, ask_command_id, ask_actor, ask_correlation_id,
            store.leaf(ask_partition, head_position + each, ask_stream,
                       ask_version + each, event_types[each], event_bodies[each],
                       event_time, head_time, ask_command_id, ask_actor,
                       ask_correlation_id)
        )
        RETURNING leaf INTO event_leaf;
        leaves[each] := event_leaf;
    END LOOP;
    last_position := head_position + events;
END;
$$;

-- -- Who may do what --

REVOKE ALL ON FUNCTION store.append_one FROM PUBLIC;
GRANT EXECUTE ON FUNCTION store.append_one TO redress_writer;
