"""Google Fit's quarters of an hour, and Health Connect's database, give each step once."""

from __future__ import annotations

import datetime as dt
import sqlite3
import zipfile
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.profile import Channel
from ingest.entries import Entries
from ingest.errors import IngestError
from ingest.importers import health_connect, import_file
from ingest.importers.imported import Into
from ingest.recording import recording_paths
from tests.taken_in import into_of, merged, steps_of, told

HEAD = (
    "Start time,End time,Move Minutes count,Calories (kcal),Distance (m),Heart Points,"
    "Heart Minutes,Average heart rate (bpm),Max heart rate (bpm),Min heart rate (bpm),"
    "Average speed (m/s),Step count,Average weight (kg)\n"
)
"""As exports show it (github search: `Start time,End time,Move Minutes count`)."""

DAILY = "Date,Move Minutes count,Distance (m),Step count\n2026-10-24,40,5000,1000\n"


@pytest.fixture
def into(tmp_path: Path) -> Into:
    return into_of(tmp_path)


def quarter(start: str, end: str, steps: object = "", mass: object = "") -> str:
    return f"{start},{end},5,20,300,,,,,,,{steps},{mass}\n"


def takeout(path: Path, days: dict[str, str]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in days.items():
            archive.writestr(f"Takeout/Fit/Daily activity metrics/{name}", content)
        archive.writestr("Takeout/archive_browser.html", "<html/>")
    return path


SATURDAY = HEAD + (
    quarter("07:15:00.000+02:00", "07:30:00.000+02:00", 400)
    + quarter("07:30:00.000+02:00", "07:45:00.000+02:00", 600, 71.3)
    + quarter("08:00:00.000+02:00", "08:15:00.000+02:00")
)


def test_quarters_of_an_hour_count_and_the_sum_of_the_day_does_not(
    tmp_path: Path, into: Into
) -> None:
    days = {"2026-10-24.csv": SATURDAY, "Daily activity metrics.csv": DAILY}
    file = takeout(tmp_path / "takeout-1.zip", days)
    done = import_file(file, into)
    assert steps_of(into) == pytest.approx(1000)
    assert done.start == dt.datetime(2026, 10, 24, 5, 15, tzinfo=dt.UTC)
    minutes = merged(into).filter(merged(into)["steps"] > 0)
    assert len(minutes) == 30
    assert Entries(into.home).registry().persons["ada"].masses == ((dt.date(2026, 10, 24), 71.3),)
    assert [(one.count, one.what) for one in done.skipped] == [(2, "other files")]
    again = import_file(file, into)
    assert again.rows == 0
    assert steps_of(into) == pytest.approx(1000)


def test_one_day_alone_and_the_same_in_a_folder(tmp_path: Path, into: Into) -> None:
    folder = tmp_path / "Métricas de actividad diaria"
    folder.mkdir()
    day = folder / "2026-10-24.csv"
    day.write_text("\ufeff" + SATURDAY)
    assert import_file(day, into).rows > 30
    assert import_file(folder, into).rows == 0
    (folder / "2026-10-25.csv").write_text(SATURDAY)
    assert import_file(folder, into).here == 30
    assert steps_of(into) == pytest.approx(2000)


def test_the_night_that_the_clocks_go_back_is_an_hour_longer(tmp_path: Path, into: Into) -> None:
    rows = (
        quarter("02:45:00.000+02:00", "02:00:00.000+01:00", 100)
        + quarter("02:45:00.000+01:00", "03:00:00.000+01:00", 50)
        + quarter("23:45:00.000+01:00", "00:00:00.000+01:00", 30)
    )
    done = import_file(takeout(tmp_path / "a.zip", {"2026-10-25.csv": HEAD + rows}), into)
    assert done.start == dt.datetime(2026, 10, 25, 0, 45, tzinfo=dt.UTC)
    assert done.end == dt.datetime(2026, 10, 25, 22, 59, tzinfo=dt.UTC)
    assert steps_of(into) == pytest.approx(180)
    assert len(merged(into).filter(merged(into)["steps"] > 0)) == 45


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe\x00",
        b"Fecha,Pasos\n1,2\n",
        HEAD.encode() + b'"' + b"x" * 200_000,
        HEAD.encode() + b"a,b,c\n" * 2_000,
        HEAD.encode() + b"25:00:00.000+02:00,26:00:00.000+02:00,,,,,,,,,,10,\n",
        HEAD.encode() + b"10:00:00,10:15:00,,,,,,,,,,10,\n",
        HEAD.replace("Step count", "x").encode() + b"10:00:00.000+02:00,10:15:00.000+02:00\n",
    ],
)
def test_a_day_that_is_none_is_one_sentence(tmp_path: Path, into: Into, content: bytes) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("Takeout/Fit/x/2026-10-24.csv", content)
    with pytest.raises(IngestError) as raised:
        import_file(path, into)
    assert len(str(raised.value)) < 400
    assert not recording_paths(into.home)


def test_one_bad_day_does_not_keep_the_others_out(tmp_path: Path, into: Into) -> None:
    days = {"2026-10-24.csv": SATURDAY, "2026-10-23.csv": "torn", "2026-13-45.csv": SATURDAY}
    done = import_file(takeout(tmp_path / "a.zip", days), into)
    assert steps_of(into) == pytest.approx(1000)
    assert {one.what for one in done.skipped} == {
        "2026-10-23.csv",
        "2026-13-45.csv",
        "other files",
    }


# Health Connect ---------------------------------------------------------------------------------

SCHEMA = """
CREATE TABLE application_info_table (row_id INTEGER PRIMARY KEY, package_name TEXT, app_name TEXT);
CREATE TABLE device_info_table (row_id INTEGER PRIMARY KEY, manufacturer TEXT, model TEXT,
    device_type INTEGER);
CREATE TABLE steps_record_table (row_id INTEGER PRIMARY KEY AUTOINCREMENT, uuid BLOB UNIQUE,
    last_modified_time INTEGER, client_record_id TEXT, client_record_version TEXT,
    device_info_id INTEGER, app_info_id INTEGER, recording_method INTEGER, dedupe_hash BLOB UNIQUE,
    start_time INTEGER, start_zone_offset INTEGER, end_time INTEGER, end_zone_offset INTEGER,
    local_date_time_start_time INTEGER AS (start_time + 1000 * start_zone_offset),
    local_date INTEGER, count INTEGER);
CREATE TABLE heart_rate_record_table (row_id INTEGER PRIMARY KEY AUTOINCREMENT,
    device_info_id INTEGER, app_info_id INTEGER, recording_method INTEGER, start_time INTEGER,
    end_time INTEGER);
CREATE TABLE heart_rate_record_series_table (parent_key INTEGER, beats_per_minute INTEGER,
    epoch_millis INTEGER);
CREATE TABLE weight_record_table (row_id INTEGER PRIMARY KEY, app_info_id INTEGER, time INTEGER,
    zone_offset INTEGER, weight REAL);
INSERT INTO application_info_table VALUES (1, 'com.google.android.apps.fitness', 'Fit'),
    (2, 'com.sec.android.app.shealth', NULL);
INSERT INTO device_info_table VALUES (1, NULL, NULL, 0), (2, 'Google', 'Pixel Watch', 1);
"""
"""Columns as Health Connect Explorer's README and AOSP's record helpers have them."""

NINE_MS = 1_792_825_200_000  # 2026-10-24 09:00 in Rome
MINUTE_MS = 60_000

Step = tuple[int, int, int, int, int, int]
"""minute from, minute to, steps, app, device, method."""


def export(path: Path, steps: Iterable[Step] = (), more: str = "") -> Path:
    database = path.with_name("made.db")
    database.unlink(missing_ok=True)
    with closing(sqlite3.connect(database)) as connection:
        connection.executescript(SCHEMA)
        for start, end, count, app, device, method in steps:
            connection.execute(
                "INSERT INTO steps_record_table (start_time, end_time, start_zone_offset, count,"
                " app_info_id, device_info_id, recording_method) VALUES (?, ?, 7200, ?, ?, ?, ?)",
                (
                    NINE_MS + start * MINUTE_MS,
                    NINE_MS + end * MINUTE_MS,
                    count,
                    app,
                    device,
                    method,
                ),
            )
        connection.executescript(more)
        connection.commit()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(database, health_connect.DATABASE)
    return path


def test_a_phone_and_a_watch_that_told_of_the_same_walk_count_it_once(
    tmp_path: Path, into: Into
) -> None:
    steps = [(0, 10, 1000, 1, 1, 2), (0, 10, 1040, 2, 2, 2), (20, 21, 90, 1, 1, 2)]
    file = export(tmp_path / "Health Connect.zip", steps)
    done = import_file(file, into)
    assert done.kind == "health_connect"
    names = {Entries(into.home).registry().sensors[key].name for key in done.sensors}
    assert names == {"Fit", "com.sec.android.app.shealth · Google Pixel Watch"}
    assert 1090 <= steps_of(into) <= 1130
    assert import_file(file, into).rows == 0


def test_an_app_that_tells_of_a_time_twice_counts_it_once(tmp_path: Path, into: Into) -> None:
    quarters = [(15 * n, 15 * n + 15, 150, 1, 1, 2) for n in range(4)]
    steps = [*quarters, (0, 60, 600, 1, 1, 2), (-540, 900, 5000, 1, 1, 2)]
    done = import_file(export(tmp_path / "a.zip", steps), into)
    assert steps_of(into) == pytest.approx(600)
    assert {one.why for one in done.skipped} == {
        "they last no time, or over 6 hours",
        "the same app told of that time already",
    }


def test_steps_that_somebody_typed_are_not_measured(tmp_path: Path, into: Into) -> None:
    done = import_file(
        export(tmp_path / "a.zip", [(0, 1, 90, 1, 1, 2), (5, 9, 900, 1, 1, 3)]), into
    )
    assert steps_of(into) == pytest.approx(90)
    assert [(one.count, one.why) for one in done.skipped] == [(1, "typed by hand")]


def test_heart_rate_and_body_mass(tmp_path: Path, into: Into) -> None:
    more = f"""
    INSERT INTO heart_rate_record_table (row_id, app_info_id, device_info_id) VALUES (7, 2, 2);
    INSERT INTO heart_rate_record_series_table VALUES (7, 61, {NINE_MS}), (7, 0, {NINE_MS + 1000}),
        (7, 64, {NINE_MS + 2000}), (8, 99, {NINE_MS});
    INSERT INTO weight_record_table VALUES (1, 1, {NINE_MS}, 7200, 71300.0),
        (2, 1, 1792881000000, -36000, 70900.0), (3, 1, NULL, NULL, 1), (4, 1, 1, 0, 'heavy');
    """
    done = import_file(export(tmp_path / "a.zip", more=more), into)
    assert told(into, done)[Channel.HEART_RATE]["value"].to_list() == [61.0, 64.0]
    assert Entries(into.home).registry().persons["ada"].masses == ((dt.date(2026, 10, 24), 70.9),)


def test_the_database_alone_is_read_too(tmp_path: Path, into: Into) -> None:
    export(tmp_path / "a.zip", [(0, 1, 90, 1, 1, 2)])
    before = (tmp_path / "made.db").read_bytes()
    import_file(tmp_path / "made.db", into)
    assert (tmp_path / "made.db").read_bytes() == before
    assert sorted(tmp_path.glob("made.db*")) == [tmp_path / "made.db"]
    assert steps_of(into) == pytest.approx(90)


def test_absurd_rows_are_left_out_and_said(tmp_path: Path, into: Into) -> None:
    more = """
    INSERT INTO steps_record_table (start_time, end_time, count) VALUES
      ('x', NULL, 'many'), (9223372036854775807, 9223372036854775807, 9223372036854775807),
      (-5, 60000, 10), (1e300, 2e300, -1), (0, 60000, 50);
    """
    done = import_file(export(tmp_path / "a.zip", [(0, 1, 90, 1, 1, 2)], more), into)
    assert steps_of(into) == pytest.approx(90)
    assert sum(one.count for one in done.skipped) == 5


HOSTILE = {
    "a view for a table": "DROP TABLE steps_record_table; CREATE VIEW steps_record_table AS "
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
    "SELECT i AS start_time, i AS end_time, i AS count FROM n;",
    "a column that never ends": "DROP TABLE weight_record_table; CREATE TABLE weight_record_table "
    "(time INTEGER, weight REAL AS (length(hex(zeroblob(2000000)))));"
    "INSERT INTO weight_record_table (time) VALUES (1792825200000);",
    "nothing": "",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_database_is_one_sentence(tmp_path: Path, into: Into, name: str) -> None:
    with pytest.raises(IngestError) as raised:
        import_file(export(tmp_path / "a.zip", more=HOSTILE[name]), into)
    assert len(str(raised.value)) < 300
    assert not Entries(into.home).read()
    assert not list((into.home / "spool").iterdir())


def test_work_without_end_is_stopped(
    tmp_path: Path, into: Into, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health_connect, "MOST_STEPS_OF_WORK", 0)
    more = (
        "INSERT INTO heart_rate_record_table (row_id) VALUES (1);"
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 100000)"
        "INSERT INTO heart_rate_record_series_table SELECT 1, 60, i FROM n;"
    )
    with pytest.raises(IngestError, match="damaged or was not written by Health Connect"):
        import_file(export(tmp_path / "a.zip", more=more), into)


@settings(max_examples=40, deadline=None)
@given(at=st.integers(0, 60_000), new=st.binary(min_size=1, max_size=64))
def test_any_damage_to_a_database_is_read_or_one_sentence(
    tmp_path_factory: pytest.TempPathFactory, at: int, new: bytes
) -> None:
    folder = tmp_path_factory.mktemp("fuzz")
    export(folder / "a.zip", [(n, n + 1, 90, 1, 1, 2) for n in range(0, 900, 3)])
    content = bytearray((folder / "made.db").read_bytes())
    content[at : at + len(new)] = new
    damaged = folder / "damaged.db"
    damaged.write_bytes(content)
    try:
        done = import_file(damaged, into_of(folder))
    except IngestError:
        return
    assert done.rows > 0


def test_a_year_of_heart_rate_comes_in_by_parts(
    tmp_path: Path, into: Into, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health_connect, "BATCH_ROWS", 100)
    rates = ", ".join(f"(1, {60 + n % 40}, {NINE_MS + n * 1000})" for n in range(1_000))
    more = (
        "INSERT INTO heart_rate_record_table (row_id, app_info_id) VALUES (1, 1);"
        f"INSERT INTO heart_rate_record_series_table VALUES {rates};"
    )
    done = import_file(export(tmp_path / "a.zip", more=more), into)
    assert done.rows == 1_000
    values = told(into, done)[Channel.HEART_RATE]["value"].to_numpy()
    assert np.array_equal(values, 60 + np.arange(1_000) % 40)
