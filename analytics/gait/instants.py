"""Where a signal in windows has a top or passes a level: instants between its cells."""

from __future__ import annotations

import numpy as np

from analytics.gait.grid import GRID_HZ
from analytics.gait.lobes import Bools, Floats, Ints, Windows


def at(signal: Floats, cell: Ints) -> Floats:
    """One value of each row."""
    return np.asarray(signal[np.arange(len(signal)), cell], np.float64)


def inside(seen: Windows, cell: Ints) -> Bools:
    """Whether the cell and both beside it were sampled and belong to this stride."""
    each, last = np.arange(len(cell)), seen.there.shape[1] - 1
    beside = (seen.there[each, np.clip(cell + shift, 0, last)] for shift in (-1, 0, 1))
    return np.asarray(np.logical_and.reduce(list(beside)) & (cell > 0) & (cell < last), np.bool_)


def top(seen: Windows, signal: Floats, cell: Ints) -> Floats:
    """Instant of a top, between cells by a parabola, s."""
    inner = np.clip(cell, 1, signal.shape[1] - 2)
    left, top, right = (at(signal, inner + shift) for shift in (-1, 0, 1))
    bend = np.minimum(left - 2.0 * top + right, -1e-12)
    return at(seen.time_s, inner) + np.clip(0.5 * (left - right) / bend, -0.5, 0.5) / GRID_HZ


def passing(seen: Windows, signal: Floats, cell: Ints, level: Floats) -> Floats:
    """Instant at which the signal passes a level (n,) between the cell before and this one, s."""
    here = np.clip(cell, 1, signal.shape[1] - 1)
    before, after = at(signal, here - 1), at(signal, here)
    step = np.where(np.abs(after - before) > 1e-12, after - before, 1.0)
    return at(seen.time_s, here - 1) + np.clip((level - before) / step, 0.0, 1.0) / GRID_HZ


def rise(seen: Windows, signal: Floats, top: Ints, share: float) -> Floats:
    """Instant before a top at which the signal last passed this share of it upwards, s."""
    level = share * at(signal, top)
    low = (signal < level[:, None]) & seen.there
    low &= np.arange(signal.shape[1]) < top[:, None]
    last = signal.shape[1] - 1 - np.argmax(low[:, ::-1], axis=1)
    return np.where(low.any(axis=1), passing(seen, signal, last + 1, level), np.nan)


def fall(seen: Windows, signal: Floats, start: Ints, level: float) -> Floats:
    """Instant after `start` at which the signal first falls below a level, s."""
    low = (signal < level) & seen.there & (np.arange(signal.shape[1]) > start[:, None])
    at = passing(seen, signal, np.argmax(low, axis=1), np.full(len(signal), level))
    return np.where(low.any(axis=1), at, np.nan)
