"""Steps of both legs felt at the trunk or in a pocket: humps of the vertical shock, in rhythm."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.gait.grid import Stretch
from analytics.gait.movement import smooth
from analytics.gait.peaks import Hump, hump_times
from analytics.gait.rhythm import Rhythm

Floats = NDArray[np.float64]


SHOCK = Hump(height=0.015, rise=0.03, within_s=2.0, apart_s=0.28)
STEPS = Rhythm(at_least=8, pause_s=2.0, steady=7, low=0.7, high=1.4)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrunkMethod:
    """The constants of the trunk branch; docs/steps.md says where each comes from."""

    fast_sigma_s: float = 0.08
    slow_sigma_s: float = 0.4
    hump: Hump = SHOCK
    rhythm: Rhythm = STEPS


TRUNK = TrunkMethod()


def shock_times(stretch: Stretch, method: TrunkMethod) -> Floats:
    """Candidate steps (s) of a stretch of acceleration with gravity (g): a band of its norm."""
    x, y, z = stretch.values.T
    norm = np.sqrt(x * x + y * y + z * z)
    band = smooth(norm, method.fast_sigma_s) - smooth(norm, method.slow_sigma_s)
    return hump_times(band, stretch.first, method.hump)
