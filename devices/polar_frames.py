"""Frames of acceleration from a Polar sensor: one by one, and many at once.

Layout and sources: see `devices.polar_pmd`.

- 10 bytes: measurement u8 (2 = acceleration), time of the last sample u64 ns since 2000 by the
  sensor's clock, frame type u8; then samples.
- Types 0, 1, 2: 3 x s8, s16, s24. With bit 7 set, deltas: one sample of 3 x s16, then blocks of
  bit width u8, count u8 and 3 x count signed deltas, lowest bit first, padded to a byte.

Strictness of our own (unverified on sensors): deltas are 1 to 32 bits wide, no block is empty, and
every sample fits 16 bits; anything else is malformed.
"""

from __future__ import annotations

import itertools
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from devices.profile import Int16s, Int64s, MalformedPacket
from devices.sensor_clock import LATEST_STAMP_NS

KEY = "polar_pmd"

ACCELERATION = 2
DELTA = 0x80

_WIDTHS = {0: 1, 1: 2, 2: 3}  # bytes of an axis, by frame type
_KINDS = (*_WIDTHS, DELTA, DELTA + 1)
_HEAD = struct.Struct("<BQB")
_REFERENCE = struct.Struct("<3h")
_BODY = _HEAD.size
_DELTAS = _HEAD.size + _REFERENCE.size
_WIDEST = 32
_LEAST, _MOST = -(2**15), 2**15 - 1

Triple = tuple[int, int, int]
Block = tuple[int, int, int]
"""Byte where its deltas begin, bit width, count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PmdFrame:
    """Samples in counts. sensor_ns: of the last one, by the sensor's clock; kind: frame type.

    blocks: of a delta frame, how samples after the first are packed: (bit width, count).
    """

    sensor_ns: int
    kind: int
    samples: tuple[Triple, ...]
    blocks: tuple[tuple[int, int], ...] = ()


def parse(payload: bytes) -> PmdFrame:
    """A frame of acceleration; raises MalformedPacket unless its samples fill it exactly."""
    sensor_ns, kind = _head(payload)
    if kind & DELTA:
        blocks = tuple(_blocks(payload))
        samples = tuple(_summed(payload, blocks))
    else:
        samples = tuple(_raw(payload, _WIDTHS[kind]))
        blocks = ()
    if any(not _LEAST <= axis <= _MOST for sample in samples for axis in sample):
        raise MalformedPacket(KEY, payload, "a sample beyond 16 bits")
    packed = tuple((width, count) for _, width, count in blocks)
    return PmdFrame(sensor_ns=sensor_ns, kind=kind, samples=samples, blocks=packed)


def _head(payload: bytes) -> tuple[int, int]:
    """(sensor_ns, frame type)"""
    if len(payload) <= _HEAD.size:
        raise MalformedPacket(KEY, payload, "no samples")
    measurement, sensor_ns, kind = _HEAD.unpack_from(payload)
    if measurement != ACCELERATION or kind not in _KINDS:
        raise MalformedPacket(KEY, payload, f"measurement {measurement} of frame type {kind}")
    if sensor_ns > LATEST_STAMP_NS:
        raise MalformedPacket(KEY, payload, "a time more than 146 years after 2000")
    return sensor_ns, kind


def _raw(payload: bytes, width: int) -> Iterator[Triple]:
    body = payload[_BODY:]
    if len(body) % (3 * width):
        raise MalformedPacket(KEY, payload, "half a sample")
    axes = (body[at : at + width] for at in range(0, len(body), width))
    counts = [int.from_bytes(axis, "little", signed=True) for axis in axes]
    yield from zip(counts[::3], counts[1::3], counts[2::3], strict=True)


def _blocks(payload: bytes) -> list[Block]:
    """(byte where its deltas begin, bit width, count) of each block of a delta frame."""
    at, end = _DELTAS, len(payload)
    blocks = []
    while at + 1 < end:
        width, count = payload[at], payload[at + 1]
        blocks.append((at + 2, width, count))
        at += 2 + (3 * width * count + 7 >> 3)
        if not count or not 0 < width <= _WIDEST:
            break
    else:
        if at == end:
            return blocks
    raise MalformedPacket(KEY, payload, "blocks of deltas that do not fill it")


def _summed(payload: bytes, blocks: Sequence[Block]) -> Iterator[Triple]:
    """The samples of a delta frame, one by one; `_unpacked` does the same for many."""
    x, y, z = _REFERENCE.unpack_from(payload, _BODY)
    yield x, y, z
    for begin, width, count in blocks:
        size = 3 * width * count + 7 >> 3
        bits = int.from_bytes(payload[begin : begin + size], "little")
        sign = 1 << width - 1
        deltas = [((bits >> at * width & 2 * sign - 1) ^ sign) - sign for at in range(3 * count)]
        for dx, dy, dz in zip(deltas[::3], deltas[1::3], deltas[2::3], strict=True):
            x, y, z = x + dx, y + dy, z + dz
            yield x, y, z


def encode(frame: PmdFrame) -> bytes:
    """The payload that `parse` turns back into `frame`."""
    head = _HEAD.pack(ACCELERATION, frame.sensor_ns, frame.kind)
    if not frame.kind & DELTA:
        width = _WIDTHS[frame.kind]
        axes = (axis for sample in frame.samples for axis in sample)
        return head + b"".join(axis.to_bytes(width, "little", signed=True) for axis in axes)
    body, at = [_REFERENCE.pack(*frame.samples[0])], 1
    for width, count in frame.blocks:
        steps = _steps(frame.samples[at - 1 : at + count])
        bits = sum((step & (1 << width) - 1) << place * width for place, step in enumerate(steps))
        size = 3 * width * count + 7 >> 3
        body.append(bytes((width, count)) + bits.to_bytes(size, "little"))
        at += count
    return head + b"".join(body)


def delta_frame(sensor_ns: int, kind: int, samples: Sequence[Triple]) -> PmdFrame:
    """A delta frame of up to 256 samples, in one block as narrow as they allow."""
    steps = _steps(samples)
    width = max(
        (step.bit_length() if step >= 0 else (~step).bit_length() for step in steps), default=0
    )
    blocks = ((width + 1, len(samples) - 1),) if steps else ()
    return PmdFrame(sensor_ns=sensor_ns, kind=kind, samples=tuple(samples), blocks=blocks)


def _steps(samples: Sequence[Triple]) -> list[int]:
    """Differences of neighbours, axis by axis."""
    return [
        after - before
        for one, two in itertools.pairwise(samples)
        for before, after in zip(one, two, strict=True)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Frames:
    """Well-formed frames of one type, m of them, n samples in all.

    rows: which of the payloads (m,); sensor_ns, counts: of each frame (m,); axes: (n, 3) counts.
    """

    rows: Int64s
    sensor_ns: Int64s
    counts: Int64s
    axes: Int16s


def parse_many(payloads: Sequence[bytes], kind: int) -> Frames:
    """What `parse` makes of every payload that it accepts and whose frame type is `kind`."""
    found: list[tuple[int, int, list[Block]]] = []
    for row, payload in enumerate(payloads):
        try:
            sensor_ns, said = _head(payload)
            blocks = _blocks(payload) if said & DELTA else _whole(payload, _WIDTHS[said])
        except MalformedPacket:
            continue
        if said == kind:
            found.append((row, sensor_ns, blocks))
    whole = [payloads[row] for row, _, _ in found]
    counts, values = (
        _unpacked(whole, [blocks for _, _, blocks in found])
        if kind & DELTA
        else _joined(whole, _WIDTHS[kind])
    )
    fits = np.ones(len(found), np.bool_)
    if found:
        starts = np.cumsum(counts) - counts
        fits &= (np.maximum.reduceat(values, starts) <= _MOST).all(axis=1)
        fits &= (np.minimum.reduceat(values, starts) >= _LEAST).all(axis=1)
    axes = values if fits.all() else values[np.repeat(fits, counts)]
    return Frames(
        rows=np.array([row for row, _, _ in found], np.int64)[fits],
        sensor_ns=np.array([sensor_ns for _, sensor_ns, _ in found], np.int64)[fits],
        counts=counts[fits],
        axes=axes.astype(np.int16),
    )


def _whole(payload: bytes, width: int) -> list[Block]:
    if (len(payload) - _BODY) % (3 * width):
        raise MalformedPacket(KEY, payload, "half a sample")
    return []


def _joined(payloads: Sequence[bytes], width: int) -> tuple[Int64s, Int64s]:
    """(m,) counts and (n, 3) values of frames without deltas."""
    counts = np.array([(len(payload) - _BODY) // (3 * width) for payload in payloads], np.int64)
    body = np.frombuffer(b"".join(payload[_BODY:] for payload in payloads), np.uint8)
    parts = body.reshape(-1, width).astype(np.int64)
    values = parts @ (1 << 8 * np.arange(width))
    sign = 1 << 8 * width - 1
    return counts, ((values ^ sign) - sign).reshape(-1, 3)


def _unpacked(
    payloads: Sequence[bytes], blocks: Sequence[Sequence[Block]]
) -> tuple[Int64s, Int64s]:
    """(m,) counts and (n, 3) values of delta frames.

    Deltas of one width and count lie in the same bits of their blocks, so those are unpacked
    together; running sums then start anew at each frame's reference.
    """
    counts = np.array([1 + sum(count for _, _, count in each) for each in blocks], np.int64)
    starts = np.cumsum(counts) - counts
    values = np.empty((int(counts.sum()), 3), np.int64)
    references = np.array(
        [_REFERENCE.unpack_from(payload, _BODY) for payload in payloads], np.int64
    ).reshape(-1, 3)
    values[starts] = references
    for (width, count), (rows, packed) in _alike(payloads, blocks, starts.tolist()).items():
        where = np.array(rows, np.int64)[:, None] + np.arange(count)
        values[where.ravel()] = _deltas(b"".join(packed), len(rows), width, count)
    summed = np.cumsum(values, axis=0)
    summed -= np.repeat(summed[starts] - references, counts, axis=0)
    return counts, summed


Alike = dict[tuple[int, int], tuple[list[int], list[bytes]]]


def _alike(
    payloads: Sequence[bytes], blocks: Sequence[Sequence[Block]], starts: Sequence[int]
) -> Alike:
    """By (width, count): the row of each such block's first sample, and its bytes."""
    alike: Alike = {}
    for payload, each, start in zip(payloads, blocks, starts, strict=True):
        row = start + 1
        for begin, width, count in each:
            rows, packed = alike.setdefault((width, count), ([], []))
            rows.append(row)
            packed.append(payload[begin : begin + (3 * width * count + 7 >> 3)])
            row += count
    return alike


def _deltas(packed: bytes, many: int, width: int, count: int) -> Int64s:
    """(many * count, 3) deltas of blocks of one shape."""
    octets: NDArray[np.uint8] = np.frombuffer(packed, np.uint8).reshape(many, -1)
    bits = np.unpackbits(octets, axis=1, count=3 * width * count, bitorder="little")
    wide = np.zeros((many * 3 * count, 16 if width <= 16 else 32), np.uint8)
    wide[:, :width] = bits.reshape(-1, width)
    whole = np.packbits(wide, axis=1, bitorder="little").view("<u2" if width <= 16 else "<u4")
    sign = 1 << width - 1
    return ((whole.astype(np.int64) ^ sign) - sign).reshape(-1, 3)
