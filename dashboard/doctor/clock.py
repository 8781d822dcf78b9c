"""The computer's clock: every recording bears its time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

from dashboard.doctor.computer import Computer
from dashboard.doctor.findings import Finding, fine, trouble, unknown
from language.spoken import _

WRITTEN = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)  # no version of this program is older
LATER = dt.timedelta(minutes=10)  # design: clocks of a computer that synchronises step less
LONG_YEARS = 2  # design: rather a wrong clock than a pause
TIMESYNC = "run/systemd/timesync/synchronized"  # systemd-timesyncd(8), FILES


def clock(computer: Computer) -> Iterator[Finding]:
    """The clock says a time after this program was written, and after every recording."""
    now = f"{computer.now.astimezone():%Y-%m-%d %H:%M %Z}"
    name, newest = newest_recording(computer.home)
    if computer.now < WRITTEN:
        yield trouble("clock-behind", now=now)
    elif newest is not None and newest > computer.now + LATER:
        yield trouble("recording-in-future", now=now, name=name)
    elif newest is not None and (years := (computer.now - newest).days // 365) >= LONG_YEARS:
        yield trouble("clock-ahead", now=now, newest=f"{newest:%Y-%m-%d}", years=years)
    else:
        yield fine("clock", _("The clock says {now}.", now=now))


def newest_recording(home: Path) -> tuple[str, dt.datetime | None]:
    """File name and begin of the recording that began last, after its name; None without any."""
    from ingest.header import recording_paths

    for path in reversed(recording_paths(home)):
        try:
            began = dt.datetime.strptime(f"{path.name[:15]}+0000", "%Y%m%dT%H%M%S%z")
        except ValueError:  # not named by this program
            continue
        return path.name, began
    return "", None


def synchronisation(computer: Computer) -> Iterator[Finding]:
    """A time server keeps the clock right."""
    from ingest.system_bus import BusError

    key = "clock-sync"
    if not computer.platform.startswith("linux"):
        yield unknown(key, _("Whether a time server keeps the clock is only checked on Linux."))
    elif (computer.root / TIMESYNC).exists():
        yield fine(key, _("A time server keeps the clock right."))
    else:
        try:
            synchronised = computer.synchronised()
        except BusError as error:
            why = f"{error.problem[0].lower()}{error.problem[1:]}"
            yield unknown(
                key, _("Whether a time server keeps the clock could not be asked: {why}", why=why)
            )
            return
        if synchronised:
            yield fine(key, _("A time server keeps the clock right."))
        else:
            yield trouble("clock-unsynchronised")
