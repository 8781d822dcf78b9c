"""Strength sets that leg sensors saw, from stored motion."""

from __future__ import annotations

import datetime as dt

import polars as pl

from analytics.exercise.repetitions import RATE_HZ, detect_repetitions
from analytics.exercise.tally import sets_of
from analytics.exercise.upright import upright_by_minute
from analytics.frames import METHOD
from analytics.practice import TrainingSet, set_rows
from analytics.strength import as_sets
from dashboard.sensor_minutes import in_force
from devices.profile import Placement
from ingest.entries import Assignment, Registry
from ingest.store import Store

SET_REACH = dt.timedelta(minutes=10)
"""How long before and after new samples a set may begin that they change (design)."""

SET_MARGIN = dt.timedelta(minutes=5)
"""What is read around, so that a set is seen whole (design)."""

HOUR = dt.timedelta(hours=1)
BEFORE = dt.timedelta(hours=4)
"""How far back walking is looked for that tells which way the leg stands (design)."""


def sets_begun(
    store: Store,
    registry: Registry,
    key: str,
    start: dt.datetime,
    end: dt.datetime,
    features: pl.DataFrame,
) -> pl.DataFrame:
    """Sets that a sensor saw begin in [start, end), as the store keeps them; a leg sensor's only.

    features: as `wear.summed_features` gives them, from an hour and `BEFORE` earlier on.

    A trunk cannot tell squats from bending well enough to count them unasked (docs/repetitions.md).
    """
    sensor = registry.sensors.get(key)
    frames = [set_rows((), person="", method=METHOD)]
    for assignment, since, until in in_force(sensor.assignments if sensor else (), start, end):
        sets = _sets(store, key, assignment, since, until, features)
        frames.append(set_rows(sets, person=assignment.person, method=METHOD))
    return pl.concat(frames)


def _sets(
    store: Store,
    key: str,
    assignment: Assignment,
    since: dt.datetime,
    until: dt.datetime,
    features: pl.DataFrame,
) -> list[TrainingSet]:
    """Hour by hour, each with the walking before it, so that the same samples give the same sets
    whenever they are computed."""
    rates = store.motion_rates(key, since - SET_MARGIN, until + SET_MARGIN)
    rates = [rate_hz for rate_hz in rates if RATE_HZ[0] <= rate_hz <= RATE_HZ[1]]
    if not rates or assignment.placement.leg is None:
        return []
    first = since.replace(minute=0, second=0, microsecond=0)
    minutes = features.filter(pl.col("minute") >= assignment.since)
    hours = [first + HOUR * number for number in range(-((first - until) // HOUR))]
    return [
        one
        for hour in hours
        for rate_hz in rates
        for one in _of_hour(store, key, assignment.placement, hour, rate_hz, minutes)
        if since <= one.start < until
    ]


def _of_hour(
    store: Store,
    key: str,
    placement: Placement,
    hour: dt.datetime,
    rate_hz: float,
    minutes: pl.DataFrame,
) -> tuple[TrainingSet, ...]:
    """Sets that begin in an hour."""
    own = pl.col("minute").is_between(hour, hour + HOUR, closed="left")
    before = pl.col("minute").is_between(hour - BEFORE, hour, closed="left")
    if minutes.filter(own).is_empty():
        return ()
    motion = store.motion_arrays(key, hour - SET_MARGIN, hour + HOUR + SET_MARGIN, rate_hz=rate_hz)
    found = detect_repetitions(
        *motion,
        rate_hz=rate_hz,
        placement=placement,
        upright=upright_by_minute(minutes.filter(before)),
    )
    sets = as_sets(sets_of(found, placement=placement), placement=placement, sensor=key)
    return tuple(one for one in sets if hour <= one.start < hour + HOUR)
