"""Files that a page was given: what they are, and the command that takes them in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from dashboard.errors import DashboardError
from dashboard.folders import folder_named
from dashboard.persons import local_zone
from ingest.entries import Entries
from ingest.importers import IMPORTERS
from ingest.importers.imported import Imported, Into, Told
from ingest.importers.looking import Look, look
from ingest.importers.table_columns import MEANINGS
from language.spoken import _, mark

AXIS = mark("{what} {axis}, {unit}")
_MOTION = (
    ("a", mark("acceleration"), {"mps2": "m/s²", "g": "g", "mg": "mg"}),
    ("g", mark("rotation"), {"dps": "°/s", "rads": "rad/s"}),
)


def kinds() -> list[str]:
    """Endings of the files that can be imported, such as `.legrec`."""
    return list(dict.fromkeys(end for one in IMPORTERS.values() for end in one.suffixes))


def meanings() -> dict[str, str]:
    """What a column of a table can hold, by key, in words."""
    motion = {
        f"{letter}{axis}_{unit}": _(AXIS, what=_(what), axis=axis, unit=shown)
        for letter, what, units in _MOTION
        for unit, shown in units.items()
        for axis in "xyz"
    }
    return {key: _(one.title) for key, one in MEANINGS.items()} | motion


def looked_at(home: Path, person: str, name: str, content: bytes, told: Told) -> Look:
    """What a file is, and what a person must still say of it; nothing is changed."""
    known = Entries(home).registry().persons.get(person)
    zone = (known.zone if known else None) or local_zone()
    into = Into(home=home, person=person, now=dt.datetime.now(dt.UTC), zone=zone, told=told)
    return look(name, content, into)


def options(told: Told) -> list[str]:
    """What is told, as options of `legload import`."""
    words = [f"--column={key}={column}" for key, column in told.columns.items()]
    words += [f"--placement={told.placement}"] if told.placement else []
    words += [f"--start={told.start.isoformat()}"] if told.start else []
    words += [f"--kind={told.kind}"] if told.kind else []
    words += [f"--recording={told.recording}"] if told.recording else []
    words += [f"--rate={told.rate_hz}"] if told.rate_hz else []
    if told.day_first is not None:
        words.append("--day-first" if told.day_first else "--month-first")
    return words


def file_named(text: str) -> Path:
    """A file or folder on this computer as somebody typed it.

    Raises:
        DashboardError: there is none.
    """
    path = folder_named(text.strip().strip("\"'"))
    try:
        there = path.exists()
    except OSError:
        there = False
    if not there:
        raise DashboardError(
            _("There is no file {file}.", file=path), _("Check the name, then try again.")
        )
    return path.absolute()


def imported(result: Mapping[str, Any] | None) -> tuple[Imported, ...]:
    """What came of each file, of what the command printed; none where that says something else."""
    try:
        return tuple(msgspec.convert((result or {}).get("files", ()), tuple[Imported, ...]))
    except msgspec.ValidationError:
        return ()
