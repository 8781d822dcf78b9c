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
    tops, _ = signal.find_peaks(
        movement,
        height=hump.height,
        prominence=hump.rise,
        wlen=round(hump.within_s * GRID_HZ),
        distance=round(hump.apart_s * GRID_HZ),
    )
    left, top, right = (movement[tops + shift] for shift in (-1, 0, 1))
    bend = np.minimum(left - 2.0 * top + right, -1e-12)
    shift = np.clip(0.5 * (left - right) / bend, -0.5, 0.5)
    return np.asarray((first + tops + 0.5 + shift) / GRID_HZ, np.float64)
