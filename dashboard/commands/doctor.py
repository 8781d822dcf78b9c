"""`doctor`: what stands in the way, and the one thing that mends it."""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import shutil
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from dashboard import console

if TYPE_CHECKING:
    from dashboard.settings import Settings

LOOK_S = 2.0
ENOUGH_BYTES = 500_000_000
EARLIEST = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing looked at: fine or not, what was found, and what to do if it is not fine."""

    key: str
    fine: bool
    found: str
    fix: str = ""


def doctor(context: typer.Context) -> None:
    """Look for what stands in the way of recording, and say what mends it."""
    findings = [check(context.obj) for check in CHECKS]
    if context.obj.json:
        console.emit(findings)
    else:
        for finding in findings:
            console.show(f"{'ok  ' if finding.fine else 'FIX '} {finding.found} {finding.fix}")
    if not all(finding.fine for finding in findings):
        raise typer.Exit(1)


def folder(settings: Settings) -> Finding:
    """The home folder can be written, by its owner only."""
    home = settings.home
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe = home / ".probe"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        why = error.strerror or str(error)
        return Finding(
            key="folder",
            fine=False,
            found=f"The folder {home} cannot be written ({why}).",
            fix="Choose another with --home, or change its permissions.",
        )
    mode = stat.S_IMODE(home.stat().st_mode)
    if os.name == "posix" and mode & 0o077:
        return Finding(
            key="folder",
            fine=False,
            found=f"Other users of this computer can read {home}.",
            fix=f"Run: chmod 700 '{home}'",
        )
    return Finding(key="folder", fine=True, found=f"Data is kept in {home}.")


def disk(settings: Settings) -> Finding:
    """There is room for more recordings."""
    free = shutil.disk_usage(_existing(settings.home)).free
    found = f"{free / 1e9:.1f} GB are free on the disk."
    fix = "" if free >= ENOUGH_BYTES else "Free at least 0.5 GB, or recording will stop."
    return Finding(key="disk", fine=not fix, found=found, fix=fix)


def _existing(path: Path) -> Path:
    return next(place for place in (path, *path.parents) if place.exists())


def clock(_: Settings) -> Finding:
    """The computer's clock is plausible."""
    now = dt.datetime.now(dt.UTC)
    found = f"The clock says {now.astimezone():%Y-%m-%d %H:%M %Z}."
    fix = "" if now >= EARLIEST else "That is in the past: set the clock, or turn on its sync."
    return Finding(key="clock", fine=not fix, found=found, fix=fix)


def store(settings: Settings) -> Finding:
    """The store opens."""
    from ingest.errors import IngestError
    from ingest.store import open_store

    try:
        with open_store(settings.home):
            return Finding(key="store", fine=True, found="The store opens.")
    except IngestError as error:
        return Finding(key="store", fine=False, found=error.problem, fix=error.advice)


def entries(settings: Settings) -> Finding:
    """What was typed can all be read, and every recording is of a sensor that is known."""
    from ingest.entries import Entries
    from ingest.errors import IngestError

    try:
        said = Entries(settings.home).reading()
    except IngestError as error:
        return Finding(key="entries", fine=False, found=error.problem, fix=error.advice)
    if said.problems:
        return Finding(key="entries", fine=False, found=" ".join(said.problems))
    persons, sensors = len(said.registry.persons), len(said.registry.active)
    return Finding(key="entries", fine=True, found=f"Known: {persons} persons, {sensors} sensors.")


def collector(settings: Settings) -> Finding:
    """Whether a collector runs; either is fine."""
    from ingest.control import NotRunning, ask
    from ingest.errors import IngestError

    try:
        state = ask(settings.home, "status")
    except NotRunning:
        found = "No collector is running; 'legload run' starts one."
        return Finding(key="collector", fine=True, found=found)
    except IngestError as error:
        return Finding(key="collector", fine=False, found=error.problem, fix=error.advice)
    return Finding(
        key="collector",
        fine=True,
        found=f"A collector is running with {len(state['sensors'])} sensors.",
    )


def bluetooth(settings: Settings) -> Finding:
    """The radio scans, and what it hears."""
    from dashboard.reach import scan
    from ingest.errors import IngestError

    try:
        found = scan(settings.home, settings.radio, LOOK_S)
    except IngestError as error:
        return Finding(key="bluetooth", fine=False, found=error.problem, fix=error.advice)
    except (OSError, asyncio.CancelledError) as error:
        return Finding(
            key="bluetooth",
            fine=False,
            found=f"Bluetooth could not be tried: {error}.",
            fix="Turn Bluetooth off and on again, then try again.",
        )
    heard = f"{len(found)} sensors answer" if found else "no sensor answers right now"
    return Finding(key="bluetooth", fine=True, found=f"Bluetooth works; {heard}.")


CHECKS: tuple[Callable[[Settings], Finding], ...] = (
    folder,
    disk,
    clock,
    store,
    entries,
    collector,
    bluetooth,
)
