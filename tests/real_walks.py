"""Walks of real people, as a leg motion sensor would send them.

Set `feet` of the recordings that `LEGLOAD_DATA` names: Truong et al. 2019,
doi:10.5201/ipol.2019.265, CC BY-NC-SA 4.0; layout in docs/steps.md.
"""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from analytics.gait.steps import detect_steps
from devices import thingy52
from devices.profile import Int16s, Placement
from ingest.store import open_store

G_MPS2 = 9.80665
RATE_HZ = 100
EVER = (dt.datetime(2020, 1, 1, tzinfo=dt.UTC), dt.datetime(2040, 1, 1, tzinfo=dt.UTC))
AXES = ("ax", "ay", "az", "gx", "gy", "gz")


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """One foot of one trial: counts (n, 6) at 100 Hz, and the strides that people annotated."""

    name: str
    group: str
    placement: Placement
    axes: Int16s
    strides: int


def data_folder() -> Path:
    """Where the recordings are; skips the test, saying so, where they are not."""
    folder = os.environ.get("LEGLOAD_DATA")
    if not folder or not (Path(folder) / "feet.meta.parquet").exists():
        pytest.skip("LEGLOAD_DATA names no folder with the set 'feet'")
    return Path(folder)


def walks(folder: Path, count: int, *, seed: int = 11) -> list[Walk]:
    """So many complete foot trials, an equal share of each group, chosen by a seed."""
    meta = pl.read_parquet(folder / "feet.meta.parquet").filter(pl.col("lost") == 0)
    groups = meta["group"].unique().sort().to_list()
    share = [count // len(groups) + (n < count % len(groups)) for n in range(len(groups))]
    chosen = pl.concat(
        meta.filter(pl.col("group") == group).sort("rec").sample(number, seed=seed, shuffle=True)
        for group, number in zip(groups, share, strict=True)
    )
    signals = (
        pl.scan_parquet(folder / "feet.signals.parquet")
        .with_columns(pl.col("rec").cast(pl.String))
        .filter(pl.col("rec").is_in(chosen["rec"].to_list()))
        .collect()
        .partition_by("rec", as_dict=True)
    )
    return [
        Walk(
            name=row["rec"],
            group=row["group"],
            placement=Placement.LEFT_FOOT if row["foot"] == "L" else Placement.RIGHT_FOOT,
            axes=counts(signals[(row["rec"],)].sort("i")),
            strides=row["steps"],
        )
        for row in chosen.iter_rows(named=True)
    ]


def counts(signal: pl.DataFrame) -> Int16s:
    """m/s2 and deg/s as the sensor's integers, limited to what they hold."""
    values = signal.select(AXES).to_numpy().astype(np.float64)
    values[:, :3] /= G_MPS2 * thingy52.ACC_G
    values[:, 3:] /= thingy52.GYRO_DPS
    limited: Int16s = np.clip(np.rint(values), -32768, 32767).astype(np.int16)
    return limited


def strides_in(home: Path, sensor: str, placement: Placement) -> tuple[int, float]:
    """Motion samples of a sensor in the store of a home, and strides counted from them."""
    with open_store(home) as store:
        motion, rates = store.motion(sensor, *EVER), store.motion_rates(sensor, *EVER)
    if not rates:
        return 0, 0.0
    events = detect_steps(
        motion["time"].dt.epoch("ns").to_numpy() / 1e9,
        motion.select(AXES[:3]).to_numpy(),
        motion.select(AXES[3:]).to_numpy(),
        rate_hz=rates[0],
        placement=placement,
    )
    return len(motion), float(events["steps"].sum()) / 2.0
