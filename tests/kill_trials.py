"""Processes that record or load until they are killed, and what is left of their work.

    python -m tests.kill_trials record RECORDING     (prints the rows that are safe, flush by flush)
    python -m tests.kill_trials load HOME            (prints "ready", loads, prints "done")

The parent's side is `kill_recorders` and `kill_loaders`; `benchmarks/kill.py` runs many of them.
"""

from __future__ import annotations

import mmap
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from devices import rsc
from ingest.recording import (
    Header,
    Kind,
    RecordingWriter,
    read_recording,
    recording_path,
)

NOON = 1_795_176_000_000_000_000  # 2026-11-20 12:00 UTC, ns
RATE_HZ = 100
PERIOD_NS = 10_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class RecorderFigures:
    """Rows over all kills. `most_lost`: unacknowledged rows that one kill cost, at most."""

    kills: int
    acknowledged: int
    acknowledged_lost: int
    wrong: int
    most_lost: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LoaderFigures:
    """Samples in the end, against a load that nobody killed."""

    kills: int
    during_load: int
    samples: int
    missing: int
    repeated: int


def payload_of(row: int) -> bytes:
    """What row number `row` must hold: a walk whose distance counts the rows."""
    return rsc.encode(
        rsc.RscMeasurement(
            speed_mps=row % 500 / 256, cadence_sent_per_min=row % 100, distance_m=row / 10
        )
    )


def header_of(number: int) -> Header:
    started_ns = NOON + number * 3600 * 10**9
    return Header(
        id=f"r{number:05}",
        sensor="pod",
        profiles=("rsc",),
        app="0.1.0",
        started_utc_ns=started_ns,
        started_monotonic_ns=0,
        characteristics=(rsc.MEASUREMENT,),
    )


def append(writer: RecordingWriter, row: int) -> None:
    elapsed = row * PERIOD_NS
    writer.append(
        Kind.NOTIFICATION, 0, payload_of(row), writer.header.started_utc_ns + elapsed, elapsed
    )


def record(path: Path) -> None:
    """Append as the event loop does while a thread flushes each second's rows, until killed."""
    with (
        counter(path) as count,
        RecordingWriter.create(path, header_of(0)) as writer,
        ThreadPoolExecutor(1) as thread,
    ):
        row = safe = 0
        flushing = thread.submit(writer.flush)
        while True:
            for _ in range(RATE_HZ):
                append(writer, row)
                row += 1
                count[:8] = row.to_bytes(8, "little")
            safe += flushing.result()
            print(safe, flush=True)  # noqa: T201 - the parent reads it
            flushing = thread.submit(writer.flush)


@contextmanager
def counter(path: Path) -> Iterator[mmap.mmap]:
    """Eight bytes beside a recording that outlive the process that counts in them."""
    beside = path.with_suffix(".count")
    if not beside.exists():
        beside.write_bytes(bytes(8))
    with beside.open("r+b") as file, mmap.mmap(file.fileno(), 8) as count:
        yield count


def load_all(home: Path) -> None:
    """Load with a transaction for each recording, so that a kill has many places to hit."""
    from ingest import loader

    loader.BATCH_RECORDINGS = 1
    print("ready", flush=True)  # noqa: T201 - the parent reads it
    loader.load(home)
    print("done", flush=True)  # noqa: T201


def child(task: str, path: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.kill_trials", task, str(path)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[1],
    )


def output_of(process: subprocess.Popen[str]) -> IO[str]:
    assert process.stdout is not None
    return process.stdout


def kill_recorders(folder: Path, kills: int, rng: random.Random) -> RecorderFigures:
    """Kill that many recorders, each after some flushes, and read what they left."""
    acknowledged = lost = wrong = most = 0
    for number in range(kills):
        path = folder / f"k{number}.legrec"
        folder.mkdir(exist_ok=True)
        path.with_suffix(".count").write_bytes(bytes(8))
        safe = _kill_after_flushes(path, rng.randrange(1, 60))
        rows = read_recording(path).rows
        with counter(path) as count:
            appended = int.from_bytes(count[:8], "little")
        acknowledged += safe
        lost += max(0, safe - len(rows))
        wrong += sum(payload != payload_of(row) for row, payload in enumerate(rows.payload))
        wrong += rows.sequence.tolist() != list(range(len(rows)))
        most = max(most, appended - len(rows))
    return RecorderFigures(
        kills=kills,
        acknowledged=acknowledged,
        acknowledged_lost=lost,
        wrong=wrong,
        most_lost=most,
    )


def _kill_after_flushes(path: Path, flushes: int) -> int:
    """Rows that the recorder had called safe when it was killed."""
    process = child("record", path)
    lines = [output_of(process).readline() for _ in range(flushes)]
    process.kill()
    rest = process.communicate()[0].splitlines(keepends=True)
    return max(int(line) for line in (*lines, *rest) if line.endswith("\n"))


def kill_loaders(folder: Path, kills: int, rng: random.Random) -> LoaderFigures:
    """Kill loaders of a growing home at random moments; let the last one finish and count."""
    from tests.recorded import contents

    home = folder / "killed"
    written, hit = 0, 0
    for _ in range(kills):
        for _ in range(3):
            write_recording(home, written, rng.randrange(50, 400))
            written += 1
        hit += _kill_at_random(home, rng)
    clean = folder / "clean"
    shutil.copytree(home / "recordings", clean / "recordings")
    for one in (home, clean):
        child("load", one).communicate()
    killed, whole = contents(home)["sample"], contents(clean)["sample"]
    return LoaderFigures(
        kills=kills,
        during_load=hit,
        samples=len(whole),
        missing=len(set(whole) - set(killed)),
        repeated=len(killed) - len(set(killed)) + len(set(killed) - set(whole)),
    )


def write_recording(home: Path, number: int, rows: int) -> None:
    header = header_of(number)
    with RecordingWriter.create(recording_path(home, header), header) as writer:
        for row in range(rows):
            append(writer, row)


def _kill_at_random(home: Path, rng: random.Random) -> bool:
    """Whether the kill came before the load was done."""
    process = child("load", home)
    assert output_of(process).readline() == "ready\n"
    try:
        process.wait(timeout=rng.uniform(0.0, 0.35))
    except subprocess.TimeoutExpired:
        process.kill()
    return "done" not in process.communicate()[0]


if __name__ == "__main__":
    {"record": record, "load": load_all}[sys.argv[1]](Path(sys.argv[2]))
