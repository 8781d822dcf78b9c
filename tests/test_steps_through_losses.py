"""Strides of a leg whose samples are lost in bursts, on made-up gait."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.gait.steps import MARGIN_S
from tests.test_steps import RATES, detect, walk


@given(start=st.floats(12.0, 40.0), length=st.floats(0.05, 1.2), rate_hz=st.sampled_from(RATES))
@settings(max_examples=50)
def test_a_burst_that_hides_up_to_a_whole_stride_costs_none(
    start: float, length: float, rate_hz: float
) -> None:
    motion = walk(rate_hz=rate_hz)
    keep = (motion.time_s < start) | (motion.time_s >= start + length)
    found = detect(motion.rows(keep))["time_s"].to_numpy()
    assert len(found) == 40
    assert np.abs(found - detect(motion)["time_s"].to_numpy()).max() < 0.3


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=15)
def test_chunks_of_a_lossy_recording_give_the_events_of_the_whole(seed: int) -> None:
    rng = np.random.default_rng(seed)
    motion = walk(strides=150, rate_hz=50.0)
    keep = np.ones(len(motion.time_s), np.bool_)
    for start in rng.integers(0, len(keep), 40):
        keep[start : start + rng.integers(1, 60)] = False
    motion = motion.rows(keep)
    whole = detect(motion)
    early = detect(motion.rows(motion.time_s < 90.0 + MARGIN_S))
    late = detect(motion.rows(motion.time_s >= 90.0 - MARGIN_S))
    joined = pl.concat(
        [early.filter(pl.col("time_s") < 90.0), late.filter(pl.col("time_s") >= 90.0)]
    )
    assert joined["time_s"].to_list() == pytest.approx(whole["time_s"].to_list(), abs=1e-6)


def test_a_pause_without_a_loss_is_not_filled() -> None:
    motion = walk(strides=40)
    swing = (motion.time_s >= 5.0 + 22 * 1.1) & (motion.time_s < 5.0 + 23 * 1.1)
    motion.gyro_dps[swing] = 0.0
    motion.acc_g[swing] = [0.0, 0.0, 1.0]
    assert len(detect(motion)) == 39
