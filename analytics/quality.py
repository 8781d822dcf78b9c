"""Is what a sensor says believable and whole? Checks over `SensorMinutes`, one row a finding."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from analytics.protocol import Protocol
from analytics.week import Notice
from language.formats import decimal
from language.spoken import _

PAUSE_MIN = 10
"""Empty minutes that end a session here: the sensor was put away, not lost (design)."""

ENOUGH_MIN = 10
"""Whole minutes of walking or running needed to judge what a cadence counts (design)."""

WHOLE_MINUTE_S = 55.0
WALK_STEP_M = (0.5, 1.05)
RUN_STEP_M = (0.6, 1.9)
"""Step lengths between 1 m/s and 2 m/s, and above, outside which a count is doubled or halved
(design)."""

BLIND_SHARE = 0.1
"""Share of the loaded minutes of a week in which a leg's sensor may be blind and not be named
(design)."""

MOST = 0.5
NEARLY_ALL = 0.9
"""Standing for part of a minute makes its steps look long, so long steps need more proof."""


def low_coverage(sensor_minutes: pl.LazyFrame, *, protocol: Protocol) -> pl.LazyFrame:
    """Sensors that missed too much of their sessions, or of the time they were worn where they
    are worn all day: `sensor`, `continuous`, `coverage` 0..1.

    The first and the last minute of a session are left out: they are partial by nature.
    """
    minute = pl.col("minute")
    pause = (minute - minute.shift(1)).over("sensor") > pl.duration(minutes=PAUSE_MIN)
    rows = (
        sensor_minutes.filter(~pl.col("continuous") | pl.col("worn").fill_null(value=False))
        .sort("sensor", "minute")
        .with_columns(pause.fill_null(value=False).cum_sum().over("sensor").alias("session"))
    )
    edge = (minute == minute.min()) | (minute == minute.max())
    sessions = rows.group_by("sensor", "session").agg(
        ((minute.max() - minute.min()).dt.total_minutes() - 1).clip(0).alias("inner_min"),
        pl.col("observed_s").filter(~edge).sum().alias("observed_s"),
        pl.col("continuous").any(),
    )
    return (
        sessions.group_by("sensor")
        .agg(
            pl.col("continuous").any(),
            (pl.col("observed_s").sum() / 60.0 / pl.col("inner_min").sum()).alias("coverage"),
        )
        .filter(pl.col("coverage") < protocol.notices.low_coverage)
        .sort("sensor")
    )


def doubtful_counts(sensor_minutes: pl.LazyFrame) -> pl.LazyFrame:
    """Sensors whose speed and cadence do not agree: `sensor`, `step_m` (median), `doubled`.

    Strides sold as steps make steps twice as long as legs make them, steps taken for strides half.
    """
    step_m = pl.col("speed_mps") * 60.0 / pl.col("steps")
    running = pl.col("speed_mps") >= 2.0
    short = pl.when(running).then(RUN_STEP_M[0]).otherwise(WALK_STEP_M[0])
    long = pl.when(running).then(RUN_STEP_M[1]).otherwise(WALK_STEP_M[1])
    whole = (pl.col("observed_s") >= WHOLE_MINUTE_S) & (pl.col("steps") > 0)
    return (
        sensor_minutes.filter(whole & (pl.col("speed_mps") >= 1.0))
        .group_by("sensor")
        .agg(
            pl.len().alias("minutes"),
            step_m.median().alias("step_m"),
            (step_m < short).mean().alias("short"),
            (step_m > long).mean().alias("long"),
        )
        .filter(
            (pl.col("minutes") >= ENOUGH_MIN)
            & ((pl.col("short") > MOST) | (pl.col("long") > NEARLY_ALL))
        )
        .select("sensor", "step_m", (pl.col("short") > MOST).alias("doubled"))
        .sort("sensor")
    )


def quality_notices(
    sensor_minutes: pl.LazyFrame, *, titles: dict[str, str], protocol: Protocol
) -> Iterator[Notice]:
    """Both checks in words; titles: what to call a sensor."""
    coverage, doubt = pl.collect_all(
        [low_coverage(sensor_minutes, protocol=protocol), doubtful_counts(sensor_minutes)]
    )
    for row in coverage.iter_rows(named=True):
        yield Notice(
            key=f"coverage-{row['sensor']}",
            level="warn",
            text=_coverage_text(_title(titles, row), row["coverage"], row["continuous"]),
        )
    for row in doubt.iter_rows(named=True):
        yield Notice(
            key=f"counts-{row['sensor']}",
            level="warn",
            text=_counts_text(_title(titles, row), row["step_m"], row["doubled"]),
        )


def _coverage_text(sensor: str, share: float, continuous: bool) -> str:
    percent = _percent(share)
    if continuous:
        return _(
            "Low coverage: {sensor} delivered only {percent} of the time it was worn. "
            "The rest is unknown and is not counted.",
            sensor=sensor,
            percent=percent,
        )
    return _(
        "Low coverage: {sensor} delivered only {percent} of its sessions. "
        "The rest is unknown and is not counted.",
        sensor=sensor,
        percent=percent,
    )


def _counts_text(sensor: str, step_m: float, doubled: bool) -> str:
    metres = decimal(step_m, 2)
    if doubled:
        return _(
            "{sensor} seems to count steps, but it is set to strides: its speed and cadence make "
            "a step {metres} m long. Check the setting; the dose of this sensor may be off by a "
            "factor of two.",
            sensor=sensor,
            metres=metres,
        )
    return _(
        "{sensor} seems to count strides, but it is set to steps: its speed and cadence make "
        "a step {metres} m long. Check the setting; the dose of this sensor may be off by a "
        "factor of two.",
        sensor=sensor,
        metres=metres,
    )


def blind_notice(minutes: pl.DataFrame, *, titles: dict[str, str]) -> Iterator[Notice]:
    """One reminder for each sensor of a leg that too often counted much less than the other's.

    minutes: Minutes of the week.
    """
    loaded = minutes.filter("loaded")
    blind = loaded.drop_nulls("blind_sensor").group_by(sensor="blind_sensor").len().sort("sensor")
    for row in blind.filter(pl.col("len") > BLIND_SHARE * len(loaded)).iter_rows(named=True):
        yield Notice(
            key=f"blind-{row['sensor']}",
            level="warn",
            text=_(
                "{sensor} counted less than half as much as the sensor on the other leg in "
                "{percent} of the loaded minutes. The other one stood for both legs then. Check "
                "that it is fastened to the leg that it is assigned to.",
                sensor=_title(titles, row),
                percent=_percent(row["len"] / len(loaded)),
            ),
        )


def _percent(share: float) -> str:
    return f"{decimal(share * 100)}%"


def _title(titles: dict[str, str], row: dict[str, str]) -> str:
    return titles.get(row["sensor"], row["sensor"])
