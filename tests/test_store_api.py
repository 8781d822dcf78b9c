"""The store as Polars frames: the same tables as an export, and the page that explains them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from ingest.answers import TookTooLong
from ingest.exchange import export
from ingest.store import open_store
from ingest.tables import GAPS, TABLES
from ingest.tables_said import SAID
from ingest.vetting import QueryRefused
from ingest.views import VIEWS
from tests.households import household

PAGE = (Path(__file__).parent.parent / "docs" / "sql.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return household(tmp_path_factory.mktemp("household") / "home")


@pytest.fixture(scope="module")
def tables(kept: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("out") / "all"
    export(kept, out)
    return out / "tables"


def test_the_views_are_the_tables_of_an_export() -> None:
    assert list(VIEWS) == [*(one.key for one in (*TABLES, GAPS)), *(one.key for one in SAID)]
    assert set(VIEWS) <= set(re.findall(r"`(\w+)`", PAGE))


@pytest.mark.parametrize("key", list(VIEWS))
def test_a_table_is_the_same_in_the_store_and_in_an_export(
    kept: Path, tables: Path, key: str
) -> None:
    written = pl.read_parquet(tables / f"{key}.parquet")
    with open_store(kept) as store:
        frame, lazy = store.frame(key), store.scan(key).collect()
    assert frame.columns == list(VIEWS[key].columns)
    told = [name for name in written.columns if name not in ("identity", "address")]
    order = [name for name, kind in written.schema.items() if not kind.is_nested()]
    assert_frame_equal(frame.sort(order).select(told), written.sort(order).select(told))
    assert_frame_equal(frame.sort(order), lazy.sort(order))
    assert len(frame) > 0 or key in ("sets", "gaps", "notes")


@pytest.mark.parametrize(
    "query",
    [
        "SELECT sensor, channel, count(*) AS n FROM samples GROUP BY ALL ORDER BY ALL",
        "SELECT m.minute, p.name FROM minutes m JOIN persons p ON p.key = m.person ORDER BY ALL",
        "SELECT s.sensor, a.placement, count(*) AS n FROM samples s ASOF JOIN assignments a"
        " ON s.sensor = a.sensor AND s.time >= a.since GROUP BY ALL ORDER BY ALL",
        "SELECT w.person, c.component, c.points FROM weeks w JOIN week_components c"
        " USING (person, week, method, protocol) ORDER BY ALL",
        "SELECT time_bucket(INTERVAL 1 HOUR, start) AS hour, count(*) AS n FROM practice"
        " GROUP BY ALL ORDER BY ALL",
    ],
)
def test_a_question_has_the_same_answer_in_the_store_and_in_an_export(
    kept: Path, tables: Path, query: str
) -> None:
    with duckdb.connect() as plain:
        for key in VIEWS:
            plain.execute(f"CREATE VIEW {key} AS FROM '{tables}/{key}.parquet'")
        expected = plain.execute(query).fetchall()
    with open_store(kept) as store:
        assert store.query(query).rows() == expected
    assert expected


def test_a_week_has_its_components_as_rows(kept: Path) -> None:
    from dashboard.data import open_data

    with open_store(kept) as store:
        rows = store.query("SELECT person, week, component, value, credit, points"
                           " FROM week_components").rows()  # fmt: skip
    data = open_data(kept)
    weeks = {(person, week) for person, week, *_ in rows}
    expected = [
        (person, week, line.key, line.value, line.credit, line.points)
        for person, week in weeks
        for line in data.week(person, week).components
    ]
    assert sorted(map(str, rows)) == sorted(map(str, expected))


def test_types_that_few_programs_know_come_as_everyday_ones(kept: Path) -> None:
    with open_store(kept) as store:
        found = store.query(
            "SELECT sum(2::BIGINT) AS a, 1.5 AS b, INTERVAL 90 MINUTE AS c, {'x': 1} AS d,"
            " [1, 2] AS e, 1 AS a, 'x'::BLOB AS f, NULL AS g ORDER BY 1"
        )
    assert found.columns == ["a", "b", "c", "d", "e", "a_1", "f", "g"]
    assert found.row(0) == (2, 1.5, "01:30:00", '{"x":1}', [1, 2], 1, "x", None)


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("SELECT hart_rate FROM minutes", "no column 'hart_rate'; did you mean heart_rate_bpm"),
        ("SELECT steps FROM minuts", "no table 'minuts'; did you mean minutes"),
        ("SELECT steps FROM nothing_like_it", r"no table 'nothing_like_it'\."),
        ("SELECT stepps(1)", "Function with name stepps does not exist"),
        ("SELCT 1", 'syntax error at or near "SELCT"'),
        ("SELECT 'a'::INTEGER", "Could not convert string 'a'"),
        ("SELECT sum(range * 9223372036854775807) FROM range(9)", "out of range|Overflow"),
        ("DELETE FROM minutes", "DELETE cannot be asked"),
        ("PIVOT minutes ON sensor USING sum(steps)", "only after FROM"),
    ],
)
def test_a_query_that_cannot_be_says_why(kept: Path, query: str, why: str) -> None:
    with open_store(kept) as store, pytest.raises(QueryRefused, match=why):
        store.query(query)


def test_order_and_every_row_survive_the_way_over_the_disk(kept: Path) -> None:
    with open_store(kept) as store:
        answer = store.answer("SELECT range AS n FROM range(300000) ORDER BY hash(range)")
        first = store.answer("SELECT range AS n FROM range(300000)", most=70_000)
        expected = store.query("SELECT range AS n FROM range(300000) ORDER BY hash(range)")
    with answer, first:
        rows = [n for batch in answer.batches() for n in batch.column(0).to_pylist()]
        assert rows == expected["n"].to_list()
        assert answer.rows == first.rows == 300_000
        assert sum(batch.num_rows for batch in first.batches()) == 70_000
    assert not [path for path in (kept / "spool").iterdir() if "asked" in path.name]


def test_a_disk_that_is_nearly_full_is_left_to_recordings(
    kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.answers.SPARE_BYTES", 1 << 60)
    with open_store(kept) as store, pytest.raises(Exception, match="does not fit on the disk"):
        store.answer("FROM samples")


def test_what_is_asked_never_keeps_the_store_from_being_loaded(kept: Path) -> None:
    with open_store(kept) as store:
        answer, lazy = store.answer("FROM samples"), store.scan("samples")
        with pytest.raises(TookTooLong):
            store.query("SELECT count(*) FROM range(1000000000000)", timeout_s=0.1)
    with open_store(kept, read_only=False, patience_s=0.0) as writer:
        assert writer.version()
    with pytest.raises(duckdb.Error, match="closed"):
        lazy.collect()
    with answer:
        assert sum(batch.num_rows for batch in answer.batches()) == answer.rows > 0


def test_the_code_of_the_page_runs(kept: Path) -> None:
    left: dict[str, Any] = {"home": kept}
    for block in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL):
        exec(block, left)
    assert left["minutes"]["steps"].sum() > 0
    assert left["by_channel"].columns == ["sensor", "channel", "n", "mean"]
    assert left["jolts"]["jolts"].sum() > 0
    assert set(left["credits"]) == {line.key for line in left["report"].components}
    assert not left["walked"].is_empty()
