"""What a notebook may pass to the functions of analytics, and what it is told where it may not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
import pytest

from analytics.errors import AnalyticsError
from analytics.exercise.repetitions import detect_repetitions, repetitions_in_bout
from analytics.exercise.tally import sets_of
from analytics.gait.climb import find_climbs
from analytics.gait.contacts import find_contacts
from analytics.gait.posture import find_postures
from analytics.gait.stances import find_stances
from analytics.gait.steps import detect_steps
from devices.profile import Placement
from tests.test_steps import walk

MOTION = walk(strides=12)
STEPS = detect_steps(
    MOTION.time_s, MOTION.acc_g, MOTION.gyro_dps, rate_hz=100.0, placement=Placement.LEFT_FOOT
)
Function = Callable[..., pl.DataFrame]


def postures(time_s: Any, acc_g: Any, gyro_dps: Any, **given: Any) -> pl.DataFrame:
    del gyro_dps
    return find_postures(time_s, acc_g, upright_g=np.array([0.0, 0.0, 1.0]), **given)


FUNCTIONS: dict[str, tuple[Function, dict[str, Any]]] = {
    "detect_steps": (detect_steps, {}),
    "find_stances": (find_stances, {}),
    "find_contacts": (find_contacts, {"steps": STEPS}),
    "find_climbs": (find_climbs, {"strides_s": STEPS["time_s"].to_numpy()}),
    "find_postures": (postures, {}),
    "detect_repetitions": (detect_repetitions, {}),
    "repetitions_in_bout": (repetitions_in_bout, {"start_s": 0.0, "end_s": 20.0}),
}


def called(name: str, **changed: Any) -> pl.DataFrame:
    function, more = FUNCTIONS[name]
    given = {
        "time_s": MOTION.time_s,
        "acc_g": MOTION.acc_g,
        "gyro_dps": MOTION.gyro_dps,
        "rate_hz": 100.0,
        "placement": Placement.LEFT_FOOT,
        **changed,
    }
    arrays = [given.pop(key) for key in ("time_s", "acc_g", "gyro_dps")]
    return function(*arrays, **given, **more)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_placement_may_be_its_plain_word(name: str) -> None:
    assert called(name, placement="left-foot").equals(called(name))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_word_that_is_no_placement_is_refused_with_those_that_are(name: str) -> None:
    with pytest.raises(AnalyticsError, match=r"no placement 'lfoot'.*right-shank"):
        called(name, placement="lfoot")


@pytest.mark.parametrize("name", FUNCTIONS)
def test_acceleration_in_metres_is_refused_and_one_without_gravity_is_not(name: str) -> None:
    with pytest.raises(AnalyticsError, match=r"looks like m/s2.*9\.80665"):
        called(name, acc_g=MOTION.acc_g * 9.80665)
    called(name, acc_g=MOTION.acc_g - np.array([0.0, 0.0, 1.0]))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_columns_of_a_frame_are_refused_with_the_way_out(name: str) -> None:
    with pytest.raises(AnalyticsError, match=r"time_s is no NumPy array but Series.*to_numpy"):
        called(name, time_s=pl.Series(MOTION.time_s))


def test_sets_take_a_plain_word_too() -> None:
    nothing = called("detect_repetitions")
    assert sets_of(nothing, placement="waist").is_empty()
    with pytest.raises(AnalyticsError, match="no placement 'belly'"):
        sets_of(nothing, placement="belly")
