"""Sets of repetitions, one row each, with how far they may be believed."""

from __future__ import annotations

import polars as pl

from analytics.exercise.kinds import BURPEE, SIT_UP, SQUAT
from analytics.motion import placed
from devices.profile import Placement

MEASURED, ROUGH, NOT_MEASURED = "measured", "rough", "not measured"
SETS = {
    "set": pl.Int64,
    "start_s": pl.Float64,
    "end_s": pl.Float64,
    "kind": pl.String,
    "repetitions": pl.Int64,
    "tempo_s": pl.Float64,
    "quality": pl.Float64,
    "confidence": pl.String,
}
CONFIDENCE = {
    (Placement.WAIST, SQUAT): MEASURED,
    (Placement.CHEST, SQUAT): MEASURED,
    (Placement.LEFT_ANKLE, SQUAT): ROUGH,
    (Placement.RIGHT_ANKLE, SQUAT): ROUGH,
    (Placement.WAIST, SIT_UP): MEASURED,
    (Placement.CHEST, SIT_UP): ROUGH,
    (Placement.LEFT_ANKLE, SIT_UP): ROUGH,
    (Placement.RIGHT_ANKLE, SIT_UP): ROUGH,
    (Placement.WAIST, BURPEE): ROUGH,
    (Placement.CHEST, BURPEE): ROUGH,
}
"""What recordings with truth say of a kind at a placement (docs/repetitions.md): `measured`,
session error below 10 %; `rough`, above, or within one in fewer than 80 %; else not. Squats at an
ankle are rough too: one of the two misses its goal, and of the other 2 % of lost samples make the
error more than three times as large."""


def sets_of(repetitions: pl.DataFrame, *, placement: Placement | str) -> pl.DataFrame:
    """Sets of what `detect_repetitions` gave for that placement, ordered by time.

    Gives `set`, `start_s`, `end_s`, `kind`, `repetitions` (number), `tempo_s` (median duration of
    one), `quality` (median) and `confidence` (`measured`, `rough` or `not measured`).
    """
    placement = placed(placement)
    words = {kind: word for (place, kind), word in CONFIDENCE.items() if place is placement}
    return (
        repetitions.group_by("set")
        .agg(
            pl.col("start_s").min(),
            pl.col("end_s").max(),
            pl.col("kind").first(),
            pl.len().cast(pl.Int64).alias("repetitions"),
            pl.col("duration_s").median().alias("tempo_s"),
            pl.col("quality").median(),
        )
        .with_columns(
            pl.col("kind")
            .replace_strict(words, default=NOT_MEASURED, return_dtype=pl.String)
            .alias("confidence")
        )
        .select(*SETS)
        .sort("start_s")
    )
