"""The strides of one bout: when each begins, and how large it is.

Stride time varies by 2.5 % from stride to stride and stride size by 4 % (design; Hausdorff 1996
found 1 to 3 % of stride time in healthy walkers, unverified).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from devices.day_plan import SECOND, Bout
from devices.profile import Floats, Int64s

TIME_CV, SIZE_CV = 0.025, 0.04
REFERENCE_MPS = {"walk": 1.25, "run": 2.7}
SIZE_POWER = {"walk": 0.6, "run": 0.5}


@dataclass(frozen=True, slots=True, kw_only=True)
class StrideTrain:
    """m whole strides of the right foot; what is left of the bout is spent standing.

    edges_s: (m + 1,) start of each stride and end of the last, s from the start of the bout;
    size: (m,) of the template; speed_mps: (m,).
    """

    bout: Bout
    edges_s: Floats
    size: Floats
    speed_mps: Floats

    @property
    def starts_ns(self) -> Int64s:
        """Instant at which each stride begins, UTC ns."""
        return self.bout.start_ns + np.rint(self.edges_s[:-1] * SECOND).astype(np.int64)

    def position(self, past_s: Floats) -> Floats:
        """Strides made by each moment (n,), s from the start of the bout: 0 to m, fractional."""
        return np.interp(past_s, self.edges_s, np.arange(len(self.edges_s), dtype=np.float64))


def draw_strides(rng: np.random.Generator, bout: Bout) -> StrideTrain | None:
    """Strides of a walk or run; None for a bout that has none."""
    if bout.kind not in REFERENCE_MPS or not bout.cadence_spm:
        return None
    mean_s = 120 / bout.cadence_spm
    most = int(bout.seconds / mean_s * 1.2) + 4
    periods = mean_s * (1 + TIME_CV * np.clip(rng.standard_normal(most), -3, 3))
    vary = 1 + SIZE_CV * np.clip(rng.standard_normal(most), -3, 3)
    edges = np.concatenate(([0.0], np.cumsum(periods)))
    edges = edges[edges <= bout.seconds]
    if len(edges) < 2:
        return None
    vary = vary[: len(edges) - 1]
    pace = bout.speed_mps / REFERENCE_MPS[bout.kind]
    return StrideTrain(
        bout=bout,
        edges_s=edges,
        size=pace ** SIZE_POWER[bout.kind] * vary,
        speed_mps=bout.speed_mps * (1 + (vary - 1) / 2),
    )
