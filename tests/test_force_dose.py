"""Force and dose against the pins of the method, and against an independent plain reference."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics import dose, force

MORNING = dt.datetime(2026, 11, 16, 7, tzinfo=dt.UTC)
Minute = tuple[int, float, float]
"""(minute after MORNING, force in BW, cycles on each leg)"""


def number(expression: pl.Expr) -> float:
    return float(pl.select(expression).item())


def lld_of(load_bw: float) -> float:
    return number(dose.step_equivalents(pl.lit(load_bw)))


def osteogenic(minutes: Sequence[Minute]) -> float:
    frame = pl.LazyFrame(
        {
            "date": [MORNING.date()] * len(minutes),
            "minute": [MORNING + dt.timedelta(minutes=at) for at, _, _ in minutes],
            "force_bw": [force_bw for _, force_bw, _ in minutes],
            "cycles": [float(cycles) for _, _, cycles in minutes],
        }
    )
    return float(dose.osteogenic_days(frame).collect()["osteogenic_index"].item())


def bout(start: int, minutes: int, force_bw: float, cycles: float) -> list[Minute]:
    """A bout that spreads cycles on each leg evenly over whole minutes."""
    return [(start + at, force_bw, cycles / minutes) for at in range(minutes)]


PINS: dict[str, tuple[list[Minute], float, float, float]] = {
    "7,000 steps at 1.1": ([(0, 1.1, 3500)], 3850.0, 7000.0, 8.9769),
    "run 30 min, 160 steps/min": (bout(0, 30, 2.4, 2400), 5760.0, 10472.7, 18.6807),
    "squat 5x5, 60 kg": ([(0, 1.125, 25)], 28.125, 51.1, 3.6654),
    "bike 60 min, 200 W, 90 rpm": (
        bout(0, 60, number(force.bike(200.0, rpm=90.0, mass_kg=75.0)), 5400),
        1418.7,
        2579.5,
        2.2580,
    ),
    "15 kg pack, 60 min, 110 steps/min": (bout(0, 60, 1.416, 3300), 4672.8, 8496.0, 11.4724),
    "stairs 160 up + 160 down": ([(0, 1.2, 80), (5, 1.5, 80)], 216.0, 392.7, 7.4160),
    "1,400-step day": ([(0, 1.05, 700)], 735.0, 1336.4, 6.8801),
}


@pytest.mark.parametrize("case", PINS)
def test_a_pinned_case_has_its_load_its_dose_and_its_osteogenic_index(case: str) -> None:
    minutes, load_bw, lld, index = PINS[case]
    load = sum(force_bw * cycles for _, force_bw, cycles in minutes)
    assert load == pytest.approx(load_bw, abs=0.05)
    assert lld_of(load) == pytest.approx(lld, abs=0.05)
    assert osteogenic(minutes) == pytest.approx(index, abs=5e-5)


FORCES = {
    "walk, speed unknown": (force.walk(pl.lit(None, pl.Float64)), 1.1),
    "walk at 1.5 m/s (Keller)": (force.walk(1.5), 1.2),
    "walk at 3.0 m/s (Nilsson)": (force.walk(3.0), 1.5),
    "slow walk is one body weight": (force.walk(0.2), 1.0),
    "run, speed unknown": (force.run_at_speed(pl.lit(None, pl.Float64), sex=None), 2.4),
    "run, contact 0.2454 s": (force.run_at_contact(0.2454, cadence_spm=160.0), 2.400),
    "run, contact 0.25 s": (force.run_at_contact(0.25, cadence_spm=160.0), 2.356),
    "man at 3.0 m/s": (force.run_at_speed(3.0, sex="male"), 2.490),
    "man at 5.0 m/s": (force.run_at_speed(5.0, sex="male"), 2.820),
    "woman at 3.0 m/s": (force.run_at_speed(3.0, sex="female"), 2.447),
    "15 kg pack at 1.4 m/s": (
        force.walk(1.4) * force.carried(load_kg=15.0, mass_kg=75.0),
        1.416,
    ),
    "squat with 60 kg": (force.squat(60.0, mass_kg=75.0), 1.125),
    "lunge with 60 kg": (force.lunge(60.0, mass_kg=75.0), 2.25),
    "leg press 100 kg at 45 degrees": (
        force.leg_press(100.0, angle_deg=45.0, mass_kg=75.0),
        0.5421,
    ),
    "bike 200 W, 90 rpm": (force.bike(200.0, rpm=90.0, mass_kg=75.0), 0.2627),
    "bike 210 W, 95 rpm": (force.bike(210.0, rpm=95.0, mass_kg=75.0), 0.2613),
    "stairs up": (pl.lit(force.STAIRS_UP_BW), 1.2),
    "stairs down": (pl.lit(force.STAIRS_DOWN_BW), 1.5),
    "sit-to-stand": (pl.lit(force.SIT_TO_STAND_BW), 0.575),
}


@pytest.mark.parametrize("case", FORCES)
def test_force_of_one_cycle(case: str) -> None:
    expression, expected = FORCES[case]
    assert number(expression) == pytest.approx(expected, abs=6e-4)


def test_an_unknown_sex_runs_with_the_mean_of_both() -> None:
    each = [number(force.run_at_speed(3.4, sex=sex)) for sex in ("male", "female")]
    assert number(force.run_at_speed(3.4, sex=None)) == pytest.approx(sum(each) / 2)


def test_a_load_without_a_body_mass_is_not_guessed() -> None:
    assert force.carried(load_kg=15.0, mass_kg=None) == 1.0


def test_every_force_case_names_its_source_its_mark_and_its_trust() -> None:
    assert len(force.BY_KEY) == len(force.CASES)
    for case in force.CASES:
        assert case.source
        assert case.formula
        assert case.mark in {"seen", "unverified", "design"}
        assert case.confidence in force.CONFIDENCES
        assert 0 < case.error <= 0.5


def test_a_running_step_is_told_by_the_flag_then_by_speed_or_cadence() -> None:
    rows = pl.DataFrame(
        {
            "flag": [True, False, None, None, None, None],
            "speed": [1.0, 4.0, 2.0, 1.9, None, None],
            "cadence": [100.0, 170.0, 100.0, 139.0, 140.0, None],
        }
    )
    running = force.runs(
        running=pl.col("flag"), speed_mps=pl.col("speed"), cadence_spm=pl.col("cadence")
    )
    assert rows.select(running).to_series().to_list() == [True, False, True, False, True, False]


def test_credit_stops_at_one_and_hides_no_disuse_day() -> None:
    days = pl.DataFrame({"lld": [0.0, 1336.4, 7000.0, 20_000.0, None]})
    credit = days.select(dose.credit(pl.col("lld"), target=7000.0)).to_series().to_list()
    assert credit == [0.0, pytest.approx(0.191, abs=5e-4), 1.0, 1.0, None]


def test_cumulative_load_is_the_mean_of_both_legs() -> None:
    assert number(dose.cumulative_load(pl.lit(100.0), pl.lit(50.0))) == 75.0


def test_two_force_levels_are_sorted_before_they_are_weighed() -> None:
    assert osteogenic([(0, 1.1, 5000), (1, 4.0, 100)]) == pytest.approx(22.7748, abs=5e-5)


def test_a_mixed_day_recovers_between_its_sessions() -> None:
    run = bout(0, 30, 2.4, 2400)
    walk = bout(330, 30, 1.2, 1650)
    squats = bout(660, 30, 1.125, 25)
    day = [*run, *walk, *squats]
    load = sum(force_bw * cycles for _, force_bw, cycles in day)
    assert lld_of(load) == pytest.approx(14_123.9, abs=0.05)
    assert osteogenic(day) == pytest.approx(25.7801, abs=5e-5)
    assert osteogenic(list(reversed(day))) == pytest.approx(25.7801, abs=5e-5)


def test_each_day_starts_recovered() -> None:
    times = [MORNING, MORNING + dt.timedelta(days=1)]
    frame = pl.LazyFrame(
        {
            "date": [time.date() for time in times],
            "minute": times,
            "force_bw": [1.125, 1.125],
            "cycles": [25.0, 25.0],
        }
    )
    indices = dose.osteogenic_days(frame).collect()["osteogenic_index"].to_list()
    assert indices == pytest.approx([3.6654, 3.6654], abs=5e-5)


def reference_index(minutes: Sequence[Minute]) -> float:
    """The osteogenic index cycle by cycle, as the formula is written; whole cycles only."""
    sessions: list[list[Minute]] = []
    for minute in sorted(minutes):
        if minute[2] <= 0:
            continue
        if sessions and minute[0] - (sessions[-1][-1][0] + 1) < 60:
            sessions[-1].append(minute)
        else:
            sessions.append([minute])
    total = 0.0
    for number_, session in enumerate(sessions):
        forces = sorted((f for _, f, n in session for _ in range(int(n))), reverse=True)
        index = math.fsum(f * math.log((i + 1) / i) for i, f in enumerate(forces, 1))
        rest_h = (session[0][0] - (sessions[number_ - 1][-1][0] + 1)) / 60
        total += index * (1 - math.exp(-rest_h / 6) if number_ else 1)
    return total


def reference_lld(minutes: Sequence[Minute]) -> float:
    """The dose cycle by cycle: both legs alike."""
    left = math.fsum(f for _, f, n in minutes for _ in range(int(n)))
    return 2 * ((left + left) / 2) / 1.1


minutes_strategy = st.lists(
    st.tuples(
        st.integers(0, 900),
        st.floats(0.1, 5.0, allow_nan=False),
        st.integers(0, 90),
    ),
    min_size=1,
    max_size=40,
    unique_by=lambda minute: minute[0],
).filter(lambda rows: any(cycles for _, _, cycles in rows))


@given(minutes_strategy)
def test_the_dose_agrees_with_a_plain_reference_written_cycle_by_cycle(
    rows: list[tuple[int, float, int]],
) -> None:
    minutes = [(at, force_bw, float(cycles)) for at, force_bw, cycles in rows]
    load = sum(force_bw * cycles for _, force_bw, cycles in minutes)
    assert lld_of(load) == pytest.approx(reference_lld(minutes), rel=1e-9)
    assert osteogenic(minutes) == pytest.approx(reference_index(minutes), rel=1e-9)


def test_the_method_page_prints_every_force_case_as_it_is() -> None:
    page = (Path(__file__).parents[1] / "docs" / "method.md").read_text()
    for case in force.CASES:
        assert f"| {case.title} | {case.formula} | ±{case.error * 100:.0f} % |" in page
        assert f"| {case.source} | {case.mark} |" in page
