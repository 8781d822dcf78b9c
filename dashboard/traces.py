"""The last minute of each sensor's main channel, from the tail of what is being recorded.

Read beside the collector that writes, and never from the store: a look costs only what was added
since the last one. What the collector tells is added, since it is newer than what is on the disk
by up to `ingest.session.TICK_S`.
"""

from __future__ import annotations

import datetime as dt
import os
import threading
import time
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dashboard.tails import Followed, Point
from devices import PROFILES
from devices.profile import Channel
from ingest.decoding import AHEAD_NS
from ingest.errors import IngestError
from ingest.header import SUFFIX, recording_id
from ingest.live_labels import LABELS, MAIN

if TYPE_CHECKING:
    from dashboard.shown import SensorView

SPAN_S = 60.0
"""How far back a trace reaches (design)."""
GAP_S = 3.0
"""Values further apart than this are not joined: in between nobody knows (design)."""
REACH_S = 3900.0
"""A recording that still grows began at most so long ago: they are closed after an hour."""
SETTLED_NS = 1_000_000_000
"""A folder that changed this shortly before it was listed may have changed again unnoticed."""

LATEST = 3
"""Recordings read when somebody looks for the first time; a minute seldom has more (design)."""
MOVEMENT = "movement"
"""What `ingest.live` calls the size of motion."""

Run = tuple[Point, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """The last 60 s of what a sensor is there for.

    label and unit as of a `LiveValue`; runs: (seconds ago, value) of every stretch without a gap,
    the oldest first, seconds ago falling.
    """

    label: str
    unit: str
    runs: tuple[Run, ...]

    @property
    def values(self) -> list[float]:
        """All values, the oldest first."""
        return [value for run in self.runs for _, value in run]

    @property
    def seen_s(self) -> float:
        """Seconds of the last minute between values that are no gap apart."""
        return sum(run[0][0] - run[-1][0] for run in self.runs)


class Live:
    """Follows the recordings of one home folder; `Data.live`. Safe in several threads."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._followed: dict[str, Followed] = {}
        self._listed: dict[Path, tuple[int, list[str]]] = {}
        self._looking = threading.Lock()

    def traces(
        self, sensors: Sequence[SensorView], *, now: dt.datetime | None = None
    ) -> dict[str, Trace]:
        """The trace of each of these sensors, by key, up to now (None: the clock's). Never raises.

        A sensor of which nothing was ever heard has an empty trace.
        """
        now_ns = time.time_ns() if now is None else round(now.timestamp() * 1e9)
        with self._looking:
            return {sensor.key: self._trace(sensor, now_ns) for sensor in sensors}

    def _trace(self, sensor: SensorView, now_ns: int) -> Trace:
        followed = self._followed.setdefault(sensor.key, Followed())
        for path in self._recordings(sensor.key, now_ns)[-LATEST:]:
            try:
                followed.follow(path, now_ns)
            except (IngestError, OSError):
                continue  # erased or out of reach just now: what is unknown stays a gap
        followed.forget(now_ns - round(SPAN_S * 1e9))
        return _trace_of(sensor, followed, now_ns)

    def _recordings(self, sensor: str, now_ns: int) -> list[Path]:
        """The recordings that may still grow, the oldest first."""
        wanted = f"{recording_id(sensor, 0).partition('-')[2]}{SUFFIX}"
        then_ns = now_ns - round(REACH_S * 1e9)
        instants = (dt.datetime.fromtimestamp(ns / 1e9, dt.UTC) for ns in (then_ns, now_ns))
        months = {f"{instant:%Y/%m}" for instant in instants}
        first = recording_id("", then_ns)
        return [
            folder / name
            for folder in (self._home / "recordings" / month for month in sorted(months))
            for name in self._names(folder, first)
            if name[len(first) :] == wanted
        ]

    def _names(self, folder: Path, first: str) -> list[str]:
        """The names in a folder from one on; it is listed anew only where it has changed."""
        try:
            changed_ns = folder.stat().st_mtime_ns
        except OSError:
            return []
        listed_ns, names = self._listed.get(folder, (0, []))
        if changed_ns > listed_ns - SETTLED_NS:
            listed_ns, names = time.time_ns(), sorted(one.name for one in os.scandir(folder))
            self._listed[folder] = listed_ns, names
        return names[bisect_left(names, first) :]


def _trace_of(sensor: SensorView, followed: Followed, now_ns: int) -> Trace:
    """The main channel's points, and what the collector told after them."""
    channel = _main(sensor, followed)
    label, unit = LABELS[channel] if channel else (MOVEMENT, followed.unit)
    points = followed.points(channel)
    if channel is Channel.CADENCE_SENT and sensor.counts == "strides":
        points = [(at_ns, 2.0 * value) for at_ns, value in points]
    for one in sensor.live:
        if one.label == label and one.value is not None:
            unit = one.unit
            followed.tell(label, now_ns - one.age_s * 1e9, one.value)
    last_ns = points[-1][0] if points else 0.0
    # Movement is told as the mean of a longer stretch: only where the disk says nothing any more.
    points += followed.told(label, last_ns if channel else last_ns + GAP_S * 1e9)
    return Trace(label=label, unit=unit, runs=_runs(points, now_ns))


def _main(sensor: SensorView, followed: Followed) -> Channel | None:
    """What the sensor is there for, of what it says; None: movement."""
    kinds = [key for key in sensor.profiles if key in PROFILES and not PROFILES[key].companion]
    named = [channel for key in kinds for channel in MAIN.get(key, ())]
    said = {value.label for value in sensor.live if value.value is not None}
    heard = (c for c in named if followed.points(c) or LABELS[c][0] in said)
    moves = any(key not in MAIN for key in kinds)
    return next(heard, None if moves or not named else named[0])


def _runs(points: Sequence[Point], now_ns: int) -> tuple[Run, ...]:
    """Points as (seconds ago, value), cut where nothing was heard for longer than `GAP_S`."""
    runs: list[list[Point]] = []
    for at_ns, value in points:
        if at_ns > now_ns + AHEAD_NS:
            continue  # of a clock that was ahead
        ago_s = min(SPAN_S, max(0.0, (now_ns - at_ns) / 1e9))
        if not runs or runs[-1][-1][0] - ago_s > GAP_S:
            runs.append([])
        runs[-1].append((ago_s, value))
    return tuple(map(tuple, runs))
