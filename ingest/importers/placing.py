"""Where imported samples go: recordings, one a local day, without what is there already."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from devices import imported
from devices.profile import Int64s
from ingest.framing import Kind, Rows
from ingest.header import Header, recording_id, recording_path
from ingest.recording import read_recording, write_recording

ROW = imported.SAMPLE


REACH_NS = 26 * 3_600_000_000_000
"""Longer than any local day lasts, and so than a recording of imported samples reaches."""

_Held = tuple[Int64s, Int64s]
"""Keys of the samples and instants of the motion that a recording holds."""


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
        """Whether each sample's instant and channel is here; rows: by time."""
        return _within(keys(rows), self._near(rows["time"], 0))

    def has_motion(self, time_ns: Int64s) -> NDArray[np.bool_]:
        """Whether each ascending instant is here."""
        return _within(time_ns, self._near(time_ns, 1))

    def _near(self, time_ns: Int64s, which: int) -> Int64s:
        """Sorted keys or instants of what may reach into some time."""
        if not len(time_ns):
            return np.empty(0, np.int64)
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
        held = [one[which] for one in self._held.values()]
        return np.sort(np.concatenate(held)) if held else np.empty(0, np.int64)

    def _month(self, month: str) -> list[Path]:
        if month not in self._months:
            found = (self._folder / month).glob(f"*Z-{self._slug}*.legrec")
            self._months[month] = sorted(found)
        return self._months[month]


_STARTED = "%Y%m%dT%H%M%S"


def _held(path: Path, sensor: str) -> _Held:
    """What a recording of a sensor holds; nothing of another's."""
    recording = read_recording(path)
    samples, motion = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    if recording.header.sensor == sensor:
        for characteristic, payload in zip(
            recording.rows.characteristic.tolist(), recording.rows.payload, strict=True
        ):
            if characteristic == 0:
                samples.append(keys(np.frombuffer(payload, ROW)))
            else:
                motion.append(np.frombuffer(payload, imported.INSTANT, offset=24)["time"])
    return np.concatenate(samples), np.concatenate(motion)


def _utc(ns: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(ns // 1_000_000_000, dt.UTC)


def _days(first: dt.datetime, last: dt.datetime) -> Iterator[dt.date]:
    for number in range((last.date() - first.date()).days + 1):
        yield first.date() + dt.timedelta(days=number)


def place(
    home: Path,
    sensor: str,
    profiles: tuple[str, ...],
    characteristic: int,
    times: Sequence[int],
    payloads: list[bytes],
    start_ns: int,
) -> None:
    """Write a recording of payloads, each dated at its last instant.

    Raises:
        RecordingError: the disk refuses.
    """
    header = Header(
        id=_free_id(home, sensor, start_ns),
        sensor=sensor,
        profiles=profiles,
        app=f"legload {version('legload')}",
        started_utc_ns=start_ns,
        started_monotonic_ns=0,
        characteristics=imported.PROFILE.characteristics,
    )
    utc_ns, count = np.array(times, np.int64), len(payloads)
    rows = Rows(
        sequence=np.arange(count, dtype=np.int64),
        utc_ns=utc_ns,
        monotonic_ns=utc_ns - start_ns,
        kind=np.full(count, Kind.NOTIFICATION, np.uint8),
        characteristic=np.full(count, characteristic, np.uint8),
        payload=payloads,
    )
    write_recording(recording_path(home, header), header, rows)


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


def _free_id(home: Path, sensor: str, start_ns: int) -> str:
    """An id for a recording that is not there yet."""
    base = recording_id(sensor, start_ns)
    started = dt.datetime.fromtimestamp(start_ns / 1e9, dt.UTC)
    folder = home / "recordings" / f"{started:%Y}" / f"{started:%m}"
    number, name = 1, base
    while (folder / f"{name}.legrec").exists():
        number, name = number + 1, f"{base}-{number + 1}"
    return name
