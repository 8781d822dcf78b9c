"""When a detected event is right, and what recordings add up to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.validation.recording import Floats

SWING_TOLERANCE_S = 0.1
STEP_TOLERANCE_S = 0.25
BOUT_PAUSE_S = 3.0
"""True steps further apart than this belong to different walking bouts (design)."""

STEADY = (0.7, 1.4)
"""Strides of steady walking, as a share of their median (design)."""

COVERED_S = 2.0
"""Two detected steps no further apart than this cover the time between them (design)."""


def pairs_inside(
    predicted: Floats, spans: Floats, *, tolerance_s: float = SWING_TOLERANCE_S
) -> NDArray[np.intp]:
    """(k, 2) rows of a prediction and of the span that holds it (widened by the tolerance), one
    prediction a span; both ordered by time."""
    pairs, i = list[tuple[int, int]](), 0
    for row, (start, end) in enumerate(spans):
        while i < len(predicted) and predicted[i] < start - tolerance_s:
            i += 1
        if i < len(predicted) and predicted[i] <= end + tolerance_s:
            pairs.append((i, row))
            i += 1
    return np.array(pairs, np.intp).reshape(-1, 2)


def inside(predicted: Floats, spans: Floats, *, tolerance_s: float = SWING_TOLERANCE_S) -> int:
    """How many spans hold a prediction (widened by the tolerance), one prediction a span."""
    return len(pairs_inside(predicted, spans, tolerance_s=tolerance_s))


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


def cadence_apart(times: Floats, truth: Floats, *, per_stride: int) -> float | None:
    """|cadence - true cadence|, steps/min, each from the median stride of its own events.

    times, truth: (n,) instants of the same phase of a step, s, in order; per_stride: events in a
    stride, 1 of one foot, 2 of both: left and right steps need not last equally long. None where
    one of them has no stride.
    """
    return _apart(_median_s(times, per_stride), _median_s(truth, per_stride))


def steady_apart(times: Floats, truth: Floats, *, per_stride: int) -> float | None:
    """As `cadence_apart`, each from the mean of the strides within 0.7 to 1.4 of their median, so
    of steady walking, without turns and pauses."""
    return _apart(_steady_s(times, per_stride), _steady_s(truth, per_stride))


def _apart(found_s: float | None, true_s: float | None) -> float | None:
    """Apart in steps/min, of two strides in s."""
    if found_s is None or true_s is None:
        return None
    return abs(120.0 / found_s - 120.0 / true_s)


def _median_s(times: Floats, per_stride: int) -> float | None:
    """Median stride, s; None where there is none, or none longer than 0."""
    strides = times[per_stride:] - times[:-per_stride]
    middle = float(np.median(strides)) if len(strides) else 0.0
    return middle if middle > 0.0 else None


def _steady_s(times: Floats, per_stride: int) -> float | None:
    """Mean of the strides near their median, s; None where there is no such."""
    middle = _median_s(times, per_stride)
    if middle is None:
        return None
    ratio = (times[per_stride:] - times[:-per_stride]) / middle
    near = ratio[(ratio >= STEADY[0]) & (ratio <= STEADY[1])]
    return float(middle * near.mean()) if len(near) else None


def covered_s(times: Floats) -> float:
    """Seconds between neighbouring steps that are no further apart than `COVERED_S`."""
    gaps = np.diff(times)
    return float(gaps[gaps <= COVERED_S].sum())
