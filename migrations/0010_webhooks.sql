-- Webhooks: what consumers, merchants, creators and partners may know of the log in
-- public words, where they want to be told, and what was told.
--
-- Forward only. Runs in one transaction as the owner, after 0009.
-- docs/webhooks.md tells the whole story.

-- -- Public events: a projection --

-- audience is whose the event is, as "consumer:NAME", "merchant:NAME" or "creator:NAME";
-- '' for events of streams of which nobody has said yet whose they are. shown is the
-- position from which on that audience is told: the event's own, or that of the event
-- that named the audience.
CREATE TABLE projection.public_event_v1 (
    partition smallint NOT NULL,
    position  bigint   NOT NULL,
    audience  text     NOT NULL,
    shown     bigint   NOT NULL,
    stream_id uuid     NOT NULL,
    version   bigint   NOT NULL,
    type      text     NOT NULL,
    PRIMARY KEY (partition, stream_id, position, audience)
);
-- One walk for each partition, from where a reader last was.
CREATE INDEX public_event_v1_as_shown
    ON projection.public_event_v1 (audience, partition, shown, position)
    WHERE audience <> '';

-- Whose each stream is, and since which position that is known.
CREATE TABLE projection.public_audience_v1 (
    partition smallint NOT NULL,
    stream_id uuid     NOT NULL,
    audience  text     NOT NULL,
    since     bigint   NOT NULL,
    PRIMARY KEY (partition, stream_id, audience)
);

CREATE VIEW projection.public_event AS
SELECT * FROM projection.public_event_v1 WHERE audience <> '';

GRANT SELECT ON projection.public_event_v1, projection.public_audience_v1,
      projection.public_event TO redress_writer, redress_projector, redress_reader;
GRANT INSERT, UPDATE, DELETE
   ON projection.public_event_v1, projection.public_audience_v1 TO redress_projector;

-- -- Endpoints and deliveries: no projections, nothing can rebuild them --

CREATE SCHEMA webhook;

-- owner is who may see to it, audiences whose events it is told, types which of them, as
-- patterns in which * stands for anything. Secrets are sealed under a key of the
-- installation; the previous one signs too until previous_until. failing_since is the
-- first failure after the last success.
CREATE TABLE webhook.endpoint (
    endpoint_id     uuid        PRIMARY KEY,
    owner           text        NOT NULL,
    audiences       text[]      NOT NULL CHECK (audiences <> '{}'),
    url             text        NOT NULL CHECK (length(url) <= 2048),
    types           text[]      NOT NULL CHECK (types <> '{}'),
    state           text        NOT NULL DEFAULT 'active'
                    CHECK (state IN ('active', 'disabled')),
    reason          text,
    secret          bytea       NOT NULL,
    previous_secret bytea,
    previous_until  timestamptz,
    rotation        uuid,
    failing_since   timestamptz,
    created_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    CHECK ((state = 'disabled') = (reason IS NOT NULL)),
    CHECK ((previous_secret IS NULL) = (previous_until IS NULL))
);
CREATE INDEX endpoint_owner ON webhook.endpoint (owner, created_at);

-- One row per event and endpoint. attempts counts those since it was last asked for,
-- claims all there ever were; leased_until is how long a claim is somebody's. What came
-- back is kept as a status and a short reason, never as their words.
CREATE TABLE webhook.delivery (
    delivery_id  uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
    endpoint_id  uuid        NOT NULL REFERENCES webhook.endpoint ON DELETE CASCADE,
    event_id     text        NOT NULL CHECK (event_id !~ '[.]'),
    type         text        NOT NULL,
    stream_id    uuid,
    version      bigint,
    state        text        NOT NULL DEFAULT 'pending'
                 CHECK (state IN ('pending', 'delivered', 'dead')),
    attempts     integer     NOT NULL DEFAULT 0,
    claims       integer     NOT NULL DEFAULT 0,
    due_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
    leased_until timestamptz,
    last_at      timestamptz,
    last_status  integer,
    last_failure text,
    created_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    settled_at   timestamptz,
    UNIQUE (endpoint_id, event_id),
    CHECK ((stream_id IS NULL) = (version IS NULL))
);
CREATE INDEX delivery_due ON webhook.delivery (endpoint_id, due_at, delivery_id)
    WHERE state = 'pending';
CREATE INDEX delivery_newest ON webhook.delivery (endpoint_id, created_at, delivery_id);
CREATE INDEX delivery_dead ON webhook.delivery (settled_at, delivery_id)
    WHERE state = 'dead';
CREATE INDEX delivery_delivered ON webhook.delivery (settled_at)
    WHERE state = 'delivered';

-- How far deliveries were made out of the public events, by partition. The lock of a row
-- is the right to go on there.
CREATE TABLE webhook.checkpoint (
    partition smallint PRIMARY KEY,
    position  bigint   NOT NULL CHECK (position >= 0)
);

-- -- Who may do what --

GRANT USAGE ON SCHEMA webhook TO redress_writer, redress_reader;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA webhook TO redress_writer;
-- A reader never sees a secret, not even a sealed one.
GRANT SELECT (
    endpoint_id, owner, audiences, url, types, state, reason, previous_until,
    failing_since, created_at
) ON webhook.endpoint TO redress_reader;
GRANT SELECT ON webhook.delivery, webhook.checkpoint TO redress_reader;
