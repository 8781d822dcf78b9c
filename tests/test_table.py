"""Tables of any program: what their columns hold, and when it was."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.refresh import refresh
from ingest.entries import Entries
from ingest.errors import IngestError
from ingest.importers import table
from ingest.importers.imported import Imported, Into, Told
from ingest.recording import recording_paths
from ingest.store import open_store

NOW = dt.datetime(2026, 11, 21, tzinfo=dt.UTC)
EVER = (dt.datetime(2000, 1, 1, tzinfo=dt.UTC), dt.datetime(2040, 1, 1, tzinfo=dt.UTC))
START = dt.datetime(2026, 5, 1, 7, 10, tzinfo=dt.UTC)


def take(folder: Path, text: str | bytes, *, home: Path | None = None, **told: Any) -> Imported:
    content = text.encode() if isinstance(text, str) else text
    file = folder / "table.csv"
    file.write_bytes(content)
    into = Into(
        home=home or folder / "home",
        person="ada",
        now=NOW,
        zone="Europe/Rome",
        told=Told(**told),
    )
    return table.take(file, into)


def refused(folder: Path, text: str | bytes, **told: Any) -> str:
    with pytest.raises(IngestError) as caught:
        take(folder, text, **told)
    assert not recording_paths(folder / "home")
    assert "\n" not in str(caught.value)
    return str(caught.value)


def stored(folder: Path, done: Imported) -> pl.DataFrame:
    refresh(folder / "home")
    with open_store(folder / "home") as store:
        return pl.concat(store.slow(sensor, *EVER) for sensor in done.sensors).sort("time")


def values(folder: Path, done: Imported, channel: str) -> list[float]:
    slow = stored(folder, done)
    return [round(one, 6) for one in slow.filter(pl.col("channel") == channel)["value"].to_list()]


def test_a_table_with_the_usual_names_needs_nothing_told(tmp_path: Path) -> None:
    rows = "\n".join(f"2026-05-01T07:10:{n:02}Z,{100 + n},{110 + n}" for n in range(5))
    done = take(tmp_path, f"Time,Heart Rate (bpm),SPM\n{rows}\n")
    assert done.skipped == ()
    assert (done.rows, done.kind, done.start) == (10, "table", START)
    slow = stored(tmp_path, done)
    assert slow.filter(pl.col("channel") == "heart_rate_bpm")["value"].to_list() == [
        100 + n for n in range(5)
    ]
    again = take(tmp_path, f"Time,Heart Rate (bpm),SPM\n{rows}\n")
    assert (again.rows, again.here) == (0, 10)


def test_decimal_commas_local_times_and_german_names(tmp_path: Path) -> None:
    text = (
        "Zeit;Puls;Tempo\n1.5.2026 09:10:00;100;12,6\n1.5.2026 09:10:01;101;1.012,5\n"
        "1.5.2026 09:10:02;;14,4\n"
    ).encode("cp1252")
    told = {"heart_rate_bpm": "Puls", "speed_kmh": "Tempo"}
    done = take(tmp_path, text, columns=told, kind="run")
    assert done.start == START
    assert values(tmp_path, done, "speed_mps") == [3.5, 4.0]
    assert [(one.count, one.why) for one in done.skipped] == [(1, "no body does that")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_encodings_and_delimiters_are_found(tmp_path: Path, encoding: str, delimiter: str) -> None:
    rows = ["Zeit ü", "HR", "Note"], ["2026-05-01 09:10:00", "99", '"a, b; c"']
    text = "sep=" + delimiter + "\r\n" + "\r\n".join(delimiter.join(row) for row in rows)
    done = take(tmp_path, text.encode(encoding), columns={"time": "Zeit ü"})
    assert (done.rows, done.start) == (1, START)


def test_date_and_time_in_two_columns(tmp_path: Path) -> None:
    done = take(tmp_path, "Date,Time,HR\n05/13/2026,7:10:23 PM,99\n")
    assert done.start == dt.datetime(2026, 5, 13, 17, 10, 23, tzinfo=dt.UTC)


def training(head: str, dates: str, rows: int = 90) -> str:
    lines = (f"{dates};17:{n // 60:02d}:{n % 60:02d};{100 + n % 7};4,{n % 10}" for n in range(rows))
    return "\n".join([head, *lines])


@pytest.mark.parametrize("dates", ["20.11.2026", "2026-11-20", "20.11.2026 00:00:00"])
@pytest.mark.parametrize(
    "head",
    [
        "Datum;Uhrzeit;Herzfrequenz (bpm);Geschwindigkeit (km/h)",
        "Datum;Zeit;Herzfrequenz;Geschwindigkeit [km/h]",
        "Date;Time;Heart rate;Speed (km/h)",
        "Data;Ora;Frequenza cardiaca (battiti/min);Velocità (km/h)",
        "Date;Heure;Fréquence cardiaque (bpm);Vitesse (km/h)",
        "Fecha;Hora;Frecuencia cardíaca (lpm);Velocidad (km/h)",
    ],
)
def test_a_time_of_day_beside_a_date_is_the_instant_of_its_row(
    tmp_path: Path, head: str, dates: str
) -> None:
    done = take(tmp_path, training(head, dates), kind="walk")
    assert (done.rows, done.skipped) == (180, ())
    assert done.start == dt.datetime(2026, 11, 20, 16, tzinfo=dt.UTC)
    assert done.end == done.start + dt.timedelta(seconds=89)
    assert values(tmp_path, done, "heart_rate_bpm")[:3] == [100, 101, 102]
    assert values(tmp_path, done, "speed_mps")[1] == pytest.approx(4.1 / 3.6, abs=1e-6)


def test_a_time_of_day_that_is_missing_is_left_out_and_said(tmp_path: Path) -> None:
    done = take(tmp_path, "Datum;Uhrzeit;Puls\n1.5.2026;09:10;99\n1.5.2026;;98\n;09:12;97\n;;\n")
    assert done.rows == 1
    assert [(one.count, one.why) for one in done.skipped] == [(2, "their time cannot be read")]


def test_days_without_a_time_of_day_are_refused_and_never_dated_to_midnight(
    tmp_path: Path,
) -> None:
    rows = "".join(f"20.11.2026;17:00:{n:02};99\n" for n in range(30))
    said = refused(tmp_path, f"Datum;Stand;Puls\n{rows}")
    assert "tells the day of each row, such as 20.11.2026, and no time of day" in said
    assert "--column time_of_day=COLUMN" in said
    daily = "Datum;Puls\n20.11.2026;99\n19.11.2026;98\n"
    assert "their time of day is not told" in refused(tmp_path, daily)
    done = take(tmp_path, f"Datum;Stand;Puls\n{rows}", columns={"time_of_day": "Stand"})
    assert done.rows == 30


def test_a_time_of_day_without_a_day_is_refused(tmp_path: Path) -> None:
    said = refused(tmp_path, "Uhrzeit;Puls\n17:00:00;99\n17:00:01;98\n", start=START)
    assert "not of which day" in said


def test_weighings_of_one_day_and_rows_of_one_instant_are_counted_as_left_out(
    tmp_path: Path,
) -> None:
    done = take(tmp_path, "Datum;Gewicht (kg)\n1.5.2026;70\n1.5.2026;71\n2.5.2026;72\n")
    assert [(one.count, one.what) for one in done.skipped] == [(1, "body mass")]
    text = "Time,HR\n" + "2026-05-01T07:10:00Z,99\n" * 5 + "2026-05-01T07:10:01Z,98\n"
    done = take(tmp_path, text)
    assert done.rows == 2
    assert [(one.count, one.what, one.why) for one in done.skipped] == [
        (4, "heart rate", "the file tells another of the same instant")
    ]


@pytest.mark.parametrize(
    ("name", "channel"),
    [
        ("Puls", "heart_rate_bpm"),
        ("Schrittfrequenz (Schritte/min)", "step_cadence_spm"),
        ("Cadenza (passi/min)", "step_cadence_spm"),
        ("Trittfrequenz", "crank_cadence_rpm"),
        ("Cadencia (rpm)", "crank_cadence_rpm"),
        ("Leistung [W]", "power_w"),
        ("Puissance", "power_w"),
    ],
)
def test_usual_names_in_four_languages_are_known(tmp_path: Path, name: str, channel: str) -> None:
    kind = "bike" if channel in ("power_w", "crank_cadence_rpm") else None
    done = take(tmp_path, f"Zeit;{name}\n1.5.2026 09:10:00;99\n", kind=kind)
    assert values(tmp_path, done, channel) == [99]


def test_a_word_of_open_unit_is_asked_about_with_what_fits_it(tmp_path: Path) -> None:
    row = "1.5.2026 09:10:00;5\n"
    said = refused(tmp_path, "Zeit;Höhe;Geschwindigkeit\n1.5.2026 09:10:00;1;5\n")
    assert "--column speed_kmh=Geschwindigkeit" in said
    assert "--column cadence_spm=Cadenza" in refused(tmp_path, f"Zeit;Cadenza\n{row}")
    said = refused(tmp_path, "Name;Telefon\nMaria;123\n")
    assert "Say it: --column KIND=COLUMN. Kinds are: time, date, " in said
    assert "=Telefon" not in said


def test_a_date_that_may_be_two_is_asked_about(tmp_path: Path) -> None:
    text = "Time,HR\n03/04/2026 10:00,99\n"
    said = refused(tmp_path, text)
    assert "03/04/2026" in said
    assert "--day-first" in said
    assert take(tmp_path, text, day_first=True).start == dt.datetime(2026, 4, 3, 8, tzinfo=dt.UTC)
    done = take(tmp_path, text, home=tmp_path / "other", day_first=False)
    assert done.start == dt.datetime(2026, 3, 4, 9, tzinfo=dt.UTC)
    late = "Time,HR\n03/04/2026 10:00,99\n" + "13/04/2026 10:00,99\n"
    assert take(tmp_path, late, home=tmp_path / "third").rows == 2


def test_an_hour_that_came_twice_or_never_is_left_out_and_said(tmp_path: Path) -> None:
    text = "Time,HR\n" + "".join(
        f"{day} 02:30,99\n" for day in ("2026-10-24", "2026-10-25", "2026-03-29")
    )
    done = take(tmp_path, text)
    assert done.rows == 1
    assert sorted(one.why.partition(",")[0] for one in done.skipped) == [
        "clocks were set back",
        "clocks were set forward",
    ]


@pytest.mark.parametrize("digits", [0, 3, 6, 9])
def test_the_size_of_an_epoch_tells_its_unit(tmp_path: Path, digits: int) -> None:
    epoch = int(START.timestamp())
    done = take(tmp_path, f"timestamp,HR\n{epoch}{'0' * digits},99\n")
    assert done.start == START


def test_seconds_need_a_beginning(tmp_path: Path) -> None:
    text = "secs,HR\n0,99\n1.5,98\n"
    assert "--start" in refused(tmp_path, text)
    done = take(tmp_path, text, start=START)
    assert done.end == START + dt.timedelta(seconds=1.5)
    text = "Time,HR\n00:00:00,99\n00:01:00,98\n"
    done = take(tmp_path, text, home=tmp_path / "other", start=START)
    assert done.end == START + dt.timedelta(minutes=1)


def test_stretches_with_steps_become_minutes(tmp_path: Path) -> None:
    text = "Start,End,Steps\n2026-05-01T07:10Z,2026-05-01T07:20Z,1000\n"
    done = take(tmp_path, text)
    assert sum(values(tmp_path, done, "steps")) == pytest.approx(1000)
    with open_store(tmp_path / "home") as store:
        assert store.minutes("ada", *EVER)["steps"].sum() == pytest.approx(1000, rel=0.02)


def test_a_daily_sum_of_steps_says_nothing_of_when(tmp_path: Path) -> None:
    said = refused(tmp_path, "Date,Steps\n2026-05-01,9000\n")
    assert "from when to when is not told" in said


def test_a_body_mass_is_of_a_local_day(tmp_path: Path) -> None:
    take(tmp_path, "Date,Weight_lb\n2026-05-01,154.32\n2026-05-02T23:30Z,150\n")
    known = Entries(tmp_path / "home").registry().persons["ada"].masses
    assert known == ((dt.date(2026, 5, 1), 70.0), (dt.date(2026, 5, 3), 68.04))


def test_a_ride_is_of_a_bike_and_its_speed_is_no_walk(tmp_path: Path) -> None:
    text = "Time,HR,Power,Cadence,Speed (km/h)\n2026-05-01T07:10:00Z,120,150,80,30\n"
    done = take(tmp_path, text, kind="bike")
    sensors = Entries(tmp_path / "home").registry().sensors
    kinds = {sensors[key].profiles for key in done.sensors}
    assert kinds == {("imported",), ("imported", "cycling_power")}
    assert len(done.taken) == 4
    done = take(tmp_path, text, home=tmp_path / "run", kind="run")
    assert done.skipped[0].why == "not used of a run"
    done = take(tmp_path, text, home=tmp_path / "open")
    assert {one.what for one in done.taken} == {"heart rate"}


def test_what_is_not_known_is_asked_with_the_option_to_give(tmp_path: Path) -> None:
    said = refused(tmp_path, "Time,Cadence,Foo bar\n2026-05-01T07:10Z,80,1\n")
    assert "Time, Cadence, Foo bar" in said
    assert "--column cadence_spm=Cadence" in said
    assert "--column time=COLUMN" in refused(tmp_path, "A,HR\n2026-05-01T07:10Z,80\n")
    said = refused(tmp_path, "Time,HR\n2026-05-01T07:10Z,80\n", columns={"power_w": "Watt"})
    assert "no column 'Watt'" in said
    assert "cadence_spm" in refused(tmp_path, "Time,HR\n1,2\n", columns={"cadense": "HR"})
    assert "walk, run" in refused(tmp_path, "Time,HR\n1,2\n", kind="swim")


def test_a_table_without_a_head_is_told_by_number(tmp_path: Path) -> None:
    text = "2026-05-01T07:10:00Z,99\n2026-05-01T07:10:01Z,98\n"
    done = take(tmp_path, text, columns={"time": "1", "heart_rate_bpm": "2"})
    assert done.rows == 2


def test_what_is_no_value_is_left_out_and_said(tmp_path: Path) -> None:
    cells = ["99", "", "NaN", "inf", "=1+1", "--", "99;", "abc"]
    rows = "".join(f"2026-05-01T07:10:{n:02}Z,{cell}\n" for n, cell in enumerate(cells))
    done = take(tmp_path, f"Time,HR\n{rows}2026-05-01T07:11Z,98,77\nnever,97\n,96\n")
    assert done.rows == 1
    assert {(one.count, one.why) for one in done.skipped} == {
        (3, "they are no numbers"),
        (1, "they have more values than the table has columns"),
        (1, "their time cannot be read"),
    }


def test_a_thousand_that_may_be_one_is_left_out(tmp_path: Path) -> None:
    text = 'Time,Heart Rate\n2026-05-01T07:10Z,99\n2026-05-01T07:11Z,"1,234"\n'
    done = take(tmp_path, text)
    assert [(one.count, one.why) for one in done.skipped] == [(1, "they are no numbers")]


HOSTILE = {
    "empty": b"",
    "only a head": b"Time,HR\n",
    "blank": b"\n\n \n",
    "NUL": b"Time,HR\n2026-05-01T07:10Z,9\x009\n",
    "one long line": b"Time,HR\n" + b"9" * (1 << 20),
    "one long head": b"Time,HR," * (1 << 17),
    "ten thousand columns": b",".join(b"c%d" % n for n in range(10_000)) + b"\n1\n",
    "an open quote": b'Time,HR\n"2026-05-01T07:10Z,99\n' + b"1,2\n" * 100_000,
    "random": np.random.default_rng(1).integers(0, 256, 5000, np.uint8).tobytes(),
    "a picture": b"\x89PNG\r\n\x1a\n" + bytes(300),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_table_is_one_sentence(tmp_path: Path, name: str) -> None:
    assert len(refused(tmp_path, HOSTILE[name])) < 600


def test_two_columns_of_one_name_are_apart(tmp_path: Path) -> None:
    done = take(tmp_path, "Time,HR,HR\n2026-05-01T07:10Z,99,55\n")
    assert done.rows == 1
    assert "HR (2)" in done.skipped[0].what


def test_a_long_table_is_read_in_parts_and_its_way_is_told(tmp_path: Path) -> None:
    file = tmp_path / "long.csv"
    first = int(START.timestamp())
    with file.open("w") as out:
        out.write("time,hr\n")
        out.writelines(f"{first + n},{90 + n % 50}\n" for n in range(120_000))
    told: list[tuple[int, int]] = []
    into = Into(
        home=tmp_path / "home",
        person="ada",
        now=NOW,
        progress=lambda done, whole: told.append((done, whole)),
    )
    assert table.take(file, into).rows == 120_000
    size = file.stat().st_size
    assert told[0][0] < size
    assert (size, size) in told


@settings(max_examples=150, deadline=None)
@given(
    st.one_of(
        st.binary(max_size=400),
        st.text(max_size=300).map(str.encode),
        st.text("Time,HR;\n\"'0123456789-:.T \t=", max_size=300).map(
            lambda text: b"Time,HR\n" + text.encode()
        ),
    )
)
def test_any_bytes_are_taken_or_refused(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    with suppress(IngestError):
        assert take(tmp_path_factory.mktemp("any"), content).kind == "table"


def test_a_row_a_minute_holds_for_that_minute(tmp_path: Path) -> None:
    rows = [f"2026-05-01T10:{minute:02d}:00Z,100,1.3" for minute in range(12)]
    done = take(tmp_path, "\n".join(["time,cadence_spm,speed_mps", *rows]))
    assert done.rows == 24
    refresh(tmp_path / "home")
    with open_store(tmp_path / "home") as store:
        minutes = store.minutes("ada", *EVER)
    assert minutes["steps"].sum() == pytest.approx(1100, rel=0.01)
