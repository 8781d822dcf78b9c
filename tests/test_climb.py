"""Stairs from the way of a leg's strides: made-up legs (simulated), and level walks of people."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.gait.bouts import find_bouts
from analytics.gait.climb import CLIMBS, METHOD, find_climbs
from analytics.gait.stances import find_stances
from analytics.gait.steps import detect_steps
from benchmarks import climb as bench
from benchmarks import recordings as rec
from benchmarks.recordings import Recording
from benchmarks.simulated_stairs import CLIMBERS, Way, climber
from devices.profile import Placement
from tests.real_walks import data_folder

FOOT, ANKLE, SHANK = Placement.LEFT_FOOT, Placement.RIGHT_ANKLE, Placement.LEFT_SHANK
LOWER = (FOOT, ANKLE, SHANK)
UP, DOWN = CLIMBERS["stairs up, foot over foot"], CLIMBERS["stairs down, foot over foot"]
LEVEL = CLIMBERS["level"]
RATES = (25.0, 52.0, 100.0, 208.0)


def said(rows: pl.DataFrame) -> set[str | None]:
    """What the strides with five around them are called."""
    return set(rows["climb"][2:-2])


@pytest.mark.parametrize("placement", LOWER)
@pytest.mark.parametrize(("name", "called"), [
    ("level", "level"),
    ("short level strides", "level"),
    ("ramp of 8 % up", "level"),
    ("hill of 20 % down", "level"),
    ("stairs up, foot over foot", "up"),
    ("stairs down, foot over foot", "down"),
    ("stairs up, step by step", "up"),
    ("stairs down, step by step", "down"),
])  # fmt: skip
def test_simulated_stairs_are_told_from_slopes(
    name: str, called: str, placement: Placement
) -> None:
    assert said(bench.climbs(climber(CLIMBERS[name], placement=placement), placement)) == {called}


@pytest.mark.parametrize("rate_hz", RATES)
@pytest.mark.parametrize("way", [LEVEL, UP, DOWN])
def test_a_simulated_foot_goes_as_far_and_as_high_as_it_was_made_at_any_rate(
    way: Way, rate_hz: float
) -> None:
    rows = bench.climbs(climber(way, placement=FOOT, rate_hz=rate_hz))[2:-2]
    assert rows["rise_m"].to_numpy() == pytest.approx(way.rise_m, abs=0.12)
    assert rows["rise_m"].to_numpy().mean() == pytest.approx(way.rise_m, abs=0.03)
    assert rows["length_m"].to_numpy().mean() == pytest.approx(way.length_m, rel=0.1)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_no_mounting_matters(seed: int) -> None:
    assert said(bench.climbs(climber(UP, placement=FOOT, strides=8, seed=seed))) == {"up"}


def test_a_simulated_shank_reads_short_and_climbs_right() -> None:
    rows = bench.climbs(climber(UP, placement=SHANK), SHANK)[2:-2]
    assert rows["rise_m"].to_numpy() == pytest.approx(UP.rise_m, abs=0.06)
    assert 0.3 < float(rows["length_m"].to_numpy().mean()) < UP.length_m


def one_after_another(*legs: Recording) -> Recording:
    """Recordings end to end; all were made with one mounting."""
    acc = np.concatenate([leg.acc_g for leg in legs])
    gyro = np.concatenate([leg.gyro_dps for leg in legs if leg.gyro_dps is not None])
    time_s = np.asarray((np.arange(len(acc)) + 0.5) / legs[0].rate_hz, np.float64)
    return replace(legs[0], time_s=time_s, acc_g=acc, gyro_dps=gyro)


def test_a_walk_a_simulated_flight_and_a_walk_are_three_bouts() -> None:
    whole = one_after_another(*(climber(way, placement=FOOT) for way in (LEVEL, UP, LEVEL)))
    motion = (whole.time_s, whole.acc_g, whole.gyro_dps)
    steps = find_stances(*motion, rate_hz=whole.rate_hz, placement=FOOT)
    bouts = find_bouts(steps.join(bench.climbs(whole).select(*CLIMBS), on="stride_s", how="left"))
    assert bouts["kind"].to_list() == ["walk", "stairs-up", "walk"]
    assert bouts["steps"].to_list() == pytest.approx([60.0, 60.0, 60.0], abs=2.0)
    assert find_bouts(steps)["kind"].unique().to_list() == ["walk"]


def test_one_tall_stride_is_no_staircase() -> None:
    """A kerb: the vote of five strides keeps it level."""
    kerb = Way(rise_m=0.3, length_m=0.8)
    parts = (climber(way, placement=FOOT, strides=n) for way, n in ((LEVEL, 8), (kerb, 1)))
    whole = one_after_another(*parts, climber(LEVEL, placement=FOOT, strides=8))
    assert "up" not in bench.climbs(whole)["climb"].to_list()


def test_without_gravity_or_gyroscope_or_a_lower_leg_nothing_is_known() -> None:
    made = climber(UP, placement=FOOT)
    free = replace(made, acc_g=made.acc_g - made.acc_g[:100].mean(axis=0))
    unknown = [bench.climbs(free), bench.climbs(made, Placement.LEFT_THIGH),
               bench.climbs(replace(made, gyro_dps=None))]  # fmt: skip
    for rows in unknown:
        assert len(rows) > 0
        assert rows.select("rise_m", "length_m", "climb").null_count().row(0) == (len(rows),) * 3


def test_a_stride_with_lost_samples_is_unknown_and_its_neighbours_speak_for_it() -> None:
    made = climber(UP, placement=FOOT)
    at = bench.climbs(made)["stride_s"][10]
    kept = np.abs(made.time_s - at) > 0.12
    assert made.gyro_dps is not None
    holed = replace(made, time_s=made.time_s[kept], acc_g=made.acc_g[kept],
                    gyro_dps=made.gyro_dps[kept])  # fmt: skip
    strides_s = bench.climbs(made)["stride_s"].to_numpy()
    rows = find_climbs(holed.time_s, holed.acc_g, holed.gyro_dps, rate_hz=100.0, placement=FOOT,
                       strides_s=strides_s)  # fmt: skip
    assert rows["rise_m"][10] is None
    assert rows["climb"][10] == "up"


def test_batches_leave_no_trace() -> None:
    made = climber(UP, placement=FOOT)
    whole = bench.climbs(made).select(*CLIMBS)
    parts = find_climbs(made.time_s, made.acc_g, made.gyro_dps, rate_hz=100.0, placement=FOOT,
                        strides_s=whole["stride_s"].to_numpy(),
                        method=replace(METHOD, batch=7))  # fmt: skip
    assert whole.equals(parts)


def test_what_follows_changes_no_stride_but_the_last_three() -> None:
    made = climber(UP, placement=FOOT)
    whole = bench.climbs(made)
    at = whole["stride_s"].to_numpy()[:20]
    early = made.time_s < at[-1] + 1.3
    assert made.gyro_dps is not None
    cut = find_climbs(made.time_s[early], made.acc_g[early], made.gyro_dps[early], rate_hz=100.0,
                      placement=FOOT, strides_s=at)  # fmt: skip
    assert cut[:17].equals(whole.select(*CLIMBS)[:17])


def test_no_strides_give_no_rows_of_the_same_columns() -> None:
    none = np.empty((0, 3))
    rows = find_climbs(np.empty(0), none, none, rate_hz=100.0, placement=FOOT,
                       strides_s=np.empty(0))  # fmt: skip
    assert rows.schema == {name: kind() for name, kind in CLIMBS.items()}
    assert rows.is_empty()


@pytest.mark.parametrize(("name", "placement"), [("shoes", FOOT), ("shin_walk", SHANK)])
def test_a_real_level_walk_is_no_staircase(name: str, placement: Placement) -> None:
    for one in rec.load(data_folder(), name, rate_hz=50.0):
        rows = bench.climbs(one, placement)
        assert set(rows["climb"]) == {"level"}
        assert rows["rise_m"].is_null().mean() < 0.01  # type: ignore[operator]


@pytest.fixture(scope="module")
def feet() -> list[Recording]:
    """Some level walks of the better of two makes of sensor."""
    every = rec.load(data_folder(), "feet", label="dev")
    return [one for one in every if one.label == "XSens"][::40]


def test_feet_whose_standing_gravity_is_put_back_walk_level(feet: list[Recording]) -> None:
    rows = pl.concat([bench.climbs(one) for one in map(bench.standing_gravity, feet) if one])
    assert set(rows["climb"]) <= {"level", None}
    assert float(rows["rise_m"].abs().quantile(0.95) or 1.0) < 0.08


def test_feet_as_the_maker_left_them_say_nothing(feet: list[Recording]) -> None:
    for one in feet:
        assert bench.climbs(one)["climb"].drop_nulls().is_empty()


def test_detect_steps_finds_the_simulated_strides_it_is_tried_on() -> None:
    for placement in LOWER:
        made = climber(UP, placement=placement)
        steps = detect_steps(
            made.time_s, made.acc_g, made.gyro_dps, rate_hz=100.0, placement=placement
        )
        assert len(steps) == pytest.approx(30, abs=1)
