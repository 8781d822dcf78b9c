"""Tilts and returns: every turning point of a posture that could be one repetition."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from analytics.exercise.posture import CELL_HZ, Posture
from analytics.gait.movement import main_axes

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

AXIS_S = 8
"""The main axis is sought this many seconds back and ahead (design: two slow repetitions)."""
CALM_G = 0.2
"""Shaking that halves the weight of a cell in that search (tuned on reps)."""
WITHIN_S = 12.0
"""Valleys beside a turning point are sought this far apart (design: twice the longest period)."""
APART_S = 1.2
"""Two turning points are no closer (design: the shortest repetition)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Swings:
    """Turning points of one direction of tilt in one stretch, in order.

    sign: +1 or -1, the direction along the (arbitrary) axis; at: (n,) rows of the stretch;
    tilt_deg: (n,) how far the posture left and came back; shake_g: (n,) shaking there.
    """

    sign: int
    at: Ints
    tilt_deg: Floats
    shake_g: Floats

    def only(self, rows: NDArray[np.bool_] | Ints) -> Swings:
        """Some of the turning points."""
        return Swings(
            sign=self.sign,
            at=self.at[rows],
            tilt_deg=self.tilt_deg[rows],
            shake_g=self.shake_g[rows],
        )


def tilt_along(posture: Posture) -> Floats:
    """(m,) tilt in degrees along the local main axis; origin and sign are arbitrary.

    The axis of every second is the one about which the posture changed most in the seconds around
    it, shaken cells counting less; the changes along it are added up.
    """
    change = np.diff(posture.down, axis=0, prepend=posture.down[:1])
    block = (posture.first + np.arange(len(change))) // CELL_HZ
    block -= block[0]
    calm = 1.0 / (1.0 + (posture.shake / CALM_G) ** 2)
    axes = main_axes(change * calm[:, None], block, past=AXIS_S, ahead=AXIS_S)
    same = np.where((axes[1:] * axes[:-1]).sum(axis=1) < 0.0, -1.0, 1.0)
    axes[1:] *= np.cumprod(same)[:, None]
    return np.asarray(np.rad2deg(np.cumsum((change * axes[block]).sum(axis=1))), np.float64)


def turning_points(tilt: Floats, shake: Floats, *, sign: int, least_deg: float) -> Swings:
    """Tops of sign * tilt that rise at least `least_deg` above both valleys beside them."""
    at, facts = signal.find_peaks(
        sign * tilt,
        prominence=least_deg,
        wlen=round(WITHIN_S * CELL_HZ) + 1,
        distance=round(APART_S * CELL_HZ),
    )
    return Swings(sign=sign, at=at, tilt_deg=facts["prominences"], shake_g=shake[at])
