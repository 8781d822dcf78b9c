"""Samples lost on the way from a sensor, singly and in bursts, by a stated generator.

Each recording loses a share of its samples drawn from 0.21 * Beta(0.6, 2.9): 3.6 % on average,
often next to nothing, at most 21 %, as reported for feet over a radio. Of these the share `bursts`
goes in bursts of exponential length (mean 0.3 s, design) at uniform places, the rest singly.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from benchmarks.recordings import Recording

MEAN_LOSS, WORST_LOSS = 0.036, 0.21
BURST_S = 0.3


def packets_lost(recording: Recording, rng: np.random.Generator, *, bursts: float) -> Recording:
    """The recording without the samples that the generator above loses."""
    count = len(recording.time_s)
    kept = ~_lost(count, round(_share(rng) * count), BURST_S * recording.rate_hz, bursts, rng)
    gyro = recording.gyro_dps
    return replace(
        recording,
        time_s=recording.time_s[kept],
        acc_g=recording.acc_g[kept],
        gyro_dps=None if gyro is None else gyro[kept],
    )


def _share(rng: np.random.Generator) -> float:
    """Share of a recording that is lost."""
    often = 0.6
    return float(WORST_LOSS * rng.beta(often, often * (WORST_LOSS - MEAN_LOSS) / MEAN_LOSS))


def _lost(
    count: int, budget: int, length: float, bursts: float, rng: np.random.Generator
) -> NDArray[np.bool_]:
    """(count,) exactly `budget` lost samples, about the share `bursts` of them in bursts."""
    lost = np.zeros(count, np.bool_)
    while (left := round(bursts * budget) - int(lost.sum())) > 0:
        start = int(rng.integers(count))
        lost[start : start + min(left, int(np.ceil(rng.exponential(length))))] = True
    free = np.flatnonzero(~lost)
    lost[rng.choice(free, budget - int(lost.sum()), replace=False)] = True
    return lost
