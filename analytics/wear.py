"""Was a motion sensor on the leg? Wear and non-wear from per-minute features.

Rule after van Hees (60-minute windows moved by 15 minutes; a window is still when at least 2 of 3
axes have SD < 13 mg or range < 50 mg (both unverified)). We deviate, because a seated leg is
stiller than a wrist: a stretch of still windows must last 90 minutes and needs a second cue, a
drop-out of the sensor or a changed orientation (design). Without the cue wear is uncertain: null.
"""

from __future__ import annotations

import math

import polars as pl

STILL_SD_G = 0.013
STILL_RANGE_G = 0.050
WINDOW_MIN = 60
STEP_MIN = 15
OBSERVED_MIN = 45
"""Minutes of a window that must have been observed to call it still (design)."""

NON_WEAR_MIN = 90
TURNED_DEG = 30.0
"""Change of the mean direction of gravity that counts as a second cue (design)."""

BESIDE_MIN = 5
"""Minutes before and after a still stretch whose orientation it is compared with (design)."""

CONTEXT_MIN = 180
"""Minutes of features to hand over before and after the minutes wanted, then cut away."""

AXES = ("ax", "ay", "az")


def motion_features(motion: pl.LazyFrame, *, rate_hz: float) -> pl.LazyFrame:
    """What `worn_minutes` needs of MotionSamples, one row a UTC minute, ordered.

    Columns: `minute`, `observed_s` (samples over rate, at most 60) and for each axis in g
    `<axis>_mean`, `_sd` (of the population), `_min` and `_max`. Any sample rate; 25 Hz is enough.
    """
    values = [pl.col(axis).cast(pl.Float64) for axis in AXES]
    sums = motion.group_by(
        pl.col("time").dt.truncate("1m").cast(pl.Datetime("us", "UTC")).alias("minute")
    ).agg(
        pl.len().alias("samples"),
        (pl.len() / rate_hz).alias("seconds"),
        *(value.sum().name.suffix("_sum") for value in values),
        *((value * value).sum().name.suffix("_squares") for value in values),
        *(value.min().name.suffix("_min") for value in values),
        *(value.max().name.suffix("_max") for value in values),
    )
    return summed_features(sums)


def summed_features(sums: pl.LazyFrame) -> pl.LazyFrame:
    """The columns of `motion_features` from sums by minute, as the store gives them, any order.

    sums: `minute`, `samples`, `seconds`, and for each axis in g `<axis>_sum`, `_squares`, `_min`,
    `_max`.
    """
    count = pl.col("samples")
    means = [(pl.col(f"{axis}_sum") / count).alias(f"{axis}_mean") for axis in AXES]
    variances = [
        pl.col(f"{axis}_squares") / count - (pl.col(f"{axis}_sum") / count) ** 2 for axis in AXES
    ]
    return sums.select(
        "minute",
        pl.col("seconds").clip(upper_bound=60.0).alias("observed_s"),
        *means,
        *(
            spread.clip(lower_bound=0.0).sqrt().alias(f"{axis}_sd")
            for axis, spread in zip(AXES, variances, strict=True)
        ),
        *(f"{axis}_{end}" for axis in AXES for end in ("min", "max")),
    ).sort("minute")


def worn_minutes(features: pl.LazyFrame) -> pl.LazyFrame:
    """`minute`, `observed_s`, `worn`: True moved, False taken off, null uncertain; ordered.

    features: as `motion_features` gives them, any order, of one sensor.
    """
    marked = features.join(_still(features), on="minute", how="left").sort("minute")
    runs = marked.with_columns(pl.col("still").fill_null(value=False)).with_columns(
        pl.col("still").rle_id().alias("run"),
        (pl.col("minute").diff() > pl.duration(minutes=1)).alias("after_gap"),
    )
    worn = (
        pl.when(~pl.col("still") | (pl.col("length_min") < NON_WEAR_MIN))
        .then(pl.lit(value=True))
        .when(pl.col("cue"))
        .then(pl.lit(value=False))
    )
    return (
        runs.join(_stretches(runs), on="run", how="left")
        .select("minute", "observed_s", worn.alias("worn"))
        .sort("minute")
    )


def _still(features: pl.LazyFrame) -> pl.LazyFrame:
    """Minutes that lie in at least one still window: `minute`, `still`."""
    starts = [
        pl.col("minute").dt.truncate(f"{STEP_MIN}m") - pl.duration(minutes=back)
        for back in range(0, WINDOW_MIN, STEP_MIN)
    ]
    placed = features.with_columns(pl.concat_list(starts).alias("window")).explode("window")
    windows = placed.group_by("window").agg(
        pl.len().alias("minutes"), *(_axis_still(axis).alias(axis) for axis in AXES)
    )
    quiet = pl.sum_horizontal(AXES) >= 2
    still = windows.filter(quiet & (pl.col("minutes") >= OBSERVED_MIN)).select("window")
    return (
        placed.join(still, on="window", how="semi")
        .select("minute", pl.lit(value=True).alias("still"))
        .unique()
    )


def _axis_still(axis: str) -> pl.Expr:
    """Whether an axis is still over a whole window, from its minutes' means and SDs."""
    mean, sd, weight = pl.col(f"{axis}_mean"), pl.col(f"{axis}_sd"), pl.col("observed_s")
    centre = (mean * weight).sum() / weight.sum()
    variance = ((sd**2 + (mean - centre) ** 2) * weight).sum() / weight.sum()
    spread = pl.col(f"{axis}_max").max() - pl.col(f"{axis}_min").min()
    return (variance.sqrt() < STILL_SD_G) | (spread < STILL_RANGE_G)


def _stretches(runs: pl.LazyFrame) -> pl.LazyFrame:
    """Per run of still or moving minutes: `length_min` and whether there is a second `cue`.

    The cue is a drop-out inside the stretch or at either end, or gravity that points elsewhere
    than in the minutes right before or right after.
    """
    means = [pl.col(f"{axis}_mean") for axis in AXES]
    ordered = [mean.sort_by("minute") for mean in means]
    firsts = [mean.head(BESIDE_MIN).mean().name.suffix("_first") for mean in ordered]
    lasts = [mean.tail(BESIDE_MIN).mean().name.suffix("_last") for mean in ordered]
    each = (
        runs.group_by("run")
        .agg(
            (pl.col("minute").max() - pl.col("minute").min()).dt.total_minutes().alias("span_min"),
            pl.col("after_gap").any().alias("gap"),
            pl.col("after_gap").sort_by("minute").first().alias("gap_before"),
            *(mean.mean() for mean in means),
            *firsts,
            *lasts,
        )
        .sort("run")
    )
    before = [pl.col(f"{axis}_mean_last").shift(1) for axis in AXES]
    later = [pl.col(f"{axis}_mean_first").shift(-1) for axis in AXES]
    turned = pl.max_horizontal(_angle_deg(means, before), _angle_deg(means, later))
    after = pl.col("gap_before").shift(-1)
    cue = pl.col("gap").fill_null(value=False) | after.fill_null(value=False)
    return each.select(
        "run",
        (pl.col("span_min") + 1).alias("length_min"),
        (cue | (turned >= TURNED_DEG).fill_null(value=False)).alias("cue"),
    )


def _angle_deg(one: list[pl.Expr], other: list[pl.Expr]) -> pl.Expr:
    """Angle between two vectors in degrees; null where one is null."""
    cosine = _dot(one, other) / (_dot(one, one) * _dot(other, other)).sqrt()
    return cosine.clip(-1.0, 1.0).arccos() * (180.0 / math.pi)


def _dot(one: list[pl.Expr], other: list[pl.Expr]) -> pl.Expr:
    (a, b, c), (x, y, z) = one, other
    return a * x + b * y + c * z
