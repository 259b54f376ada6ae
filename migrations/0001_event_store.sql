-- The event store: one gapless log per partition, written by store.append alone.
--
-- Forward only. Runs in one transaction as the owner. The login roles redress_writer,
-- redress_projector and redress_reader exist before it runs. Afterwards the owner calls
-- store.create_partitions(n) once. docs/event-store.md tells the whole story.

CREATE SCHEMA store;

-- -- What is stored --

-- One row per partition. Its lock is the right to append, its position the last one
-- given out. It is updated all the time, so every page keeps room for new versions.
CREATE TABLE store.partition_head (
    partition   smallint    PRIMARY KEY CHECK (partition BETWEEN 0 AND 4095),
    position    bigint      NOT NULL DEFAULT 0 CHECK (position >= 0),
    recorded_at timestamptz NOT NULL DEFAULT '1970-01-01 00:00:00+00'
) WITH (
    fillfactor = 10,
    autovacuum_vacuum_threshold = 1000,
    autovacuum_vacuum_scale_factor = 0
);

-- Who asked what, and what came of it: asking twice is asking once. A command that
-- changed nothing, or was refused, leaves no row. streams and versions are where all
-- streams of the ask then stood, those without a new event included.
CREATE TABLE store.command (
    partition      smallint    NOT NULL,
    command_id     uuid        NOT NULL,
    name           text        NOT NULL,
    actor          text        NOT NULL,
    asked_at       timestamptz NOT NULL,
    request_hash   bytea       NOT NULL,
    first_position bigint      NOT NULL,
    last_position  bigint      NOT NULL CHECK (last_position >= first_position),
    streams        uuid[]      NOT NULL,
    versions       bigint[]    NOT NULL,
    PRIMARY KEY (partition, command_id)
);

-- body is the very text that was hashed into leaf. No sequence, no foreign key: the
-- head row numbers the events, and store.append writes both tables or neither.
CREATE TABLE store.event (
    partition      smallint    NOT NULL,
    position       bigint      NOT NULL CHECK (position > 0),
    stream_id      uuid        NOT NULL,
    version        bigint      NOT NULL CHECK (version >= 0),
    type           text        NOT NULL,
    body           bytea       NOT NULL,
    -- Bound so that every reader can tell it in every zone: a time that cannot be read
    -- back would be in every reader's way for ever.
    occurred_at    timestamptz NOT NULL
        CHECK (occurred_at BETWEEN '1900-01-01 00:00:00+00' AND '2300-01-01 00:00:00+00'),
    recorded_at    timestamptz NOT NULL,
    command_id     uuid        NOT NULL,
    actor          text        NOT NULL,
    correlation_id uuid        NOT NULL,
    leaf           bytea       NOT NULL CHECK (octet_length(leaf) = 32),
    PRIMARY KEY (partition, position),
    UNIQUE (partition, stream_id, version)
) WITH (
    -- Rows never change: what matters is that the planner knows how many there are.
    autovacuum_analyze_threshold = 1000,
    autovacuum_analyze_scale_factor = 0.02
);

-- Snapshots of stock applications of the eventsourcing library. Ours need none.
CREATE TABLE store.snapshot (
    partition smallint NOT NULL,
    purpose   text     NOT NULL,
    stream_id uuid     NOT NULL,
    version   bigint   NOT NULL,
    type      text     NOT NULL,
    body      bytea    NOT NULL,
    PRIMARY KEY (partition, purpose, stream_id, version)
);

-- How far a stock application has followed another one's log.
CREATE TABLE store.tracking (
    partition       smallint NOT NULL,
    follower        text     NOT NULL,
    followed        text     NOT NULL,
    notification_id bigint   NOT NULL,
    PRIMARY KEY (partition, follower, followed)
);

-- -- What is never changed --

CREATE FUNCTION store.refuse_change() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of store.% is refused: history is only ever added to.',
        TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'insufficient_privilege',
          HINT = 'Correct a mistake by a new event that says what is so.';
END;
$$;

CREATE TRIGGER event_is_append_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON store.event
    FOR EACH STATEMENT EXECUTE FUNCTION store.refuse_change();

CREATE TRIGGER command_is_append_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON store.command
    FOR EACH STATEMENT EXECUTE FUNCTION store.refuse_change();

-- -- What people read in psql --

CREATE FUNCTION store.as_json(body bytea) RETURNS jsonb
LANGUAGE plpgsql STABLE STRICT AS $$
BEGIN
    RETURN convert_from(body, 'UTF8')::jsonb;
EXCEPTION WHEN data_exception THEN
    RETURN NULL;  -- A stock application may have compressed or encrypted it.
END;
$$;

CREATE VIEW store.event_json AS
SELECT partition, position, stream_id, version, type, store.as_json(body) AS event,
       occurred_at, recorded_at, actor, command_id, correlation_id,
       encode(leaf, 'hex') AS leaf
FROM store.event;

-- -- How many partitions --

CREATE FUNCTION store.create_partitions(wanted integer) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
    existing integer;
BEGIN
    IF wanted NOT BETWEEN 1 AND 4096 THEN
        RAISE EXCEPTION 'A store has 1 to 4096 partitions, not %.', wanted
        USING ERRCODE = 'invalid_parameter_value';
    END IF;
    INSERT INTO store.partition_head (partition)
    SELECT number FROM generate_series(0, wanted - 1) AS number
    WHERE NOT EXISTS (SELECT FROM store.partition_head)
    ON CONFLICT DO NOTHING;
    SELECT count(*) INTO existing FROM store.partition_head;
    IF existing <> wanted THEN
        RAISE EXCEPTION 'This store was created with % partitions; it cannot have %.',
            existing, wanted
        USING ERRCODE = 'object_not_in_prerequisite_state',
              HINT = 'The number is chosen once: every id carries its partition.';
    END IF;
    RETURN existing;
END;
$$;

-- -- The proof of one row --

CREATE FUNCTION store.prefixed(field bytea) RETURNS bytea
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN int4send(octet_length(field)) || field;

CREATE FUNCTION store.microseconds(moment timestamptz) RETURNS bytea
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN int8send((extract(epoch FROM moment) * 1000000)::bigint);

-- The leaf hash of RFC 6962, section 2.1: SHA-256(0x00 || the row). The row is each of
-- its fields behind its length in 4 bytes, most significant first, after the name of
-- this format. application/event_store/leaf.py says the same in Python.
CREATE FUNCTION store.leaf(
    partition      smallint,
    position_      bigint,
    stream_id      uuid,
    version        bigint,
    type           text,
    body           bytea,
    occurred_at    timestamptz,
    recorded_at    timestamptz,
    command_id     uuid,
    actor          text,
    correlation_id uuid
) RETURNS bytea
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN sha256(
    '\x00'::bytea
    || store.prefixed('redress-leaf-1'::bytea)
    || store.prefixed(int2send(partition))
    || store.prefixed(int8send(position_))
    || store.prefixed(uuid_send(stream_id))
    || store.prefixed(int8send(version))
    || store.prefixed(convert_to(type, 'UTF8'))
    || store.prefixed(store.microseconds(occurred_at))
    || store.prefixed(store.microseconds(recorded_at))
    || store.prefixed(uuid_send(command_id))
    || store.prefixed(convert_to(actor, 'UTF8'))
    || store.prefixed(uuid_send(correlation_id))
    || store.prefixed(body)
);

-- -- The only way in --

-- outcome is "appended", "repeated" (the first receipt, nothing written) or "conflict"
-- (nothing written; versions say where the streams stand).
CREATE TYPE store.outcome AS (
    ask            integer,
    outcome        text,
    partition      smallint,
    last_position  bigint,
    streams        uuid[],
    versions       bigint[],
    leaves         bytea[]
);

-- Appends a batch of asks. Each ask is written whole or not at all, and its outcome
-- disturbs no other.
--
-- Nested lists are given flat: ask a has the next ask_parts[a] parts, part p the next
-- part_events[p] events. A part is events for stream part_streams[p] (an index into
-- stream_ids) if that still stands at part_versions[p], counting what earlier parts and
-- accepted asks of this batch added. A stream without events stands at 0; for a stock
-- application (any_start) it may start anywhere. A missing time means "as recorded".
--
-- An ask that is not written spoils the streams it had events for: what comes later in
-- the batch was decided on events that never happened, and is a conflict even if the
-- version fits by chance.
--
-- route is the partition a cluster sends the call by; on one server it is not used, and
-- a batch mixes partitions freely.
--
-- All that is read or written is read or written by one statement for the whole batch;
-- the loop between only counts, in memory. Every statement is planned once in a session;
-- the settings keep a plan that was made when the tables were empty from scanning them
-- when they are not.
CREATE FUNCTION store.append(
    route               smallint,
    any_start           boolean,
    ask_partitions      smallint[],
    ask_command_ids     uuid[],
    ask_names           text[],
    ask_actors          text[],
    ask_times           timestamptz[],
    ask_correlation_ids uuid[],
    ask_hashes          bytea[],
    ask_parts           integer[],
    part_streams        integer[],
    part_versions       bigint[],
    part_events         integer[],
    stream_partitions   smallint[],
    stream_ids          uuid[],
    event_types         text[],
    event_bodies        bytea[],
    event_times         timestamptz[]
) RETURNS SETOF store.outcome
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
    -- By stream: where it stands. NULL: it has no event, and may start anywhere.
    stands          bigint[];
    -- By stream: whether an ask of this batch had events for it that are not written.
    spoilt          boolean[] := array_fill(false, ARRAY[cardinality(stream_ids)]);
    -- By ask: the hash its command id was kept with; the first ask of this batch that
    -- has its command id; under that one, the ask that was accepted under the id.
    kept_hashes     bytea[];
    namesakes       integer[];
    accepted        integer[] := array_fill(NULL::integer, ARRAY[asks]);
    -- By ask: what comes of it.
    ask_heads       integer[] := array_fill(NULL::integer, ARRAY[asks]);
    ask_outcomes    text[]    := array_fill(NULL::text, ARRAY[asks]);
    ask_firsts      bigint[]  := array_fill(NULL::bigint, ARRAY[asks]);
    ask_lasts       bigint[]  := array_fill(NULL::bigint, ARRAY[asks]);
    -- By part: its ask, the events before it in this call; where its stream and its
    -- partition stood before it, if it is accepted; where its stream stands after it.
    part_asks       integer[] := array_fill(NULL::integer, ARRAY[parts]);
    part_offsets    integer[] := array_fill(NULL::integer, ARRAY[parts]);
    part_befores    bigint[]  := array_fill(NULL::bigint, ARRAY[parts]);
    part_positions  bigint[]  := array_fill(NULL::bigint, ARRAY[parts]);
    part_afters     bigint[]  := array_fill(NULL::bigint, ARRAY[parts]);
    -- Where the loop is.
    head            integer;
    first_part      integer := 1;
    last_part       integer;
    stream          integer;
    events          integer := 0;
    hash            bytea;
    fits            boolean;
BEGIN
    WITH locked AS MATERIALIZED (
        SELECT h.partition, h.position, h.recorded_at
        FROM store.partition_head AS h
        WHERE h.partition = ANY (ask_partitions)
        ORDER BY h.partition
        FOR NO KEY UPDATE
    )
    SELECT array_agg(l.partition), array_agg(l.position),
           array_agg(greatest(clock_timestamp(), l.recorded_at))
    INTO head_partitions, head_positions, head_times
    FROM locked AS l;

    -- From here on nobody else appends to these partitions: what is read now is so.
    SELECT array_agg(coalesce(
               (SELECT e.version FROM store.event AS e
                WHERE e.partition = s.partition AND e.stream_id = s.stream_id
                ORDER BY e.version DESC LIMIT 1),
               CASE WHEN any_start THEN NULL ELSE 0 END
           ) ORDER BY s.number)
    INTO stands
    FROM unnest(stream_partitions, stream_ids)
         WITH ORDINALITY AS s(partition, stream_id, number);

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

    FOR ask IN 1 .. asks LOOP
        head := array_position(head_partitions, ask_partitions[ask]);
        IF head IS NULL THEN
            RAISE EXCEPTION 'This store has no partition %.', ask_partitions[ask]
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'An id was made for a store with more partitions.';
        END IF;
        ask_heads[ask] := head;
        last_part := first_part + ask_parts[ask] - 1;
        hash := coalesce(kept_hashes[ask], ask_hashes[accepted[namesakes[ask]]]);
        fits := hash IS NULL;
        ask_firsts[ask] := head_positions[head] + 1;

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
            IF fits THEN
                fits := NOT spoilt[stream]
                    AND coalesce(stands[stream], part_versions[part])
                        = part_versions[part];
            END IF;
            IF fits THEN
                stands[stream] := part_versions[part] + part_events[part];
                part_positions[part] := head_positions[head];
                head_positions[head] := head_positions[head] + part_events[part];
            END IF;
            part_afters[part] := stands[stream];
        END LOOP;

        ask_lasts[ask] := head_positions[head];
        IF fits THEN
            ask_outcomes[ask] := 'appended';
            IF ask_lasts[ask] >= ask_firsts[ask] THEN
                accepted[namesakes[ask]] := ask;
            END IF;
        ELSE
            -- The same request again is answered; another one under the same name is
            -- a conflict, and whoever reads again learns why.
            ask_outcomes[ask] :=
                CASE WHEN hash = ask_hashes[ask] THEN 'repeated' ELSE 'conflict' END;
            -- Whole or not at all: take back the parts before the one that did not fit.
            head_positions[head] := ask_firsts[ask] - 1;
            ask_lasts[ask] := head_positions[head];
            FOR part IN REVERSE last_part .. first_part LOOP
                stands[part_streams[part]] := part_befores[part];
                part_positions[part] := NULL;
                part_afters[part] := part_befores[part];
                IF part_events[part] > 0 THEN
                    spoilt[part_streams[part]] := true;
                END IF;
            END LOOP;
        END IF;
        first_part := last_part + 1;
    END LOOP;

    UPDATE store.partition_head AS h
    SET position = n.position, recorded_at = n.recorded_at
    FROM unnest(head_partitions, head_positions, head_times)
         AS n(partition, position, recorded_at)
    WHERE h.partition = n.partition AND h.position < n.position;

    INSERT INTO store.command (
        partition, command_id, name, actor, asked_at, request_hash,
        first_position, last_position, streams, versions
    )
    SELECT ask_partitions[p.ask], ask_command_ids[p.ask], ask_names[p.ask],
           ask_actors[p.ask], coalesce(ask_times[p.ask], head_times[ask_heads[p.ask]]),
           ask_hashes[p.ask], ask_firsts[p.ask], ask_lasts[p.ask],
           p.streams, p.versions
    FROM (
        SELECT part_asks[number] AS ask,
               array_agg(stream_ids[part_streams[number]] ORDER BY number) AS streams,
               array_agg(part_afters[number] ORDER BY number) AS versions
        FROM generate_series(1, parts) AS number
        WHERE part_positions[number] IS NOT NULL
        GROUP BY 1
    ) AS p
    WHERE ask_lasts[p.ask] >= ask_firsts[p.ask];

    INSERT INTO store.event (
        partition, position, stream_id, version, type, body, occurred_at, recorded_at,
        command_id, actor, correlation_id, leaf
    )
    SELECT r.partition, r.position, r.stream_id, r.version, r.type, r.body,
           r.occurred_at, r.recorded_at, r.command_id, r.actor, r.correlation_id,
           store.leaf(r.partition, r.position, r.stream_id, r.version, r.type, r.body,
                      r.occurred_at, r.recorded_at, r.command_id, r.actor,
                      r.correlation_id)
    FROM (
        SELECT ask_partitions[n.ask] AS partition,
               part_positions[n.part] + n.step AS position,
               stream_ids[part_streams[n.part]] AS stream_id,
               part_versions[n.part] + n.step AS version,
               event_types[n.number] AS type,
               event_bodies[n.number] AS body,
               coalesce(event_times[n.number], head_times[ask_heads[n.ask]])
                   AS occurred_at,
               head_times[ask_heads[n.ask]] AS recorded_at,
               ask_command_ids[n.ask] AS command_id,
               ask_actors[n.ask] AS actor,
               ask_correlation_ids[n.ask] AS correlation_id
        FROM (
            SELECT number AS part, part_asks[number] AS ask, step,
                   part_offsets[number] + step AS number
            FROM generate_series(1, parts) AS number,
                 generate_series(1, part_events[number]) AS step
            WHERE part_positions[number] IS NOT NULL
            OFFSET 0  -- Number the rows first, then look up what belongs to each.
        ) AS n
        OFFSET 0  -- And fetch every field once, although the leaf needs all again.
    ) AS r;

    -- A receipt is read from what is stored, now as at any later time.
    RETURN QUERY
    SELECT a.ask, ask_outcomes[a.ask], ask_partitions[a.ask],
           coalesce(c.last_position, ask_lasts[a.ask]),
           coalesce(c.streams, a.streams), coalesce(c.versions, a.versions),
           (SELECT array_agg(e.leaf ORDER BY e.position) FROM store.event AS e
            WHERE e.partition = c.partition
              AND e.position BETWEEN c.first_position AND c.last_position)
    FROM (
        SELECT part_asks[number] AS ask,
               array_agg(stream_ids[part_streams[number]] ORDER BY number) AS streams,
               array_agg(part_afters[number] ORDER BY number) AS versions
        FROM generate_series(1, parts) AS number
        GROUP BY 1
    ) AS a
    LEFT JOIN store.command AS c
        ON ask_outcomes[a.ask] <> 'conflict'
        AND c.partition = ask_partitions[a.ask]
        AND c.command_id = ask_command_ids[a.ask]
    ORDER BY a.ask;
END;
$$;

-- -- Who may do what --

REVOKE ALL ON FUNCTION store.append, store.create_partitions FROM PUBLIC;

GRANT USAGE ON SCHEMA store TO redress_writer, redress_projector, redress_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA store
    TO redress_writer, redress_projector, redress_reader;

GRANT INSERT ON store.event, store.command, store.snapshot TO redress_writer;
GRANT INSERT, UPDATE ON store.tracking TO redress_writer;
GRANT UPDATE (position, recorded_at) ON store.partition_head TO redress_writer;
GRANT EXECUTE ON FUNCTION store.append TO redress_writer;
