-- Why somebody opened sealed words, beside who did and whose they were.
--
-- Forward only. Runs in one transaction as the owner, after 0003.

-- 'own' for consumers who read what is theirs; else what for: the reader's own words, or
-- the question that shows such words to whoever may ask it. NULL before this was asked.
ALTER TABLE people.access ADD COLUMN why text
    CHECK (length(why) BETWEEN 1 AND 200);
