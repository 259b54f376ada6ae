-- Resolutions lie on the board of matters; what of them waits for the service itself.
CREATE INDEX matter_v1_to_carry_out ON projection.matter_v1 (partition, stream_id)
    WHERE flags && ARRAY['proposal_due', 'steps_due', 'undo_due'];
