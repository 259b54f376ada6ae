-- Outcomes: when to look at what came of a resolution, some days after it ended. One row
-- per resolution and number of days; what was measured stays, and is not due again.
CREATE TABLE projection.outcome_v1 (
    partition  smallint    NOT NULL,
    stream_id  uuid        NOT NULL,
    after_days smallint    NOT NULL,
    ended_at   timestamptz NOT NULL,
    due_at     timestamptz NOT NULL,
    measured   boolean     NOT NULL,
    PRIMARY KEY (partition, stream_id, after_days)
);
CREATE INDEX outcome_v1_due
    ON projection.outcome_v1 (due_at, partition, stream_id, after_days)
    WHERE NOT measured;

CREATE VIEW projection.outcome AS SELECT * FROM projection.outcome_v1;

GRANT SELECT ON projection.outcome_v1, projection.outcome
    TO redress_writer, redress_projector, redress_reader;
GRANT INSERT, UPDATE, DELETE ON projection.outcome_v1 TO redress_projector;
