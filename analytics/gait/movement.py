"""How hard a leg swings: two envelopes of movement that do not care how the sensor is mounted.

In walking a leg rests on the ground and then swings, once a stride. Both the turning of a sensor
about its main axis and its shaking rise once per swing and fall once per stance, so their product
has one hump a stride; an even movement to and fro without a rest (a bouncing leg) is flat once
smoothed. That a leg swings about its medio-lateral axis, and that its peaks tell strides apart, is
Aminian 2002 (doi:10.1016/S0021-9290(02)00008-8) and Salarian 2004 (doi:10.1109/TBME.2004.827933);
we deviate: the axis is found in the data, and an envelope replaces the signed peak.

An envelope is unsigned, so a steady vibration has parts in it at twice and four times its own pace,
and those that fold at the grid's rate look like strides: 12 a second as one a second. So without a
gyroscope what is that fast goes before a size is taken, and sizes are averaged as squares; with
one turning decides as well, and what is fast is kept: running has it.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from analytics.gait.grid import GRID_HZ

Floats = NDArray[np.float64]

BLOCK = round(GRID_HZ)
"""Cells of one block of the axis search: 1 s."""


LEAST_SEEN = 0.2
"""Least share of a mean's weight that must be seen for the mean to count in full (design)."""
FLAT = np.array([-1.0, 4.0, 10.0, 4.0, -1.0]) / 16.0
"""Weights of the cells around one that leave out half the grid's rate, where a vibration seems to
come and go, and change what is slow least (design: flattest of its length)."""
BESIDE = np.array([1.0, 2.0, 1.0]) / 4.0
"""Weights of the squares around one: a vibration at a quarter of the grid's rate leaves the mean
square as it is (design)."""
OVERSHOOT = float(np.sum(np.abs(FLAT)))
"""How many times the largest of a signal `FLAT` may reach."""


def smooth(signal: Floats, sigma_s: float) -> Floats:
    """Gaussian mean over time (axis 0) with finite reach of 3 sigma; ends are mirrored."""
    sigma = sigma_s * GRID_HZ
    return np.asarray(ndimage.gaussian_filter1d(signal, sigma, axis=0, truncate=3.0), np.float64)


def mean_of_seen(seen: Floats, sigma_s: float) -> Callable[[Floats], Floats]:
    """`smooth` of a (m,) signal over the cells that are seen alone, so that a hole pulls no swing
    down; where nothing is seen within reach the mean falls to 0."""
    if np.all(seen == 1.0):
        return lambda signal: smooth(signal, sigma_s)
    weight = np.maximum(smooth(seen, sigma_s), LEAST_SEEN)
    return lambda signal: smooth(signal * seen, sigma_s) / weight


def shake(acc: Floats, seen: Floats, sigma_s: float) -> Floats:
    """Size (m,) of the (m, 3) acceleration less its slow part, so less gravity if it is there."""
    mean = mean_of_seen(seen, sigma_s)
    x, y, z = (column - mean(column) for column in acc.T)
    return np.asarray(np.sqrt(x * x + y * y + z * z), np.float64)


def shaking(acc: Floats, seen: Floats, sigma_s: float) -> Floats:
    """`shake` as an envelope that a steady vibration leaves flat."""
    mean = mean_of_seen(seen, sigma_s)
    x, y, z = (_not_fastest(column) - mean(column) for column in acc.T)
    return _root(x * x + y * y + z * z, seen)


def swing_rate(gyro: Floats, first: int, *, past: int, ahead: int, across: float) -> Floats:
    """Turning in deg/s: about the main axis in full, about the others by the share `across`.

    gyro is (m, 3), `first` the cell number of row 0. On a leg the main axis is the medio-lateral
    one, about which it swings; turning on the spot, about the vertical, so counts for less.
    """
    block = (first + np.arange(len(gyro))) // BLOCK
    block -= block[0]
    axes = main_axes(gyro, block, past=past, ahead=ahead)
    x, y, z = gyro.T
    along = (x * axes[block, 0] + y * axes[block, 1] + z * axes[block, 2]) ** 2
    whole = x * x + y * y + z * z
    return np.asarray(np.sqrt((1.0 - across**2) * along + across**2 * whole), np.float64)


def _not_fastest(signal: Floats) -> Floats:
    """A (m,) signal without what is as fast as half the grid's rate."""
    return np.asarray(ndimage.correlate1d(signal, FLAT, mode="nearest"), np.float64)


def _root(square: Floats, seen: Floats) -> Floats:
    """Size (m,) from its squares, each the mean of three cells as far as they are seen."""
    if np.all(seen == 1.0):
        return np.asarray(np.sqrt(ndimage.correlate1d(square, BESIDE, mode="nearest")), np.float64)
    weight = ndimage.correlate1d(seen, BESIDE, mode="nearest")
    mean = ndimage.correlate1d(square * seen, BESIDE, mode="nearest")
    return np.asarray(np.sqrt(mean / np.maximum(weight, 1e-9)), np.float64)


def main_axes(
    vectors: Floats, block: NDArray[np.intp], *, past: int, ahead: int
) -> NDArray[np.float64]:
    """(blocks, 3) unit axis with the most energy in the blocks [own - past, own + ahead].

    block: number of each row's block, rising from 0. The axis is the first eigenvector of the
    summed outer products of the rows; its sign is arbitrary.
    """
    starts = np.searchsorted(block, np.arange(block[-1] + 1))
    sums = np.empty((len(starts) + past + ahead, 3, 3))
    sums[:past] = sums[len(sums) - ahead :] = 0.0
    own = slice(past, past + len(starts))
    for i, j in itertools.combinations_with_replacement(range(3), 2):
        sums[own, i, j] = np.add.reduceat(vectors[:, i] * vectors[:, j], starts)
        sums[own, j, i] = sums[own, i, j]
    window = np.lib.stride_tricks.sliding_window_view(sums, past + ahead + 1, axis=0)
    return np.asarray(np.linalg.eigh(window.sum(axis=-1)).eigenvectors[:, :, -1], np.float64)
