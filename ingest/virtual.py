"""Virtual sensors on a virtual link: the demo's, and one that replays a person's motion."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Self, TypeVar

import numpy as np
from bumble.link import LocalLink

from devices import PROFILES, heart_rate, rsc, thingy52
from devices.profile import Int16s, Int64s, Placement, Profile
from devices.walker import Walker, live_walk
from ingest.clock import Clock
from ingest.peripheral import Emission, Faults, Peripheral, Source, VirtualSensor

__all__ = [
    "Emission",
    "Faults",
    "Peripheral",
    "Source",
    "VirtualSensor",
    "VirtualWorld",
    "demo_sensors",
    "replay_sensor",
]

T = TypeVar("T")

CHUNK_S = 2.0
"""How much of a walk is simulated at once."""

REPLAY_LEAD_S = 0.5
"""Quiet before a replay, so that the handshake is over when its first sample comes."""


class VirtualWorld:
    """Sensors on a link for as long as it is entered; an error in a source ends the block."""

    def __init__(
        self,
        link: LocalLink,
        sensors: Sequence[VirtualSensor],
        clock: Clock,
        rng: np.random.Generator,
    ) -> None:
        self._link = link
        self._sensors = tuple(sensors)
        self._clock = clock
        self._rngs = rng.spawn(len(sensors))
        self._stack = contextlib.AsyncExitStack()
        self.peripherals: dict[str, Peripheral] = {}

    async def __aenter__(self) -> Self:
        async with contextlib.AsyncExitStack() as undo:
            tasks = await undo.enter_async_context(asyncio.TaskGroup())
            for sensor, rng in zip(self._sensors, self._rngs, strict=True):
                peripheral = Peripheral(sensor, self._link, self._clock, rng, tasks)
                undo.push_async_callback(peripheral.stop)
                await peripheral.start()
                self.peripherals[sensor.address] = peripheral
            self._stack = undo.pop_all()
        return self

    async def __aexit__(self, *exc_info: Any) -> None:
        self.peripherals.clear()
        await self._stack.__aexit__(*exc_info)


def demo_sensors(rng: np.random.Generator, start_ns: int) -> list[VirtualSensor]:
    """A foot pod, a heart-rate strap and a leg motion sensor on one person who walks and runs."""
    person = Walker(rng, live_walk(rng, start_ns))
    return [
        VirtualSensor(
            name="Foot pod",
            address="D0:1E:61:0A:D0:01",
            profiles=_with_companions("rsc"),
            sources={"rsc": _each_second(rsc.MEASUREMENT, _coded(person.rsc, rsc.encode))},
            values={rsc.FEATURE: rsc.encode_feature(_POD), rsc.LOCATION: b"\x01"},
            serial="VIRTUAL-POD-1",
            battery_percent=87,
        ),
        VirtualSensor(
            name="Heart strap",
            address="D0:1E:61:0A:D0:02",
            profiles=_with_companions("heart_rate"),
            sources={
                "heart_rate": _each_second(
                    heart_rate.MEASUREMENT, _coded(person.heart_rate, heart_rate.encode)
                )
            },
            serial="VIRTUAL-HEART-1",
            battery_percent=64,
        ),
        VirtualSensor(
            name="Leg motion",
            address="D0:1E:61:0A:D0:03",
            profiles=_with_companions("thingy52"),
            sources={"thingy52": _walking_motion(person, Placement.LEFT_SHANK)},
            values={thingy52.CONFIGURATION: _configured(LEG_RATE_HZ)},
            accept=_valid_configuration,
            serial="VIRTUAL-LEG-1",
            battery_percent=41,
        ),
    ]


def replay_sensor(
    axes: Int16s,
    rate_hz: int,
    *,
    name: str = "Replay",
    address: str = "D0:1E:61:0A:D0:10",
    serial: str = "VIRTUAL-REPLAY-1",
    faults: Faults | None = None,
) -> VirtualSensor:
    """A leg motion sensor that plays (n, 6) counts `ax ay az gx gy gz` once, then falls silent.

    Its rate cannot be set: whatever is asked for, it answers with `rate_hz`, as a sensor may.
    """

    def play(_start_ns: int, _values: Mapping[str, bytes]) -> Iterator[Emission]:
        for row, payload in enumerate(thingy52.encode_many(axes)):
            yield REPLAY_LEAD_S + row / rate_hz, thingy52.RAW, payload

    def keep_rate(_characteristic: str, payload: bytes) -> bytes:
        asked = thingy52.parse_configuration(payload)
        return thingy52.encode_configuration(dataclasses.replace(asked, rate_hz=rate_hz))

    return VirtualSensor(
        name=name,
        address=address,
        profiles=_with_companions("thingy52"),
        sources={"thingy52": play},
        values={thingy52.CONFIGURATION: _configured(rate_hz)},
        accept=keep_rate,
        serial=serial,
        faults=faults or Faults(),
    )


LEG_RATE_HZ = 25
_POD = rsc.RscFeature(
    stride_length=True, distance=False, running=True, calibration=False, locations=False
)


def _with_companions(key: str) -> tuple[Profile, ...]:
    return (PROFILES[key], PROFILES["battery"], PROFILES["device_information"])


def _configured(rate_hz: int) -> bytes:
    return thingy52.encode_configuration(thingy52.MotionConfiguration(rate_hz=rate_hz))


def _valid_configuration(_characteristic: str, payload: bytes) -> bytes:
    return thingy52.encode_configuration(thingy52.parse_configuration(payload))


def _coded(
    measure: Callable[[Int64s], list[T]], encode: Callable[[T], bytes]
) -> Callable[[Int64s], list[bytes]]:
    return lambda time_ns: [encode(measurement) for measurement in measure(time_ns)]


def _each_second(characteristic: str, payloads: Callable[[Int64s], list[bytes]]) -> Source:
    """One payload a second."""

    def source(start_ns: int, _values: Mapping[str, bytes]) -> Iterator[Emission]:
        second = 1
        while True:
            seconds = np.arange(second, second + round(CHUNK_S))
            made = payloads(start_ns + seconds * 1_000_000_000)
            yield from zip(seconds.tolist(), [characteristic] * len(made), made, strict=True)
            second = seconds[-1] + 1

    return source


def _walking_motion(walker: Walker, placement: Placement) -> Source:
    """Motion at the rate that was last written to the configuration."""

    def source(start_ns: int, values: Mapping[str, bytes]) -> Iterator[Emission]:
        now_s = 0.0
        while True:
            configuration = values[thingy52.CONFIGURATION]
            rate_hz = thingy52.parse_configuration(configuration).rate_hz
            times_s = now_s + np.arange(1, 1 + round(CHUNK_S * rate_hz)) / rate_hz
            axes = walker.motion(start_ns + (times_s * 1e9).astype(np.int64), placement)
            rows = zip(times_s.tolist(), thingy52.encode_many(axes), strict=True)
            for now_s, payload in rows:
                yield now_s, thingy52.RAW, payload
                if values[thingy52.CONFIGURATION] is not configuration:
                    break  # go on at the new rate

    return source
