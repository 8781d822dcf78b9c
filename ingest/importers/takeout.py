"""Google Takeout of Google Fit: steps by the quarter of an hour, and body mass.

`Takeout/Fit/Daily activity metrics/2026-10-31.csv` has a row a quarter of an hour with `Start time`
and `End time` as local times with their offset (`07:15:00.000+05:30`), `Step count` and, where
somebody weighed in, `Average weight (kg)`, as programs that read it show (class GoogleFitToAlbi;
the tests of bahaana.ingest; Fit's data types: developers.google.com/fit/datatypes). The file of
daily sums beside it tells of the same steps again and is never read, nor are the raw streams in
`All Data`. Folder names are in the person's language: files go by their own names and head lines.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Protocol

import numpy as np

from ingest.errors import IngestError
from ingest.importers.imported import Imported, Into
from ingest.importers.sports import Sport
from ingest.importers.taking import Source, Taking
from ingest.importers.xml_files import number
from language.spoken import _, mark

KEY = "google_fit"
SUFFIXES = (".csv",)

DAY = re.compile(r"(?:.*/)?(\d{4}-\d\d-\d\d)\.csv", re.DOTALL)
HEAD = "Start time,End time,"
MOST_BYTES = 1 << 20
"""Of a day: 96 rows of some 40 numbers are 20 KB."""

MOST_ROWS = 1_000
"""Of a day: one a quarter of an hour."""

STEPS, MASS = "Step count", "Average weight (kg)"


class Opened(Protocol):
    """Opens a file within limits, wherever it lies."""

    def __call__(self) -> AbstractContextManager[IO[bytes]]:
        """Its bytes."""


@dataclass(frozen=True, slots=True)
class Day:
    """The file of one day."""

    name: str
    opened: Opened


def fits(name: str, head: bytes) -> bool:
    """Whether a file is one day's."""
    return bool(DAY.fullmatch(name)) and head.removeprefix(b"\xef\xbb\xbf").startswith(
        HEAD.encode()
    )


def take(file: Path, into: Into) -> Imported:
    """Take one day's file in.

    Raises:
        IngestError: it is damaged, or holds nothing that is used.
    """
    return take_days([Day(file.name, lambda: file.open("rb"))], file, into)


def take_days(days: list[Day], file: Path, into: Into) -> Imported:
    """Take many days in at once; file: what they lie in.

    Raises:
        IngestError: nothing in any of them is used.
    """
    source = Source(
        identity="google fit",
        name="Google Fit",
        placement=into.told.placement or Sport.WALK.placement,
    )
    with Taking(file, into, KEY) as taking:
        for done, day in enumerate(days):
            try:
                _take_day(taking, source, day)
            except IngestError as error:
                taking.skip(PurePosixPath(day.name).name[:80], 1, error.problem)
            into.progress(done + 1, len(days))
        return taking.finish()


def _take_day(taking: Taking, source: Source, day: Day) -> None:
    told = DAY.fullmatch(day.name)
    date = dt.date.fromisoformat(told[1]) if told and _is_date(told[1]) else None
    rows = list(_rows(day))
    if date is None or not rows or STEPS not in rows[0]:
        raise _unlike(day.name)
    starts, ends, steps = [], [], []
    for row in rows:
        span = _span(date, row.get("Start time") or "", row.get("End time") or "")
        kg, count = number(row.get(MASS) or ""), number(row.get(STEPS) or "")
        if span is None:
            taking.skip(_("stretches of steps"), 1, _("their times cannot be read"))
            continue
        if np.isfinite(kg):
            taking.add_mass(date, kg)
        if np.isfinite(count) and count > 0:
            starts.append(span[0])
            ends.append(span[1])
            steps.append(count)
    taking.add_steps(
        source, np.array(starts, np.int64), np.array(ends, np.int64), np.array(steps, np.float64)
    )


def _rows(day: Day) -> Iterator[dict[str, str]]:
    with day.opened() as packed:
        content = packed.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES or not fits(day.name, content):
        raise _unlike(day.name)
    try:
        lines = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))
        for at, row in enumerate(lines):
            if at >= MOST_ROWS:
                raise _unlike(day.name)
            yield row
    except (UnicodeDecodeError, csv.Error) as error:
        raise _unlike(day.name) from error


def _span(date: dt.date, start: str, end: str) -> tuple[int, int] | None:
    """UTC ns from and to local times of a day; an end before its start is of the next day."""
    try:
        times = [dt.time.fromisoformat(text) for text in (start, end)]
    except ValueError:
        return None
    if any(time.tzinfo is None for time in times):
        return None
    start_ns, end_ns = (
        int(dt.datetime.combine(date, time).timestamp() * 1000) * 1_000_000 for time in times
    )
    return start_ns, end_ns + (86_400_000_000_000 if end_ns <= start_ns else 0)


def _is_date(text: str) -> bool:
    try:
        return dt.date.fromisoformat(text).year > 1970
    except ValueError:
        return False


def _unlike(name: str) -> IngestError:
    return IngestError(
        mark("{file} is no day of Google Fit."),
        mark("Nothing was imported from it. Ask Google Takeout for it again, in English."),
        file=PurePosixPath(name).name[:80],
    )
