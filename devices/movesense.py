"""Movesense sensors: acceleration and turning rate of one leg or the waist.

Source: Movesense, "GATT SensorData Protocol specification" (GD-77, version 1.0,
movesense.com/docs/esw/gatt_sensordata_protocol); movesense-device-lib, as kept in
JonasPrimbs/movesense-ble-ecg-firmware: samples/gatt_sensordata_app/GATTSensorDataClient.cpp
(commands, no splitting yet) and MovesenseCoreLib/resources/movesense-api/meas/imu.yaml (values);
sensein/movesense-py, src/movensense/protocol.py (the same values, and split ones).

- Command 34800001, written: 1 = subscribe, reference u8 (ours, not 0), path as text;
  2 = unsubscribe, reference u8.
- Data 34800002, notified: 1 = result of a command, reference u8, HTTP-like status u16 (the sample
  application sends none when all is well); 2 = data, reference u8, SBEM value; 3 = rest of a value
  longer than 150 bytes, reference u8, which follows its first part at once.
- Value of /Meas/IMU6: u32 ms since reset of its first sample, then acceleration n x 3 x f32 m/s2,
  then turning rate n x 3 x f32 deg/s. A first part of 150 bytes never holds whole samples of 24,
  so a value that was split is told by its length.

The stamp wraps after 49.7 days, which is followed. Values become 16-bit counts of a declared scale,
+/-16 g and +/-2000 deg/s: the widest ranges of the sensor's chip; what is beyond is clipped.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from devices.profile import (
    LEG_PLACEMENTS,
    Conversation,
    Decoder,
    Int16s,
    Int64s,
    MalformedPacket,
    Motion,
    MotionScale,
    Notifications,
    Placement,
    Profile,
    Samples,
    Write,
    uuid16,
)
from devices.sensor_clock import SensorClock
from language.spoken import mark

KEY = "movesense"


def _uuid(short: int) -> str:
    return f"3480{short:04x}-7185-4d5d-b431-630e7050e8f0"


COMMAND = _uuid(0x0001)
DATA = _uuid(0x0002)

SUBSCRIBE, UNSUBSCRIBE = 1, 2
RESULT, VALUE, REST = 1, 2, 3
REFERENCE = 99  # design: any but 0
RATE_HZ = 52
PATH = f"/Meas/IMU6/{RATE_HZ}"
STANDARD_GRAVITY_MPS2 = 9.80665
SCALE = MotionScale(rate_hz=float(RATE_HZ), acc_g=16 / 32768, gyro_dps=2000 / 32768)
PLACES = (*LEG_PLACEMENTS, Placement.WAIST)

_HEAD = struct.Struct("<BBI")
_RESULT = struct.Struct("<BBH")
_SAMPLE = 24  # bytes
_PART = 2  # bytes before a value, or its rest
_MS = 1_000_000
_WRAP_MS = 2**32

Vector = tuple[float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Imu6:
    """Samples of one value, a vector of each kind for each. stamp_ms: of the first, since reset."""

    stamp_ms: int
    acc_mps2: tuple[Vector, ...]
    gyro_dps: tuple[Vector, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandResult:
    """What became of a command: 200 to 299 done, 400 and more refused."""

    status: int


def parse(payload: bytes) -> Imu6:
    """A whole value (parts joined); raises MalformedPacket unless it is finite and ours."""
    size = len(payload) - _HEAD.size
    if size <= 0 or size % _SAMPLE or payload[:2] != bytes((VALUE, REFERENCE)):
        raise MalformedPacket(KEY, payload, "not a value of whole samples of our subscription")
    numbers = [number for (number,) in struct.iter_unpack("<f", payload[_HEAD.size :])]
    if not all(map(math.isfinite, numbers)):
        raise MalformedPacket(KEY, payload, "a value that is no number")
    vectors = tuple(zip(numbers[::3], numbers[1::3], numbers[2::3], strict=True))
    half = len(vectors) // 2
    _, _, stamp_ms = _HEAD.unpack_from(payload)
    return Imu6(stamp_ms=stamp_ms, acc_mps2=vectors[:half], gyro_dps=vectors[half:])


def encode(measurement: Imu6) -> bytes:
    """The payload that `parse` turns back into `measurement`."""
    vectors = (*measurement.acc_mps2, *measurement.gyro_dps)
    head = _HEAD.pack(VALUE, REFERENCE, measurement.stamp_ms)
    return head + b"".join(struct.pack("<3f", *vector) for vector in vectors)


def split(payload: bytes, longest: int = 150) -> tuple[bytes, ...]:
    """The one or two notifications a value goes out in."""
    first, rest = payload[: _PART + longest], payload[_PART + longest :]
    return (first, bytes((REST, REFERENCE)) + rest) if rest else (first,)


def parse_result(payload: bytes) -> CommandResult:
    """What became of our command; raises MalformedPacket unless it is 4 bytes."""
    if len(payload) != _RESULT.size or payload[:2] != bytes((RESULT, REFERENCE)):
        raise MalformedPacket(KEY, payload, "not the result of our command")
    return CommandResult(status=_RESULT.unpack(payload)[2])


def encode_result(result: CommandResult) -> bytes:
    """The payload that `parse_result` turns back into `result`."""
    return _RESULT.pack(RESULT, REFERENCE, result.status)


def converse() -> Conversation:
    """Subscribe; whether it worked shows in the stream, since firmware need not answer."""
    payload = bytes((SUBSCRIBE, REFERENCE)) + PATH.encode()
    yield Write(characteristic=COMMAND, payload=payload)


class MovesenseDecoder(Decoder):
    """Motion at instants of the sensor's clock.

    `Samples.malformed` also counts values left out because they were repeated or late, and first
    parts whose rest did not follow.
    """

    def __init__(self) -> None:
        self._part: bytes | None = None  # of a value whose rest is due
        self._stamp_ms: int | None = None  # of the newest value, counted on through wraps
        self._clock = SensorClock(RATE_HZ, "first")

    def decode(self, run: Notifications) -> Samples:
        """Motion of a run; None where it holds no sample."""
        rows, values, malformed = self._values(run)
        if not values:
            return Samples(malformed=malformed)
        counts = np.array([(len(value) - _HEAD.size) // _SAMPLE for value in values], np.int64)
        axes = _axes(values, counts)
        finite = np.logical_and.reduceat(np.isfinite(axes).all(axis=1), np.cumsum(counts) - counts)
        if not finite.all():
            axes = axes[np.repeat(finite, counts)]
            rows, counts = rows[finite], counts[finite]
            values = [value for value, good in zip(values, finite.tolist(), strict=True) if good]
            malformed += int(len(finite) - len(values))
        return self._placed(run, rows, counts, values, axes, malformed)

    def _placed(
        self,
        run: Notifications,
        rows: Int64s,
        counts: Int64s,
        values: Sequence[bytes],
        axes: np.ndarray[tuple[int, int], np.dtype[np.float64]],
        malformed: int,
    ) -> Samples:
        stamps = self._unwrapped(values) * _MS
        kept, time_ns = self._clock.instants(stamps, counts, run.received_ns[rows])
        malformed += len(kept) - int(kept.sum())
        if not len(time_ns):
            return Samples(malformed=malformed)
        motion = Motion(
            sequence=np.repeat(run.sequence[rows[kept]], counts[kept]),
            time_ns=time_ns,
            axes=_counted(axes[np.repeat(kept, counts)]),
            scale=SCALE,
        )
        return Samples(motion=motion, malformed=malformed)

    def _values(self, run: Notifications) -> tuple[Int64s, list[bytes], int]:
        """Rows that complete a value, the values, and the number of malformed payloads."""
        rows: list[int] = []
        values: list[bytes] = []
        malformed = 0
        for row, (characteristic, payload) in enumerate(
            zip(run.characteristic, run.payload, strict=True)
        ):
            if characteristic != DATA:
                continue
            value, bad = self._join(payload)
            malformed += bad
            if value is not None:
                rows.append(row)
                values.append(value)
        return np.array(rows, np.int64), values, malformed

    def _join(self, payload: bytes) -> tuple[bytes | None, int]:
        """The value that a payload completes, if any, and how many payloads were in vain."""
        part, self._part = self._part, None
        in_vain = part is not None
        if payload[:2] == _OUR_REST and part is not None:
            value = part + payload[_PART:]
            return (None, 2) if (len(value) - _HEAD.size) % _SAMPLE else (value, 0)
        if payload[:2] == _OUR_VALUE and len(payload) > _HEAD.size:
            if (len(payload) - _HEAD.size) % _SAMPLE == 0:
                return payload, in_vain
            self._part = payload
            return None, in_vain
        try:
            parse_result(payload)
        except MalformedPacket:
            return None, in_vain + 1
        return None, in_vain

    def _unwrapped(self, values: Sequence[bytes]) -> Int64s:
        """Stamps in ms that go on counting where 32 bits wrap; a step back stays a step back."""
        said = np.array([_HEAD.unpack_from(value)[2] for value in values], np.int64)
        if not len(said):
            return said
        if self._stamp_ms is None:
            self._stamp_ms = int(said[0]) + _WRAP_MS  # room for a step back
        steps = np.diff(said, prepend=self._stamp_ms % _WRAP_MS)
        steps = (steps + _WRAP_MS // 2) % _WRAP_MS - _WRAP_MS // 2
        stamps: Int64s = self._stamp_ms + np.cumsum(steps)
        self._stamp_ms = int(stamps[-1])
        return stamps


_OUR_VALUE = bytes((VALUE, REFERENCE))
_OUR_REST = bytes((REST, REFERENCE))


def _axes(
    values: Sequence[bytes], counts: Int64s
) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """(n, 6) m/s2 and deg/s: within a value, all acceleration comes before all turning."""
    body = b"".join(value[_HEAD.size :] for value in values)
    vectors = np.frombuffer(body, "<f4").reshape(-1, 3)
    rows = np.arange(len(vectors) // 2) + np.repeat(np.cumsum(counts) - counts, counts)
    axes = np.empty((len(rows), 6))
    with np.errstate(invalid="ignore"):  # a signalling NaN is found afterwards
        axes[:, :3] = vectors[rows]
        axes[:, 3:] = vectors[rows + np.repeat(counts, counts)]
    return axes


def _counted(axes: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> Int16s:
    """Counts of SCALE, clipped to 16 bits."""
    unit = [STANDARD_GRAVITY_MPS2 * SCALE.acc_g] * 3 + [SCALE.gyro_dps or 1.0] * 3
    return np.clip(np.rint(axes / unit), -(2**15), 2**15 - 1).astype(np.int16)


PROFILE = Profile(
    key=KEY,
    title=mark("Movesense motion sensor"),
    service="34802252-7185-4d5d-b431-630e7050e8f0",
    source="Movesense GATT SensorData Protocol 1.0 (GD-77); gatt_sensordata_app; API meas/imu.yaml",
    decoder=MovesenseDecoder,
    notify=(DATA,),
    control=(COMMAND,),
    converse=converse,
    farewell=(Write(characteristic=COMMAND, payload=bytes((UNSUBSCRIBE, REFERENCE))),),
    placements=PLACES,
    silence_s=5.0,  # design: some 60 missed values
    advertised=uuid16(0xFDF3),  # Movesense Ltd.; the service itself is not advertised
    names=("Movesense ",),
    only_at=PLACES,
    measures=("acceleration", "turning rate"),
    sensors=("Movesense Active, MD and Flash (with GSP firmware)",),
    limits=(
        "Needs firmware that speaks the GATT SensorData Protocol (2.3 or later, or the sample "
        "application); sensors sold with older firmware stay silent.",
        "Beyond 16 g or 2000 degrees a second, samples are clipped.",
        "Its heart rate and ECG are not read here.",
    ),
    continuous=True,
)
