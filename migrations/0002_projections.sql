-- Projections: what is asked often, filled from the log and rebuildable from it, and
-- what the process managers keep between rounds.
--
-- Forward only. Runs in one transaction as the owner, after 0001. A table carries the
-- version of the projection that fills it; people and programs ask the view of the plain
-- name. Every row is keyed by its partition first, so that it lies beside its events.
-- docs/projections.md tells the whole story.

CREATE SCHEMA projection;
CREATE SCHEMA scratch;
CREATE SCHEMA process;

-- -- How far everyone has read --

-- The lock of a row is the right to move this projection on in this partition.
CREATE TABLE projection.checkpoint (
    projection text     NOT NULL,
    version    integer  NOT NULL,
    partition  smallint NOT NULL,
    position   bigint   NOT NULL DEFAULT 0 CHECK (position >= 0),
    PRIMARY KEY (projection, version, partition)
) WITH (
    fillfactor = 20,
    autovacuum_vacuum_threshold = 1000,
    autovacuum_vacuum_scale_factor = 0
);

-- A stream that a projection could not read on from this position: it waits here, and
-- the rest of its partition goes on.
CREATE TABLE projection.parked (
    projection text        NOT NULL,
    version    integer     NOT NULL,
    partition  smallint    NOT NULL,
    stream_id  uuid        NOT NULL,
    position   bigint      NOT NULL,
    reason     text        NOT NULL,
    parked_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    attempts   integer     NOT NULL DEFAULT 1,
    PRIMARY KEY (projection, version, partition, stream_id)
);

-- -- Trust timeline --

-- consumer is NULL until the stream says whose it is; shown is the position from which
-- on the timeline shows the entry: its own, or that of the event that named the consumer.
CREATE TABLE projection.timeline_v1 (
    partition   smallint    NOT NULL,
    position    bigint      NOT NULL,
    shown       bigint      NOT NULL,
    stream_id   uuid        NOT NULL,
    version     bigint      NOT NULL,
    consumer    text,
    order_id    uuid,
    kind        text        NOT NULL,
    code        text        NOT NULL,
    occurred_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    facts       jsonb       NOT NULL,
    PRIMARY KEY (partition, position)
);
CREATE INDEX timeline_v1_newest_first
    ON projection.timeline_v1 (consumer, occurred_at, partition, position)
    WHERE consumer IS NOT NULL;
CREATE INDEX timeline_v1_as_shown
    ON projection.timeline_v1 (consumer, partition, shown)
    WHERE consumer IS NOT NULL;
CREATE INDEX timeline_v1_unclaimed
    ON projection.timeline_v1 (partition, stream_id)
    WHERE consumer IS NULL;

-- Whose each stream is.
CREATE TABLE projection.timeline_owner_v1 (
    partition smallint NOT NULL,
    stream_id uuid     NOT NULL,
    consumer  text     NOT NULL,
    PRIMARY KEY (partition, stream_id)
);

CREATE VIEW projection.timeline AS SELECT * FROM projection.timeline_v1;

-- -- Persons: which consumers are one --

CREATE TABLE projection.consumer_link_v1 (
    partition smallint    NOT NULL,
    stream_id uuid        NOT NULL,
    consumer  text        NOT NULL,
    other     text        NOT NULL,
    basis     text        NOT NULL,
    linked_at timestamptz NOT NULL,
    PRIMARY KEY (partition, stream_id, other)
);
CREATE INDEX consumer_link_v1_forth ON projection.consumer_link_v1 (consumer);
CREATE INDEX consumer_link_v1_back ON projection.consumer_link_v1 (other);

CREATE VIEW projection.consumer_link AS SELECT * FROM projection.consumer_link_v1;

-- -- Promise board --

-- due_at is NULL until the clock of the promise starts; such a promise comes last.
CREATE TABLE projection.promise_board_v1 (
    partition     smallint    NOT NULL,
    order_id      uuid        NOT NULL,
    promise       text        NOT NULL,
    kind          text        NOT NULL,
    source        text        NOT NULL,
    by            text,
    line          integer,
    standing      text        NOT NULL,
    made_at       timestamptz NOT NULL,
    due_at        timestamptz,
    first_due_at  timestamptz,
    met_at        timestamptz,
    late_seconds  bigint,
    ahead_seconds bigint,
    evidence      text,
    policy        text        NOT NULL,
    version       bigint      NOT NULL,
    consumer      text,
    order_source  text,
    merchant      text,
    creator       text,
    carrier       text,
    PRIMARY KEY (partition, order_id, promise)
);
CREATE INDEX promise_board_v1_soonest_first ON projection.promise_board_v1
    (standing, coalesce(due_at, 'infinity'::timestamptz), partition, order_id, promise);
CREATE INDEX promise_board_v1_of_merchant ON projection.promise_board_v1
    (merchant, coalesce(due_at, 'infinity'::timestamptz), partition, order_id, promise)
    WHERE merchant IS NOT NULL;
CREATE INDEX promise_board_v1_of_creator ON projection.promise_board_v1
    (creator, coalesce(due_at, 'infinity'::timestamptz), partition, order_id, promise)
    WHERE creator IS NOT NULL;
CREATE INDEX promise_board_v1_of_carrier ON projection.promise_board_v1
    (carrier, coalesce(due_at, 'infinity'::timestamptz), partition, order_id, promise)
    WHERE carrier IS NOT NULL;

-- What all promises of an order share, known before or after they are made: the earliest
-- placement as it was told, whose it is if it was only named, and the carrier of the
-- earliest shipment.
CREATE TABLE projection.promise_order_v1 (
    partition  smallint NOT NULL,
    order_id   uuid     NOT NULL,
    placement  bytea,
    consumer   text,
    source     text,
    shipped_at timestamptz,
    carrier    text,
    PRIMARY KEY (partition, order_id)
);

CREATE VIEW projection.promise_board AS SELECT * FROM projection.promise_board_v1;

-- -- Reference index --

-- Several streams may claim one name; source is NULL until the stream says whose it is.
CREATE TABLE projection.reference_v1 (
    partition smallint NOT NULL,
    stream_id uuid     NOT NULL,
    kind      text     NOT NULL,
    name      text     NOT NULL,
    source    text,
    consumer  text,
    parcel    text,
    PRIMARY KEY (partition, stream_id, kind, name)
);
CREATE INDEX reference_v1_by_name ON projection.reference_v1 (name, kind);

CREATE VIEW projection.reference AS SELECT * FROM projection.reference_v1;

-- -- Order page --

-- state is the order as its events left it, so that a later batch goes on from there.
-- Amounts are minor units of currency; tenders, escrow and parcels are read by people.
CREATE TABLE projection.order_page_v1 (
    partition       smallint NOT NULL,
    order_id        uuid     NOT NULL,
    version         bigint   NOT NULL,
    state           bytea    NOT NULL,
    consumer        text,
    source          text,
    number          text,
    status          text     NOT NULL,
    placed_at       timestamptz,
    paid_at         timestamptz,
    shipped_at      timestamptz,
    delivered_at    timestamptz,
    completed_at    timestamptz,
    cancelled_at    timestamptz,
    channel         text,
    merchant        text,
    content_item    text,
    live_room       text,
    participants    jsonb    NOT NULL,
    lines           integer  NOT NULL,
    currency        text,
    items_minor     bigint   NOT NULL,
    freight_minor   bigint   NOT NULL,
    paid_minor      bigint   NOT NULL,
    tenders         jsonb    NOT NULL,
    escrow          jsonb    NOT NULL,
    contradictory   boolean  NOT NULL,
    contradictions  jsonb    NOT NULL,
    review_scores   smallint[] NOT NULL,
    parcels         jsonb    NOT NULL,
    PRIMARY KEY (partition, order_id)
);
CREATE INDEX order_page_v1_of_consumer
    ON projection.order_page_v1 (consumer, placed_at, partition, order_id);
CREATE INDEX order_page_v1_of_merchant
    ON projection.order_page_v1 (merchant, placed_at, partition, order_id)
    WHERE merchant IS NOT NULL;

CREATE VIEW projection.order_page AS
SELECT partition, order_id, version, consumer, source, number, status, placed_at,
       paid_at, shipped_at, delivered_at, completed_at, cancelled_at, channel, merchant,
       content_item, live_room, participants, lines, currency, items_minor,
       freight_minor, paid_minor, tenders, escrow, contradictory, contradictions,
       review_scores, parcels
FROM projection.order_page_v1;

-- -- What process managers keep --

-- While an importer is still reading a source, nobody asks about the deadlines of its
-- orders: the report that a promise was kept may be the next row. A carrier's source is
-- held as '*': its parcels are of any order. "until" is database time, so that a killed
-- importer holds nothing for long.
CREATE TABLE process.hold (
    source text        NOT NULL,
    holder text        NOT NULL,
    until  timestamptz NOT NULL,
    PRIMARY KEY (source, holder)
);

-- -- What a rebuild fills beside the live tables --

CREATE TABLE scratch.checkpoint (LIKE projection.checkpoint INCLUDING ALL);
CREATE TABLE scratch.parked (LIKE projection.parked INCLUDING ALL);

-- -- Who may do what --

GRANT USAGE ON SCHEMA projection, process
    TO redress_writer, redress_projector, redress_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA projection, process
    TO redress_writer, redress_projector, redress_reader;
GRANT INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA projection TO redress_projector;
GRANT INSERT, UPDATE, DELETE ON process.hold TO redress_writer;
GRANT USAGE, CREATE ON SCHEMA scratch TO redress_projector;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA scratch
    TO redress_projector;
