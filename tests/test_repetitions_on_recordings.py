"""Repetitions of real people with ground truth: floors a little below what was measured.

The recordings stay outside the project; LEGLOAD_DATA names their folder (docs/repetitions.md).
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from analytics.exercise.repetitions import detect_repetitions
from benchmarks import recordings as rec
from benchmarks import repetitions as bench
from benchmarks.sessions import PLACES, Session, sessions
from devices.profile import Placement

pytestmark = [
    pytest.mark.data,
    pytest.mark.skipif(
        rec.data_folder() is None, reason="LEGLOAD_DATA does not name a folder of recordings"
    ),
]

SQUAT_FLOORS = {  # mape, within one, exact with the bout given
    "belly": (1.5, 95.0, 98.0),
    "chest": (1.5, 95.0, 98.0),
    "lfoot": (7.5, 80.0, 93.0),
    "rfoot": (3.5, 95.0, 93.0),
}


@cache
def reps() -> tuple[Session, ...]:
    folder = rec.data_folder()
    assert folder is not None
    return tuple(sessions(folder))


@pytest.mark.parametrize("place", SQUAT_FLOORS)
def test_squats_are_counted_with_nothing_given(place: str) -> None:
    mape, within_one, _ = SQUAT_FLOORS[place]
    found = bench.free_score(reps(), bench.free, place, "Squat")
    assert found.mape <= mape
    assert found.within_one >= within_one
    assert abs(found.bias) <= 3.0


@pytest.mark.parametrize("place", SQUAT_FLOORS)
def test_squats_are_counted_with_the_bout_given(place: str) -> None:
    bouts, exact, within_one = bench.given_exact(reps(), bench.given, place, "Squat")
    assert bouts == 48
    assert exact >= SQUAT_FLOORS[place][2]
    assert within_one == 100.0


@pytest.mark.parametrize("place", SQUAT_FLOORS)
def test_the_counter_beats_autocorrelation_at_every_place(place: str) -> None:
    ours = bench.free_score(reps(), bench.free, place, "Squat")
    plain = bench.free_score(reps(), bench.baseline, place, "Squat")
    assert ours.mape < plain.mape
    assert ours.within_one > plain.within_one


def test_sit_ups_are_counted_at_the_belly() -> None:
    assert bench.free_score(reps(), bench.free, "belly", "Situp").mape <= 2.5
    assert bench.given_exact(reps(), bench.given, "belly", "Situp")[1] >= 97.0


def test_a_sensor_mounted_another_way_counts_the_same() -> None:
    for i, one in enumerate(reps()[::6]):
        turn = np.linalg.qr(np.random.default_rng(i).normal(size=(3, 3)))[0]
        turned = detect_repetitions(
            one.time_s, one.acc_g["belly"] @ turn, None,
            rate_hz=10.0, placement=PLACES["belly"],
        )  # fmt: skip
        plain = bench.found(one, "belly")
        assert turned["kind"].to_list() == plain["kind"].to_list()
        assert turned["start_s"].to_list() == pytest.approx(plain["start_s"].to_list(), abs=1e-6)


def test_an_arm_without_gravity_counts_nothing() -> None:
    assert all(bench.found(one, "arm").is_empty() for one in reps())


def test_daily_life_at_the_waist_has_no_repetitions() -> None:
    folder = rec.data_folder()
    assert folder is not None
    for one in rec.load(folder, "daily_waist", label="label"):
        found = detect_repetitions(
            one.time_s, one.acc_g, None, rate_hz=one.rate_hz, placement=Placement.WAIST
        )
        assert found.is_empty(), one.name


def test_a_walk_at_the_shin_or_in_a_pocket_has_no_repetitions() -> None:
    folder = rec.data_folder()
    assert folder is not None
    walks = [(one, Placement.LEFT_SHANK) for one in rec.load(folder, "shin_walk", rate_hz=50.0)]
    walks += [(one, Placement.LEFT_THIGH) for one in rec.load(folder, "pocket")]
    for one, placement in walks:
        found = detect_repetitions(
            one.time_s, one.acc_g, None, rate_hz=one.rate_hz, placement=placement
        )
        assert found.is_empty(), one.name
