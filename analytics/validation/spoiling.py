"""Recordings made worse on purpose, as a radio, a cheaper sensor or another mounting would."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from analytics.validation.recording import Floats, Recording

BATCH_S = 0.1
"""Longest time a radio link holds samples back before it sends them together (design)."""

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


def with_gravity(recording: Recording, rng: Rng) -> Recording:
    """Gravity put back (simulated): a random start direction turned by the integrated gyroscope."""
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
    """One way to spoil; `change` gives None where it does not apply to a recording."""

    title: str
    change: Callable[[Recording, Rng], Recording | None]


def slower(rate_hz: float) -> Callable[[Recording, Rng], Recording | None]:
    """Every n-th sample of Thingy:52 counts, as near to the rate as whole numbers allow.

    Does not apply where the recording is not at least 1.5 times as fast.
    """

    def change(recording: Recording, rng: Rng) -> Recording | None:
        del rng
        if recording.rate_hz < 1.5 * rate_hz:
            return None
        return quantised(recording, every=round(recording.rate_hz / rate_hz))

    return change


def losing(loss: float) -> Callable[[Recording, Rng], Recording]:
    """A share of the samples lost, the rest in batches of up to `BATCH_S`."""
    return lambda recording, rng: lossy(recording, rng, loss=loss, batch_s=BATCH_S)


AS_RECORDED = Condition(title="as recorded", change=lambda recording, rng: recording)
CONDITIONS = (
    AS_RECORDED,
    Condition(title="50 Hz", change=slower(50.0)),
    Condition(title="25 Hz", change=slower(25.0)),
    Condition(title="2 % lost, batched", change=losing(0.02)),
    Condition(title="5 % lost, batched", change=losing(0.05)),
    Condition(title="turned", change=turned),
)
