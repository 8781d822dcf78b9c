"""Every kind of sensor, from the air into the store: paired, streamed, recorded, loaded."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from devices import PROFILES
from devices.profile import Channel
from ingest.loader import load
from ingest.store import open_store
from ingest.virtual.catalogue import CATALOGUE
from tests.collecting import collecting
from tests.one_sensor import in_the_air
from tests.time_travel import TravelClock, run

SECONDS = 45.0
EVER = (dt.datetime(2020, 1, 1, tzinfo=dt.UTC), dt.datetime(2030, 1, 1, tzinfo=dt.UTC))
TELLS = {
    "rsc": Channel.CADENCE_SENT,
    "heart_rate": Channel.HEART_RATE,
    "csc": Channel.CRANK_CADENCE,
    "cycling_power": Channel.POWER,
    "ftms_treadmill": Channel.SPEED,
    "ftms_cross_trainer": Channel.STEP_CADENCE,
    "ftms_step_climber": Channel.STEP_CADENCE,
    "ftms_stair_climber": Channel.STEP_CADENCE,
    "ftms_rower": Channel.STROKE_CADENCE,
    "ftms_bike": Channel.CRANK_CADENCE,
    "weight_scale": Channel.BODY_MASS,
}
"""A channel that each kind must have given; the others give motion."""


def test_every_kind_that_can_be_paired_has_a_virtual_sensor() -> None:
    assert set(CATALOGUE) == {
        key for key, profile in PROFILES.items() if profile.radio and not profile.companion
    }


def test_no_two_virtual_sensors_share_an_address() -> None:
    made = [maker(np.random.default_rng(1), 0) for maker in CATALOGUE.values()]
    assert len({sensor.address for sensor in made}) == len(made)


@pytest.mark.parametrize("key", CATALOGUE)
def test_a_sensor_of_this_kind_is_paired_and_what_it_says_is_stored(
    key: str, tmp_path: Path
) -> None:
    async def body() -> None:
        clock = TravelClock()
        sensor = CATALOGUE[key](np.random.default_rng(4), clock.utc_ns())
        profile = PROFILES[key]
        async with (
            in_the_air(sensor) as (radio, _),
            collecting(tmp_path, radio, *PROFILES.values()) as collector,
        ):
            seen = await collector.scan(5.0)
            assert [key in one.profiles for one in seen] == [True]
            await collector.pair(sensor.address, profile.placements[0], person="ada")
            await clock.sleep(SECONDS)
            (status,) = collector.state().sensors
            assert (status.state, status.malformed) == ("streaming", 0)

    run(body())
    summary = load(tmp_path)
    assert summary.problems == ()
    with open_store(tmp_path) as store:
        (name,) = store.recordings()["sensor"].unique()
        slow, motion = store.slow(name, *EVER), store.motion(name, *EVER)
    if key in TELLS:
        told = slow.filter(pl.col("channel") == TELLS[key].value)
        assert len(told) >= (1 if key == "weight_scale" else 30)
    else:
        assert len(motion) > 250
        size_g = np.linalg.norm(motion.select("ax", "ay", "az").to_numpy(), axis=1)
        assert np.median(size_g) == pytest.approx(1.0, abs=0.2)
