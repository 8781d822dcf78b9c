-- Minutes of machines: what carries the body, how hard it was, contact time of walking strides.
-- The rows there are were computed by an older method and are computed anew.
ALTER TABLE minute ADD COLUMN machine VARCHAR;
ALTER TABLE minute ADD COLUMN cycles DOUBLE;
ALTER TABLE minute ADD COLUMN assisted_cycles DOUBLE;
ALTER TABLE minute ADD COLUMN assisted_bw DOUBLE;
ALTER TABLE minute ADD COLUMN power_w DOUBLE;
ALTER TABLE minute ADD COLUMN mets DOUBLE;
ALTER TABLE minute ADD COLUMN mets_by VARCHAR;
ALTER TABLE minute ADD COLUMN active_s DOUBLE;
ALTER TABLE minute ADD COLUMN heart_s DOUBLE;
ALTER TABLE minute ADD COLUMN contact_s DOUBLE;
ALTER TABLE minute ADD COLUMN contact_strides DOUBLE;

-- Strength sets that a motion sensor saw; derived and stamped like minutes. Instants are UTC.
CREATE TABLE training_set (
    sensor VARCHAR, person VARCHAR, start TIMESTAMP, "end" TIMESTAMP, exercise VARCHAR,
    repetitions INTEGER, leg VARCHAR, quality DOUBLE, method VARCHAR
);

-- Weeks as they were scored, to say what a new method moves: the report without its days.
CREATE TABLE week (
    person VARCHAR, week VARCHAR, method VARCHAR, protocol VARCHAR, status VARCHAR,
    points DOUBLE, points_measurable INTEGER, at_least BOOLEAN, components VARCHAR,
    data_hash VARCHAR, scored_at TIMESTAMP
);
