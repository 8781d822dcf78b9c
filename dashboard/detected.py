"""Strength sets that leg sensors saw, from stored motion."""

from __future__ import annotations

import datetime as dt

import polars as pl

from analytics.exercise.repetitions import RATE_HZ, detect_repetitions
from analytics.exercise.tally import sets_of
from analytics.frames import METHOD
from analytics.practice import TrainingSet, set_rows
from analytics.strength import as_sets
from dashboard.sensor_minutes import in_force
from ingest.entries import Assignment, Registry
from ingest.store import Store

SET_REACH = dt.timedelta(minutes=10)
"""How long before and after new samples a set may begin that they change (design)."""

SET_MARGIN = dt.timedelta(minutes=5)
"""What is read around, so that a set is seen whole and the leg has walked or stood (design)."""


def sets_begun(
    store: Store, registry: Registry, key: str, start: dt.datetime, end: dt.datetime
) -> pl.DataFrame:
    """Sets that a sensor saw begin in [start, end), as the store keeps them; a leg sensor's only.

    A trunk cannot tell squats from bending well enough to count them unasked (docs/repetitions.md).
    """
    sensor = registry.sensors.get(key)
    frames = [set_rows((), person="", method=METHOD)]
    for assignment, since, until in in_force(sensor.assignments if sensor else (), start, end):
        sets = _sets(store, key, assignment, since, until)
        frames.append(set_rows(sets, person=assignment.person, method=METHOD))
    return pl.concat(frames)


def _sets(
    store: Store, key: str, assignment: Assignment, since: dt.datetime, until: dt.datetime
) -> tuple[TrainingSet, ...]:
    rate_hz = store.motion_rate(key, since, until)
    known = rate_hz is not None and RATE_HZ[0] <= rate_hz <= RATE_HZ[1]
    if rate_hz is None or not known or assignment.placement.leg is None:
        return ()
    motion = store.motion_arrays(key, since - SET_MARGIN, until + SET_MARGIN)
    found = detect_repetitions(*motion, rate_hz=rate_hz, placement=assignment.placement)
    rows = sets_of(found, placement=assignment.placement)
    sets = as_sets(rows, placement=assignment.placement, sensor=key)
    return tuple(one for one in sets if since <= one.start < until)
