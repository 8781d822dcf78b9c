"""A made-up body that trains: foot, shank, thigh and trunk as one planar chain over the toes.

Keyframes of the angles are joined by smooth lines; positions follow from the lengths, and what a
sensor feels from their second derivative, gravity, noise and jolts where a foot or the seat is
struck. Angles and tempo are those of published movements (docs/repetitions.md, Sources). It shows
that the method does what it was built to do; it measures nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator
from scipy.ndimage import gaussian_filter1d

from devices.profile import Placement

Floats = NDArray[np.float64]
Frame = tuple[float, float, float, float]
"""Pitch of the foot, and of shank, thigh and trunk from vertical, deg, forwards."""

STAND: Frame = (0.0, 0.0, 0.0, 0.0)
SEAT: Frame = (0.0, -8.0, -88.0, 0.0)
UPRIGHT = np.array([0.0, 0.0, 1.0])
FINE_HZ = 400.0
ROOT = {  # (toe to ankle, shank, thigh, trunk) lengths up to the sensor, m; and its segment
    Placement.LEFT_FOOT: ((0.08, 0.0, 0.0, 0.0), 0),
    Placement.LEFT_ANKLE: ((0.15, 0.08, 0.0, 0.0), 1),
    Placement.LEFT_SHANK: ((0.15, 0.25, 0.0, 0.0), 1),
    Placement.LEFT_THIGH: ((0.15, 0.43, 0.25, 0.0), 2),
    Placement.WAIST: ((0.15, 0.43, 0.42, 0.1), 3),
    Placement.CHEST: ((0.15, 0.43, 0.42, 0.45), 3),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who trains: how deep and how fast, and how evenly (spread of both from one to the next)."""

    depth: float = 1.0
    pace: float = 1.0
    spread: float = 0.0
    pause_s: float = 0.6
    rng: np.random.Generator = field(default_factory=lambda: np.random.default_rng(7))

    def next(self) -> tuple[float, float]:
        """Depth and pace of one repetition."""
        near = 1.0 + self.spread * self.rng.uniform(-1.0, 1.0, 2)
        return self.depth * float(near[0]), self.pace * float(near[1])


@dataclass(slots=True)
class Script:
    """Keyframes in time, jolts (instant, g) and the repetitions done so far."""

    rest: Frame = STAND
    at_s: list[float] = field(default_factory=list)
    frames: list[Frame] = field(default_factory=list)
    ahead_m: list[float] = field(default_factory=list)
    jolts: list[tuple[float, float]] = field(default_factory=list)
    turns_s: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.go(0.0, self.rest)
        self.go(20.0, self.rest)

    def go(self, seconds: float, frame: Frame, *, ahead_m: float = 0.0) -> None:
        """Reach a posture after so many seconds, the foot so far ahead."""
        self.at_s.append((self.at_s[-1] if self.at_s else 0.0) + seconds)
        self.frames.append(frame)
        self.ahead_m.append(ahead_m)

    def jolt(self, g: float) -> None:
        """Strike something now."""
        self.jolts.append((self.at_s[-1], g))

    def turn(self) -> None:
        """The turning point of a repetition is now."""
        self.turns_s.append(self.at_s[-1])


def deep(frame: Frame, depth: float) -> Frame:
    """A posture further from, or nearer to, upright."""
    foot, shank, thigh, trunk = frame
    return foot * depth, shank * depth, thigh * depth, trunk * depth


def squat(script: Script, person: Person) -> None:
    """Down in 1.2 s to a thigh of 80 deg, up in 1.1 s."""
    depth, pace = person.next()
    script.go(1.2 * pace, deep((0.0, 25.0, -80.0, 32.0), depth))
    script.turn()
    script.go(1.1 * pace, STAND)
    script.go(person.pause_s * pace, STAND)


def held_squat(script: Script, person: Person) -> None:
    """A squat held 1.5 s below with the trunk upright again."""
    depth, pace = person.next()
    script.go(0.9 * pace, deep((0.0, 15.0, -60.0, 32.0), depth))
    script.go(0.6 * pace, deep((0.0, 25.0, -80.0, 5.0), depth))
    script.go(1.5 * pace, deep((0.0, 25.0, -80.0, 5.0), depth))
    script.turn()
    script.go(0.6 * pace, deep((0.0, 15.0, -60.0, 32.0), depth))
    script.go(0.9 * pace, STAND)
    script.go(person.pause_s * pace, STAND)


def stand_up(script: Script, person: Person) -> None:
    """Lean 35 deg, leave the seat, stand: 1.6 s."""
    _, pace = person.next()
    script.go(0.5 * pace, (0.0, -4.0, -88.0, 33.0))
    script.go(0.35 * pace, (0.0, 10.0, -76.0, 36.0))
    script.go(0.8 * pace, STAND)
    script.turn()


def sit_down(script: Script, person: Person) -> None:
    """Lean, reach the seat, sit back: 1.6 s."""
    _, pace = person.next()
    script.go(0.75 * pace, (0.0, 10.0, -70.0, 34.0))
    script.go(0.4 * pace, (0.0, -6.0, -88.0, 28.0))
    script.jolt(0.3)
    script.go(0.5 * pace, SEAT)


def sit_to_stand(script: Script, person: Person, *, last: bool = False) -> None:
    """Up from the seat and down again; the last one may end standing."""
    stand_up(script, person)
    if not last:
        script.go(0.3 * person.pause_s, STAND)
        sit_down(script, person)
        script.go(0.5 * person.pause_s, SEAT)


def lunge(script: Script, person: Person) -> None:
    """The leading leg: step 1.1 s, lower 0.9 s, rise 0.7 s, step back 0.9 s."""
    depth, pace = person.next()
    script.go(0.55 * pace, (0.0, -5.0, -45.0, 3.0), ahead_m=0.35)
    script.go(0.54 * pace, (0.0, -12.0, -35.0, 3.0), ahead_m=0.7)
    script.jolt(3.0)
    script.go(0.86 * pace, deep((0.0, 12.0, -82.0, 8.0), depth), ahead_m=0.7)
    script.turn()
    script.go(0.69 * pace, (0.0, -8.0, -38.0, 3.0), ahead_m=0.7)
    script.go(0.45 * pace, (0.0, -5.0, -30.0, 3.0), ahead_m=0.3)
    script.go(0.44 * pace, STAND)
    script.jolt(3.0)
    script.go(person.pause_s * pace, STAND)


def rear_lunge(script: Script, person: Person) -> None:
    """The leg left behind: its knee nears the floor while the toes stay."""
    depth, pace = person.next()
    script.go(1.09 * pace, (30.0, 25.0, 10.0, 3.0))
    script.go(0.86 * pace, deep((55.0, 75.0, 0.0, 8.0), depth))
    script.turn()
    script.go(0.69 * pace, (30.0, 25.0, 10.0, 3.0))
    script.go(0.89 * pace, STAND)
    script.go(person.pause_s * pace, STAND)


def calf_raise(script: Script, person: Person) -> None:
    """Heels up by 33 deg and down in 1 s each (30 a minute, as in the heel-rise test)."""
    depth, pace = person.next()
    script.go(0.9 * pace, deep((33.0, 2.0, 0.0, 0.0), depth))
    script.turn()
    script.go(0.9 * pace, STAND)
    script.go(0.2 * pace, STAND)


def felt(
    script: Script,
    placement: Placement,
    *,
    rate_hz: float = 50.0,
    seed: int = 0,
    end_s: float = 20.0,
) -> tuple[Floats, Floats]:
    """Instants (n,) s, and acceleration (n, 3) in g of a sensor there; z is up when standing."""
    script.go(end_s, script.frames[-1])
    fine = np.arange(0.0, script.at_s[-1], 1.0 / FINE_HZ)
    angles = np.deg2rad(_joined(fine, script.at_s, np.array(script.frames)))
    lengths, own = ROOT[placement]
    place = np.zeros((len(fine), 2))
    place[:, 0] = _joined(fine, script.at_s, np.array(script.ahead_m)[:, None])[:, 0]
    place += lengths[0] * np.stack([-np.cos(angles[:, 0]), np.sin(angles[:, 0])], axis=1)
    for length, angle in zip(lengths[1:], angles.T[1:], strict=True):
        place += length * np.stack([np.sin(angle), np.cos(angle)], axis=1)
    force = np.gradient(np.gradient(place, axis=0), axis=0) * FINE_HZ**2 / 9.80665 + [0.0, 1.0]
    for at, size in script.jolts:
        since = np.clip(fine - at, 0.0, None)
        force[:, 1] += (fine >= at) * size * np.exp(-since / 0.03) * np.cos(2 * np.pi * 15 * since)
    tilt = angles[:, own]
    forward = force[:, 0] * np.cos(tilt) - force[:, 1] * np.sin(tilt)
    along = force[:, 0] * np.sin(tilt) + force[:, 1] * np.cos(tilt)
    time_s = np.arange(0.0, fine[-1], 1.0 / rate_hz)
    acc = np.stack([np.interp(time_s, fine, one) for one in (forward, 0.0 * along, along)], axis=1)
    return time_s, acc + 0.01 * np.random.default_rng(seed).normal(size=acc.shape)


def _joined(time_s: Floats, at_s: list[float], values: Floats) -> Floats:
    """Values (n, k) through the keyframes without overshoot, corners rounded over 0.06 s."""
    path = PchipInterpolator(np.array(at_s), values, axis=0)(time_s)
    return np.asarray(gaussian_filter1d(path, 0.06 * FINE_HZ, axis=0, mode="nearest"), np.float64)
