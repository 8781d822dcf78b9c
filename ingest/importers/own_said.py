"""What was said in another home of legload's, as what is said here of the person it becomes."""

from __future__ import annotations

import datetime as dt

import msgspec

from ingest.entries import (
    AnyEntry,
    Assigned,
    BodyMassSet,
    Excused,
    Person,
    Registry,
    Sensor,
    SensorForgotten,
    SensorNamed,
    SensorPaired,
    StrengthDay,
)
from ingest.importers.imported import Into


def introduced(sensor: Sensor, into: Into) -> list[AnyEntry]:
    """What makes a sensor known, as worn by this person and no longer listened to."""
    now, key = into.now, sensor.key
    paired = SensorPaired(
        at=now,
        sensor=key,
        identity=sensor.identity,
        address=sensor.address,
        name=sensor.name,
        profiles=sensor.profiles,
    )
    worn = (
        Assigned(
            at=now,
            sensor=key,
            person=into.person,
            placement=one.placement,
            since=one.since,
            load_kg=one.load_kg,
            counts=one.counts,
        )
        for one in sensor.assignments
    )
    named = [SensorNamed(at=now, sensor=key, name=sensor.given)] if sensor.given else []
    return [paired, *worn, *named, SensorForgotten(at=now, sensor=key)]


def told_of(them: Person | None, here: Registry, into: Into) -> list[AnyEntry]:
    """Body masses, practice, strength days and excused days that are not known here."""
    mine = here.persons.get(into.person)
    if them is None:
        return []
    now, person = into.now, into.person
    masses, days = dict(mine.masses if mine else ()), dict(mine.excused if mine else ())
    logged = {_what(one) for one in (mine.logged if mine else ())}
    strength = dict(mine.strength_days if mine else ())
    return [
        *(
            BodyMassSet(at=now, person=person, date=date, kg=kg)
            for date, kg in them.masses
            if date not in masses
        ),
        *(
            msgspec.structs.replace(one, person=person)
            for one in them.logged
            if _what(one) not in logged
        ),
        *(
            StrengthDay(at=now, person=person, date=date, counts=counts)
            for date, counts in them.strength_days
            if date not in strength
        ),
        *(
            Excused(at=now, person=person, start=day, end=day, why=why)
            for day, why in them.excused
            if day not in days
        ),
    ]


def _what(one: AnyEntry) -> AnyEntry:
    """What was logged, whoever said it and when."""
    return msgspec.structs.replace(one, at=dt.datetime.min.replace(tzinfo=dt.UTC), person="")
