"""When each row of a table of motion was: an instant, time since the beginning, or a number."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from devices.profile import Int64s
from ingest.importers.motion_columns import INDEX, column_of
from ingest.importers.table_times import (
    ABSENT,
    day_first,
    elapsed,
    instants,
    is_clock,
    is_elapsed,
    together,
)

ORIGIN = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
LONGEST_S = 31 * 86_400.0
"""No recording lasts longer: what is later than this after its beginning is no time (design)."""


@dataclass(slots=True)
class Clock:
    """The column that tells, if any; day: one that tells the day beside it. counts: it numbers
    samples; told_day: it tells instants, not time since the beginning (None: not looked at yet)."""

    column: str | None
    day: str | None
    counts: bool
    zone: str
    first: bool | None
    told_day: bool | None = None

    @classmethod
    def of(
        cls, names: tuple[str, ...], told: Mapping[str, str], zone: str, first: bool | None
    ) -> Clock:
        """The best that a table has. first: as `Told.day_first`."""
        time = column_of(names, told, "time", "time_of_day", "elapsed_s")
        index = None if time else column_of(names, told, *INDEX)
        day = column_of(names, told, "date") if time else None
        return cls(column=time or index, day=day, counts=time is None, zone=zone, first=first)

    def ns(self, values: pl.Series, days: pl.Series | None) -> Int64s:
        """Instants in UTC ns, time since the beginning in ns, or sample numbers; `ABSENT` where
        there is none. values, days: some rows of `column` and `day` as they stand."""
        if self.counts:
            number = values.cast(pl.Float64, strict=False).fill_null(np.nan).to_numpy()
            fine = np.isfinite(number) & (np.abs(number) < 1e12)
            return np.where(fine, np.where(fine, number, 0), ABSENT).astype(np.int64)
        if days is not None and is_clock(values.cast(pl.String)):
            values = together(days.cast(pl.String), values.cast(pl.String))
        if values.dtype.is_temporal():
            return self._of_instants(values)
        text = values.cast(pl.String)
        if self.told_day is None:
            self.told_day = not is_elapsed(text)
        if not self.told_day:
            return elapsed(text, ORIGIN).time_ns
        first = self.first if self.first is not None else day_first(text)
        if first is None:
            return np.full(len(text), ABSENT, np.int64)
        return instants(text, self.zone, first=first).time_ns

    def _of_instants(self, values: pl.Series) -> Int64s:
        if values.dtype == pl.Duration:
            self.told_day = False
            return values.dt.total_nanoseconds().fill_null(ABSENT).to_numpy()
        if not isinstance(values.dtype, pl.Datetime):
            return np.full(len(values), ABSENT, np.int64)
        self.told_day = True
        if values.dtype.time_zone is None:
            values = values.dt.replace_time_zone(self.zone, ambiguous="null", non_existent="null")
        return values.dt.epoch("ns").fill_null(ABSENT).to_numpy()


def rate_of(at_ns: Int64s) -> float | None:
    """Samples a second of ascending times, gaps left out; None where they tell none."""
    steps = np.diff(at_ns)
    steps = steps[steps > 0]
    if not len(steps):
        return None
    usual = steps[steps < 2 * np.median(steps)]
    return round(1e9 / float(usual.mean()), 4)
