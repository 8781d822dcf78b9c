"""What every importer is given and gives back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from devices.profile import Placement

Progress = Callable[[int, int], None]
"""(done, all of it), in units of the importer's own such as bytes."""


def silent(_done: int, _whole: int) -> None:
    """Progress that nobody follows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a person adds about a file that does not say it itself.

    placement: where the sensor sat; start: the instant of its first sample (aware);
    kind: `walk`, `run`, `bike`, ... as `csv` knows them; columns: what a table's columns hold,
    by name of what is meant; recording: of a table with several, which one; rate_hz: of motion, how
    many samples a second; day_first: whether 03/04/2026 is the third of April (None: not told).
    """

    placement: Placement | None = None
    start: dt.datetime | None = None
    kind: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    recording: str | None = None
    rate_hz: float | None = None
    day_first: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Into:
    """Where a file goes: which home folder, whose data it becomes, and the time now (UTC).

    zone: IANA name, of local times in files that say none, and of days.
    """

    home: Path
    person: str
    now: dt.datetime
    zone: str = "UTC"
    told: Told = field(default_factory=Told)
    progress: Progress = silent


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """What of a file was not taken in: how many of what, and why; words for a person."""

    count: int
    what: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What of a file was taken in: how many of what (a channel, `motion`, `body mass`)."""

    count: int
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """One file taken in: how many new rows it gave, and what happened, in one sentence.

    rows: 0 where everything was here already; here: how many rows that were; sensors: keys of
    those that the file was taken in as; start, end: of what it holds, aware UTC.
    """

    file: str
    rows: int
    text: str
    kind: str = ""
    here: int = 0
    taken: tuple[Taken, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    sensors: tuple[str, ...] = ()
    start: dt.datetime | None = None
    end: dt.datetime | None = None
