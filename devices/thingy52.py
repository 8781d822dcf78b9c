"""Nordic Thingy:52, raw motion: acceleration and turning rate of one leg.

Source: Nordic-Thingy52-FW v2.2.0 (Nordic Semiconductor), "Firmware architecture", motion service
EF680400; layout and limits in `include/ble_services/ble_tms.h` (`ble_tms_config_t`,
`ble_tms_raw_t`), fixed point in `source/modules/m_motion.c`.

- Configuration EF680401, 9 bytes: step counter, temperature and compass interval u16 ms (100 to
  5000 each), motion frequency u16 Hz (1 to 200 in the firmware; 5 to 200 as documented), wake on
  motion u8 (0 or 1).
- Raw motion EF680406, 18 bytes: acceleration 3 x s16 in g with 10 fractional bits, turning rate
  3 x s16 in deg/s with 5, compass 3 x s16 in uT with 4.

The payload carries no clock, so instants come from `motion_clock`. The motion processor divides
200 Hz: ask for 200, 100, 50, 40, 25, 20, 10 or 5 Hz to get what was asked for. The measuring range
of the accelerometer is not declared: impacts may clip below the +/-32 g that the format holds.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from devices.motion_decoder import MotionDecoder
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

KEY = "thingy52"


def _uuid(short: int) -> str:
    return f"ef68{short:04x}-9b35-4933-9b10-52ffa9740042"


CONFIGURATION = _uuid(0x0401)
RAW = _uuid(0x0406)

ACC_G = 1 / 1024
GYRO_DPS = 1 / 32
COMPASS_UT = 1 / 16
DEFAULT_RATE_HZ = 50
RATES_HZ = range(1, 201)

_CONFIGURATION = struct.Struct("<4HB")
_RAW = struct.Struct("<9h")

Triple = tuple[int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class RawMotion:
    """One sample in counts: acc of 1/1024 g, gyro of 1/32 deg/s, compass of 1/16 uT; x, y, z."""

    acc: Triple
    gyro: Triple
    compass: Triple = (0, 0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class MotionConfiguration:
    """The motion service's settings; the intervals default to the firmware's own."""

    rate_hz: int = DEFAULT_RATE_HZ
    step_counter_interval_ms: int = 1000
    temperature_interval_ms: int = 500
    compass_interval_ms: int = 500
    wake_on_motion: int = 1


def parse(payload: bytes) -> RawMotion:
    """One raw sample; raises MalformedPacket unless it is 18 bytes."""
    if len(payload) != _RAW.size:
        raise MalformedPacket(KEY, payload, f"{len(payload)} bytes where {_RAW.size} were due")
    ax, ay, az, gx, gy, gz, cx, cy, cz = _RAW.unpack(payload)
    return RawMotion(acc=(ax, ay, az), gyro=(gx, gy, gz), compass=(cx, cy, cz))


def encode(measurement: RawMotion) -> bytes:
    """The payload that `parse` turns back into `measurement`."""
    return _RAW.pack(*measurement.acc, *measurement.gyro, *measurement.compass)


def encode_many(axes: Int16s) -> list[bytes]:
    """Payloads of (n, 6) counts `ax ay az gx gy gz`, compass 0."""
    rows = np.zeros((len(axes), 9), "<i2")
    rows[:, :6] = axes
    blob = rows.tobytes()
    return [blob[at : at + _RAW.size] for at in range(0, len(blob), _RAW.size)]


def parse_configuration(payload: bytes) -> MotionConfiguration:
    """The settings; raises MalformedPacket unless they are 9 bytes with a rate of 1 to 200 Hz."""
    if len(payload) != _CONFIGURATION.size:
        raise MalformedPacket(KEY, payload, f"configuration of {len(payload)} bytes, 9 were due")
    steps, temperature, compass, rate, wake = _CONFIGURATION.unpack(payload)
    if rate not in RATES_HZ:
        raise MalformedPacket(KEY, payload, f"a motion frequency of {rate} Hz")
    return MotionConfiguration(
        rate_hz=rate,
        step_counter_interval_ms=steps,
        temperature_interval_ms=temperature,
        compass_interval_ms=compass,
        wake_on_motion=wake,
    )


def encode_configuration(configuration: MotionConfiguration) -> bytes:
    """The payload that `parse_configuration` turns back into `configuration`."""
    return _CONFIGURATION.pack(
        configuration.step_counter_interval_ms,
        configuration.temperature_interval_ms,
        configuration.compass_interval_ms,
        configuration.rate_hz,
        configuration.wake_on_motion,
    )


def handshake(rate_hz: int = DEFAULT_RATE_HZ) -> tuple[Read | Write, ...]:
    """Set the rate, then read it back: the recorded reply is what the decoder believes."""
    asked = encode_configuration(MotionConfiguration(rate_hz=rate_hz))
    return (
        Write(characteristic=CONFIGURATION, payload=asked),
        Read(characteristic=CONFIGURATION),
    )


class Thingy52Decoder(MotionDecoder):
    """Raw motion, the compass left out; the configuration's reply tells the rate."""

    data = RAW
    size = _RAW.size
    replies_on = CONFIGURATION

    def scale(self, reply: bytes) -> MotionScale:
        """What a configuration says of the samples."""
        rate_hz = float(parse_configuration(reply).rate_hz)
        return MotionScale(rate_hz=rate_hz, acc_g=ACC_G, gyro_dps=GYRO_DPS)

    def axes(self, payloads: Sequence[bytes]) -> Int16s:
        """(n, 6) counts."""
        return np.frombuffer(b"".join(payloads), "<i2").reshape(-1, 9)[:, :6].astype(np.int16)


PROFILE = Profile(
    key=KEY,
    title=mark("Leg motion sensor (Thingy:52)"),
    service=_uuid(0x0400),
    source="Nordic-Thingy52-FW v2.2.0: Firmware architecture; ble_tms.h; m_motion.c",
    decoder=Thingy52Decoder,
    notify=(RAW,),
    handshake=handshake(),
    placements=LEG_PLACEMENTS,
    silence_s=5.0,  # design: 250 missed samples at 50 Hz
    continuous=True,
    measures=("acceleration and turning rate of the leg, 50 times a second",),
    sensors=("Nordic Thingy:52",),
    limits=(
        "Its measuring range is not published: hard impacts may clip.",
        "It sends no clock: instants are fitted to when its samples arrive.",
    ),
)
