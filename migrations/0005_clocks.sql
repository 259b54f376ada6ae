-- Clocks: what somebody owes in a case, a dispute or a contact, and until when.

-- closures are the times that do not count, each with its reason and the calendar's row.
-- seconds_left is set while the clock does not run. version is that of the stream when
-- this clock last changed.
CREATE TABLE projection.clock_board_v1 (
    partition     smallint    NOT NULL,
    stream_id     uuid        NOT NULL,
    timer         text        NOT NULL,
    step          text        NOT NULL,
    owes          text        NOT NULL,
    standing      text        NOT NULL,
    started_at    timestamptz NOT NULL,
    running_since timestamptz,
    due_at        timestamptz NOT NULL,
    seconds       bigint      NOT NULL,
    seconds_left  bigint,
    closures      jsonb       NOT NULL,
    extensions    integer     NOT NULL,
    told          boolean     NOT NULL,
    on_breach     text        NOT NULL,
    policy        text        NOT NULL,
    version       bigint      NOT NULL,
    PRIMARY KEY (partition, stream_id, timer)
);
CREATE INDEX clock_board_v1_soonest_first
    ON projection.clock_board_v1 (due_at, partition, stream_id, timer)
    WHERE standing = 'running';
CREATE INDEX clock_board_v1_of_stream ON projection.clock_board_v1 (stream_id);

-- What each stream is about, by the first of its events that is no clock's; and whose it
-- is and where it came from, by the first event that says so.
CREATE TABLE projection.clock_stream_v1 (
    partition smallint NOT NULL,
    stream_id uuid     NOT NULL,
    noun      text     NOT NULL,
    consumer  text,
    source    text,
    PRIMARY KEY (partition, stream_id)
);

CREATE VIEW projection.clock_board AS
SELECT partition, stream_id, noun, consumer, source, timer, step, owes, standing,
       started_at, running_since, due_at, seconds, seconds_left, closures, extensions,
       told, on_breach, policy, version
  FROM projection.clock_board_v1
  LEFT JOIN projection.clock_stream_v1 USING (partition, stream_id);

GRANT SELECT
    ON projection.clock_board_v1, projection.clock_stream_v1, projection.clock_board
    TO redress_writer, redress_projector, redress_reader;
GRANT INSERT, UPDATE, DELETE
    ON projection.clock_board_v1, projection.clock_stream_v1
    TO redress_projector;
