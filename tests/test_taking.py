"""What importers gather is written once, day by day, and comes out of the store as it went in."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from dashboard.refresh import refresh
from devices.profile import Channel, MotionScale, Placement
from ingest.entries import Entries
from ingest.errors import IngestError
from ingest.importers import placing
from ingest.importers.imported import Imported, Into
from ingest.importers.taking import Source, Taking
from ingest.recording import Recording, read_recording, recording_paths
from ingest.store import open_store

NOW = dt.datetime(2026, 11, 21, tzinfo=dt.UTC)
EVER = (dt.datetime(2000, 1, 1, tzinfo=dt.UTC), dt.datetime(2040, 1, 1, tzinfo=dt.UTC))
START = 1_793_441_700_000_000_000  # 2026-10-31 09:35 UTC
WATCH = Source(identity="test 1", name="Test watch")


@pytest.fixture
def into(tmp_path: Path) -> Into:
    return Into(home=tmp_path / "home", person="ada", now=NOW, zone="Europe/Rome")


def seconds(count: int, start: int = START) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return start + np.arange(count, dtype=np.int64) * 1_000_000_000


def walk(into: Into, count: int = 600, start: int = START) -> Imported:
    time_ns = seconds(count, start)
    with Taking(Path("walk.csv"), into, "csv") as taking:
        taking.add(WATCH, Channel.STEP_CADENCE, time_ns, np.full(count, 110.0))
        taking.add(WATCH, Channel.SPEED, time_ns, np.full(count, 1.4))
        taking.add(WATCH, Channel.HEART_RATE, time_ns, np.linspace(80, 120, count))
        return taking.finish()


def stored(into: Into, sensor: str) -> int:
    refresh(into.home)
    with open_store(into.home) as store:
        return len(store.slow(sensor, *EVER))


def test_what_was_taken_in_is_scored_like_a_foot_pod(into: Into) -> None:
    done = walk(into)
    assert done.rows == 1800
    (sensor,) = done.sensors
    assert stored(into, sensor) == 1800
    with open_store(into.home) as store:
        minutes = store.minutes("ada", *EVER)
    assert minutes["steps"].sum() == pytest.approx(1100, rel=0.01)
    assert minutes["heart_rate_bpm"].max() == pytest.approx(120, abs=3)
    known = Entries(into.home).registry().sensors[sensor]
    assert known.forgotten
    assert known.current is not None
    assert known.current.placement is Placement.ARM


def test_the_same_again_changes_nothing_and_more_of_it_adds_only_that(into: Into) -> None:
    (sensor,) = walk(into).sensors
    entries = Entries(into.home).read()
    again = walk(into)
    assert (again.rows, again.here) == (0, 1800)
    assert "already here" in again.text
    more = walk(into, 700)
    assert (more.rows, more.here) == (300, 1800)
    assert stored(into, sensor) == 2100
    assert Entries(into.home).read() == entries


def test_only_recordings_that_may_reach_into_a_day_are_read_again(
    into: Into, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two thousand activities of one watch are two thousand days, not two million readings."""
    days = [START - number * 86_400_000_000_000 for number in range(40)]
    for day in days:
        walk(into, 10, day)
    read: list[Path] = []

    def reading(path: Path) -> Recording:
        read.append(path)
        return read_recording(path)

    monkeypatch.setattr(placing, "read_recording", reading)
    assert walk(into, 11, days[20]).here == 30
    assert len(read) == 2


def test_what_is_here_is_found_whatever_zone_its_day_was_cut_in(into: Into) -> None:
    walk(into, 20 * 3600)
    moved = replace(into, zone="Pacific/Auckland")
    again = walk(moved, 20 * 3600)
    assert (again.rows, again.here) == (0, 3 * 20 * 3600)


def test_a_night_is_cut_at_the_persons_midnight(into: Into) -> None:
    walk(into, 4 * 3600, START + 10 * 3600 * 1_000_000_000)  # 20:35 to 00:35 in Rome
    assert len(recording_paths(into.home)) == 2


def test_steps_told_over_ten_minutes_are_spread_and_none_is_lost(into: Into) -> None:
    with Taking(Path("steps.csv"), into, "csv") as taking:
        begins = np.array([START + 30_000_000_000, START + 900_000_000_000])
        ends = begins + np.array([600_000_000_000, 20_000_000_000])
        taking.add_steps(WATCH, begins, ends, np.array([500.0, 30.0]))
        done = taking.finish()
    refresh(into.home)
    with open_store(into.home) as store:
        slow = store.slow(done.sensors[0], *EVER)
    steps = slow.filter(slow["channel"] == Channel.STEPS.value)
    assert len(steps) == 12
    assert steps["value"].sum() == pytest.approx(530)


def test_motion_comes_back_in_its_counts(into: Into) -> None:
    scale = MotionScale(rate_hz=50.0, acc_g=1 / 2048, gyro_dps=1 / 16.4)
    time_ns = START + np.arange(20_000, dtype=np.int64) * 20_000_000
    axes = np.arange(120_000, dtype=np.int16).reshape(-1, 6)
    ankle = Source(identity="imu", name="IMU", placement=Placement.LEFT_ANKLE)
    for rows in (20_000, 0):
        with Taking(Path("imu.csv"), into, "imu") as taking:
            taking.add_motion(ankle, time_ns, axes, scale)
            done = taking.finish()
        assert done.rows == rows
    refresh(into.home)
    with open_store(into.home) as store:
        back = store.motion(done.sensors[0], *EVER)
    assert len(back) == 20_000
    assert back["ax"][0] == pytest.approx(axes[0, 0] / 2048)
    assert back["gz"][-1] == pytest.approx(axes[-1, 5] / 16.4, rel=1e-5)


def test_absurd_dates_are_left_out_and_said_and_nothing_else_is_refused(into: Into) -> None:
    time_ns = np.array([0, START, START + 1_000_000_000, 2**62])
    with Taking(Path("odd.csv"), into, "csv") as taking:
        taking.add(WATCH, Channel.HEART_RATE, time_ns, np.full(4, 90.0))
        done = taking.finish()
    assert done.rows == 2
    assert [(one.count, one.what) for one in done.skipped] == [(2, "heart rate")]
    with Taking(Path("old.csv"), into, "csv") as taking:
        taking.add(WATCH, Channel.HEART_RATE, time_ns[:1], np.full(1, 90.0))
        with pytest.raises(IngestError, match="nothing that legload uses"):
            taking.finish()


def test_a_wrong_unit_is_one_sentence_and_changes_nothing(into: Into) -> None:
    with Taking(Path("mph.csv"), into, "csv") as taking:
        taking.add(WATCH, Channel.CONTACT_TIME, seconds(10), np.full(10, 250.0))
        with pytest.raises(IngestError, match="unit must be another"):
            taking.finish()
    assert not into.home.exists() or not recording_paths(into.home)
    assert Entries(into.home).read() == []


def test_what_does_not_fit_in_memory_comes_by_way_of_a_file(
    into: Into, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.importers.taking.SPILL_ROWS", 100)
    monkeypatch.setattr("ingest.importers.taking.SPILL_NS", 100_000_000_000)
    done = walk(into)
    assert done.rows == 1800
    assert walk(into).rows == 0
    assert stored(into, done.sensors[0]) == 1800
    assert not list((into.home / "spool").iterdir())


def test_a_body_mass_is_taken_once_and_what_was_typed_stays(into: Into) -> None:
    day = dt.date(2026, 3, 1)
    for expected in (1, 0):
        with Taking(Path("mass.csv"), into, "csv") as taking:
            taking.add_mass(day, 71.24)
            assert taking.finish().rows == expected
    assert Entries(into.home).registry().persons["ada"].masses == ((day, 71.24),)
    with Taking(Path("mass.csv"), into, "csv") as taking:
        taking.add_mass(day, 80.0)
        assert taking.finish().skipped[0].why == "another one is known for that day"


def test_days_that_are_reckoned_together_come_out_as_one_by_one(tmp_path: Path) -> None:
    """With a cut by number of samples in the middle of them."""
    day = 86_400_000_000_000
    homes = [Into(home=tmp_path / name, person="ada", now=NOW) for name in ("each", "all")]
    for into in homes:
        for number in range(6):
            walk(into, 130, START - number * 2 * day + 3_585_000_000_000 * (number % 2))
            if into is homes[0]:
                refresh(into.home)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("dashboard.refresh.SLOW_SAMPLES", 900)
        refresh(homes[1].home)
    each, every = (minutes_in(into.home) for into in homes)
    assert len(each) >= 18
    assert_frame_equal(each, every)


def minutes_in(home: Path) -> pl.DataFrame:
    with open_store(home) as store:
        return store.minutes(None, *EVER)


def test_a_later_file_that_cuts_the_same_steps_elsewhere_adds_none_of_them(into: Into) -> None:
    minute = 60_000_000_000
    for starts, lengths, counts, new in (
        ([0, 5], [5, 5], [400.0, 300.0], 10),
        ([0, 10], [10, 2], [700.0, 150.0], 2),
        ([-3, 20], [5, 1], [250.0, 60.0], 3 + 1),
    ):
        begins = START // minute * minute + np.array(starts) * minute
        with Taking(Path("steps.xml"), into, "apple") as taking:
            taking.add_steps(WATCH, begins, begins + np.array(lengths) * minute, np.array(counts))
            assert taking.finish().rows == new


@pytest.mark.parametrize("mark", ["\u00a0", "\u200d", "\u202e", "\u00ad", "\n", "\u2028", "\x9b"])
def test_a_watch_may_be_called_anything(into: Into, mark: str) -> None:
    odd = Source(identity=f"odd{mark}", name=f"Ada{mark}s {'very ' * 40}watch")
    with Taking(Path("walk.csv"), into, "csv") as taking:
        taking.add(odd, Channel.HEART_RATE, seconds(10), np.full(10, 90.0))
        (sensor,) = taking.finish().sensors
    name = Entries(into.home).registry().sensors[sensor].name
    assert name.isprintable()
    assert name.startswith("Ada")
