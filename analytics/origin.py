"""Which sensor a load came from: hours of each over some minutes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from analytics.week import SensorUse


def with_load_hours(
    sensors: Sequence[SensorUse], *, seen: pl.DataFrame, minutes: pl.DataFrame
) -> tuple[SensorUse, ...]:
    """Each sensor with the hours that it observed and whose load was taken from it.

    seen: SensorMinutes, more does no harm; minutes: the Minutes that they were merged to. A minute
    that a sensor on each leg told counts for both.
    """
    names = pl.col("steps_sensor").str.split(" + ").alias("sensor")
    told = minutes.select("minute", names).drop_nulls().explode("sensor")
    hours = (
        seen.join(told, on=["minute", "sensor"])
        .group_by("sensor")
        .agg(pl.col("observed_s").sum() / 3600.0)
    )
    known = dict(hours.iter_rows())
    return tuple(replace(use, load_h=known.get(use.sensor, 0.0)) for use in sensors)
