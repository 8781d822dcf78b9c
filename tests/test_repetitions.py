"""Repetitions from made-up squats: counts, orientation, rates, held values, silence, refusals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from analytics.errors import AnalyticsError
from analytics.exercise.repetitions import REPETITIONS, detect_repetitions, repetitions_in_bout
from devices.profile import Placement

Floats = NDArray[np.float64]
RATES = (10.0, 25.0, 50.0, 100.0, 210.0)
STANDING = np.array([0.0, 0.0, 1.0])


@dataclass(frozen=True, slots=True, kw_only=True)
class Motion:
    """Made-up acceleration (n, 3), g, and its instants, s."""

    time_s: Floats
    acc_g: Floats
    rate_hz: float

    def rows(self, keep: NDArray[np.bool_]) -> Motion:
        return Motion(time_s=self.time_s[keep], acc_g=self.acc_g[keep], rate_hz=self.rate_hz)


def tilted(
    starts_s: NDArray[np.floating],
    *,
    seconds: float,
    rate_hz: float = 50.0,
    deg: float = 28.0,
    last_s: float = 2.4,
) -> Motion:
    """Upright, and at every start a lean forward and back that lasts `last_s`."""
    time_s = np.arange(0.0, seconds, 1.0 / rate_hz)
    lean = np.zeros(len(time_s))
    for start in starts_s:
        part = np.clip((time_s - start) / last_s, 0.0, 1.0)
        lean += np.deg2rad(deg) * np.sin(np.pi * part) ** 2
    rng = np.random.default_rng(5)
    acc = np.stack([np.sin(lean), 0.0 * lean, np.cos(lean)], axis=1)
    acc += 0.01 * rng.normal(size=acc.shape)
    return Motion(time_s=time_s, acc_g=acc, rate_hz=rate_hz)


def squats(count: int = 8, *, rate_hz: float = 50.0, every_s: float = 3.4) -> Motion:
    starts = 15.0 + every_s * np.arange(count)
    return tilted(starts, seconds=30.0 + every_s * count, rate_hz=rate_hz)


def detect(motion: Motion, placement: Placement = Placement.WAIST) -> pl.DataFrame:
    return detect_repetitions(
        motion.time_s, motion.acc_g, None,
        rate_hz=motion.rate_hz, placement=placement, upright=STANDING,
    )  # fmt: skip


def rotation(seed: int) -> Floats:
    matrix = np.linalg.qr(np.random.default_rng(seed).normal(size=(3, 3)))[0]
    return np.asarray(matrix * np.sign(np.linalg.det(matrix)), np.float64)


@pytest.mark.parametrize("rate_hz", RATES)
@pytest.mark.parametrize("count", [3, 8, 20])
def test_every_squat_counts_once_at_any_rate(rate_hz: float, count: int) -> None:
    found = detect(squats(count, rate_hz=rate_hz))
    assert len(found) == count
    assert set(found["kind"]) == {"squat"}
    assert found["set"].to_list() == [1] * count


@pytest.mark.parametrize("every_s", [2.6, 3.4, 4.5, 6.0])
def test_the_pace_of_a_set_does_not_matter(every_s: float) -> None:
    assert len(detect(squats(7, every_s=every_s))) == 7


def test_a_repetition_starts_turns_and_ends_where_the_body_does() -> None:
    found = detect(squats(6))
    starts = 15.0 + 3.4 * np.arange(6)
    assert found["start_s"].to_numpy() == pytest.approx(starts, abs=0.5)
    assert (found["start_s"] + found["out_s"]).to_numpy() == pytest.approx(starts + 1.2, abs=0.15)
    assert found["duration_s"].to_numpy() == pytest.approx(
        (found["out_s"] + found["back_s"]).to_numpy()
    )
    assert np.all(found["start_s"].to_numpy()[1:] >= found["end_s"].to_numpy()[:-1])
    assert found["quality"].to_numpy().min() > 0.9


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=20)
def test_the_way_a_sensor_is_mounted_does_not_matter(seed: int) -> None:
    motion, turn = squats(), rotation(seed)
    turned = detect_repetitions(
        motion.time_s, motion.acc_g @ turn, None,
        rate_hz=50.0, placement=Placement.WAIST, upright=STANDING @ turn,
    )  # fmt: skip
    plain = detect(motion)
    assert turned["kind"].to_list() == plain["kind"].to_list()
    assert turned["start_s"].to_numpy() == pytest.approx(plain["start_s"].to_numpy(), abs=1e-6)


@pytest.mark.parametrize(
    "placement", [p for p in Placement if p.leg and p.value.endswith(("ankle", "shank"))]
)
def test_a_lower_leg_counts_squats_on_either_side(placement: Placement) -> None:
    assert detect(squats(), placement)["kind"].to_list() == ["squat"] * 8


def test_a_leg_that_never_walked_cannot_name_its_exercise() -> None:
    motion = squats()
    found = detect_repetitions(
        motion.time_s, motion.acc_g, None, rate_hz=50.0, placement=Placement.LEFT_ANKLE
    )
    assert found["kind"].to_list() == ["repetition"] * 8


def test_a_slanted_shank_belongs_to_sit_ups() -> None:
    motion = tilted(15.0 + 4.0 * np.arange(6), seconds=60.0, deg=15.0)
    found = detect_repetitions(
        motion.time_s, motion.acc_g, None,
        rate_hz=50.0, placement=Placement.LEFT_ANKLE, upright=np.array([0.0, 0.8, 0.6]),
    )  # fmt: skip
    assert found["kind"].to_list() == ["sit-up"] * 6


def test_a_trunk_that_lies_down_and_rises_does_sit_ups() -> None:
    motion = tilted(15.0 + 4.0 * np.arange(6), seconds=60.0, deg=75.0)
    assert detect(motion)["kind"].to_list() == ["sit-up"] * 6


@pytest.mark.parametrize("placement", [Placement.LEFT_THIGH, Placement.ARM])
def test_a_place_without_measurements_names_no_exercise(placement: Placement) -> None:
    assert detect(squats(), placement)["kind"].to_list() == ["repetition"] * 8


@given(seed=st.integers(0, 2**32 - 1), update_hz=st.floats(2.6, 4.2))
@settings(max_examples=20)
def test_a_beacon_that_repeats_its_values_is_counted_within_one(
    seed: int, update_hz: float
) -> None:
    motion = squats(rate_hz=10.0)
    between = np.random.default_rng(seed).uniform(0.7, 1.3, 400) / update_hz
    fresh = np.zeros(len(motion.time_s), np.bool_)
    updates = np.searchsorted(motion.time_s, np.cumsum(between))
    fresh[updates[updates < len(fresh)]] = True
    fresh[0] = True
    held = motion.acc_g[np.maximum.accumulate(np.where(fresh, np.arange(len(fresh)), 0))]
    found = detect(Motion(time_s=motion.time_s, acc_g=held, rate_hz=10.0))
    assert abs(len(found) - 8) <= 1


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=15)
def test_one_sample_in_twenty_lost_changes_no_count(seed: int) -> None:
    motion = squats()
    assert (
        len(detect(motion.rows(np.random.default_rng(seed).random(len(motion.time_s)) > 0.05))) == 8
    )


def test_samples_that_are_not_finite_count_as_lost() -> None:
    motion = squats()
    motion.acc_g[::17] = np.nan
    assert len(detect(motion)) == 8


def test_two_sets_have_two_numbers() -> None:
    starts = np.concatenate([15.0 + 3.4 * np.arange(5), 80.0 + 3.4 * np.arange(4)])
    found = detect(tilted(starts, seconds=120.0))
    assert found["set"].to_list() == [1] * 5 + [2] * 4


@pytest.mark.parametrize("count", [1, 2])
def test_a_bend_or_two_are_no_set(count: int) -> None:
    assert detect(squats(count)).is_empty()


@pytest.mark.parametrize("placement", [Placement.WAIST, Placement.LEFT_FOOT])
def test_a_sensor_at_rest_is_silent(placement: Placement) -> None:
    assert detect(tilted(np.empty(0), seconds=300.0), placement).is_empty()


@pytest.mark.parametrize("placement", [Placement.WAIST, Placement.LEFT_SHANK])
def test_a_swing_once_a_second_is_no_repetition(placement: Placement) -> None:
    steps = tilted(10.0 + 1.1 * np.arange(60), seconds=90.0, last_s=1.0)
    assert detect(steps, placement).is_empty()


def test_bends_at_odd_times_and_of_odd_sizes_are_no_squats() -> None:
    time_s = np.arange(0.0, 120.0, 0.02)
    rng = np.random.default_rng(3)
    lean = np.interp(time_s, np.cumsum(rng.uniform(4.0, 12.0, 30)), rng.uniform(0.0, 1.2, 30))
    acc = np.stack([np.sin(lean), 0.0 * lean, np.cos(lean)], axis=1)
    assert "squat" not in detect(Motion(time_s=time_s, acc_g=acc, rate_hz=50.0))["kind"].to_list()


@given(gap_s=st.floats(60.0, 120.0), cut=st.floats(0.4, 0.6))
@settings(max_examples=10)
def test_sets_cut_apart_in_the_rest_between_them_stay_the_same(gap_s: float, cut: float) -> None:
    second = 40.0 + gap_s
    starts = np.concatenate([15.0 + 3.4 * np.arange(6), second + 2.9 * np.arange(7)])
    motion = tilted(starts, seconds=second + 40.0)
    border = 36.0 + cut * gap_s
    whole = detect(motion)
    parts = [
        detect(motion.rows(side)) for side in (motion.time_s < border, motion.time_s >= border)
    ]
    assert len(whole) == 13
    joined = pl.concat(parts)
    for name in ("start_s", "end_s", "quality"):
        assert joined[name].to_list() == pytest.approx(whole[name].to_list(), abs=1e-6)


def test_the_origin_of_time_does_not_matter() -> None:
    motion = squats()
    later = Motion(time_s=motion.time_s + 1.79e9, acc_g=motion.acc_g, rate_hz=50.0)
    assert detect(later)["start_s"].to_numpy() - 1.79e9 == pytest.approx(
        detect(motion)["start_s"].to_numpy(), abs=1e-3
    )


@pytest.mark.parametrize("count", [1, 2, 6])
def test_a_bout_that_is_given_may_be_as_short_as_one_repetition(count: int) -> None:
    motion = squats(count)
    found = repetitions_in_bout(
        motion.time_s, motion.acc_g, None, rate_hz=50.0, placement=Placement.WAIST,
        start_s=14.8, end_s=15.0 + 3.4 * count,
    )  # fmt: skip
    assert len(found) == count


def test_a_bout_outside_the_recording_holds_nothing() -> None:
    motion = squats()
    found = repetitions_in_bout(
        motion.time_s, motion.acc_g, None, rate_hz=50.0, placement=Placement.WAIST,
        start_s=900.0, end_s=950.0,
    )  # fmt: skip
    assert found.is_empty()


def test_an_acceleration_without_gravity_has_no_repetitions() -> None:
    motion = squats()
    without = Motion(time_s=motion.time_s, acc_g=motion.acc_g - STANDING, rate_hz=50.0)
    assert detect(without).is_empty()


@pytest.mark.parametrize("placement", [Placement.BIKE, Placement.MACHINE])
def test_a_machine_makes_no_repetitions(placement: Placement) -> None:
    assert detect(squats(), placement).is_empty()


def test_no_samples_give_an_empty_frame_of_the_same_columns() -> None:
    nothing = Motion(time_s=np.empty(0), acc_g=np.empty((0, 3)), rate_hz=50.0)
    assert dict(detect(nothing).schema) == {name: kind() for name, kind in REPETITIONS.items()}
    assert detect(squats()).schema == detect(nothing).schema


def test_arrays_that_do_not_fit_are_refused_with_advice() -> None:
    motion = squats()
    with pytest.raises(AnalyticsError, match="does not fit"):
        detect(Motion(time_s=motion.time_s, acc_g=motion.acc_g[:-1], rate_hz=50.0))
    with pytest.raises(AnalyticsError, match="step backwards"):
        detect(Motion(time_s=motion.time_s[::-1], acc_g=motion.acc_g, rate_hz=50.0))
    with pytest.raises(AnalyticsError, match="10 to 210"):
        detect(Motion(time_s=motion.time_s, acc_g=motion.acc_g, rate_hz=1.0))
