"""Numbers, dates and lengths of time as a person reads them, in the language spoken now."""

from __future__ import annotations

import datetime as dt
import re

from analytics.week import rounded
from language.formats import date, decimal, time
from language.spoken import _, n_

_SPACE = "\N{NO-BREAK SPACE}"
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:&])")


def plain(text: str) -> str:
    """Text from a person or a sensor, harmless where Markdown is read (labels, messages)."""
    return _MARKDOWN.sub(r"\\\1", " ".join(text.split()))


def capital(text: str) -> str:
    """With its first letter large, as at the start of a sentence."""
    return text[:1].upper() + text[1:]


def number(value: float, digits: int = 1, *, whole: float | None = None) -> str:
    """`6,210`, `48.5`, `2`: three figures are enough for a person; digits below 10.

    whole: what it is a part of, which rounding never claims.
    """
    if whole is not None:
        value = rounded(value, whole=whole, digits=_digits(value, digits))
    return decimal(value, _digits(value, digits), trim=True)


def _digits(value: float, digits: int) -> int:
    if abs(value) >= 100:
        return 0
    return digits if abs(value) < 10 else 1


def hours(value: float) -> str:
    """`14.2 h`; below an hour `4 min`, and `< 1 min`: only nothing at all is `0 h`."""
    minutes = value * 60
    if value <= 0 or round(minutes) >= 60:
        return _unbroken(_("{hours} h", hours=number(value)))
    if minutes < 1:
        return f"<{_SPACE}{_unbroken(_('{minutes} min', minutes=1))}"
    return _unbroken(_("{minutes} min", minutes=decimal(minutes)))


def _unbroken(text: str) -> str:
    return text.replace(" ", _SPACE)


def percent(share: float) -> str:
    """`71 %` of 0.714, never broken over two lines; `100 %` is all of it."""
    return f"{decimal(rounded(share * 100, whole=100))}{_SPACE}%"


def date_long(day: dt.date) -> str:
    """`Monday 16 November`."""
    return date(day, "EEEE d MMMM")


def date_short(day: dt.date) -> str:
    """`Mon 16`, within a week that is named."""
    return date(day, "EEE d")


def length_text(length: dt.timedelta) -> str:
    """`40 min`, `2 h 5 min`, `14 h`, `30 s`; the nearest minute, halves up."""
    seconds = int(length.total_seconds() + 0.5)
    if seconds < 60:
        return _("{seconds} s", seconds=seconds)
    whole, minutes = divmod((seconds + 30) // 60, 60)
    parts = [_("{hours} h", hours=whole)] * bool(whole)
    return " ".join(parts + [_("{minutes} min", minutes=minutes)] * bool(minutes))


def age_text(seconds: float) -> str:
    """`4 s`, `12 min`, `3 h`, `5 days`: how long ago, roughly."""
    if seconds < 60:
        return _("{seconds} s", seconds=decimal(seconds))
    if seconds < 3600:
        return _("{minutes} min", minutes=decimal(seconds / 60))
    if seconds < 48 * 3600:
        return _("{hours} h", hours=decimal(seconds / 3600))
    days = round(seconds / 86400)
    return n_("{count} day", "{count} days", days, count=decimal(days))


def clock_text(instant: dt.datetime) -> str:
    """An instant in this computer's zone: `Mon 16 Nov, 14:05`."""
    local = instant.astimezone()
    return f"{date(local, 'EEE d MMM')}, {time(local)}"
