"""Humps of a movement signal, one event each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from analytics.gait.grid import GRID_HZ

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hump:
    """A hump is at least `height` high and rises by `rise` above both valleys beside it, which are
    looked for within `within_s` / 2 (in the units of the signal; `rise` may be one number for
    every cell); of two closer than `apart_s` the higher one stays."""

    height: float
    rise: float | Floats
    within_s: float
    apart_s: float


def hump_times(movement: Floats, first: int, hump: Hump) -> Floats:
    """Instants (s) of the tops of a signal on the grid, between cells by a parabola."""
    tops = _tops(movement, hump)
    left, top, right = (movement[tops + shift] for shift in (-1, 0, 1))
    bend = np.minimum(left - 2.0 * top + right, -1e-12)
    shift = np.clip(0.5 * (left - right) / bend, -0.5, 0.5)
    return np.asarray((first + tops + 0.5 + shift) / GRID_HZ, np.float64)


def hump_middles(movement: Floats, first: int, hump: Hump) -> Floats:
    """Instants (s) halfway between the two flanks of each hump, where it has half its rise: they
    stay put when noise moves the top of a broad hump."""
    within = round(hump.within_s * GRID_HZ)
    flanks = signal.peak_widths(movement, _tops(movement, hump), rel_height=0.5, wlen=within)
    middle = 0.5 * (flanks[2] + flanks[3])
    return np.sort(np.asarray((first + 0.5 + middle) / GRID_HZ, np.float64))


def _tops(movement: Floats, hump: Hump) -> NDArray[np.intp]:
    """Cells of the tops."""
    tops, _ = signal.find_peaks(
        movement,
        height=hump.height,
        prominence=hump.rise,
        wlen=round(hump.within_s * GRID_HZ),
        distance=round(hump.apart_s * GRID_HZ),
    )
    return np.asarray(tops, np.intp)
