"""One week of 100 Hz six-axis motion from the store to minutes, and a minute of it live.

    LEGLOAD_DATA=... python -m benchmarks.week --home DIR [--days 7] [--peer mobgap=PYTHON ...]

Writes the recordings of a foot sensor (real walks end to end for 20 minutes of every hour, rest
between) and loads them, once: a DIR that holds them already is used as it is. Then, each in a
process of its own, what `legload load` does: all minutes anew, by stage; one minute anew, as it
comes every minute while recording. Processor seconds count all threads; memory is the peak.
Peers run on one day of the same samples, each in its own environment (benchmarks/peers.py).
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
from numpy.typing import NDArray

from benchmarks import recordings as rec
from devices import thingy52
from devices.profile import Int16s, Placement
from ingest.entries import Assigned, Entries, PersonSet, SensorPaired
from ingest.framing import Rows
from ingest.loader import load
from ingest.recording import (
    NO_CHARACTERISTIC,
    Header,
    Kind,
    recording_id,
    recording_path,
    write_recording,
)
from ingest.store import open_store, store_path

RATE_HZ = 100
HOUR = 3600 * RATE_HZ
WALKING = HOUR // 3
SECOND_NS = 10**9
MONDAY = dt.datetime(2026, 11, 16, tzinfo=dt.UTC)
SENSOR = "thingy"
TARGET_CPU_S, TARGET_GB, TARGET_LIVE = 10.0, 1.5, 1.0


def hour(walks: Int16s, number: int) -> Int16s:
    """(360000, 6) counts of one hour: another part of the walks each time, then a still foot."""
    rng = np.random.default_rng(number)
    counts = rng.normal(0.0, [3, 3, 3, 6, 6, 6], (HOUR, 6))
    counts[:WALKING] += np.roll(walks, -number * WALKING, axis=0)[:WALKING]
    counts[:, 2] += 1024
    rounded: Int16s = np.clip(counts, -32768, 32767).astype(np.int16)
    return rounded


def loop() -> Int16s:
    """Counts of every foot trial end to end."""
    folder = rec.data_folder()
    if folder is None:
        raise SystemExit("Set LEGLOAD_DATA to the folder with the recordings.")
    feet = rec.load(folder, "feet")
    acc = np.concatenate([one.acc_g for one in feet]) * 1024.0
    gyro = np.concatenate([one.gyro_dps for one in feet if one.gyro_dps is not None]) * 32.0
    counts: Int16s = np.clip(np.hstack([acc, gyro]), -30000, 30000).astype(np.int16)
    return counts


def write_hour(home: Path, counts: Int16s, number: int, *, sensor: str = SENSOR) -> None:
    """A recording of an hour."""
    start = int(MONDAY.timestamp()) * SECOND_NS + number * 3600 * SECOND_NS
    header = Header(
        id=recording_id(sensor, start),
        sensor=sensor,
        profiles=("thingy52",),
        app="0",
        started_utc_ns=start,
        started_monotonic_ns=start,
        characteristics=thingy52.PROFILE.characteristics,
    )
    setting = thingy52.encode_configuration(thingy52.MotionConfiguration(rate_hz=RATE_HZ))
    raw, configuration = header.index(thingy52.RAW), header.index(thingy52.CONFIGURATION)
    times = start + np.concatenate([[0, 0], np.arange(len(counts)) * (SECOND_NS // RATE_HZ)])
    motion = len(counts)
    rows = Rows(
        sequence=np.arange(motion + 2, dtype=np.int64),
        utc_ns=times,
        monotonic_ns=times,
        kind=np.array([Kind.CONNECTED, Kind.REPLY, *[Kind.NOTIFICATION] * motion], np.uint8),
        characteristic=np.array([NO_CHARACTERISTIC, configuration, *[raw] * motion], np.uint8),
        payload=[b"", setting, *thingy52.encode_many(counts)],
    )
    write_recording(recording_path(home, header), header, rows)


def prepare(home: Path, days: int) -> None:
    """A home with that many days of recordings, loaded; nothing where there is one."""
    if store_path(home).exists():
        return
    entries = Entries(home)
    entries.append(PersonSet(at=MONDAY, person="ada", name="Ada", birth_year=1980, zone="UTC"))
    entries.append(
        SensorPaired(at=MONDAY, sensor=SENSOR, identity=SENSOR, address="", name=SENSOR,
                     profiles=("thingy52",)),
        Assigned(at=MONDAY, sensor=SENSOR, person="ada", placement=Placement.LEFT_FOOT,
                 since=MONDAY),
    )  # fmt: skip
    walks = loop()
    for number in range(24 * days):
        write_hour(home, hour(walks, number), number)
    load(home)


def mark(home: Path, start: dt.datetime, end: dt.datetime) -> None:
    """Make minutes stale, as new samples in [start, end) would."""
    with open_store(home, read_only=False) as store:
        store._rows(  # noqa: SLF001 - as if samples had come
            "INSERT INTO stale SELECT ?, make_timestamp_ns(?), make_timestamp_ns(?), version"
            " FROM data_version",
            *(SENSOR, round(start.timestamp() * 1e9), round(end.timestamp() * 1e9) - 1),
        )


@contextmanager
def watched(spent: dict[str, float]) -> Iterator[None]:
    """Processor seconds of each stage of a refresh, by name."""
    from analytics.gait import stances, steps
    from dashboard import detected, refresh, sensor_minutes
    from ingest.queries import Store
    from ingest.writes import StoreWriter

    stages = (
        (Store, "motion_arrays", "read samples"),
        (Store, "motion_by_minute", "read and sum up minutes"),
        (steps, "to_grid", "grid"),
        (steps, "stirring", "strides"),
        (steps, "stride_times", "strides"),
        (stances, "contacts_on", "contacts"),
        (refresh, "worn_minutes", "wear"),
        (detected, "detect_repetitions", "repetitions"),
        (sensor_minutes, "motion_minutes", "minutes"),
        (StoreWriter, "replace_minutes", "write minutes"),
    )
    patches = [
        mock.patch.object(owner, name, timed(getattr(owner, name), stage, spent))
        for owner, name, stage in stages
    ]
    for patch in patches:
        patch.start()
    try:
        yield
    finally:
        for patch in patches:
            patch.stop()


def timed(task: Callable[..., Any], stage: str, spent: dict[str, float]) -> Callable[..., Any]:
    """The same, adding the processor seconds it takes; lazy frames are collected in it."""

    def run(*given: Any, **named: Any) -> Any:
        start = time.process_time()
        found = task(*given, **named)
        if hasattr(found, "collect"):
            found = found.collect().lazy()
        spent[stage] = spent.get(stage, 0.0) + time.process_time() - start
        return found

    return run


def refreshed(home: Path) -> None:
    """Child: refresh, and print what it took."""
    from dashboard.refresh import refresh

    spent: dict[str, float] = {}
    start = time.process_time()
    wall = time.perf_counter()
    with watched(spent):
        done = refresh(home)
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(json.dumps({
        "minutes": done.minutes, "cpu_s": time.process_time() - start, "stages": spent,
        "wall_s": time.perf_counter() - wall, "peak_gb": used.ru_maxrss / 1e6,
        "whole_cpu_s": used.ru_utime + used.ru_stime,
    }))  # fmt: skip


def child(home: Path) -> dict[str, Any]:
    """What a refresh in a process of its own took."""
    words = [sys.executable, "-m", "benchmarks.week", "--child", "--home", str(home)]
    ended = subprocess.run(words, check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    return found


def show(title: str, took: dict[str, Any]) -> None:
    """A line and its stages."""
    print(
        f"{title}: {took['cpu_s']:.2f} cpu-s ({took['whole_cpu_s']:.2f} with start of the program),"
        f" {took['wall_s']:.2f} s, peak {took['peak_gb']:.2f} GB, {took['minutes']} minutes"
    )
    for stage, seconds in sorted(took["stages"].items(), key=lambda item: -item[1]):
        print(f"    {stage:24} {seconds:7.3f} cpu-s")


def day(home: Path) -> NDArray[np.int16]:
    """(8640000, 6) counts of the first day."""
    with open_store(home) as store:
        rows = store.motion(SENSOR, MONDAY, MONDAY + dt.timedelta(days=1))
    scale = [1024.0] * 3 + [32.0] * 3
    return np.round(rows.drop("time").to_numpy() * scale).astype(np.int16)


def main() -> None:
    """Print the week, the minute, and the peers."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--days", type=int, default=7)
    parser.add_argument("--peer", action="append", default=[], metavar="NAME=PYTHON")
    parser.add_argument("--child", action="store_true")
    given = parser.parse_args()
    if given.child:
        return refreshed(given.home)
    prepare(given.home, given.days)
    end = MONDAY + dt.timedelta(days=given.days)
    mark(given.home, MONDAY, end)
    took = child(given.home)
    show(f"{given.days} days, all minutes", took)
    print(f"    target for 7 days: {TARGET_CPU_S:g} cpu-s, {TARGET_GB:g} GB")
    mark(given.home, end - dt.timedelta(minutes=1), end)
    live = child(given.home)
    show("one new minute", live)
    share, whole = (100.0 * live[key] / 60.0 for key in ("cpu_s", "whole_cpu_s"))
    print(
        f"    every minute: {share:.2f} % of a core a sensor (target {TARGET_LIVE:g} %), "
        f"and {whole - share:.2f} % to start the program, whatever the number of sensors"
    )
    if given.peer:
        from benchmarks import peers

        mark(given.home, MONDAY, MONDAY + dt.timedelta(days=1))
        one_day = child(given.home)
        show("the first day", one_day)
        peers.compare(day(given.home), given.peer, one_day["cpu_s"])
    return None


if __name__ == "__main__":
    main()
