"""How fast recordings reach the store, and how small they are there.

    python benchmarks/loader.py --rows 1000000

Prints the whole load (read, decode, insert) of a six-axis motion sensor's recordings, then the
insert alone against two baselines that put the same samples into DuckDB: `narrow` (one row for
each time, channel and value, from Arrow as well) and `executemany` (row by row, over a part).
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import duckdb
import numpy as np
import polars as pl

from devices import PROFILES, thingy52
from devices.profile import Int16s
from ingest.decoding import Decoded, decode_recording
from ingest.loader import load
from ingest.recording import (
    NO_CHARACTERISTIC,
    Header,
    Kind,
    RecordingWriter,
    read_recording,
    recording_id,
    recording_path,
    recording_paths,
)
from ingest.store import open_store, store_path

NOON = 1_795_176_000_000_000_000
HOUR_NS = 3600 * 10**9
RATE_HZ = 100
AXES = ("ax", "ay", "az", "gx", "gy", "gz")
BY_ROW = 20_000


def gait(rng: np.random.Generator, samples: int) -> Int16s:
    """(samples, 6) counts that move and rustle about as much as a walking leg's."""
    second = np.arange(samples)[:, None] / RATE_HZ
    swing = np.sin(2 * np.pi * 0.9 * second + np.arange(6)) ** 3
    scale = np.array([900, 700, 1100, 5000, 2500, 1500])
    counts: Int16s = (swing * scale + rng.normal(0, 12, (samples, 6))).astype(np.int16)
    return counts


def write(home: Path, rows: int) -> None:
    """Recordings of at most an hour, from a sensor at 100 Hz."""
    for number, start in enumerate(range(0, rows, 3600 * RATE_HZ)):
        samples = min(3600 * RATE_HZ, rows - start)
        started = NOON + number * HOUR_NS
        header = Header(
            id=recording_id("thingy", started),
            sensor="thingy",
            profiles=("thingy52",),
            app="0",
            started_utc_ns=started,
            started_monotonic_ns=0,
            characteristics=thingy52.PROFILE.characteristics,
        )
        with RecordingWriter.create(recording_path(home, header), header) as writer:
            settings = thingy52.MotionConfiguration(rate_hz=RATE_HZ)
            reply = thingy52.encode_configuration(settings)
            writer.append(Kind.CONNECTED, NO_CHARACTERISTIC, b"", started, 0)
            writer.append(Kind.REPLY, header.index(thingy52.CONFIGURATION), reply, started, 0)
            payloads = thingy52.encode_many(gait(np.random.default_rng(number), samples))
            elapsed = np.arange(1, samples + 1) * (10**9 // RATE_HZ)
            raw = header.index(thingy52.RAW)
            for at, (payload, passed) in enumerate(zip(payloads, elapsed.tolist(), strict=True)):
                writer.append(Kind.NOTIFICATION, raw, payload, started + passed, passed)
                if at % (60 * RATE_HZ) == 0:
                    writer.flush()


def insert_wide(home: Path, decoded: list[Decoded]) -> None:
    """As the loader does."""
    with open_store(home, read_only=False) as store:
        store.add(decoded)


@contextmanager
def table(home: Path, columns: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """An empty table `t` in a store of its own."""
    home.mkdir()
    config: dict[str, str | bool | int | float | list[str]] = {
        "storage_compatibility_version": "v1.5.0"
    }
    with duckdb.connect(store_path(home), config=config) as connection:
        connection.execute(f"CREATE TABLE t ({columns})")
        yield connection


def insert_narrow(home: Path, decoded: list[Decoded]) -> None:
    """One row for each instant and axis."""
    moved = [one.motion for one in decoded if one.motion is not None]
    time_ns = np.concatenate([motion.time_ns for motion in moved])
    names = pl.Series(list(AXES))
    narrow = pl.DataFrame(
        {
            "time": pl.Series(np.repeat(time_ns, 6)).cast(pl.Datetime("ns")),
            "channel": names.gather(np.tile(np.arange(6, dtype=np.uint32), len(time_ns))),
            "value": np.concatenate([motion.axes for motion in moved]).ravel().astype(np.float64),
        }
    )
    with table(home, "time TIMESTAMP_NS, channel VARCHAR, value DOUBLE") as connection:
        connection.register("batch", narrow.to_arrow())
        connection.execute("INSERT INTO t SELECT time, channel, value FROM batch")


def insert_by_row(home: Path, decoded: list[Decoded]) -> None:
    """`executemany` over the first rows."""
    motion = decoded[0].motion
    assert motion is not None
    instants = motion.time_ns[:BY_ROW].astype("datetime64[ns]").astype("datetime64[us]").tolist()
    rows = [(at, *axes) for at, axes in zip(instants, motion.axes.tolist(), strict=False)]
    columns = ", ".join(f"{axis} SMALLINT" for axis in AXES)
    with table(home, f"time TIMESTAMP_NS, {columns}") as connection:
        connection.begin()
        connection.executemany("INSERT INTO t VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
        connection.commit()


def timed(task: Callable[[], object]) -> float:
    """Seconds that a task takes."""
    start = time.perf_counter()
    task()
    return time.perf_counter() - start


def main() -> None:
    """Write, load, and insert the same samples in three ways."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rows", type=int, default=1_000_000)
    rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        written = timed(lambda: write(home, rows))
        files = recording_paths(home)
        size = sum(path.stat().st_size for path in files)
        print(f"write   {rows / written:12,.0f} rows/s  {size / rows:6.1f} bytes a row on the disk")
        took = timed(lambda: load(home))
        stored = store_path(home).stat().st_size
        print(f"load    {rows / took:12,.0f} rows/s  {stored / rows:6.1f} MB per million rows")
        print(f"again   {timed(lambda: load(home)) * 1000:12.0f} ms with nothing new")
        decoded = [decode_recording(path, 0, read_recording(path), PROFILES, -1) for path in files]
        compare(Path(folder), decoded, rows)


def compare(folder: Path, decoded: list[Decoded], rows: int) -> None:
    """Time the insert of decoded samples against the baselines."""
    ways = (
        ("wide", insert_wide, rows),
        ("narrow", insert_narrow, rows),
        ("executemany", insert_by_row, min(rows, BY_ROW)),
    )
    base = 0.0
    for name, insert, count in ways:
        home = folder / name
        took = timed(partial(insert, home, decoded)) / count
        base = base or took
        size = store_path(home).stat().st_size / count
        speed = f"{1 / took:12,.0f} instants/s {took / base:7.1f} x the time"
        print(f"{name:12}{speed}  {size:6.1f} MB per million")


if __name__ == "__main__":
    main()
