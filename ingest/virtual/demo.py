"""The demo's three sensors, on one person who walks and runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from devices import heart_rate, rsc, thingy52
from devices.profile import Placement
from devices.walker import Walker, live_walk
from ingest.virtual.hand import Hand, Held, Person
from ingest.virtual.peripheral import Answer, Emission, Source, VirtualSensor
from ingest.virtual.sources import CHUNK_S, coded, configured, each_second, with_companions

LEG_RATE_HZ = 25
_POD = rsc.RscFeature(
    stride_length=True, distance=False, running=True, calibration=False, locations=False
)


def demo_sensors(rng: np.random.Generator, start_ns: int) -> list[VirtualSensor]:
    """A foot pod, a heart-rate strap and a leg motion sensor on one person who walks and runs."""
    person = Walker(rng, live_walk(rng, start_ns))
    return [_foot_pod(person), _heart_strap(person), _leg_motion(person)]


def foot_pod(rng: np.random.Generator, start_ns: int) -> VirtualSensor:
    """The demo's foot pod, on a person of its own."""
    return _foot_pod(Walker(rng, live_walk(rng, start_ns)))


def heart_strap(rng: np.random.Generator, start_ns: int) -> VirtualSensor:
    """The demo's heart-rate strap, on a person of its own."""
    return _heart_strap(Walker(rng, live_walk(rng, start_ns)))


def leg_motion(rng: np.random.Generator, start_ns: int) -> VirtualSensor:
    """The demo's leg motion sensor, on a person of its own."""
    return _leg_motion(Walker(rng, live_walk(rng, start_ns)))


def _foot_pod(person: Walker) -> VirtualSensor:
    hand = Hand()
    paces = coded(Held(person, hand).rsc, rsc.encode)
    return VirtualSensor(
        name="Foot pod",
        address="D0:1E:61:0A:D0:01",
        profiles=with_companions("rsc"),
        sources={"rsc": each_second(rsc.MEASUREMENT, paces)},
        values={rsc.FEATURE: rsc.encode_feature(_POD), rsc.LOCATION: b"\x01"},
        serial="VIRTUAL-POD-1",
        battery_percent=87,
        hand=hand,
    )


def _heart_strap(person: Walker) -> VirtualSensor:
    beats = coded(person.heart_rate, heart_rate.encode)
    return VirtualSensor(
        name="Heart strap",
        address="D0:1E:61:0A:D0:02",
        profiles=with_companions("heart_rate"),
        sources={"heart_rate": each_second(heart_rate.MEASUREMENT, beats)},
        serial="VIRTUAL-HEART-1",
        battery_percent=64,
    )


def _leg_motion(person: Walker) -> VirtualSensor:
    hand = Hand()
    return VirtualSensor(
        name="Leg motion",
        address="D0:1E:61:0A:D0:03",
        profiles=with_companions("thingy52"),
        sources={"thingy52": _walking_motion(Held(person, hand), Placement.LEFT_SHANK)},
        values={thingy52.CONFIGURATION: configured(LEG_RATE_HZ)},
        answer=_valid_configuration,
        serial="VIRTUAL-LEG-1",
        battery_percent=41,
        hand=hand,
    )


def _valid_configuration(_characteristic: str, payload: bytes) -> Answer:
    return Answer(keep=thingy52.encode_configuration(thingy52.parse_configuration(payload)))


def _walking_motion(walker: Person, placement: Placement) -> Source:
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
