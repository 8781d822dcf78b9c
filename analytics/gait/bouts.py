"""Runs of steps of one kind (walk, stairs, run, cycle), and runs of one posture between them.

That stairs are recognised has not been measured (docs/contacts.md).
"""

from __future__ import annotations

import polars as pl

GAP_S = 3.0
"""Longest time between two steps of one bout, s (design: the pause of the leg's rhythm)."""
AT_LEAST = 8.0
"""A run with fewer steps is no bout (design: four strides, as the leg's rhythm asks)."""
REST_S = 5.0
"""Shortest rest that is listed, s (design)."""

BOUTS = {
    "kind": pl.String,
    "start_s": pl.Float64,
    "end_s": pl.Float64,
    "steps": pl.Float64,
    "cadence_spm": pl.Float64,
    "clear": pl.Float64,
}


def with_kind(stances: pl.DataFrame) -> pl.DataFrame:
    """Rows of `find_stances` with `bout`, a running number, and `kind`: walk, run, cycle,
    stairs-up or stairs-down.

    A bout ends where the next step is more than 3 s away or of another kind; a step runs where
    most of the five around it do. Stairs take the column `climb` of `find_climbs`, joined by
    `stride_s`; without it they are walked.
    """
    run = _apart(pl.col("stride_s")).alias("run")
    fast = pl.col("running").fill_null(value=False).cast(pl.Float64)
    runs = fast.rolling_mean(5, center=True, min_samples=1).over("run") > 0.5
    climb = pl.col("climb") if "climb" in stances.columns else pl.lit(None, pl.String)
    kind = (
        pl.when(pl.col("cycling").fill_null(value=False))
        .then(pl.lit("cycle"))
        .when(runs)
        .then(pl.lit("run"))
        .when(climb.is_in(["up", "down"]))
        .then(pl.lit("stairs-") + climb)
        .otherwise(pl.lit("walk"))
    )
    changes = (pl.col("kind") != pl.col("kind").shift(1)) | (
        pl.col("run") != pl.col("run").shift(1)
    )
    return (
        stances.with_columns(run)
        .with_columns(kind.alias("kind"))
        .with_columns(changes.fill_null(value=False).cum_sum().alias("bout"))
        .drop("run")
    )


def _apart(time_s: pl.Expr) -> pl.Expr:
    """Number of the run in which each instant stands."""
    return (time_s.diff().fill_null(0.0) > GAP_S).cum_sum()


def find_bouts(stances: pl.DataFrame) -> pl.DataFrame:
    """Bouts of at least 8 steps: `kind`, `start_s`, `end_s`, `steps`, median `cadence_spm` (both
    feet) and `clear`, the share of its strides whose contacts are clear (null at the trunk).

    A bout reaches from half a stride before its first event to half a stride after its last.
    """
    half = 30.0 * pl.col("steps").first() / pl.col("cadence_spm").median()
    rows = (
        with_kind(stances)
        .group_by("bout", maintain_order=True)
        .agg(
            pl.col("kind").first(),
            (pl.col("stride_s").first() - half.fill_null(0.0)).alias("start_s"),
            (pl.col("stride_s").last() + half.fill_null(0.0)).alias("end_s"),
            pl.col("steps").sum(),
            pl.col("cadence_spm").median(),
            (pl.col("quality") == "clear").mean().alias("clear"),
        )
    )
    return rows.filter(pl.col("steps") >= AT_LEAST).select(
        pl.col(name).cast(kind) for name, kind in BOUTS.items()
    )


def find_rests(postures: pl.DataFrame, bouts: pl.DataFrame) -> pl.DataFrame:
    """Runs of at least 5 s of one posture outside all bouts, rows as of `find_bouts`, no steps.

    postures: of `find_postures`. An unknown second, a lost one or a bout ends a run: a rest is
    never longer than what was seen.
    """
    spans = bouts.select("start_s", "end_s")
    free = postures.filter(pl.col("posture") != "unknown")
    if not spans.is_empty():
        last = free.sort("start_s").with_columns(pl.col("start_s").alias("second"))
        before = last.join_asof(
            spans.sort("start_s").with_columns((pl.col("start_s") - 1.0).alias("second")),
            on="second",
            strategy="backward",
            allow_exact_matches=False,
        )
        free = before.filter(pl.col("end_s").is_null() | (pl.col("end_s") <= pl.col("start_s")))
    changes = (pl.col("posture") != pl.col("posture").shift(1)) | (pl.col("start_s").diff() > 1.0)
    return (
        free.with_columns(changes.fill_null(value=False).cum_sum().alias("bout"))
        .group_by("bout", maintain_order=True)
        .agg(
            pl.col("posture").first().alias("kind"),
            pl.col("start_s").first(),
            (pl.col("start_s").last() + 1.0).alias("end_s"),
            pl.lit(0.0).alias("steps"),
            pl.lit(None, pl.Float64).alias("cadence_spm"),
            pl.lit(None, pl.Float64).alias("clear"),
        )
        .filter(pl.col("end_s") - pl.col("start_s") >= REST_S)
        .select(pl.col(name).cast(kind) for name, kind in BOUTS.items())
    )
