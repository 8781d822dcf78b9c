"""What an import left in a home folder, for tests of importers."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl

from analytics.merge import merge_minutes
from analytics.person import PersonFacts
from analytics.protocol import default_protocol
from dashboard.refresh import refresh
from devices.profile import Channel
from ingest.importers.imported import Imported, Into
from ingest.store import open_store

NOW = dt.datetime(2026, 11, 21, tzinfo=dt.UTC)
EVER = (dt.datetime(2000, 1, 1, tzinfo=dt.UTC), dt.datetime(2040, 1, 1, tzinfo=dt.UTC))


def into_of(folder: Path) -> Into:
    """A home folder of Ada's in Rome."""
    return Into(home=folder / "home", person="ada", now=NOW, zone="Europe/Rome")


def told(into: Into, done: Imported, number: int = 0) -> dict[Channel, pl.DataFrame]:
    """What the store holds of one sensor of an import: `time` and `value` by channel."""
    refresh(into.home)
    with open_store(into.home) as store:
        slow = store.slow(done.sensors[number], *EVER)
    return {
        Channel(name): rows.sort("time")
        for (name,), rows in slow.group_by("channel")
        if isinstance(name, str)
    }


def steps_of(into: Into) -> float:
    """What Ada walked by all sensors, merged as every page does it."""
    return float(merged(into)["steps"].sum())


def merged(into: Into) -> pl.DataFrame:
    """Ada's minutes."""
    refresh(into.home)
    with open_store(into.home) as store:
        minutes = store.minutes(into.person, *EVER)
    return merge_minutes(
        minutes.lazy(),
        person=PersonFacts(key=into.person, name="Ada", zone=into.zone),
        date=NOW.date(),
        protocol=default_protocol(),
    ).collect()
