"""The simulated person: the same for a seed however it is asked, and plausible."""

from __future__ import annotations

import functools
import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import find_peaks

from devices import heart_rate, rsc
from devices.day_plan import HOUR, MINUTE, RECIPES, SECOND
from devices.profile import LEG_PLACEMENTS, DeviceError, Floats, Int64s, Placement
from devices.thingy52 import ACC_G, GYRO_DPS
from devices.walker import Bout, Walker, live_walk, plan_day

MIDNIGHT = 1_763_337_600_000_000_000
STEPS = {
    "sedentary": (2000, 3500),
    "desk": (5000, 6000),
    "active": (9000, 11000),
    "runner": (9000, 11000),
    "rest": (400, 1400),
}
every_kind = pytest.mark.parametrize("kind", RECIPES)


def mixture() -> tuple[Bout, ...]:
    """A bout of every kind, from midnight."""
    bouts, at = [], MIDNIGHT
    for kind, seconds, cadence, speed in (
        ("off", 30, 0, 0.0),
        ("sit", 600, 0, 0.0),
        ("stand", 40, 0, 0.0),
        ("walk", 240, 108, 1.25),
        ("run", 180, 164, 2.7),
        ("walk", 60, 84, 0.85),
        ("stand", 20, 0, 0.0),
        ("off", 30, 0, 0.0),
    ):
        bouts.append(
            Bout(
                kind=kind,  # type: ignore[arg-type]
                start_ns=at,
                end_ns=at + seconds * SECOND,
                cadence_spm=cadence,
                speed_mps=speed,
            )
        )
        at += seconds * SECOND
    return tuple(bouts)


@functools.cache
def person(seed: int = 1) -> Walker:
    return Walker(np.random.default_rng(seed), mixture())


def every(rate_hz: int, bouts: tuple[Bout, ...]) -> Int64s:
    return np.arange(bouts[0].start_ns, bouts[-1].end_ns, SECOND // rate_hz)


def during(bout: Bout, time_ns: Int64s) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Rows of a bout, its first two seconds left out."""
    return (time_ns >= bout.start_ns + 2 * SECOND) & (time_ns < bout.end_ns)


def sensed(walker: Walker, time_ns: Int64s, placement: Placement) -> tuple[Floats, Floats]:
    """Acceleration in g and turning rate in deg/s, (n, 3) each."""
    counts = walker.motion(time_ns, placement).astype(np.float64)
    return counts[:, :3] * ACC_G, counts[:, 3:] * GYRO_DPS


@every_kind
@given(seed=st.integers(0, 2**32), hours=st.sampled_from((23, 24, 25)))
@settings(max_examples=25)
def test_a_day_is_tiled_without_holes_and_worn_for_ten_hours(
    kind: str, seed: int, hours: int
) -> None:
    day = plan_day(np.random.default_rng(seed), MIDNIGHT, kind, hours=hours)
    assert day[0].start_ns == MIDNIGHT
    assert day[-1].end_ns == MIDNIGHT + hours * HOUR
    assert all(one.end_ns == two.start_ns for one, two in itertools.pairwise(day))
    assert all(bout.end_ns > bout.start_ns for bout in day)
    assert [bout.kind for bout in day if bout.kind == "off"] == ["off", "off"]
    assert (day[0].kind, day[-1].kind) == ("off", "off")
    assert day[-1].start_ns - day[0].end_ns >= 10 * HOUR


@every_kind
@given(seed=st.integers(0, 2**32))
@settings(max_examples=25)
def test_a_day_has_the_steps_of_its_kind(kind: str, seed: int) -> None:
    day = plan_day(np.random.default_rng(seed), MIDNIGHT, kind)
    least, most = STEPS[kind]
    assert least < sum(bout.steps for bout in day) < most


@given(seed=st.integers(0, 2**32))
@settings(max_examples=10)
def test_a_day_of_rest_has_no_minute_of_forty_steps(seed: int) -> None:
    rng = np.random.default_rng(seed)
    strides = Walker(rng, plan_day(rng, MIDNIGHT, "rest")).strides_ns
    assert np.bincount((strides - MIDNIGHT) // MINUTE).max() * 2 < 40


def test_a_runner_runs_for_half_an_hour() -> None:
    day = plan_day(np.random.default_rng(2), MIDNIGHT, "runner")
    runs = [bout for bout in day if bout.kind == "run"]
    assert [round(bout.seconds / 60) for bout in runs] == [pytest.approx(30, abs=1)]


def test_a_day_of_no_known_kind_is_refused_with_the_known_ones() -> None:
    with pytest.raises(DeviceError, match="desk"):
        plan_day(np.random.default_rng(2), MIDNIGHT, "lazy")


def test_a_live_walk_lasts_a_day_and_both_walks_and_runs() -> None:
    bouts = live_walk(np.random.default_rng(2), MIDNIGHT)
    assert bouts[0].kind == "walk"
    assert {bout.kind for bout in bouts} == {"walk", "run", "stand"}
    assert bouts[-1].end_ns - bouts[0].start_ns == 24 * HOUR
    assert all(one.end_ns == two.start_ns for one, two in itertools.pairwise(bouts))


def test_a_seed_gives_the_same_person_and_another_seed_another() -> None:
    time_ns = every(50, mixture())
    one, same, other = (
        Walker(np.random.default_rng(seed), mixture()).motion(time_ns, Placement.RIGHT_FOOT)
        for seed in (1, 1, 2)
    )
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)


@given(data=st.data())
@settings(max_examples=20)
def test_asking_piece_by_piece_gives_the_same_motion(data: st.DataObject) -> None:
    time_ns = every(25, mixture())
    cuts = sorted(data.draw(st.lists(st.integers(0, len(time_ns)), max_size=6)))
    placement = data.draw(st.sampled_from(LEG_PLACEMENTS))
    whole = person().motion(time_ns, placement)
    pieces = [person().motion(part, placement) for part in np.split(time_ns, cuts)]
    assert np.array_equal(np.concatenate(pieces), whole)


def test_the_order_in_which_sensors_are_asked_changes_nothing() -> None:
    time_ns = every(1, mixture())
    one, other = (Walker(np.random.default_rng(4), mixture()) for _ in range(2))
    one.motion(time_ns, Placement.LEFT_FOOT)
    one.heart_rate(time_ns)
    for placement in (Placement.RIGHT_SHANK, Placement.LEFT_FOOT):
        assert np.array_equal(one.motion(time_ns, placement), other.motion(time_ns, placement))
    assert one.heart_rate(time_ns) == other.heart_rate(time_ns)
    assert one.rsc(time_ns) == other.rsc(time_ns)


@pytest.mark.parametrize("rate_hz", [25, 50])
@pytest.mark.parametrize(
    "placement", [place for place in LEG_PLACEMENTS if "thigh" not in place.value]
)
def test_every_stride_has_one_forward_swing(placement: Placement, rate_hz: int) -> None:
    time_ns = every(rate_hz, mixture())
    _, gyro = sensed(person(), time_ns, placement)
    swings, _ = find_peaks(-gyro[:, 1], height=130, distance=int(0.45 * rate_hz))
    assert len(swings) == len(person().strides_ns)


@every_kind
def test_the_strides_made_are_the_strides_planned(kind: str) -> None:
    rng = np.random.default_rng(6)
    day = plan_day(rng, MIDNIGHT, kind)
    planned = sum(bout.steps for bout in day) / 2
    walks = sum(bout.cadence_spm > 0 for bout in day)
    made = len(Walker(rng, day).strides_ns)
    assert planned - walks * 1.5 < made < planned + walks
    assert made == pytest.approx(planned, rel=0.06)


def test_a_sensor_that_is_off_lies_still_on_its_side() -> None:
    time_ns = every(50, mixture())
    acc, gyro = sensed(person(), time_ns, Placement.RIGHT_FOOT)
    rows = during(mixture()[0], time_ns)
    assert acc[rows].std(axis=0).max() < 0.013  # still, by the van Hees rule
    assert np.abs(gyro[rows]).max() < 2
    assert acc[rows].mean(axis=0) == pytest.approx([0, 1, 0], abs=0.12)


def test_standing_sways_a_little_and_points_another_way_than_a_table() -> None:
    time_ns = every(50, mixture())
    acc, gyro = sensed(person(), time_ns, Placement.RIGHT_FOOT)
    rows = during(mixture()[2], time_ns)
    assert acc[rows].mean(axis=0)[2] > 0.95
    assert 0.1 < gyro[rows].std(axis=0).max() < 10


def test_a_thigh_lies_down_when_its_owner_sits() -> None:
    time_ns = every(50, mixture())
    acc, _ = sensed(person(), time_ns, Placement.LEFT_THIGH)
    sitting = np.median(acc[during(mixture()[1], time_ns)], axis=0)
    standing = np.median(acc[during(mixture()[2], time_ns)], axis=0)
    assert np.dot(sitting, standing) < 0.5
    assert np.linalg.norm(sitting) == pytest.approx(1, abs=0.03)


def test_a_run_shakes_a_leg_harder_than_a_walk() -> None:
    time_ns = every(50, mixture())
    acc, gyro = sensed(person(), time_ns, Placement.RIGHT_SHANK)
    walk, run = (during(mixture()[number], time_ns) for number in (3, 4))
    assert np.abs(acc[run]).max() > 1.3 * np.abs(acc[walk]).max()
    assert gyro[run].std() > gyro[walk].std()
    assert np.linalg.norm(acc[walk], axis=1).mean() == pytest.approx(1.05, abs=0.15)


def test_a_turn_adds_up_to_no_turn_over_a_walk() -> None:
    time_ns = every(50, mixture())
    _, gyro = sensed(person(), time_ns, Placement.RIGHT_SHANK)
    assert abs(gyro[during(mixture()[3], time_ns)][:, 1].mean()) < 2


def test_a_foot_pod_sends_strides_and_stands_still_with_zeros() -> None:
    time_ns = every(1, mixture())
    sent = person().rsc(time_ns)
    walk, run, sit = (during(mixture()[number], time_ns) for number in (3, 4, 1))
    walking = [one for one, inside in zip(sent, walk, strict=True) if inside][:-2]
    running = [one for one, inside in zip(sent, run, strict=True) if inside][:-2]
    sitting = [one for one, inside in zip(sent, sit, strict=True) if inside]
    assert np.mean([one.cadence_sent_per_min for one in walking]) == pytest.approx(54, abs=0.6)
    assert np.mean([one.speed_mps for one in walking]) == pytest.approx(1.25, abs=0.02)
    assert len({one.cadence_sent_per_min for one in walking}) > 2
    assert all(one.running for one in running)
    assert not any(one.running for one in walking)
    for one in walking + running:
        assert one.stride_length_m is not None
        per_s = one.cadence_sent_per_min / 60
        assert one.stride_length_m == pytest.approx(one.speed_mps / per_s, rel=0.02)
    assert {(one.speed_mps, one.cadence_sent_per_min) for one in sitting} == {(0.0, 0)}


def test_what_a_walker_sends_survives_encoding() -> None:
    time_ns = every(1, mixture())
    for pod in person().rsc(time_ns):
        assert rsc.parse(rsc.encode(pod)) == pod
    for beat in person().heart_rate(time_ns):
        assert heart_rate.parse(heart_rate.encode(beat)) == beat


def test_the_heart_follows_effort_with_a_lag() -> None:
    bouts = (
        Bout(kind="sit", start_ns=0, end_ns=300 * SECOND),
        Bout(
            kind="run", start_ns=300 * SECOND, end_ns=900 * SECOND, cadence_spm=164, speed_mps=2.7
        ),
        Bout(kind="sit", start_ns=900 * SECOND, end_ns=1500 * SECOND),
    )
    walker = Walker(np.random.default_rng(3), bouts, rest_bpm=60, max_bpm=180)
    bpm = [one.heart_rate_bpm for one in walker.heart_rate(every(1, bouts))]
    before, plateau, after = bpm[295], np.mean(bpm[840:890]), np.mean(bpm[1440:1490])
    assert before < 70
    assert 140 < plateau < 180
    assert after < 70
    assert bpm[345] == pytest.approx(before + (plateau - before) * (1 - np.exp(-1)), abs=4)


def test_intervals_add_up_to_the_time_they_took() -> None:
    bouts = (Bout(kind="sit", start_ns=0, end_ns=600 * SECOND),)
    sent = Walker(np.random.default_rng(3), bouts).heart_rate(every(1, bouts))
    assert sum(sum(one.rr_s) for one in sent) == pytest.approx(600, rel=0.01)


def test_a_strap_that_is_off_has_no_heart_rate() -> None:
    time_ns = every(1, mixture())
    sent = person().heart_rate(time_ns)
    assert not sent[0].measured
    assert sent[0].contact is False
    assert sent[100].measured


def test_instants_out_of_order_bouts_that_overlap_and_bikes_are_refused() -> None:
    with pytest.raises(DeviceError, match="sort"):
        person().motion(np.array([2, 1]), Placement.LEFT_FOOT)
    with pytest.raises(DeviceError, match="bike"):
        person().motion(np.array([1, 2]), Placement.BIKE)
    with pytest.raises(DeviceError, match="overlap"):
        Walker(np.random.default_rng(1), mixture()[::-1])
    with pytest.raises(DeviceError, match="at least one"):
        Walker(np.random.default_rng(1), ())


def test_outside_its_bouts_a_person_wears_nothing() -> None:
    around = np.array([MIDNIGHT - HOUR, mixture()[-1].end_ns + HOUR])
    acc, _ = sensed(person(), around, Placement.RIGHT_FOOT)
    assert acc[:, 1] == pytest.approx([1, 1], abs=0.05)
    assert person().rsc(around) == [rsc.RscMeasurement(speed_mps=0.0, cadence_sent_per_min=0)] * 2
