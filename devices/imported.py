"""What importers make of other programs' files: samples at instants, in a layout of our own.

    samples  n x (time i64, UTC ns | channel u8, index into CHANNELS | value f64)
    motion   rate_hz f64, acc_g f64, gyro_dps f64 (NaN: none), then n x (time i64 | 6 x i16)

All little-endian, times ascending. A payload holds less than a quarter of an hour, up to the
instant at which it counts as received: so a day can be taken out of a recording.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from devices.profile import (
    CHANNELS,
    Decoder,
    Int16s,
    Int64s,
    MalformedPacket,
    Measurement,
    Motion,
    MotionScale,
    Notifications,
    Placement,
    Profile,
    Samples,
    Slow,
)
from language.spoken import mark

KEY = "imported"
SERVICE = "6c67ab00-1f3e-4d0a-9c55-0d8d6c6f6164"
SAMPLES = "6c67ab01-1f3e-4d0a-9c55-0d8d6c6f6164"
MOTION = "6c67ab02-1f3e-4d0a-9c55-0d8d6c6f6164"

SPAN_NS = 900_000_000_000
"""What one payload may reach back, ns: local days everywhere begin at a quarter of an hour UTC."""

MOST_SAMPLES = 3_800
"""In a payload, so that a recording can hold it."""

MOST_MOTION = 3_200

SAMPLE = np.dtype([("time", "<i8"), ("channel", "u1"), ("value", "<f8")])
INSTANT = np.dtype([("time", "<i8"), ("axes", "<i2", 6)])
_SCALE = struct.Struct("<ddd")


class ImportedSamples(Measurement, frozen=True, kw_only=True):
    """Rows of (time_ns, channel's index, value)."""

    rows: tuple[tuple[int, int, float], ...]


class ImportedMotion(Measurement, frozen=True, kw_only=True):
    """Rows of (time_ns, six axes in counts) and their scale."""

    rate_hz: float
    acc_g: float
    gyro_dps: float | None
    rows: tuple[tuple[int, tuple[int, ...]], ...]


def parse(payload: bytes) -> ImportedSamples:
    """The samples of a payload.

    Raises:
        MalformedPacket: torn, out of order, of an unknown channel, or no number.
    """
    return ImportedSamples(rows=tuple(_samples(payload).tolist()))


def encode(measurement: ImportedSamples) -> bytes:
    """The payload of some samples."""
    return np.array(list(measurement.rows), SAMPLE).tobytes()


def parse_motion(payload: bytes) -> ImportedMotion:
    """The motion of a payload.

    Raises:
        MalformedPacket: torn, out of order, or of no scale.
    """
    scale, found = _motion(payload)
    rows = zip(found["time"].tolist(), map(tuple, found["axes"].tolist()), strict=True)
    return ImportedMotion(
        rate_hz=scale.rate_hz, acc_g=scale.acc_g, gyro_dps=scale.gyro_dps, rows=tuple(rows)
    )


def encode_motion(measurement: ImportedMotion) -> bytes:
    """The payload of some motion."""
    gyro = math.nan if measurement.gyro_dps is None else measurement.gyro_dps
    head = _SCALE.pack(measurement.rate_hz, measurement.acc_g, gyro)
    return head + np.array(list(measurement.rows), INSTANT).tobytes()


def pack(time_ns: Int64s, channel: NDArray[np.uint8], value: NDArray[np.float64]) -> bytes:
    """The payload of columns of equal length."""
    rows = np.empty(len(time_ns), SAMPLE)
    rows["time"], rows["channel"], rows["value"] = time_ns, channel, value
    return rows.tobytes()


def pack_motion(time_ns: Int64s, axes: Int16s, scale: MotionScale) -> bytes:
    """The payload of motion; axes (n, 6) in counts of `scale`."""
    gyro = math.nan if scale.gyro_dps is None else scale.gyro_dps
    rows = np.empty(len(time_ns), INSTANT)
    rows["time"], rows["axes"] = time_ns, axes
    return _SCALE.pack(scale.rate_hz, scale.acc_g, gyro) + rows.tobytes()


def _samples(payload: bytes) -> NDArray[np.void]:
    if not payload or len(payload) % SAMPLE.itemsize:
        raise MalformedPacket(KEY, payload[:32], "torn samples")
    rows = np.frombuffer(payload, SAMPLE)
    if (rows["channel"] >= len(CHANNELS)).any():
        raise MalformedPacket(KEY, payload[:32], "unknown channel")
    if not np.isfinite(rows["value"]).all():
        raise MalformedPacket(KEY, payload[:32], "no number")
    _refuse_disorder(rows["time"], payload)
    return rows


def _motion(payload: bytes) -> tuple[MotionScale, NDArray[np.void]]:
    size = len(payload) - _SCALE.size
    if size <= 0 or size % INSTANT.itemsize:
        raise MalformedPacket(KEY, payload[:32], "torn motion")
    rate_hz, acc_g, gyro = _SCALE.unpack_from(payload)
    scale = MotionScale(rate_hz=rate_hz, acc_g=acc_g, gyro_dps=None if math.isnan(gyro) else gyro)
    if not scale.plausible:
        raise MalformedPacket(KEY, payload[:32], "impossible scale")
    rows = np.frombuffer(payload, INSTANT, offset=_SCALE.size)
    _refuse_disorder(rows["time"], payload)
    return scale, rows


def _refuse_disorder(time_ns: Int64s, payload: bytes) -> None:
    first, last = int(time_ns[0]), int(time_ns[-1])
    if (time_ns[1:] < time_ns[:-1]).any() or last - first >= SPAN_NS:
        raise MalformedPacket(KEY, payload[:32], "instants in disorder")


class ImportedDecoder(Decoder):
    """Payloads as they are; motion of another scale than the first is counted as malformed."""

    def __init__(self) -> None:
        self._scale: MotionScale | None = None

    def decode(self, run: Notifications) -> Samples:
        """Samples of a run; a payload dated elsewhere than it was received is malformed."""
        slow: list[tuple[int, NDArray[np.void]]] = []
        motion: list[tuple[int, NDArray[np.void]]] = []
        malformed = 0
        for sequence, received_ns, characteristic, payload in run:
            try:
                if characteristic == SAMPLES:
                    slow.append((sequence, _received(_samples(payload), received_ns, payload)))
                elif characteristic == MOTION:
                    found = self._moved(payload)
                    motion.append((sequence, _received(found, received_ns, payload)))
            except MalformedPacket:
                malformed += 1
        return Samples(slow=_slow(slow), motion=self._all(motion), malformed=malformed)

    def _moved(self, payload: bytes) -> NDArray[np.void]:
        scale, rows = _motion(payload)
        self._scale = self._scale or scale
        if scale != self._scale:
            raise MalformedPacket(KEY, payload[:32], "another scale")
        return rows

    def _all(self, parts: Sequence[tuple[int, NDArray[np.void]]]) -> Motion | None:
        if not parts or self._scale is None:
            return None
        rows = np.concatenate([found for _, found in parts])
        return Motion(
            sequence=_numbers(parts),
            time_ns=rows["time"].astype(np.int64),
            axes=rows["axes"].astype(np.int16),
            scale=self._scale,
        )


def _received(rows: NDArray[np.void], received_ns: int, payload: bytes) -> NDArray[np.void]:
    if not received_ns - SPAN_NS < rows["time"][0] <= rows["time"][-1] <= received_ns:
        raise MalformedPacket(KEY, payload[:32], "dated elsewhere")
    return rows


def _numbers(parts: Sequence[tuple[int, NDArray[np.void]]]) -> Int64s:
    sequences, counts = zip(*((number, len(found)) for number, found in parts), strict=True)
    return np.repeat(np.array(sequences, np.int64), counts)


def _slow(parts: Sequence[tuple[int, NDArray[np.void]]]) -> Slow:
    if not parts:
        return Slow.of((), ())
    rows = np.concatenate([found for _, found in parts])
    return Slow(
        sequence=_numbers(parts),
        time_ns=rows["time"].astype(np.int64),
        channel=rows["channel"].copy(),
        value=rows["value"].astype(np.float64),
    )


PROFILE = Profile(
    key=KEY,
    title=mark("Imported file"),
    service=SERVICE,
    source="our own: the head of `devices/imported.py`",
    decoder=ImportedDecoder,
    notify=(SAMPLES, MOTION),
    placements=(
        Placement.ARM,
        *(place for place in Placement if place not in (Placement.ARM, Placement.FLOOR)),
    ),
    radio=False,
    measures=(mark("whatever the file tells"),),
)
