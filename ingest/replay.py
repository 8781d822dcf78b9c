"""Reading a recording back, however it ended."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from devices.profile import Int64s
from ingest.framing import Rows, join, scan
from ingest.header import Header, parse_header, read_bytes

CLOCK_STEP_NS = 2_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """What could be read. `damaged` says in a sentence what was lost before the tail, if anything.

    end: where the last readable frame ends; cut: bytes after it that were left out.
    """

    header: Header
    rows: Rows
    damaged: str | None
    end: int
    cut: int


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
        header=header,
        rows=join([part for part in parts if part.sequence[-1] >= from_sequence]).since(
            from_sequence
        ),
        damaged=_damage(path, holes, lost),
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


def _damage(path: Path, holes: Iterable[tuple[int, int]], lost: int) -> str | None:
    places = ", ".join(f"{start}-{end}" for start, end in holes)
    if not places:
        return None
    return f"{path.name} is damaged at bytes {places}; {lost} rows are lost, the rest was read."
