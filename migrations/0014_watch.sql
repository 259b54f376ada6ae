-- Watching: what may fall short of each order and when to ask, what fell short, and the
-- days beside its consumer.

-- Every stream of an order as its events left it, so that a later batch goes on from
-- there. learnt_at is when its first event was written down, changed_at when its last
-- one happened.
CREATE TABLE projection.watch_stream_v1 (
    partition  smallint    NOT NULL,
    stream_id  uuid        NOT NULL,
    order_id   uuid,
    noun       text        NOT NULL,
    version    bigint      NOT NULL,
    learnt_at  timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    known      bytea       NOT NULL,
    PRIMARY KEY (partition, stream_id)
);
CREATE INDEX watch_stream_v1_of_order
    ON projection.watch_stream_v1 (partition, order_id) WHERE order_id IS NOT NULL;

-- One row per line, code and window. state is 'watching', 'history' (its days were over
-- before we knew of the order), 'detected' or 'cleared'. due_at is when to ask, heals_at
-- when a detected one healed. book names the rules it was computed by: those in force
-- are asked again when it is due.
CREATE TABLE projection.watch_v1 (
    partition smallint    NOT NULL,
    order_id  uuid        NOT NULL,
    name      text        NOT NULL,
    code      text        NOT NULL,
    line      integer,
    "window"  text        NOT NULL,
    due_at    timestamptz NOT NULL,
    until_at  timestamptz,
    heals_at  timestamptz,
    rule      text        NOT NULL,
    book      text        NOT NULL,
    parcel    text,
    source    text,
    state     text        NOT NULL,
    PRIMARY KEY (partition, order_id, name)
);
-- Only what is due is ever read: an index for each kind of question.
CREATE INDEX watch_v1_due ON projection.watch_v1 (due_at, partition, order_id, name)
    WHERE state = 'watching';
CREATE INDEX watch_v1_history
    ON projection.watch_v1 (due_at, partition, order_id, name)
    WHERE state = 'history';
CREATE INDEX watch_v1_healed
    ON projection.watch_v1 (heals_at, partition, order_id, name)
    WHERE state = 'detected' AND heals_at IS NOT NULL;

-- What fell short, whether or not it still does. told: somebody said so before any
-- detector did. outlet is where its parcel was seen last, region where it goes.
CREATE TABLE projection.shortfall_v1 (
    partition   smallint    NOT NULL,
    order_id    uuid        NOT NULL,
    name        text        NOT NULL,
    code        text        NOT NULL,
    line        integer,
    severity    text,
    points      integer,
    consumer    text        NOT NULL,
    source      text,
    merchant    text,
    creator     text,
    live_room   text,
    carrier     text,
    outlet      text,
    region      text,
    parcel      text,
    incident    text,
    heard_in    text,
    told        boolean     NOT NULL,
    since       timestamptz NOT NULL,
    detected_at timestamptz NOT NULL,
    cleared_at  timestamptz,
    cleared_by  text,
    contested   boolean     NOT NULL,
    resolution  uuid,
    resolved    boolean     NOT NULL,
    PRIMARY KEY (partition, order_id, name)
);
CREATE INDEX shortfall_v1_newest
    ON projection.shortfall_v1 (detected_at DESC, partition, order_id, name);
CREATE INDEX shortfall_v1_open ON projection.shortfall_v1 (code, detected_at)
    WHERE cleared_at IS NULL AND NOT resolved;
CREATE INDEX shortfall_v1_of_order ON projection.shortfall_v1 (order_id);
CREATE INDEX shortfall_v1_of_merchant
    ON projection.shortfall_v1 (merchant, detected_at DESC) WHERE merchant IS NOT NULL;
CREATE INDEX shortfall_v1_of_carrier
    ON projection.shortfall_v1 (carrier, detected_at DESC) WHERE carrier IS NOT NULL;

-- The days beside each consumer, one row per order whose consumer is known. look_at is
-- when there is something to do; history: its days were over before we knew of it.
CREATE TABLE projection.companion_board_v1 (
    partition         smallint    NOT NULL,
    order_id          uuid        NOT NULL,
    consumer          text        NOT NULL,
    source            text,
    number            text,
    merchant          text,
    creator           text,
    state             text        NOT NULL,
    anchored_at       timestamptz,
    ends_at           timestamptz,
    next_check_in     text,
    next_check_in_at  timestamptz,
    colour            text        NOT NULL,
    shortfalls        integer     NOT NULL,
    open_shortfalls   integer     NOT NULL,
    open_matters      integer     NOT NULL,
    outcome           text,
    score             smallint,
    look_at           timestamptz,
    history           boolean     NOT NULL,
    PRIMARY KEY (partition, order_id)
);
CREATE INDEX companion_board_v1_to_do
    ON projection.companion_board_v1 (look_at, partition, order_id)
    WHERE look_at IS NOT NULL AND NOT history;
CREATE INDEX companion_board_v1_history
    ON projection.companion_board_v1 (look_at, partition, order_id)
    WHERE look_at IS NOT NULL AND history;
CREATE INDEX companion_board_v1_soonest
    ON projection.companion_board_v1 (ends_at, partition, order_id)
    WHERE state = 'beside';
CREATE INDEX companion_board_v1_of_colour
    ON projection.companion_board_v1 (colour, ends_at, partition, order_id)
    WHERE state = 'beside';
CREATE INDEX companion_board_v1_of_consumer
    ON projection.companion_board_v1 (consumer, ends_at, partition, order_id);
CREATE INDEX companion_board_v1_of_merchant
    ON projection.companion_board_v1 (merchant, ends_at, partition, order_id)
    WHERE merchant IS NOT NULL;

-- What was asked and is not to be asked at once again, or never (ask_again_at NULL), and
-- why. Nothing rests on it: without it the same is asked again, and answers the same.
CREATE TABLE process.put_off (
    partition    smallint    NOT NULL,
    order_id     uuid        NOT NULL,
    name         text        NOT NULL,
    due_at       timestamptz NOT NULL,
    asked_at     timestamptz NOT NULL,
    ask_again_at timestamptz,
    why          text        NOT NULL,
    PRIMARY KEY (partition, order_id, name)
);

CREATE VIEW projection.watch AS SELECT * FROM projection.watch_v1;
CREATE VIEW projection.watch_stream AS
SELECT partition, stream_id, order_id, noun, version, learnt_at, changed_at
  FROM projection.watch_stream_v1;
CREATE VIEW projection.shortfall AS SELECT * FROM projection.shortfall_v1;
CREATE VIEW projection.companion_board AS SELECT * FROM projection.companion_board_v1;

GRANT SELECT
    ON projection.watch_stream_v1, projection.watch_v1, projection.shortfall_v1,
       projection.companion_board_v1, projection.watch_stream, projection.watch,
       projection.shortfall, projection.companion_board, process.put_off
    TO redress_writer, redress_projector, redress_reader;
GRANT INSERT, UPDATE, DELETE
    ON projection.watch_stream_v1, projection.watch_v1, projection.shortfall_v1,
       projection.companion_board_v1
    TO redress_projector;
GRANT INSERT, UPDATE, DELETE ON process.put_off TO redress_writer;
