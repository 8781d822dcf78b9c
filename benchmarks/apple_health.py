"""How fast an export of Apple Health is read, and in how much memory, beside other Python programs.

    python -m benchmarks.apple_health --days 90 365 --peer /venv/bin/python

Ours reads to columns in our units (`read`), or all the way into recordings (`import`). The others
read to whatever they make: healthkit-to-sqlite its elements, atlas-db a Polars frame of texts,
apple-health-parser a tree; `lxml` and `expat` are floors: no more than each record's attributes.
They are no dependencies: install those wanted in an environment of their own, and name its Python.
The others get a file without the document type, which they cannot read since iOS 16. Each runs in
a process of its own; memory is its peak. Run as `PYTHON apple_health.py --task NAME FILE` this file
needs the other program alone.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import importlib
import importlib.metadata
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

NOT_INSTALLED = 3
TAGS = {"Record", "Workout", "ActivitySummary"}


def ours_read(file: Path) -> int:
    """Columns by source in our units; nothing is kept."""
    from ingest.importers.apple_kinds import KINDS, Gathered
    from ingest.importers.apple_records import read
    from ingest.importers.imported import Into
    from ingest.importers.taking import Taking

    class Counted(Taking):
        count = 0

        def _put(self, *columns: object) -> None:
            Counted.count += len(columns[-1])  # type: ignore[arg-type]

    now = dt.datetime(2026, 11, 21, tzinfo=dt.UTC)
    into = Into(home=file.parent, person="ada", now=now, zone="Europe/Rome")
    gathered = Gathered(Counted(file, into, "apple_health"), into)
    with file.open("rb") as stream:
        read(stream, KINDS, gathered.give, may_be_typed=("BodyMass",))
    gathered.finish()
    return Counted.count


def ours_import(file: Path) -> int:
    """Recordings in a home folder."""
    from ingest.importers import import_file
    from ingest.importers.imported import Into

    now = dt.datetime(2026, 11, 21, tzinfo=dt.UTC)
    with tempfile.TemporaryDirectory(dir=file.parent) as home:
        return import_file(file, Into(home=Path(home), person="ada", now=now)).rows


def expat_floor(file: Path) -> int:
    """Attributes as lists, and nothing done with them."""
    from xml.parsers import expat

    count = 0

    def start(name: str, _attributes: list[str]) -> None:
        nonlocal count
        count += name == "Record"

    parser = expat.ParserCreate()
    parser.ordered_attributes = True
    parser.StartElementHandler = start
    with file.open("rb") as stream:
        parser.ParseFile(stream)
    return count


def lxml_floor(file: Path) -> int:
    """Four attributes of each record, elements thrown away at once."""
    etree = importlib.import_module("lxml.etree")
    count = 0
    for _event, element in etree.iterparse(str(file), tag="Record"):
        _said = [element.get(name) for name in ("type", "startDate", "endDate", "value")]
        count += 1
        element.clear()
        while element.getprevious() is not None:
            del element.getparent()[0]
    return count


def healthkit_to_sqlite(file: Path) -> int:
    """Its elements, not yet written to SQLite."""
    found = importlib.import_module("healthkit_to_sqlite.utils").find_all_tags
    count = 0
    with file.open("rb") as stream:
        for _tag, element in found(stream, TAGS):
            count += 1
            element.clear()
    return count


def atlas_db(file: Path) -> int:
    """Its Polars frame of texts."""
    return len(importlib.import_module("atlas.apple_health").to_df(str(file)))


def apple_health_parser(file: Path) -> int:
    """Its list of elements, all in memory."""
    loader = importlib.import_module("apple_health_parser.utils.loader").Loader
    return len(loader.read_xml(str(file)))


OURS: dict[str, Callable[[Path], int]] = {"read": ours_read, "import": ours_import}
PEERS: dict[str, tuple[str, Callable[[Path], int]]] = {
    "expat": ("", expat_floor),
    "lxml": ("lxml", lxml_floor),
    "healthkit-to-sqlite": ("healthkit-to-sqlite", healthkit_to_sqlite),
    "atlas-db": ("atlas-db", atlas_db),
    "apple-health-parser": ("apple-health-parser", apple_health_parser),
}
MODULES = {
    **dict.fromkeys(OURS, ("ingest.importers",)),
    "expat": ("xml.parsers.expat",),
    "lxml": ("lxml.etree",),
    "healthkit-to-sqlite": ("healthkit_to_sqlite.utils",),
    "atlas-db": ("atlas.apple_health",),
    "apple-health-parser": ("apple_health_parser.utils.loader",),
}
"""Imported before the clock starts."""


def task(name: str, file: Path) -> None:
    """Do one and print what it took."""
    package, run = PEERS[name] if name in PEERS else ("", OURS[name])
    try:
        version = importlib.metadata.version(package) if package else ""
    except importlib.metadata.PackageNotFoundError:
        raise SystemExit(NOT_INSTALLED) from None
    for module in MODULES[name]:
        importlib.import_module(module)
    began, cpu = time.perf_counter(), time.process_time()
    with Path(os.devnull).open("w") as nowhere, contextlib.redirect_stdout(nowhere):
        count = run(file)
    took: dict[str, float | str] = {"count": count, "wall_s": time.perf_counter() - began}
    took |= {"cpu_s": time.process_time() - cpu, "version": version}
    took["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(took))


def measured(python: str, name: str, file: Path) -> dict[str, float | str] | None:
    """What a task took in a process of its own; None where it is not installed or fails."""
    done = subprocess.run(
        [python, __file__, "--task", name, str(file)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        if done.returncode != NOT_INSTALLED:
            print(f"  {name}: failed: {done.stderr.strip().splitlines()[-1][:120]}")
        return None
    found: dict[str, float | str] = json.loads(done.stdout)
    return found


def plain_copy(file: Path) -> Path:
    """The same without its document type."""
    copy = file.with_name("plain.xml")
    with file.open("rb") as whole, copy.open("wb") as out:
        head = whole.read(1 << 16)
        whole.seek(head.index(b"]>") + 2)
        out.write(b'<?xml version="1.0" encoding="UTF-8"?>')
        shutil.copyfileobj(whole, out)
    return copy


def compare(file: Path, peer: str | None) -> None:
    """Print speed, memory and the ratio to ours of everyone who can read a file."""
    size_mb = file.stat().st_size / 1e6
    print(f"{size_mb:.0f} MB of XML")
    runs = [(sys.executable, name, file) for name in OURS]
    if peer:
        plain = plain_copy(file)
        runs += [(peer, name, plain) for name in PEERS]
    ours = 0.0
    for python, name, xml in runs:
        if (took := measured(python, name, xml)) is None:
            continue
        cpu_s = float(took["cpu_s"])
        ours = ours or cpu_s
        print(
            f"  {name + ' ' + str(took['version']):30} {size_mb / cpu_s:7.1f} MB/cpu-s"
            f" {size_mb / float(took['wall_s']):7.1f} MB/s {took['peak_mb']:7.0f} MB"
            f" {cpu_s / ours:6.2f} x ours {took['count']:>9} records",
            flush=True,
        )


def main() -> None:
    """Write exports of some lengths and compare."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--days", type=int, nargs="+", default=[90, 365], help="0.74 MB each")
    parser.add_argument("--file", type=Path, help="an export of your own instead")
    parser.add_argument("--peer", help="the Python of an environment that has the others")
    parser.add_argument("--task", help=argparse.SUPPRESS, nargs=2)
    given = parser.parse_args()
    if given.task:
        task(given.task[0], Path(given.task[1]))
        return
    if given.file:
        compare(given.file, None)
        return
    from tests.apple_writer import write

    for days in given.days:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "export.xml"
            write(file, dt.date(2026, 11, 1) - dt.timedelta(days=days), days)
            compare(file, given.peer)


if __name__ == "__main__":
    main()
