-- Secrets that sign on after a rotation, and which gateways the living workers serve.
--
-- Forward only. Runs in one transaction as the owner, after 0017.

-- -- Every secret signs for its own day after it was replaced --

-- rotation is what was asked when this secret was made, NULL for an endpoint's first:
-- asked again, it makes no other.
CREATE TABLE webhook.replaced_secret (
    number      bigint      PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    endpoint_id uuid        NOT NULL REFERENCES webhook.endpoint ON DELETE CASCADE,
    secret      bytea       NOT NULL,
    rotation    uuid,
    until       timestamptz NOT NULL
);
CREATE INDEX replaced_secret_endpoint
    ON webhook.replaced_secret (endpoint_id, number DESC);

INSERT INTO webhook.replaced_secret (endpoint_id, secret, until)
SELECT endpoint_id, previous_secret, previous_until FROM webhook.endpoint
 WHERE previous_secret IS NOT NULL;

ALTER TABLE webhook.endpoint DROP COLUMN previous_secret, DROP COLUMN previous_until;

GRANT SELECT, INSERT, DELETE ON webhook.replaced_secret TO redress_writer;
-- A reader never sees a secret, not even a sealed one.
GRANT SELECT (number, endpoint_id, until) ON webhook.replaced_secret TO redress_reader;

-- -- Who is there for what --

-- A worker says which gateways it was set up with; gone with it from the queue's own
-- table, where its heart beats.
CREATE TABLE effect.serving (
    worker_id bigint PRIMARY KEY
              REFERENCES procrastinate.procrastinate_workers ON DELETE CASCADE,
    gateways  text[] NOT NULL
);
GRANT SELECT, INSERT, UPDATE, DELETE ON effect.serving TO redress_writer;
