-- A usual batch looks up its streams only: what was asked before, the index tells.
--
-- Forward only. Runs in one transaction as the owner, after 0021. Called as before, with
-- the same answers: whoever called the old function may go on.

-- Appends a batch of asks, each of some events for one stream, if all is as usual: every
-- command id is new and once in the batch, and every stream stands at ask_versions; one
-- without events stands at 0. Where an ask comes after another one to the same stream,
-- ask_afters says which, and it must go on where that ends. A missing time means "as
-- recorded". Names, actors and types are few: each is given once in words, and meant by
-- its number. Ask a lies in partition head_partitions[ask_heads[a]], which ascend, and has
-- the next ask_events[a] events. Returns the position and the leaf of each, in order.
--
-- Where anything is not as usual nothing is returned, and nothing is written: the caller
-- asks store.append, which looks again and says what is so of each ask.
--
-- route is the partition a cluster sends the call by. The heads are locked first, in
-- ascending order, and all is checked under the locks. Positions are counted here and not
-- by the caller: that there are no gaps is nobody else's to promise. The settings keep a
-- plan that was made when the tables were empty from scanning them when they are not;
-- where nothing is joined, two are enough. The third, of bitmaps, is for the heads: they
-- lie on a few pages, and to work out which of these to read, and to sort what comes of
-- it, takes longer than to walk the index.
--
-- The same batch costs store.append two fifths more: it has to be ready for an ask that
-- does not fit, and so looks up, counts and tells more, in statements that take longer to
-- start.
CREATE OR REPLACE FUNCTION store.append_many(
    route               smallint,
    words               text[],
    head_partitions     smallint[],
    ask_heads           integer[],
    ask_command_ids     uuid[],
    ask_names           integer[],
    ask_actors          integer[],
    ask_times           timestamptz[],
    ask_correlation_ids uuid[],
    ask_hashes          bytea[],
    ask_streams         uuid[],
    ask_versions        bigint[],
    ask_afters          integer[],
    ask_events          integer[],
    event_types         integer[],
    event_bodies        bytea[],
    event_times         timestamptz[]
) RETURNS TABLE (event_position bigint, event_leaf bytea)
LANGUAGE plpgsql
SET enable_seqscan = off
SET enable_bitmapscan = off
SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    asks           CONSTANT integer := cardinality(ask_heads);
    -- The locked heads, in ascending order: the last position given out so far, and when
    -- it is written to.
    heads          smallint[];
    head_positions bigint[];
    head_times     timestamptz[];
    -- By ask: where its partition stands before it.
    ask_befores    bigint[];
    -- By event: its ask, and which of the ask's events it is.
    event_asks     integer[];
    event_steps    integer[];
BEGIN
    SELECT array_agg(l.partition), array_agg(l.position),
           array_agg(greatest(clock_timestamp(), l.recorded_at))
    INTO heads, head_positions, head_times
    FROM (
        SELECT h.partition, h.position, h.recorded_at
        FROM store.partition_head AS h
        WHERE h.partition = ANY (head_partitions)
        ORDER BY h.partition
        FOR NO KEY UPDATE
    ) AS l;

    -- From here on nobody else appends to these partitions: what is read now is so. Of a
    -- long stream only the end is looked at.
    PERFORM
    FROM generate_series(1, asks) AS ask
    WHERE CASE WHEN ask_afters[ask] IS NULL THEN
            ask_versions[ask] <> coalesce((
                SELECT e.version FROM store.event AS e
                WHERE e.partition = head_partitions[ask_heads[ask]]
                  AND e.stream_id = ask_streams[ask]
                  AND e.version >= ask_versions[ask]
                ORDER BY e.version DESC LIMIT 1
            ), 0)
        ELSE
            ask <= ask_afters[ask]
            OR ask_streams[ask] <> ask_streams[ask_afters[ask]]
            OR ask_versions[ask]
                <> ask_versions[ask_afters[ask]] + ask_events[ask_afters[ask]]
        END;
    IF FOUND OR heads IS DISTINCT FROM head_partitions THEN
        RETURN;
    END IF;

    FOR ask IN 1 .. asks LOOP
        ask_befores[ask] := head_positions[ask_heads[ask]];
        head_positions[ask_heads[ask]] := ask_befores[ask] + ask_events[ask];
        FOR step IN 1 .. ask_events[ask] LOOP
            event_asks := array_append(event_asks, ask);
            event_steps := array_append(event_steps, step);
        END LOOP;
    END LOOP;

    -- A command id that is known cannot be inserted: that tells as much as looking each up
    -- before, for less. What was inserted of the others is undone then, and nothing else
    -- is written yet. Heads and events stay outside of this subtransaction: rows that were
    -- returned would not be taken back, and a head that is locked in one transaction and
    -- changed in another needs a record of both.
    BEGIN
        INSERT INTO store.command (
            partition, command_id, name, actor, asked_at, request_hash,
            first_position, last_position, streams, versions
        )
        SELECT head_partitions[ask_heads[ask]], ask_command_ids[ask],
               words[ask_names[ask]], words[ask_actors[ask]],
               coalesce(ask_times[ask], head_times[ask_heads[ask]]), ask_hashes[ask],
               ask_befores[ask] + 1, ask_befores[ask] + ask_events[ask],
               ARRAY[ask_streams[ask]], ARRAY[ask_versions[ask] + ask_events[ask]]
        FROM generate_series(1, asks) AS ask;
    EXCEPTION WHEN unique_violation THEN
        RETURN;
    END;

    UPDATE store.partition_head AS h
    SET position = head_positions[array_position(head_partitions, h.partition)],
        recorded_at = head_times[array_position(head_partitions, h.partition)]
    WHERE h.partition = ANY (head_partitions);

    RETURN QUERY
    INSERT INTO store.event AS e (
        partition, position, stream_id, version, type, body, occurred_at,
        recorded_at, command_id, actor, correlation_id, leaf
    )
    SELECT r.partition, r.position, r.stream_id, r.version, r.type, r.body,
           r.occurred_at, r.recorded_at, r.command_id, r.actor, r.correlation_id,
           store.leaf(r.partition, r.position, r.stream_id, r.version, r.type,
                      r.body, r.occurred_at, r.recorded_at, r.command_id, r.actor,
                      r.correlation_id)
    FROM (
        SELECT head_partitions[ask_heads[n.ask]] AS partition,
               ask_befores[n.ask] + n.step AS position,
               ask_streams[n.ask] AS stream_id,
               ask_versions[n.ask] + n.step AS version,
               words[event_types[n.number]] AS type,
               event_bodies[n.number] AS body,
               coalesce(event_times[n.number], head_times[ask_heads[n.ask]])
                   AS occurred_at,
               head_times[ask_heads[n.ask]] AS recorded_at,
               ask_command_ids[n.ask] AS command_id,
               words[ask_actors[n.ask]] AS actor,
               ask_correlation_ids[n.ask] AS correlation_id
        FROM unnest(event_asks, event_steps) WITH ORDINALITY AS n(ask, step, number)
        OFFSET 0  -- Fetch every field once, although the leaf needs all again.
    ) AS r
    RETURNING e.position, e.leaf;
END;
$$;
