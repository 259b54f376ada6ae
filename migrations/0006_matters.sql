-- Matters: every case, dispute, contact, promise of an agent and account as it stands,
-- for the queues of those who work on them and the lists of those they are about.

-- state is the matter as its events left it, so that a later batch goes on from there.
-- due_at is the earliest of its running clocks, NULL while none runs; such a matter comes
-- last. amount_minor is what is asked for, in minor units of currency.
CREATE TABLE projection.matter_v1 (
    partition    smallint    NOT NULL,
    stream_id    uuid        NOT NULL,
    noun         text        NOT NULL,
    version      bigint      NOT NULL,
    state        bytea       NOT NULL,
    consumer     text,
    order_id     uuid,
    case_id      uuid,
    merchant     text,
    creator      text,
    carrier      text,
    source       text,
    number       text,
    kind         text,
    status       text        NOT NULL,
    final        boolean     NOT NULL,
    flags        text[]      NOT NULL,
    assigned     text,
    owes         text,
    step         text,
    due_at       timestamptz,
    amount_minor bigint,
    currency     text,
    score        smallint,
    opened_at    timestamptz NOT NULL,
    changed_at   timestamptz NOT NULL,
    PRIMARY KEY (partition, stream_id)
);
-- The queue: what is not over, soonest due first.
CREATE INDEX matter_v1_soonest_first ON projection.matter_v1
    (coalesce(due_at, 'infinity'::timestamptz), partition, stream_id) WHERE NOT final;
-- What waits for the service itself: seldom more than a few.
CREATE INDEX matter_v1_to_do ON projection.matter_v1 (partition, stream_id)
    WHERE NOT final AND flags && ARRAY['refund_due', 'needs_dispute'];
CREATE INDEX matter_v1_assigned ON projection.matter_v1
    (assigned, coalesce(due_at, 'infinity'::timestamptz), partition, stream_id)
    WHERE assigned IS NOT NULL AND NOT final;
CREATE INDEX matter_v1_of_consumer ON projection.matter_v1
    (consumer, coalesce(due_at, 'infinity'::timestamptz), partition, stream_id);
CREATE INDEX matter_v1_of_merchant ON projection.matter_v1
    (merchant, coalesce(due_at, 'infinity'::timestamptz), partition, stream_id)
    WHERE merchant IS NOT NULL;
CREATE INDEX matter_v1_of_creator ON projection.matter_v1
    (creator, coalesce(due_at, 'infinity'::timestamptz), partition, stream_id)
    WHERE creator IS NOT NULL;
CREATE INDEX matter_v1_of_carrier ON projection.matter_v1
    (carrier, coalesce(due_at, 'infinity'::timestamptz), partition, stream_id)
    WHERE carrier IS NOT NULL;
CREATE INDEX matter_v1_of_order ON projection.matter_v1 (order_id)
    WHERE order_id IS NOT NULL;
CREATE INDEX matter_v1_of_case ON projection.matter_v1 (case_id)
    WHERE case_id IS NOT NULL;
CREATE INDEX matter_v1_number ON projection.matter_v1 (number, source)
    WHERE number IS NOT NULL;

CREATE VIEW projection.matter AS
SELECT partition, stream_id, noun, version, consumer, order_id, case_id, merchant,
       creator, carrier, source, number, kind, status, final, flags, assigned, owes, step,
       due_at, amount_minor, currency, score, opened_at, changed_at
  FROM projection.matter_v1;

GRANT SELECT ON projection.matter_v1, projection.matter
    TO redress_writer, redress_projector, redress_reader;
GRANT INSERT, UPDATE, DELETE ON projection.matter_v1 TO redress_projector;
