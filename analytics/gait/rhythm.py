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


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighing:
    """When a doubtful peak is taken: its rise outweighs what it does to the rhythm.

    `rise` is what a peak needs that changes nothing; intervals between peaks of at least `clear`
    tell the stride; both in the units of the signal. An interval of s strides strains the rhythm by
    (log s)^2, at most 1, and a strain of 1 weighs as much as a factor e of rise. `rounds` times the
    peaks too light go that are lighter than both neighbours; then all that are too light."""

    rise: float
    clear: float
    rounds: int


def outweigh(time_s: Floats, rise: Floats, pause_s: float, rule: Weighing) -> Bools:
    """Whether each of the increasing instants (n,), whose peaks rise by `rise` (n,), is taken."""
    stride = _clear_stride(time_s, rise >= rule.clear, pause_s)
    taken = np.arange(len(time_s))
    for last in [False] * rule.rounds + [True]:
        edges = np.concatenate([[-np.inf], time_s[taken], [np.inf]])
        worth = np.log(rise[taken] / rule.rise) + _mended(edges, stride[taken])
        beside = np.where(np.diff(edges) > pause_s, np.inf, 0.0)
        before = np.append(np.inf, worth[:-1]) + beside[:-1]
        after = np.append(worth[1:], np.inf) + beside[1:]
        taken = taken[(worth >= 0.0) | ((worth > before) | (worth >= after)) & (not last)]
    kept = np.zeros(len(time_s), np.bool_)
    kept[taken] = True
    return kept


def _mended(edges: Floats, stride: Floats) -> Floats:
    """By how much (n,) the rhythm is less strained with each peak than without it; edges: (n + 2,)
    the peaks' instants between two that are infinitely far. 0 where no stride is known."""

    def strained(interval: Floats) -> Floats:
        ratio: Floats = np.log(np.maximum(interval, 1e-3) / stride)
        return np.minimum(ratio * ratio, 1.0)

    before, after = np.diff(edges)[:-1], np.diff(edges)[1:]
    mended = strained(before + after) - strained(before) - strained(after)
    return np.where(np.isfinite(stride), mended, 0.0)


def _clear_stride(time_s: Floats, clear: Bools, pause_s: float) -> Floats:
    """Local interval (s) of the clear instant nearest to each; NaN without one within a pause."""
    if not np.any(clear):
        return np.full(len(time_s), np.nan)
    them = time_s[clear]
    after = np.minimum(np.searchsorted(them, time_s), len(them) - 1)
    before = np.maximum(after - 1, 0)
    nearest = np.where(time_s - them[before] <= them[after] - time_s, before, after)
    near = np.abs(time_s - them[nearest]) <= pause_s
    return np.where(near, local_interval(them, pause_s)[nearest], np.nan)


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
