"""The swing of one leg as lobes of a signed rotation, whatever way round the sensor sits.

About its main axis a swinging foot or shank turns one way in push-off, the other way in the swing,
and back again at landing: three lobes, of which the swing encloses the largest angle. That turns
the sign of the axis, which is arbitrary, into a fact.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.gait.grid import GRID_HZ, Stretch

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Bools = NDArray[np.bool_]

REACH = round(1.0 * GRID_HZ)
"""Cells of a window on either side of a stride: 1 s (design; the longest annotated swing lasts
about twice that, and the event stands in its middle)."""
PAST, AHEAD = 4, 1
"""Strides before and after that vote on which way round the swing goes (design)."""
NEAR_S, SOON_S = 6.0, 2.0
"""How far before and how far after a voting stride may be, s (design; with a window's 1 s the
contacts are final 3 s later)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Windows:
    """One row a stride and one column a cell: `time_s` (n, k); `values` (n, k, c); `there` (n, k)
    tells cells that were sampled and lie nearer to this stride than to another."""

    time_s: Floats
    values: Floats
    there: Bools


def windows(stretch: Stretch, strides_s: Floats) -> Windows:
    """The cells within 1 s of each of the increasing instants (n,), which lie in the stretch."""
    centre = np.floor(strides_s * GRID_HZ).astype(np.intp) - stretch.first
    cells = centre[:, None] + np.arange(-REACH, REACH + 1)
    time_s = np.asarray((stretch.first + cells + 0.5) / GRID_HZ, np.float64)
    middle = 0.5 * (strides_s[1:] + strides_s[:-1])
    there = (cells >= 0) & (cells < len(stretch.values))
    there &= time_s >= np.append(-np.inf, middle)[:, None]
    there &= time_s <= np.append(middle, np.inf)[:, None]
    values = stretch.values[np.clip(cells, 0, len(stretch.values) - 1)]
    return Windows(time_s=time_s, values=np.where(there[..., None], values, 0.0), there=there)


@dataclass(frozen=True, slots=True, kw_only=True)
class Swings:
    """Signed rotation (n, k), deg/s, positive in the swing, and its swing's first and last cell."""

    turn_dps: Floats
    first: Ints
    last: Ints


def swings(strides_s: Floats, rotation: Floats) -> Swings:
    """The swing lobe of every stride; rotation is (n, k, 3) in deg/s."""
    axes = _axes(strides_s, rotation)
    turn = np.einsum("nki,ni->nk", rotation, axes)
    number = _lobe_numbers(turn)
    area = _lobe_areas(turn, number)
    (forward, most), (backward, least) = _best(area), _best(-area)
    sign = _vote(strides_s, axes, most - least)
    chosen = np.where(sign > 0.0, forward, backward)
    inside = number == chosen[:, None]
    last = turn.shape[1] - 1 - np.argmax(inside[:, ::-1], axis=1)
    return Swings(turn_dps=turn * sign[:, None], first=np.argmax(inside, axis=1), last=last)


def _axes(strides_s: Floats, rotation: Floats) -> Floats:
    """(n, 3) main axis of each stride and its near neighbours, so that one turn on the spot, which
    is about the vertical, does not become the axis; the sign is arbitrary."""
    own = np.einsum("nki,nkj->nij", rotation, rotation)
    total = np.zeros_like(own)
    for other, near in _neighbours(strides_s):
        total += near[:, None, None] * own[other]
    return np.asarray(np.linalg.eigh(total).eigenvectors[:, :, -1], np.float64)


def _neighbours(strides_s: Floats) -> Iterator[tuple[Ints, Bools]]:
    """For each place from PAST before to AHEAD after: whose place it is, and whether it is near."""
    for shift in range(-PAST, AHEAD + 1):
        other = np.clip(np.arange(len(strides_s)) + shift, 0, len(strides_s) - 1)
        lag = strides_s[other] - strides_s
        there = np.arange(len(strides_s)) + shift == other
        yield other, there & (lag >= -NEAR_S) & (lag <= SOON_S)


def _lobe_numbers(turn: Floats) -> Ints:
    """(n, k) number of the run of one sign in which each cell stands."""
    up = turn > 0.0
    changes = np.diff(up, axis=1, prepend=up[:, :1])
    return np.asarray(np.cumsum(changes, axis=1), np.intp)


def _lobe_areas(turn: Floats, number: Ints) -> Floats:
    """(n, k) signed sum of each lobe, in column `number`; 0 where there is none."""
    count, width = turn.shape
    flat = (np.arange(count)[:, None] * width + number).ravel()
    sums = np.bincount(flat, turn.ravel(), count * width).reshape(count, width)
    return np.asarray(sums, np.float64)


def _weight(area: Floats) -> Floats:
    """How much a lobe looks like a swing: its angle and half of its neighbours' (design)."""
    size = np.pad(np.abs(area), ((0, 0), (1, 1)))
    return np.asarray(size[:, 1:-1] + 0.5 * (size[:, :-2] + size[:, 2:]), np.float64)


def _best(area: Floats) -> tuple[Ints, Floats]:
    """The likeliest swing among the lobes of positive area, and its weight: 0 where none is, so
    that a rotation the other way round gives just the opposite."""
    weight = np.where(area > 0.0, _weight(area), 0.0)
    return np.asarray(np.argmax(weight, axis=1), np.intp), weight.max(axis=1)


def _vote(strides_s: Floats, axes: Floats, lead: Floats) -> Floats:
    """Sign (n,) of the swing about each axis, from the leads of the strides around it."""
    total = np.zeros(len(strides_s))
    for other, near in _neighbours(strides_s):
        total += near * np.einsum("ni,ni->n", axes, axes[other]) * lead[other]
    return np.where(total >= 0.0, 1.0, -1.0)
