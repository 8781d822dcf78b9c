"""Samples at any rate and at uneven instants, as cell means on one fixed grid of 25 cells a second.

Everything after this module sees the same grid whatever the sensor's rate, so one set of constants
serves 25 to 210 Hz. Cells lie at absolute multiples of 1/25 s: cutting a recording into chunks
moves no cell.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from analytics.motion import measured

Floats = NDArray[np.float64]
Samples = NDArray[np.floating]

GRID_HZ = 25.0
HOLE_S = 0.25
"""Longest silence between two samples that is bridged by a straight line."""
SILENCE_S = 0.15
"""Longer silences are lost samples, shorter ones may be batches of a radio link."""
CLOCK_S = 1.0
"""Window over which instants are averaged, so that batches of a radio link leave no trace."""
BLOCK = 1 << 16
"""Samples at once: what is made of them on the way stays in the processor's cache (design)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A run of cells without a gap: values is (m, k), cell `first` starts at first / 25 s.

    seen is (m,): the share of each cell that lies in no hole. A hole is a silence of more than
    `SILENCE_S` (and a sample), over which the values are a straight line. cuts: the
    rows before and from which on nothing lies in a silence longer than `HOLE_S`, for each."""

    first: int
    values: Floats
    seen: Floats
    cuts: tuple[tuple[int, int], ...] = ()

    @property
    def time_s(self) -> Floats:
        """Middle of every cell, s."""
        return np.asarray((self.first + np.arange(len(self.values)) + 0.5) / GRID_HZ, np.float64)

    def part(self, first: int, last: int) -> Stretch:
        """Rows first to last, a view without cuts."""
        return Stretch(
            first=self.first + first, values=self.values[first:last], seen=self.seen[first:last]
        )

    def unbroken(self) -> Iterator[Stretch]:
        """The parts between the cuts."""
        edges = [0, *itertools.chain.from_iterable(self.cuts), len(self.values)]
        for first, last in zip(edges[::2], edges[1::2], strict=True):
            if first < last:
                yield self.part(first, last)


def to_grid(
    time_s: Floats, tables: Sequence[Samples], rate_hz: float, *, gap_s: float = HOLE_S
) -> list[Stretch]:
    """Cell means of `tables`, each (n, k), sampled at non-decreasing `time_s` (n,); a silence
    longer than `gap_s` (and a sample) splits.

    The tables' columns stand side by side in the stretches; whole numbers are taken as they are.
    Rows with a value that is not finite, or larger than any sensor sends, count as not sampled. A
    mean is the integral of the straight lines between samples over the cell, which is also the
    filter against aliases.
    """
    tables = [table.astype(np.result_type(table.dtype, np.float32), copy=False) for table in tables]
    if not all(measured(table).all() for table in tables):
        sampled = np.all([measured(table).all(axis=1) for table in tables], axis=0)
        time_s, tables = time_s[sampled], [table[sampled] for table in tables]
    if len(time_s) < 2:
        return []
    silence = np.diff(time_s)
    edges = [0, *(np.flatnonzero(silence > gap_s + 1.0 / rate_hz) + 1).tolist(), len(time_s)]
    long = np.flatnonzero(silence > HOLE_S + 1.0 / rate_hz)
    stretches = (
        _cells(
            _steady(time_s[a:b], silence[a : b - 1], rate_hz),
            [table[a:b] for table in tables],
            rate_hz,
            long[(long >= a) & (long + 1 < b)] - a,
        )
        for a, b in itertools.pairwise(edges)
        if b - a > 1
    )
    return [stretch for stretch in stretches if len(stretch.values)]


def _steady(time_s: Floats, silence: Floats, rate_hz: float) -> Floats:
    """Instants freed of batching: sample number / rate plus the slow part of what is left.

    silence: between two instants, s. A hole keeps its length: it is no part of what is averaged."""
    late = silence.max() - 1.0 / rate_hz > SILENCE_S
    if late:
        extra = silence - 1.0 / rate_hz
        holes = np.cumsum(np.append(0.0, np.where(extra > SILENCE_S, extra, 0.0)))
    window = max(1, round(CLOCK_S * rate_hz))
    steady = np.empty(len(time_s))
    for start in range(0, len(time_s), BLOCK):
        around = slice(max(0, start - window), min(start + BLOCK + window, len(time_s)))
        nominal = np.arange(around.start, around.stop) * (1.0 / rate_hz) + time_s[0]
        if late:
            nominal += holes[around]
        nominal += ndimage.uniform_filter1d(time_s[around] - nominal, window, mode="nearest")
        steady[start : start + BLOCK] = nominal[start - around.start :][:BLOCK]
    if np.any(steady[1:] < steady[:-1]):
        np.maximum.accumulate(steady, out=steady)
    return steady


def _cells(
    time_s: Floats, tables: Sequence[Samples], rate_hz: float, long: NDArray[np.intp]
) -> Stretch:
    """Mean of every whole cell between the first and the last instant; a long silence follows
    each sample `long`."""
    first = int(np.ceil(time_s[0] * GRID_HZ))
    count = max(0, int(np.floor(time_s[-1] * GRID_HZ)) - first)
    columns = [table[:, k] for table in tables for k in range(table.shape[1])]
    values = np.empty((len(columns), count))  # one column after another in memory
    seen = np.ones(count)
    size = max(1, int(BLOCK * GRID_HZ / rate_hz))
    starts = np.append(np.arange(0, count, size), count)
    at = np.searchsorted(time_s, (first + starts) * (1.0 / GRID_HZ), side="right") - 1
    for (a, b), (early, late) in zip(
        itertools.pairwise(starts), itertools.pairwise(at), strict=True
    ):
        part, cells = slice(max(early, 0), late + 2), slice(a, b)
        walls = np.arange(first + a, first + b + 1) * (1.0 / GRID_HZ)
        between = _between(time_s[part], walls)
        half = 0.5 * np.diff(time_s[part])
        if half.max() > (longest := 0.5 * (SILENCE_S + 1.0 / rate_hz)):
            lost = between(np.where(half > longest, 2.0 * half, 0.0))
            seen[cells] = np.clip(1.0 - GRID_HZ * lost, 0.0, 1.0)
        weight = (GRID_HZ * half).astype(np.result_type(*columns))
        for row, column in zip(values, columns, strict=True):
            row[cells] = between((column[part][1:] + column[part][:-1]) * weight)
    early, late = np.floor(time_s[long] * GRID_HZ), np.ceil(time_s[long + 1] * GRID_HZ)
    cuts = (np.clip(cells - first, 0, count).astype(int).tolist() for cells in (early, late))
    return Stretch(first=first, values=values.T, seen=seen, cuts=tuple(zip(*cuts, strict=True)))


def _between(time_s: Floats, walls: Floats) -> Callable[[Samples], Samples]:
    """Adds up pieces, one for each interval between the instants, from wall to wall.

    A wall between two instants parts the piece between them in proportion."""
    before = np.clip(np.searchsorted(time_s, walls, side="right") - 1, 0, len(time_s) - 2)
    share = (walls - time_s[before]) / np.maximum(time_s[before + 1] - time_s[before], 2e-9)
    none = before[:-1] == before[1:]

    def add_up(pieces: Samples) -> Samples:
        sums = np.add.reduceat(pieces, before)[:-1]
        sums[none] = 0.0  # there reduceat gives the piece itself
        return np.asarray(sums + np.diff(share * pieces[before]))

    return add_up
