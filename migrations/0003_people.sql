-- People: the keys that open their words. Without its key a sealed value is noise.
--
-- Forward only. Runs in one transaction as the owner. The login roles redress_keys and
-- redress_reader exist before it runs. docs/personal-data.md tells the whole story.

CREATE SCHEMA people;

-- One key per consumer, wrapped by a master key that is not in the database. Erasing
-- takes the key away and leaves the row: it says that nothing may be sealed any more.
CREATE TABLE people.key (
    partition  smallint    NOT NULL,
    consumer   text        NOT NULL,
    wrapped    bytea,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    erased_at  timestamptz,
    erased_by  text,
    PRIMARY KEY (partition, consumer),
    CHECK ((wrapped IS NULL) = (erased_at IS NOT NULL)),
    CHECK ((erased_at IS NULL) = (erased_by IS NULL))
);

-- Who opened whose words, what for, and how many: never the words.
CREATE TABLE people.access (
    partition smallint    NOT NULL,
    access_id uuid        NOT NULL DEFAULT gen_random_uuid(),
    consumer  text        NOT NULL,
    purpose   text        NOT NULL,
    words     integer     NOT NULL CHECK (words > 0),
    actor     text        NOT NULL,
    opened_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (partition, access_id)
);

CREATE INDEX access_by_consumer ON people.access (partition, consumer, opened_at);

-- -- Who may do what --

-- Keys are made and read by redress_keys alone. Taking one away is maintenance and done
-- by the owner, who may also sweep up what an update leaves behind (VACUUM).
GRANT USAGE ON SCHEMA people TO redress_keys, redress_reader;
GRANT SELECT, INSERT ON people.key TO redress_keys;
GRANT SELECT, INSERT ON people.access TO redress_keys;
GRANT SELECT ON people.access TO redress_reader;

-- -- What nobody samples --

-- ANALYZE would copy keys into pg_statistic, where an erasure does not reach them.
ALTER TABLE people.key ALTER COLUMN wrapped SET STATISTICS 0;
