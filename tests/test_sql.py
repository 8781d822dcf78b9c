"""`legload sql`: what it prints where, and how it ends."""

from __future__ import annotations

import csv
import io
import json
import shutil
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from ingest.store import open_store, store_path
from ingest.views import VIEWS
from ingest.written import EXPORT, written
from tests.households import ANNA, household
from tests.test_cli import legload, result


@pytest.fixture(scope="module")
def household_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return household(tmp_path_factory.mktemp("household") / "home")


@pytest.fixture(autouse=True)
def home(household_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy, so that no test sees what another one wrote; and lines of 80 letters."""
    home = Path(shutil.copytree(household_home, tmp_path / "home"))
    monkeypatch.setenv("LEGLOAD_HOME", str(home))
    monkeypatch.setattr("dashboard.console._stdout.width", 80)
    return home


def test_alone_it_lists_every_table_and_its_columns(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _err = legload(capsys, "sql")
    assert code == 0
    for view in VIEWS.values():
        assert f"{view.key}: a row is {view.what}\n    {', '.join(view.columns)}\n" in out
    listed = result(capsys, "sql")
    assert {one["table"]: one["columns"] for one in listed} == {
        one.key: dict(one.columns) for one in VIEWS.values()
    }


@pytest.mark.parametrize("table", list(VIEWS))
def test_every_column_has_a_type_and_a_meaning(
    capsys: pytest.CaptureFixture[str], table: str
) -> None:
    rows = result(capsys, "sql", "--describe", table)
    assert {row["column"]: row["meaning"] for row in rows} == VIEWS[table].columns
    assert all(row["type"] for row in rows)


def test_a_table_that_is_not_there_is_said_with_the_one_meant(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, out, err = legload(capsys, "sql", "--describe", "minuts")
    assert (code, out) == (2, "")
    assert "no table 'minuts'; did you mean minutes?" in err


QUERY = (
    "SELECT sensor, channel, count(*) AS n, avg(value) AS mean, list(DISTINCT recording) AS of"
    " FROM samples GROUP BY ALL ORDER BY ALL"
)


def test_the_answer_is_the_same_in_every_shape(
    capsys: pytest.CaptureFixture[str], home: Path, tmp_path: Path
) -> None:
    with open_store(home) as store:
        expected = store.query("SELECT sensor, channel, n, mean FROM (" + QUERY + ")")
    _code, out, _err = legload(capsys, "sql", "--csv", QUERY)
    rows = list(csv.DictReader(io.StringIO(out)))
    assert [(r["sensor"], r["channel"], int(r["n"]), float(r["mean"])) for r in rows] == (
        expected.rows()
    )
    assert all(json.loads(r["of"]) for r in rows)
    found = result(capsys, "sql", QUERY)
    assert [(r["sensor"], r["channel"], r["n"], r["mean"]) for r in found] == expected.rows()
    path = tmp_path / "out.parquet"
    code, out, _err = legload(capsys, "sql", "--parquet", str(path), QUERY)
    assert code == 0
    assert f"{len(expected)} rows" in out
    assert pl.read_parquet(path).drop("of").rows() == expected.rows()
    _code, out, _err = legload(capsys, "sql", QUERY.replace(", list(DISTINCT recording) AS of", ""))
    table = [line.split() for line in out.splitlines()]
    assert table[0] == ["sensor", "channel", "n", "mean"]
    assert [row[:3] for row in table[1:]] == [
        [sensor, channel, str(n)] for sensor, channel, n, _ in expected.rows()
    ]


def test_an_answer_without_rows_still_has_its_columns(capsys: pytest.CaptureFixture[str]) -> None:
    nothing = "SELECT sensor, minute FROM minutes WHERE false"
    assert legload(capsys, "sql", "--csv", nothing)[:2] == (0, "sensor,minute\n")
    assert result(capsys, "sql", nothing) == []
    assert legload(capsys, "sql", nothing)[1].split() == ["sensor", "minute"]


def test_instants_and_what_is_unknown_are_said_as_such(capsys: pytest.CaptureFixture[str]) -> None:
    query = (
        "SELECT TIMESTAMP '2026-11-20 12:00:00.5' AS a, TIMESTAMPTZ '2026-11-20 12:00:00+01' AS b,"
        " NULL AS c, 'nan'::DOUBLE AS d"
    )
    (row,) = result(capsys, "sql", query)
    assert row == {
        "a": "2026-11-20T12:00:00.500", "b": "2026-11-20T11:00:00Z", "c": None, "d": None,
    }  # fmt: skip
    assert "—" in legload(capsys, "sql", query)[1]


def test_a_terminal_shows_what_fits_and_says_what_does_not(
    capsys: pytest.CaptureFixture[str],
) -> None:
    _code, out, err = legload(capsys, "sql", "FROM motion")
    assert "… 6,000 rows, the first 100 shown." in err
    assert "Not shown for lack of room: " in err
    assert len(out.splitlines()) == 101
    assert all(len(line) <= 80 for line in out.splitlines())
    _code, out, err = legload(capsys, "sql", "--limit", "7", "FROM motion")
    assert len(out.splitlines()) == 8
    assert "first 7 shown" in err
    _code, out, _err = legload(capsys, "sql", f"FROM persons WHERE key = '{ANNA}'")
    assert ["name", "Annegret", "Weiß"] in [line.split() for line in out.splitlines()]


def test_the_first_rows_are_written_where_a_limit_is_given(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "out.parquet"
    legload(capsys, "sql", "--parquet", str(path), "--limit", "70", "FROM motion")
    assert len(pl.read_parquet(path)) == 70
    assert len(result(capsys, "sql", "--limit", "70", "FROM motion")) == 70
    assert len(result(capsys, "sql", "FROM motion")) == 6000


def test_what_would_steer_the_terminal_is_written_out(capsys: pytest.CaptureFixture[str]) -> None:
    _code, out, _err = legload(capsys, "sql", r"SELECT chr(27) || '[31m[bold]x' AS a")
    assert "\x1b" not in out
    assert r"\x1b[31m[bold]x" in out


def test_a_file_is_its_owners_alone_never_written_over_and_known_to_erase(
    capsys: pytest.CaptureFixture[str], home: Path, tmp_path: Path
) -> None:
    path = tmp_path / "out.parquet"
    assert legload(capsys, "sql", "--parquet", str(path), "FROM minutes")[0] == 0
    assert not path.stat().st_mode & 0o077
    assert [one.path for one in written(home, EXPORT)] == [str(path)]
    code, _out, err = legload(capsys, "sql", "--parquet", str(path), "FROM minutes")
    assert code == 1
    assert "there already" in err
    assert legload(capsys, "erase", "--person", ANNA, "--yes")[0] == 0
    assert not path.exists()


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["SELECT hart_rate FROM minutes"], 2),
        (["DROP VIEW minutes"], 2),
        (["SELECT 1; SELECT 2"], 2),
        (["SELECT 1", "--csv", "--json"], 2),
        (["SELECT 1", "--describe", "minutes"], 2),
        (["SELECT 1", "--timeout", "soon"], 2),
        (["SELECT count(*) FROM range(1000000000000)", "--timeout", "0.2s"], 1),
        (["SELECT list(range) FROM range(1000000000)"], 1),
    ],
)
def test_what_cannot_be_asked_is_usage_and_what_could_not_be_answered_failure(
    capsys: pytest.CaptureFixture[str], words: list[str], code: int
) -> None:
    ended, out, err = legload(capsys, "sql", *words)
    assert (ended, out) == (code, "")
    assert "Traceback" not in err


def test_a_store_that_is_being_written_is_waited_for_then_said(
    capsys: pytest.CaptureFixture[str], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import dashboard.refresh

    monkeypatch.setattr(dashboard.refresh, "refresh", lambda home, progress=None: None)
    monkeypatch.setattr(open_store, "__kwdefaults__", {**kwdefaults(), "patience_s": 0.1})
    hold = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held', flush=True); input()"
    words = [sys.executable, "-c", hold, str(store_path(home))]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        code, out, err = legload(capsys, "sql", "FROM minutes")
        other.communicate("\n")
    assert (code, out) == (1, "")
    assert "The store is held by another program. Wait a moment" in " ".join(err.split())


def kwdefaults() -> dict[str, object]:
    return dict(open_store.__kwdefaults__ or {})
