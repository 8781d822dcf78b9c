"""What scheduled jobs said: one line a run in `<home>/logs/report.log`, for its owner alone.

A line is `<instant, UTC> <job> done|failed <sentence>`.
"""

from __future__ import annotations

import datetime as dt
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ingest.private import open_private, private_folder, write_all

DONE, FAILED = "done", "failed"
_TAIL = 64 * 1024
"""Bytes at the end of the log in which the last run is looked for: months of it (design)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LastRun:
    """When a job ran last (aware), whether it did what it should, and what it said."""

    at: dt.datetime
    done: bool
    text: str


def log_path(home: Path) -> Path:
    """Where jobs say what they did."""
    return home / "logs" / "report.log"


def note_run(home: Path, job: str, text: str, *, done: bool, now: dt.datetime) -> None:
    """Add the line of one run. now: aware."""
    path = log_path(home)
    private_folder(path.parent)
    stamp = now.astimezone(dt.UTC).isoformat(timespec="seconds")
    line = f"{stamp} {job} {DONE if done else FAILED} {' '.join(text.split())}\n"
    descriptor = open_private(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    try:
        write_all(descriptor, line.encode())
    finally:
        os.close(descriptor)


def last_run(home: Path, job: str) -> LastRun | None:
    """The newest run of a job; None: it never ran, or nobody can read the log."""
    try:
        with log_path(home).open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - _TAIL))
            lines = file.read().decode(errors="replace").splitlines()
    except OSError:
        return None
    return next(filter(None, (_parsed(line, job) for line in reversed(lines))), None)


def forget_runs(home: Path, job: str) -> None:
    """Take what a job said out of the log, in place: another may be writing into it."""
    sought = f" {job} ".encode()
    with suppress(FileNotFoundError), log_path(home).open("r+b") as file:
        kept = [line for line in file if sought not in line]
        file.seek(0)
        file.writelines(kept)
        file.truncate()


def _parsed(line: str, job: str) -> LastRun | None:
    stamp, _, rest = line.partition(" ")
    name, _, rest = rest.partition(" ")
    word, _, text = rest.partition(" ")
    if name != job or word not in (DONE, FAILED):
        return None
    try:
        at = dt.datetime.fromisoformat(stamp)
    except ValueError:
        return None
    return LastRun(at=at, done=word == DONE, text=text) if at.tzinfo else None
