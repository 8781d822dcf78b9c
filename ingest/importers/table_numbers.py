"""Numbers as tables write them: with a decimal point or comma, and with or without thousands.

Of two separators the last is the decimal one. A lone comma before three digits, such as 1,234, is
what the other numbers of the table show; where they show neither, it is no number.
"""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

NONE = ("", "-", "--", "—", "n/a", "na", "null", "none", "nan", "?")
"""What stands where nothing was measured (lower case)."""

_DOUBTFUL = r"^[+-]?[1-9]\d{0,2}(,\d{3})+$"
_COMMA = r"^[+-]?(\d{1,3}(\.\d{3})+|\d+),\d+$"
_POINT = r"^[+-]?(\d{1,3}(,\d{3})+|\d*)\.\d+$"


def given(values: Iterable[str]) -> pl.Series:
    """Text as it stands in a column, null where nothing was measured."""
    text = pl.Series("text", list(values), dtype=pl.String).str.strip_chars()
    return pl.select(
        pl.when(~text.str.to_lowercase().is_in(NONE)).then(text).alias("text")
    ).to_series()


def decimal_comma(columns: Iterable[pl.Series]) -> bool | None:
    """Whether numbers have a decimal comma; None: nothing tells."""
    shown = [column.drop_nulls() for column in columns]
    if any(
        (column.str.contains(_COMMA) & ~column.str.contains(_DOUBTFUL)).any() for column in shown
    ):
        return True
    return False if any(column.str.contains(_POINT).any() for column in shown) else None


def numbers(text: pl.Series, *, comma: bool | None) -> pl.Series:
    """Values (Float64); null where there is none, or none that is sure."""
    plain = text.cast(pl.Float64, strict=False)
    if plain.null_count() == text.null_count():
        return plain  # no comma anywhere
    one, other = pl.lit("."), pl.lit(",")
    column = pl.col("text")
    doubtful = column.str.contains(_DOUBTFUL)
    as_comma = column.str.replace_all(one, "", literal=True).str.replace(other, ".", literal=True)
    as_point = column.str.replace_all(other, "", literal=True)
    decimal = column.str.contains(_COMMA) if comma is not False else pl.lit(value=False)
    value = (
        pl.when(doubtful if comma is None else pl.lit(value=False))
        .then(None)
        .when(decimal & (pl.lit(comma is True) | ~doubtful))
        .then(as_comma)
        .when(column.str.contains(_POINT) | doubtful)
        .then(as_point)
        .otherwise(column)
    )
    frame = text.rename("text").to_frame().select(value.cast(pl.Float64, strict=False))
    return frame.to_series()
