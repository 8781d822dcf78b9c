"""How long a battery lasts, from the levels that a sensor said so far."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import polars as pl
from scipy import stats

CHARGED_PERCENT = 5.0
"""A rise by more is a charge or a new battery; smaller ones are noise (design)."""
LEAST_DAYS, LEAST_FALL_PERCENT = 3.0, 3.0
"""What must have been seen since then before anything is foretold (design)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """Days from the last level until empty, if it is used as it was since `since`."""

    days_left: float
    since: dt.datetime


def outlook(levels: pl.DataFrame) -> Outlook | None:
    """When a battery will be empty; None while too little is known, or it does not fall.

    levels: `time` (UTC) and `percent` of one sensor, any order. The slope is the median of the
    slopes between all pairs (Theil 1950, Sen 1968): a few wrong levels do not bend it. Levels are
    thinned to the last of each hour first.
    """
    hourly = (
        levels.sort("time")
        .group_by(pl.col("time").dt.truncate("1h").alias("hour"), maintain_order=True)
        .agg(pl.col("time", "percent").last())
    )
    charged = hourly.with_row_index().filter(pl.col("percent").diff() > CHARGED_PERCENT)
    since = hourly.slice(charged["index"].max() or 0)  # type: ignore[arg-type]
    if since.height < 2:
        return None
    days = (since["time"] - since["time"][0]).dt.total_seconds().to_numpy() / 86400
    percent = since["percent"].to_numpy()
    if days[-1] < LEAST_DAYS or percent[0] - percent[-1] < LEAST_FALL_PERCENT:
        return None
    slope = float(stats.theilslopes(percent, days).slope)
    if slope >= 0:
        return None
    return Outlook(days_left=max(0.0, float(percent[-1]) / -slope), since=since["time"][0])
