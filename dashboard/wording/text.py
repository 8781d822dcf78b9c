"""Numbers, dates and lengths of time as a person reads them."""

from __future__ import annotations

import datetime as dt
import re

from analytics.week import rounded

_SECONDS = {"s": 1, "min": 60, "h": 3600}
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:&])")


def plain(text: str) -> str:
    """Text from a person or a sensor, harmless where Markdown is read (labels, messages)."""
    return _MARKDOWN.sub(r"\\\1", " ".join(text.split()))


def number(value: float, digits: int = 1, *, whole: float | None = None) -> str:
    """`6,210`, `48.5`, `2`: three figures are enough for a person; digits below 10.

    whole: what it is a part of, which rounding never claims.
    """
    if whole is not None:
        value = rounded(value, whole=whole, digits=_digits(value, digits))
    if abs(value) >= 100:
        return f"{value:,.0f}"
    written = f"{value:.{_digits(value, digits)}f}"
    return written.rstrip("0").rstrip(".")


def _digits(value: float, digits: int) -> int:
    if abs(value) >= 100:
        return 0
    return digits if abs(value) < 10 else 1


def amount(value: float, unit: str, *, whole: float | None = None) -> str:
    """`6,210 step-eq/day`, `1 day`; whole as of a number."""
    written = number(value, whole=whole)
    return f"{written} {unit.removesuffix('s') if written == '1' and unit == 'days' else unit}"


def hours(value: float) -> str:
    """`14.2 h`; below an hour `4 min`, and `< 1 min`: only nothing at all is `0 h`."""
    minutes = value * 60
    if value <= 0 or round(minutes) >= 60:
        return f"{number(value)}\N{NO-BREAK SPACE}h"
    space = "\N{NO-BREAK SPACE}"
    return f"<{space}1{space}min" if minutes < 1 else f"{minutes:.0f}{space}min"


def percent(share: float) -> str:
    """`71 %` of 0.714, never broken over two lines; `100 %` is all of it."""
    return f"{rounded(share * 100, whole=100):.0f}\N{NO-BREAK SPACE}%"


def date_long(date: dt.date) -> str:
    """`Monday 16 November`."""
    return f"{date:%A} {date.day} {date:%B}"


def length_text(length: dt.timedelta) -> str:
    """`40 min`, `2 h 5 min`, `14 h`, `30 s`."""
    seconds = round(length.total_seconds())
    if seconds < 60:
        return f"{seconds} s"
    whole, minutes = divmod(seconds // 60, 60)
    parts = [f"{whole} h"] * bool(whole) + [f"{minutes} min"] * bool(minutes)
    return " ".join(parts)


def age_text(seconds: float) -> str:
    """`4 s`, `12 min`, `3 h`, `5 days`: how long ago, roughly."""
    for size, unit in ((60, "s"), (3600, "min"), (48 * 3600, "h")):
        if seconds < size:
            return f"{seconds / _SECONDS[unit]:.0f} {unit}"
    return f"{seconds / 86400:.0f} days"


def clock_text(instant: dt.datetime) -> str:
    """An instant in this computer's zone: `Mon 16 Nov, 14:05`."""
    local = instant.astimezone()
    return f"{local:%a} {local.day} {local:%b, %H:%M}"
