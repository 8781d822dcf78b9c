"""A made-up leg that walks, climbs and descends: simulated, never a measurement.

One plane: the ankle rests, then swings along a smooth path to the next rest; a foot pitches about
it while it swings, a shank rocks over it all the time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import interpolate

from benchmarks.recordings import GRAVITY, Recording
from devices.profile import Placement

Floats = NDArray[np.float64]
FINE = 10
SWING = 0.4
"""Share of a stride in which the ankle moves."""
ABOVE_M = {"foot": 0.0, "ankle": 0.08, "shank": 0.25}
"""Height of a sensor above the ankle joint."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """What one stride of the made-up leg covers."""

    rise_m: float = 0.0
    length_m: float = 1.3
    stride_s: float = 1.1


CLIMBERS = {
    "level": Way(),
    "short level strides": Way(length_m=0.5, stride_s=1.3),
    "ramp of 8 % up": Way(rise_m=0.10),
    "hill of 20 % down": Way(rise_m=-0.24, length_m=1.2),
    "stairs up, foot over foot": Way(rise_m=0.34, length_m=0.58, stride_s=1.3),
    "stairs down, foot over foot": Way(rise_m=-0.34, length_m=0.58, stride_s=1.2),
    "stairs up, step by step": Way(rise_m=0.17, length_m=0.29, stride_s=1.8),
    "stairs down, step by step": Way(rise_m=-0.17, length_m=0.29, stride_s=1.8),
}


def climber(
    way: Way, *, placement: Placement, strides: int = 30, rate_hz: float = 100.0, seed: int = 0
) -> Recording:
    """5 s of standing, then so many strides, then 5 s; gravity, noise and a mounting by `seed`."""
    rng, part = np.random.default_rng(seed), placement.value.split("-")[1]
    time_s = np.arange(0.0, 10.0 + strides * way.stride_s, 1.0 / (FINE * rate_hz))
    phase = np.clip((time_s - 5.0) / way.stride_s, 0.0, strides - 1e-9)
    whole, u = np.floor(phase), np.clip(phase % 1.0 / SWING, 0.0, 1.0)
    done = whole + u**3 * (10.0 - 15.0 * u + 6.0 * u**2)
    lift = 0.12 * 64.0 * (u * (1.0 - u)) ** 3
    pitch = np.deg2rad(_foot(phase % 1.0) if part == "foot" else _shank(phase % 1.0))
    along = way.length_m * done + ABOVE_M[part] * np.sin(pitch)
    up = way.rise_m * done + lift + ABOVE_M[part] * np.cos(pitch)
    a, b = (np.gradient(np.gradient(axis, time_s), time_s) / GRAVITY for axis in (along, up))
    b = b + 1.0
    cos, sin = np.cos(pitch), np.sin(pitch)
    acc = np.stack([cos * a - sin * b, 0.0 * a, sin * a + cos * b], axis=1)
    gyro = np.zeros_like(acc)
    gyro[:, 1] = np.rad2deg(np.gradient(pitch, time_s))
    mount = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    mount *= np.sign(np.linalg.det(mount))
    mean = (len(time_s) // FINE, FINE, 3)
    acc, gyro = (
        axis[: mean[0] * FINE].reshape(mean).mean(axis=1) @ mount.T for axis in (acc, gyro)
    )
    return Recording(
        name="climber", label="", rate_hz=rate_hz, truth=np.empty((0, 2)),
        time_s=(np.arange(mean[0]) + 0.5) / rate_hz,
        acc_g=acc + rng.normal(0.0, 0.01, acc.shape),
        gyro_dps=gyro + rng.normal(0.0, 0.5, 3) + rng.normal(0.0, 1.0, acc.shape),
    )  # fmt: skip


def _foot(part: Floats) -> Floats:
    """Pitch in degrees: heel up as the swing begins, toe up as it ends, flat in between."""
    waves = ((-60.0, 0.08, 0.05), (20.0, 0.36, 0.04))
    shift = np.array([-1.0, 0.0, 1.0])[:, None]
    bumps = (h * np.exp(-0.5 * ((part + shift - at) / w) ** 2).sum(axis=0) for h, at, w in waves)
    return -np.sum(list(bumps), axis=0)


def _shank(part: Floats) -> Floats:
    """Lean in degrees, forward positive: back at contact, over the foot, far forward at lift-off;
    0 at the start, so that standing is upright."""
    knots = ([0.0, 0.12, 0.38, 0.55, 0.8, 1.0], [35.0, 50.0, -15.0, -3.0, 10.0, 35.0])
    curve = interpolate.CubicSpline(*knots, bc_type="periodic")
    return np.asarray(curve(part), np.float64)
