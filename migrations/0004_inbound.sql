-- What comes in as messages: kept before it is understood, and until it is.
--
-- Forward only. Runs in one transaction as the owner, after 0002. The login roles
-- redress_writer, redress_projector and redress_reader exist before it runs. These are
-- no projections: nothing can rebuild them. docs/inbound.md tells the whole story.

CREATE SCHEMA inbound;

-- One row per message of a source, under the name the source gives it, or the SHA-256
-- of what it says. body is their own words, and the only column that holds any: NULL
-- once the consumer it is about is erased. place is "file:line" or "http".
--
-- received    kept, not yet translated
-- translated  every report in it was answered
-- waiting     about something nobody has named yet; reason says what
-- quarantined cannot be understood; reason is the kind of fault, detail a sentence
-- ignored     understood, and says nothing
CREATE TABLE inbound.message (
    message_id   uuid        PRIMARY KEY,
    source       text        NOT NULL,
    key          text        NOT NULL,
    type         text        NOT NULL,
    place        text        NOT NULL,
    body         bytea,
    sha256       bytea       NOT NULL CHECK (octet_length(sha256) = 32),
    received_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    state        text        NOT NULL DEFAULT 'received' CHECK (
        state IN ('received', 'translated', 'waiting', 'quarantined', 'ignored')
    ),
    reason       text,
    detail       text,
    attempts     integer     NOT NULL DEFAULT 0,
    leased_until timestamptz,
    settled_at   timestamptz,
    UNIQUE (source, key)
);
CREATE INDEX message_received ON inbound.message (received_at, message_id)
    WHERE state = 'received';
CREATE INDEX message_waiting ON inbound.message (reason, message_id)
    WHERE state = 'waiting';
CREATE INDEX message_quarantined ON inbound.message (source, received_at, message_id)
    WHERE state = 'quarantined';

-- What a message is about: an order's number at its source, or a waybill of a carrier,
-- and the streams and consumers that turned out to be meant.
CREATE TABLE inbound.reference (
    message_id uuid NOT NULL REFERENCES inbound.message,
    kind       text NOT NULL CHECK (kind IN ('order', 'waybill')),
    source     text NOT NULL,
    name       text NOT NULL,
    stream_id  uuid,
    consumer   text
);
CREATE INDEX reference_of_message ON inbound.reference (message_id);
CREATE INDEX reference_by_name ON inbound.reference (name, kind);
CREATE INDEX reference_by_stream ON inbound.reference (stream_id)
    WHERE stream_id IS NOT NULL;
CREATE INDEX reference_by_consumer ON inbound.reference (consumer)
    WHERE consumer IS NOT NULL;

-- -- Who may do what --

-- Whoever takes messages in also translates them, which asks the reference index whose
-- they are. Only that role reads the words: they are full of names and addresses, and a
-- reader's questions are answered without them.
GRANT USAGE ON SCHEMA inbound TO redress_writer, redress_projector, redress_reader;
GRANT SELECT, INSERT, UPDATE ON inbound.message TO redress_writer;
GRANT SELECT, INSERT, DELETE ON inbound.reference TO redress_writer;
GRANT SELECT (
    message_id, source, key, type, place, sha256, received_at, state, reason, detail,
    attempts, leased_until, settled_at
) ON inbound.message TO redress_projector, redress_reader;
GRANT SELECT ON inbound.reference TO redress_projector, redress_reader;

GRANT USAGE ON SCHEMA projection TO redress_writer;
GRANT SELECT ON projection.reference TO redress_writer;
