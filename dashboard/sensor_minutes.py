"""What one sensor's stored samples come to, minute by minute, whoever wore it where."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analytics import held
from analytics.frames import SensorMinutes
from analytics.gait.stances import find_stances
from analytics.gait.steps import MARGIN_S, RATE_HZ
from analytics.minutes import motion_minutes, slow_minutes, with_heart_rate
from devices import PROFILES
from devices.profile import Placement
from ingest.entries import Assignment, Person, Registry, Sensor
from ingest.store import Store

SLOW_MARGIN = dt.timedelta(seconds=held.MARGIN_S + 10)
STEP_MARGIN = dt.timedelta(seconds=MARGIN_S)

Instant = dt.datetime


def minutes_of(
    store: Store,
    registry: Registry,
    key: str,
    start: Instant,
    end: Instant,
    worn: pl.DataFrame | None,
) -> pl.DataFrame:
    """SensorMinutes of a sensor in [start, end), whoever wore it; none of one that is unknown."""
    sensor = registry.sensors.get(key)
    if sensor is None:
        return SensorMinutes.create_empty()
    frames = list(_minutes(store, registry, sensor, start, end, worn))
    return pl.concat(frames) if frames else SensorMinutes.create_empty()


def _minutes(
    store: Store,
    registry: Registry,
    sensor: Sensor,
    start: Instant,
    end: Instant,
    worn: pl.DataFrame | None,
) -> Iterator[pl.DataFrame]:
    """SensorMinutes of a sensor in [start, end), one frame an assignment in force."""
    for assignment, since, until in in_force(sensor.assignments, start, end):
        person = registry.persons[assignment.person]
        for mass_kg, first, last in masses(person, since, until):
            frame = _of_slow(store, sensor, assignment, person, mass_kg, first, last)
            if worn is not None and store.motion_rates(sensor.key, first, last):
                moved = _of_motion(store, registry, sensor, assignment, mass_kg, first, last, worn)
                frame = with_heart_rate(moved.lazy(), frame.lazy()).collect()
            yield frame.filter(pl.col("minute").is_between(first, last, closed="left"))


def in_force(
    assignments: Sequence[Assignment], start: Instant, end: Instant
) -> Iterator[tuple[Assignment, Instant, Instant]]:
    """Each assignment with the part of [start, end) in which it holds, from whole minutes on.

    The first one also holds before it was said: nobody else wore the sensor then.
    """
    for number, assignment in enumerate(assignments):
        last = number + 1 == len(assignments)
        since = start if number == 0 else max(start, _minute(assignment.since))
        until = end if last else min(end, _minute(assignments[number + 1].since))
        if since < until:
            yield assignment, since, until


def masses(
    person: Person, start: Instant, end: Instant
) -> Iterator[tuple[float | None, Instant, Instant]]:
    """Body mass in kg with the part of [start, end) for which it was said, by local days."""
    zone = ZoneInfo(person.zone or "UTC")
    midnights = [
        dt.datetime.combine(date, dt.time(), zone).astimezone(dt.UTC) for date, _ in person.masses
    ]
    edges = [start, *(at for at in midnights if start < at < end), end]
    for since, until in itertools.pairwise(edges):
        yield person.mass_on(since.astimezone(zone).date()), since, until


def _minute(instant: Instant) -> Instant:
    return instant.replace(second=0, microsecond=0)


def _of_slow(
    store: Store,
    sensor: Sensor,
    assignment: Assignment,
    person: Person,
    mass_kg: float | None,
    start: Instant,
    end: Instant,
) -> pl.DataFrame:
    samples = store.slow(sensor.key, start - SLOW_MARGIN, end + SLOW_MARGIN)
    known = [PROFILES[key] for key in sensor.profiles if key in PROFILES]
    profiles = [profile for profile in known if profile.streams_at(assignment.placement)]
    counts = assignment.counts or next((p.counts for p in profiles if p.counts), None)
    return slow_minutes(
        samples.lazy(),
        sensor=sensor.key,
        person=person.key,
        placement=assignment.placement,
        continuous=any(profile.continuous for profile in profiles),
        counts=counts,
        mass_kg=mass_kg,
        load_kg=assignment.load_kg,
        sex=person.sex,
        profiles=[profile.key for profile in profiles],
    ).collect()


def _of_motion(
    store: Store,
    registry: Registry,
    sensor: Sensor,
    assignment: Assignment,
    mass_kg: float | None,
    start: Instant,
    end: Instant,
    worn: pl.DataFrame,
) -> pl.DataFrame:
    """Minutes of motion; none where its rate is too low to tell a step: unknown, not zero.

    What was recorded at one rate is looked at apart from what was recorded at another.
    """
    mine = worn.filter(pl.col("minute").is_between(start, end, closed="left"))
    reach = (start - STEP_MARGIN, end + STEP_MARGIN)
    rates = [
        rate_hz
        for rate_hz in store.motion_rates(sensor.key, *reach)
        if RATE_HZ[0] <= rate_hz <= RATE_HZ[1]
    ]
    if not rates or mine.is_empty():
        return SensorMinutes.create_empty()
    motions = [store.motion_arrays(sensor.key, *reach, rate_hz=rate_hz) for rate_hz in rates]
    steps = [
        find_stances(
            *motion,
            rate_hz=rate_hz,
            placement=assignment.placement,
            sparing=not _paired(registry, sensor, assignment),
        )
        for motion, rate_hz in zip(motions, rates, strict=True)
    ]
    seen = pl.concat(_minutes_seen(time_s) for time_s, *_ in motions)
    return motion_minutes(
        pl.concat(steps).sort("stride_s").lazy(),
        mine.filter(pl.col("minute").is_in(seen.implode())).lazy(),
        sensor=sensor.key,
        person=assignment.person,
        placement=assignment.placement,
        continuous=True,
        mass_kg=mass_kg,
        load_kg=assignment.load_kg,
    ).collect()


def _minutes_seen(time_s: NDArray[np.float64]) -> pl.Series:
    """The UTC minutes in which there are samples, time_s (n,) ascending."""
    number = np.floor(time_s / 60.0).astype(np.int64)
    first = np.flatnonzero(np.diff(number, prepend=-1))
    return pl.Series(number[first] * 60_000_000).cast(pl.Datetime("us", "UTC"))


def _paired(registry: Registry, sensor: Sensor, assignment: Assignment) -> bool:
    """Whether the person has ever worn another sensor at the same place of the other leg: then
    every contact is looked for, to compare left with right."""
    other = _mirrored(assignment.placement)
    return other is not None and any(
        one.person == assignment.person and one.placement is other
        for known in registry.sensors.values()
        for one in known.assignments
        if known.key != sensor.key
    )


def _mirrored(placement: Placement) -> Placement | None:
    """The same place of the other leg."""
    if placement.leg is None:
        return None
    other = {"left": "right", "right": "left"}[placement.leg]
    return Placement(placement.value.replace(placement.leg, other, 1))
