-- Whoever loses a race is overtaken by nobody of his batch, on none of his streams.
--
-- Forward only. Runs in one transaction as the owner, after 0019. Called as before; an ask
-- of several streams without events, which is a conflict on one of them, now makes
-- conflicts of what comes later in its batch for the others.

-- Appends a batch of asks. Each ask is written whole or not at all, and its outcome
-- disturbs no other.
--
-- Nested lists are given flat: ask a has the next ask_parts[a] parts, part p the next
-- part_events[p] events. A part is events for stream part_streams[p] (an index into
-- stream_ids) if that still stands at part_versions[p], counting what earlier parts and
-- accepted asks of this batch added. A stream without events stands at 0; for a stock
-- application (any_start) it may start anywhere. A missing time means "as recorded".
-- Names, actors and types are few: each is given once in words, and meant by its number.
--
-- An ask that is not written spoils the streams it had events for: what comes later in
-- the batch was decided on events that never happened, and is a conflict even if the
-- version fits by chance. One that lost a race is asked again, and spoils all its streams:
-- nobody who came after it may overtake it on one of them.
--
-- route is the partition a cluster sends the call by; on one server it is not used, and
-- a batch mixes partitions freely.
--
-- The heads are locked first, in ascending order, and all is checked under the locks. All
-- that is read or written is read or written by one statement for the whole batch; the
-- loop between only counts, in memory. Every statement is planned once in a session; the
-- settings keep a plan that was made when the tables were empty from scanning them when
-- they are not.
CREATE OR REPLACE FUNCTION store.append(
    route               smallint,
    any_start           boolean,
    words               text[],
    ask_partitions      smallint[],
    ask_command_ids     uuid[],
    ask_names           integer[],
    ask_actors          integer[],
    ask_times           timestamptz[],
    ask_correlation_ids uuid[],
    ask_hashes          bytea[],
    ask_parts           integer[],
    part_streams        integer[],
    part_versions       bigint[],
    part_events         integer[],
    stream_partitions   smallint[],
    stream_ids          uuid[],
    event_types         integer[],
    event_bodies        bytea[],
    event_times         timestamptz[]
) RETURNS SETOF store.outcomes
LANGUAGE plpgsql
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
SET jit = off
SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    asks            CONSTANT integer := cardinality(ask_partitions);
    parts           CONSTANT integer := cardinality(part_streams);
    -- The locked heads, in ascending order, and what they come to.
    head_partitions smallint[];
    head_positions  bigint[];
    head_times      timestamptz[];
    -- By partition: which of the heads is its.
    heads           integer[];
    -- By stream: where it stands. NULL: it has no event, and may start anywhere.
    stands          bigint[];
    -- By stream: whether what comes later for it in this batch may not be written.
    spoilt          boolean[] := array_fill(false, ARRAY[cardinality(stream_ids)]);
    -- Whether a command id is known, or twice in this batch. Only then, by ask: the hash
    -- its command id was kept with; the first ask of this batch that has its command id;
    -- under that one, the ask that was accepted under the id.
    known           boolean;
    kept_hashes     bytea[];
    namesakes       integer[];
    accepted        integer[];
    -- By ask: what comes of it. Whether all are appended.
    ask_outcomes    text[]    := array_fill('appended'::text, ARRAY[asks]);
    ask_firsts      bigint[]  := array_fill(NULL::bigint, ARRAY[asks]);
    ask_lasts       bigint[]  := array_fill(NULL::bigint, ARRAY[asks]);
    all_fit         boolean   := true;
    -- By part: its ask, the events before it in this call; where its stream and its
    -- partition stood before it, if it is accepted; where its stream stands after it.
    part_asks       integer[] := array_fill(NULL::integer, ARRAY[parts]);
    part_offsets    integer[] := array_fill(NULL::integer, ARRAY[parts]);
    part_befores    bigint[]  := array_fill(NULL::bigint, ARRAY[parts]);
    part_positions  bigint[]  := array_fill(NULL::bigint, ARRAY[parts]);
    part_afters     bigint[]  := array_fill(NULL::bigint, ARRAY[parts]);
    -- Where the loop is.
    head            integer;
    head_position   bigint;
    first_part      integer := 1;
    last_part       integer;
    stream          integer;
    events          integer := 0;
    hash            bytea;
    fits            boolean;
    -- What was written.
    written_leaves  bytea[];
BEGIN
    SELECT array_agg(l.partition), array_agg(l.position),
           array_agg(greatest(clock_timestamp(), l.recorded_at))
    INTO head_partitions, head_positions, head_times
    FROM (
        SELECT h.partition, h.position, h.recorded_at
        FROM store.partition_head AS h
        WHERE h.partition = ANY (ask_partitions)
        ORDER BY h.partition
        FOR NO KEY UPDATE
    ) AS l;
    FOR each IN 1 .. coalesce(cardinality(head_partitions), 0) LOOP
        heads[head_partitions[each]] := each;
    END LOOP;

    -- From here on nobody else appends to these partitions: what is read now is so.
    SELECT (
        SELECT array_agg(coalesce(
                   (SELECT e.version FROM store.event AS e
                    WHERE e.partition = s.partition AND e.stream_id = s.stream_id
                    ORDER BY e.version DESC LIMIT 1),
                   CASE WHEN any_start THEN NULL ELSE 0 END
               ) ORDER BY s.number)
        FROM unnest(stream_partitions, stream_ids)
             WITH ORDINALITY AS s(partition, stream_id, number)
    ), EXISTS (
        SELECT FROM unnest(ask_partitions, ask_command_ids) AS a(partition, command_id)
        GROUP BY a.partition, a.command_id HAVING count(*) > 1
    ) OR EXISTS (
        SELECT FROM unnest(ask_partitions, ask_command_ids) AS a(partition, command_id)
        JOIN store.command AS c
            ON c.partition = a.partition AND c.command_id = a.command_id
    )
    INTO stands, known;

    IF known THEN
        SELECT array_agg(c.request_hash ORDER BY a.number),
               array_agg(a.namesake ORDER BY a.number)
        INTO kept_hashes, namesakes
        FROM (
            SELECT number, partition, command_id,
                   min(number) OVER (PARTITION BY partition, command_id) AS namesake
            FROM unnest(ask_partitions, ask_command_ids)
                 WITH ORDINALITY AS u(partition, command_id, number)
        ) AS a
        LEFT JOIN store.command AS c
            ON c.partition = a.partition AND c.command_id = a.command_id;
        accepted := array_fill(NULL::integer, ARRAY[asks]);
    END IF;

    FOR ask IN 1 .. asks LOOP
        head := heads[ask_partitions[ask]];
        IF head IS NULL THEN
            RAISE EXCEPTION 'This store has no partition %.', ask_partitions[ask]
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'An id was made for a store with more partitions.';
        END IF;
        last_part := first_part + ask_parts[ask] - 1;
        head_position := head_positions[head];
        ask_firsts[ask] := head_position + 1;
        fits := true;
        IF known THEN
            hash := coalesce(kept_hashes[ask], ask_hashes[accepted[namesakes[ask]]]);
            fits := hash IS NULL;
        END IF;

        FOR part IN first_part .. last_part LOOP
            stream := part_streams[part];
            IF stream_partitions[stream] <> ask_partitions[ask] THEN
                RAISE EXCEPTION 'An ask lies in one partition: % is not in %.',
                    stream_ids[stream], ask_partitions[ask]
                USING ERRCODE = 'invalid_parameter_value';
            END IF;
            part_asks[part] := ask;
            part_offsets[part] := events;
            events := events + part_events[part];
            part_befores[part] := stands[stream];
            fits := fits AND NOT spoilt[stream]
                AND coalesce(stands[stream], part_versions[part]) = part_versions[part];
            IF fits THEN
                stands[stream] := part_versions[part] + part_events[part];
                part_positions[part] := head_position;
                part_afters[part] := stands[stream];
                head_position := head_position + part_events[part];
            END IF;
        END LOOP;

        IF fits THEN
            ask_lasts[ask] := head_position;
            head_positions[head] := head_position;
            IF known AND head_position >= ask_firsts[ask] THEN
                accepted[namesakes[ask]] := ask;
            END IF;
        ELSE
            -- The same request again is answered; another one under the same name is
            -- a conflict, and whoever reads again learns why.
            all_fit := false;
            ask_outcomes[ask] :=
                CASE WHEN hash = ask_hashes[ask] THEN 'repeated' ELSE 'conflict' END;
            -- Whole or not at all: take back the parts before the one that did not fit.
            ask_lasts[ask] := head_positions[head];
            FOR part IN REVERSE last_part .. first_part LOOP
                stands[part_streams[part]] := part_befores[part];
                part_positions[part] := NULL;
                part_afters[part] := part_befores[part];
                IF part_events[part] > 0 OR ask_outcomes[ask] = 'conflict' THEN
                    spoilt[part_streams[part]] := true;
                END IF;
            END LOOP;
        END IF;
        first_part := last_part + 1;
    END LOOP;

    WITH moved AS (
        UPDATE store.partition_head AS h
        SET position = n.position, recorded_at = n.recorded_at
        FROM unnest(head_partitions, head_positions, head_times)
             AS n(partition, position, recorded_at)
        WHERE h.partition = n.partition AND h.position < n.position
    ), kept AS (
        INSERT INTO store.command (
            partition, command_id, name, actor, asked_at, request_hash,
            first_position, last_position, streams, versions
        )
        SELECT ask_partitions[p.ask], ask_command_ids[p.ask],
               words[ask_names[p.ask]], words[ask_actors[p.ask]],
               coalesce(ask_times[p.ask], head_times[heads[ask_partitions[p.ask]]]),
               ask_hashes[p.ask], ask_firsts[p.ask], ask_lasts[p.ask],
               p.streams, p.versions
        FROM (
            SELECT part_asks[number] AS ask,
                   array_agg(stream_ids[part_streams[number]] ORDER BY number)
                       AS streams,
                   array_agg(part_afters[number] ORDER BY number) AS versions
            FROM generate_series(1, parts) AS number
            WHERE part_positions[number] IS NOT NULL
            GROUP BY 1
        ) AS p
        WHERE ask_lasts[p.ask] >= ask_firsts[p.ask]
    ), written AS (
        INSERT INTO store.event (
            partition, position, stream_id, version, type, body, occurred_at,
            recorded_at, command_id, actor, correlation_id, leaf
        )
        SELECT r.partition, r.position, r.stream_id, r.version, r.type, r.body,
               r.occurred_at, r.recorded_at, r.command_id, r.actor, r.correlation_id,
               store.leaf(r.partition, r.position, r.stream_id, r.version, r.type,
                          r.body, r.occurred_at, r.recorded_at, r.command_id, r.actor,
                          r.correlation_id)
        FROM (
            SELECT ask_partitions[n.ask] AS partition,
                   part_positions[n.part] + n.step AS position,
                   stream_ids[part_streams[n.part]] AS stream_id,
                   part_versions[n.part] + n.step AS version,
                   words[event_types[n.number]] AS type,
                   event_bodies[n.number] AS body,
                   coalesce(event_times[n.number], n.recorded_at) AS occurred_at,
                   n.recorded_at,
                   ask_command_ids[n.ask] AS command_id,
                   words[ask_actors[n.ask]] AS actor,
                   ask_correlation_ids[n.ask] AS correlation_id
            FROM (
                SELECT number AS part, part_asks[number] AS ask, step,
                       part_offsets[number] + step AS number,
                       head_times[heads[ask_partitions[part_asks[number]]]]
                           AS recorded_at
                FROM generate_series(1, parts) AS number,
                     generate_series(1, part_events[number]) AS step
                WHERE part_positions[number] IS NOT NULL
                OFFSET 0  -- Number the rows first, then look up what belongs to each.
            ) AS n
            OFFSET 0  -- And fetch every field once, although the leaf needs all again.
        ) AS r
        RETURNING leaf
    )
    SELECT array_agg(w.leaf) INTO written_leaves FROM written AS w;

    RETURN QUERY
    SELECT 'appended', array_agg(number), array_agg(ask_lasts[number]),
           NULL::uuid[], NULL::bigint[], written_leaves
    FROM generate_series(1, asks) AS number
    WHERE ask_outcomes[number] = 'appended';

    IF all_fit THEN
        RETURN;
    END IF;
    -- The first receipt is read from what is stored, as at any later time.
    RETURN QUERY
    SELECT ask_outcomes[a.ask], ARRAY[a.ask],
           ARRAY[coalesce(c.last_position, ask_lasts[a.ask])],
           coalesce(c.streams, a.streams), coalesce(c.versions, a.versions),
           (SELECT array_agg(e.leaf ORDER BY e.position) FROM store.event AS e
            WHERE e.partition = c.partition
              AND e.position BETWEEN c.first_position AND c.last_position)
    FROM (
        SELECT part_asks[number] AS ask,
               array_agg(stream_ids[part_streams[number]] ORDER BY number) AS streams,
               array_agg(part_afters[number] ORDER BY number) AS versions
        FROM generate_series(1, parts) AS number
        WHERE ask_outcomes[part_asks[number]] <> 'appended'
        GROUP BY 1
    ) AS a
    LEFT JOIN store.command AS c
        ON ask_outcomes[a.ask] = 'repeated'
        AND c.partition = ask_partitions[a.ask]
        AND c.command_id = ask_command_ids[a.ask];
END;
$$;
