-- Incidents: what their selectors look at, one row for each order and parcel of it.

-- An order as its events left it, so that a later batch goes on from there.
CREATE TABLE projection.affected_order_v1 (
    partition smallint NOT NULL,
    order_id  uuid     NOT NULL,
    state     bytea    NOT NULL,
    PRIMARY KEY (partition, order_id)
);

-- parcel is '' for an order without any. outlet and region are where its last scan was,
-- stalled_from when; stalled_from is NULL once it arrived or is gone.
CREATE TABLE projection.affected_v1 (
    partition    smallint NOT NULL,
    order_id     uuid     NOT NULL,
    parcel       text     NOT NULL,
    source       text,
    number       text,
    consumer     text,
    carrier      text,
    outlet       text,
    region       text,
    stalled_from timestamptz,
    ships_from   text,
    ships_to     text,
    merchants    text[]   NOT NULL,
    products     text[]   NOT NULL,
    live_room    text,
    creators     text[]   NOT NULL,
    tenders      text[]   NOT NULL,
    status       text     NOT NULL,
    paid_at      timestamptz,
    PRIMARY KEY (partition, order_id, parcel)
);
CREATE INDEX affected_v1_outlet ON projection.affected_v1 (outlet, carrier)
    WHERE outlet IS NOT NULL;
CREATE INDEX affected_v1_carrier ON projection.affected_v1 (carrier, stalled_from)
    WHERE carrier IS NOT NULL;
CREATE INDEX affected_v1_region ON projection.affected_v1 (region, stalled_from)
    WHERE region IS NOT NULL;
CREATE INDEX affected_v1_ships_from ON projection.affected_v1 (ships_from, paid_at)
    WHERE ships_from IS NOT NULL;
CREATE INDEX affected_v1_ships_to ON projection.affected_v1 (ships_to, paid_at)
    WHERE ships_to IS NOT NULL;
CREATE INDEX affected_v1_live_room ON projection.affected_v1 (live_room)
    WHERE live_room IS NOT NULL;
CREATE INDEX affected_v1_paid_at ON projection.affected_v1 (paid_at);
CREATE INDEX affected_v1_merchants ON projection.affected_v1 USING gin (merchants);
CREATE INDEX affected_v1_products ON projection.affected_v1 USING gin (products);
CREATE INDEX affected_v1_creators ON projection.affected_v1 USING gin (creators);

-- What falls short of an order just now, as its companionship says.
CREATE TABLE projection.affected_shortfall_v1 (
    partition smallint NOT NULL,
    stream_id uuid     NOT NULL,
    name      text     NOT NULL,
    order_id  uuid     NOT NULL,
    code      text     NOT NULL,
    open      boolean  NOT NULL,
    PRIMARY KEY (partition, stream_id, name)
);
CREATE INDEX affected_shortfall_v1_of_order
    ON projection.affected_shortfall_v1 (partition, order_id) WHERE open;
CREATE INDEX affected_shortfall_v1_code
    ON projection.affected_shortfall_v1 (code, partition, order_id) WHERE open;

-- Every incident as it stands, for lists and for those who hand out.
CREATE TABLE projection.incident_v1 (
    partition   smallint    NOT NULL,
    stream_id   uuid        NOT NULL,
    version     bigint      NOT NULL,
    number      text        NOT NULL,
    kind        text        NOT NULL,
    reason      text        NOT NULL,
    source      text,
    phase       text        NOT NULL,
    paused      boolean     NOT NULL,
    over        boolean     NOT NULL,
    merchants   text[]      NOT NULL,
    notice_zh   text,
    notice_en   text,
    notice_at   timestamptz,
    declared_at timestamptz NOT NULL,
    ends_at     timestamptz,
    PRIMARY KEY (partition, stream_id)
);
CREATE INDEX incident_v1_newest_first
    ON projection.incident_v1 (declared_at, number);
CREATE INDEX incident_v1_live ON projection.incident_v1 (partition, stream_id)
    WHERE NOT over;

-- What became of an order's resolution that an incident opened.
CREATE TABLE projection.incident_offer_v1 (
    partition smallint NOT NULL,
    stream_id uuid     NOT NULL,
    incident  text     NOT NULL,
    order_id  uuid     NOT NULL,
    standing  text     NOT NULL,
    ended_at  timestamptz,
    PRIMARY KEY (partition, stream_id)
);
CREATE INDEX incident_offer_v1_of_incident
    ON projection.incident_offer_v1 (incident, standing, partition, stream_id);

CREATE VIEW projection.affected AS SELECT * FROM projection.affected_v1;
CREATE VIEW projection.affected_shortfall AS
    SELECT * FROM projection.affected_shortfall_v1;
CREATE VIEW projection.incident AS SELECT * FROM projection.incident_v1;
CREATE VIEW projection.incident_offer AS SELECT * FROM projection.incident_offer_v1;

GRANT SELECT
    ON projection.affected_order_v1, projection.affected_v1,
       projection.affected_shortfall_v1, projection.incident_v1,
       projection.incident_offer_v1, projection.affected, projection.affected_shortfall,
       projection.incident, projection.incident_offer
    TO redress_writer, redress_projector, redress_reader;
GRANT INSERT, UPDATE, DELETE
    ON projection.affected_order_v1, projection.affected_v1,
       projection.affected_shortfall_v1, projection.incident_v1,
       projection.incident_offer_v1
    TO redress_projector;
