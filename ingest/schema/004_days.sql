-- Each person's UTC days: at which version their minutes or detected sets changed last, and the
-- first and last minute there is (null: none any more). What was computed from days whose versions
-- are the same is still right.
CREATE TABLE person_day (
    person VARCHAR, day DATE, version BIGINT, first_minute TIMESTAMP, last_minute TIMESTAMP
);
INSERT INTO person_day
SELECT person, minute::DATE, (SELECT version FROM data_version), min(minute), max(minute)
FROM minute GROUP BY person, minute::DATE;

-- What the trends show of weeks that have ended, by what it was computed from; derived.
CREATE TABLE week_line (person VARCHAR, week VARCHAR, language VARCHAR, key VARCHAR, line BLOB);
