"""Body mass from a paired scale: beside what a person typed, never instead of it.

A scale says what stood on it, not who. Readings go to whoever the scale is assigned to at the
time, the median of a local day, unless that is far from what is known of the person: then somebody
else, or a suitcase, stood there. What was typed for a date holds for that date.
"""

from __future__ import annotations

import datetime as dt
import statistics
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

from ingest.entries import Assignment, Person, Registry
from ingest.queries import Instant, Store

WEIGHT_SCALE = "weight_scale"
"""Key of the profile of a scale."""

SAME_PERSON = 0.15
"""Largest share by which a reading may differ from the body mass known (design: more than anybody
gains or loses between two readings, less than most adults of one household differ)."""

NEARBY = dt.timedelta(days=45)
"""Readings this near are compared with each other where nothing was typed (design)."""

POSSIBLE_KG = (20.0, 350.0)
"""What a person can weigh who is scored here (design)."""

Weight = tuple[dt.date, float]


def weighed(store: Store, registry: Registry) -> Registry:
    """The registry with what paired scales measured among the body masses of its persons."""
    scales = {key: s for key, s in registry.sensors.items() if WEIGHT_SCALE in s.profiles}
    if not scales:
        return registry
    readings: dict[str, list[Weight]] = defaultdict(list)
    for sensor, instant, kg in store.body_masses(list(scales)):
        if (holder := _holder(scales[sensor].assignments, instant)) in registry.persons:
            zone = ZoneInfo(registry.persons[holder].zone or "UTC")
            readings[holder].append((instant.astimezone(zone).date(), kg))
    return replace(registry, persons=_with_readings(registry.persons, readings))


def _holder(assignments: Sequence[Assignment], instant: Instant) -> str:
    """Who a scale was assigned to; the first assignment also holds before it was said."""
    before = [one for one in assignments if one.since <= instant]
    return (before[-1:] or assignments[:1])[0].person if assignments else ""


def _with_readings(
    persons: Mapping[str, Person], readings: Mapping[str, Sequence[Weight]]
) -> dict[str, Person]:
    return {
        key: replace(person, masses=body_masses(person.masses, readings.get(key, ())))
        for key, person in persons.items()
    }


def body_masses(typed: Sequence[Weight], readings: Sequence[Weight]) -> tuple[Weight, ...]:
    """Body mass in kg by date, ascending: what was typed, and of the readings what fits it."""
    possible = [one for one in readings if POSSIBLE_KG[0] <= one[1] <= POSSIBLE_KG[1]]
    days: dict[dt.date, list[float]] = defaultdict(list)
    for date, kg in possible:
        known = _known(date, typed) or _around(date, possible)
        if abs(kg - known) <= SAME_PERSON * known:
            days[date].append(kg)
    medians = {date: statistics.median(kg) for date, kg in days.items()}
    return tuple(sorted({**medians, **dict(typed)}.items()))


def _known(date: dt.date, typed: Sequence[Weight]) -> float | None:
    """What was typed last for a date or before it, else first."""
    if not typed:
        return None
    before = [kg for day, kg in typed if day <= date]
    return before[-1] if before else typed[0][1]


def _around(date: dt.date, readings: Sequence[Weight]) -> float:
    return statistics.median(kg for day, kg in readings if abs(day - date) <= NEARBY)
