"""Formulas take columns or plain numbers; both become Polars expressions here."""

from __future__ import annotations

import polars as pl

Number = pl.Expr | float


def as_expr(value: Number) -> pl.Expr:
    """A column as it is, a plain number as a float literal."""
    return value if isinstance(value, pl.Expr) else pl.lit(value, pl.Float64)


def known_sum(column: pl.Expr) -> pl.Expr:
    """Sum of what is known; null, not zero, where nothing is."""
    return pl.when(column.is_not_null().any()).then(column.sum())


def known_count(flag: pl.Expr) -> pl.Expr:
    """How often a flag is true; null, not zero, where it is never known."""
    return pl.when(flag.is_not_null().any()).then(flag.sum()).cast(pl.Float64)
