"""Posture from gravity: only with gravity, against a known upright, where it can be told."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from analytics.gait.posture import find_postures, upright
from benchmarks import contacts as bench
from benchmarks import recordings as rec
from devices.profile import Placement
from tests.test_steps import rotation

Floats = NDArray[np.float64]
UP = np.array([0.0, 0.0, 1.0])


def tilted(*degrees: float, rate_hz: float = 50.0, seconds: int = 10) -> tuple[Floats, Floats]:
    """Gravity at some tilts from z, `seconds` each."""
    angle = np.radians(np.repeat(degrees, int(seconds * rate_hz)))
    noise = np.random.default_rng(0).normal(0.0, 0.01, (len(angle), 3))
    acc = np.stack([np.sin(angle), 0.0 * angle, np.cos(angle)], axis=1) + noise
    return np.arange(len(angle)) / rate_hz, acc


def said(placement: Placement, *degrees: float) -> list[str]:
    time_s, acc = tilted(*degrees)
    rows = find_postures(time_s, acc, rate_hz=50.0, placement=placement, upright_g=UP)
    return rows["posture"].unique(maintain_order=True).to_list()


def test_a_waist_is_upright_sits_or_lies() -> None:
    assert said(Placement.WAIST, 5.0, 30.0, 90.0) == ["upright", "sit", "lie"]


def test_a_chest_does_not_tell_sitting_from_standing() -> None:
    assert said(Placement.CHEST, 5.0, 30.0, 90.0) == ["upright", "lie"]


def test_a_thigh_stands_or_does_not() -> None:
    assert said(Placement.LEFT_THIGH, 10.0, 85.0) == ["stand", "sit"]


def test_a_shank_only_tells_that_it_lies() -> None:
    assert said(Placement.RIGHT_SHANK, 5.0, 90.0) == ["unknown", "lie"]


def test_a_foot_tells_nothing() -> None:
    assert said(Placement.LEFT_FOOT, 5.0, 90.0) == ["unknown"]


def test_without_gravity_or_without_upright_nothing_is_known() -> None:
    time_s, acc = tilted(0.0, 90.0)
    for acceleration, up in ((acc * 0.02, UP), (acc, None)):
        rows = find_postures(
            time_s, acceleration, rate_hz=50.0, placement=Placement.WAIST, upright_g=up
        )
        assert set(rows["posture"]) == {"unknown"}


def test_a_moving_second_is_unknown() -> None:
    time_s, acc = tilted(0.0)
    shaken = acc + 0.3 * np.sin(40.0 * time_s)[:, None]
    rows = find_postures(time_s, shaken, rate_hz=50.0, placement=Placement.LEFT_THIGH, upright_g=UP)
    assert set(rows["posture"]) == {"unknown"}


def test_a_second_that_was_mostly_lost_is_left_out() -> None:
    time_s, acc = tilted(0.0)
    keep = (time_s < 3.2) | (time_s >= 5.9)
    rows = find_postures(
        time_s[keep], acc[keep], rate_hz=50.0, placement=Placement.WAIST, upright_g=UP
    )
    assert rows["start_s"].to_list() == [0.0, 1.0, 2.0, 6.0, 7.0, 8.0, 9.0]


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=20, deadline=None)
def test_the_way_a_sensor_is_mounted_changes_no_posture(seed: int) -> None:
    time_s, acc = tilted(0.0, 30.0, 80.0)
    steps = pl.DataFrame({"time_s": np.arange(0.0, 9.5, 0.5)})
    found = []
    for turn in (np.eye(3), rotation(seed)):
        up = upright(time_s, acc @ turn, steps)
        found.append(
            find_postures(
                time_s, acc @ turn, rate_hz=50.0, placement=Placement.WAIST, upright_g=up
            )["posture"].to_list()
        )
    assert found[0] == found[1]


def test_too_few_steps_or_no_gravity_tell_no_upright() -> None:
    time_s, acc = tilted(0.0)
    steps = pl.DataFrame({"time_s": np.arange(0.0, 9.5, 0.5)})
    assert upright(time_s, acc, steps.head(7)) is None
    assert upright(time_s, acc * 0.01, steps) is None
    assert upright(time_s, acc, steps) == pytest.approx(UP, abs=0.01)


def test_no_samples_give_no_seconds() -> None:
    rows = find_postures(
        np.empty(0), np.empty((0, 3)), rate_hz=50.0, placement=Placement.WAIST, upright_g=UP
    )
    assert rows.is_empty()


@pytest.mark.data
def test_people_who_lie_are_found_and_people_who_stand_seldom_sit() -> None:
    folder = rec.data_folder()
    if folder is None:
        pytest.skip("LEGLOAD_DATA does not name a folder of recordings")
    rows = bench.tilts(folder).filter(pl.col("posture") != "unknown")
    lying = rows.filter(pl.col("act") == "D14")
    standing = rows.filter(~pl.col("down"))
    assert (lying["posture"] == "lie").mean() == 1.0
    assert (standing["posture"] == "upright").sum() >= 0.93 * len(standing)
