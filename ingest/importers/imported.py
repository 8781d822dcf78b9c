"""What every importer is given and gives back."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Into:
    """Where a file goes: which home folder, whose data it becomes, and the time now (UTC)."""

    home: Path
    person: str
    now: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """One file taken in: how many rows it held, and what happened, in one sentence."""

    file: str
    rows: int
    text: str
