"""A collector on a virtual radio, in simulated time."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np

from devices.profile import Placement, Profile
from ingest.collector import Collector
from ingest.entries import Assigned, Entries, SensorPaired
from ingest.radio import Radio
from ingest.recording import Kind, Recording, read_recording, recording_paths
from ingest.virtual import VirtualSensor
from tests.one_sensor import PROFILE
from tests.time_travel import TravelClock

EARLY = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def enter(home: Path, sensor: VirtualSensor, *, key: str = "ticker-1") -> None:
    """Write the entries that pairing would write."""
    profiles = tuple(profile.key for profile in sensor.profiles)
    placement = Placement.LEFT_ANKLE
    Entries(home).append(
        SensorPaired(
            at=EARLY,
            sensor=key,
            identity=sensor.address,
            address=sensor.address,
            name=sensor.name,
            profiles=profiles,
        ),
        Assigned(at=EARLY, sensor=key, person="ada", placement=placement, since=EARLY),
    )


@contextlib.asynccontextmanager
async def collecting(
    home: Path, radio: Radio, *profiles: Profile, seed: int = 3
) -> AsyncIterator[Collector]:
    """A collector at work for as long as the context lasts."""
    known = {profile.key: profile for profile in profiles or (PROFILE,)}
    rng = np.random.default_rng(seed)
    collector = Collector(home, radio, profiles=known, clock=TravelClock(), rng=rng)
    task = asyncio.create_task(collector.run())
    try:
        yield collector
    finally:
        collector.stop()
        await task


def recordings(home: Path) -> list[Recording]:
    return [read_recording(path) for path in recording_paths(home)]


def payloads(recording: Recording, kind: Kind = Kind.NOTIFICATION) -> list[bytes]:
    rows = recording.rows
    return [p for k, p in zip(rows.kind, rows.payload, strict=True) if k == kind]
