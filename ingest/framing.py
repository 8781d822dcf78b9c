"""How rows lie in a recording: frames that stand alone, each with its own checksum.

    file   a header frame, then frames of rows
    frame  magic 4 | length of the body u32 | CRC-32 of length and body u32 | body
    rows   n u32 | first sequence u64 | flags u8 | columns, zlib if flags & 1
    columns, little-endian: utc_ns i64[n] and monotonic_ns i64[n], the first value then differences;
           kind u8[n]; characteristic u8[n]; length u16[n]; the payloads end to end

A frame that was cut off, zeroed or overwritten fails its checksum; the next magic whose checksum
holds is where reading goes on.
"""

from __future__ import annotations

import enum
import itertools
import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from devices.profile import Int64s

HEADER_MAGIC = b"\x93LgH"
ROWS_MAGIC = b"\x93LgR"
ROWS_PER_FRAME = 4096  # what one damaged frame may cost at most
_MAGIC_STEM = ROWS_MAGIC[:3]
_LONGEST_BODY = 64 * 2**20
_PREFIX = struct.Struct("<4sII")
_LENGTH = struct.Struct("<I")
_ROWS = struct.Struct("<IQB")
_COLUMN_BYTES = 8 + 8 + 1 + 1 + 2
_COMPRESSED = 1

UInt8s = NDArray[np.uint8]
Row = tuple[int, int, bytes, int, int]
"""(kind, characteristic, payload, utc_ns, monotonic_ns)"""


class Kind(enum.IntEnum):
    """What a row says. CONNECTED, LOST and DROPPED carry a reason as UTF-8 text."""

    NOTIFICATION = 1
    WRITE = 2
    REPLY = 3
    CONNECTED = 4
    LOST = 5
    DROPPED = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Rows of a recording as columns of equal length n, in the order received.

    utc_ns and monotonic_ns are as read from the two clocks (see `receive_times`);
    characteristic indexes `Header.characteristics`.
    """

    sequence: Int64s
    utc_ns: Int64s
    monotonic_ns: Int64s
    kind: UInt8s
    characteristic: UInt8s
    payload: list[bytes]

    def __len__(self) -> int:
        return len(self.payload)

    def since(self, sequence: int) -> Rows:
        """The rows from a sequence on."""
        return self.part(int(np.searchsorted(self.sequence, sequence)), len(self))

    def part(self, start: int, end: int) -> Rows:
        """The rows from one place to another."""
        return Rows(
            sequence=self.sequence[start:end],
            utc_ns=self.utc_ns[start:end],
            monotonic_ns=self.monotonic_ns[start:end],
            kind=self.kind[start:end],
            characteristic=self.characteristic[start:end],
            payload=self.payload[start:end],
        )


def join(parts: Sequence[Rows]) -> Rows:
    """Runs of rows as one."""
    parts = parts or [_NO_ROWS]
    return Rows(
        sequence=np.concatenate([part.sequence for part in parts]),
        utc_ns=np.concatenate([part.utc_ns for part in parts]),
        monotonic_ns=np.concatenate([part.monotonic_ns for part in parts]),
        kind=np.concatenate([part.kind for part in parts]),
        characteristic=np.concatenate([part.characteristic for part in parts]),
        payload=list(itertools.chain.from_iterable(part.payload for part in parts)),
    )


_NO_ROWS = Rows(
    sequence=np.empty(0, np.int64),
    utc_ns=np.empty(0, np.int64),
    monotonic_ns=np.empty(0, np.int64),
    kind=np.empty(0, np.uint8),
    characteristic=np.empty(0, np.uint8),
    payload=[],
)


def frame(magic: bytes, body: bytes) -> bytes:
    """A body with its checksum around it."""
    checksum = zlib.crc32(body, zlib.crc32(_LENGTH.pack(len(body))))
    return _PREFIX.pack(magic, len(body), checksum) + body


def columns_of(rows: Sequence[Row], first_sequence: int) -> Rows:
    """Rows as columns, numbered from `first_sequence` on."""
    kinds, characteristics, payloads, utc_ns, monotonic_ns = zip(*rows, strict=True)
    return Rows(
        sequence=np.arange(first_sequence, first_sequence + len(rows), dtype=np.int64),
        utc_ns=np.array(utc_ns, np.int64),
        monotonic_ns=np.array(monotonic_ns, np.int64),
        kind=np.array(kinds, np.uint8),
        characteristic=np.array(characteristics, np.uint8),
        payload=list(payloads),
    )


def frame_rows(rows: Rows) -> bytes:
    """Rows as frames of at most `ROWS_PER_FRAME` rows."""
    return b"".join(
        frame(ROWS_MAGIC, _pack(rows.part(at, at + ROWS_PER_FRAME)))
        for at in range(0, len(rows), ROWS_PER_FRAME)
    )


def _pack(rows: Rows) -> bytes:
    columns = b"".join(
        (
            _differences(rows.utc_ns),
            _differences(rows.monotonic_ns),
            rows.kind.tobytes(),
            rows.characteristic.tobytes(),
            np.fromiter(map(len, rows.payload), "<u2", len(rows)).tobytes(),
            *rows.payload,
        )
    )
    small = zlib.compress(columns, 1)
    compressed = len(small) < len(columns)
    head = _ROWS.pack(len(rows), int(rows.sequence[0]), _COMPRESSED if compressed else 0)
    return head + (small if compressed else columns)


def _differences(instants: Int64s) -> bytes:
    return np.diff(instants, prepend=np.int64(0)).astype("<i8").tobytes()


def _unpack(body: bytes) -> Rows:
    """The rows of a body whose checksum holds.

    Raises:
        ValueError, OverflowError, struct.error, zlib.error: not a body of rows after all.
    """
    n, first_sequence, flags = _ROWS.unpack_from(body)
    columns = body[_ROWS.size :]
    if flags & _COMPRESSED:
        columns = zlib.decompress(columns)
    edges = np.cumsum([0, 8, 8, 1, 1, 2]) * n
    utc, mono, kind, characteristic, length = (
        columns[start:end] for start, end in itertools.pairwise(edges.tolist())
    )
    ends = list(itertools.accumulate(np.frombuffer(length, "<u2").tolist(), initial=int(edges[-1])))
    if not n or len(columns) != ends[-1]:
        raise ValueError("columns of unequal length")
    return Rows(
        sequence=np.arange(first_sequence, first_sequence + n, dtype=np.int64),
        utc_ns=np.cumsum(np.frombuffer(utc, "<i8"), dtype=np.int64),
        monotonic_ns=np.cumsum(np.frombuffer(mono, "<i8"), dtype=np.int64),
        kind=np.frombuffer(kind, np.uint8),
        characteristic=np.frombuffer(characteristic, np.uint8),
        payload=[columns[start:end] for start, end in itertools.pairwise(ends)],
    )


def body_at(data: bytes, offset: int, magic: bytes) -> tuple[bytes, int] | None:
    """The body of a whole, undamaged frame at an offset, and where the frame ends; else None."""
    if len(data) < offset + _PREFIX.size:
        return None
    found, length, checksum = _PREFIX.unpack_from(data, offset)
    start = offset + _PREFIX.size
    if found != magic or length > _LONGEST_BODY or start + length > len(data):
        return None
    body = data[start : start + length]
    if zlib.crc32(body, zlib.crc32(_LENGTH.pack(length))) != checksum:
        return None
    return body, start + length


def rows_at(data: bytes, offset: int) -> tuple[Rows, int] | None:
    """The rows of a whole, undamaged frame at an offset, and where the frame ends; else None."""
    if (found := body_at(data, offset, ROWS_MAGIC)) is None:
        return None
    try:
        return _unpack(found[0]), found[1]
    except (ValueError, OverflowError, struct.error, zlib.error):
        return None


def scan(data: bytes, offset: int) -> Iterator[tuple[int, Rows, int]]:
    """Every readable frame of rows from an offset on: (where it starts, rows, where it ends).

    What cannot be read is passed over; a hole shows as a start that is not the end before it.
    """
    while True:
        if (found := rows_at(data, offset)) is not None:
            yield offset, *found
            offset = found[1]
        elif (offset := data.find(_MAGIC_STEM, offset + 1)) < 0:
            return
