-- Projections of the entries, replaced as a whole when the entries changed.
CREATE TABLE person (
    key VARCHAR, name VARCHAR, birth_year INTEGER, sex VARCHAR, zone VARCHAR, hr_max INTEGER,
    use_heart_rate BOOLEAN, no_score BOOLEAN
);
CREATE TABLE body_mass (person VARCHAR, date DATE, kg DOUBLE);
CREATE TABLE excuse (person VARCHAR, date DATE, why VARCHAR);
CREATE TABLE sensor (
    key VARCHAR, identity VARCHAR, address VARCHAR, name VARCHAR, profiles VARCHAR[],
    forgotten BOOLEAN
);
CREATE TABLE assignment (
    sensor VARCHAR, since TIMESTAMP, person VARCHAR, placement VARCHAR, load_kg DOUBLE,
    counts VARCHAR
);
CREATE TABLE projection (entries BIGINT, registry VARCHAR);
INSERT INTO projection VALUES (0, '');

-- One row a recording file; `number` is what samples refer to.
-- Samples up to sequence `loaded_through` are in the store; `size` is the file's at that time;
-- `path` is below the folder of recordings.
CREATE TABLE recording (
    number INTEGER, id VARCHAR, sensor VARCHAR, profiles VARCHAR[], app VARCHAR,
    started TIMESTAMP_NS, path VARCHAR, size BIGINT, loaded_through BIGINT, rows BIGINT,
    malformed BIGINT, damaged VARCHAR, first_time TIMESTAMP_NS, last_time TIMESTAMP_NS,
    rate_hz DOUBLE, acc_g DOUBLE, gyro_dps DOUBLE
);

-- Times are UTC. No keys and no indexes here: a key makes motion seven times larger.
CREATE TABLE sample (recording INTEGER, time TIMESTAMP_NS, channel VARCHAR, value DOUBLE);
CREATE TABLE motion (
    recording INTEGER, time TIMESTAMP_NS,
    ax SMALLINT, ay SMALLINT, az SMALLINT, gx SMALLINT, gy SMALLINT, gz SMALLINT
);
CREATE TABLE link_event (recording INTEGER, time TIMESTAMP_NS, kind VARCHAR, detail VARCHAR);
CREATE TABLE sensor_info (sensor VARCHAR, key VARCHAR, value VARCHAR, time TIMESTAMP_NS);

-- Derived by analytics and stamped with its method; rebuildable.
CREATE TABLE minute (
    minute TIMESTAMP, sensor VARCHAR, person VARCHAR, placement VARCHAR, continuous BOOLEAN,
    observed_s DOUBLE, worn BOOLEAN, steps DOUBLE, force_bw DOUBLE, confidence VARCHAR,
    run_share DOUBLE, speed_mps DOUBLE, heart_rate_bpm DOUBLE, method VARCHAR
);

-- Ranges whose minutes do not yet reflect the samples or the assignments; both ends inclusive.
CREATE TABLE stale (
    sensor VARCHAR, first_time TIMESTAMP_NS, last_time TIMESTAMP_NS, version BIGINT
);

-- Grows with every change that a page could show.
CREATE TABLE data_version (version BIGINT);
INSERT INTO data_version VALUES (0);
