"""Steps felt at the waist, the chest, an arm or in a pocket, on made-up trunks."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.gait.steps import MARGIN_S, detect_steps
from devices.profile import Placement
from tests.test_steps import RATES, Motion


def trunk_walk(*, rate_hz: float = 100.0, step_s: float = 0.55, high_g: float = 0.25) -> Motion:
    """Rest, 73 steps of the trunk (an acceleration along gravity that rises and falls), rest."""
    time_s = np.arange(0.0, 20.0 + 73 * step_s, 1.0 / rate_hz)
    part = (time_s - 10.0) / step_s
    moving = (part >= 0.0) & (part < 73.0)
    acc = np.array([0.3, -0.9, 0.3]) / np.sqrt(0.99)
    size = 1.0 - high_g * moving * np.cos(2 * np.pi * part)
    return Motion(
        time_s=time_s,
        acc_g=size[:, None] * acc,
        gyro_dps=np.zeros((len(time_s), 3)),
        rate_hz=rate_hz,
    )


def felt(motion: Motion, placement: Placement = Placement.WAIST) -> pl.DataFrame:
    return detect_steps(
        motion.time_s, motion.acc_g, None, rate_hz=motion.rate_hz, placement=placement
    )


@pytest.mark.parametrize("rate_hz", [*RATES, 200.0])
def test_a_step_at_the_waist_stands_at_the_same_instant_at_any_rate(rate_hz: float) -> None:
    reference, other = felt(trunk_walk())["time_s"], felt(trunk_walk(rate_hz=rate_hz))["time_s"]
    assert len(other) == 73
    assert np.abs(other.to_numpy() - reference.to_numpy()).max() < 0.02


def test_a_contact_at_the_waist_precedes_the_shock_by_a_constant() -> None:
    motion = trunk_walk()
    lead = felt(motion, Placement.ARM)["time_s"] - felt(motion)["time_s"]
    assert lead.to_list() == pytest.approx([0.07] * 73)


@pytest.mark.parametrize(
    ("step_s", "high_g", "running"), [(0.36, 1.2, True), (0.36, 0.3, False), (0.5, 1.2, False)]
)
def test_running_at_the_waist_takes_a_high_cadence_and_flight(
    step_s: float, high_g: float, running: bool
) -> None:
    events = felt(trunk_walk(step_s=step_s, high_g=high_g))
    assert len(events) == 73
    assert events["running"].to_list() == [running] * 73


def test_seven_steps_at_the_waist_are_not_gait() -> None:
    motion = trunk_walk()
    assert len(felt(motion.rows(motion.time_s < 10.0 + 9 * 0.55))) == 9
    assert felt(motion.rows(motion.time_s < 10.0 + 7 * 0.55)).is_empty()


def test_small_humps_of_a_body_that_turns_over_are_not_steps() -> None:
    motion = trunk_walk(high_g=0.04)
    angle = np.deg2rad(40.0 * np.sin(2 * np.pi * motion.time_s / 6.0))
    size = np.linalg.norm(motion.acc_g, axis=1)
    rolling = np.stack([np.sin(angle), 0.0 * angle, np.cos(angle)], axis=1) * size[:, None]
    turned = Motion(
        time_s=motion.time_s, acc_g=rolling, gyro_dps=motion.gyro_dps, rate_hz=motion.rate_hz
    )
    assert len(felt(motion)) == 73
    assert felt(turned).is_empty()


@given(cut_s=st.floats(60.0, 200.0), seed=st.integers(0, 1000))
@settings(max_examples=15)
def test_chunks_of_the_waist_with_a_margin_give_the_events_of_the_whole(
    cut_s: float, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    time_s = np.arange(0.013, 260.0, 0.04)  # off the walls of the grid
    beat = np.sin(2 * np.pi * np.cumsum(0.04 * rng.uniform(1.0, 2.6, len(time_s))))
    beat *= np.interp(time_s, np.arange(0, 270, 7), 0.4 * rng.random(39))
    acc = np.array([0.1, 0.7, 0.7]) * (1.0 + beat)[:, None]
    acc += rng.normal(0.0, 0.02, acc.shape)
    motion = Motion(time_s=time_s, acc_g=acc, gyro_dps=np.zeros_like(acc), rate_hz=25.0)
    whole = felt(motion)
    early = felt(motion.rows(time_s < cut_s + MARGIN_S))
    late = felt(motion.rows(time_s >= cut_s - MARGIN_S))
    joined = pl.concat(
        [early.filter(pl.col("time_s") < cut_s), late.filter(pl.col("time_s") >= cut_s)]
    )
    assert len(whole) > 100
    assert joined["time_s"].to_list() == pytest.approx(whole["time_s"].to_list(), abs=1e-6)
    assert joined["running"].to_list() == whole["running"].to_list()
