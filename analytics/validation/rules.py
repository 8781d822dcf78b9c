"""What a rule of scoring is, and the rules for counted strides and steps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Generic, TypeVar

import numpy as np
import polars as pl

from analytics.validation import scoring
from analytics.validation.recording import Floats, Recording

Row = TypeVar("Row")
Figures = dict[str, float | None]

LITERATURE_TOLERANCE_S = 0.5
"""Tolerance of published comparisons of step detectors at the lower back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One figure of a rule on the page; form may name other figures too; meaning: in a sentence."""

    key: str
    heading: str
    form: str
    meaning: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(Generic[Row]):
    """How events are held against truth.

    text: in plain words; tolerance: how far off is still right; columns: the figures shown;
    worst: the figure that is largest in the persons it works worst for; row: what one recording
    adds, from events that a detector found; figures: what rows come to.
    """

    text: str
    tolerance: str
    columns: tuple[Column, ...]
    worst: str
    row: Callable[[pl.DataFrame, Recording], Row]
    figures: Callable[[Sequence[Row]], Figures]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """One recording: events right, found and true; F1 at 0.5 s; cadence errors, steps/min."""

    hits: int
    found: int
    true: int
    near_f1: float | None
    cadence_error: float | None
    steady_error: float | None


COUNTS = (
    Column(key="true", heading="true", form="{true:.0f}", meaning="events that people annotated."),
    Column(key="predicted", heading="found", form="{predicted:.0f}",
           meaning="events that the method found."),
    Column(key="f1", heading="F1", form="{f1:.4f}",
           meaning="the balance of events missed and events invented; 1 is perfect."),
    Column(key="mape", heading="count error %", form="{mape:.2f}",
           meaning="by how much the count of a recording is off, as a share of the true count, on "
           "average over recordings (known as MAPE)."),
    Column(key="exact", heading="exact %", form="{exact:.1f}",
           meaning="share of recordings whose count is right."),
    Column(key="within_one", heading="within 1 %", form="{within_one:.1f}",
           meaning="share of recordings whose count is off by at most one."),
    Column(key="bias", heading="bias %", form="{bias:+z.2f}",
           meaning="all found against all true, with its sign."),
)  # fmt: skip
CADENCE = (
    Column(key="cadence_error", heading="cadence error", form="{cadence_error:.2f}",
           meaning="how far steps per minute are off, by the median interval between neighbouring "
           "events of a recording, its turns and pauses included; mean over recordings."),
    Column(key="steady_error", heading="steady cadence error", form="{steady_error:.2f}",
           meaning="the same by the mean of those intervals that are within 0.7 to 1.4 of their "
           "median, so of steady walking, without turns and pauses. Both compare like instants: "
           "of a leg our middles of swings with those of the annotated swings."),
)  # fmt: skip
NEAR = Column(
    key="near_f1",
    heading=f"mean F1 ±{LITERATURE_TOLERANCE_S:g} s",
    form="{near_f1:.3f}",
    meaning="F1 of each recording with the wider tolerance of the literature, mean over them.",
)


def counted(
    times: Floats, one: Recording, hits: int, *, per_stride: int, near_f1: float | None = None
) -> Counted:
    """What counts and cadence of a recording come to; times (n,) of events found, s."""
    middles = np.sort(one.truth.mean(axis=1))
    return Counted(
        hits=hits,
        found=len(times),
        true=len(one.truth),
        near_f1=near_f1,
        cadence_error=scoring.cadence_apart(times, middles, per_stride=per_stride),
        steady_error=scoring.steady_apart(times, middles, per_stride=per_stride),
    )


def count_figures(rows: Sequence[Counted]) -> Figures:
    """Sums of events, the figures of `scoring.Score`, and means over recordings."""
    return {
        "true": float(sum(row.true for row in rows)),
        "predicted": float(sum(row.found for row in rows)),
        **asdict(scoring.score((row.hits, row.found, row.true) for row in rows)),
        "near_f1": _mean([row.near_f1 for row in rows]),
        "cadence_error": _mean([row.cadence_error for row in rows]),
        "steady_error": _mean([row.steady_error for row in rows]),
    }


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known else None


def _swings(events: pl.DataFrame, one: Recording) -> Counted:
    times = np.asarray(events["stride_s"].to_numpy(), np.float64)
    return counted(times, one, scoring.inside(times, one.truth), per_stride=1)


def _steps(events: pl.DataFrame, one: Recording) -> Counted:
    times = np.asarray(events["time_s"].to_numpy(), np.float64)
    return _in_order(times, times, one)


def _steps_in_bouts(events: pl.DataFrame, one: Recording) -> Counted:
    times = np.asarray(events["time_s"].to_numpy(), np.float64)
    near, nearer = (
        scoring.within_bouts(times, one.truth[:, 0], tolerance_s=tolerance_s)
        for tolerance_s in (LITERATURE_TOLERANCE_S, scoring.STEP_TOLERANCE_S)
    )
    return _in_order(nearer, near, one)


def _in_order(times: Floats, near: Floats, one: Recording) -> Counted:
    """near: the times that are held against the truth with the wider tolerance."""
    truth = one.truth[:, 0]
    wide = scoring.in_order(near, truth, tolerance_s=LITERATURE_TOLERANCE_S)
    hits = scoring.in_order(times, truth)
    near_f1 = 2.0 * wide / (len(near) + len(truth))
    return counted(times, one, hits, per_stride=2, near_f1=near_f1)


STRIDES_IN_SWINGS = Rule(
    text="A stride is right if it falls inside an annotated swing, or within "
    f"{scoring.SWING_TOLERANCE_S:g} s of it; one stride a swing, every trial of a foot alone. "
    "Where strides are labelled and no swings, those that the labels leave out (turns, half "
    "strides) count as errors.",
    tolerance=f"±{scoring.SWING_TOLERANCE_S:g} s around an annotated swing",
    columns=COUNTS + CADENCE,
    worst="mape",
    row=_swings,
    figures=count_figures,
)
STEPS_IN_ORDER = Rule(
    text="A step is right if it pairs with an annotated one no more than "
    f"{scoring.STEP_TOLERANCE_S:g} s away; one to one, in order; over the whole recording.",
    tolerance=f"±{scoring.STEP_TOLERANCE_S:g} s",
    columns=(*COUNTS, NEAR, *CADENCE),
    worst="mape",
    row=_steps,
    figures=count_figures,
)
STEPS_IN_BOUTS = Rule(
    text="Here people annotated steps only inside walking bouts, so steps outside are no errors: "
    f"only steps between annotated ones at most {scoring.BOUT_PAUSE_S:g} s apart are held against "
    f"them, one to one, in order, no more than {scoring.STEP_TOLERANCE_S:g} s away.",
    tolerance=f"±{scoring.STEP_TOLERANCE_S:g} s",
    columns=(*COUNTS, NEAR, *CADENCE),
    worst="mape",
    row=_steps_in_bouts,
    figures=count_figures,
)
STEPS_IN_WHOLE_TRIALS = Rule(
    text="The same recordings once more, with every step outside the annotated bouts counted as an "
    "error. Nobody annotated what happened there and people do step there, so none of these steps "
    "is known to be wrong: this is printed to be compared with published whole trials only.",
    tolerance=f"±{scoring.STEP_TOLERANCE_S:g} s",
    columns=(*COUNTS, NEAR, *CADENCE),
    worst="mape",
    row=_steps,
    figures=count_figures,
)
