"""Exercises nobody recorded, on a made-up body: which placement counts, and names, which of them.

Simulated: this shows that the method does what it was built to do, not how accurate it is.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl
import pytest

from analytics.exercise.repetitions import detect_repetitions
from analytics.exercise.tally import CONFIDENCE, SETS, sets_of
from devices.profile import Placement
from tests import body_simulator as body
from tests.body_simulator import Person, Script

FOOT, ANKLE, SHANK = Placement.LEFT_FOOT, Placement.LEFT_ANKLE, Placement.LEFT_SHANK
THIGH, WAIST, CHEST = Placement.LEFT_THIGH, Placement.WAIST, Placement.CHEST
PEOPLE = range(6)
Move = Callable[[Script, Person], None]


def person(seed: int) -> Person:
    rng = np.random.default_rng(seed)
    return Person(
        depth=rng.uniform(0.85, 1.12), pace=rng.uniform(0.9, 1.3), spread=0.07,
        pause_s=rng.uniform(0.3, 1.2), rng=rng,
    )  # fmt: skip


def done(move: Move, seed: int, count: int = 6, rest: body.Frame = body.STAND) -> Script:
    script, who = Script(rest=rest), person(seed)
    for _ in range(count):
        move(script, who)
    return script


def chair_test(seed: int, *, ends_standing: bool, count: int = 5) -> Script:
    script, who = Script(rest=body.SEAT), person(seed)
    for k in range(count):
        body.sit_to_stand(script, who, last=ends_standing and k == count - 1)
    return script


def detect(script: Script, placement: Placement, *, rate_hz: float = 50.0) -> pl.DataFrame:
    time_s, acc_g = body.felt(script, placement, rate_hz=rate_hz)
    return detect_repetitions(
        time_s, acc_g, None, rate_hz=rate_hz, placement=placement, upright=body.UPRIGHT
    )


@pytest.mark.parametrize("seed", PEOPLE)
@pytest.mark.parametrize("ends_standing", [True, False])
def test_a_thigh_counts_every_sit_to_stand_of_a_chair_test(seed: int, ends_standing: bool) -> None:
    script = chair_test(seed, ends_standing=ends_standing)
    found = detect(script, THIGH)
    assert found["kind"].to_list() == ["sit-to-stand"] * 5
    turns = (found["start_s"] + found["out_s"]).to_numpy()
    assert turns == pytest.approx(np.array(script.turns_s), abs=0.7)
    assert (found["quality"].null_count() == 1) is ends_standing


@pytest.mark.parametrize("rate_hz", [25.0, 100.0, 210.0])
def test_a_thigh_names_its_exercise_at_any_rate(rate_hz: float) -> None:
    chair = detect(chair_test(1, ends_standing=False), THIGH, rate_hz=rate_hz)
    assert chair["kind"].to_list() == ["sit-to-stand"] * 5
    squats = detect(done(body.squat, 1), THIGH, rate_hz=rate_hz)
    assert squats["kind"].to_list() == ["squat"] * 6


@pytest.mark.parametrize("seed", PEOPLE)
def test_a_thigh_that_bends_from_upright_without_a_step_squats(seed: int) -> None:
    assert detect(done(body.squat, seed), THIGH)["kind"].to_list() == ["squat"] * 6


@pytest.mark.parametrize("seed", PEOPLE)
def test_a_thigh_that_bends_with_a_step_out_and_back_lunges(seed: int) -> None:
    assert detect(done(body.lunge, seed), THIGH)["kind"].to_list() == ["lunge"] * 6


def test_a_thigh_that_stays_bent_is_held_or_sits_and_has_no_name() -> None:
    assert detect(done(body.held_squat, 1), THIGH)["kind"].to_list() == ["repetition"] * 6


def test_a_thigh_too_slow_to_feel_a_step_cannot_tell_squats_from_lunges() -> None:
    assert detect(done(body.squat, 1), THIGH, rate_hz=10.0)["kind"].to_list() == ["repetition"] * 6


def test_a_thigh_that_nobody_saw_upright_names_nothing() -> None:
    time_s, acc_g = body.felt(chair_test(1, ends_standing=False), THIGH)
    found = detect_repetitions(time_s, acc_g, None, rate_hz=50.0, placement=THIGH)
    assert found["kind"].to_list() == ["repetition"] * 5


@pytest.mark.parametrize("seed", PEOPLE)
def test_a_foot_that_pitches_on_its_toes_does_calf_raises(seed: int) -> None:
    assert detect(done(body.calf_raise, seed), FOOT)["kind"].to_list() == ["calf raise"] * 6


@pytest.mark.parametrize("placement", [ANKLE, SHANK, THIGH, WAIST, CHEST])
def test_a_calf_raise_is_seen_nowhere_but_at_the_foot(placement: Placement) -> None:
    assert detect(done(body.calf_raise, 1), placement).is_empty()


@pytest.mark.parametrize("seed", PEOPLE)
@pytest.mark.parametrize("placement", [WAIST, CHEST])
def test_a_squat_held_below_counts_once_at_the_trunk_and_has_no_name(
    seed: int, placement: Placement
) -> None:
    assert detect(done(body.held_squat, seed), placement)["kind"].to_list() == ["repetition"] * 6


@pytest.mark.parametrize("placement", [ANKLE, SHANK])
@pytest.mark.parametrize("move", [body.lunge, body.rear_lunge])
def test_a_lower_leg_does_not_take_a_lunge_for_a_squat(placement: Placement, move: Move) -> None:
    assert set(detect(done(move, 1), placement)["kind"]) <= {"repetition"}


@pytest.mark.parametrize("placement", [FOOT, ANKLE, SHANK, THIGH, WAIST, CHEST])
@pytest.mark.parametrize("count", [1, 2])
def test_one_or_two_sit_to_stands_are_no_exercise(placement: Placement, count: int) -> None:
    assert detect(chair_test(2, ends_standing=False, count=count), placement).is_empty()


def test_a_set_is_one_row() -> None:
    found = detect(done(body.squat, 3), THIGH)
    (row,) = sets_of(found, placement=THIGH).iter_rows(named=True)
    assert row["repetitions"] == 6
    assert row["kind"] == "squat"
    assert row["confidence"] == "not measured"
    assert row["tempo_s"] == pytest.approx(found["duration_s"].median())
    assert (row["start_s"], row["end_s"]) == (found["start_s"][0], found["end_s"][-1])


def test_squats_at_the_waist_were_measured() -> None:
    found = detect(done(body.squat, 3), WAIST)
    assert sets_of(found, placement=WAIST)["confidence"].to_list() == ["measured"]
    assert all(placement.worn for placement, _ in CONFIDENCE)


@pytest.mark.parametrize("placement", ["left-ankle", "right-ankle"])
def test_squats_at_either_ankle_are_rough(placement: str) -> None:
    found = detect(done(body.squat, 3), WAIST)
    assert sets_of(found, placement=placement)["confidence"].to_list() == ["rough"]


def test_no_repetitions_are_no_sets() -> None:
    nothing = sets_of(detect(Script(), WAIST), placement=WAIST)
    assert nothing.is_empty()
    assert dict(nothing.schema) == {name: kind() for name, kind in SETS.items()}


def test_sets_cut_apart_in_the_rest_between_them_stay_the_same() -> None:
    script = chair_test(1, ends_standing=False)
    script.go(80.0, body.SEAT)
    for _ in range(4):
        body.sit_to_stand(script, person(4))
    time_s, acc_g = body.felt(script, THIGH)
    border = 0.5 * (script.turns_s[4] + script.turns_s[5])

    def kinds_and_turns(
        rows: np.ndarray[tuple[int], np.dtype[np.bool_]],
    ) -> list[tuple[str, float]]:
        found = detect_repetitions(
            time_s[rows], acc_g[rows], None, rate_hz=50.0, placement=THIGH, upright=body.UPRIGHT
        )
        return [(kind, round(at, 5)) for kind, at in found.select("kind", "start_s").iter_rows()]

    whole = kinds_and_turns(time_s >= 0.0)
    assert len(whole) == 9
    assert whole == kinds_and_turns(time_s < border) + kinds_and_turns(time_s >= border)
