"""A simulated person's days, written as recordings: the demo's history.

The bytes are those that the virtual sensors would have sent, so the history takes the same path
through decoders, loader and score as anything real.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path

import numpy as np

from devices import battery, heart_rate, rsc, thingy52
from devices.profile import Int64s, Placement, Profile
from devices.walker import Bout, Walker
from ingest.framing import join
from ingest.recording import (
    NO_CHARACTERISTIC,
    Header,
    Kind,
    Rows,
    recording_id,
    recording_path,
    write_recording,
)

SECOND_NS = 1_000_000_000
HOUR_NS = 3600 * SECOND_NS
MOTION_RATE_HZ = 25
BEFORE_AND_AFTER_NS = 60 * SECOND_NS  # a session starts a minute early and ends a minute late
SESSION_AT_LEAST_NS = 8 * 60 * SECOND_NS
JITTER_NS = 20_000_000

Stream = tuple[str, Sequence[bytes], Int64s]  # characteristic, payloads, receive times


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """The sensors of a simulated person, by key; None: does not have one."""

    foot_pod: str
    heart_strap: str
    leg_sensor: str | None
    leg_placement: Placement


def write_sessions(
    home: Path, cast: Cast, bouts: Sequence[Bout], rng: np.random.Generator, until_ns: int
) -> int:
    """Foot pod and heart-rate recordings of every longer walk and run; how many there were."""
    walker = Walker(rng, bouts)
    sessions = 0
    for bout in bouts:
        long = bout.end_ns - bout.start_ns >= SESSION_AT_LEAST_NS
        if bout.kind not in ("walk", "run") or not long or bout.end_ns > until_ns:
            continue
        start, end = bout.start_ns - BEFORE_AND_AFTER_NS, bout.end_ns + BEFORE_AND_AFTER_NS
        times = np.arange(start, end, SECOND_NS, dtype=np.int64)
        paces = [rsc.encode(m) for m in walker.rsc(times)]
        beats = [heart_rate.encode(m) for m in walker.heart_rate(times)]
        level = battery.encode(battery.BatteryMeasurement(battery_percent=_battery(start)))
        for sensor, profile, stream in (
            (cast.foot_pod, rsc.PROFILE, (rsc.MEASUREMENT, paces, times)),
            (cast.heart_strap, heart_rate.PROFILE, (heart_rate.MEASUREMENT, beats, times)),
        ):
            first = (battery.LEVEL, [level], times[:1])
            _write(home, sensor, (profile, battery.PROFILE), [first, stream], rng)
        sessions += 1
    return sessions


def write_motion(
    home: Path, cast: Cast, bouts: Sequence[Bout], rng: np.random.Generator, until_ns: int
) -> int:
    """Hourly recordings of the leg sensor while it is worn; how many samples there were."""
    if cast.leg_sensor is None:
        return 0
    walker = Walker(rng, bouts)
    configuration = thingy52.handshake(MOTION_RATE_HZ)
    samples = 0
    for start, end in _hours(bouts, until_ns):
        times = np.arange(start, end, SECOND_NS // MOTION_RATE_HZ, dtype=np.int64)
        payloads = thingy52.encode_many(walker.motion(times, cast.leg_placement))
        reply = next(step.payload for step in configuration if hasattr(step, "payload"))
        _write(
            home,
            cast.leg_sensor,
            (thingy52.PROFILE, battery.PROFILE),
            [(thingy52.RAW, payloads, times)],
            rng,
            replies=[(thingy52.CONFIGURATION, reply)],
        )
        samples += len(times)
    return samples


def _hours(bouts: Sequence[Bout], until_ns: int) -> Iterator[tuple[int, int]]:
    """Stretches of at most an hour in which the leg sensor is worn, before `until_ns`."""
    worn = [bout for bout in bouts if bout.kind != "off"]
    for start in range(worn[0].start_ns, worn[-1].end_ns, HOUR_NS) if worn else ():
        end = min(start + HOUR_NS, worn[-1].end_ns, until_ns)
        if end > start:
            yield start, end


def _battery(time_ns: int) -> int:
    """A battery that loses about one percent a day and is changed when low."""
    return 98 - int(time_ns / (24 * HOUR_NS)) % 80


def _write(
    home: Path,
    sensor: str,
    profiles: Sequence[Profile],
    streams: Sequence[Stream],
    rng: np.random.Generator,
    replies: Sequence[tuple[str, bytes]] = (),
) -> None:
    start = min(int(times[0]) for _, _, times in streams)
    end = max(int(times[-1]) for _, _, times in streams)
    header = Header(
        id=recording_id(sensor, start),
        sensor=sensor,
        profiles=tuple(profile.key for profile in profiles),
        app=f"{version('legload')} simulated",
        started_utc_ns=start,
        started_monotonic_ns=start,
        characteristics=tuple(uuid for p in profiles for uuid in p.characteristics),
    )
    none = NO_CHARACTERISTIC
    parts = [_rows(Kind.CONNECTED, none, [b""], _at(start))]
    for characteristic, payload in replies:
        index = header.index(characteristic)
        parts += [_rows(kind, index, [payload], _at(start)) for kind in (Kind.WRITE, Kind.REPLY)]
    for characteristic, payloads, times in streams:
        index = header.index(characteristic)
        parts.append(_rows(Kind.NOTIFICATION, index, payloads, _received(times, rng)))
    parts.append(_rows(Kind.LOST, none, [b"stopped"], _at(end)))
    rows = join(parts)
    numbered = replace(rows, sequence=np.arange(len(rows), dtype=np.int64))
    write_recording(recording_path(home, header), header, numbered)


def _at(time_ns: int) -> Int64s:
    return np.array([time_ns], np.int64)


def _rows(kind: Kind, characteristic: int, payloads: Sequence[bytes], times: Int64s) -> Rows:
    """Rows of one kind; the simulated computer's two clocks agree."""
    return Rows(
        sequence=np.zeros(len(times), np.int64),
        utc_ns=times,
        monotonic_ns=times,
        kind=np.full(len(times), kind, np.uint8),
        characteristic=np.full(len(times), characteristic, np.uint8),
        payload=list(payloads),
    )


def _received(times: Int64s, rng: np.random.Generator) -> Int64s:
    """Receive times: late by up to 20 ms, in order."""
    late = times + rng.integers(0, JITTER_NS, len(times))
    return np.maximum.accumulate(late)
