-- Messages may be about cases, disputes, contacts and payments too, by their numbers.
--
-- Forward only. Runs in one transaction as the owner, after 0004.

ALTER TABLE inbound.reference DROP CONSTRAINT reference_kind_check;
ALTER TABLE inbound.reference ADD CONSTRAINT reference_kind_check CHECK (
    kind IN ('order', 'waybill', 'payment', 'case', 'dispute', 'contact')
);
