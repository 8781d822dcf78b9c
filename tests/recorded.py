"""Recordings as a session writes them, for tests of what comes after."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from devices import PROFILES, battery, device_information, heart_rate, rsc, thingy52
from ingest.entries import Entries, SensorPaired
from ingest.recording import (
    NO_CHARACTERISTIC,
    Header,
    Kind,
    RecordingWriter,
    recording_id,
    recording_path,
)
from ingest.store import open_store

SECOND = 1_000_000_000
NOON = 1_795_176_000 * SECOND  # 2026-11-20 12:00 UTC
POD = ("rsc", "battery", "device_information")


def header_of(
    sensor: str, profiles: Sequence[str] = POD, start_ns: int = NOON, **changes: object
) -> Header:
    uuids = [uuid for key in profiles if key in PROFILES for uuid in PROFILES[key].characteristics]
    facts: dict[str, object] = {
        "id": recording_id(sensor, start_ns),
        "sensor": sensor,
        "profiles": tuple(profiles),
        "app": "0.1.0",
        "started_utc_ns": start_ns,
        "started_monotonic_ns": 0,
        "characteristics": tuple(uuids),
    }
    return Header(**{**facts, **changes})  # type: ignore[arg-type]


def know(home: Path, *sensors: str) -> None:
    """Enter sensors, so that their recordings are of ones that somebody knows."""
    at = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    Entries(home).append(
        *(
            SensorPaired(at=at, sensor=key, identity=key, address="", name=key, profiles=("rsc",))
            for key in sensors
        )
    )


class Session:
    """A recording in the making whose clocks run as the test says."""

    def __init__(self, home: Path, header: Header) -> None:
        self.header = header
        self.start_ns = header.started_utc_ns
        self.path = recording_path(home, header)
        self.writer = RecordingWriter.create(self.path, header)

    def row(self, second: float, kind: Kind, characteristic: str | None, payload: bytes) -> None:
        elapsed = round(second * SECOND)
        index = NO_CHARACTERISTIC if characteristic is None else self.header.index(characteristic)
        self.writer.append(kind, index, payload, self.start_ns + elapsed, elapsed)

    def connected(self, second: float) -> None:
        self.row(second, Kind.CONNECTED, None, b"found")

    def lost(self, second: float, reason: str = "out of reach") -> None:
        self.row(second, Kind.LOST, None, reason.encode())

    def notify(self, second: float, characteristic: str, payload: bytes) -> None:
        self.row(second, Kind.NOTIFICATION, characteristic, payload)

    def reply(self, second: float, characteristic: str, payload: bytes) -> None:
        self.row(second, Kind.REPLY, characteristic, payload)

    def walk(self, start: int, end: int, cadence: int = 55) -> None:
        """A foot pod that walks: one notification a second from start to before end."""
        for second in range(start, end):
            pace = rsc.RscMeasurement(speed_mps=1.5, cadence_sent_per_min=cadence)
            self.notify(second, rsc.MEASUREMENT, rsc.encode(pace))

    def beat(self, start: int, end: int, bpm: int = 90) -> None:
        """A heart rate strap: one notification a second from start to before end."""
        for second in range(start, end):
            beat = heart_rate.HeartRateMeasurement(heart_rate_bpm=bpm, rr_s=(0.5, 0.625))
            self.notify(second, heart_rate.MEASUREMENT, heart_rate.encode(beat))

    def charge(self, second: float, percent: int) -> None:
        level = battery.BatteryMeasurement(battery_percent=percent)
        self.reply(second, battery.LEVEL, battery.encode(level))

    def firmware(self, second: float, text: str) -> None:
        self.reply(second, device_information.FIRMWARE, device_information.encode(text))

    def shake(self, second: float, samples: int, rate_hz: int = 100, seed: int = 0) -> None:
        """A motion sensor from a second on: the handshake's reply, then that many samples."""
        settings = thingy52.MotionConfiguration(rate_hz=rate_hz)
        self.reply(second, thingy52.CONFIGURATION, thingy52.encode_configuration(settings))
        axes = np.random.default_rng(seed).integers(-4000, 4000, (samples, 6)).astype(np.int16)
        elapsed = round(second * SECOND) + np.arange(1, samples + 1) * (SECOND // rate_hz)
        raw = self.header.index(thingy52.RAW)
        for payload, passed in zip(thingy52.encode_many(axes), elapsed.tolist(), strict=True):
            self.writer.append(Kind.NOTIFICATION, raw, payload, self.start_ns + passed, passed)

    def flush(self) -> None:
        self.writer.flush()

    def close(self) -> None:
        self.writer.close()


def pod_recording(home: Path, sensor: str = "pod", start_ns: int = NOON, seconds: int = 60) -> Path:
    """A whole recording of a walk with a foot pod."""
    session = Session(home, header_of(sensor, start_ns=start_ns))
    session.connected(0)
    session.charge(0.5, 80)
    session.firmware(0.6, "1.2")
    session.walk(1, seconds + 1)
    session.lost(seconds + 1)
    session.close()
    return session.path


def motion_recording(
    home: Path, sensor: str = "thingy", start_ns: int = NOON, samples: int = 500, seed: int = 0
) -> Path:
    """A whole recording of a motion sensor."""
    session = Session(home, header_of(sensor, ("thingy52",), start_ns))
    session.connected(0)
    session.shake(0.1, samples, seed=seed)
    session.close()
    return session.path


@contextmanager
def disk_full(size: int) -> Iterator[None]:
    """No file may grow beyond a size, as on a full disk: the write that reaches it is cut short."""
    import resource

    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


CONTENTS = {
    "sample": "id, epoch_ns(time), channel, value",
    "motion": "id, epoch_ns(time), ax, ay, az, gx, gy, gz",
    "link_event": "id, epoch_ns(time), kind, detail",
}


def contents(home: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Everything that recordings put into a store, whatever the order they were loaded in."""
    with open_store(home) as store:
        found = {
            table: store._rows(
                f"SELECT {columns} FROM {table} JOIN recording ON number = recording ORDER BY ALL"
            )
            for table, columns in CONTENTS.items()
        }
        found["recording"] = store._rows(
            "SELECT * EXCLUDE (number, path, size, first_time, last_time, started), "
            "epoch_ns(first_time), epoch_ns(last_time) FROM recording ORDER BY ALL"
        )
        found["sensor_info"] = store._rows("SELECT * EXCLUDE (time) FROM sensor_info ORDER BY ALL")
        return found
