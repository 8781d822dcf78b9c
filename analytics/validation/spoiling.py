"""Recordings made worse on purpose, as a radio, a cheaper sensor or another mounting would."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from analytics.validation.recording import Floats, Recording

BATCH_S = 0.1
"""Longest time a radio link holds samples back before it sends them together (design)."""

MEAN_LOSS, WORST_LOSS = 0.036, 0.21
"""Share of the samples of a recording that is lost, as reported for feet over a radio."""
BURST_S = 0.3
"""Mean length of a burst (design)."""

Rng = np.random.Generator


def quantised(recording: Recording, *, every: int = 1) -> Recording:
    """As a Thingy:52 would send it: int16 of 1/1024 g and 1/32 deg/s, every n-th sample."""
    gyro = recording.gyro_dps
    return replace(
        recording,
        rate_hz=recording.rate_hz / every,
        time_s=recording.time_s[::every],
        acc_g=_counts(recording.acc_g[::every], 1024.0),
        gyro_dps=None if gyro is None else _counts(gyro[::every], 32.0),
    )


def _counts(values: Floats, per_unit: float) -> Floats:
    """Rounded to counts and clipped to int16, in the unit of the values."""
    return np.clip(np.round(values * per_unit), -32768, 32767) / per_unit


def lossy(recording: Recording, rng: Rng, *, loss: float, batch_s: float) -> Recording:
    """Samples lost at random, and the rest stamped with the end of a batch of up to batch_s."""
    kept = rng.random(len(recording.time_s)) >= loss
    ends = np.cumsum(rng.uniform(0.0, batch_s, int(recording.seconds / batch_s * 3) + 10))
    time_s = recording.time_s[kept]
    if batch_s > 0.0:
        time_s = ends[np.minimum(np.searchsorted(ends, time_s), len(ends) - 1)]
    gyro = recording.gyro_dps
    return replace(
        recording,
        time_s=time_s,
        acc_g=recording.acc_g[kept],
        gyro_dps=None if gyro is None else gyro[kept],
    )


def packets_lost(recording: Recording, rng: Rng, *, bursts: float) -> Recording:
    """The recording without samples that are lost on the way, singly and in bursts.

    It loses a share of its samples drawn from 0.21 * Beta(0.6, 2.9): 3.6 % on average, often next
    to nothing, at most 21 %. Of these the share `bursts` goes in bursts of exponential length (mean
    `BURST_S`) at uniform places, the rest singly.
    """
    count = len(recording.time_s)
    kept = ~_lost(count, round(_share(rng) * count), BURST_S * recording.rate_hz, bursts, rng)
    gyro = recording.gyro_dps
    return replace(
        recording,
        time_s=recording.time_s[kept],
        acc_g=recording.acc_g[kept],
        gyro_dps=None if gyro is None else gyro[kept],
    )


def _share(rng: Rng) -> float:
    """Share of a recording that is lost."""
    often = 0.6
    return float(WORST_LOSS * rng.beta(often, often * (WORST_LOSS - MEAN_LOSS) / MEAN_LOSS))


def _lost(count: int, budget: int, length: float, bursts: float, rng: Rng) -> NDArray[np.bool_]:
    """(count,) exactly `budget` lost samples, about the share `bursts` of them in bursts."""
    lost = np.zeros(count, np.bool_)
    while (left := round(bursts * budget) - int(lost.sum())) > 0:
        start = int(rng.integers(count))
        lost[start : start + min(left, int(np.ceil(rng.exponential(length))))] = True
    free = np.flatnonzero(~lost)
    lost[rng.choice(free, budget - int(lost.sum()), replace=False)] = True
    return lost


def with_gravity(recording: Recording, rng: Rng) -> Recording:
    """Gravity that turns (simulated): a random start direction turned by the integrated gyroscope.

    Where a maker took away a constant in the sensor's own axes this is harder than the truth."""
    assert recording.gyro_dps is not None
    down = rng.normal(size=3)
    down /= np.linalg.norm(down)
    rows = []
    for turn in np.deg2rad(recording.gyro_dps) / recording.rate_hz:
        down = down - np.cross(turn, down)
        down /= np.linalg.norm(down)
        rows.append(down)
    return replace(recording, acc_g=recording.acc_g + np.array(rows))


def turned(recording: Recording, rng: Rng) -> Recording:
    """The sensor mounted another way: a random rotation of all axes."""
    matrix = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    matrix *= np.sign(np.linalg.det(matrix))
    gyro = recording.gyro_dps
    return replace(
        recording,
        acc_g=recording.acc_g @ matrix,
        gyro_dps=None if gyro is None else gyro @ matrix,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One way to spoil; `change` gives None where it does not apply to a recording; needs: what it
    takes to apply."""

    title: str
    change: Callable[[Recording, Rng], Recording | None]
    needs: str = ""


FASTER = 1.5
"""How many times as fast a recording must be to be slowed down (design)."""


def slower(rate_hz: float) -> Condition:
    """Every n-th sample of Thingy:52 counts, as near to the rate as whole numbers allow.

    Does not apply where the recording is not at least `FASTER` times as fast.
    """

    def change(recording: Recording, rng: Rng) -> Recording | None:
        del rng
        if recording.rate_hz < FASTER * rate_hz:
            return None
        return quantised(recording, every=round(recording.rate_hz / rate_hz))

    needs = f"recordings of at least {FASTER * rate_hz:g} samples a second"
    return Condition(title=f"{rate_hz:g} Hz", change=change, needs=needs)


def losing(loss: float) -> Callable[[Recording, Rng], Recording]:
    """A share of the samples lost, the rest in batches of up to `BATCH_S`."""
    return lambda recording, rng: lossy(recording, rng, loss=loss, batch_s=BATCH_S)


def losing_packets(bursts: float) -> Callable[[Recording, Rng], Recording]:
    """Samples lost by `packets_lost`."""
    return lambda recording, rng: packets_lost(recording, rng, bursts=bursts)


AS_RECORDED = Condition(title="as recorded", change=lambda recording, rng: recording)
CONDITIONS = (
    AS_RECORDED,
    slower(50.0),
    slower(25.0),
    Condition(title="2 % lost, batched", change=losing(0.02)),
    Condition(title="5 % lost, batched", change=losing(0.05)),
    Condition(title="packets lost, half in bursts", change=losing_packets(0.5)),
    Condition(title="turned", change=turned),
)
