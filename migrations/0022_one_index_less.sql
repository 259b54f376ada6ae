-- The timeline without an index that no question needs.
--
-- Forward only. Runs in one transaction as the owner, after 0002.

-- It was used to find the entries of a consumer, which timeline_v1_newest_first finds as
-- well. Never for its order: what was seen is joined to the entries, not looked up among
-- them. Every entry cost a seventh more to write with it.
DROP INDEX projection.timeline_v1_as_shown;
