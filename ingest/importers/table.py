"""Any table as CSV: what its columns hold is told by their names, or by a person.

One row is one instant; or one stretch of time, with `start`, `end` and `steps`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from devices.profile import Channel
from ingest.errors import IngestError
from ingest.importers import motion_table
from ingest.importers.activity import holds_s
from ingest.importers.csv_text import Batch, Layout, batches, layout_of
from ingest.importers.imported import Imported, Into
from ingest.importers.motion_columns import is_motion
from ingest.importers.table_columns import (
    MEANINGS,
    TIMES,
    Columns,
    asked,
    columns_of,
    listing,
    source_of,
)
from ingest.importers.table_numbers import decimal_comma, given, numbers
from ingest.importers.table_times import (
    ABSENT,
    Times,
    day_first,
    days_alone,
    elapsed,
    instants,
    is_clock,
    is_day,
    is_elapsed,
    together,
)
from ingest.importers.taking import Source, Taking
from language.spoken import _, mark, n_

KEY = "table"
SUFFIXES = (".csv", ".tsv", ".txt")


def take(file: Path, into: Into) -> Imported:
    """Take a table in.

    Raises:
        IngestError: it is none, nobody says what it holds or when it was, or a value cannot be.
    """
    if any(map(is_motion, into.told.columns)):
        return motion_table.take(file, into)
    layout = layout_of(file)
    columns = columns_of(file.name, layout.names, into.told.columns, into.told.kind)
    with Taking(file, into, KEY) as taking:
        _Table(file, into, layout, columns, taking).read()
        return taking.finish()


@dataclass(slots=True)
class _Table:
    """One table while it is read."""

    file: Path
    into: Into
    layout: Layout
    columns: Columns
    taking: Taking
    rows: int = 0
    comma: bool | None = None
    order: bool | None = None
    told_by: tuple[str, ...] = ()
    weighed: set[dt.date] = field(default_factory=set)

    def read(self) -> None:
        """Every row of it."""
        self._refuse_unknown()
        for number, batch in enumerate(self._batches(told=True)):
            if number == 0:
                self._look_at(batch)
            self.taking.skip(
                _("rows"), batch.ragged, _("they have more values than the table has columns")
            )
            self._take(batch)
        self._tell_the_rest()

    def _batches(self, *, told: bool) -> Iterator[Batch]:
        if told:
            return batches(self.file, self.layout, self.into.progress)
        return batches(self.file, self.layout)

    # What a table is of ------------------------------------------------------------------------

    def _refuse_unknown(self) -> None:
        at = self.columns.at
        if at.keys() <= set(TIMES):
            raise self._unknown()
        if not at.keys() & set(TIMES):
            raise IngestError(
                mark("{file} does not tell when: none of its columns is a time ({columns})."),
                mark("Nothing was imported. Say which column is: --column time=COLUMN"),
                file=self.file.name,
                columns=listing(self.layout.names),
            )

    def _unknown(self) -> IngestError:
        """What is said where no column is known; a column is named only where its name fits."""
        option = asked(self.columns.unknown)
        advice = mark("Nothing was imported. Say it, such as: --column {option}")
        if option is None:
            advice = mark("Nothing was imported. Say it: --column KIND=COLUMN. Kinds are: {kinds}.")
        return IngestError(
            mark("{file}: what its columns hold is not known ({columns})."),
            advice,
            file=self.file.name,
            columns=listing(self.layout.names),
            option=option,
            kinds=", ".join(MEANINGS),
        )

    def _look_at(self, batch: Batch) -> None:
        """What the first rows show of how numbers and dates are written."""
        self.told_by = self._columns_of_time(batch)
        keys = [key for key in self.columns.at if key not in TIMES]
        self.comma = decimal_comma(self._text(batch, key) for key in keys)
        if self.into.told.day_first is not None:
            self.order = self.into.told.day_first
        else:
            shown = (day_first(text) for text in self._dates(batch))
            self.order = next((one for one in shown if one is not True), True)
            if self.order is None:
                self.order = self._order_in_all()

    def _dates(self, batch: Batch) -> list[pl.Series]:
        keys = ("date", "time", "start", "end")
        return [self._text(batch, key) for key in keys if key in self.columns.at]

    def _order_in_all(self) -> bool:
        """The order of day and month, by any row.

        Raises:
            IngestError: no row tells.
        """
        example = ""
        for batch in self._batches(told=False):
            for text in self._dates(batch):
                found = day_first(text)
                if found is None:
                    example = example or str(text.drop_nulls()[0])
                elif text.str.contains(r"^\d{1,2}[-/]").any():
                    return found
        raise IngestError(
            mark("{file}: in {example} the day or the month may stand first."),
            mark("Nothing was imported. Say which: --day-first or --month-first"),
            file=self.file.name,
            example=example[:40],
        )

    # What it holds -----------------------------------------------------------------------------

    def _take(self, batch: Batch) -> None:
        self.rows += len(batch.columns[0]) if batch.columns else 0
        if {"start", "end", "steps"} <= self.columns.at.keys():
            self._take_steps(batch)
        text = self._when(batch)
        times = self._times(text)
        self._say_times(times)
        timed = replace(times, time_ns=np.where(self._days_alone(text), ABSENT, times.time_ns))
        for key in self.columns.at:
            if MEANINGS[key].channel is not None:
                self._take_channel(key, batch, timed)
            elif key.startswith("body_mass"):
                self._take_masses(key, batch, times)

    def _take_channel(self, key: str, batch: Batch, times: Times) -> None:
        meaning = MEANINGS[key]
        source = source_of(key, self.columns, self.into.told.placement, self._name())
        value = self._values(batch, key)
        if source is None:
            self.taking.skip(
                _(meaning.title), int(np.isfinite(value).sum()), self._why_not(meaning.channel)
            )
            return
        assert meaning.channel is not None
        known = times.known
        time_ns = times.time_ns[known]
        self.taking.add(source, meaning.channel, time_ns, value[known] * meaning.factor)
        if len(time_ns) and (np.diff(time_ns) > 0).all():
            self.taking.hold(source, time_ns, holds_s(time_ns))

    def _why_not(self, channel: Channel | None) -> str:
        """Why a channel is not taken in of such a table."""
        if self.columns.kind:
            return _("not used of a {kind}", kind=self.columns.kind)
        if channel is Channel.SPEED:
            return _("of what is not told: --kind walk, run, bike, row or elliptical")
        return _("of what is not told: --kind bike if it is of pedals")

    def _take_steps(self, batch: Batch) -> None:
        start, end = (
            instants(self._text(batch, key), self.into.zone, first=self.order is not False)
            for key in ("start", "end")
        )
        self._say_times(end)
        value = self._values(batch, "steps")
        known = start.known & end.known & np.isfinite(value)
        self.taking.add_steps(self._worn(), start.time_ns[known], end.time_ns[known], value[known])

    def _take_masses(self, key: str, batch: Batch, times: Times) -> None:
        value = self._values(batch, key)
        known = times.known & np.isfinite(value)
        local = (
            pl.from_epoch(pl.Series(times.time_ns[known]), time_unit="ns")
            .dt.replace_time_zone("UTC")
            .dt.convert_time_zone(self.into.zone)
            .dt.date()
        )
        for date, mass in zip(local.to_list(), value[known].tolist(), strict=True):
            again = int(date in self.weighed)
            self.weighed.add(date)
            self.taking.skip(_("body mass"), again, _("of several on one day the last counts"))
            self.taking.add_mass(date, mass * MEANINGS[key].factor)

    def _times(self, text: pl.Series) -> Times:
        """The instant of each row, by what tells it."""
        if self.told_by[0] != "elapsed_s" and not is_elapsed(text):
            return self._instants(text)
        if self.told_by == ("time_of_day",):
            raise IngestError(
                mark("{file} tells the time of day, and not of which day."),
                mark("Nothing was imported. Add a column with the date, then import it again."),
                file=self.file.name,
            )
        if self.into.told.start is None:
            raise IngestError(
                mark("{file} counts seconds from its beginning, and does not tell when that was."),
                mark("Nothing was imported. Say it, such as: --start 2026-05-01T07:10"),
                file=self.file.name,
            )
        return elapsed(text, self.into.told.start)

    def _columns_of_time(self, batch: Batch) -> tuple[str, ...]:
        """What tells when each row was: a day and the time of day beside it, or one that tells
        both, or one that counts from the beginning."""
        keys = ("time", "time_of_day", "date", "start", "elapsed_s", "end")
        text = {key: self._text(batch, key) for key in keys if key in self.columns.at}
        days = [key for key in ("date", "time") if key in text and is_day(text[key])]
        clocks = [key for key in ("time_of_day", "time") if key in text and is_clock(text[key])]
        if days and clocks:
            return days[0], clocks[0]
        whole = [key for key in text if key not in (*days, *clocks)]
        return ((whole or days or list(text))[0],)

    def _when(self, batch: Batch) -> pl.Series:
        """What tells when each row was."""
        text = [self._text(batch, key) for key in self.told_by]
        return together(*text) if len(text) > 1 else text[0]

    def _days_alone(self, text: pl.Series) -> NDArray[np.bool_]:
        """Rows that tell a day and no time of day: nothing measured then has an instant.

        Raises:
            IngestError: several are of one day.
        """
        alone = days_alone(text)
        days = text.filter(pl.Series(alone))
        keys = self.columns.at
        measured = any(MEANINGS[key].channel for key in keys)
        if not measured or not alone.any():
            return alone
        weighed = any(key.startswith("body_mass") for key in keys)
        if days.n_unique() < len(days) and not weighed:
            raise IngestError(
                mark("{file} tells the day of each row, such as {example}, and no time of day."),
                mark(
                    "Nothing was imported. Say which column is the time of day: "
                    "--column time_of_day=COLUMN"
                ),
                file=self.file.name,
                example=str(days[0])[:40],
            )
        self.taking.skip(_("rows"), int(alone.sum()), _("their time of day is not told"))
        return alone

    def _instants(self, text: pl.Series) -> Times:
        return instants(text, self.into.zone, first=self.order is not False)

    def _values(self, batch: Batch, key: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        """Of a column; not a number where there is none."""
        text = self._text(batch, key)
        found = numbers(text, comma=self.comma)
        unread = int((text.is_not_null() & found.is_null()).sum())
        self.taking.skip(_(MEANINGS[key].title), unread, _("they are no numbers"))
        value: np.ndarray[tuple[int], np.dtype[np.float64]] = found.fill_null(np.nan).to_numpy()
        return value

    def _text(self, batch: Batch, key: str) -> pl.Series:
        return given(batch.columns[self.columns.at[key]])

    # Saying ------------------------------------------------------------------------------------

    def _say_times(self, times: Times) -> None:
        rows = _("rows")
        self.taking.skip(rows, times.unread, _("their time cannot be read"))
        self.taking.skip(rows, times.twice, _("clocks were set back, so their hour came twice"))
        self.taking.skip(rows, times.never, _("clocks were set forward, so their hour never was"))

    def _tell_the_rest(self) -> None:
        at, unknown = self.columns.at, self.columns.unknown
        if "steps" in at and not {"start", "end"} <= at.keys():
            self.taking.skip(_("steps"), self.rows, _("from when to when is not told"))
        self.taking.skip(
            n_("column ({names})", "columns ({names})", len(unknown), names=listing(unknown)),
            len(unknown),
            _("what they hold is not known, or not used"),
        )

    def _worn(self) -> Source:
        found = source_of("heart_rate_bpm", self.columns, self.into.told.placement, self._name())
        assert found is not None
        return found

    def _name(self) -> str:
        """What the table is called as a sensor: the same of every table with these columns."""
        held = [self.layout.names[at] for key, at in self.columns.at.items() if key not in TIMES]
        return f"CSV {', '.join(held)}"[:80]
