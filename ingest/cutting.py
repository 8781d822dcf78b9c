"""Cutting stretches out of a recording, so that what is left reads as if it had been all."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from devices.profile import Int64s
from ingest.framing import Kind, Rows, frame_rows, join
from ingest.gaps import Span
from ingest.header import Header, header_frame, recording_id, recording_path
from ingest.private import create_whole, private_folder
from ingest.replay import Recording, read_recording, receive_times

Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """What a cut takes from a recording.

    rows: how many go; content: the recording that is left, None where nothing is; header: its.
    """

    rows: int
    header: Header
    content: bytes | None


def cut(path: Path, spans: Sequence[Span]) -> Cut | None:
    """A recording without the rows that were received in [start, end) of any span, UTC ns.

    None: it has no such row. What a sensor said of itself as it was connected is kept, and dated
    where the rows that need it begin. Only link events left means that nothing is.

    Raises:
        RecordingError: it cannot be read.
    """
    recording = read_recording(path)
    time_ns = receive_times(recording.rows.utc_ns, recording.rows.monotonic_ns)
    gone = np.zeros(len(time_ns), bool)
    for start, end in spans:
        gone |= (time_ns >= start) & (time_ns < end)
    if not gone.any() and len(gone):
        return None
    if not len(gone) and not any(_within(recording.header, span) for span in spans):
        return None
    return _without(recording, time_ns, gone)


def replace(home: Path, path: Path, done: Cut) -> None:
    """Put what is left of a recording in its place, whole or not at all; the rest is gone.

    Doing it again changes nothing.
    """
    if done.content is not None:
        target = recording_path(home, done.header)
        private_folder(target.parent)
        create_whole(target, done.content)
        if target == path:
            return
    path.unlink(missing_ok=True)


def _within(header: Header, span: Span) -> bool:
    return span[0] <= header.started_utc_ns < span[1]


def _without(recording: Recording, time_ns: Int64s, gone: Bools) -> Cut:
    rows, count = recording.rows, int(gone.sum())
    said = np.isin(rows.kind, (Kind.NOTIFICATION, Kind.WRITE, Kind.REPLY))
    if not (said & ~gone).any():
        return Cut(rows=len(rows), header=recording.header, content=None)
    kept = _kept(rows, time_ns, gone)
    first = int(kept.utc_ns[0])
    header = recording.header
    if gone[0] or header.started_utc_ns > first:
        header = msgspec.structs.replace(
            header,
            id=recording_id(header.sensor, first),
            started_utc_ns=first,
            started_monotonic_ns=int(kept.monotonic_ns[0]),
        )
    return Cut(rows=count, header=header, content=header_frame(header) + frame_rows(kept))


def _kept(rows: Rows, time_ns: Int64s, gone: Bools) -> Rows:
    """The rows that stay, numbered anew, each dated as it was before the cut."""
    runs = np.split(np.arange(len(gone)), np.flatnonzero(np.diff(gone)) + 1)
    parts: list[Rows] = []
    for run in runs:
        if gone[run[0]]:
            continue
        if run[0] and (greeting := _greeting(rows, gone, int(run[0]))):
            parts.append(_at(rows, time_ns, greeting, int(run[0])))
        parts.append(_at(rows, time_ns, run.tolist(), None))
    joined = join(parts)
    return dataclasses.replace(joined, sequence=np.arange(len(joined), dtype=np.int64))


def _greeting(rows: Rows, gone: Bools, first: int) -> list[int]:
    """The connection and its handshake that a run of rows needs and a cut would take."""
    connected = np.flatnonzero(rows.kind[: first + 1] == Kind.CONNECTED)
    if not len(connected) or connected[-1] == first:
        return []
    start = int(connected[-1])
    ends = np.flatnonzero(rows.kind[start:first] == Kind.NOTIFICATION)
    end = start + int(ends[0]) if len(ends) else first
    return [at for at in range(start, end) if gone[at]]


def _at(rows: Rows, time_ns: Int64s, which: list[int], when: int | None) -> Rows:
    """Some rows; when: the row at whose instant they are dated, None their own."""
    dated = which if when is None else [when] * len(which)
    return Rows(
        sequence=rows.sequence[which],
        utc_ns=time_ns[dated],
        monotonic_ns=rows.monotonic_ns[dated],
        kind=rows.kind[which],
        characteristic=rows.characteristic[which],
        payload=[rows.payload[at] for at in which],
    )
