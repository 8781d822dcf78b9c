"""Which peaks are gait: they come in a row, at a steady pace. Silence is decided here."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """When a peak counts: it stands in a run of at least `at_least` peaks no more than `pause_s`
    apart, and `steady` of the intervals near it (at_least - 1 on either side, same run) lie within
    `low` to `high` times their median."""

    at_least: int
    pause_s: float
    steady: int
    low: float
    high: float


def in_rhythm(time_s: Floats, rule: Rhythm) -> Bools:
    """Whether each of the increasing instants (n,) counts by `rule`."""
    near = _near(time_s, rule.pause_s, rule.at_least - 1)
    middle = _median(near)[:, None]
    alike = (near >= rule.low * middle) & (near <= rule.high * middle)
    lengths = np.bincount(_run(time_s, rule.pause_s), minlength=1)
    return np.asarray(
        (alike.sum(axis=1) >= rule.steady) & (lengths[_run(time_s, rule.pause_s)] >= rule.at_least),
        np.bool_,
    )


def local_interval(time_s: Floats, pause_s: float) -> Floats:
    """Median of the (up to four) intervals nearest each instant, s; NaN where it stands alone."""
    return _median(_near(time_s, pause_s, 2))


def _run(time_s: Floats, pause_s: float) -> NDArray[np.intp]:
    """Number of the run that each instant stands in."""
    new = np.diff(time_s, prepend=time_s[:1]) > pause_s
    return np.asarray(np.cumsum(new), np.intp)


def _near(time_s: Floats, pause_s: float, reach: int) -> Floats:
    """(n, 2 reach) intervals before and after each instant; NaN outside its run."""
    run = np.pad(_run(time_s, pause_s), reach, constant_values=-1)
    times = np.pad(time_s, reach, constant_values=np.nan)
    window = np.lib.stride_tricks.sliding_window_view
    intervals = np.diff(window(times, 2 * reach + 1), axis=1)
    runs = window(run, 2 * reach + 1)
    mine = runs[:, reach][:, None]
    return np.where((runs[:, 1:] == mine) & (runs[:, :-1] == mine), intervals, np.nan)


def _median(rows: Floats) -> Floats:
    """Row medians without NaN; NaN for a row that has nothing else."""
    ordered = np.sort(rows, axis=1)  # NaN last
    count = np.isfinite(rows).sum(axis=1)
    each = np.arange(len(rows))
    low = ordered[each, np.maximum(count - 1, 0) // 2]
    high = ordered[each, np.minimum(count // 2, rows.shape[1] - 1)]
    return np.asarray(0.5 * (low + high), np.float64)


def spread(marked: Bools, before: int, after: int) -> Bools:
    """The places marked and those up to so many before and after one."""
    at, spread = np.flatnonzero(marked), np.zeros(len(marked), np.bool_)
    for shift in range(-before, after + 1):
        spread[np.clip(at + shift, 0, len(marked) - 1)] = True
    return spread
