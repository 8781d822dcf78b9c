"""Contacts, contact time and force of made-up gait, and their floors on real people."""

from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.gait.contacts import ContactMethod, find_contacts
from analytics.gait.stances import CONTACT_SHARE, STANCES, find_stances
from analytics.gait.steps import MARGIN_S, detect_steps
from benchmarks import contacts as bench
from benchmarks import recordings as rec
from devices.profile import Placement
from tests.test_steps import RATES, Motion, bump, rotation

FOOT, SHANK = Placement.LEFT_FOOT, Placement.RIGHT_SHANK
PUSH, LAND, WIDTH = 0.50, 0.92, 0.05
"""Parts of a made-up stride at which push-off and landing turn fastest."""
START_S = 5.0


def gait(*, strides: int = 30, stride_s: float = 1.1, rate_hz: float = 100.0) -> Motion:
    """Rest, strides of push-off, swing and landing about one axis, rest; gravity on z."""
    time_s = np.arange(0.0, 2 * START_S + strides * stride_s, 1.0 / rate_hz)
    phase = (time_s - START_S) / stride_s
    moving = (phase >= 0.0) & (phase < strides)
    part = phase % 1.0
    turn = 330.0 * bump(part, 0.5 * (PUSH + LAND), 0.09)
    turn = turn - 380.0 * bump(part, PUSH, WIDTH) - 220.0 * bump(part, LAND, 0.03)
    acc = np.zeros((len(time_s), 3))
    acc[:, 0] = moving * (0.8 * bump(part, 0.55, 0.06) - 0.7 * bump(part, 0.8, 0.05))
    acc[:, 2] = 1.0 + moving * 1.5 * bump(part, 0.88, 0.03)
    gyro = np.zeros((len(time_s), 3))
    gyro[:, 1] = moving * turn
    return Motion(time_s=time_s, acc_g=acc, gyro_dps=gyro, rate_hz=rate_hz)


def stances(motion: Motion, placement: Placement = FOOT, *, gyro: bool = True) -> pl.DataFrame:
    turning = motion.gyro_dps if gyro else None
    return find_stances(
        motion.time_s, motion.acc_g, turning, rate_hz=motion.rate_hz, placement=placement
    )


def instants(part: float, *, strides: int = 30, stride_s: float = 1.1) -> np.ndarray:
    return np.asarray(START_S + (np.arange(strides) + part) * stride_s)


@pytest.mark.parametrize("rate_hz", RATES)
def test_the_foot_leaves_at_its_push_off_at_any_rate(rate_hz: float) -> None:
    rows = stances(gait(rate_hz=rate_hz))
    assert rows["tc_s"].to_numpy() == pytest.approx(instants(PUSH), abs=0.02)
    assert set(rows["quality"][:-1]) == {"clear"}


@pytest.mark.parametrize("rate_hz", RATES)
def test_the_foot_comes_back_between_its_swing_and_its_landing_at_any_rate(rate_hz: float) -> None:
    rows = stances(gait(rate_hz=rate_hz))
    late = rows["time_s"].to_numpy() - instants(LAND)
    assert late.min() > -0.08
    assert late.max() < 0.0
    assert np.ptp(late) < 0.03


def test_a_shank_comes_down_at_the_peak_after_its_swing() -> None:
    rows = stances(gait(), SHANK)
    assert rows["time_s"].to_numpy() == pytest.approx(instants(LAND), abs=0.02)


def test_contact_and_swing_fill_the_stride() -> None:
    rows = stances(gait())[:-1]
    stride_s = rows["contact_s"] + rows["swing_s"].shift(-1)
    assert stride_s.drop_nulls().to_numpy() == pytest.approx(1.1, abs=0.03)


def test_the_foot_turns_before_it_leaves_and_is_flat_after_it_lands() -> None:
    rows = stances(gait())
    assert (rows["lift_s"] < rows["tc_s"]).all()
    assert (rows["tc_s"] < rows["time_s"]).all()
    assert (rows["time_s"] < rows["flat_s"]).all()


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=20, deadline=None)
def test_the_way_a_sensor_is_mounted_moves_no_contact(seed: int) -> None:
    motion, turn = gait(strides=12), rotation(seed)
    turned = Motion(
        time_s=motion.time_s, acc_g=motion.acc_g @ turn, gyro_dps=motion.gyro_dps @ turn,
        rate_hz=100.0,
    )  # fmt: skip
    for name in ("tc_s", "time_s", "lift_s", "flat_s", "even"):
        ours, theirs = stances(motion)[name].to_numpy(), stances(turned)[name].to_numpy()
        assert theirs == pytest.approx(ours, abs=1e-5, nan_ok=True)


def test_either_side_and_the_ankle_have_contacts() -> None:
    for placement in (Placement.RIGHT_FOOT, Placement.LEFT_ANKLE, Placement.RIGHT_ANKLE, SHANK):
        assert stances(gait(), placement)["swing_s"].null_count() == 0


def test_lost_samples_leave_the_contact_time_across_them_unknown() -> None:
    motion = gait()
    rows = stances(motion.rows((motion.time_s < 20.4) | (motion.time_s > 20.8)))
    gap = rows.filter(pl.col("stride_s") < 20.4).tail(1)
    assert gap["contact_s"].to_list() == [None]
    assert gap["quality"].to_list() == ["doubtful"]
    assert rows["contact_s"].null_count() <= 4


@pytest.mark.parametrize("cut_s", [17.03, 22.5, 30.111])
def test_contacts_three_seconds_old_no_longer_change(cut_s: float) -> None:
    motion = gait()
    early = motion.rows(motion.time_s <= cut_s)
    steps = detect_steps(
        motion.time_s, motion.acc_g, motion.gyro_dps, rate_hz=100.0, placement=FOOT
    )
    found = [
        find_contacts(
            part.time_s, part.acc_g, part.gyro_dps, rate_hz=100.0, placement=FOOT, steps=mine
        ).filter(pl.col("stride_s") < cut_s - 3.0)
        for part, mine in ((motion, steps), (early, steps.filter(pl.col("time_s") < cut_s)))
    ]
    for name in ("tc_s", "time_s", "flat_s", "lift_s"):
        assert found[1][name].to_list() == pytest.approx(found[0][name].to_list(), abs=1e-9)


def test_chunks_that_overlap_give_the_stances_of_the_whole() -> None:
    motion = gait(strides=140)
    whole, cut_s = stances(motion), 80.013
    early = stances(motion.rows(motion.time_s < cut_s + MARGIN_S))
    late = stances(motion.rows(motion.time_s >= cut_s - MARGIN_S))
    joined = pl.concat([early.filter(pl.col("stride_s") < cut_s),
                        late.filter(pl.col("stride_s") >= cut_s)])  # fmt: skip
    for name in ("tc_s", "time_s", "contact_s", "force_bw"):
        ours, theirs = whole[name].to_numpy(), joined[name].to_numpy()
        assert theirs == pytest.approx(ours, abs=1e-6, nan_ok=True)
    assert joined["running"].to_list() == whole["running"].to_list()


@pytest.mark.parametrize("batch", [1, 7, 16])
def test_strides_in_batches_give_the_contacts_of_all_at_once(batch: int) -> None:
    motion = gait()
    steps = detect_steps(
        motion.time_s, motion.acc_g, motion.gyro_dps, rate_hz=100.0, placement=FOOT
    )
    found = [
        find_contacts(
            motion.time_s, motion.acc_g, motion.gyro_dps, rate_hz=100.0, placement=FOOT,
            steps=steps, method=ContactMethod(batch=size),
        )
        for size in (batch, 4096)
    ]  # fmt: skip
    for name in ("tc_s", "time_s", "lift_s", "flat_s", "even", "shock_g"):
        ours, theirs = found[0][name].to_numpy(), found[1][name].to_numpy()
        assert ours == pytest.approx(theirs, abs=1e-9, nan_ok=True)


def test_the_origin_of_time_moves_no_contact() -> None:
    motion = gait()
    later = Motion(
        time_s=motion.time_s + 1.79e9, acc_g=motion.acc_g, gyro_dps=motion.gyro_dps, rate_hz=100.0
    )
    for name in ("tc_s", "time_s", "flat_s"):
        moved = stances(later)[name].to_numpy() - 1.79e9
        assert moved == pytest.approx(stances(motion)[name].to_numpy(), abs=1e-5)


def test_a_foot_without_gyroscope_has_contacts_and_a_shank_without_it_has_none() -> None:
    foot, shank = stances(gait(), gyro=False), stances(gait(), SHANK, gyro=False)
    assert foot["swing_s"].null_count() == 0
    assert shank["tc_s"].null_count() == len(shank) == 30
    assert shank["quality"].null_count() == 30
    assert shank["time_s"].to_list() == shank["stride_s"].to_list()


@pytest.mark.parametrize("placement", [Placement.LEFT_THIGH, Placement.WAIST])
def test_a_thigh_or_a_trunk_has_steps_but_no_contacts(placement: Placement) -> None:
    rows = stances(gait(), placement)
    assert len(rows) > 0
    assert rows["tc_s"].null_count() == rows["contact_s"].null_count() == len(rows)
    assert rows["time_s"].null_count() == 0


def test_a_walking_step_has_the_force_of_an_unknown_speed() -> None:
    rows = stances(gait())
    assert not rows["running"].any()
    assert set(rows["force_bw"]) == {1.1}
    assert set(rows["confidence"]) == {"low"}


def test_a_running_step_has_the_force_of_its_contact_time() -> None:
    time_s = np.arange(0.0, 40.0, 0.01)
    part = (time_s / 0.72) % 1.0  # contact from 0.70 to 1.05 of a stride
    turn = 500.0 * bump(part, 0.4, 0.15) - 500.0 * bump((part + 0.5) % 1.0, 0.55, 0.04)
    gyro = np.zeros((len(time_s), 3))
    gyro[:, 0] = turn - 300.0 * bump(part, 0.70, 0.03)
    acc = np.zeros((len(time_s), 3))
    acc[:, 1] = 3.0 * bump(part, 0.72, 0.04) + 2.0 * bump(part, 0.2, 0.06)
    rows = find_stances(time_s, acc, gyro, rate_hz=100.0, placement=FOOT)[3:-3]
    contact_s = 0.35 * 0.72
    assert rows["running"].all()
    assert rows["contact_s"].to_numpy() == pytest.approx(contact_s, abs=0.02)
    model = math.pi / 2 * 0.36 / (contact_s / CONTACT_SHARE)
    assert rows["force_bw"].to_numpy() == pytest.approx(model, rel=0.08)
    assert set(rows["confidence"]) == {"medium-high"}


@pytest.mark.parametrize("uneven", [0.0, 0.1, 0.2, 0.3])
def test_made_up_pedalling_is_cycling_without_force_and_is_not_running(uneven: float) -> None:
    made = bench.pedalling(rpm=80.0, swing_deg=30.0, uneven=uneven, phase=1.57)
    rows = bench.stances(made)
    assert len(rows) > 0
    middle = rows[3:-3]
    assert middle["cycling"].all()
    assert not middle["running"].any()
    assert middle["force_bw"].null_count() == len(middle)


def test_no_samples_and_no_strides_give_an_empty_frame_of_the_same_columns() -> None:
    nothing = np.empty((0, 3))
    rows = find_stances(np.empty(0), nothing, nothing, rate_hz=100.0, placement=FOOT)
    assert rows.is_empty()
    assert dict(rows.schema) == {name: kind() for name, kind in STANCES.items()}
    assert stances(gait()).schema == rows.schema


@pytest.fixture(scope="module")
def feet() -> list[rec.Recording]:
    folder = rec.data_folder()
    if folder is None:
        pytest.skip("LEGLOAD_DATA does not name a folder of recordings")
    return rec.load(folder, "feet", label="group")[::5]


@pytest.mark.data
def test_real_feet_start_and_end_their_movement_where_people_annotated_it(
    feet: list[rec.Recording],
) -> None:
    rows = bench.contact_errors([one for one in feet if one.label == "Healthy"])
    for name, middle, spread in (("lift_s", 0, 75), ("tc_s", 85, 75), ("ic_s", -162, 60),
                                 ("flat_s", 0, 65)):  # fmt: skip
        low, median, high = (rows[f"{name}_ms"].quantile(q) or 0.0 for q in (0.25, 0.5, 0.75))
        assert median == pytest.approx(middle, abs=25), name
        assert high - low <= spread, name


@pytest.mark.data
def test_real_walking_feet_have_both_contacts_and_neither_run_nor_pedal(
    feet: list[rec.Recording],
) -> None:
    rows = bench.contact_errors(feet)
    assert rows["swing_s"].null_count() <= 0.07 * len(rows)
    assert (rows["quality"] == "clear").sum() >= 0.85 * len(rows)
    assert rows["cycling"].sum() == 0
    assert rows["running"].sum() <= 0.005 * len(rows)
