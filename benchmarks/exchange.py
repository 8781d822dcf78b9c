"""Export, backup and restore of a home of some GB, beside programs that copy the same bytes.

    LEGLOAD_DATA=... python -m benchmarks.exchange --home DIR [--gb 2] [--store COPY] [--out DIR]

DIR is built once: recordings of a foot sensor at 100 Hz until they are so many GB (hours of real
walks, each stored many times under names of its own), and the store of COPY, a home that
`python -m tests.ten_years` built, if one is given; it is copied, never opened. Then each task runs
in a process of its own, after all files were read once: seconds, MB/s of what it reads of the
home, peak memory, and how many times as long it takes as its baseline.

- backup (a zip, read back and checked) and restore: as `cp -r`, `tar -cf`, `zip -0 -r`
- tables (what an export adds to the recordings): as DuckDB's own EXPORT DATABASE, Parquet and zstd
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

HOURS = 4
"""Different ones; the rest are copies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Took:
    """One task: wall and processor seconds, peak memory of its process in MB."""

    wall_s: float
    cpu_s: float
    peak_mb: float


def prepare(home: Path, gb: float, store: Path | None) -> None:
    """A home of so many GB of recordings, and the store of another one."""
    from benchmarks.week import hour, loop, write_hour
    from ingest.recording import recording_paths

    counts = loop()
    for number in range(HOURS):
        write_hour(home, hour(counts, number), number)
    originals = recording_paths(home)
    left = gb * 1e9 - sum(path.stat().st_size for path in originals)
    number = 0
    while left > 0:
        source = originals[number % HOURS]
        folder = home / "recordings" / f"{2000 + number // 720}" / f"{number // 60 % 12 + 1:02d}"
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, folder / f"n{number:05d}-{source.name}")
        left -= source.stat().st_size
        number += 1
    if store is not None:
        for name in ("legload.duckdb", "entries.jsonl"):
            shutil.copy(store / name, home / name)


def run(*words: str | Path, inside: Path | None = None) -> Took:
    """A task in a process of its own."""
    start = time.perf_counter()
    with subprocess.Popen([str(word) for word in words], cwd=inside) as process:
        _pid, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    wall_s = time.perf_counter() - start
    if process.returncode:
        raise SystemExit(f"{words[0]} failed with {process.returncode}")
    return Took(wall_s=wall_s, cpu_s=used.ru_utime + used.ru_stime, peak_mb=used.ru_maxrss / 1000)


def child(task: str, home: Path, out: Path) -> None:
    """What one process does; nothing but start for a task that is none."""
    from ingest.backups import backup
    from ingest.exchange import check, export, restore

    if task == "backup":
        backup(home, out)
    elif task == "zip":
        export(home, out, tables=False)
    elif task == "check":
        check(out)
    elif task == "restore":
        restore(home, out)
    elif task == "tables":
        _tables(home, out)
    elif task == "duckdb":
        _duckdb(home, out)


def _tables(home: Path, out: Path) -> None:
    """Every table of an export, as an export writes them."""
    from ingest.stretches import Scope
    from ingest.tables import TABLES, write_gaps, write_table

    out.mkdir()
    for table in TABLES:
        write_table(home, table, out / f"{table.key}.parquet", Scope(), {})
    write_gaps(home, out / "gaps.parquet", Scope(), {})


def _duckdb(home: Path, out: Path) -> None:
    import duckdb

    with duckdb.connect(home / "legload.duckdb", read_only=True) as connection:
        connection.execute("SET memory_limit = '512MB'")
        connection.execute(f"EXPORT DATABASE '{out}' (FORMAT parquet, COMPRESSION zstd)")


def ours(task: str, home: Path, out: Path) -> Took:
    """One of our tasks."""
    return run(
        sys.executable, "-m", "benchmarks.exchange", "--child", task, "--home", home, "--out", out
    )


def size(path: Path) -> int:
    """Bytes of a file, or of all files below a folder."""
    return sum(p.stat().st_size for p in (path, *path.rglob("*")) if p.is_file())


def show(title: str, took: Took, read: int, baseline: Took | None = None) -> None:
    """A line."""
    ratio = f"{took.wall_s / baseline.wall_s:6.2f} x" if baseline else ""
    print(
        f"{title:28} {took.wall_s:7.2f} s {took.cpu_s:7.2f} cpu-s {read / 1e6 / took.wall_s:7.0f}"
        f" MB/s {took.peak_mb:6.0f} MB peak {ratio}",
        flush=True,
    )


def compare(home: Path, out: Path) -> None:
    """Print every task beside its baselines."""
    recordings = home / "recordings"
    read = size(recordings)
    run("sh", "-c", f"cat '{recordings}'/*/*/* > /dev/null")
    show("start of Python", ours("none", home, out), 0)
    copied = run("cp", "-r", recordings, out / "cp")
    show("cp -r", copied, read)
    show("tar -cf", run("tar", "-cf", out / "a.tar", recordings), read, copied)
    synced = f"tar -cf '{out}/b.tar' '{recordings}' && sync '{out}/b.tar'"
    show("tar -cf, sync", run("sh", "-c", synced), read, copied)
    if shutil.which("zip"):
        show("zip -0 -r", run("zip", "-0", "-r", "-q", out / "a.z", recordings), read, copied)
    show("sha256sum of the tar", run("sha256sum", out / "a.tar"), read, copied)
    show("zip of ours", ours("zip", home, out / "ours.zip"), read, copied)
    show("check", ours("check", home, out / "ours.zip"), read, copied)
    show("backup", ours("backup", home, out / "backups"), read, copied)
    show("restore", ours("restore", out / "back", out / "ours.zip"), read, copied)
    if (home / "legload.duckdb").exists():
        stored = size(home / "legload.duckdb")
        theirs = ours("duckdb", home, out / "duckdb")
        show("DuckDB EXPORT DATABASE", theirs, stored)
        show("tables", ours("tables", home, out / "tables"), stored, theirs)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--gb", type=float, default=2.0)
    parser.add_argument("--store", type=Path)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--child")
    parser.add_argument("--prepare", action="store_true")
    given = parser.parse_args()
    out = given.out or given.home.with_name(f"{given.home.name}-out")
    if given.prepare:
        return prepare(given.home, given.gb, given.store)
    if given.child:
        return child(given.child, given.home, out)
    if not given.home.exists():  # in a process of its own: a child's peak counts what forked it
        words = ["--prepare", "--home", given.home, "--gb", given.gb]
        stored = ["--store", given.store] if given.store else []
        run(sys.executable, "-m", "benchmarks.exchange", *map(str, words + stored))
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    try:
        compare(given.home, out)
    finally:
        shutil.rmtree(out)
    return None


if __name__ == "__main__":
    main()
