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
    tops = _tops_and_rises(movement, hump)[0]
    left, top, right = (movement[tops + shift] for shift in (-1, 0, 1))
    bend = np.minimum(left - 2.0 * top + right, -1e-12)
    shift = np.clip(0.5 * (left - right) / bend, -0.5, 0.5)
    return np.asarray((first + tops + 0.5 + shift) / GRID_HZ, np.float64)


def hump_middles(movement: Floats, first: int, hump: Hump) -> tuple[Floats, Floats]:
    """Instants (s) halfway between the two flanks of each hump, where it has half its rise, and
    its rise: middles stay put when noise moves the top of a broad hump. Ordered by time."""
    tops, rise, left, right = _tops_and_rises(movement, hump)
    flanks = signal.peak_widths(movement, tops, rel_height=0.5, prominence_data=(rise, left, right))
    middle = 0.5 * (flanks[2] + flanks[3])
    order = np.argsort(middle, kind="stable")
    return np.asarray((first + 0.5 + middle[order]) / GRID_HZ, np.float64), rise[order]


def _tops_and_rises(
    movement: Floats, hump: Hump
) -> tuple[NDArray[np.intp], Floats, NDArray[np.intp], NDArray[np.intp]]:
    """Cells of the tops, how far each rises above the higher of its valleys, and the valleys."""
    tops, found = signal.find_peaks(
        movement,
        height=hump.height,
        prominence=hump.rise,
        wlen=round(hump.within_s * GRID_HZ),
        distance=round(hump.apart_s * GRID_HZ),
    )
    return (
        np.asarray(tops, np.intp),
        np.asarray(found["prominences"], np.float64),
        np.asarray(found["left_bases"], np.intp),
        np.asarray(found["right_bases"], np.intp),
    )
