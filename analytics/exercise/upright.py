"""How a leg sensor feels gravity while its wearer is upright, from sums by minute."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analytics.wear import AXES

Floats = NDArray[np.float64]

WALK_SD_G = 0.4
"""Minutes that shake at least so much may be walking (design: the smallest minute of walking in a
trouser pocket was 0.39 g, on a shank 0.66 g)."""
STEADY_G = 0.9
"""Minutes whose mean acceleration is shorter turn too far to be walking: squats, sitting down
(design: the mean cosine of 25 degrees either way)."""
LEAST_MIN = 3
"""Fewer such minutes say nothing (design)."""


def upright_by_minute(features: pl.DataFrame) -> Floats | None:
    """(3,) median acceleration in g of the minutes that look like walking; None with too few.

    features: of one sensor at one placement, as `wear.summed_features` gives them.
    """
    means = features.select(f"{axis}_mean" for axis in AXES).to_numpy()
    spread = features.select(f"{axis}_sd" for axis in AXES).to_numpy()
    walking = (np.linalg.norm(spread, axis=1) >= WALK_SD_G) & (
        np.linalg.norm(means, axis=1) >= STEADY_G
    )
    if walking.sum() < LEAST_MIN:
        return None
    return np.asarray(np.median(means[walking], axis=0), np.float64)
