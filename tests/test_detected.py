"""Strength sets from stored motion of a leg sensor: simulated squats, end to end."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray
from polars.testing import assert_frame_equal

from benchmarks import week
from dashboard.data import open_data
from dashboard.refresh import refresh
from devices.profile import Placement
from ingest.entries import Assigned, Entries, PersonSet, SensorPaired
from ingest.store import open_store, store_path
from tests import body_simulator as body
from tests.body_simulator import Person, Script

RATE_HZ = 50
MONDAY = week.MONDAY
DAY = (MONDAY, MONDAY + dt.timedelta(days=1))


def introduce(home: Path, placement: Placement) -> None:
    Entries(home).append(
        PersonSet(at=MONDAY, person="ada", name="Ada", birth_year=1980, zone="UTC"),
        SensorPaired(
            at=MONDAY, sensor="leg", identity="leg", address="", name="leg", profiles=("thingy52",)
        ),
        Assigned(at=MONDAY, sensor="leg", person="ada", placement=placement, since=MONDAY),
    )


def hour(parts: dict[int, NDArray[np.float64]]) -> NDArray[np.int16]:
    """Counts of an hour: upright and still but for the parts (acceleration in g), by minute."""
    acc = np.random.default_rng(0).normal(0.0, 0.005, (3600 * RATE_HZ, 3))
    acc[:, 2] += 1.0
    for minute, part in parts.items():
        acc[minute * 60 * RATE_HZ :][: len(part)] = part
    gyro = np.zeros_like(acc)
    return np.round(np.hstack([acc * 1024.0, gyro])).astype(np.int16)


def strides(minutes: int) -> NDArray[np.float64]:
    """Shaking upright, as walking shakes a leg."""
    time_s = np.arange(minutes * 60 * RATE_HZ) / RATE_HZ
    shake = np.stack([np.sin(2 * np.pi * rate * time_s) for rate in (1.0, 2.0, 3.0)], axis=1)
    upright: NDArray[np.float64] = 0.6 * shake + np.array([0.0, 0.0, 1.0])
    return upright


def squats(count: int) -> NDArray[np.float64]:
    script, who = Script(), Person()
    for _ in range(count):
        body.squat(script, who)
    return body.felt(script, Placement.LEFT_THIGH, rate_hz=RATE_HZ)[1]


def sets(home: Path) -> pl.DataFrame:
    with open_store(home) as store:
        return store.training_sets("ada", *DAY)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(week, "RATE_HZ", RATE_HZ)
    introduce(tmp_path, Placement.LEFT_THIGH)
    week.write_hour(tmp_path, hour({5: strides(10)}), 8, sensor="leg")
    week.write_hour(tmp_path, hour({10: squats(6), 20: squats(8)}), 9, sensor="leg")
    return tmp_path


def test_squats_of_a_thigh_become_sets_and_a_strength_day(home: Path) -> None:
    assert refresh(home).problems == ()
    found = sets(home)
    assert found["exercise"].to_list() == ["squat", "squat"]
    assert found["repetitions"].to_list() == [6, 8]
    report = open_data(home).week("ada", "2026-W47")
    assert [one.repetitions for one in report.sets] == [6, 8]
    assert report.days[0].repetitions == 14
    assert report.days[0].sets_lld == pytest.approx(2 * 14 * 0.625 / 1.1)


def test_sets_are_the_same_hour_by_hour_and_at_once(
    home: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    refresh(home)
    once = sets(home)
    pieces = tmp_path_factory.mktemp("pieces")
    introduce(pieces, Placement.LEFT_THIGH)
    for number, counts in ((8, hour({5: strides(10)})), (9, hour({10: squats(6), 20: squats(8)}))):
        week.write_hour(pieces, counts, number, sensor="leg")
        refresh(pieces)
    assert_frame_equal(sets(pieces), once)


def test_a_store_built_anew_has_the_same_sets(home: Path) -> None:
    refresh(home)
    before = sets(home)
    store_path(home).unlink()
    refresh(home)
    assert_frame_equal(sets(home), before)


def test_a_sensor_at_the_waist_detects_no_sets_unasked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(week, "RATE_HZ", RATE_HZ)
    introduce(tmp_path, Placement.WAIST)
    week.write_hour(tmp_path, hour({5: strides(10), 20: squats(8)}), 9, sensor="leg")
    refresh(tmp_path)
    assert sets(tmp_path).is_empty()


def test_squats_before_any_walking_are_no_sets_because_upright_is_not_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(week, "RATE_HZ", RATE_HZ)
    introduce(tmp_path, Placement.LEFT_THIGH)
    week.write_hour(tmp_path, hour({20: squats(8)}), 9, sensor="leg")
    refresh(tmp_path)
    assert sets(tmp_path).is_empty()
