"""The rules for recordings of one kind of movement: what is counted where there is nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from analytics.validation import scoring
from analytics.validation.recording import Recording
from analytics.validation.rules import Column, Figures, Rule

MOVING = frozenset({"walk", "jog", "run", "stairs"})
SILENT = frozenset(
    {"sit-lie", "sit-stand", "knee-bend", "waist-bend", "car", "jump", "roll", "collapse"}
)
CLASSES = MOVING | SILENT | {"stumble"}
"""A class in neither (a stumble is inside a walk) stands alone and enters no sum."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stepped:
    """One recording of one class: its length and what was counted in it."""

    label: str
    seconds: float
    steps: float
    covered_s: float
    running: int
    events: int


def _stepped(events: pl.DataFrame, one: Recording) -> Stepped:
    return Stepped(
        label=one.label,
        seconds=one.seconds,
        steps=float(events["steps"].sum()),
        covered_s=scoring.covered_s(np.asarray(events["time_s"].to_numpy(), np.float64)),
        running=int(events["running"].fill_null(value=False).sum()),
        events=len(events),
    )


def _steps_figures(rows: Sequence[Stepped]) -> Figures:
    """False steps a minute where there is none to find; share detected where there is."""
    silent = [row for row in rows if row.label in SILENT]
    moving = [row for row in rows if row.label in MOVING]
    return {
        "seconds": sum(row.seconds for row in rows),
        "steps_min": _per_minute(rows),
        "false_min": _per_minute(silent),
        "detected": _percent([r.covered_s for r in moving], [r.seconds for r in moving]),
        "running": _percent([r.running for r in moving], [r.events for r in moving]),
    }


def _per_minute(rows: Sequence[Stepped]) -> float | None:
    seconds = sum(row.seconds for row in rows)
    return 60.0 * sum(row.steps for row in rows) / seconds if seconds else None


def _percent(part: Sequence[float], whole: Sequence[float]) -> float | None:
    return 100.0 * sum(part) / sum(whole) if sum(whole) else None


def _repeated(events: pl.DataFrame, one: Recording) -> tuple[float, int, int]:
    """(seconds, repetitions, those of them called by the name of an exercise)."""
    named = events.filter(pl.col("kind") != "repetition")
    return one.seconds, len(events), len(named)


def _repetitions_figures(rows: Sequence[tuple[float, int, int]]) -> Figures:
    minutes = sum(seconds for seconds, _, _ in rows) / 60.0
    return {
        "seconds": 60.0 * minutes,
        "false_repetitions": sum(count for _, count, _ in rows) / minutes if minutes else None,
        "named": sum(named for _, _, named in rows) / minutes if minutes else None,
    }


SILENCE = Rule(
    text="Every recording is of one kind of movement. Without walking in it "
    f"({', '.join(sorted(SILENT))}) every step is false; while moving "
    f"({', '.join(sorted(MOVING))}) time is detected where two steps are at most "
    f"{scoring.COVERED_S:g} s apart. Both count together.",
    tolerance="none, every step counts",
    columns=(
        Column(key="seconds", heading="seconds", form="{seconds:.0f}"),
        Column(key="steps_min", heading="steps/min", form="{steps_min:.1f}",
               meaning="steps counted per minute of the whole recording."),
        Column(key="false_min", heading="false steps/min", form="{false_min:.2f}",
               meaning="steps counted per minute of movement that has none."),
        Column(key="detected", heading="detected %", form="{detected:.1f}",
               meaning="share of walking, jogging and stair time that is counted as steps; says "
               "nothing without the false steps, nor they without it."),
        Column(key="running", heading="called running %", form="{running:.1f}",
               meaning="share of the steps while moving that are called running."),
    ),
    worst="false_min",
    row=_stepped,
    figures=_steps_figures,
)  # fmt: skip
NO_EXERCISE = Rule(
    text="Nobody trains in these recordings, so every repetition is false.",
    tolerance="none, every repetition counts",
    columns=(
        Column(key="seconds", heading="seconds", form="{seconds:.0f}"),
        Column(key="false_repetitions", heading="false repetitions/min",
               form="{false_repetitions:.2f}", meaning="repetitions counted where nobody trains."),
        Column(key="named", heading="named/min", form="{named:.2f}",
               meaning="those of them that were called a squat, sit-up or burpee."),
    ),
    worst="false_repetitions",
    row=_repeated,
    figures=_repetitions_figures,
)  # fmt: skip
