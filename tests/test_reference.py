"""The method against a second one, written by itself in plain Python from the same definition."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics import dose, force, intensity
from analytics.protocol import default_protocol
from tests import reference_dose as plain
from tests.synthetic_minutes import MONDAY, at

PROTOCOL = default_protocol()
MORNING = at(0, 7)


def number(expression: pl.Expr) -> float:
    return float(pl.select(expression).item())


def close(expected: float | None) -> Any:
    return None if expected is None else pytest.approx(expected, rel=1e-9, abs=1e-9)


# --- the second method is right about the pins ---------------------------------------------------

SQUAT = plain.on_both_legs(60, 75)
BIKE = plain.bike(200, 90, 75)
PACK = plain.carrying(plain.walk(1.4), 15, 75)


@pytest.mark.parametrize(
    ("blocks", "load_bw", "lld", "index"),
    [
        ([(1.1, 3500)], 3850, 7000.0, 8.9769),
        ([(2.4, 2400)], 5760, 10472.7, 18.6807),
        ([(SQUAT, 25)], 28.125, 51.1, 3.6654),
        ([(BIKE, 5400)], 1418.7, 2579.5, 2.2580),
        ([(PACK, 3300)], 4672.8, 8496.0, 11.4724),
        ([(plain.STAIRS_UP_BW, 80), (plain.STAIRS_DOWN_BW, 80)], 216, 392.7, 7.4160),
        ([(1.05, 700)], 735, 1336.4, 6.8801),
        ([(4.0, 100), (1.1, 5000)], 5900, 10727.3, 22.7748),
    ],
)
def test_the_plain_method_meets_every_pin(
    blocks: list[plain.Block], load_bw: float, lld: float, index: float
) -> None:
    load = plain.cumulative_load(blocks, blocks)
    assert load == pytest.approx(load_bw, abs=0.05)
    assert plain.loaded_leg_dose(load) == pytest.approx(lld, abs=0.05)
    assert plain.session_index(blocks) == pytest.approx(index, abs=5e-5)


def test_the_plain_method_meets_the_mixed_day_and_the_oxygen_pins() -> None:
    half_hour = dt.timedelta(minutes=30)
    day = [
        (at(0, hour), at(0, hour) + half_hour, [block])
        for hour, block in ((7.0, (2.4, 2400.0)), (12.5, (1.2, 1650.0)), (18.0, (SQUAT, 25.0)))
    ]
    load = sum(force * cycles for _, _, [(force, cycles)] in day)
    assert plain.loaded_leg_dose(load) == pytest.approx(14123.9, abs=0.05)
    assert plain.day_index(day) == pytest.approx(25.7801, abs=5e-5)
    mets = (
        plain.mets_walk(1.4),
        plain.mets_walk(1.4, 0.05),
        plain.mets_run(2.8),
        plain.mets_cycle(200, 75),
        plain.mets_stepping(24, 0.2),
    )
    assert mets == pytest.approx((3.4, 5.56, 10.6, 10.229, 5.655), abs=5e-4)
    assert plain.run_by_contact(0.2454, 160) == pytest.approx(2.4, abs=5e-4)
    assert plain.run_by_speed(5.0, "male") == pytest.approx(2.82, abs=5e-4)


# --- forces, dose, oxygen ------------------------------------------------------------------------

SPEEDS = st.floats(0, 8)
MASSES = st.floats(30, 200)
LOADS = st.floats(0, 300)
SEXES = st.sampled_from(["male", "female", None])


@given(SPEEDS, SEXES, st.floats(0.1, 1.0), st.floats(60, 240))
def test_steps_have_the_same_force(
    speed: float, sex: str | None, contact: float, cadence: float
) -> None:
    unknown = pl.lit(None, pl.Float64)
    assert number(force.walk(speed)) == close(plain.walk(speed))
    assert number(force.walk(unknown)) == close(plain.walk(None))
    assert number(force.run_at_speed(speed, sex=sex)) == close(plain.run_by_speed(speed, sex))
    assert number(force.run_at_speed(unknown, sex=sex)) == close(plain.run_by_speed(None, sex))
    assert number(force.run_at_contact(contact, cadence_spm=cadence)) == close(
        plain.run_by_contact(contact, cadence)
    )


@given(MASSES, LOADS, st.floats(0, 90), st.floats(1, 2000), st.floats(20, 160))
def test_loads_pedals_and_lifts_have_the_same_force(
    mass: float, load: float, angle: float, power: float, rpm: float
) -> None:
    assert force.carried(load_kg=load, mass_kg=mass) == close(plain.carrying(1.0, load, mass))
    assert number(force.squat(load, mass_kg=mass)) == close(plain.on_both_legs(load, mass))
    assert number(force.lunge(load, mass_kg=mass)) == close(plain.on_one_leg(load, mass))
    assert number(force.leg_press(load, angle_deg=angle, mass_kg=mass)) == close(
        plain.leg_press(load, angle, mass)
    )
    assert number(force.bike(power, rpm=rpm, mass_kg=mass)) == close(plain.bike(power, rpm, mass))


def test_what_needs_no_formula_has_the_same_force() -> None:
    ours = {key.replace("-", "_"): value for key, value in force.MACHINE_BW.items()}
    assert ours | {"sit_to_stand": force.SIT_TO_STAND_BW} == plain.ALWAYS_BW
    assert (force.STAIRS_UP_BW, force.STAIRS_DOWN_BW) == (
        plain.STAIRS_UP_BW,
        plain.STAIRS_DOWN_BW,
    )


@given(st.floats(0, 5), st.floats(-0.1, 0.2), st.floats(0, 400), MASSES, st.floats(0, 160))
def test_minutes_cost_the_same_oxygen(
    speed: float, grade: float, power: float, mass: float, cadence: float
) -> None:
    pace = 60 * speed
    assert number(intensity.walk_mets(pace, grade=grade)) == close(plain.mets_walk(speed, grade))
    assert number(intensity.run_mets(pace, grade=grade)) == close(plain.mets_run(speed, grade))
    assert number(intensity.cycle_mets(power, mass_kg=mass)) == close(plain.mets_cycle(power, mass))
    assert number(intensity.stepping_mets(cadence, height_m=0.2)) == close(
        plain.mets_stepping(cadence, 0.2)
    )


@given(st.floats(100, 130))
def test_cadence_stands_for_the_same_oxygen(cadence: float) -> None:
    assert number(intensity.cadence_mets(cadence)) == close(plain.mets_of_cadence(cadence))


@given(st.floats(0, 20_000), st.floats(0, 20_000), st.sampled_from([None, 30, 59, 60, 90]))
def test_a_day_of_load_has_the_same_dose_and_credit(
    left: float, right: float, age: int | None
) -> None:
    load = number(dose.cumulative_load(pl.lit(left), pl.lit(right)))
    assert load == close(plain.cumulative_load([(left, 1)], [(right, 1)]))
    lld = number(dose.step_equivalents(pl.lit(load)))
    assert lld == close(plain.loaded_leg_dose(load))
    target = PROTOCOL.target("lld", age)
    assert target == plain.daily_target(age)
    assert number(dose.credit(pl.lit(lld), target=target)) == close(plain.daily_credit(lld, age))


CYCLES = st.lists(
    st.tuples(st.integers(0, 900), st.floats(0.1, 6), st.floats(0, 100)), min_size=1, max_size=40
)


@given(CYCLES)
def test_a_day_of_cycles_has_the_same_osteogenic_index(
    cycles: list[tuple[int, float, float]],
) -> None:
    starts = [MORNING + dt.timedelta(minutes=after) for after, _, _ in cycles]
    rows = pl.LazyFrame(
        {
            "date": [MONDAY] * len(cycles),
            "minute": starts,
            "force_bw": [each for _, each, _ in cycles],
            "cycles": [count for _, _, count in cycles],
        }
    )
    found = dose.osteogenic_days(rows).collect()["osteogenic_index"].to_list()
    expected = plain.day_index(
        [
            (start, start + dt.timedelta(minutes=1), [(each, count)])
            for start, (_, each, count) in zip(starts, cycles, strict=True)
        ]
    )
    assert (found or [0.0]) == [close(expected)]
