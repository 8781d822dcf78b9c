"""Whatever is asked in SQL, nothing but the tables is read, nothing is written, and time ends."""

from __future__ import annotations

import hashlib
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.answers import TookTooLong
from ingest.errors import IngestError
from ingest.store import Reader, open_store
from ingest.vetting import LONGEST, QueryRefused
from ingest.views import VIEWS, locked
from tests.households import household


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return household(tmp_path_factory.mktemp("household") / "home")


def digests(home: Path) -> dict[str, str]:
    return {
        str(path.relative_to(home)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(home.rglob("*"))
        if path.is_file()
    }


HOSTILE = [
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM read_blob('/etc/passwd')",
    "SELECT * FROM read_parquet('{out}/x.parquet')",
    "SELECT * FROM read_json_auto('{home}/entries.jsonl')",
    "SELECT * FROM read_duckdb('{home}/legload.duckdb', table_name := 'sensor')",
    "SELECT * FROM '/etc/passwd'",
    "SELECT * FROM '{home}/entries.jsonl'",
    'SELECT * FROM "/etc/passwd"',
    "SELECT * FROM glob('/*')",
    "SELECT * FROM sniff_csv('/etc/passwd')",
    "SELECT * FROM parquet_metadata('{out}/x.parquet')",
    "SELECT * FROM read_csv('http://127.0.0.1:9/x.csv')",
    "SELECT * FROM 'https://127.0.0.1:9/x.parquet'",
    "SELECT getenv('HOME')",
    "SELECT current_setting('temp_directory')",
    "SELECT main.current_setting('temp_directory')",
    "SELECT getvariable('x')",
    "SELECT write_log('x')",
    "SELECT sleep_ms(100000)",
    "COPY minutes TO '{out}/x.csv'",
    "COPY (SELECT * FROM minutes) TO '{out}/x.parquet'",
    "COPY minutes FROM '/etc/passwd'",
    "EXPORT DATABASE '{out}/x'",
    "IMPORT DATABASE '{out}/x'",
    "ATTACH '{home}/legload.duckdb' AS again",
    "ATTACH '{out}/x.duckdb'",
    "DETACH store",
    "INSTALL httpfs",
    "LOAD httpfs",
    "SET enable_external_access = true",
    "SET lock_configuration = false",
    "RESET enable_external_access",
    "PRAGMA version",
    "PRAGMA database_list",
    "CALL duckdb_settings()",
    "CREATE TABLE mine AS SELECT 1",
    "CREATE SECRET mine (TYPE http)",
    "CREATE MACRO mine() AS 1",
    "DROP VIEW minutes",
    "DELETE FROM store.minute",
    "UPDATE store.person SET name = 'x'",
    "INSERT INTO store.person VALUES (1)",
    "WITH a AS (DELETE FROM store.minute RETURNING *) SELECT * FROM a",
    "WITH a AS (INSERT INTO store.stale VALUES ('x', NULL, NULL, 1) RETURNING *) SELECT * FROM a",
    "VACUUM",
    "CHECKPOINT",
    "FORCE CHECKPOINT",
    "BEGIN",
    "USE store",
    "PREPARE mine AS SELECT 1",
    "EXECUTE mine",
    "SELECT * FROM store.sensor",
    "SELECT * FROM store.main.projection",
    "SELECT * FROM store.sensor_info",
    "SELECT * FROM memory.main.minutes",
    "SELECT (SELECT address FROM store.sensor LIMIT 1)",
    "SELECT 1 LIMIT (SELECT count(*) FROM store.sensor)",
    "SELECT * FROM minutes ORDER BY (SELECT max(address) FROM store.sensor)",
    "SELECT * FROM query('SELECT address FROM store.sensor')",
    "SELECT * FROM query_table('store.sensor')",
    "SELECT * FROM json_execute_serialized_sql(json_serialize_sql('SELECT 1'))",
    "SELECT * FROM duckdb_databases()",
    "SELECT * FROM duckdb_settings()",
    "SELECT * FROM duckdb_secrets()",
    "SELECT * FROM duckdb_databases",
    "SELECT * FROM information_schema.tables",
    "SELECT * FROM pg_catalog.pg_class",
    "SELECT * FROM pg_class",
    "SELECT (WITH pg_class AS (SELECT 1) SELECT 1), * FROM pg_class",
    "SELECT * FROM sqlite_master",
    "SELECT * FROM enable_logging()",
    "SELECT * FROM seq_scan('store.sensor')",
    "SELECT * FROM arrow_scan(1, 2, 3)",
    "SELECT * FROM pandas_scan(1)",
    "SELECT * FROM kept",
    "SHOW ALL TABLES",
    "SHOW DATABASES",
    "DESCRIBE store.sensor",
    "SUMMARIZE store.sensor",
    "EXPLAIN COPY minutes TO '{out}/x.csv'",
    "EXPLAIN ANALYZE COPY minutes TO '{out}/x.csv'",
    "EXPLAIN ANALYZE DELETE FROM store.minute",
    "EXPLAIN SELECT * FROM store.sensor",
    "EXPLAIN ANALYZE SELECT * FROM read_text('/etc/passwd')",
    "SELECT 1; DROP VIEW minutes",
    "SELECT 1) AS asked; DROP VIEW minutes; SELECT * FROM (SELECT 2",
    "SELECT 1 /* ; */; SELECT 2",
    "",
    ";",
    "-- nothing",
    "SELECT " + "(" * 3000 + "1" + ")" * 3000,
    "SELECT " + "1+" * 40_000 + "1",
    "SELECT '" + "x" * LONGEST + "'",
    "SELECT \x00",
    "SELECT '\ud800'",
]


@pytest.mark.parametrize("query", HOSTILE, ids=[text[:60] for text in map(repr, HOSTILE)])
def test_what_is_no_question_about_the_tables_is_one_sentence_and_changes_nothing(
    kept: Path, tmp_path: Path, query: str
) -> None:
    before = digests(kept)
    with open_store(kept) as store, pytest.raises(QueryRefused) as raised:
        store.query(query.replace("{home}", str(kept)).replace("{out}", str(tmp_path)))
    assert "\n" not in str(raised.value)
    assert list(tmp_path.iterdir()) == []
    assert digests(kept) == before


UNVETTED = [
    "COPY (SELECT 1) TO '{out}/x.csv'",
    "SELECT * FROM read_text('/etc/hostname')",
    "SELECT * FROM '{home}/entries.jsonl'",
    "ATTACH '{out}/x.duckdb'",
    "INSTALL httpfs",
    "LOAD httpfs",
    "SET enable_external_access = true",
    "SET lock_configuration = false",
    "SET allowed_directories = ['/']",
    "DELETE FROM store.minute",
    "CREATE TABLE store.mine AS SELECT 1",
    "SELECT * FROM kept",
]


@pytest.mark.parametrize("statement", UNVETTED)
def test_even_what_was_not_looked_at_reaches_nothing(
    kept: Path, tmp_path: Path, statement: str
) -> None:
    before = digests(kept)
    spill = tmp_path / "spill"
    with locked(kept, spill) as connection, pytest.raises(duckdb.Error):
        connection.execute(statement.replace("{home}", str(kept)).replace("{out}", str(tmp_path)))
    assert [path for path in tmp_path.iterdir() if path != spill] == []
    assert digests(kept) == before


@pytest.mark.parametrize(
    "query",
    [
        "SELECT count(*) FROM range(1000000000000)",
        "WITH RECURSIVE t AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM t) SELECT max(n) FROM t",
        "EXPLAIN ANALYZE SELECT count(*) FROM range(1000000000000)",
    ],
)
def test_a_query_that_never_ends_is_stopped(kept: Path, query: str) -> None:
    with open_store(kept) as store:
        with pytest.raises(TookTooLong, match=r"stopped after 0\.2 s"):
            store.query(query, timeout_s=0.2)
        assert store.query("SELECT 1 AS one")["one"].to_list() == [1]


def test_a_query_that_needs_too_much_memory_is_one_sentence(kept: Path) -> None:
    with open_store(kept) as store, pytest.raises(IngestError, match="more memory") as raised:
        store.query("SELECT list(range) FROM range(1000000000)")
    assert "\n" not in str(raised.value)


def test_no_address_and_no_serial_number_is_told_whole(kept: Path) -> None:
    with open_store(kept) as store:
        sensors = store.frame("sensors")
        everything = [store.frame(key).write_json() for key in VIEWS]
    assert sensors["address"].str.len_chars().max() == 6
    assert not any("C0:FF:EE" in text or "-serial" in text for text in everything)


WORDS = [
    *("SELECT", "FROM", "WHERE", "WITH", "a", "AS", "(", ")", ",", ";", "*", "1", "'x'", "minutes"),
    *("samples", "store.sensor", "'/etc/passwd'", "read_text", "COPY", "TO", "JOIN", "UNION", "--"),
    *("ORDER BY", "LIMIT", "sensor", "DESCRIBE", "EXPLAIN", "query", "ATTACH", "/*", "*/", "$1"),
]


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.text(max_size=60), st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join)))
def test_any_text_is_answered_or_refused_in_one_sentence(kept: Path, query: str) -> None:
    with open_store(kept) as store:
        said = refusal(store, query)
    assert "\n" not in said


def refusal(store: Reader, query: str) -> str:
    try:
        store.query(query, timeout_s=5)
    except IngestError as error:
        return str(error)
    return ""


@pytest.mark.parametrize(
    "query",
    [
        "SELECT length(repeat('x', 2000000000))",
        "SELECT lpad('x', 2147483647, 'y')",
        "SELECT len(range(1000000000))",
        "SELECT list_resize([1], 1000000000)",
        "SELECT count(*) FROM minutes, (SELECT repeat('x', 1000000000)) AS other",
    ],
)
def test_no_value_can_be_made_as_long_as_somebody_likes(kept: Path, query: str) -> None:
    with open_store(kept) as store, pytest.raises(QueryRefused, match="of any length"):
        store.query(query)


def test_rows_of_a_range_can_still_be_counted(kept: Path) -> None:
    with open_store(kept) as store:
        assert store.query("SELECT count(*) AS n FROM range(1000)")["n"].to_list() == [1000]


@pytest.mark.parametrize("value", ["'290000-01-01'::DATE", "'-290000-01-01 00:00'::TIMESTAMP"])
def test_a_date_that_no_calendar_has_is_one_sentence(kept: Path, value: str) -> None:
    with open_store(kept) as store, pytest.raises(QueryRefused, match="years 1 to 9999"):
        store.query(f"SELECT {value} AS d")
