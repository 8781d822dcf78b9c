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


class Present:
    """What a sensor's recordings hold already, read where it is asked for."""

    def __init__(self, home: Path, sensor: str) -> None:
        slug = recording_id(sensor, 0).partition("Z-")[2]
        folder = home / "recordings"
        self._paths = sorted(folder.glob(f"*/*/*Z-{slug}*.legrec")) if folder.exists() else []
        self._sensor = sensor
        self._samples: Int64s | None = None
        self._motion: Int64s | None = None

    def has_samples(self, rows: NDArray[np.void]) -> NDArray[np.bool_]:
        """Whether each sample's instant and channel is here."""
        self._read()
        if self._samples is None or not len(self._samples):
            return np.zeros(len(rows), bool)
        return _within(keys(rows), self._samples)

    def has_motion(self, time_ns: Int64s) -> NDArray[np.bool_]:
        """Whether each instant is here."""
        self._read()
        return (
            np.zeros(len(time_ns), bool) if self._motion is None else _within(time_ns, self._motion)
        )

    def _read(self) -> None:
        if not self._paths:
            return
        samples, motion = [], []
        for path in self._paths:
            recording = read_recording(path)
            if recording.header.sensor != self._sensor:
                continue
            for characteristic, payload in zip(
                recording.rows.characteristic.tolist(), recording.rows.payload, strict=True
            ):
                if characteristic == 0:
                    samples.append(keys(np.frombuffer(payload, ROW)))
                else:
                    motion.append(np.frombuffer(payload, imported.INSTANT, offset=24)["time"])
        self._paths = []
        self._samples = np.sort(np.concatenate(samples)) if samples else None
        self._motion = np.sort(np.concatenate(motion)) if motion else None


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
    at = np.searchsorted(known, numbers)
    return known[np.minimum(at, len(known) - 1)] == numbers


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
