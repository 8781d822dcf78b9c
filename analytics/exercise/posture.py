"""Which way is down for the sensor, ten times a second, from any rate and from held samples.

An exercise for strength tilts the part of the body that carries the sensor and brings it back. The
slow part of the acceleration is gravity, so its direction is that tilt, however the sensor is
mounted. Radio beacons repeat their last value until a new one arrives (three a second behind ten
rows a second): only rows that differ from the one before are taken as measured.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from analytics.motion import measured

Floats = NDArray[np.float64]
Samples = NDArray[np.floating]

CELL_HZ = 10
"""Cells a second of the grid (design: 12 cells in the shortest repetition)."""
HOLE_S = 2.0
"""A longer silence splits a recording (design: below it a repetition still has two samples)."""
RAMP_S = 0.6
"""A held value is believed until this long before the next one (design: two updates at 3 Hz)."""
ENOUGH_HZ = 25.0
"""A sensor at least twice as fast is averaged to this many rows a second (design)."""
SHAKE_S = 2.0
"""Window over which shaking is averaged, s (design: most of a repetition)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Posture:
    """A stretch without a hole; row k is the cell [first + k, first + k + 1) / 10 s.

    down: (m, 3) unit direction of gravity in the sensor's axes; shake: (m,) root mean square of
    what is left of the acceleration, g; size_g: (m,) length of the acceleration; fresh: (m,) rows
    of each cell that were measured anew.
    """

    first: int
    down: Floats
    shake: Floats
    size_g: Floats
    fresh: NDArray[np.intp]

    def part(self, low: int, high: int) -> Posture:
        """The cells from `low` to before `high`, as rows of this stretch."""
        rows = slice(max(0, low), max(0, high))
        return Posture(
            first=self.first + rows.start,
            down=self.down[rows],
            shake=self.shake[rows],
            size_g=self.size_g[rows],
            fresh=self.fresh[rows],
        )

    def update_hz(self, low: int, high: int) -> float:
        """Rows a second that were measured anew from row `low` to before row `high`."""
        own = self.fresh[max(0, low) : high]
        return CELL_HZ * float(own.mean()) if len(own) else 0.0

    @property
    def time_s(self) -> Floats:
        """Middle of every cell, s."""
        return np.asarray((self.first + np.arange(len(self.down)) + 0.5) / CELL_HZ, np.float64)


def postures(time_s: Floats, acc_g: Samples, sigma_s: float) -> list[Posture]:
    """Stretches of posture; time_s (n,) not decreasing, acc_g (n, 3) with gravity.

    sigma_s: the Gaussian over which gravity is averaged. Rows that are not finite are not sampled.
    """
    acc = np.asarray(acc_g)
    whole = np.logical_and.reduce([measured(column) for column in acc.T])
    if not whole.all():
        time_s, acc = time_s[whole], acc[whole]
    return [
        _posture(first, cells, fresh, sigma_s)
        for first, cells, fresh in _stretches(time_s, acc)
        if len(cells) >= CELL_HZ
    ]


def _stretches(time_s: Floats, acc: Samples) -> Iterator[tuple[int, Floats, NDArray[np.intp]]]:
    """First cell number, cell means (m, 3) and fresh rows (m,) of the cells of every stretch."""
    cuts = np.flatnonzero(np.diff(time_s) > HOLE_S) + 1
    for start, end in itertools.pairwise([0, *cuts.tolist(), len(time_s)]):
        if end - start > 1:
            own = slice(start, end)
            fresh = np.logical_or.reduce([column[1:] != column[:-1] for column in acc[own].T])
            fresh = np.append(True, fresh)
            seconds = max(float(time_s[end - 1] - time_s[start]), 1.0 / CELL_HZ)
            update_hz = int(fresh.sum()) / seconds
            first, cells = _cells(
                *_measured(*_thinned(time_s[own], acc[own], fresh, update_hz), time_s[end - 1])
            )
            number = np.floor(time_s[own][fresh] * CELL_HZ).astype(np.intp) - first
            inside = number[(number >= 0) & (number < len(cells))]
            yield first, cells, np.bincount(inside, minlength=len(cells))


def _thinned(
    time_s: Floats, acc: Samples, fresh: NDArray[np.bool_], update_hz: float
) -> tuple[Floats, Floats]:
    """Fresh rows; of a fast sensor the means over absolute multiples of 1 / ENOUGH_HZ."""
    if update_hz < 2.0 * ENOUGH_HZ:
        return time_s[fresh], np.asarray(acc[fresh], np.float64)
    starts = np.flatnonzero(np.diff(np.floor(time_s * ENOUGH_HZ), prepend=-np.inf))
    rows = np.diff(starts, append=len(time_s))
    means = [np.add.reduceat(column, starts, dtype=np.float64) / rows for column in acc.T]
    return np.add.reduceat(time_s - time_s[0], starts) / rows + time_s[0], np.stack(means, axis=1)


def _measured(at: Floats, value: Floats, last_s: float) -> tuple[Floats, Floats]:
    """The rows, each long-held value repeated just before the next, and the last instant."""
    held = np.flatnonzero(np.diff(at) > RAMP_S)
    times = np.concatenate([at, at[held + 1] - RAMP_S, [last_s]])
    values = np.concatenate([value, value[held], value[-1:]])
    if not len(held):
        return times, values
    order = np.argsort(times, kind="stable")
    return times[order], values[order]


def _cells(time_s: Floats, acc: Floats) -> tuple[int, Floats]:
    """Means over whole cells, at absolute multiples of 1/10 s, of the lines between the rows."""
    first = int(np.ceil(time_s[0] * CELL_HZ))
    walls = np.arange(first, int(np.floor(time_s[-1] * CELL_HZ)) + 1) / CELL_HZ
    half = 0.5 * np.diff(time_s)
    columns = []
    for column in acc.T:
        area = np.concatenate([[0.0], np.cumsum((column[1:] + column[:-1]) * half)])
        columns.append(np.diff(np.interp(walls, time_s, area)) * CELL_HZ)
    return first, np.stack(columns, axis=1)


def _posture(first: int, cells: Floats, fresh: NDArray[np.intp], sigma_s: float) -> Posture:
    """Direction of the slow part, and the size of the rest."""
    slow = ndimage.gaussian_filter1d(cells, sigma_s * CELL_HZ, axis=0, truncate=3.0)
    size = np.linalg.norm(slow, axis=1, keepdims=True)
    power = ((cells - slow) ** 2).sum(axis=1)
    mean = ndimage.uniform_filter1d(power, round(SHAKE_S * CELL_HZ))
    return Posture(
        first=first,
        down=slow / np.maximum(size, 0.1),
        shake=np.sqrt(np.maximum(mean, 0.0)),
        size_g=np.linalg.norm(cells, axis=1),
        fresh=fresh,
    )
