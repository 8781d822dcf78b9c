"""Recordings with ground truth (folder LEGLOAD_DATA), by the name of their set.

What spoils and scores them is `analytics.validation`; it is at hand here under one name.
"""

from __future__ import annotations

import os
from pathlib import Path

import polars as pl

from analytics.validation.recording import GRAVITY, Floats, Recording
from analytics.validation.scoring import (
    Score,
    cadence_apart,
    covered_s,
    in_order,
    inside,
    pairs_inside,
    score,
    steady_apart,
    within_bouts,
)
from analytics.validation.sets import recordings
from analytics.validation.spoiling import (
    lossy,
    packets_lost,
    quantised,
    turned,
    with_gravity,
)

__all__ = [
    "GRAVITY",
    "Floats",
    "Recording",
    "Score",
    "cadence_apart",
    "covered_s",
    "data_folder",
    "in_order",
    "inside",
    "load",
    "lossy",
    "packets_lost",
    "pairs_inside",
    "quantised",
    "score",
    "steady_apart",
    "turned",
    "with_gravity",
    "within_bouts",
]


def data_folder() -> Path | None:
    """Where the recordings lie, or None where the environment does not say."""
    named = os.environ.get("LEGLOAD_DATA")
    return Path(named) if named else None


def load(folder: Path, name: str, *, rate_hz: float = 100.0, label: str = "rec") -> list[Recording]:
    """Every recording of a set; `label` is the column of its table that names a group."""
    tables = [folder / f"{name}.{part}.parquet" for part in ("signals", "meta", "events")]
    signals, meta, events = (pl.read_parquet(path) if path.exists() else None for path in tables)
    assert signals is not None
    return list(recordings(signals, meta, events, rate_hz=rate_hz, label=label))
