"""How much of a stride's turning is one even sine: nearly all of it on a leg that pedals."""

from __future__ import annotations

import numpy as np

from analytics.gait.grid import GRID_HZ, Stretch
from analytics.gait.lobes import REACH, Floats, Ints, Windows

RIDGE = 1e-9
"""Keeps two waves apart that are one in the cells at hand."""


PAUSE_S = 3.0
"""Strides farther apart are not neighbours: the interval between them is no period (design: the
pause of the leg's rhythm)."""


def evenness(seen: Windows, turn: Floats, speed: Floats, strides_s: Floats) -> Floats:
    """Share (n,) of a stride's turning, as energy, that one sine a stride about its main axis
    explains; NaN for a stride alone. turn: (n, k) about that axis; speed: (n, k) about any, deg/s.

    A leg that pedals turns almost as a sine; one that walks turns in lobes and then rests.
    """
    if len(strides_s) < 2:
        return np.full(len(strides_s), np.nan)
    sine = _explained(seen, turn[..., None], strides_s)
    return np.asarray(sine / np.maximum(np.sum(speed**2, axis=1), 1e-9), np.float64)


def smoothness(seen: Windows, acc: Floats, strides_s: Floats) -> Floats:
    """Share (n,) of the change of a stride's acceleration (n, k, 3), as energy, that one sine a
    stride along each axis explains; NaN for a stride alone.

    A pedal carries the leg round without a knock; a foot that strikes the ground is knocked.
    """
    if len(strides_s) < 2:
        return np.full(len(strides_s), np.nan)
    count = np.maximum(seen.there.sum(axis=1), 1)[:, None, None]
    change = (acc - acc.sum(axis=1, keepdims=True) / count) * seen.there[..., None]
    energy = np.einsum("nkc,nkc->n", change, change)
    return np.asarray(_explained(seen, change, strides_s) / np.maximum(energy, 1e-9), np.float64)


def _explained(seen: Windows, signal: Floats, strides_s: Floats) -> Floats:
    """Energy (n,) of a signal (n, k, c) that one sine a stride explains, all columns together."""
    phase = 2.0 * np.pi * (seen.time_s - strides_s[:, None]) / _periods(strides_s)[:, None]
    waves = np.stack([np.cos(phase), np.sin(phase)], axis=-1) * seen.there[..., None]
    gram = np.einsum("nki,nkj->nij", waves, waves) + RIDGE * np.eye(2)
    heard = np.einsum("nki,nkc->nic", waves, signal)
    return np.asarray(np.einsum("nic,nic->n", heard, np.linalg.solve(gram, heard)), np.float64)


def at_most_even(stretch: Stretch, strides_s: Floats) -> Floats:
    """At least the `evenness` (n,) of each stride, in a fraction of its time: what one sine about
    each of three axes explains, added up, so that the main axis need not be known. A cell halfway
    between two strides may count otherwise."""
    if len(strides_s) < 2:
        return np.full(len(strides_s), np.nan)
    cell, count = _cells(stretch, strides_s)
    starts = np.cumsum(count) - count
    pace = 2.0 * np.pi / _periods(strides_s)
    phase = (stretch.first + cell + 0.5) / GRID_HZ - np.repeat(strides_s, count)
    phase *= np.repeat(pace, count)
    cosine, sine = np.cos(phase), np.sin(phase)
    c2, s2, cs = (
        np.add.reduceat(product, starts) for product in (cosine**2, sine**2, cosine * sine)
    )
    c2, s2 = c2 + RIDGE, s2 + RIDGE
    explained, energy = np.zeros(len(count)), np.zeros(len(count))
    for column in stretch.values[:, 3:].T:
        turn = column[cell]
        c, s = np.add.reduceat(turn * cosine, starts), np.add.reduceat(turn * sine, starts)
        explained += (s2 * c * c + c2 * s * s - 2.0 * cs * c * s) / (c2 * s2 - cs * cs)
        energy += np.add.reduceat(turn * turn, starts)
    return np.asarray(explained / np.maximum(energy, 1e-9), np.float64)


def _cells(stretch: Stretch, strides_s: Floats) -> tuple[Ints, Ints]:
    """The rows of each stride's window one after another, and how many (n,) each has."""
    own = strides_s * GRID_HZ - stretch.first
    between = 0.5 * (own[1:] + own[:-1]) - 0.5
    centre, last = np.floor(own), len(stretch.values) - 1
    lowest = np.maximum(centre - REACH, np.ceil(np.append(-np.inf, between)))
    highest = np.minimum(centre + REACH, np.floor(np.append(between, np.inf)))
    lowest = np.clip(lowest, 0, last).astype(np.intp)
    count = np.maximum(np.minimum(highest, last).astype(np.intp) + 1 - lowest, 1)
    rows = np.arange(count.sum()) + np.repeat(lowest - np.cumsum(count) + count, count)
    return rows, count


def _periods(strides_s: Floats) -> Floats:
    """Mean (n,) of the intervals on both sides of each of two or more strides, s; of one alone at
    either end of a run, NaN for a stride alone."""
    gap = np.diff(strides_s)
    gap = np.where(gap > PAUSE_S, np.nan, gap)
    before, after = np.append(np.nan, gap), np.append(gap, np.nan)
    before, after = (
        np.where(np.isnan(before), after, before),
        np.where(np.isnan(after), before, after),
    )
    return np.asarray(0.5 * (before + after), np.float64)
