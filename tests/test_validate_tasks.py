"""Each task of the accuracy study on made-up motion whose truth is known."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from analytics.gait.stances import find_stances
from analytics.validation import contacts, repetitions, scoring, silence
from analytics.validation.page import WORST
from analytics.validation.recording import GRAVITY, Recording
from analytics.validation.spoiling import WORST_LOSS, packets_lost
from analytics.validation.tasks import TASKS
from devices.profile import Placement
from tests.test_cli import home as home
from tests.test_cli import legload
from tests.test_repetitions import Motion, tilted
from tests.test_steps import walk
from tests.test_validate import facts, figures, made_up, signals, swings, validated, write

SETS_OF_SQUATS = (15.0 + 3.4 * np.arange(6), 70.0 + 3.4 * np.arange(8))
LASTS_S = 2.4


def session() -> tuple[Motion, list[float]]:
    """Two sets of made-up squats, and where each starts."""
    starts = np.concatenate(SETS_OF_SQUATS)
    return tilted(starts, seconds=120.0, last_s=LASTS_S), starts.tolist()


def bounded(motion: Motion, starts: list[float], kind: str) -> Recording:
    return Recording(
        name="r", label="x", rate_hz=motion.rate_hz, time_s=motion.time_s, acc_g=motion.acc_g,
        gyro_dps=None, truth=np.array([[start, start + LASTS_S] for start in starts]),
        kinds=(kind,) * len(starts),
    )  # fmt: skip


def test_squats_are_counted_with_nothing_given_and_in_given_bouts() -> None:
    motion, starts = session()
    rule = repetitions.rule_of("squat")
    counts = repetitions.count_repetitions(bounded(motion, starts, "Squats"), Placement.WAIST)
    found = rule.figures([rule.row(counts, bounded(motion, starts, "Squats"))])
    assert (found["true"], found["predicted"], found["mape"]) == (14.0, 14.0, 0.0)
    assert (found["bouts"], found["bout_exact"], found["bout_within_one"]) == (2.0, 100.0, 100.0)
    other = repetitions.rule_of("burpee")
    assert other.row(counts, bounded(motion, starts, "Squats")).bout_errors == ()


@pytest.mark.parametrize("kind", ["Squat", "squats", "Sit-Up", "situp", "BURPEES"])
def test_exercises_are_known_by_several_names(kind: str) -> None:
    assert repetitions.exercise(kind) in {"squat", "sit-up", "burpee"}
    assert repetitions.exercise("lunge") == ""


def test_another_exercise_or_a_long_pause_ends_a_bout() -> None:
    truth = [("squat", 0.0, 2.0), ("squat", 3.0, 5.0), ("burpee", 6.0, 8.0), ("burpee", 13.0, 15.0)]
    assert list(repetitions.bouts(truth)) == [
        ("squat", 0.0, 5.0, 2),
        ("burpee", 6.0, 8.0, 1),
        ("burpee", 13.0, 15.0, 1),
    ]


def test_a_set_of_bounded_squats_is_scored_by_place_condition_and_person(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    motion, starts = session()
    axes = {f"{place}_{axis}": motion.acc_g[:, k] * GRAVITY
            for place in ("belly", "chest") for k, axis in enumerate("xyz")}  # fmt: skip
    one = pl.DataFrame({"rec": "a", **axes}).with_row_index("i")
    events = pl.DataFrame(
        {"rec": "a", "kind": "Squat", "start_s": starts, "end_s": [s + LASTS_S for s in starts]}
    )
    meta = pl.DataFrame({"rec": ["a"], "subj": ["ada"], "fs": [motion.rate_hz]})
    found = validated(capsys, write(tmp_path / "d", s=one, e=events, m=meta))
    assert {row["set"] for row in found["results"]} == {"s, belly", "s, chest"}
    assert {row["task"] for row in found["results"]} == {"squats"}
    for part, name in (("all", ""), ("person", "1")):
        assert figures(found, part=part, name=name, task="squats")["as recorded"]["mape"] == 0.0


def test_only_the_spread_of_contacts_is_judged_and_a_shift_moves_the_median_alone() -> None:
    motion = walk(strides=30)
    one = Recording(
        name="r", label="x", rate_hz=motion.rate_hz, time_s=motion.time_s, acc_g=motion.acc_g,
        gyro_dps=motion.gyro_dps, kinds=("swing",) * 30,
        truth=np.array([[5.4 + 1.1 * k, 6.1 + 1.1 * k] for k in range(30)]),
    )  # fmt: skip
    found = find_stances(
        one.time_s, one.acc_g, one.gyro_dps, rate_hz=one.rate_hz, placement=Placement.LEFT_FOOT
    )
    rule = contacts.CONTACTS
    here = rule.figures([rule.row(found, one)])
    late = rule.figures([rule.row(found, replace(one, truth=one.truth + 0.02))])
    assert here["held"] == here["true"] == 30.0
    assert here["clear"] is not None
    for name in ("lift", "tc", "flat", "ic"):
        middle, spread = here[f"{name}_ms"], here[f"{name}_iqr_ms"]
        assert middle is not None
        assert late[f"{name}_ms"] == pytest.approx(middle - 20.0, abs=0.1)
        assert late[f"{name}_iqr_ms"] == pytest.approx(spread, abs=0.1)
    assert late["movement_ms"] == pytest.approx(here["movement_ms"], abs=0.1)


def test_contacts_that_nobody_saw_have_no_figure() -> None:
    found = find_stances(
        np.empty(0), np.empty((0, 3)), None, rate_hz=100.0, placement=Placement.LEFT_FOOT
    )
    one = made_up(truth=np.array([[1.0, 2.0]]), seconds=5.0)
    none = contacts.CONTACTS.figures([contacts.CONTACTS.row(found, one)])
    assert (none["true"], none["held"], none["clear"], none["lift_ms"]) == (1.0, 0.0, None, None)


def test_cadence_takes_two_steps_for_a_stride_so_a_limp_is_no_error() -> None:
    limping = np.asarray(np.cumsum(np.tile([0.45, 0.65], 20)), np.float64)
    even = np.asarray(np.arange(40) * 0.55, np.float64)
    assert scoring.cadence_apart(limping, even, per_stride=2) == pytest.approx(0.0, abs=1e-9)
    assert scoring.cadence_apart(limping, even, per_stride=1) > 1.0  # type: ignore[operator]


def test_steady_cadence_leaves_out_what_the_median_leaves_in() -> None:
    truth = np.asarray(np.arange(20), np.float64)
    paused = np.concatenate([truth[:10], truth[10:] + 4.0])
    assert scoring.steady_apart(paused, truth, per_stride=1) == pytest.approx(0.0)
    quick = np.delete(truth, 5) * 0.9
    for apart in (scoring.cadence_apart, scoring.steady_apart):
        assert apart(quick, truth, per_stride=1) == pytest.approx(120.0 / 0.9 - 120.0)
        assert apart(truth[:1], truth, per_stride=1) is None
        assert apart(np.zeros(5), truth, per_stride=1) is None


@pytest.mark.parametrize("kind", ["step_in_wb", "Initial_Contact_in_WB"])
def test_truth_that_covers_only_bouts_is_scored_inside_them_and_whole_by_that_name(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    events = swings("a").with_columns(kind=pl.lit(kind), end_s=pl.col("start_s"))
    folder = write(tmp_path / "d", s=signals("a"), e=events, m=facts("a").drop("foot"))
    found = validated(capsys, folder)
    assert {row["task"] for row in found["results"]} == {
        "steps-in-bouts", "steps-whole-trial", "no-exercise",
    }  # fmt: skip


def test_repetitions_of_nobody_who_trains_are_false() -> None:
    events = pl.DataFrame({"kind": ["repetition", "squat"]})
    one = made_up(truth=np.empty((0, 2)), seconds=120.0, label="walk")
    found = silence.NO_EXERCISE.figures([silence.NO_EXERCISE.row(events, one)])
    assert found["false_repetitions"] == pytest.approx(1.0)
    assert found["named"] == pytest.approx(0.5)


def test_lost_packets_are_few_on_average_and_half_of_them_in_bursts() -> None:
    one = made_up(truth=np.empty((0, 2)), seconds=60.0)
    lost, runs = [], []
    for seed in range(300):
        kept = packets_lost(one, np.random.default_rng(seed), bursts=0.5).time_s
        lost.append(1.0 - len(kept) / len(one.time_s))
        runs += np.rint(np.diff(kept) * one.rate_hz - 1.0)[np.diff(kept) > 0.0101].tolist()
    assert np.mean(lost) == pytest.approx(0.036, abs=0.008)
    assert max(lost) <= WORST_LOSS
    long = sum(run for run in runs if run >= 5)
    assert 0.3 < long / sum(runs) < 0.7


def test_the_data_say_what_computed_them_from_how_much_and_how_exactly(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write(tmp_path / "d", s=signals("a", "b"), e=swings("a", "b"), m=facts("a", "b"))
    found = validated(capsys, folder)
    assert set(found["versions"]) == {"Python", "NumPy", "SciPy", "Polars"}
    assert set(found["tolerances"]) == set(found["rules"]) == {task.key for task in TASKS}
    (measured,) = found["sets"]
    seconds = len(signals("a", "b")) / 100.0
    assert (measured["recordings"], measured["persons"]) == (2, 2)
    assert measured["seconds"] == pytest.approx(seconds, abs=0.1)
    whole = [row for row in found["results"] if row["part"] == "all"]
    assert all(row["seconds"] == pytest.approx(seconds, rel=0.02) for row in whole)


def test_the_page_names_the_persons_with_the_largest_errors_and_the_data_everybody(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recs = [f"p{number:02}" for number in range(WORST + 3)]
    events = swings(*recs)
    worse = pl.col("rec").is_in(recs[-2:]) & (pl.col("start_s") > 12.0)
    folder = write(tmp_path / "d", s=signals(*recs), e=events.filter(~worse), m=facts(*recs))
    code, _, _ = legload(capsys, "validate", str(folder), "--out", str(tmp_path / "o"))
    assert code == 0
    page = (tmp_path / "o" / "validation.md").read_text(encoding="utf-8")
    lines = page.partition(f"## The {WORST} persons")[2].splitlines()
    rows = list(
        itertools.takewhile(lambda line: line.startswith("|"), lines[lines.index("", 4) :][1:])
    )
    data = json.loads((tmp_path / "o" / "validation.json").read_text())
    persons = {row["name"] for row in data["results"] if row["part"] == "person"}
    assert len(persons) == WORST + 3
    assert len(rows) == WORST + 2
    assert [row.split(" | ")[0] for row in rows[2:4]] == [f"| {WORST + 2}", f"| {WORST + 3}"]
