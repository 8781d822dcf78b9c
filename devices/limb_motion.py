"""What an accelerometer and gyroscope on one part of a simulated body read, bout by bout.

Walking and running replay the stride templates; standing sways (0.35 Hz, design); sitting is still
but for a fidget every few minutes; a sensor that is off lies on its side on a table. Gravity turns
with the segment. Every value depends on its instant alone, so chunks join without a seam.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from devices.day_plan import SECOND, Bout
from devices.gait_template import BINS, Float32s, Segment, segment_of, stride_table
from devices.instant_noise import normal_at
from devices.profile import Floats, Int16s, Int64s, Placement
from devices.stride_train import StrideTrain
from devices.thingy52 import ACC_G, GYRO_DPS

BLOCK = 1 << 16
NOISE = np.array([0.003] * 3 + [0.08] * 3, np.float32)  # g, deg/s: of a MEMS sensor (design)
BIAS = np.array([0.01] * 3 + [0.4] * 3)
COUNTS = np.array([1 / ACC_G] * 3 + [1 / GYRO_DPS] * 3, np.float32)
LIMITS = np.array([8192.0] * 3 + [32736.0] * 3, np.float32)  # +/-8 g (design), +/-1023 deg/s
ON_TABLE = np.array([0.04, 0.995, -0.09])
RAMP_S = 1.0  # from one posture to the next
EASE = 0.1  # strides over which a walk swells from and fades to standing
SWAY_HZ, SWAY_DPS = 0.35, 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Fidget:
    """A leg that moves to and fro without a step."""

    start_ns: int
    seconds: float
    dps: float
    hz: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """A bout with what was drawn for it. seat_deg: how far a sitting is from the usual posture."""

    bout: Bout
    strides: StrideTrain | None
    fidgets: tuple[Fidget, ...]
    seat_deg: float


class LimbMotion:
    """Motion at one placement; the seed decides mounting, bias and noise."""

    def __init__(self, legs: Sequence[Leg], placement: Placement, seed: int) -> None:
        self._legs = legs
        self._segment = segment_of(placement)
        self._seed = seed
        self._phase = 0.5 if placement.leg == "left" else 0.0
        self._tables = {
            "walk": stride_table(self._segment.walk),
            "run": stride_table(self._segment.run),
        }
        rng = np.random.default_rng(seed)
        self._mount = (_misaligned(rng) @ self._segment.mount).astype(np.float32)
        self._bias = (BIAS * rng.uniform(-1, 1, 6)).astype(np.float32)
        self._table = np.concatenate((ON_TABLE, np.zeros(3))).astype(np.float32)
        self._posture = [_posture_deg(leg, self._segment) for leg in legs]
        self._edges = np.array([leg.bout.start_ns for leg in legs] + [legs[-1].bout.end_ns])

    def counts(self, time_ns: Int64s) -> Int16s:
        """(n, 6) Thingy counts at instants (n,) in order; outside the bouts it is not worn."""
        counts = np.empty((len(time_ns), 6), np.int16)
        for start in range(0, len(time_ns), BLOCK):
            block = slice(start, start + BLOCK)
            counts[block] = self._block(time_ns[block])
        return counts

    def _block(self, time_ns: Int64s) -> Float32s:
        values = np.empty((len(time_ns), 6), np.float32)
        values[:] = self._table
        cuts = np.searchsorted(time_ns, self._edges)
        first = max(0, int(np.searchsorted(self._edges, time_ns[0], side="right")) - 1)
        last = int(np.searchsorted(self._edges, time_ns[-1], side="right"))
        for number in range(first, min(last, len(self._legs))):
            rows = slice(cuts[number], cuts[number + 1])
            if self._legs[number].bout.kind != "off" and rows.start < rows.stop:
                values[rows] = self._worn(number, time_ns[rows])
        values += self._bias
        values += normal_at(time_ns, self._seed) * NOISE
        values *= COUNTS
        np.clip(np.rint(values, out=values), -LIMITS, LIMITS, out=values)
        return values

    def _worn(self, number: int, time_ns: Int64s) -> Float32s:
        """(n, 6) g and deg/s in the sensor's frame, during one bout."""
        leg = self._legs[number]
        past_s = (time_ns - leg.bout.start_ns) / SECOND
        # columns of stride_table: turning rate, tilt in deg, forward g, up g
        moves = np.zeros((len(time_ns), 4), np.float32)
        self._settle(number, past_s, moves)
        if leg.strides is not None:
            self._stride(leg.strides, past_s, moves)
        elif leg.bout.kind == "stand":
            _swing(moves, past_s, SWAY_DPS, SWAY_HZ, np.ones_like(past_s))
        for fidget in leg.fidgets:
            rows = slice(*np.searchsorted(time_ns, _span_ns(fidget)))
            if rows.start < rows.stop:
                since = (time_ns[rows] - fidget.start_ns) / SECOND
                swell = np.sin(np.pi * since / fidget.seconds) ** 2
                _swing(moves[rows], since, fidget.dps, fidget.hz, swell)
        return self._sensed(moves)

    def _settle(self, number: int, past_s: Floats, moves: Float32s) -> None:
        """The posture of a bout, reached from the one before within a second."""
        now = self._posture[number]
        before = self._posture[number - 1] if number else now
        moves[:, 1] = now
        ramp = slice(0, int(np.searchsorted(past_s, RAMP_S)))
        moves[ramp, 1] += (before - now) * (1 - past_s[ramp] / RAMP_S)
        moves[ramp, 0] += (now - before) / RAMP_S

    def _stride(self, strides: StrideTrain, past_s: Floats, moves: Float32s) -> None:
        position = strides.position(past_s)
        made = len(strides.size)
        stride = np.minimum(position.astype(np.int64), made - 1)
        phase = ((position + self._phase) % 1.0 * BINS).astype(np.int64)
        ease = np.clip(np.minimum(position, made - position) / EASE, 0, 1)
        size = (strides.size[stride] * ease).astype(np.float32)
        shape = self._tables[strides.bout.kind][phase] * size[:, None]
        shape[:, 1] *= np.diff(strides.edges_s)[stride]
        moves += shape

    def _sensed(self, moves: Float32s) -> Float32s:
        """From movement of the segment to what the sensor's axes read."""
        rate, tilt, forward, up = moves.T
        tilt_rad = np.deg2rad(tilt)
        acc = np.stack((np.sin(tilt_rad) + forward, 0.15 * forward, np.cos(tilt_rad) + up), axis=1)
        gyro = np.stack((0.18 * rate, -rate, 0.10 * rate), axis=1)
        return np.concatenate((acc @ self._mount.T, gyro @ self._mount.T), axis=1)


def _swing(moves: Float32s, since_s: Floats, dps: float, hz: float, swell: Floats) -> None:
    """Add a to-and-fro turn of `dps` at its peak, and the tilt it adds up to."""
    angle = 2 * np.pi * hz * since_s
    moves[:, 0] += dps * np.cos(angle) * swell
    moves[:, 1] += dps / (2 * np.pi * hz) * np.sin(angle) * swell


def _span_ns(fidget: Fidget) -> tuple[int, int]:
    return fidget.start_ns, fidget.start_ns + round(fidget.seconds * SECOND)


def _posture_deg(leg: Leg, segment: Segment) -> float:
    return segment.seated_deg + leg.seat_deg if leg.bout.kind == "sit" else 0.0


def _misaligned(rng: np.random.Generator) -> Floats:
    """A rotation of a few degrees about each axis: nobody straps a sensor on straight."""
    rotation: Floats = np.eye(3)
    for axis, angle in enumerate(np.deg2rad(rng.normal(0, 3, 3))):
        turn = np.eye(3)
        one, two = (other for other in range(3) if other != axis)
        turn[[one, two], [one, two]] = np.cos(angle)
        turn[one, two], turn[two, one] = -np.sin(angle), np.sin(angle)
        rotation = rotation @ turn
    return rotation


def draw_fidgets(rng: np.random.Generator, bout: Bout) -> tuple[Fidget, ...]:
    """Fidgets of a still bout: one in about four minutes, seconds long, too slow for a step."""
    if bout.kind not in ("sit", "stand"):
        return ()
    count = int(rng.poisson(bout.seconds / 240))
    starts = np.sort(rng.uniform(0, max(0.0, bout.seconds - 3.5), count))
    apart = [start for start, after in itertools.pairwise((*starts, np.inf)) if after - start > 4]
    return tuple(
        Fidget(
            start_ns=bout.start_ns + round(start * SECOND),
            seconds=float(rng.uniform(1.0, 3.0)),
            dps=float(rng.uniform(10, 45)),
            hz=float(rng.uniform(0.5, 1.2)),
        )
        for start in apart
    )
