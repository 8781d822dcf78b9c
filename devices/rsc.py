"""Foot pod: Running Speed and Cadence.

Source: Bluetooth SIG, Running Speed and Cadence Service 1.0 and GATT Specification Supplement
(RSC Measurement 0x2A53, RSC Feature 0x2A54, Sensor Location 0x2A5D).

The specification counts *strides* of the instrumented foot; some pods send steps. The cadence is
therefore passed on exactly as sent, and the assignment decides what it counts.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from devices.profile import (
    FOOT_PLACEMENTS,
    Channel,
    MalformedPacket,
    Measurement,
    Profile,
    Read,
    uuid16,
)
from devices.sensor_location import LOCATION as LOCATION
from devices.sensor_location import parse_location
from devices.slow_decoder import Row, SlowDecoder
from language.spoken import mark

KEY = "rsc"
MEASUREMENT = uuid16(0x2A53)
FEATURE = uuid16(0x2A54)

STRIDE_LENGTH, DISTANCE, RUNNING = 0x01, 0x02, 0x04
_LAYOUTS = tuple(struct.Struct(layout) for layout in ("<xHB", "<xHBH", "<xHBI", "<xHBHI"))


class RscMeasurement(Measurement, frozen=True, kw_only=True):
    """One notification: speed in m/s, cadence per minute as sent, stride length and distance in m.

    `running` is False when walking, and also when the pod cannot tell (see RscFeature).
    """

    speed_mps: float
    cadence_sent_per_min: int
    running: bool = False
    stride_length_m: float | None = None
    distance_m: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RscFeature:
    """What the pod says it can do."""

    stride_length: bool
    distance: bool
    running: bool
    calibration: bool
    locations: bool


def parse(payload: bytes) -> RscMeasurement:
    """One measurement; raises MalformedPacket unless the length is what the flags promise."""
    if not payload:
        raise MalformedPacket(KEY, payload, "no flags")
    flags = payload[0]
    layout = _LAYOUTS[flags & 0x03]
    if len(payload) != layout.size:
        raise MalformedPacket(KEY, payload, f"{len(payload)} bytes where {layout.size} were due")
    speed, cadence, *rest = layout.unpack(payload)
    return RscMeasurement(
        speed_mps=speed / 256,
        cadence_sent_per_min=cadence,
        running=bool(flags & RUNNING),
        stride_length_m=rest[0] / 100 if flags & STRIDE_LENGTH else None,
        distance_m=rest[-1] / 10 if flags & DISTANCE else None,
    )


def encode(measurement: RscMeasurement) -> bytes:
    """The payload that `parse` turns back into `measurement`, values rounded to their unit."""
    flags = RUNNING if measurement.running else 0
    values = [round(measurement.speed_mps * 256), measurement.cadence_sent_per_min]
    if measurement.stride_length_m is not None:
        flags |= STRIDE_LENGTH
        values.append(round(measurement.stride_length_m * 100))
    if measurement.distance_m is not None:
        flags |= DISTANCE
        values.append(round(measurement.distance_m * 10))
    return bytes([flags]) + _LAYOUTS[flags & 0x03].pack(*values)[1:]


def parse_feature(payload: bytes) -> RscFeature:
    """RSC Feature 0x2A54; raises MalformedPacket unless it is two bytes."""
    if len(payload) != 2:
        raise MalformedPacket(KEY, payload, f"feature of {len(payload)} bytes where 2 were due")
    bits = [bool(payload[0] >> bit & 1) for bit in range(5)]
    return RscFeature(
        stride_length=bits[0],
        distance=bits[1],
        running=bits[2],
        calibration=bits[3],
        locations=bits[4],
    )


def encode_feature(feature: RscFeature) -> bytes:
    """The payload that `parse_feature` turns back into `feature`."""
    bits = (
        feature.stride_length,
        feature.distance,
        feature.running,
        feature.calibration,
        feature.locations,
    )
    return bytes([sum(bit << place for place, bit in enumerate(bits)), 0])


class RscDecoder(SlowDecoder):
    """Speed, cadence as sent, and what else the flags promise.

    A pod whose feature reply denies the walking or running status says nothing by leaving its
    flag clear, so it gives no `running` sample; nor is a stride length of 0 a length.
    """

    characteristics = frozenset((MEASUREMENT, FEATURE, LOCATION))

    def __init__(self) -> None:
        self._tells_running = True

    def rows(self, characteristic: str, payload: bytes, received_ns: int) -> list[Row]:
        """Samples of a measurement; replies of the handshake only teach the decoder."""
        if characteristic == FEATURE:
            self._tells_running = parse_feature(payload).running
            return []
        if characteristic == LOCATION:
            parse_location(payload)
            return []
        return self._measured(parse(payload), received_ns)

    def _measured(self, measured: RscMeasurement, received_ns: int) -> list[Row]:
        rows: list[Row] = [
            (received_ns, Channel.SPEED, measured.speed_mps),
            (received_ns, Channel.CADENCE_SENT, measured.cadence_sent_per_min),
        ]
        if self._tells_running:
            rows.append((received_ns, Channel.RUNNING, measured.running))
        if measured.stride_length_m:
            rows.append((received_ns, Channel.STRIDE_LENGTH, measured.stride_length_m))
        if measured.distance_m is not None:
            rows.append((received_ns, Channel.DISTANCE, measured.distance_m))
        return rows


PROFILE = Profile(
    key=KEY,
    title=mark("Foot pod"),
    service=uuid16(0x1814),
    source="Bluetooth SIG, Running Speed and Cadence Service 1.0, 0x2A53 and 0x2A54",
    decoder=RscDecoder,
    notify=(MEASUREMENT,),
    handshake=(Read(characteristic=FEATURE), Read(characteristic=LOCATION, optional=True)),
    placements=FOOT_PLACEMENTS,
    counts="strides",
    silence_s=10.0,  # design: ten missed notifications at 1 Hz; some pods pause at rest
    measures=("cadence", "speed", "running or walking", "stride length and distance, if sent"),
    sensors=("Stryd", "Polar Stride Sensor", "Zwift RunPod", "Wahoo TICKR X"),
    limits=(
        "Some pods count steps where the standard says strides; pairing proposes which.",
        "Speed is the pod's own estimate; calibrate it in the maker's app.",
        "Pods that speak only ANT+ cannot be seen by Bluetooth.",
    ),
)
