"""The rules of scoring: what one recording contributes, and what contributions add up to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np
import polars as pl

from analytics.validation import scoring
from analytics.validation.recording import Floats, Recording

MOVING = frozenset({"walk", "jog", "run", "stairs"})
SILENT = frozenset(
    {"sit-lie", "sit-stand", "knee-bend", "waist-bend", "car", "jump", "roll", "collapse"}
)
"""Classes without a step to speak of; a class in neither (a stumble is inside a walk) stands
alone and enters no sum."""

Row = Mapping[str, float | None]
Figures = dict[str, float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """How events are held against truth.

    text: in plain words; row: what one recording adds; figures: what rows come to.
    """

    text: str
    row: Callable[[pl.DataFrame, Recording], Row]
    figures: Callable[[Sequence[Row]], Figures]


def _times(events: pl.DataFrame) -> Floats:
    return np.asarray(events["time_s"].to_numpy(), np.float64)


def _swings(events: pl.DataFrame, one: Recording) -> Row:
    times = _times(events)
    return _row(scoring.inside(times, one.truth), times, one.truth[:, 0], per_event=2.0)


def _steps(events: pl.DataFrame, one: Recording) -> Row:
    times, truth = _times(events), one.truth[:, 0]
    return _row(scoring.in_order(times, truth), times, truth, per_event=1.0)


def _steps_in_bouts(events: pl.DataFrame, one: Recording) -> Row:
    times, truth = scoring.within_bouts(_times(events), one.truth[:, 0]), one.truth[:, 0]
    return _row(scoring.in_order(times, truth), times, truth, per_event=1.0)


def _row(hits: int, times: Floats, truth: Floats, *, per_event: float) -> Row:
    return {
        "hits": hits,
        "predicted": len(times),
        "true": len(truth),
        "cadence_error": scoring.cadence_apart(times, truth, per_event=per_event),
    }


def _counts(rows: Sequence[Row]) -> Figures:
    """Sums of events and the figures of `scoring.Score`; cadence where both sides have one."""
    triples = [(_int(r["hits"]), _int(r["predicted"]), _int(r["true"])) for r in rows]
    errors = [error for row in rows if (error := row["cadence_error"]) is not None]
    return {
        "true": float(sum(true for _, _, true in triples)),
        "predicted": float(sum(predicted for _, predicted, _ in triples)),
        **asdict(scoring.score(triples)),
        "cadence_error": float(np.mean(errors)) if errors else None,
    }


def _int(value: float | None) -> int:
    return int(value or 0)


def _class(events: pl.DataFrame, one: Recording) -> Row:
    """Of a recording whose label is its one class: seconds, steps and seconds in steps."""
    return {
        "silent_s": one.seconds * (one.label in SILENT),
        "moving_s": one.seconds * (one.label in MOVING),
        "seconds": one.seconds,
        "steps": float(events["steps"].sum()),
        "covered_s": scoring.covered_s(_times(events)),
        "running": float(events["running"].fill_null(value=False).sum()),
        "events": float(len(events)),
    }


def _silence(rows: Sequence[Row]) -> Figures:
    """False steps a minute where there is none to find; share detected where there is."""
    silent = [row for row in rows if row["silent_s"]]
    moving = [row for row in rows if row["moving_s"]]
    return {
        "seconds": _sum(rows, "seconds"),
        "steps_min": _ratio(60.0 * _sum(rows, "steps"), _sum(rows, "seconds")),
        "false_min": _ratio(60.0 * _sum(silent, "steps"), _sum(silent, "silent_s")),
        "detected": _ratio(100.0 * _sum(moving, "covered_s"), _sum(moving, "moving_s")),
        "running": _ratio(100.0 * _sum(moving, "running"), _sum(moving, "events")),
    }


def _sum(rows: Sequence[Row], key: str) -> float:
    return float(sum(row[key] or 0.0 for row in rows))


def _ratio(above: float, below: float) -> float | None:
    return above / below if below else None


STRIDES_IN_SWINGS = Rule(
    text="A stride is right if it falls inside an annotated swing, or within "
    f"{scoring.SWING_TOLERANCE_S:g} s of it; one stride a swing.",
    row=_swings,
    figures=_counts,
)
STEPS_IN_ORDER = Rule(
    text="A step is right if it pairs with an annotated one no more than "
    f"{scoring.STEP_TOLERANCE_S:g} s away; one to one, in order; over the whole recording.",
    row=_steps,
    figures=_counts,
)
STEPS_IN_BOUTS = Rule(
    text=f"As above, but only between annotated steps that are at most {scoring.BOUT_PAUSE_S:g} s "
    "apart: the truth ends where the walking bout ends, so steps outside are no errors.",
    row=_steps_in_bouts,
    figures=_counts,
)
CLASSES = Rule(
    text="Every recording is of one kind of movement. Without walking in it "
    f"({', '.join(sorted(SILENT))}) every step is false; while moving "
    f"({', '.join(sorted(MOVING))}) time is detected where two steps are at most "
    f"{scoring.COVERED_S:g} s apart. Both count together.",
    row=_class,
    figures=_silence,
)
