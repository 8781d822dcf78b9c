"""Real people's feet over virtual Bluetooth, strides counted against what people annotated.

    LEGLOAD_DATA=DIR python -m benchmarks.replay                 24 walks, simulated time
    LEGLOAD_DATA=DIR python -m benchmarks.replay --real-time 5   five at once, in real time

Each walk goes through radio, collector, recording, loader, store and step detector.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl

from devices import PROFILES
from ingest.clock import Clock, SystemClock
from ingest.collector import Collector
from ingest.loader import load
from ingest.radio import open_radio
from ingest.virtual import VirtualSensor, VirtualWorld, replay_sensor
from tests.collecting import enter
from tests.real_walks import RATE_HZ, Walk, strides_in, walks
from tests.time_travel import TravelClock, run

LEAD_S = 10.0  # to find, connect and shake hands with every sensor


def sensor_of(number: int, walk: Walk) -> VirtualSensor:
    """The walk as a sensor with an address of its own; the handshakes of all come first."""
    sensor = replay_sensor(walk.axes, RATE_HZ, name=walk.name, serial=walk.name)
    return replace(sensor, address=f"D0:1E:61:0A:D1:{number:02X}")


async def over_the_air(home: Path, chosen: Sequence[Walk], clock: Clock) -> None:
    """Record all walks at once into one home folder."""
    sensors = [sensor_of(number, walk) for number, walk in enumerate(chosen)]
    for walk, sensor in zip(chosen, sensors, strict=True):
        enter(home, sensor, key=walk.name)
    rng = np.random.default_rng(1)
    longest_s = max(len(walk.axes) for walk in chosen) / RATE_HZ
    async with open_radio(
        "virtual", virtual=lambda link: VirtualWorld(link, sensors, clock, rng)
    ) as radio:
        collector = Collector(home, radio, profiles=PROFILES, clock=clock, rng=rng)
        await collector.run(longest_s + LEAD_S)


def table(homes: Sequence[Path], chosen: Sequence[Walk]) -> pl.DataFrame:
    """One row a walk."""
    for home in set(homes):
        load(home)
    found = [
        strides_in(home, walk.name, walk.placement)
        for home, walk in zip(homes, chosen, strict=True)
    ]
    return pl.DataFrame(
        {
            "walk": [walk.name for walk in chosen],
            "group": [walk.group for walk in chosen],
            "sent": [len(walk.axes) for walk in chosen],
            "stored": [samples for samples, _ in found],
            "strides": [walk.strides for walk in chosen],
            "counted": [strides for _, strides in found],
        }
    ).with_columns((pl.col("counted") - pl.col("strides")).alias("error"))


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--walks", type=int, default=24)
    parser.add_argument("--real-time", type=int, metavar="N", default=0)
    options = parser.parse_args()
    folder = Path(os.environ["LEGLOAD_DATA"])
    with tempfile.TemporaryDirectory() as root:
        if options.real_time:
            chosen = walks(folder, options.real_time)
            homes = [Path(root)] * len(chosen)
            asyncio.run(over_the_air(Path(root), chosen, SystemClock()))
        else:
            chosen = walks(folder, options.walks)
            homes = [Path(root) / walk.name for walk in chosen]
            for home, walk in zip(homes, chosen, strict=True):
                run(simulated(home, walk))
        report(table(homes, chosen))


async def simulated(home: Path, walk: Walk) -> None:
    """One walk on the simulated clock of the running loop."""
    await over_the_air(home, [walk], TravelClock())


def report(found: pl.DataFrame) -> None:
    """Print the table and what it comes to."""
    with pl.Config(tbl_rows=-1, tbl_hide_dataframe_shape=True, tbl_hide_column_data_types=True):
        print(found)
    error = pl.col("error").abs()
    summary = found.select(
        (error / pl.col("strides")).mean().alias("mape"),
        (error == 0).mean().alias("exact"),
        (error <= 1).mean().alias("within_1"),
        (pl.col("stored") / pl.col("sent")).min().alias("least_stored"),
    ).row(0, named=True)
    strides, total = found["strides"].sum(), found["counted"].sum()
    print(f"{len(found)} walks, {strides} strides annotated, {total:.0f} counted")
    print(", ".join(f"{name} {value:.1%}" for name, value in summary.items()))


if __name__ == "__main__":
    main()
