"""Slow samples as stretches of time in which nothing changes, and sums over them.

A sample holds until the next one of its channel where that comes within 5 s; a longer gap is left
out, and the sample before it speaks for one second. Some files leave out what changes little
("smart recording") and say so: then it holds as long as `holds_s` says, a minute at most. What
holds across the end of a minute is cut there, so a minute depends only on samples up to `MARGIN_S`
around it.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from devices.profile import Channel

BRIDGED_S = 5.0
"""Longest gap inside a session that is bridged."""

ALONE_S = 1.0
"""What a sample speaks for when no other follows in time: one period at 1 Hz (design)."""

LONGEST_S = 60.0
"""Longest that a sample holds, whatever `holds_s` says (design)."""

MARGIN_S = 60.0
"""Samples to hand over on both sides of the minutes wanted, then cut away."""

_S = 1_000_000_000
_MINUTE = 60 * _S


def held(samples: pl.LazyFrame, channels: Sequence[str]) -> pl.LazyFrame:
    """What some channels said at once: one row a stretch of one UTC minute, in order of time.

    samples: SlowSamples in any order; of two values at an instant the larger. NaN ends what was
    said before. Gives `minute`, `hold_s` and a column a channel, null where it is not known;
    stretches in which none is known are left out.
    """
    names = [str(channel) for channel in channels]  # Polars takes a StrEnum for an Enum
    said = (
        samples.filter(pl.col("channel").is_in(names))
        .group_by("channel", pl.col("time").dt.epoch("ns").alias("from"))
        .agg(pl.col("value").max())
        .sort("channel", "from")
    )
    holds = (
        samples.filter(pl.col("channel") == Channel.HOLDS.value)
        .group_by(pl.col("time").dt.epoch("ns").alias("from"))
        .agg(pl.col("value").max().clip(0.0, LONGEST_S).alias("holds_s"))
    )
    columns = [
        pl.col("value").filter(pl.col("channel") == name).first().alias(name) for name in names
    ]
    stretches = (
        pl.concat([said, _ends(said.join(holds, on="from", how="left").sort("channel", "from"))])
        .group_by("from")
        .agg(columns)
        .sort("from")
        .with_columns(pl.col(names).forward_fill().fill_nan(None))
        .with_columns(pl.col("from").shift(-1).alias("until"))
        .filter(pl.any_horizontal(pl.col(names).is_not_null()))
    )
    return _cut(stretches).select("minute", "hold_s", *names)


def _ends(said: pl.LazyFrame) -> pl.LazyFrame:
    """Where a sample stops speaking although none of its channel follows: NaN."""
    gap_s = (pl.col("from").shift(-1).over("channel") - pl.col("from")) / _S
    bridged_s = pl.max_horizontal(pl.lit(BRIDGED_S), "holds_s")
    alone = (gap_s > bridged_s).fill_null(value=True)
    return said.filter(alone).select(
        "channel",
        pl.col("from") + (pl.col("holds_s").fill_null(ALONE_S) * _S).cast(pl.Int64),
        pl.lit(float("nan")).alias("value"),
    )


def _cut(stretches: pl.LazyFrame) -> pl.LazyFrame:
    """Stretches, which are shorter than a minute, cut where the next one begins."""
    minute = pl.col("from") // _MINUTE * _MINUTE
    edge = minute + _MINUTE
    until = pl.col("until")
    here = stretches.with_columns(
        minute.alias("minute"), (pl.min_horizontal(until, edge) - pl.col("from")).alias("hold")
    )
    rest = stretches.with_columns(edge.alias("minute"), (until - edge).alias("hold"))
    return pl.concat([here, rest.filter(pl.col("hold") > 0)]).with_columns(
        pl.from_epoch(pl.col("minute") // 1000, time_unit="us")
        .dt.replace_time_zone("UTC")
        .alias("minute"),
        (pl.col("hold") / _S).alias("hold_s"),
    )


def mean(value: pl.Expr) -> pl.Expr:
    """Mean weighted by `hold_s`, over the rows where the value is known; null where none is."""
    known_s = pl.col("hold_s").filter(value.is_not_null()).sum()
    return pl.when(known_s > 0).then((value * pl.col("hold_s")).sum() / known_s)


def total(value: pl.Expr, *, active: pl.Expr) -> pl.Expr:
    """Sum of what is known; null where nothing is, or nothing of what is active."""
    known, moved = value.is_not_null(), active.fill_null(value=False)
    enough = pl.when(moved.any()).then((known & moved).any()).otherwise(known.any())
    return pl.when(enough).then(value.sum())
