-- Steps that were told as a sum over a while: since when, and over how long.
ALTER TABLE minute ADD COLUMN told_from TIMESTAMP;
ALTER TABLE minute ADD COLUMN told_over_s DOUBLE;
