-- Scorecards: what is measured of merchants, creators and carriers. Only facts are kept:
-- which rule judges them is chosen when they are asked, by the version of their own time.

-- An order by its earliest placement, and its first payment.
CREATE TABLE projection.scorecard_order_v1 (
    partition    smallint NOT NULL,
    order_id     uuid     NOT NULL,
    placed_at    timestamptz,
    source       text,
    merchant     text,
    creator      text,
    ships_from   text,
    ships_to     text,
    paid_at      timestamptz,
    PRIMARY KEY (partition, order_id)
);
CREATE INDEX scorecard_order_v1_of_merchant
    ON projection.scorecard_order_v1 (merchant, paid_at) WHERE merchant IS NOT NULL;

-- A parcel and the stages of its way, derived from all that is known of it, as the order
-- knows it. begun_at is the merchant's word or the label, the earliest there is;
-- stalled_seconds the longest silence between the first hub and 派件, last_at the last
-- mark of all, origin the region of the first scan that names one.
CREATE TABLE projection.scorecard_parcel_v1 (
    partition       smallint    NOT NULL,
    order_id        uuid        NOT NULL,
    parcel          text        NOT NULL,
    carrier         text,
    begun_at        timestamptz NOT NULL,
    picked_up_at    timestamptz,
    hub_at          timestamptz,
    out_at          timestamptz,
    signed_at       timestamptz,
    gone_at         timestamptz,
    stalled_seconds bigint      NOT NULL,
    last_at         timestamptz,
    origin          text,
    origin_at       timestamptz,
    known           bytea       NOT NULL,
    PRIMARY KEY (partition, order_id, parcel)
);
CREATE INDEX scorecard_parcel_v1_of_carrier
    ON projection.scorecard_parcel_v1 (carrier, begun_at) WHERE carrier IS NOT NULL;

-- What a merchant was asked, or a consumer missed: cases, disputes, and shortfalls by
-- their names. negotiated_seconds were spent over counter-offers, the last since
-- offered_at.
CREATE TABLE projection.scorecard_matter_v1 (
    partition          smallint    NOT NULL,
    stream_id          uuid        NOT NULL,
    subject            text        NOT NULL,
    noun               text        NOT NULL,
    order_id           uuid,
    merchant           text,
    reason             integer,
    not_received       boolean     NOT NULL,
    opened_at          timestamptz NOT NULL,
    decided_at         timestamptz,
    negotiated_seconds bigint      NOT NULL,
    offered_at         timestamptz,
    escalated_at       timestamptz,
    taken_back         boolean     NOT NULL,
    PRIMARY KEY (partition, stream_id, subject)
);
CREATE INDEX scorecard_matter_v1_of_merchant
    ON projection.scorecard_matter_v1 (merchant, opened_at) WHERE merchant IS NOT NULL;
CREATE INDEX scorecard_matter_v1_of_order
    ON projection.scorecard_matter_v1 (partition, order_id) WHERE order_id IS NOT NULL;

CREATE VIEW projection.scorecard_order AS SELECT * FROM projection.scorecard_order_v1;
CREATE VIEW projection.scorecard_parcel AS SELECT * FROM projection.scorecard_parcel_v1;
CREATE VIEW projection.scorecard_matter AS SELECT * FROM projection.scorecard_matter_v1;

GRANT SELECT
    ON projection.scorecard_order_v1, projection.scorecard_parcel_v1,
       projection.scorecard_matter_v1, projection.scorecard_order,
       projection.scorecard_parcel, projection.scorecard_matter
    TO redress_writer, redress_projector, redress_reader;
GRANT INSERT, UPDATE, DELETE
    ON projection.scorecard_order_v1, projection.scorecard_parcel_v1,
       projection.scorecard_matter_v1
    TO redress_projector;
