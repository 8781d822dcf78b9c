"""The last thing each sensor said, for the pages and the command line."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from devices.profile import CHANNELS, Channel, Motion, Notifications, Profile, Samples

MOTION_WINDOW_S = 2.0
_QUEUE = 1024

_LABELS: dict[Channel, tuple[str, str]] = {
    Channel.CADENCE_SENT: ("cadence", "steps/min"),
    Channel.SPEED: ("speed", "m/s"),
    Channel.STRIDE_LENGTH: ("stride length", "m"),
    Channel.HEART_RATE: ("heart rate", "beats/min"),
    Channel.BATTERY: ("battery", "%"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveValue:
    """A value as a person reads it; null when the sensor says that it has none."""

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
        self._decoders = [(set(p.characteristics), p.decoder()) for p in self._profiles]
        self._queue: deque[tuple[int, str, bytes]] = deque(maxlen=_QUEUE)
        self._slow: dict[Channel, tuple[int, float]] = {}
        self._motion: deque[tuple[int, float]] = deque(maxlen=_QUEUE)
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
        """The latest value of every channel that has a label, and how old it is."""
        self.drain()
        slow = [
            LiveValue(
                label=label,
                unit=unit,
                value=self._scaled(channel, self._slow[channel][1]),
                age_s=max(0.0, (now_ns - self._slow[channel][0]) / 1e9),
            )
            for channel, (label, unit) in _LABELS.items()
            if channel in self._slow
        ]
        return (*slow, *self._movement(now_ns))

    def _scaled(self, channel: Channel, value: float) -> float:
        return value * self._steps_per_count if channel is Channel.CADENCE_SENT else value

    def drain(self) -> None:
        """Decode what was queued; `malformed` counts what could not be, since the last reset."""
        rows, self._queue = list(self._queue), deque(maxlen=_QUEUE)
        for characteristics, decoder in self._decoders:
            mine = [row for row in rows if row[1] in characteristics]
            if mine:
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
            self._slow[CHANNELS[code]] = (time_ns, value)
        if samples.motion is not None:
            self._unit = "g" if samples.motion.scale.gyro_dps is None else "°/s"
            self._motion.extend(_size(samples.motion))

    def _movement(self, now_ns: int) -> Iterable[LiveValue]:
        if not self._motion:
            return
        last_ns = self._motion[-1][0]
        recent = [value for at, value in self._motion if last_ns - at <= MOTION_WINDOW_S * 1e9]
        span_s = (last_ns - self._motion[-len(recent)][0]) / 1e9
        age_s = max(0.0, (now_ns - last_ns) / 1e9)
        root_mean_square = math.sqrt(sum(value * value for value in recent) / len(recent))
        yield LiveValue(label="movement", value=root_mean_square, unit=self._unit, age_s=age_s)
        if span_s > 0:
            rate = (len(recent) - 1) / span_s
            yield LiveValue(label="rate", value=rate, unit="samples/s", age_s=age_s)


def _size(motion: Motion) -> Iterable[tuple[int, float]]:
    """(instant, size of the angular velocity in deg/s; of acceleration in g without a gyroscope)"""
    axes = motion.axes.astype(np.float64)
    if motion.scale.gyro_dps is None:
        size = np.linalg.norm(axes[:, :3], axis=1) * motion.scale.acc_g
    else:
        size = np.linalg.norm(axes[:, 3:], axis=1) * motion.scale.gyro_dps
    return zip(motion.time_ns.tolist(), size.tolist(), strict=True)
