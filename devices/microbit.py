"""BBC micro:bit: acceleration of one leg.

Source: micro:bit Bluetooth profile specification, Accelerometer Service E95D0753 (lancaster-
university.github.io/microbit-docs/ble); lancaster-university/microbit-dal and codal-microbit-v2,
`source/bluetooth/MicroBitAccelerometerService.cpp`; allowed periods as in microbit-web-bluetooth
0.7.0, `types/services/accelerometer.d.ts`; ranges as in pxt-microbit 8.0.15,
`docs/reference/input/set-accelerometer-range.md`.

- Data E95DCA4B, 6 bytes: x, y, z as s16 in thousandths of g, notified once a period.
- Period E95DFB24, u16 ms, read and written: 1, 2, 5, 10, 20, 80, 160 or 640. The board takes the
  nearest period that its accelerometer has and says which in the value that is read back, so any
  other than 0 is believed. The board's two generations carry different accelerometers.

There is no clock in the payload (instants come from `motion_clock`) and no gyroscope on the board.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

from devices.motion_decoder import MotionDecoder, acceleration_axes
from devices.profile import (
    LEG_PLACEMENTS,
    Int16s,
    MalformedPacket,
    MotionScale,
    Profile,
    Read,
    Write,
)
from language.spoken import mark

KEY = "microbit"


def _uuid(short: int) -> str:
    return f"e95d{short:04x}-251d-470a-a062-fa1922dfa9a8"


SERVICE = _uuid(0x0753)
DATA = _uuid(0xCA4B)
PERIOD = _uuid(0xFB24)

ACC_G = 0.001
ASKED_MS = 20
PERIODS_MS = (1, 2, 5, 10, 20, 80, 160, 640)
"""What may be asked for; the board may answer with another."""

_DATA = struct.Struct("<3h")
_PERIOD = struct.Struct("<H")


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceleration:
    """One sample: x, y, z in thousandths of g."""

    acc: tuple[int, int, int]


def parse(payload: bytes) -> Acceleration:
    """One sample; raises MalformedPacket unless it is 6 bytes."""
    if len(payload) != _DATA.size:
        raise MalformedPacket(KEY, payload, f"{len(payload)} bytes where {_DATA.size} were due")
    x, y, z = _DATA.unpack(payload)
    return Acceleration(acc=(x, y, z))


def encode(measurement: Acceleration) -> bytes:
    """The payload that `parse` turns back into `measurement`."""
    return _DATA.pack(*measurement.acc)


def encode_many(axes: Int16s) -> list[bytes]:
    """Payloads of (n, 3) counts of 0.001 g."""
    blob = axes.astype("<i2").tobytes()
    return [blob[at : at + _DATA.size] for at in range(0, len(blob), _DATA.size)]


def parse_period(payload: bytes) -> int:
    """The period in ms; raises MalformedPacket unless it is 2 bytes and above 0."""
    if len(payload) != _PERIOD.size:
        raise MalformedPacket(KEY, payload, f"period of {len(payload)} bytes where 2 were due")
    (period_ms,) = _PERIOD.unpack(payload)
    if not period_ms:
        raise MalformedPacket(KEY, payload, "a period of 0 ms")
    return int(period_ms)


def encode_period(period_ms: int) -> bytes:
    """The payload that `parse_period` turns back into `period_ms`."""
    return _PERIOD.pack(period_ms)


class MicrobitDecoder(MotionDecoder):
    """Acceleration, the gyroscope's three axes 0; the period's reply tells the rate."""

    data = DATA
    size = _DATA.size
    replies_on = PERIOD

    def scale(self, reply: bytes) -> MotionScale:
        """What a period says of the samples."""
        return MotionScale(rate_hz=1000 / parse_period(reply), acc_g=ACC_G, gyro_dps=None)

    def axes(self, payloads: Sequence[bytes]) -> Int16s:
        """(n, 6) counts."""
        return acceleration_axes(payloads)


PROFILE = Profile(
    key=KEY,
    title=mark("Leg motion sensor (micro:bit)"),
    service=SERVICE,
    source="micro:bit Bluetooth profile, Accelerometer Service; MicroBitAccelerometerService.cpp",
    decoder=MicrobitDecoder,
    notify=(DATA,),
    handshake=(
        Write(characteristic=PERIOD, payload=encode_period(ASKED_MS)),
        Read(characteristic=PERIOD),
    ),
    placements=LEG_PLACEMENTS,
    names=("BBC micro:bit",),
    silence_s=5.0,  # design: 250 missed samples at 50 Hz
    measures=("acceleration of the leg, 50 times a second",),
    sensors=("BBC micro:bit V1", "BBC micro:bit V2"),
    limits=(
        "The board needs a program with the Bluetooth accelerometer service, made for use without "
        "pairing.",
        "It has no gyroscope.",
        "Its program sets the range, from 1 to 8 g: impacts beyond it are cut off.",
    ),
    continuous=True,
)
