"""Sources of imported files: what they are called, where they count, and what a report says."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from dashboard.cli import main
from dashboard.data import Data, open_data
from dashboard.past import SessionLine
from dashboard.refresh import refresh
from dashboard.reports import FORMATS
from dashboard.reports.identity import unnamed
from dashboard.sources import file_title
from dashboard.wording import origin_table, sensor_text
from dashboard.wording.sessions import session_caption, session_name
from devices.profile import Placement
from ingest.entries import Entries, PersonSet, Sensor
from ingest.importers.taking import Source, Taking
from tests.taken_in import into_of

DAY = dt.datetime(2026, 11, 18, 8, tzinfo=dt.UTC)
PHONE, WATCH = "Ada's iPhone", "Apple Watch"
MINUTES = 480
WEEK = "2026-W47"


def brought(into_folder: Path, *told: tuple[str, range, float]) -> Data:
    """A home of Ada's with sources that told so many steps in each of some minutes after 8:00."""
    into = into_of(into_folder)
    Entries(into.home).append(PersonSet(at=DAY, person="ada", name="Ada", zone="UTC"))
    with Taking(into_folder / "export.xml", into, "apple") as taking:
        for name, minutes, steps in told:
            source = Source(identity=name, name=name)
            start = int(DAY.timestamp()) * 10**9 + np.array(minutes) * 60 * 10**9
            taking.add_steps(source, start, start + 60 * 10**9, np.full(len(minutes), steps))
        taking.finish()
    refresh(into.home)
    return open_data(into.home)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Data:
    folder = tmp_path_factory.mktemp("brought")
    return brought(folder, (PHONE, range(MINUTES), 60.0), (WATCH, range(MINUTES), 70.0))


def lines(data: Data) -> dict[str, SessionLine]:
    found = data.history.sessions("ada", dt.date(2026, 11, 1))
    return {line.sensors[0].title: line for line in found}


def test_a_session_names_its_source_and_no_place_that_no_file_tells(data: Data) -> None:
    told = lines(data)
    assert set(told) == {PHONE, WATCH}
    assert session_caption(told[WATCH]).startswith(f"{WATCH}; ")


def test_each_session_has_its_last_minute(data: Data) -> None:
    told = lines(data)
    assert told[PHONE].steps == pytest.approx(60 * MINUTES)
    assert told[WATCH].steps == pytest.approx(70 * MINUTES)
    for line in told.values():
        timeline = data.history.timeline("ada", line.key)
        assert timeline.minutes["steps"].sum() == pytest.approx(line.steps)


def test_of_two_sources_of_the_same_time_one_says_that_the_other_counts(data: Data) -> None:
    told = lines(data)
    counted = data.minutes("ada", DAY.date())["steps_sensor"].unique().to_list()
    (sensor,) = counted
    (chosen,) = [line for line in told.values() if line.sensors[0].sensor == sensor]
    (other,) = [line for line in told.values() if line is not chosen]
    name = chosen.sensors[0].title
    assert (chosen.elsewhere, chosen.others, other.others) == (0, (), (name,))
    assert other.elsewhere == pytest.approx(other.steps)
    assert f"; counted in the day from {name} instead;" in session_caption(other)
    assert "instead" not in session_caption(chosen)
    assert data.history.timeline("ada", other.key).line == other


def test_a_source_that_counts_in_part_says_how_much_does_not(tmp_path: Path) -> None:
    data = brought(tmp_path, (PHONE, range(480), 60.0), (WATCH, range(240, 720), 60.0))
    told, day = lines(data), data.minutes("ada", DAY.date())
    counted = sum(line.steps - line.elsewhere for line in told.values() if line.steps)
    assert counted == pytest.approx(day["steps"].sum())
    (part,) = [line for line in told.values() if line.elsewhere]
    name = WATCH if part.sensors[0].title == PHONE else PHONE
    said = f"; 14,400 of them counted in the day from {name} instead;"
    assert said in session_caption(part)


def test_what_was_imported_is_not_still_being_recorded(tmp_path: Path) -> None:
    into = replace(into_of(tmp_path), now=dt.datetime.now(dt.UTC))
    Entries(into.home).append(PersonSet(at=DAY, person="ada", name="Ada", zone="UTC"))
    now = int(dt.datetime.now(dt.UTC).timestamp()) // 60 * 60 * 10**9
    start = now - np.arange(1, 6)[::-1] * 60 * 10**9
    with Taking(tmp_path / "export.xml", into, "apple") as taking:
        source = Source(identity="w", name=WATCH)
        taking.add_steps(source, start, start + 60 * 10**9, np.full(5, 80.0))
        taking.finish()
    refresh(into.home)
    data = open_data(into.home)
    (month, *_rest) = data.history.months("ada")
    (line, *_more) = data.history.sessions("ada", month)
    assert not line.running
    assert "still" not in session_name(line, dt.UTC)


# --- weeks and reports --------------------------------------------------------------------------


def test_a_week_on_a_page_names_its_sources_and_a_report_without_a_name_its_kinds(
    data: Data,
) -> None:
    report = data.week("ada", WEEK)
    assert {row["Sensor"] for row in origin_table(report)} == {PHONE, WATCH}
    blank = unnamed(report, "P-7F3A")
    assert {row["Sensor"] for row in origin_table(blank)} == {"File: watch or phone"}
    assert [sensor_text(use).partition(": ")[0] for use in blank.sensors] == ["File", "File"]


@pytest.mark.parametrize("key", sorted(set(FORMATS) - {"pdf", "parquet"}))
def test_no_report_without_a_name_tells_a_given_name(data: Data, key: str) -> None:
    blank = unnamed(data.week("ada", WEEK), "P-7F3A")
    told = FORMATS[key].write(blank)
    assert b"iPhone" not in told
    assert b"Apple Watch" not in told


@pytest.mark.parametrize(
    ("identity", "profiles", "title"),
    [
        ("apple health | watch", ("imported",), "File: watch or phone"),
        ("fit", ("imported", "cycling_power"), "File: bike computer"),
        ("motion left-shank 100", ("imported",), "File: motion table"),
        ("table x", ("imported", "ftms_rower"), "File: Rowing machine"),
    ],
)
def test_a_kind_of_file_has_no_name(identity: str, profiles: tuple[str, ...], title: str) -> None:
    sensor = Sensor(key="a", identity=identity, address="", name="Ada's", profiles=profiles)
    assert file_title(sensor) == title


def test_a_place_that_somebody_said_is_told(tmp_path: Path) -> None:
    data = brought(tmp_path, (WATCH, range(10), 80.0))
    (view,) = data.forgotten()
    data.assign(view.key, placement=Placement.WAIST.value)
    refresh(data.home)
    (use,) = data.week("ada", WEEK).sensors
    assert sensor_text(use).startswith(f"{WATCH}, waist: ")


# --- pages and the command line -----------------------------------------------------------------


def page(data: Data, name: str) -> str:
    def script(data: object, name: str) -> None:
        import importlib

        importlib.import_module(f"dashboard.views.{name}").render(data, "ada")

    st.cache_data.clear()
    shown = AppTest.from_function(script, default_timeout=60, kwargs={"data": data, "name": name})
    shown.run()
    assert not shown.exception
    html = " ".join(str(element.proto.body) for element in shown.get("html"))
    return " ".join([html, *(one.value for one in shown.info)])


def test_the_sensors_page_does_not_ask_to_pair_what_was_imported(data: Data) -> None:
    said = page(data, "sensors")
    assert "2 sources of imported files" in said
    assert "Its data ends on 18 November 2026, 15:59." in said
    assert "pair it again" not in said


def test_this_week_does_not_ask_to_pair_where_files_were_imported(data: Data) -> None:
    said = page(data, "this_week")
    assert "what stands here was imported" in said
    assert "choose Scan" not in said


def test_the_command_line_lists_imported_sources_once(
    data: Data, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["--home", str(data.home), "sensors", "--all"])
    out, err = capsys.readouterr()
    assert "2 sources of imported files: " in err
    assert "again" not in err
    assert "2026-11-18" in out
    assert "arm" not in out


@pytest.mark.parametrize(("wide", "said"), [(80, "Keys: Ada = ada"), (140, " key ")])
def test_people_are_listed_with_their_keys(
    data: Data,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    wide: int,
    said: str,
) -> None:
    monkeypatch.setattr("dashboard.console.width", lambda: wide)
    with pytest.raises(SystemExit):
        main(["--home", str(data.home), "person"])
    assert said in capsys.readouterr().out
