"""Reading a recording back, however it ended."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from devices.profile import Int64s
from ingest.framing import Rows, join, scan
from ingest.header import Header, parse_header, read_bytes
from language.spoken import n_

CLOCK_STEP_NS = 2_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """What could be read.

    name: of the file; holes: (start, end) in bytes of what was lost before the tail, and lost: rows
    in them; end: where the last readable frame ends; cut: bytes after it that were left out.
    """

    name: str
    header: Header
    rows: Rows
    holes: tuple[tuple[int, int], ...]
    lost: int
    end: int
    cut: int

    @property
    def damaged(self) -> str | None:
        """What was lost before the tail in a sentence, if anything."""
        if not self.holes:
            return None
        return n_(
            "{file} is damaged at bytes {places}; {count} row is lost, the rest was read.",
            "{file} is damaged at bytes {places}; {count} rows are lost, the rest was read.",
            self.lost,
            file=self.name,
            places=", ".join(f"{start}-{end}" for start, end in self.holes),
        )


def read_recording(path: Path, from_sequence: int = 0) -> Recording:
    """A recording from a sequence on, however it ended.

    Raises:
        RecordingError: unreadable, or written by a newer version of the program.
    """
    data = read_bytes(path, 0)
    header, end = parse_header(path, data)
    parts: list[Rows] = []
    holes: list[tuple[int, int]] = []
    sequence = lost = 0
    for start, rows, after in scan(data, end):
        if rows.sequence[0] < sequence:
            continue  # left behind by a flush that failed and was written anew
        if start != end:
            holes.append((end, start))
            lost += int(rows.sequence[0]) - sequence
        parts.append(rows)
        sequence, end = int(rows.sequence[-1]) + 1, after
    return Recording(
        name=path.name,
        header=header,
        rows=join([part for part in parts if part.sequence[-1] >= from_sequence]).since(
            from_sequence
        ),
        holes=tuple(holes),
        lost=lost,
        end=end,
        cut=len(data) - end,
    )


def tail(path: Path, offset: int = 0) -> tuple[Rows, int]:
    """The rows written since an offset that `tail` returned, and the offset for the next call.

    Raises:
        RecordingError: the file cannot be read.
    """
    parts: list[Rows] = []
    end = 0
    for _, rows, after in scan(read_bytes(path, offset), 0):
        parts.append(rows)
        end = after
    return join(parts), offset + end


def receive_times(utc_ns: Int64s, monotonic_ns: Int64s) -> Int64s:
    """UTC of each row, from the monotonic clock and an anchor taken at the first row.

    A new anchor is taken where the clocks have come to disagree by more than 2 s (the clock was
    set, the computer slept); between two anchors instants never step back. Causal: more rows
    change no earlier instant.
    """
    offset = utc_ns - monotonic_ns
    time_ns = np.empty_like(offset)
    for start, end in _anchored(offset.tolist()):
        time_ns[start:end] = offset[start] + np.maximum.accumulate(monotonic_ns[start:end])
    return time_ns


def _anchored(offsets: list[int]) -> Iterator[tuple[int, int]]:
    start = 0
    for at, offset in enumerate(offsets):
        if abs(offset - offsets[start]) > CLOCK_STEP_NS:
            yield start, at
            start = at
    if offsets:
        yield start, len(offsets)
