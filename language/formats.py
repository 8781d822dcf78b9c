"""Numbers, dates and times as the language spoken now writes them (CLDR, through Babel)."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import TYPE_CHECKING

from language.spoken import language

if TYPE_CHECKING:
    from babel import Locale


def decimal(value: float, digits: int = 0, *, trim: bool = False) -> str:
    """`6,210`, `48.5`: exactly `digits` decimals, or at most so many (trim).

    Rounded as Python does, so that no language reads another number.
    """
    written = f"{value:,.{digits}f}"
    if trim and digits:
        written = written.rstrip("0").rstrip(".")
    return written.translate(_marks(language()))


def date(day: dt.date, pattern: str) -> str:
    """A date by a CLDR pattern such as `EEEE d MMMM` or `EEE d MMM`.

    The pattern tells the order, so the language alone tells the names: en_GB has a `Sept`.
    """
    from babel.dates import format_date

    return format_date(day, format=pattern, locale=_locale(language()))


def time(instant: dt.datetime | dt.time) -> str:
    """`14:05`, as it stands: in whatever zone the instant is."""
    return f"{instant:%H:%M}"


@lru_cache
def _locale(code: str) -> Locale:
    from babel import Locale

    return Locale.parse(code)


@lru_cache
def _marks(code: str) -> dict[int, str]:
    """Thousands are threes in every language of ours; what stands between them is not."""
    from babel.numbers import get_decimal_symbol, get_group_symbol

    locale = _locale(code)
    return str.maketrans({",": get_group_symbol(locale), ".": get_decimal_symbol(locale)})
