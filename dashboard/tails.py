"""Following what one sensor says, from the tail of its newest recording."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from devices import PROFILES
from devices.profile import (
    CHANNELS,
    Channel,
    Decoder,
    Floats,
    Int64s,
    Motion,
    Notifications,
    Profile,
    Samples,
    Slow,
)
from ingest.framing import Kind, Rows, scan
from ingest.header import Header, parse_header, read_bytes
from ingest.live_labels import MAIN
from ingest.recording import receive_times, tail

HEAD_BYTES = 1 << 16
"""Of a recording: its header, and the handshake without which motion has no scale (design)."""
TAIL_BYTES = 1 << 19
"""A minute of motion at 100 Hz, twice over; what was added before that is passed over (design)."""
BIN_NS = 500_000_000
"""Movement is the root mean square of so much motion (design)."""
APART_NS = 200_000_000
"""What the collector told twice is one value (design)."""
LEAD_NS = 70_000_000_000
"""What is older is not decoded: the minute that is shown, and 10 s from which rates settle."""

Point = tuple[float, float]
"""(instant in UTC ns or seconds ago, value)"""

_SHOWN = frozenset(channel for channels in MAIN.values() for channel in channels)
_DECODED = (Kind.NOTIFICATION, Kind.REPLY)


class Followed:
    """The last values of one sensor; what lies between its recordings is a gap like any other.

    unit: of its movement, deg/s, or g without a gyroscope; empty while it told none.
    """

    def __init__(self) -> None:
        self.unit = ""
        self._path: Path | None = None
        self._offset = 0
        self._decoders: list[tuple[Profile, Decoder]] = []
        self._header: Header | None = None
        self._slow: dict[Channel, deque[Point]] = {}
        self._bins: deque[tuple[int, float, int]] = deque()  # (number, sum of squares, samples)
        self._told: deque[tuple[str, float, float]] = deque()  # (label, instant, value)

    def follow(self, path: Path, now_ns: int) -> None:
        """Take in what was added to a recording; one that is older than the last is done with.

        Raises:
            IngestError, OSError: it cannot be read.
        """
        if self._path is not None and path.name < self._path.name:
            return
        size = path.stat().st_size
        if path != self._path:
            self._begin(path, size)
        if size <= self._offset:
            return
        skipped = max(self._offset, size - TAIL_BYTES)
        rows, self._offset = tail(path, skipped)
        self._take(rows, now_ns)

    def _begin(self, path: Path, size: int) -> None:
        """Fresh decoders that have heard the handshake, at the beginning of what is recent."""
        data = read_bytes(path, 0, HEAD_BYTES)
        self._header, end = parse_header(path, data)
        known = (PROFILES[key] for key in self._header.profiles if key in PROFILES)
        self._decoders = [(profile, profile.decoder()) for profile in known]
        self._path, self._offset = path, max(end, size - TAIL_BYTES)
        for _, rows, after in scan(data, end):
            if after <= self._offset:
                self._decode(rows, rows.kind == Kind.REPLY)

    def _take(self, rows: Rows, now_ns: int) -> None:
        recent = rows.utc_ns >= now_ns - LEAD_NS
        self._decode(rows, np.isin(rows.kind, _DECODED) & (recent | (rows.kind == Kind.REPLY)))

    def _decode(self, rows: Rows, wanted: NDArray[np.bool_]) -> None:
        """In runs in which time does not step back, whatever somebody does to the clock."""
        if self._header is None or not wanted.any():
            return
        time_ns = receive_times(rows.utc_ns, rows.monotonic_ns)
        for profile, decoder in self._decoders:
            uuids = self._header.characteristics
            mine = [index for index, uuid in enumerate(uuids) if uuid in profile.characteristics]
            at = np.flatnonzero(wanted & np.isin(rows.characteristic, mine))
            for part in np.split(at, np.flatnonzero(np.diff(time_ns[at]) < 0) + 1):
                if len(part):
                    self._keep(decoder.decode(_run(uuids, rows, time_ns, part)))

    def _keep(self, samples: Samples) -> None:
        for at_ns, channel, value in _rows(samples.slow):
            if channel in _SHOWN:
                self._slow.setdefault(channel, deque()).append((at_ns, value))
        if samples.motion is not None and samples.motion.scale.plausible:
            self.unit = "g" if samples.motion.scale.gyro_dps is None else "°/s"
            self._move(samples.motion)

    def _move(self, motion: Motion) -> None:
        """Add to the bins; the newest one goes on where the last look ended."""
        numbers = motion.time_ns // BIN_NS
        edges = np.flatnonzero(np.diff(numbers, prepend=numbers[0] - 1))
        sums = np.add.reduceat(_squares(motion), edges).tolist()
        counts = np.diff(edges, append=len(numbers)).tolist()
        for number, total, count in zip(numbers[edges].tolist(), sums, counts, strict=True):
            if self._bins and self._bins[-1][0] == number:
                _, before, samples = self._bins.pop()
                total, count = total + before, count + samples
            self._bins.append((number, total, count))

    def tell(self, label: str, at_ns: float, value: float) -> None:
        """Note what the collector told, unless that is known already."""
        if not self._told or self._told[-1][1] + APART_NS < at_ns:
            self._told.append((label, at_ns, value))

    def told(self, label: str, since_ns: float) -> list[Point]:
        """What the collector told of one channel after an instant."""
        return [(at, value) for named, at, value in self._told if named == label and at > since_ns]

    def points(self, channel: Channel | None) -> list[Point]:
        """(UTC ns, value) of a channel as it was sent, the oldest first; None: movement."""
        if channel is not None:
            return list(self._slow.get(channel, ()))
        return [((n + 0.5) * BIN_NS, math.sqrt(total / count)) for n, total, count in self._bins]

    def forget(self, before_ns: int) -> None:
        """Drop what is older than an instant."""
        for points in self._slow.values():
            while points and points[0][0] < before_ns:
                points.popleft()
        while self._bins and self._bins[0][0] * BIN_NS < before_ns:
            self._bins.popleft()
        while self._told and self._told[0][1] < before_ns:
            self._told.popleft()


def _run(uuids: tuple[str, ...], rows: Rows, time_ns: Int64s, at: Int64s) -> Notifications:
    return Notifications(
        sequence=rows.sequence[at],
        received_ns=time_ns[at],
        characteristic=[uuids[index] for index in rows.characteristic[at].tolist()],
        payload=[rows.payload[row] for row in at.tolist()],
    )


def _rows(slow: Slow) -> Iterator[tuple[int, Channel, float]]:
    codes: Iterable[int] = slow.channel.tolist()
    channels = (CHANNELS[code] for code in codes)
    return zip(slow.time_ns.tolist(), channels, slow.value.tolist(), strict=True)


def _squares(motion: Motion) -> Floats:
    """Squared size of the angular velocity, (deg/s)^2; without a gyroscope of acceleration, g^2."""
    scale = motion.scale
    counts = motion.axes[:, :3] if scale.gyro_dps is None else motion.axes[:, 3:]
    unit = scale.acc_g if scale.gyro_dps is None else scale.gyro_dps
    size = counts.astype(np.float64) * unit
    return np.asarray(np.square(size).sum(axis=1), np.float64)
