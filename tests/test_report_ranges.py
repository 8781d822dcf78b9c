"""Several weeks of several persons as files: which, called what, and noted so as to be erased."""

from __future__ import annotations

import csv
import datetime as dt
import io
import itertools
import stat
import tracemalloc
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.calendar import week_back, week_of, week_start
from dashboard.data import Data, open_data
from dashboard.errors import DashboardError
from dashboard.reporting import MOST_WEEKS, Asked
from dashboard.reports import FORMATS
from dashboard.reports.dictionary import NAME as DICTIONARY
from dashboard.writing import fill_file, write_zip
from ingest.entries import Entries, Excused, PersonSet, ReportNote, SetLogged
from ingest.erasing import preview
from ingest.stretches import Scope
from ingest.written import Written, note_written, written
from tests import sample_week

NOW = dt.datetime.now(dt.UTC)
CURRENT = week_of(NOW.date())


def home_of(folder: Path, weeks: int, **names: str) -> Data:
    """Persons who logged a set in each week since, so many weeks ago; 0: nothing at all."""
    for key, name in names.items():
        said = PersonSet(at=NOW, person=key, name=name, zone="UTC")
        sets = [squat(key, number) for number in range(weeks + 1)] if weeks else []
        Entries(folder).append(said, *sets)
    return open_data(folder)


def squat(person: str, weeks: int) -> SetLogged:
    done = NOW - dt.timedelta(weeks=weeks)
    return SetLogged(at=NOW, person=person, start=done, exercise="squat", repetitions=8)


def back(weeks: int) -> str:
    return week_back(CURRENT, weeks)


def csv_of(data: Data, *persons: str, first: int, last: int = 0, **ways: bool) -> Asked:
    weeks = data.reporting.between(back(first), back(last))
    return Asked(persons=persons, weeks=weeks, formats=("csv",), **ways)


# --- which weeks --------------------------------------------------------------------------------


def test_a_range_goes_over_a_year_of_53_weeks_and_a_change_of_clocks(tmp_path: Path) -> None:
    reporting = open_data(tmp_path).reporting
    assert reporting.between("2026-W52", "2027-W02") == (
        *("2026-W52", "2026-W53", "2027-W01", "2027-W02"),
    )
    assert reporting.between("2025-W51", "2026-W02") == (
        "2025-W51",
        "2025-W52",
        "2026-W01",
        "2026-W02",
    )
    assert reporting.between("2026-W12", "2026-W14") == ("2026-W12", "2026-W13", "2026-W14")


@given(first=st.dates(dt.date(1950, 1, 1), dt.date(2150, 1, 1)), count=st.integers(0, 300))
def test_a_range_has_every_week_once_in_order(first: dt.date, count: int) -> None:
    reporting = open_data(Path("nowhere")).reporting
    last = first + dt.timedelta(weeks=count)
    found = reporting.between(week_of(first), week_of(last))
    assert len(found) == count + 1
    assert found == tuple(sorted(set(found)))
    assert all(week_back(after, 1) == before for before, after in itertools.pairwise(found))


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        ("2026-W40", "2026-W39", "is before"),
        ("2025-W53", "2026-W01", "not an ISO week"),
        ("2026-W40", "tomorrow", "not an ISO week"),
        ("1999-W01", "2026-W01", f"up to {MOST_WEEKS}"),
    ],
)
def test_a_range_that_cannot_be_is_one_sentence(first: str, last: str, said: str) -> None:
    with pytest.raises(DashboardError, match=said):
        open_data(Path("nowhere")).reporting.between(first, last)


def test_a_week_that_is_to_come_writes_nothing(tmp_path: Path) -> None:
    data = home_of(tmp_path / "home", 2, anna="Anna")
    asked = Asked(persons=("anna",), weeks=(week_back(CURRENT, -1),), formats=("csv",))
    with pytest.raises(DashboardError, match="yet to come"):
        data.reporting.folder(asked, tmp_path / "out")
    assert not (tmp_path / "out").exists()


# --- which files --------------------------------------------------------------------------------


def test_there_is_a_file_for_each_person_week_and_format_without_a_name(tmp_path: Path) -> None:
    data = home_of(tmp_path / "home", 2, anna="Anna", bo="Bo")
    told: list[tuple[int, int]] = []
    made = data.reporting.folder(
        replace(csv_of(data, "anna", "bo", first=2), formats=("csv", "json")),
        tmp_path / "out",
        progress=lambda done, total: told.append((done, total)),
    )
    names = {path.name for path in made.paths}
    assert names == {path.name for path in (tmp_path / "out").iterdir()}
    assert len(names) == 2 * 3 * 2 + 1
    assert DICTIONARY in names
    codes = {data.reporting.code(key).lower() for key in ("anna", "bo")}
    assert len(codes) == 2
    assert all(any(code in name for code in codes) for name in names - {DICTIONARY})
    assert told[-1] == (12, 12)
    text = b"".join(path.read_bytes() for path in made.paths)
    assert b"anna" not in text.lower()
    assert {stat.S_IMODE(path.stat().st_mode) for path in made.paths} == {0o600}


def test_with_names_they_are_in_the_files_and_two_of_one_name_stay_apart(tmp_path: Path) -> None:
    data = home_of(tmp_path / "home", 1, anna="Anna", other="Änna", third="安娜", fourth="李")
    asked = csv_of(data, *("anna", "other", "third", "fourth"), first=0, named=True)
    made = data.reporting.folder(asked, tmp_path / "out")
    assert len(made.paths) == len(set(made.paths)) == 5
    texts = [path.read_text("utf-8-sig") for path in made.paths]
    assert [sum(name in text for text in texts) for name in ("Änna", "安娜", "李")] == [1, 1, 1]


def test_weeks_before_anything_was_known_are_left_out_and_counted(tmp_path: Path) -> None:
    data = home_of(tmp_path / "home", 1, anna="Anna")
    made = data.reporting.folder(csv_of(data, "anna", first=9), tmp_path / "out")
    assert len(made.items) == 2
    assert made.left_out == 8
    with pytest.raises(DashboardError, match="Nothing is known"):
        data.reporting.folder(csv_of(data, "anna", first=9, last=5), tmp_path / "none")
    one = data.reporting.folder(csv_of(data, "anna", first=9, last=9), tmp_path / "one")
    assert len(one.items) == 1  # a week that was named is written, whatever is known of it


def test_weeks_that_hold_nothing_are_left_out_wherever_they_stand(tmp_path: Path) -> None:
    data = home_of(tmp_path / "home", 0, anna="Anna")
    sick = week_start(back(5))
    Entries(data.home).append(
        squat("anna", 8),
        ReportNote(at=NOW, person="anna", week=back(6), text="On holiday."),
        Excused(at=NOW, person="anna", start=sick, end=sick + dt.timedelta(days=6), why="flu"),
    )
    made = data.reporting.folder(csv_of(data, "anna", first=9), tmp_path / "out")
    assert {item.weeks[0] for item in made.items} == {back(8), back(6), back(5)}
    assert made.left_out == 7  # the current week, too


def test_one_table_has_the_rows_of_every_week_in_order(tmp_path: Path) -> None:
    data = home_of(tmp_path / "home", 3, anna="Anna")
    each = data.reporting.folder(csv_of(data, "anna", first=3), tmp_path / "each")
    whole = data.reporting.folder(csv_of(data, "anna", first=3, one_table=True), tmp_path / "whole")
    assert len(whole.items) == 1
    assert f"{back(3)}-to-{CURRENT}" in whole.paths[0].name
    assert rows(whole.paths[0]) == [row for path in each.paths[:4] for row in rows(path)]


def rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"), newline="")))


def test_what_is_kept_is_not_replaced(tmp_path: Path) -> None:
    data = home_of(tmp_path / "home", 1, anna="Anna")
    (path, *_) = data.reporting.folder(csv_of(data, "anna", first=0), tmp_path / "out").paths
    path.write_bytes(b"mine")
    data.reporting.folder(csv_of(data, "anna", first=0), tmp_path / "out", keep=True)
    assert path.read_bytes() == b"mine"
    data.reporting.folder(csv_of(data, "anna", first=0), tmp_path / "out")
    assert path.read_bytes() != b"mine"


# --- a zip --------------------------------------------------------------------------------------


def test_a_zip_holds_the_same_files_sorted_and_is_the_same_bytes_again(tmp_path: Path) -> None:
    data = home_of(tmp_path / "home", 2, anna="Anna", bo="Bo")
    asked = csv_of(data, "anna", "bo", first=2)
    made = data.reporting.folder(asked, tmp_path / "out")
    one, other = tmp_path / "one.zip", tmp_path / "new" / "other.ZIP"
    for path in (one, other):
        assert data.reporting.zipped(asked, path).paths == (path,)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert one.read_bytes() == other.read_bytes()
    with zipfile.ZipFile(one) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == sorted(path.name for path in made.paths)
        for path in made.paths:
            assert archive.read(path.name) == path.read_bytes()
    with pytest.raises(DashboardError, match="is there already"):
        data.reporting.zipped(asked, one)


def test_a_zip_that_fails_half_way_leaves_nothing(tmp_path: Path) -> None:
    def fails(out: BinaryIO) -> None:
        out.write(b"some")
        raise OSError(28, "No space left on device")

    def once(out: BinaryIO) -> None:
        out.write(b"whole")

    with pytest.raises(DashboardError, match="No space left"):
        write_zip(tmp_path / "a.zip", [("one", once), ("two", fails)])
    with pytest.raises(DashboardError, match="No space left"):
        fill_file(tmp_path / "a.csv", fails)
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    data = home_of(tmp_path / "home", 1, anna="Anna")
    (tmp_path / "file").write_text("x")
    for write in (data.reporting.folder, data.reporting.zipped):
        with pytest.raises(DashboardError, match="Could not write"):
            write(csv_of(data, "anna", first=0), tmp_path / "file" / "x.zip")


def test_many_weeks_of_many_people_are_written_in_bounded_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """520 weeks of ten persons hold no more at once than 52 weeks of one."""
    sample, names = sample_week.complete(), [f"p{number}" for number in range(10)]
    data = home_of(tmp_path / "home", 0, **{name: name for name in names})
    weeks = [back(number) for number in range(520)]
    monkeypatch.setattr(data, "weeks", lambda _person: weeks)
    monkeypatch.setattr(
        data, "week", lambda person, week: replace(sample, person=person, week=week)
    )
    form = replace(FORMATS["csv"], write=lambda report: report.week.encode() * 4000)
    monkeypatch.setitem(FORMATS, "csv", form)

    def most(count: int, *persons: str) -> int:
        asked = csv_of(data, *persons, first=count - 1)
        tracemalloc.start()
        made = data.reporting.zipped(asked, tmp_path / f"{count}.zip")
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert len(made.items) == count * len(persons)
        return peak

    small = most(52, "p0")
    assert most(520, *names) < small + (16 << 20)  # 5,200 names and where each lies in the zip


# --- the ledger ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scope", "found"),
    [
        (Scope(person="anna"), True),
        (Scope(person="bo"), False),
        (Scope(), True),
        (Scope(start=dt.date(2026, 11, 16), end=dt.date(2026, 11, 16)), True),
        (Scope(person="anna", start=dt.date(2026, 11, 23), end=dt.date(2026, 11, 23)), False),
        (Scope(person="bo", start=dt.date(2026, 11, 16), end=dt.date(2026, 11, 16)), False),
        (Scope(start=dt.date(2026, 11, 23)), True),
    ],
)
def test_an_erasure_finds_the_files_that_hold_what_goes(
    tmp_path: Path, scope: Scope, found: bool
) -> None:
    path = tmp_path / "r.zip"
    path.write_bytes(b"zip")
    home_of(tmp_path / "home", 0, anna="Anna", bo="Bo", cy="Cy")
    weeks = ("2026-W46", "2026-W47")
    note_written(tmp_path / "home", "report", path, persons=("anna", "cy"), weeks=weeks)
    files = preview(tmp_path / "home", scope, zone="UTC").files
    assert [one.path for one in files] == ([str(path)] if found else [])


def test_a_line_of_an_older_version_still_says_whose_it_is(tmp_path: Path) -> None:
    line = (
        b'{"at":"2026-11-23T06:00:00Z","kind":"report","path":"/x.pdf","sha256":"0","person":"anna",'
        b'"week":"2026-W47"}\n'
    )
    (tmp_path / "reports.jsonl").write_bytes(line)
    (one,) = written(tmp_path)
    assert (set(one.whose), set(one.of_weeks)) == ({"anna"}, {"2026-W47"})
    assert Written(at=NOW, kind="export", path="/x", sha256="").whose == frozenset()


Write = Callable[..., object]


@pytest.mark.parametrize("zipped", [False, True])
def test_what_was_written_is_erased_with_the_person(tmp_path: Path, zipped: bool) -> None:
    from dashboard.keeping import erase_and_score
    from dashboard.schedule.schedules import Schedules
    from tests.test_schedule import MadeUp, schedules

    data = home_of(tmp_path / "leg load", 2, anna="Anna", bo="Bo")
    asked = csv_of(data, "anna", first=2, one_table=True)
    out = tmp_path / "out" / ("r.zip" if zipped else "")
    write: Write = data.reporting.zipped if zipped else data.reporting.folder
    write(asked, out)
    at: Schedules = schedules(tmp_path, "linux", MadeUp())
    plan = preview(at.home, Scope(person="anna"), zone="UTC")
    assert erase_and_score(at.home, plan, schedules=at).reports == 1
    left = [path.name for path in (tmp_path / "out").iterdir()]
    assert left == ([] if zipped else [DICTIONARY])
