"""Steps that phones and watches tell as sums: none counts twice, and none is given a cadence."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.frames import SensorMinutes
from analytics.told import unshared
from dashboard.refresh import refresh
from dashboard.scored import day_minutes
from devices.profile import Channel, Placement
from ingest.entries import Entries, PersonSet
from ingest.importers.imported import Into
from ingest.importers.taking import Source, Taking
from ingest.store import open_store

NOW = dt.datetime(2026, 11, 21, tzinfo=dt.UTC)
DAY = dt.date(2026, 11, 18)
NOON_NS = int(dt.datetime(2026, 11, 18, 12, tzinfo=dt.UTC).timestamp()) * 1_000_000_000
MINUTE_NS = 60_000_000_000
PHONE = Source(identity="phone", name="A phone", placement=Placement.WAIST)
WATCH = Source(identity="watch", name="Watch")
POD = Source(identity="pod", name="Pod", placement=Placement.LEFT_FOOT)

Sum = tuple[Source, float, float, float]
"""Whose, from and to in minutes after noon, and how many steps."""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    Entries(tmp_path).append(PersonSet(at=NOW, person="ada", name="Ada", zone="UTC"))
    return tmp_path


def take(home: Path, *sums: Sum) -> None:
    with Taking(Path("steps.csv"), Into(home=home, person="ada", now=NOW), "csv") as taking:
        for source, start, end, steps in sums:
            ends = np.array([[start], [end]]) * MINUTE_NS + NOON_NS
            first, last = ends.astype(np.int64)
            taking.add_steps(source, first, last, np.array([float(steps)]))
        taking.finish()


def walk(home: Path, source: Source, start: float, minutes: int, spm: float) -> None:
    time_ns = NOON_NS + int(start * MINUTE_NS) + np.arange(60 * minutes) * 1_000_000_000
    with Taking(Path("walk.csv"), Into(home=home, person="ada", now=NOW), "csv") as taking:
        taking.add(source, Channel.STEP_CADENCE, time_ns, np.full(len(time_ns), spm))
        taking.finish()


def merged(home: Path) -> pl.DataFrame:
    refresh(home)
    with open_store(home) as store:
        registry = Entries(home).registry()
        return day_minutes(home, store, registry, person="ada", day=DAY)


def test_a_sum_makes_steps_and_dose_and_no_cadence(home: Path) -> None:
    take(home, (PHONE, 0, 10, 900))
    minutes = merged(home)
    assert minutes["steps"].sum() == pytest.approx(900)
    assert minutes["force_bw"].sum() == pytest.approx(900 / 2 * 1.1)
    assert minutes["confidence"].unique().to_list() == ["low"]
    for unknown in ("loaded", "intensity", "mets"):
        assert minutes[unknown].null_count() == len(minutes)


def test_a_short_sum_has_a_cadence(home: Path) -> None:
    take(home, (PHONE, 0, 1, 110))
    minutes = merged(home)
    assert minutes["loaded"].to_list() == [True]
    assert minutes["intensity"].to_list() == ["moderate"]


def test_fast_short_sums_are_running(home: Path) -> None:
    take(home, (PHONE, 0, 1, 165))
    assert merged(home)["force_bw"].sum() == pytest.approx(165 / 2 * 2.4)


def test_a_phone_and_a_watch_are_not_added_up(home: Path) -> None:
    take(home, (PHONE, 0, 10, 320), (WATCH, 0, 3, 300))
    assert merged(home)["steps"].sum() == pytest.approx(320)


def test_a_phone_that_saw_less_than_the_watch_adds_nothing(home: Path) -> None:
    take(home, (PHONE, 0, 10, 100), (WATCH, 0, 3, 300))
    assert merged(home)["steps"].sum() == pytest.approx(300)


def test_what_a_foot_pod_counted_is_taken_from_the_phones_sum(home: Path) -> None:
    take(home, (PHONE, 0, 20, 1000))
    walk(home, POD, 5, 5, 110.0)
    minutes = merged(home)
    assert minutes["steps"].sum() == pytest.approx(1000, abs=5)
    walked = minutes.filter(pl.col("steps_sensor").str.starts_with("pod"))
    assert walked["steps"].sum() == pytest.approx(550, abs=5)
    assert walked["loaded"].all()


def test_the_same_walk_from_two_watches_is_one_walk(home: Path) -> None:
    walk(home, WATCH, 0, 10, 108.0)
    walk(home, POD, 0, 10, 110.0)
    assert 1075 < merged(home)["steps"].sum() < 1105


def sum_rows(sensor: str, start: int, length: int, steps: int) -> list[dict[str, object]]:
    """The minutes of one sum."""
    begins = dt.datetime(2026, 1, 1, tzinfo=dt.UTC) + dt.timedelta(minutes=start)
    return [
        {
            "minute": begins + dt.timedelta(minutes=minute),
            "sensor": sensor,
            "steps": steps / length,
            "cycles": steps / length / 2,
            "force_bw": steps / length / 2 * 1.1,
            "told_from": begins,
            "told_over_s": 60.0 * length,
            "observed_s": 60.0,
        }
        for minute in range(length)
    ]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["a", "b", "c"]),
            st.integers(0, 12),
            st.integers(2, 8),
            st.integers(0, 900),
        ),
        max_size=6,
    )
)
def test_sums_never_come_to_more_than_all_of_them_nor_to_less_than_the_shortest_told(
    told: list[tuple[str, int, int, int]],
) -> None:
    """Sums of each sensor follow one another."""
    rows: list[dict[str, object]] = []
    ends = {"a": 0, "b": 0, "c": 0}
    for sensor, wait, length, steps in told:
        start = ends[sensor] + wait
        ends[sensor] = start + length
        rows += sum_rows(sensor, start, length, steps)
    schema = dict(SensorMinutes.create_empty().schema.items())
    frame = pl.DataFrame(rows, schema=schema)
    left = unshared(frame.lazy()).collect()
    assert left.columns == frame.columns
    alone = frame.group_by("sensor").agg(pl.col("steps").sum())["steps"]
    total = float(left["steps"].sum())
    assert total <= float(alone.sum()) + 1e-6
    once = left.filter(pl.col("steps").is_not_null()).group_by("minute").len()["len"]
    assert once.max() in (None, 1)
    if len(alone) == 1:
        assert total == pytest.approx(float(alone.sum()))
