"""Instants as tables write them, in UTC ns.

    2026-05-01T07:10:23.5+02:00, 2026-05-01 07:10   ISO 8601; without an offset the person's zone
    1.5.2026 07:10                                  points stand between day, month and year
                                                    (CLDR: so in every language that uses points)
    05/13/2026 7:10:23 PM                           by what cannot be a month, else it is asked
    1777619423, 1777619423000, ... 6, ... 9 zeros   since 1970 in s, ms, us or ns, by its size
    12.5, 00:00:12.5                                since the beginning, which a person must tell
    20.11.2026 | 17:00:03                           a day, and beside it the time of day

Sizes: what is under 10^11 as seconds is before the year 5138, as milliseconds before March 1973.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
from numpy.typing import NDArray

from devices.profile import Int64s

ABSENT = np.iinfo(np.int64).min
"""Stands for an instant that nobody knows."""

FIRST_EPOCH = 1e8
_UNITS = ((1e11, 1_000_000_000), (1e14, 1_000_000), (1e17, 1_000), (np.inf, 1))

_CLOCK = r"(?:[T ,]+(\d{1,2})[:.](\d{2})(?:[:.](\d{2})(?:[.,](\d{1,9}))?)?\s*([AaPp])?\.?[Mm]?\.?)?"
_OFFSET = r"\s*(Z|z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2})?"
_YEAR_FIRST = rf"^(\d{{4}})[-/.](\d{{1,2}})[-/.](\d{{1,2}}){_CLOCK}{_OFFSET}$"
_YEAR_LAST = rf"^(\d{{1,2}})[-/.](\d{{1,2}})[-/.](\d{{4}}){_CLOCK}{_OFFSET}$"
_ELAPSED = r"^(?:(\d{1,4}):)?(\d{1,3}):(\d{1,2}(?:[.,]\d+)?)$"
_OF_DAY = (
    r"^\d{1,2}[:.]\d{2}(?:[:.]\d{2}(?:[.,]\d{1,9})?)?\s*(?:[AaPp]\.?[Mm]\.?)?"
    r"\s*(?:Z|[+-]\d{2}:?\d{2})?$"
)
_MIDNIGHT = r"[T ]+0?0[:.]00(?:[:.]00(?:[.,]0+)?)?$"
_DAY = r"^(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4})$"
_DAY_AT_MIDNIGHT = f"{_DAY[:-1]}(?:{_MIDNIGHT[:-1]})?$"
_SLASHED = r"^(\d{1,2})([-/.])(\d{1,2})[-/.]\d{4}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """Instants (n,), `ABSENT` where there is none; twice, never: how many were local times that
    came twice or never in the zone as clocks changed; unread: how many are no time at all."""

    time_ns: Int64s
    twice: int = 0
    never: int = 0
    unread: int = 0

    @property
    def known(self) -> NDArray[np.bool_]:
        """Which there are."""
        return np.asarray(self.time_ns != ABSENT)


def is_elapsed(text: pl.Series) -> bool:
    """Whether times count from a beginning that they do not tell."""
    given = text.drop_nulls().head(200)
    numbers = _numbers(given).drop_nulls()
    clocks = given.str.contains(_ELAPSED).sum()
    small = int((numbers.abs() < FIRST_EPOCH).sum())
    return len(given) > 0 and 2 * max(clocks, small) > len(given)


def is_clock(text: pl.Series) -> bool:
    """Whether times tell the time of day, and no day."""
    given = text.drop_nulls().head(200)
    return len(given) > 0 and 2 * int(given.str.contains(_OF_DAY).sum()) > len(given)


def is_day(text: pl.Series) -> bool:
    """Whether most times tell a day, and no time of day but midnight."""
    given = text.drop_nulls()
    return len(given) > 0 and 2 * int(given.str.contains(_DAY_AT_MIDNIGHT).sum()) > len(given)


def days_alone(text: pl.Series) -> NDArray[np.bool_]:
    """Which times (n,) tell a day alone; midnight is none where several rows have the same one."""
    again = is_day(text) and text.drop_nulls().n_unique() < len(text.drop_nulls())
    found = text.str.contains(_DAY_AT_MIDNIGHT if again else _DAY)
    return np.asarray(found.fill_null(value=False).to_numpy(), np.bool_)


def together(day: pl.Series, clock: pl.Series) -> pl.Series:
    """A day and a time of day as one text; null where there is neither."""
    none = day.is_null() & clock.is_null()
    both = day.str.replace(_MIDNIGHT, "").fill_null("?") + " " + clock.fill_null("?")
    return both.set(none, None)


def day_first(text: pl.Series) -> bool | None:
    """Whether the day stands before the month where the year is last; None: nothing tells.

    Points are of a day first; else a number over 12 is no month.
    """
    parts = text.drop_nulls().str.extract_groups(_SLASHED).struct.unnest().drop_nulls()
    if not len(parts):
        return True
    if (parts["2"] == ".").all():
        return True
    first, second = (parts[name].cast(pl.Int32) for name in "13")
    if (first > 12).any():
        return True
    return False if (second > 12).any() else None


def instants(text: pl.Series, zone: str, *, first: bool = True) -> Times:
    """Dates and times as text, or numbers since 1970. first: the day before the month."""
    numbers = _numbers(text)
    if numbers.null_count() < len(text) / 2:
        return _epochs(text, numbers)
    year_first = _calendar(text, _YEAR_FIRST, ("year", "month", "day"))
    order = ("day", "month", "year") if first else ("month", "day", "year")
    year_last = _calendar(text, _YEAR_LAST, order)
    parts = pl.select(
        [pl.coalesce(year_first[name], year_last[name]).alias(name) for name in ("local", "offset")]
    )
    return _in_utc(text, parts, zone)


def elapsed(text: pl.Series, start: dt.datetime) -> Times:
    """Seconds, or `h:mm:ss`, since an instant."""
    parts = text.str.extract_groups(_ELAPSED).struct.unnest()
    hours, minutes, seconds = (_numbers(parts[name]) for name in "123")
    clock = pl.select(hours.fill_null(0) * 3600 + minutes * 60 + seconds).to_series()
    found = pl.select(pl.coalesce(_numbers(text), clock)).to_series()
    at = np.rint(found.fill_null(np.nan).to_numpy() * 1e9)
    fine = np.isfinite(at) & (np.abs(at) < 1e17)
    origin = int(start.timestamp()) * 1_000_000_000 + start.microsecond * 1_000
    time_ns = np.where(fine, np.where(fine, at, 0).astype(np.int64) + origin, ABSENT)
    return Times(time_ns=time_ns, unread=int((~fine & text.is_not_null().to_numpy()).sum()))


def _numbers(text: pl.Series) -> pl.Series:
    """As numbers; null where one is none."""
    return text.str.strip_chars().str.replace(",", ".", literal=True).cast(pl.Float64, strict=False)


def _epochs(text: pl.Series, numbers: pl.Series) -> Times:
    """Since 1970, each by its size; whole numbers keep their last digit."""
    value = numbers.fill_null(np.nan).to_numpy()
    whole = text.str.strip_chars().cast(pl.Int64, strict=False)
    exact, is_whole = whole.fill_null(0).to_numpy(), whole.is_not_null().to_numpy()
    fine = np.isfinite(value) & (np.abs(value) >= FIRST_EPOCH) & (np.abs(value) < 4e18)
    time_ns = np.full(len(value), ABSENT, np.int64)
    least = FIRST_EPOCH
    for most, factor in _UNITS:
        here = fine & (np.abs(value) >= least) & (np.abs(value) < most)
        time_ns[here & is_whole] = exact[here & is_whole] * factor
        rest = here & ~is_whole
        time_ns[rest] = np.rint(value[rest] * factor).astype(np.int64)
        least = most
    return Times(time_ns=time_ns, unread=int((~fine & text.is_not_null().to_numpy()).sum()))


def _calendar(text: pl.Series, pattern: str, order: tuple[str, ...]) -> pl.DataFrame:
    """`local`, a naive instant in us, and `offset` as written; null where the pattern is not."""
    groups = text.str.strip_chars().str.extract_groups(pattern).struct.unnest()
    names = (*order, "hour", "minute", "second", "part", "half", "offset")
    groups = groups.rename(dict(zip(groups.columns, names, strict=True)))
    hour = pl.col("hour").cast(pl.Int32).fill_null(0)
    half = pl.col("half").str.to_lowercase()
    hour = (
        pl.when(half == "p")
        .then(hour % 12 + 12)
        .when(half == "a")
        .then(hour % 12)
        .otherwise(hour)
        .cast(pl.String)
    )
    written = pl.format(
        "{}-{}-{} {}:{}:{}.{}",
        *(pl.col(name).str.zfill(2) for name in ("year", "month", "day")),
        hour.str.zfill(2),
        *(pl.col(name).fill_null("00") for name in ("minute", "second")),
        pl.col("part").fill_null("0").str.pad_end(6, "0").str.slice(0, 6),
    )
    return groups.select(
        written.str.to_datetime("%Y-%m-%d %H:%M:%S%.f", strict=False, time_unit="us").alias(
            "local"
        ),
        "offset",
    )


def _in_utc(text: pl.Series, parts: pl.DataFrame, zone: str) -> Times:
    local, offset = parts["local"], parts["offset"]
    told = offset.is_not_null().to_numpy()
    shift = _offsets(offset)
    naive = local.filter(pl.Series(~told))
    known = naive.is_not_null()
    name = ZoneInfo(zone).key
    never = naive.dt.replace_time_zone(name, ambiguous="earliest", non_existent="null")
    placed = naive.dt.replace_time_zone(name, ambiguous="null", non_existent="null")
    missed = int((known & never.is_null()).sum())
    twice = int((known & placed.is_null()).sum()) - missed
    us = np.full(len(text), ABSENT, np.int64)
    us[~told] = placed.dt.epoch("us").fill_null(ABSENT).to_numpy()
    us[told] = local.filter(pl.Series(told)).dt.epoch("us").fill_null(ABSENT).to_numpy()
    fine = (us > -(10**15)) & (us < 9 * 10**15)
    us[told & fine] -= shift[told & fine]
    unread = int((text.is_not_null() & local.is_null()).sum())
    time_ns = np.where(fine, np.where(fine, us, 0) * 1_000, ABSENT)
    return Times(time_ns=time_ns, twice=twice, never=missed, unread=unread)


def _offsets(offset: pl.Series) -> Int64s:
    """`+02:00` as us; no offset and Z as 0."""
    parts = offset.str.extract_groups(r"^([+-])(\d{2}):?(\d{2})?$").struct.unnest()
    sign = np.where((parts["1"] == "-").fill_null(value=False).to_numpy(), -1, 1)
    hours, minutes = (parts[name].cast(pl.Int64).fill_null(0).to_numpy() for name in "23")
    return np.asarray(sign * (hours * 60 + minutes) * 60_000_000, np.int64)
