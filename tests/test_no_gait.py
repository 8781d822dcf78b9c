"""What is no gait and what is far away: vibration, odd arrays, a set's surroundings. Made up."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.errors import AnalyticsError
from analytics.exercise.repetitions import detect_repetitions, repetitions_in_bout
from analytics.exercise.sets import _spaced
from analytics.gait.evenness import PAUSE_S, _periods
from analytics.gait.grid import to_grid
from analytics.gait.lobes import _best
from analytics.gait.stances import find_stances
from analytics.gait.steps import detect_steps
from devices.profile import Placement
from tests.test_contacts import gait
from tests.test_repetitions import squats, tilted

FOOT, SHANK, THIGH = Placement.LEFT_FOOT, Placement.RIGHT_SHANK, Placement.LEFT_THIGH
RATE_HZ = 100.0


def shaken(
    hz: float, peak_g: float, *, lever_m: float = 0.05
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Two minutes of a sensor that is shaken steadily, turning about a point lever_m away."""
    time_s = np.arange(0.0, 120.0, 1.0 / RATE_HZ)
    swing = peak_g * np.sin(2.0 * np.pi * hz * time_s)
    acc = np.tile([0.0, 0.0, 1.0], (len(time_s), 1))
    acc[:, 0] += swing
    acc += np.random.default_rng(0).normal(0.0, 0.004, acc.shape)
    gyro = np.zeros(acc.shape)
    gyro[:, 1] = np.degrees(np.cumsum(swing) / RATE_HZ * 9.80665 / lever_m)
    return time_s, acc, gyro - gyro.mean(axis=0)


@pytest.mark.parametrize(
    ("hz", "peak_g"), [(6.0, 1.0), (6.0, 5.0), (6.4, 1.0), (11.6, 1.0), (12.0, 0.3), (12.2, 2.0)]
)
def test_a_vibration_that_beats_with_the_grid_is_no_walk(hz: float, peak_g: float) -> None:
    time_s, acc, _ = shaken(hz, peak_g)
    for placement in (FOOT, SHANK):
        found = detect_steps(time_s, acc, None, rate_hz=RATE_HZ, placement=placement)
        assert found.is_empty()


@pytest.mark.parametrize("kind", [np.int16, np.int32, np.float32])
@pytest.mark.parametrize("placement", [FOOT, Placement.WAIST])
def test_whole_numbers_give_the_steps_of_the_same_values(
    kind: type[np.generic], placement: Placement
) -> None:
    walk = gait(strides=20)
    acc, gyro = np.round(4.0 * walk.acc_g), np.round(walk.gyro_dps)
    expected, found = (
        detect_steps(
            walk.time_s, acc.astype(as_), gyro.astype(as_), rate_hz=RATE_HZ, placement=placement
        )
        for as_ in (np.float64, kind)
    )
    assert len(expected) >= 20
    np.testing.assert_allclose(found["time_s"], expected["time_s"], atol=1e-3)


def test_a_value_that_no_sensor_sends_counts_as_lost() -> None:
    walk = gait(strides=20)
    acc, gone = walk.acc_g.copy(), walk.acc_g.copy()
    acc[500:505], gone[500:505] = 1e200, np.nan
    one, other = (to_grid(walk.time_s, [table], RATE_HZ)[0].values for table in (acc, gone))
    np.testing.assert_array_equal(one, other)
    assert len(detect_steps(walk.time_s, acc, walk.gyro_dps, rate_hz=RATE_HZ, placement=FOOT)) == 20
    acc[:] = 1e200
    for placement in (FOOT, Placement.WAIST):
        assert detect_steps(walk.time_s, acc, None, rate_hz=RATE_HZ, placement=placement).is_empty()
        assert detect_repetitions(
            walk.time_s, acc, None, rate_hz=RATE_HZ, placement=placement
        ).is_empty()


def test_an_instant_that_is_no_number_is_refused() -> None:
    walk = gait(strides=4)
    time_s = walk.time_s.copy()
    time_s[7] = np.nan
    with pytest.raises(AnalyticsError, match="instants are no numbers"):
        detect_steps(time_s, walk.acc_g, None, rate_hz=RATE_HZ, placement=FOOT)
    with pytest.raises(AnalyticsError, match="instants are no numbers"):
        detect_repetitions(time_s, walk.acc_g, None, rate_hz=RATE_HZ, placement=FOOT)


@pytest.mark.parametrize("bounds", [(np.nan, 20.0), (0.0, np.inf)])
def test_a_bout_whose_bounds_are_no_numbers_is_refused(bounds: tuple[float, float]) -> None:
    made = squats(4)
    with pytest.raises(AnalyticsError, match="A bout cannot last"):
        repetitions_in_bout(
            made.time_s, made.acc_g, None, rate_hz=made.rate_hz, placement=Placement.WAIST,
            start_s=bounds[0], end_s=bounds[1],
        )  # fmt: skip


@pytest.mark.parametrize("upright", [[np.nan] * 3, [0.0, 1.0], [0.0] * 3, [[0.0, 0.0, 1.0]]])
def test_an_upright_that_is_no_direction_is_refused(upright: list[float]) -> None:
    made = squats(4)
    with pytest.raises(AnalyticsError, match="no direction"):
        detect_repetitions(
            made.time_s, made.acc_g, None, rate_hz=made.rate_hz, placement=THIGH,
            upright=np.array(upright),
        )  # fmt: skip


@pytest.mark.parametrize("still_s", [0.0, 60.0, 600.0])
def test_stillness_after_a_set_does_not_change_its_name(still_s: float) -> None:
    made = tilted(15.0 + 3.4 * np.arange(8), seconds=60.0, rate_hz=25.0, deg=75.0)
    rest = np.tile(made.acc_g[-1], (round(25.0 * still_s), 1))
    acc = np.concatenate([made.acc_g, rest])
    found = detect_repetitions(
        np.arange(len(acc)) / 25.0, acc, None, rate_hz=25.0, placement=THIGH,
        upright=np.array([0.0, 0.0, 1.0]),
    )  # fmt: skip
    assert found["kind"].to_list() == ["squat"] * 8


def test_spacing_the_tops_asks_only_those_nearby() -> None:
    rng = np.random.default_rng(3)
    at, likeness = np.sort(rng.integers(0, 4000, 300)), rng.random(300)
    kept: list[int] = []
    for k in np.argsort(-likeness, kind="stable"):
        if all(abs(at[k] - at[other]) >= 15 for other in kept):
            kept.append(int(k))
    assert _spaced(at, likeness, 15.0).tolist() == sorted(kept)
    assert len(_spaced(np.arange(0, 4_000_000, 20), np.ones(200_000), 15.0)) == 200_000


def test_a_chain_of_thousands_is_cut_and_loses_nothing() -> None:
    count = 1200
    made = tilted(15.0 + 3.4 * np.arange(count), seconds=30.0 + 3.4 * count, rate_hz=10.0)
    found = detect_repetitions(
        made.time_s, made.acc_g, None, rate_hz=10.0, placement=Placement.WAIST
    )
    assert len(found) == count
    assert found["set"].n_unique() == 3


def test_the_period_of_a_stride_beside_a_pause_is_the_interval_on_its_other_side() -> None:
    strides_s = np.array([0.0, 1.0, 2.2, 42.2, 43.2, 60.0, 60.0 + PAUSE_S])
    expected = [1.0, 1.1, 1.2, 1.0, 1.0, PAUSE_S, PAUSE_S]
    np.testing.assert_allclose(_periods(strides_s), expected)
    assert np.isnan(_periods(np.array([0.0, 10.0]))).all()


@pytest.mark.parametrize("pause_s", [10.0, 40.0])
def test_a_ride_before_a_pause_does_not_change_what_comes_after_it(pause_s: float) -> None:
    time_s = np.arange(0.0, 60.0 + pause_s, 0.01)
    rides = (time_s % (10.0 + pause_s) < 6.0) & (time_s < 40.0 + pause_s)
    phase = 2.0 * np.pi * 0.9 * (time_s % (10.0 + pause_s))
    gyro, acc = np.zeros((len(time_s), 3)), np.tile([0.0, 0.0, 1.0], (len(time_s), 1))
    gyro[:, 1] = rides * 130.0 * (np.cos(phase) + 0.8 * np.cos(2.0 * phase + 1.0))
    acc[:, 0] = rides * 0.4 * (np.cos(phase) + 0.5 * np.cos(2.0 * phase))
    acc += np.random.default_rng(1).normal(0.0, 0.01, acc.shape)
    second_s = 9.0 + pause_s
    late = time_s >= second_s
    whole, part = (
        find_stances(time_s[of], acc[of], gyro[of], rate_hz=RATE_HZ, placement=SHANK)
        for of in (time_s >= 0.0, late)
    )
    whole = whole.filter(whole["stride_s"] >= second_s)
    assert len(whole) >= 4
    np.testing.assert_allclose(part["even"], whole["even"], atol=1e-3)
    assert part["cycling"].to_list() == whole["cycling"].to_list()


def test_a_rotation_all_one_way_weighs_the_same_either_way_round() -> None:
    area = np.array([[0.0, 3.0, 0.0], [2.0, 0.0, 0.0]])
    for one, other in ((area, -area), (-area, area)):
        (_, most), (_, least) = _best(one), _best(other)
        assert np.abs(most - least).tolist() == [3.0, 2.0]
