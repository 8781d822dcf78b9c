"""Steps of both legs felt at the trunk or in a pocket: humps of the vertical acceleration.

Each step lowers and raises the body once; its contact comes just before the vertical acceleration
of the lower back is largest (Zijlstra 2003, doi:10.1016/S0966-6362(02)00190-X, and McCamley 2012,
doi:10.1016/j.gaitpost.2012.02.019, both seen in citations only). We deviate: up is wherever slow
gravity points, so no axis is given, and the top of the hump less a constant stands for the contact.
A body that sits down, bends or rolls over tilts, and gait hardly does: the further the sensor tilts
around a hump, the higher that has to be.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from analytics.gait.grid import GRID_HZ, Stretch
from analytics.gait.movement import smooth
from analytics.gait.peaks import Hump, hump_times
from analytics.gait.rhythm import Rhythm, in_rhythm

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


BLOCK = 5
"""Cells of one block of slow gravity: 0.2 s."""

SHOCK = Hump(height=0.01, rise=0.02, within_s=3.0, apart_s=0.24)
STEPS = Rhythm(at_least=8, pause_s=2.3, steady=4, low=0.6, high=1.6)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrunkMethod:
    """The constants of the trunk branch; docs/steps.md says where each comes from."""

    gravity_sigma_s: float = 1.0
    fast_sigma_s: float = 0.09
    slow_sigma_s: float = 0.7
    tilt_s: float = 1.0
    rise_per_degree: float = 0.005  # g
    lead_s: float = 0.07
    flight_g: float = 0.65
    flight_s: float = 0.25
    hump: Hump = SHOCK
    rhythm: Rhythm = STEPS


TRUNK = TrunkMethod()


def step_times(stretches: list[Stretch], method: TrunkMethod) -> tuple[Floats, Bools]:
    """Steps (s) in rhythm, at the tops of their humps, and whether the body flies near each."""
    parts = [shock_times(stretch, method) for stretch in stretches]
    pairs = zip(stretches, parts, strict=True)
    light = [in_flight(stretch, times, method) for stretch, times in pairs]
    times = np.concatenate([np.empty(0), *parts])
    kept = in_rhythm(times, method.rhythm) if len(times) else np.empty(0, np.bool_)
    return times[kept], np.concatenate([np.empty(0, np.bool_), *light])[kept]


def shock_times(stretch: Stretch, method: TrunkMethod) -> Floats:
    """Candidate steps (s), tops of the vertical, of a stretch of acceleration with gravity (g)."""
    block = (stretch.first + np.arange(len(stretch.values))) // BLOCK - stretch.first // BLOCK
    gravity = _gravity(stretch.values, block, method.gravity_sigma_s)
    vertical = _along(stretch, gravity)
    band = smooth(vertical, method.fast_sigma_s) - smooth(vertical, method.slow_sigma_s)
    needed = np.maximum(method.hump.rise, method.rise_per_degree * _tilt(gravity, method.tilt_s))
    return hump_times(band, stretch.first, replace(method.hump, rise=needed[block]))


def _gravity(acc: Floats, block: NDArray[np.intp], sigma_s: float) -> Floats:
    """Slow part (blocks, 3) of the acceleration (m, 3), one row for every block of cells."""
    starts = np.searchsorted(block, np.arange(block[-1] + 1))
    sums = np.stack([np.add.reduceat(column, starts) for column in acc.T], axis=1)
    return smooth(sums / np.diff(starts, append=len(acc))[:, None], sigma_s / BLOCK)


def _along(stretch: Stretch, gravity: Floats) -> Floats:
    """The part (m,) of the acceleration along gravity, which is a straight line between blocks."""
    cells = (stretch.first % BLOCK + np.arange(len(stretch.values)) + 0.5) / BLOCK
    middles = np.arange(len(gravity)) + 0.5
    product, square = np.zeros(len(cells)), np.full(len(cells), 1e-12)
    for column, slow in zip(stretch.values.T, gravity.T, strict=True):
        down = np.interp(cells, middles, slow)
        product += column * down
        square += down * down
    return np.asarray(product / np.sqrt(square), np.float64)


def _tilt(gravity: Floats, tilt_s: float) -> Floats:
    """Angle (blocks,) in degrees between gravity (blocks, 3) tilt_s before and tilt_s after."""
    length = np.sqrt(np.einsum("ij,ij->i", gravity, gravity))
    reach = round(tilt_s * GRID_HZ / BLOCK)
    padded = np.pad(gravity / (length + 1e-6)[:, None], ((reach, reach), (0, 0)), mode="edge")
    cosine = np.einsum("ij,ij->i", padded[2 * reach :], padded[: len(gravity)])
    return np.asarray(np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0))), np.float64)


def in_flight(stretch: Stretch, time_s: Floats, method: TrunkMethod) -> Bools:
    """Whether the body is light near each instant: the least |acceleration| within flight_s, whose
    cells are 1/25 s, is below flight_g. Both feet off the ground is what tells a run from a walk.
    """
    size = np.sqrt(np.einsum("ij,ij->i", stretch.values, stretch.values))
    least = ndimage.minimum_filter1d(size, 2 * round(method.flight_s * GRID_HZ) + 1)
    cells = np.floor(time_s * GRID_HZ).astype(np.intp) - stretch.first
    return np.asarray(least[np.clip(cells, 0, len(least) - 1)] < method.flight_g, np.bool_)
