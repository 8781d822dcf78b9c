"""`legload import`: many files at once, what came of each, and what a person says of them."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from dashboard.cli import main
from ingest.entries import Entries, PersonSet
from ingest.importers import table
from ingest.importers.imported import Imported, Into
from ingest.recording import recording_paths
from tests.test_motion_table import MADE_UP, signal

ROWS = "".join(f"2026-05-01T07:10:{second:02}Z,99,110\n" for second in range(30))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LEGLOAD_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def legload(capsys: pytest.CaptureFixture[str], *words: str | Path) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as end:
        main(["import", *map(str, words)])
    out, err = capsys.readouterr()
    return int(end.value.code or 0), out, " ".join(err.split())


def written(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def test_each_file_has_its_line_and_one_that_fails_stops_no_other(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = written(tmp_path, "good.csv", f"Time,HR,SPM\n{ROWS}bad,1,1\n")
    bad = written(tmp_path, "bad.csv", "A;B\n1;2\n")
    code, out, err = legload(capsys, bad, tmp_path / "none", good)
    assert code == 1
    assert [line.split()[:5] for line in out.splitlines()[1:2]] == [
        ["good.csv", "Table", "(CSV)", "60", "0"]
    ]
    assert "good.csv: rows: 1 left out (their time cannot be read)." in err
    assert "bad.csv: what its columns hold is not known (A, B)." in err
    assert "There is no file" in err
    assert "minute was scored" in out
    assert recording_paths(home)


def test_json_has_everything(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path, "good.csv", f"Time,HR,SPM\n{ROWS}")
    code, out, _ = legload(capsys, file, "--json")
    assert code == 0
    found: Any = json.loads(out)
    (one,) = found["files"]
    assert (one["rows"], one["kind"], found["failed"]) == (60, "table", [])
    assert found["loaded"]["minutes"] == 1
    assert json.loads(legload(capsys, file, "--json")[1])["files"][0]["here"] == 60
    assert home.exists()


def test_whoever_is_shown_before_anybody_was_named_has_files_too(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path, "good.csv", f"Time,HR,SPM\n{ROWS}")
    assert legload(capsys, file, "--person=me")[0] == 0
    assert list(Entries(home).registry().persons) == ["me"]
    assert "no person 'bo'" in legload(capsys, file, "--person=bo")[2]


def test_columns_are_told_one_by_one_or_in_a_file(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = "01/05/2026 09:10:00;99;110\n"
    file = written(tmp_path, "odd.csv", f"Wann;Puls;Tritt\n{rows}")
    words = ["--column", "time=Wann", "--column", "heart_rate_bpm=Puls", "--day-first"]
    assert legload(capsys, file, *words)[0] == 0
    pairs = written(tmp_path, "pairs.toml", 'time = "Wann"\ncadence_spm = "Tritt"\n')
    assert legload(capsys, file, "--columns", pairs, "--month-first")[0] == 0
    assert len(Entries(home).registry().sensors) == 2
    assert legload(capsys, file, "--column", "time")[0] == 2
    assert legload(capsys, file, "--columns", tmp_path / "none.toml")[0] == 2


def test_motion_is_told_where_when_and_how_fast(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "imu.csv"
    signal().write_csv(file)
    words = ["--rate", "100", "--start", "2026-05-01T07:10Z", "--placement", "left-foot"]
    code, out, _ = legload(capsys, file, *words, "--json")
    assert code == 0
    assert json.loads(out)["files"][0]["rows"] == len(MADE_UP.acc_g)
    assert legload(capsys, file, "--start", "soon")[0] == 2
    assert legload(capsys, file, "--placement", "nose")[0] == 2
    assert home.exists()


@pytest.mark.parametrize("motion", [True, False])
def test_a_beginning_without_an_offset_is_in_the_zone_of_the_person(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], motion: bool
) -> None:
    at = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    Entries(home).append(PersonSet(at=at, person="ada", name="Ada", zone="Pacific/Auckland"))
    file = written(tmp_path, "secs.csv", "secs,HR\n0,99\n1,98\n")
    words = ["--start", "2026-05-01T21:00", "--json"]
    if motion:
        file = tmp_path / "imu.csv"
        signal().write_csv(file)
        words += ["--rate", "100", "--placement", "left-foot"]
    code, out, _ = legload(capsys, file, *words)
    assert code == 0
    assert json.loads(out)["files"][0]["start"] == "2026-05-01T09:00:00Z"


def test_a_name_that_a_terminal_would_obey_is_printed_harmlessly(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path, "x\x1b[31m[red]\n.csv", f"Time,HR,SPM\n{ROWS}bad,1,1\n")
    with pytest.raises(SystemExit):
        main(["import", str(file)])
    out, err = capsys.readouterr()
    assert "\x1b" not in out + err
    assert "[red]" in err
    assert home.exists()


def test_a_stop_in_the_middle_leaves_what_is_there_whole(
    home: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = written(tmp_path, "good.csv", f"Time,HR,SPM\n{ROWS}")
    assert legload(capsys, file)[0] == 0
    before = [path.read_bytes() for path in recording_paths(home)]
    more = written(tmp_path, "more.csv", f"Time,HR,SPM\n{ROWS.replace('07:10', '07:11')}")

    def stopped(_done: int, _whole: int) -> None:
        raise KeyboardInterrupt

    def take(into: Into) -> Imported:
        from dataclasses import replace

        return table.take(more, replace(into, progress=stopped))

    monkeypatch.setattr("ingest.importers.import_file", lambda _file, into: take(into))
    assert legload(capsys, more)[0] == 130
    assert [path.read_bytes() for path in recording_paths(home)][: len(before)] == before
    assert not list((home / "spool").glob("taking-*"))
    monkeypatch.undo()
    monkeypatch.setenv("LEGLOAD_HOME", str(home))
    code, out, _ = legload(capsys, more, "--json")
    assert code == 0
    assert json.loads(out)["files"][0]["rows"] == 60
