"""Where imported samples go: recordings, one a local day, without what is there already."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
from numpy.typing import NDArray

from devices import imported
from devices.profile import CHANNELS, Channel, Int64s
from ingest.framing import Kind, Rows, frame_rows
from ingest.header import Header, header_frame, recording_id, recording_path
from ingest.recording import read_recording, write_recordings

ROW = imported.SAMPLE


REACH_NS = 26 * 3_600_000_000_000
"""Longer than any local day lasts, and so than a recording of imported samples reaches."""

AT_ONCE = 64
"""Recordings that are put on the disk together."""

_STEPS = [
    CHANNELS.index(one) for one in (Channel.STEPS, Channel.PART, Channel.INTERVAL, Channel.SINCE)
]
_PART = CHANNELS.index(Channel.PART)


@dataclass(frozen=True, slots=True)
class _Held:
    """What a recording holds: keys of its samples, instants of its motion, and from when to when
    its parts of sums of steps reach."""

    samples: Int64s
    motion: Int64s
    begins: Int64s
    ends: Int64s


class Present:
    """What a sensor's recordings hold already, read where it is asked for.

    Only what was there when its month was first asked for counts, and only recordings that may
    reach into the time asked for are read: an import of one hour does not read ten years.
    """

    def __init__(self, home: Path, sensor: str) -> None:
        self._folder, self._sensor = home / "recordings", sensor
        self._slug = recording_id(sensor, 0).partition("Z-")[2]
        self._months: dict[str, list[Path]] = {}
        self._held: dict[Path, _Held] = {}

    def has_samples(self, rows: NDArray[np.void]) -> NDArray[np.bool_]:
        """Whether each sample's instant and channel is here; rows: by time. Steps told as a sum are
        here too where any such part reaches into theirs: a longer export may cut sums elsewhere."""
        near = self._near(rows["time"])
        here = _within(keys(rows), _sorted([one.samples for one in near]))
        parts = rows["channel"] == _PART
        begins, ends = (_sorted([getattr(one, end) for one in near]) for end in ("begins", "ends"))
        if not parts.any() or not len(begins):
            return here
        first = rows["time"][parts].astype(np.int64)
        last = first + (rows["value"][parts] * 1e9).astype(np.int64)
        before = np.searchsorted(begins, last) - 1
        reached = (before >= 0) & (ends[np.maximum(before, 0)] > first)
        told = np.isin(rows["channel"], _STEPS) & _within(rows["time"], first[reached])
        found: NDArray[np.bool_] = here | told
        return found

    def has_motion(self, time_ns: Int64s) -> NDArray[np.bool_]:
        """Whether each ascending instant is here."""
        return _within(time_ns, _sorted([one.motion for one in self._near(time_ns)]))

    def _near(self, time_ns: Int64s) -> list[_Held]:
        """What the recordings hold that may reach into some time."""
        if not len(time_ns):
            return []
        first, last = _utc(int(time_ns[0]) - REACH_NS), _utc(int(time_ns[-1]))
        paths = [
            path
            for month in dict.fromkeys(f"{day:%Y/%m}" for day in _days(first, last))
            for path in self._month(month)
            if f"{first:{_STARTED}}" <= path.name <= f"{last:{_STARTED}}~"
        ]
        self._held = {
            path: self._held[path] if path in self._held else _held(path, self._sensor)
            for path in paths
        }
        return list(self._held.values())

    def _month(self, month: str) -> list[Path]:
        if month not in self._months:
            found = (self._folder / month).glob(f"*Z-{self._slug}*.legrec")
            self._months[month] = sorted(found)
        return self._months[month]


_STARTED = "%Y%m%dT%H%M%S"


def _held(path: Path, sensor: str) -> _Held:
    """What a recording of a sensor holds; nothing of another's."""
    recording = read_recording(path)
    rows, motion = [np.empty(0, ROW)], [np.empty(0, np.int64)]
    if recording.header.sensor == sensor:
        for characteristic, payload in zip(
            recording.rows.characteristic.tolist(), recording.rows.payload, strict=True
        ):
            if characteristic == 0:
                rows.append(np.frombuffer(payload, ROW))
            else:
                motion.append(np.frombuffer(payload, imported.INSTANT, offset=24)["time"])
    samples = np.concatenate(rows)
    parts = samples[samples["channel"] == _PART]
    ends = parts["time"] + (parts["value"] * 1e9).astype(np.int64)
    return _Held(keys(samples), np.concatenate(motion), parts["time"].astype(np.int64), ends)


def _sorted(parts: Sequence[Int64s]) -> Int64s:
    return np.sort(np.concatenate(parts)) if parts else np.empty(0, np.int64)


def _utc(ns: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(ns // 1_000_000_000, dt.UTC)


def _days(first: dt.datetime, last: dt.datetime) -> Iterator[dt.date]:
    for number in range((last.date() - first.date()).days + 1):
        yield first.date() + dt.timedelta(days=number)


class Placing:
    """Puts recordings of one sensor in their place, many at once."""

    def __init__(self, home: Path, sensor: str, profiles: tuple[str, ...]) -> None:
        self._home, self._sensor, self._profiles = home, sensor, profiles
        self._app = f"legload {version('legload')}"
        self._held: dict[Path, bytes] = {}

    def place(
        self, start_ns: int, characteristic: int, times: Sequence[int], payloads: list[bytes]
    ) -> None:
        """Hold a recording of payloads, each dated at its last instant, and write when there are
        many.

        Raises:
            RecordingError: the disk refuses.
        """
        utc_ns, count = np.array(times, np.int64), len(payloads)
        path, header = self._free(start_ns)
        rows = Rows(
            sequence=np.arange(count, dtype=np.int64),
            utc_ns=utc_ns,
            monotonic_ns=utc_ns - start_ns,
            kind=np.full(count, Kind.NOTIFICATION, np.uint8),
            characteristic=np.full(count, characteristic, np.uint8),
            payload=payloads,
        )
        self._held[path] = header_frame(header) + frame_rows(rows)
        if len(self._held) >= AT_ONCE:
            self.flush()

    def flush(self) -> None:
        """Write what is held.

        Raises:
            RecordingError: the disk refuses.
        """
        held, self._held = self._held, {}
        write_recordings(held)

    def _free(self, start_ns: int) -> tuple[Path, Header]:
        """A path at which nothing is yet, and a header with its name."""
        header = Header(
            id=recording_id(self._sensor, start_ns),
            sensor=self._sensor,
            profiles=self._profiles,
            app=self._app,
            started_utc_ns=start_ns,
            started_monotonic_ns=0,
            characteristics=imported.PROFILE.characteristics,
        )
        base, number = header.id, 1
        while (path := recording_path(self._home, header)) in self._held or path.exists():
            number += 1
            header = msgspec.structs.replace(header, id=f"{base}-{number}")
        return path, header


def keys(rows: NDArray[np.void]) -> Int64s:
    """Instant and channel of samples as one number each: exact to 256 ns."""
    return (rows["time"].astype(np.int64) & ~np.int64(255)) | rows["channel"].astype(np.int64)


def _within(numbers: Int64s, known: Int64s) -> NDArray[np.bool_]:
    """Whether each number is among known ones, which are ascending. `numpy.isin` hashes these
    numbers, whose low bits are nearly alike: a hundred times as slow."""
    if not len(known):
        return np.zeros(len(numbers), bool)
    at = np.searchsorted(known, numbers)
    found: NDArray[np.bool_] = known[np.minimum(at, len(known) - 1)] == numbers
    return found


def days(time_ns: Int64s, zone: ZoneInfo) -> Iterator[tuple[int, int]]:
    """[start, end) of each run of ascending instants that is of one local day."""
    at = 0
    while at < len(time_ns):
        local = dt.datetime.fromtimestamp(int(time_ns[at]) / 1e9, zone)
        midnight = dt.datetime.combine(local.date() + dt.timedelta(days=1), dt.time(), zone)
        end = int(np.searchsorted(time_ns, int(midnight.timestamp()) * 1_000_000_000))
        end = max(end, at + 1)
        yield at, end
        at = end


def blocks(time_ns: Int64s, most: int) -> Iterator[tuple[int, int]]:
    """[start, end) of runs of ascending instants within one quarter of an hour UTC."""
    quarter = time_ns // imported.SPAN_NS
    edges = [0, *(np.flatnonzero(np.diff(quarter)) + 1).tolist(), len(time_ns)]
    for start, end in itertools.pairwise(edges):
        for at in range(start, end, most):
            yield at, min(at + most, end)
