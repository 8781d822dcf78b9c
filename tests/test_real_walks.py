"""Real people's feet over virtual Bluetooth: radio, recording, loader, store, step detector."""

from __future__ import annotations

import asyncio
from pathlib import Path

import polars as pl
import pytest

from devices import PROFILES
from ingest.loader import load
from ingest.virtual import Faults, replay_sensor
from tests.collecting import collecting, enter
from tests.one_sensor import in_the_air
from tests.real_walks import RATE_HZ, Walk, data_folder, strides_in, walks
from tests.time_travel import run

pytestmark = pytest.mark.data
KNOWN = tuple(PROFILES[key] for key in ("thingy52", "battery", "device_information"))


def strides_through_everything(home: Path, walk: Walk, faults: Faults) -> float:
    """Strides counted from what the store holds after the walk went over the air."""
    sensor = replay_sensor(walk.axes, RATE_HZ, faults=faults)

    async def play() -> None:
        async with in_the_air(sensor) as (radio, _), collecting(home, radio, *KNOWN):
            await asyncio.sleep(5 + len(walk.axes) / RATE_HZ)

    enter(home, sensor, key="leg")
    run(play())
    load(home)
    samples, strides = strides_in(home, "leg", walk.placement)
    assert 0 < samples <= len(walk.axes)
    return strides


def score(walks_: list[Walk], counted: list[float]) -> pl.DataFrame:
    frame = pl.DataFrame(
        {
            "walk": [walk.name for walk in walks_],
            "group": [walk.group for walk in walks_],
            "strides": [walk.strides for walk in walks_],
            "counted": counted,
        }
    )
    error = (pl.col("counted") - pl.col("strides")).abs()
    return frame.with_columns(error.alias("error"), (error / pl.col("strides")).alias("share"))


def test_strides_of_real_people_are_counted_after_a_trip_over_the_air(tmp_path: Path) -> None:
    chosen = walks(data_folder(), 24)
    counted = [strides_through_everything(tmp_path / walk.name, walk, Faults()) for walk in chosen]
    table = score(chosen, counted)
    assert set(table["group"]) == {"Healthy", "Neurological", "Orthopedic"}
    within_one = table.select((pl.col("error") <= 1).mean()).item()
    assert within_one >= 0.9, table
    assert table.select(pl.col("share").mean()).item() <= 0.03, table


def test_late_and_lost_notifications_hardly_change_the_count(tmp_path: Path) -> None:
    chosen = walks(data_folder(), 6, seed=12)
    faults = Faults(drop=0.02, jitter_s=0.08)
    counted = [strides_through_everything(tmp_path / walk.name, walk, faults) for walk in chosen]
    assert score(chosen, counted).select(pl.col("share").mean()).item() <= 0.06
