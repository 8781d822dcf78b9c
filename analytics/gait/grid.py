"""Samples at any rate and at uneven instants, as cell means on one fixed grid of 25 cells a second.

Everything after this module sees the same grid whatever the sensor's rate, so one set of constants
serves 25 to 210 Hz. Cells lie at absolute multiples of 1/25 s: cutting a recording into chunks
moves no cell.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Floats = NDArray[np.float64]
Samples = NDArray[np.floating]

GRID_HZ = 25.0
HOLE_S = 0.25
"""Longest silence between two samples that is bridged by a straight line."""
SILENCE_S = 0.15
"""Longer silences are lost samples, shorter ones may be batches of a radio link."""
CLOCK_S = 1.0
"""Window over which instants are averaged, so that batches of a radio link leave no trace."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A run of cells without a gap: values is (m, k), cell `first` starts at first / 25 s.

    seen is (m,): the share of each cell that lies in no hole. A hole is a silence of more than
    `SILENCE_S` (and a sample), over which the values are a straight line."""

    first: int
    values: Floats
    seen: Floats

    @property
    def time_s(self) -> Floats:
        """Middle of every cell, s."""
        return np.asarray((self.first + np.arange(len(self.values)) + 0.5) / GRID_HZ, np.float64)


def to_grid(
    time_s: Floats, tables: Sequence[Samples], rate_hz: float, *, gap_s: float = HOLE_S
) -> list[Stretch]:
    """Cell means of `tables`, each (n, k), sampled at non-decreasing `time_s` (n,); a silence
    longer than `gap_s` (and a sample) splits.

    The tables' columns stand side by side in the stretches. Rows with a value that is not finite
    count as not sampled. A mean is the integral of the straight lines between samples over the
    cell, which is also the filter against aliases.
    """
    sampled = np.all([np.isfinite(table).all(axis=1) for table in tables], axis=0)
    if not sampled.all():
        time_s, tables = time_s[sampled], [table[sampled] for table in tables]
    cuts = np.flatnonzero(np.diff(time_s) > gap_s + 1.0 / rate_hz) + 1
    edges = [0, *cuts.tolist(), len(time_s)]
    parts = (slice(a, b) for a, b in itertools.pairwise(edges) if b - a > 1)
    stretches = (
        _cells(_steady(time_s[part], rate_hz), [table[part] for table in tables], rate_hz)
        for part in parts
    )
    return [stretch for stretch in stretches if len(stretch.values)]


def _steady(time_s: Floats, rate_hz: float) -> Floats:
    """Instants freed of batching: sample number / rate plus the slow part of what is left.

    A hole keeps its length: it is no part of what is averaged."""
    nominal = np.arange(len(time_s)) * (1.0 / rate_hz) + time_s[0]
    silence = np.diff(time_s, prepend=time_s[:1])
    silence -= 1.0 / rate_hz
    if np.any(hole := silence > SILENCE_S):
        nominal += np.cumsum(np.where(hole, silence, 0.0))
    window = max(1, round(CLOCK_S * rate_hz))
    nominal += ndimage.uniform_filter1d(time_s - nominal, window, mode="nearest")
    return np.asarray(np.maximum.accumulate(nominal, out=nominal), np.float64)


def _cells(time_s: Floats, tables: Sequence[Samples], rate_hz: float) -> Stretch:
    """Mean of every whole cell between the first and the last instant."""
    first = int(np.ceil(time_s[0] * GRID_HZ))
    count = max(0, int(np.floor(time_s[-1] * GRID_HZ)) - first)
    columns = [table[:, k] for table in tables for k in range(table.shape[1])]
    values = np.empty((len(columns), count))  # one column after another in memory
    seen = np.ones(count)
    if count:
        walls = np.arange(first, first + count + 1) * (1.0 / GRID_HZ)
        half = 0.5 * np.diff(time_s)
        before = np.clip(np.searchsorted(time_s, walls, side="right") - 1, 0, len(half) - 1)
        share = 0.5 * (walls - time_s[before]) / np.maximum(half[before], 1e-9)
        if np.any(hole := half > 0.5 * (SILENCE_S + 1.0 / rate_hz)):
            lost = _between(np.where(hole, 2.0 * half, 0.0), before, share)
            seen = np.clip(1.0 - GRID_HZ * lost, 0.0, 1.0)
        for row, column in zip(values, columns, strict=True):
            np.multiply(_integrals(column, half, before, share), GRID_HZ, out=row)
    return Stretch(first=first, values=values.T, seen=seen)


def _integrals(
    column: NDArray[np.floating], half: Floats, before: NDArray[np.intp], share: Floats
) -> Floats:
    """Integral of one column over every cell; half: half of each interval between samples, s."""
    return _between((column[1:] + column[:-1]) * half, before, share)


def _between(pieces: Floats, before: NDArray[np.intp], share: Floats) -> Floats:
    """Sum of `pieces`, one for each interval between samples, from wall to wall; wall i lies the
    fraction share[i] of the way from sample before[i] to the next."""
    area = np.cumsum(pieces) - pieces
    return np.diff(area[before] + share * pieces[before])
