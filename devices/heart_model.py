"""Heart rate of a simulated person: each bout asks for a rate, the heart follows with a lag.

Effort is the oxygen cost of walking or running on the level (ACSM: 3.5 + 0.1 S or 0.2 S
mL/kg/min, S in m/min) as a share of a fit adult's 12 METs (design); the share of heart rate
reserve equals it. The lag is first order with a time constant of 45 s (design).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from devices.day_plan import SECOND, Bout
from devices.heart_rate import HeartRateMeasurement
from devices.instant_noise import normal_at
from devices.profile import Floats, Int64s

LAG_S = 45.0
MAX_METS = 12.0
_STILL_SHARE = {"off": 0.0, "sit": 0.03, "stand": 0.10}
_COST = {"walk": 0.1, "run": 0.2}


class HeartModel:
    """Rate and beats at any instant, from bouts in order of time."""

    def __init__(
        self, bouts: Sequence[Bout], *, rest_bpm: float, max_bpm: float, seed: int
    ) -> None:
        self._seed = seed
        self._start = np.array([bout.start_ns for bout in bouts], np.int64)
        self._worn = np.array([bout.kind != "off" for bout in bouts])
        shares = np.array([_effort(bout) for bout in bouts])
        self._target = rest_bpm + (max_bpm - rest_bpm) * shares
        self._first = np.empty(len(bouts))  # rate at the start of each bout
        self._beats = np.empty(len(bouts))  # beats before each bout
        rate, beats = float(self._target[0]), 0.0
        for number, bout in enumerate(bouts):
            self._first[number], self._beats[number] = rate, beats
            excess = rate - self._target[number]
            decay = np.exp(-bout.seconds / LAG_S)
            rate = self._target[number] + excess * decay
            beats += (self._target[number] * bout.seconds + excess * LAG_S * (1 - decay)) / 60

    def measured(self, time_ns: Int64s) -> list[HeartRateMeasurement]:
        """What a strap would send at each instant: rate, contact, beats of the last second."""
        bout, rate, beats = self._at(time_ns)
        beats_before = self._at(time_ns - SECOND)[2]
        noise = normal_at(time_ns, self._seed)
        shown = np.rint(rate + 0.8 * noise[:, 0]).astype(np.int64)
        count = np.minimum(np.floor(beats) - np.floor(beats_before), 4).astype(np.int64)
        interval = 60 / rate[:, None] * (1 + 0.025 * noise[:, 1:5])
        rr = np.rint(interval * 1024) / 1024
        worn = self._worn[bout]
        return [
            _measurement(bpm, touching, tuple(row[:beat]))
            for bpm, touching, row, beat in zip(
                shown.tolist(), worn.tolist(), rr.tolist(), count.tolist(), strict=True
            )
        ]

    def _at(self, time_ns: Int64s) -> tuple[Int64s, Floats, Floats]:
        """Bout, rate in beats per minute, and beats since the first bout, at each instant."""
        bout = np.maximum(np.searchsorted(self._start, time_ns, side="right") - 1, 0)
        past = np.maximum((time_ns - self._start[bout]) / SECOND, 0.0)
        target, excess = self._target[bout], self._first[bout] - self._target[bout]
        decay = np.exp(-past / LAG_S)
        beats = self._beats[bout] + (target * past + excess * LAG_S * (1 - decay)) / 60
        return bout, target + excess * decay, beats


def _effort(bout: Bout) -> float:
    """Share of heart rate reserve that a bout asks for."""
    if bout.kind in _STILL_SHARE:
        return _STILL_SHARE[bout.kind]
    mets = 1 + _COST[bout.kind] * bout.speed_mps * 60 / 3.5
    return min(1.0, (mets - 1) / (MAX_METS - 1) + _STILL_SHARE["stand"])


def _measurement(bpm: int, touching: bool, rr_s: tuple[float, ...]) -> HeartRateMeasurement:
    if not touching:
        return HeartRateMeasurement(heart_rate_bpm=0, contact=False)
    return HeartRateMeasurement(heart_rate_bpm=bpm, contact=True, rr_s=rr_s)
