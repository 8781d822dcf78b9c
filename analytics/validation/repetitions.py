"""The rules for repetitions of exercises: sessions with nothing given, and bouts given."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from analytics.exercise import kinds
from analytics.exercise.repetitions import detect_repetitions, repetitions_in_bout
from analytics.validation import scoring
from analytics.validation.recording import Recording
from analytics.validation.rules import COUNTS, Column, Figures, Rule
from devices.profile import Placement

EXERCISES = {
    "squat": kinds.SQUAT,
    "squats": kinds.SQUAT,
    "situp": kinds.SIT_UP,
    "situps": kinds.SIT_UP,
    "burpee": kinds.BURPEE,
    "burpees": kinds.BURPEE,
}
"""Words for an exercise, letters alone in lower case, and what our method calls it."""

REST_S = 4.0
"""A pause this long, or another exercise, ends a bout (design)."""

ABOVE = {
    Placement.LEFT_FOOT: Placement.LEFT_ANKLE,
    Placement.RIGHT_FOOT: Placement.RIGHT_ANKLE,
}
"""A sensor that a recording of exercise calls a foot is taken to sit above the ankle: a foot that
stays flat tilts in no squat, and those of `reps` tilt by 17 to 28 degrees."""

Truth = tuple[str, float, float]
Bout = tuple[str, float, float, int]


def exercise(kind: str) -> str:
    """What our method calls an annotated kind; empty where it has no such exercise."""
    return EXERCISES.get(re.sub("[^a-z]", "", kind.lower()), "")


def bouts(truth: Iterable[Truth]) -> Iterator[Bout]:
    """(kind, start, end, repetitions) of every run of one kind with pauses below `REST_S`."""
    start, number = 0.0, 0
    for one, after in itertools.pairwise([*truth, ("", np.inf, np.inf)]):
        start, number = (start if number else one[1]), number + 1
        if after[0] != one[0] or after[1] - one[2] > REST_S:
            yield one[0], start, one[2], number
            number = 0


def count_repetitions(one: Recording, placement: Placement) -> pl.DataFrame:
    """Repetitions of every exercise: `exercise`, `given` (whether its bounds were), `true`,
    `found`; one row for the whole recording with nothing given, and one for each bout."""
    truth = [
        (exercise(kind), float(start), float(end))
        for kind, (start, end) in zip(one.kinds, one.truth, strict=True)
    ]
    motion = (one.time_s, one.acc_g, one.gyro_dps)
    free = detect_repetitions(*motion, rate_hz=one.rate_hz, placement=placement)
    rows = [
        (name, False, sum(kind == name for kind, _, _ in truth), free.filter(kind=name).height)
        for name in dict.fromkeys(EXERCISES.values())
    ]
    for name, start_s, end_s, number in bouts(truth):
        inside = repetitions_in_bout(
            *motion, rate_hz=one.rate_hz, placement=placement, start_s=start_s, end_s=end_s
        )
        rows.append((name, True, number, inside.height))
    return pl.DataFrame(rows, ["exercise", "given", "true", "found"], orient="row")


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One recording: repetitions true and found with nothing given, and errors of its bouts."""

    true: int
    found: int
    bout_errors: tuple[int, ...]


def _session(name: str) -> Callable[[pl.DataFrame, Recording], Session]:
    def row(counts: pl.DataFrame, one: Recording) -> Session:
        del one
        mine = counts.filter(exercise=name)
        true, found = mine.filter(~pl.col("given")).select("true", "found").row(0)
        errors = mine.filter("given").select(pl.col("found") - pl.col("true")).to_series()
        return Session(true=true, found=found, bout_errors=tuple(errors))

    return row


def _figures(rows: Sequence[Session]) -> Figures:
    """Session counts (nothing pairs them, so no F1), and counts of bouts that are given."""
    counts = scoring.score((0, row.found, row.true) for row in rows)
    errors = np.abs([error for row in rows for error in row.bout_errors])
    return {
        "true": float(sum(row.true for row in rows)),
        "predicted": float(sum(row.found for row in rows)),
        "mape": counts.mape,
        "exact": counts.exact,
        "within_one": counts.within_one,
        "bias": counts.bias,
        "bouts": float(len(errors)),
        "bout_exact": float(100.0 * np.mean(errors == 0)) if len(errors) else None,
        "bout_within_one": float(100.0 * np.mean(errors <= 1)) if len(errors) else None,
    }


def rule_of(name: str) -> Rule[Session]:
    """The rule for one exercise."""
    return Rule(
        text="With nothing given but the motion of one sensor: the count of each recording that "
        "has the exercise against the true one. **Bout given**: the count inside the bounds of "
        f"repetitions of one kind that are less than {REST_S:g} s apart. A sensor that sends "
        "no gravity counts nothing. One that is called a foot is taken to sit above the ankle: a "
        "foot stays flat in these exercises.",
        tolerance="none, counts of recordings and of given bouts",
        columns=(
            *(column for column in COUNTS if column.key != "f1"),
            Column(key="bouts", heading="bouts given", form="{bouts:.0f}",
                   meaning="runs of repetitions whose bounds were told to the method."),
            Column(key="bout_exact", heading="bout given: exact %", form="{bout_exact:.1f}",
                   meaning="share of given bouts whose count is right."),
            Column(key="bout_within_one", heading="bout given: within 1 %",
                   form="{bout_within_one:.1f}",
                   meaning="share of given bouts whose count is off by at most one."),
        ),
        worst="mape",
        row=_session(name),
        figures=_figures,
    )  # fmt: skip
