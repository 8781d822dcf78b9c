"""ISO weeks and local days of a person's zone."""

from __future__ import annotations

import datetime as dt
import re
from zoneinfo import ZoneInfo

from analytics.errors import AnalyticsError
from language.spoken import _

WEEK_DAYS = 7
_WEEK = re.compile(r"((?:19|20|21)[0-9]{2})-W([0-9]{2})")


def week_start(week: str) -> dt.date:
    """The Monday of an ISO week such as 2026-W47.

    Raises:
        AnalyticsError: it is not written like that, or that year has no such week.
    """
    match = _WEEK.fullmatch(week)
    try:
        if match:
            return dt.date.fromisocalendar(int(match[1]), int(match[2]), 1)
    except ValueError:
        pass
    raise AnalyticsError(_("“{week}” is not an ISO week.", week=week), _("Write it as 2026-W47."))


def week_of(date: dt.date) -> str:
    """The ISO week of a local date, such as 2026-W47."""
    year, number, _day = date.isocalendar()
    return f"{year:04d}-W{number:02d}"


def week_back(week: str, weeks: int) -> str:
    """The ISO week so many weeks before."""
    return week_of(week_start(week) - dt.timedelta(weeks=weeks))


def dates_from(start: dt.date, count: int) -> list[dt.date]:
    """So many consecutive dates."""
    return [start + dt.timedelta(days=offset) for offset in range(count)]


def day_start(date: dt.date, zone: ZoneInfo) -> dt.datetime:
    """The instant (UTC) at which a local day starts."""
    midnight = dt.datetime.combine(date, dt.time(), tzinfo=zone)
    return midnight.astimezone(dt.UTC)


def day_hours(date: dt.date, zone: ZoneInfo) -> float:
    """Length of a local day: 23, 24 or 25 h."""
    after = day_start(date + dt.timedelta(days=1), zone)
    return (after - day_start(date, zone)).total_seconds() / 3600.0
