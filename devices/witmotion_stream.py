"""The byte stream of a WitMotion sensor: frames of 20 bytes that notifications cut anywhere.

A frame begins with `55 61` (motion) or `55 71` (a register reply); there is no checksum and no
counter. At a frame's end the next two bytes must be a header; if not, bytes are skipped until one
is. Each run of skipped bytes counts as one malformed packet. Up to 19 bytes before the first frame
do not count: they are the end of a frame that began before we listened.

Source: as of `devices.witmotion`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from devices.profile import Int64s, Notifications

SIZE = 20
DATA, ANSWER = b"\x55\x61", b"\x55\x71"
_STRETCH = 1 << 12  # frames looked at in one go

Bools = NDArray[np.bool_]
Bytes = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True)
class Frames:
    """Whole frames in order, n rows: the notification that completed each, and its bytes."""

    sequence: Int64s
    received_ns: Int64s
    data: Bytes  # (n, 20)

    def __len__(self) -> int:
        return len(self.sequence)

    def of(self, header: bytes) -> Frames:
        """Those with this header."""
        wanted = self.data[:, 1] == header[1]
        if wanted.all():
            return self
        return Frames(
            sequence=self.sequence[wanted],
            received_ns=self.received_ns[wanted],
            data=self.data[wanted],
        )

    def part(self, start: int, end: int | None = None) -> Frames:
        """Rows from `start` on, before `end`."""
        rows = slice(start, end)
        return Frames(
            sequence=self.sequence[rows], received_ns=self.received_ns[rows], data=self.data[rows]
        )

    def after(self, held: Frames) -> Frames:
        """These, behind those that were held."""
        return Frames(
            sequence=np.concatenate((held.sequence, self.sequence)),
            received_ns=np.concatenate((held.received_ns, self.received_ns)),
            data=np.concatenate((held.data, self.data)),
        )


class Stream:
    """Finds frames in the byte stream; keeps the bytes of one that is not whole yet."""

    def __init__(self) -> None:
        self._tail = b""
        self._skipped = 0  # bytes since the last frame
        self._allowed = SIZE - 1  # of them before the first frame
        self.malformed = 0

    def frames(self, run: Notifications) -> Frames:
        """Frames completed by a run of which every row is of the stream."""
        sizes = np.fromiter(map(len, run.payload), np.int64, len(run))
        ends = len(self._tail) + np.cumsum(sizes)
        blob = self._tail + b"".join(run.payload)
        data = np.frombuffer(blob, np.uint8)
        starts, used = self._starts(data)
        self._tail = blob[used:]
        rows = np.searchsorted(ends, starts + SIZE)
        return Frames(
            sequence=run.sequence[rows],
            received_ns=run.received_ns[rows],
            data=_cut(data, starts),
        )

    def _starts(self, data: Bytes) -> tuple[Int64s, int]:
        """Where whole frames begin, and how many bytes are done with."""
        header = _headers(data)
        candidates = np.flatnonzero(header)
        found, at = [np.empty(0, np.int64)], 0
        while at + 1 < len(data):
            if header[at]:
                end = max(at, len(data) - SIZE + 1)  # whole frames begin before it
                count = _in_a_row(header[at:end:SIZE])
                found.append(at + SIZE * np.arange(count))
                at += SIZE * count
                if count:
                    self._skipped = self._allowed = 0
                if at + 1 < len(data) and header[at]:
                    if at + SIZE > len(data):
                        break  # the rest of this frame is still to come
                    continue
            if at + 1 < len(data):
                at = self._skip(data, at, candidates)
        if at + 1 == len(data) and data[at] != DATA[0]:
            self._note_skipped(1)
            at += 1
        return np.concatenate(found), at

    def _skip(self, data: Bytes, at: int, candidates: Int64s) -> int:
        """The next header, or the last byte, which may be the first of one."""
        place = int(np.searchsorted(candidates, at))
        to = int(candidates[place]) if place < len(candidates) else len(data) - 1
        self._note_skipped(to - at)
        return to

    def _note_skipped(self, count: int) -> None:
        before, self._skipped = self._skipped, self._skipped + count
        self.malformed += before <= self._allowed < self._skipped


def _headers(data: Bytes) -> Bools:
    """Whether a frame's header is at each byte but the last."""
    kind = data[1:]
    header: Bools = (data[:-1] == DATA[0]) & ((kind == DATA[1]) | (kind == ANSWER[1]))
    return header


def _in_a_row(header: Bools) -> int:
    """How many are true before the first that is not, looking at no more than a stretch."""
    stretch = header[:_STRETCH]
    return len(stretch) if stretch.all() else int(stretch.argmin())


def _cut(data: Bytes, starts: Int64s) -> Bytes:
    """(n, 20) bytes of the frames that begin there."""
    if not len(starts):
        return np.empty((0, SIZE), np.uint8)
    if int(starts[-1] - starts[0]) == SIZE * (len(starts) - 1):
        return data[starts[0] : starts[-1] + SIZE].reshape(-1, SIZE)
    cut: Bytes = data[starts[:, None] + np.arange(SIZE)]
    return cut
