"""When a detected event is right, and what recordings add up to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from analytics.validation.recording import Floats, Recording

SWING_TOLERANCE_S = 0.1
STEP_TOLERANCE_S = 0.25
BOUT_PAUSE_S = 3.0
"""True steps further apart than this belong to different walking bouts (design)."""

COVERED_S = 2.0
"""Two detected steps no further apart than this cover the time between them (design)."""


def inside(predicted: Floats, spans: Floats, *, tolerance_s: float = SWING_TOLERANCE_S) -> int:
    """How many spans hold a prediction (widened by the tolerance), one prediction a span."""
    hits, i = 0, 0
    for start, end in spans:
        while i < len(predicted) and predicted[i] < start - tolerance_s:
            i += 1
        if i < len(predicted) and predicted[i] <= end + tolerance_s:
            hits, i = hits + 1, i + 1
    return hits


def in_order(predicted: Floats, truth: Floats, *, tolerance_s: float = STEP_TOLERANCE_S) -> int:
    """Pairs of a prediction and a true instant no further apart than the tolerance, in order."""
    hits = i = j = 0
    while i < len(predicted) and j < len(truth):
        if abs(predicted[i] - truth[j]) <= tolerance_s:
            hits, i, j = hits + 1, i + 1, j + 1
        elif predicted[i] < truth[j]:
            i += 1
        else:
            j += 1
    return hits


def outside_bouts(times: Floats, truth: Floats) -> Floats:
    """(n, bouts) how far each time lies outside each run of truths at most 3 s apart, s."""
    cuts = np.flatnonzero(np.diff(truth) > BOUT_PAUSE_S) + 1
    bouts = np.split(truth, cuts)
    starts = np.array([bout[0] for bout in bouts])
    ends = np.array([bout[-1] for bout in bouts])
    apart = np.maximum(starts - times[:, None], times[:, None] - ends)
    return np.asarray(np.maximum(apart, 0.0), np.float64)


def within_bouts(times: Floats, truth: Floats, *, tolerance_s: float = STEP_TOLERANCE_S) -> Floats:
    """The times that lie in a run of true steps, or within the tolerance of one."""
    near = np.min(outside_bouts(times, truth), axis=1, initial=np.inf) <= tolerance_s
    return np.asarray(times[near], np.float64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Counts against truth over recordings; percentages except f1."""

    f1: float
    mape: float
    exact: float
    within_one: float
    bias: float

    def __str__(self) -> str:
        return (
            f"F1 {self.f1:.4f}  MAPE {self.mape:5.2f} %  exact {self.exact:5.1f} %  "
            f"within 1 {self.within_one:5.1f} %  bias {self.bias:+5.2f} %"
        )


def score(rows: Iterable[tuple[int, int, int]]) -> Score:
    """Of one (hits, predicted, true) a recording."""
    hits, predicted, true = np.array(list(rows), np.float64).T
    error = predicted - true
    return Score(
        f1=float(2 * hits.sum() / (predicted.sum() + true.sum())),
        mape=float(100 * np.mean(np.abs(error) / true)),
        exact=float(100 * np.mean(error == 0)),
        within_one=float(100 * np.mean(np.abs(error) <= 1)),
        bias=float(100 * error.sum() / true.sum()),
    )


def cadence_error(predicted: Mapping[str, Floats], recordings: Iterable[Recording]) -> float:
    """Mean over recordings of |cadence - true cadence|, steps/min, each from its own first to its
    last swing (two steps a stride)."""
    apart = [
        cadence_apart(predicted[one.name], one.truth[:, 0], per_event=2.0) for one in recordings
    ]
    return float(np.mean([error for error in apart if error is not None]))


def cadence_apart(times: Floats, truth: Floats, *, per_event: float) -> float | None:
    """|cadence - true cadence|, steps/min, each from its own first to its last event.

    per_event: steps an event stands for. None where one of them has fewer than two events.
    """
    if len(times) < 2 or len(truth) < 2:
        return None
    found, true = (60.0 * per_event * (len(t) - 1) / (t[-1] - t[0]) for t in (times, truth))
    return float(abs(found - true))


def covered_s(times: Floats) -> float:
    """Seconds between neighbouring steps that are no further apart than `COVERED_S`."""
    gaps = np.diff(times)
    return float(gaps[gaps <= COVERED_S].sum())
