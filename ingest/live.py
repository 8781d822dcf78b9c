"""The last thing each sensor said, for the pages and the command line."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import takewhile

import numpy as np

from devices.profile import CHANNELS, Channel, Motion, Notifications, Profile, Samples
from devices.rsc_counts import Pace, paces
from ingest.live_labels import GRAVITY, LABELS, MAIN, MOVEMENT, RATE, SAMPLES, TURNING

MOTION_WINDOW_S = 2.0
_QUEUE = 1024
_MOTION_QUEUE = 4096  # 20 s at 200 Hz
_PACE_QUEUE = 240  # a minute of four channels at 1 Hz

_PACE = (Channel.CADENCE_SENT, Channel.SPEED, Channel.STRIDE_LENGTH, Channel.RUNNING)


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveValue:
    """A value as a person reads it; null when the sensor says that it has none.

    label, unit: as in `ingest.live_labels`, to be said with `_()`.
    """

    label: str
    value: float | None
    unit: str
    age_s: float


class LiveView:
    """Decodes on demand what was queued since it was last asked; never inside a callback."""

    def __init__(self, profiles: Iterable[Profile], counts: str | None = None) -> None:
        self._profiles = tuple(profiles)
        default = next((p.counts for p in self._profiles if p.counts), None)
        self._steps_per_count = 2.0 if (counts or default) == "strides" else 1.0
        self.reset()

    def reset(self) -> None:
        """Forget decoder state: a new connection starts."""
        self._decoders = [(p, set(p.characteristics), p.decoder()) for p in self._profiles]
        self._queue: deque[tuple[int, str, bytes]] = deque(maxlen=_QUEUE)
        self._slow: dict[Channel, tuple[int, float]] = {}
        self._pace: deque[tuple[int, str, float]] = deque(maxlen=_PACE_QUEUE)
        self._motion: deque[tuple[int, float]] = deque(maxlen=_MOTION_QUEUE)
        self._streams: set[str] = set()  # keys of the profiles that notified
        self._unit = ""
        self.malformed = 0

    def note(self, received_ns: int, characteristic: str, payload: bytes) -> None:
        """Queue one payload; cheap enough for a notification callback."""
        self._queue.append((received_ns, characteristic, payload))

    @property
    def battery_percent(self) -> tuple[int, float] | None:
        """(instant in UTC ns, percent) of the last battery level."""
        return self._slow.get(Channel.BATTERY)

    def values(self, now_ns: int) -> tuple[LiveValue, ...]:
        """The latest value of every channel, and how old it is; unknown where none was said."""
        self.drain()
        silent = {
            main[0]
            for key in self._streams
            if (main := MAIN.get(key)) and not any(channel in self._slow for channel in main)
        }
        slow = [
            self._value(channel, now_ns)
            for channel in LABELS
            if channel in self._slow or channel in silent
        ]
        return (*slow, *self._movement(now_ns))

    def _value(self, channel: Channel, now_ns: int) -> LiveValue:
        label, unit = LABELS[channel]
        if channel not in self._slow:
            return LiveValue(label=label, unit=unit, value=None, age_s=0.0)
        at_ns, value = self._slow[channel]
        age_s = max(0.0, (now_ns - at_ns) / 1e9)
        return LiveValue(label=label, unit=unit, value=self._scaled(channel, value), age_s=age_s)

    def paces(self) -> list[Pace]:
        """What a foot pod measured in the last minute, as it sent it."""
        self.drain()
        return paces(self._pace)

    def sizes(self, start_ns: int, end_ns: int) -> list[float]:
        """Sizes of the motion in [start, end), of the last 20 s: deg/s, or g without gyroscope."""
        self.drain()
        return [size for at_ns, size in self._motion if start_ns <= at_ns < end_ns]

    @property
    def turns(self) -> bool:
        """Whether `sizes` are deg/s."""
        return self._unit == TURNING

    def _scaled(self, channel: Channel, value: float) -> float:
        return value * self._steps_per_count if channel is Channel.CADENCE_SENT else value

    def drain(self) -> None:
        """Decode what was queued; `malformed` counts what could not be, since the last reset."""
        rows, self._queue = list(self._queue), deque(maxlen=_QUEUE)
        for profile, characteristics, decoder in self._decoders:
            mine = [row for row in rows if row[1] in characteristics]
            if mine:
                if any(row[1] in profile.notify for row in mine):
                    self._streams.add(profile.key)
                received, characteristic, payload = zip(*mine, strict=True)
                run = Notifications(
                    sequence=np.arange(len(mine), dtype=np.int64),
                    received_ns=np.array(received, np.int64),
                    characteristic=characteristic,
                    payload=payload,
                )
                self._keep(decoder.decode(run))

    def _keep(self, samples: Samples) -> None:
        self.malformed += samples.malformed
        slow = samples.slow
        for time_ns, code, value in zip(
            slow.time_ns.tolist(), slow.channel.tolist(), slow.value.tolist(), strict=True
        ):
            channel = CHANNELS[code]
            self._slow[channel] = (time_ns, value)
            if channel in _PACE:
                self._pace.append((time_ns, channel, value))
        if samples.motion is not None:
            self._unit = GRAVITY if samples.motion.scale.gyro_dps is None else TURNING
            self._motion.extend(_size(samples.motion))

    def _movement(self, now_ns: int) -> Iterable[LiveValue]:
        if not self._motion:
            return
        last_ns = self._motion[-1][0]
        since_ns = last_ns - MOTION_WINDOW_S * 1e9
        newest = takewhile(lambda row: row[0] >= since_ns, reversed(self._motion))
        recent = [value for _, value in newest]
        span_s = (last_ns - self._motion[-len(recent)][0]) / 1e9
        age_s = max(0.0, (now_ns - last_ns) / 1e9)
        root_mean_square = math.sqrt(sum(value * value for value in recent) / len(recent))
        yield LiveValue(label=MOVEMENT, value=root_mean_square, unit=self._unit, age_s=age_s)
        if span_s > 0:
            rate = (len(recent) - 1) / span_s
            yield LiveValue(label=RATE, value=rate, unit=SAMPLES, age_s=age_s)


def _size(motion: Motion) -> Iterable[tuple[int, float]]:
    """(instant, size of the angular velocity in deg/s; of acceleration in g without a gyroscope)"""
    axes = motion.axes.astype(np.float64)
    if motion.scale.gyro_dps is None:
        size = np.linalg.norm(axes[:, :3], axis=1) * motion.scale.acc_g
    else:
        size = np.linalg.norm(axes[:, 3:], axis=1) * motion.scale.gyro_dps
    return zip(motion.time_ns.tolist(), size.tolist(), strict=True)
