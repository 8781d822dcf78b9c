"""What the entries say, as rows of the store's tables, and which minutes a change of it touches."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import msgspec

from ingest.entries import Person, Registry, Sensor

EVER = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_ZONES = dt.timedelta(days=1)  # a local date begins at most this long before its UTC date

Row = tuple[object, ...]
Dated = Sequence[tuple[dt.datetime, Any]]


def encode(registry: Registry) -> str:
    """A registry as text: equal where the entries say the same."""
    return msgspec.json.encode(registry).decode()


def decode(text: str) -> Registry:
    """What `encode` made; an empty one if it is from a version that knew other facts."""
    try:
        return msgspec.json.decode(text, type=Registry)
    except msgspec.DecodeError:
        return Registry()


def tables(registry: Registry) -> dict[str, list[Row]]:
    """The rows of each table, in the order of its columns."""
    persons, sensors = registry.persons.values(), registry.sensors.values()
    return {
        "person": [
            (p.key, p.name, p.birth_year, p.sex, p.zone, p.hr_max, p.use_heart_rate, p.no_score)
            for p in persons
        ],
        "body_mass": [(p.key, date, kg) for p in persons for date, kg in p.masses],
        "excuse": [(p.key, date, why) for p in persons for date, why in p.excused],
        "sensor": [
            (s.key, s.identity, s.address, s.name, list(s.profiles), s.forgotten) for s in sensors
        ],
        "assignment": [row for sensor in sensors for row in _assignments(sensor)],
    }


def _assignments(sensor: Sensor) -> list[Row]:
    return [
        (
            sensor.key,
            one.since.astimezone(dt.UTC).replace(tzinfo=None),
            one.person,
            one.placement.value,
            one.load_kg,
            one.counts,
        )
        for one in sensor.assignments
    ]


def affected(before: Registry, after: Registry) -> dict[str, dt.datetime]:
    """Sensors whose minutes depend on what changed, and since when (`EVER`: all of them)."""
    found: dict[str, dt.datetime] = {}
    for key in {**before.sensors, **after.sensors}:
        since = _sensor_since(before.sensors.get(key), after.sensors.get(key))
        since += [
            moment
            for person in _wearers(before.sensors.get(key), after.sensors.get(key))
            for moment in _person_since(before.persons.get(person), after.persons.get(person))
        ]
        if since:
            found[key] = min(since)
    return found


def _wearers(*sensors: Sensor | None) -> set[str]:
    return {one.person for sensor in sensors if sensor for one in sensor.assignments}


def _sensor_since(before: Sensor | None, after: Sensor | None) -> list[dt.datetime]:
    if before is None or after is None or before.profiles != after.profiles:
        return [EVER]
    return _first_difference(
        [(one.since, one) for one in before.assignments],
        [(one.since, one) for one in after.assignments],
    )


def _person_since(before: Person | None, after: Person | None) -> list[dt.datetime]:
    if before is None or after is None or before.sex != after.sex:
        return [EVER]
    return _first_difference(_masses(before), _masses(after))


def _masses(person: Person) -> Dated:
    return [
        (dt.datetime.combine(date, dt.time(), dt.UTC) - _ZONES, kg) for date, kg in person.masses
    ]


def _first_difference(before: Dated, after: Dated) -> list[dt.datetime]:
    """When two dated lists begin to differ; the first entry also holds before its date."""
    same = 0
    while same < min(len(before), len(after)) and before[same] == after[same]:
        same += 1
    rest = [*before[same:], *after[same:]]
    if not rest:
        return []
    return [min(since for since, _ in rest) if same else EVER]
