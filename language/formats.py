"""Numbers, dates and times as the language spoken now writes them (CLDR, through Babel)."""

from __future__ import annotations

import datetime as dt

from language.spoken import ENGLISH, language

_REGIONS = {ENGLISH: "en_GB"}
"""Where a language alone does not tell how dates are written: day before month, 24 hours."""


def locale_code() -> str:
    """Of the language spoken now, as CLDR names it: `en_GB`, `it`."""
    return _REGIONS.get(language(), language())


def decimal(value: float, digits: int = 0, *, trim: bool = False) -> str:
    """`6,210`, `48.5`: exactly `digits` decimals, or at most so many (trim)."""
    from babel.numbers import format_decimal

    tail = ("#" if trim else "0") * digits
    pattern = f"#,##0.{tail}" if digits else "#,##0"
    return format_decimal(value, format=pattern, locale=locale_code())


def date(day: dt.date, pattern: str) -> str:
    """A date by a CLDR pattern such as `EEEE d MMMM` or `EEE d MMM`."""
    from babel.dates import format_date

    return format_date(day, format=pattern, locale=locale_code())


def time(instant: dt.datetime | dt.time) -> str:
    """`14:05`, as it stands: in whatever zone the instant is."""
    return f"{instant:%H:%M}"
