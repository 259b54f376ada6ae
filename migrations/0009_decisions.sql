-- Decisions: every event that names a rule, moves money or was done by a person, for
-- whoever searches by agent, rule version, amount or time; and which streams name which.

-- role and name are who did it; policies are the references of all rows it names; about
-- are the streams it names. amount_minor is what it moves, awards or asks for, in minor
-- units of currency.
CREATE TABLE projection.decision_v1 (
    partition    smallint    NOT NULL,
    position     bigint      NOT NULL,
    stream_id    uuid        NOT NULL,
    version      bigint      NOT NULL,
    noun         text        NOT NULL,
    tag          text        NOT NULL,
    occurred_at  timestamptz NOT NULL,
    recorded_at  timestamptz NOT NULL,
    role         text        NOT NULL,
    name         text        NOT NULL,
    policies     text[]      NOT NULL,
    about        uuid[]      NOT NULL,
    amount_minor bigint,
    currency     text,
    PRIMARY KEY (partition, position)
);
-- One for each question, newest first.
CREATE INDEX decision_v1_when
    ON projection.decision_v1 (recorded_at, partition, position);
CREATE INDEX decision_v1_who
    ON projection.decision_v1 (name, recorded_at, partition, position);
CREATE INDEX decision_v1_what
    ON projection.decision_v1 (tag, recorded_at, partition, position);
CREATE INDEX decision_v1_of
    ON projection.decision_v1 (noun, recorded_at, partition, position);
CREATE INDEX decision_v1_amount
    ON projection.decision_v1 (amount_minor, recorded_at) WHERE amount_minor IS NOT NULL;
CREATE INDEX decision_v1_policies ON projection.decision_v1 USING gin (policies);
CREATE INDEX decision_v1_about ON projection.decision_v1 USING gin (about);

CREATE VIEW projection.decision AS SELECT * FROM projection.decision_v1;

GRANT SELECT ON projection.decision_v1, projection.decision
    TO redress_writer, redress_projector, redress_reader;
GRANT INSERT, UPDATE, DELETE ON projection.decision_v1 TO redress_projector;
