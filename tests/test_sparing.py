"""What is left out for speed changes nothing: still time, and contacts that decide nothing."""

from __future__ import annotations

import dataclasses

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from analytics.gait import contacts
from analytics.gait.evenness import at_most_even
from analytics.gait.grid import to_grid
from analytics.gait.stances import EVEN, find_stances
from analytics.gait.steps import steps_on, to_stretches
from analytics.gait.stirring import stirring
from analytics.gait.strides import LEG, stride_times
from benchmarks import contacts as bench
from devices.profile import Placement
from tests.test_contacts import gait
from tests.test_steps import Motion

FOOT = Placement.LEFT_FOOT
DECIDED = ("stride_s", "steps", "cadence_spm", "running", "cycling", "force_bw", "confidence")


def joined(*parts: Motion, rest_s: float = 60.0, noise: float = 0.01, seed: int = 0) -> Motion:
    """Motions one after another with rest between, and noise over all."""
    rng = np.random.default_rng(seed)
    time_s, acc, gyro, end_s = [], [], [], 0.0
    for part in parts:
        still_s = np.arange(0.0, rest_s, 1.0 / part.rate_hz)
        time_s += [end_s + still_s, end_s + rest_s + part.time_s - part.time_s[0]]
        acc += [np.tile(part.acc_g[:1], (len(still_s), 1)), part.acc_g]
        gyro += [np.zeros((len(still_s), 3)), part.gyro_dps]
        end_s = time_s[-1][-1] + 1.0 / part.rate_hz
    rows = sum(map(len, time_s))
    return Motion(
        time_s=np.concatenate(time_s),
        acc_g=np.concatenate(acc) + rng.normal(0.0, noise, (rows, 3)),
        gyro_dps=np.concatenate(gyro) + rng.normal(0.0, 10.0 * noise, (rows, 3)),
        rate_hz=parts[0].rate_hz,
    )


def lossy(motion: Motion, seed: int, share: float = 0.02) -> Motion:
    """Without some bursts of samples."""
    rng = np.random.default_rng(seed)
    kept = np.ones(len(motion.time_s), np.bool_)
    for start in np.flatnonzero(rng.random(len(kept)) < share / 30.0):
        kept[start : start + rng.integers(1, 120)] = False
    return motion.rows(kept)


def mixture() -> Motion:
    """Walking, quick steps, pedalling, walking."""
    pedal = bench.pedalling(rpm=70.0, swing_deg=25.0, uneven=0.1, phase=1.57)
    assert pedal.gyro_dps is not None
    ride = Motion(time_s=pedal.time_s, acc_g=pedal.acc_g, gyro_dps=pedal.gyro_dps, rate_hz=100.0)
    return joined(gait(strides=20), gait(stride_s=0.8), ride, gait(stride_s=0.95), noise=0.02)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
@pytest.mark.parametrize("gyro", [True, False])
def test_strides_are_the_same_whether_still_time_is_left_out_or_not(gyro: bool, seed: int) -> None:
    motion = lossy(joined(gait(strides=9), gait(strides=14), seed=seed), seed)
    stretches = to_stretches(
        motion.time_s, motion.acc_g, motion.gyro_dps if gyro else None, rate_hz=100.0,
        placement=FOOT,
    )  # fmt: skip
    moving = [part for stretch in stretches for part in stirring(stretch, LEG)]
    found, whole = stride_times(moving, LEG), stride_times(stretches, LEG)
    assert len(whole) >= 15
    assert found == pytest.approx(whole, abs=1e-9)


def test_a_still_leg_is_left_out_and_a_moving_one_is_not() -> None:
    motion = joined(gait(strides=20), gait(strides=20), rest_s=300.0)
    (stretch,) = to_grid(motion.time_s, [motion.acc_g, motion.gyro_dps], 100.0)
    parts = stirring(stretch, LEG)
    kept = sum(len(part.values) for part in parts)
    assert len(parts) == 2
    assert 44 * 25 < kept < 120 * 25


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
@pytest.mark.parametrize("placement", [FOOT, Placement.RIGHT_SHANK, Placement.LEFT_THIGH])
@pytest.mark.parametrize("gyro", [True, False])
def test_sparing_contacts_decides_the_same(gyro: bool, placement: Placement, seed: int) -> None:
    motion = lossy(mixture(), seed)
    given = (motion.time_s, motion.acc_g, motion.gyro_dps if gyro else None)
    whole, spared = (
        find_stances(*given, rate_hz=100.0, placement=placement, sparing=sparing)
        for sparing in (False, True)
    )
    assert_frame_equal(spared.select(DECIDED), whole.select(DECIDED))


def test_sparing_looks_for_contacts_of_quick_or_even_strides_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    motion = joined(gait(strides=60), gait(strides=30, stride_s=0.9))
    spared = find_stances(
        motion.time_s, motion.acc_g, motion.gyro_dps, rate_hz=100.0, placement=FOOT, sparing=True
    )
    slow = spared.filter(pl.col("cadence_spm") < 115.0)
    assert slow["tc_s"].null_count() >= 40
    assert spared.filter(pl.col("cadence_spm") > 125.0)["tc_s"].null_count() == 0
    assert slow["cycling"].null_count() == 0


@pytest.mark.parametrize("rpm", [50.0, 80.0])
def test_no_stride_is_more_even_than_it_is_said_to_be_at_most(rpm: float) -> None:
    ride = bench.pedalling(rpm=rpm, swing_deg=25.0, uneven=0.2, phase=1.57)
    walk = gait(strides=40)
    for time_s, acc, gyro in (
        (ride.time_s, ride.acc_g, ride.gyro_dps),
        (walk.time_s, walk.acc_g, walk.gyro_dps),
    ):
        stretches = to_stretches(time_s, acc, gyro, rate_hz=100.0, placement=FOOT)
        steps = steps_on(stretches, gyroscope=True, placement=FOOT)
        found = contacts.contacts_on(stretches, steps, gyroscope=True, placement=FOOT)
        bound = at_most_even(stretches[0], steps["time_s"].to_numpy())
        assert np.all(bound >= found["even"].to_numpy() - contacts.NEARLY)
    assert np.median(bound) < EVEN


@pytest.mark.parametrize("rate_hz", [26.0, 100.0, 204.8])
def test_the_value_of_a_cell_is_the_mean_over_its_time(rate_hz: float) -> None:
    time_s = np.asarray(np.arange(4000) / rate_hz + 0.003, np.float64)
    wave = np.sin(2.0 * np.pi * 0.5 * time_s)[:, None].astype(np.float32)
    (stretch,) = to_grid(time_s, [wave], rate_hz)
    half = 0.02 * np.pi
    means = np.sin(np.pi * stretch.time_s) * np.sin(half) / half
    assert stretch.values[:, 0] == pytest.approx(means, abs=0.005)


def test_blocks_of_any_size_give_the_same_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    motion = lossy(joined(gait(strides=20)), 3)
    tables = [motion.acc_g, motion.gyro_dps]
    (whole,) = to_grid(motion.time_s, tables, 100.0, gap_s=2.5)
    monkeypatch.setattr("analytics.gait.grid.BLOCK", 333)
    (small,) = to_grid(motion.time_s, tables, 100.0, gap_s=2.5)
    assert dataclasses.replace(small, values=whole.values, seen=whole.seen) == whole
    assert small.values == pytest.approx(whole.values, abs=1e-9)
    assert small.seen == pytest.approx(whole.seen, abs=1e-9)


def test_a_long_silence_cuts_a_stretch_for_contacts_and_not_for_strides() -> None:
    motion = gait()
    motion = motion.rows((motion.time_s < 20.0) | (motion.time_s > 20.8))
    (stretch,) = to_grid(motion.time_s, [motion.acc_g], 100.0, gap_s=2.5)
    apart = to_grid(motion.time_s, [motion.acc_g], 100.0)
    parts = list(stretch.unbroken())
    assert [part.first for part in parts] == [part.first for part in apart]
    assert [len(part.values) for part in parts] == [len(part.values) for part in apart]
