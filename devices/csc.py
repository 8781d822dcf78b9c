"""Bike speed and cadence sensor: Cycling Speed and Cadence.

Source: Bluetooth SIG, Cycling Speed and Cadence Service 1.0 and GATT Specification Supplement
(CSC Measurement 0x2A5B, CSC Feature 0x2A5C, Sensor Location 0x2A5D). Quirks: OpenTracks,
README_TESTED_SENSORS.md (a Garmin Speed Sensor 2 that counts backwards, a Wahoo Cadence that sends
its cranks as a wheel).

The size of the wheel is not known, so the wheel gives revolutions per minute and no speed.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from devices.profile import (
    MalformedPacket,
    Measurement,
    Placement,
    Profile,
    Read,
    uuid16,
)
from devices.revolutions import Cadences, Revolutions
from devices.sensor_location import LOCATION, parse_location
from devices.slow_decoder import Row, SlowDecoder
from language.spoken import mark

KEY = "csc"
MEASUREMENT = uuid16(0x2A5B)
FEATURE = uuid16(0x2A5C)

WHEEL, CRANK = 0x01, 0x02
EVENTS_PER_S = 1024
WRAP_S = 0x10000 / EVENTS_PER_S
_LAYOUTS = tuple(struct.Struct(layout) for layout in ("<x", "<xIH", "<xHH", "<xIHHH"))


class CscMeasurement(Measurement, frozen=True, kw_only=True):
    """One notification: revolutions of wheel and crank, None where the sensor does not count."""

    wheel: Revolutions | None = None
    crank: Revolutions | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CscFeature:
    """What the sensor says it can do."""

    wheel: bool
    crank: bool
    locations: bool


def parse(payload: bytes) -> CscMeasurement:
    """One measurement; raises MalformedPacket unless the length is what the flags promise."""
    if not payload:
        raise MalformedPacket(KEY, payload, "no flags")
    flags = payload[0]
    layout = _LAYOUTS[flags & 0x03]
    if len(payload) != layout.size:
        raise MalformedPacket(KEY, payload, f"{len(payload)} bytes where {layout.size} were due")
    values = layout.unpack(payload)
    return CscMeasurement(
        wheel=Revolutions(values[0], values[1] / EVENTS_PER_S) if flags & WHEEL else None,
        crank=Revolutions(values[-2], values[-1] / EVENTS_PER_S) if flags & CRANK else None,
    )


def encode(measurement: CscMeasurement) -> bytes:
    """The payload that `parse` turns back into `measurement`, times rounded to 1/1024 s."""
    flags = 0
    values: list[int] = []
    for flag, turned in ((WHEEL, measurement.wheel), (CRANK, measurement.crank)):
        if turned is not None:
            flags |= flag
            values += (turned.count, round(turned.event_s * EVENTS_PER_S) & 0xFFFF)
    return bytes([flags]) + _LAYOUTS[flags].pack(*values)[1:]


def parse_feature(payload: bytes) -> CscFeature:
    """CSC Feature 0x2A5C; raises MalformedPacket unless it is two bytes."""
    if len(payload) != 2:
        raise MalformedPacket(KEY, payload, f"feature of {len(payload)} bytes where 2 were due")
    bits = payload[0]
    return CscFeature(wheel=bool(bits & 1), crank=bool(bits & 2), locations=bool(bits & 4))


def encode_feature(feature: CscFeature) -> bytes:
    """The payload that `parse_feature` turns back into `feature`."""
    return bytes([feature.wheel | feature.crank << 1 | feature.locations << 2, 0])


class CscDecoder(SlowDecoder):
    """Crank and wheel revolutions per minute, from one revolution to the next."""

    characteristics = frozenset((MEASUREMENT, FEATURE, LOCATION))

    def __init__(self) -> None:
        self._cadences = Cadences(wheel_wrap_s=WRAP_S)

    def rows(self, characteristic: str, payload: bytes, received_ns: int) -> list[Row]:
        """Samples of a measurement; replies of the handshake are only checked."""
        if characteristic == FEATURE:
            parse_feature(payload)
            return []
        if characteristic == LOCATION:
            parse_location(payload)
            return []
        measured = parse(payload)
        return self._cadences.rows(measured.crank, measured.wheel, received_ns)


PROFILE = Profile(
    key=KEY,
    title=mark("Bike speed and cadence sensor"),
    service=uuid16(0x1816),
    source="Bluetooth SIG, Cycling Speed and Cadence Service 1.0, 0x2A5B and 0x2A5C",
    decoder=CscDecoder,
    notify=(MEASUREMENT,),
    handshake=(
        Read(characteristic=FEATURE, optional=True),
        Read(characteristic=LOCATION, optional=True),
    ),
    placements=(Placement.BIKE,),
    silence_s=30.0,  # design: thirty missed notifications; some sensors are quiet at a red light
    measures=("crank revolutions per minute", "wheel revolutions per minute"),
    sensors=(
        "Garmin Cadence Sensor 2",
        "Garmin Speed Sensor 2",
        "Wahoo Cadence (RPM)",
        "Wahoo Speed (RPM)",
    ),
    limits=(
        "It gives no speed, because it does not know the size of the wheel.",
        "Pedalling slower than 15 revolutions a minute is taken for standing still.",
        "Some cadence sensors send the turns of the crank as turns of a wheel, and some speed "
        "sensors the other way round; they are recorded as sent.",
        "It says how fast the legs turn, not how hard they push.",
    ),
)
