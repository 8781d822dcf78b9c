"""What is to be erased: whose, which days; and which stretches of which sensor that is."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import msgspec

from ingest.entries import Assignment, Registry, Sensor
from ingest.gaps import Span, union
from ingest.queries import to_ns

EVER = (-(1 << 62), 1 << 62)
"""All of time, UTC ns."""

_YEARS = range(1900, 2116)
"""Of which a midnight lies in `EVER`; earlier and later days are its ends."""

Stretches = dict[str, list[Span]]
"""By sensor, [start, end) in UTC ns, in order, never touching."""


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """One person (None: everyone), and local days, both inclusive (None: all of them)."""

    person: str | None = None
    start: dt.date | None = None
    end: dt.date | None = None

    @property
    def everything(self) -> bool:
        """Whether nothing is to stay."""
        return self.person is None and self.days is None

    @property
    def days(self) -> tuple[dt.date, dt.date] | None:
        """First and last local day; None: all of them."""
        if self.start is None and self.end is None:
            return None
        return self.start or dt.date.min, self.end or dt.date.max

    def covers(self, day: dt.date) -> bool:
        """Whether a local day is among them."""
        first, last = self.days or (dt.date.min, dt.date.max)
        return first <= day <= last

    def concerns(self, person: str) -> bool:
        """Whether somebody is meant."""
        return self.person in (None, person)


def stretches(registry: Registry, scope: Scope, sensors: set[str], zone: dt.tzinfo) -> Stretches:
    """The stretches in which sensors were assigned to whoever is meant, on the days meant.

    sensors: of which there are recordings; one that nobody ever wore is nobody's, and its days are
    told in `zone`. The first assignment also holds before it was said.
    """
    found: Stretches = {}
    for key in sorted(sensors | registry.sensors.keys()):
        sensor = registry.sensors.get(key)
        worn = _worn(sensor) if sensor else []
        nobodys = [_days(scope, zone)] if not worn and scope.person is None else []
        spans = nobodys + [
            _both(span, _days(scope, zone_of(registry, one.person, zone)))
            for one, span in worn
            if scope.concerns(one.person)
        ]
        if kept := union(span for span in spans if span[0] < span[1]):
            found[key] = kept
    return found


def zone_of(registry: Registry, person: str, otherwise: dt.tzinfo) -> dt.tzinfo:
    """The time zone of a person's days."""
    known = registry.persons.get(person)
    return ZoneInfo(known.zone) if known and known.zone else otherwise


def gone_sensors(registry: Registry, scope: Scope) -> set[str]:
    """Sensors that only whoever is meant ever wore, where all of their days are meant."""
    if scope.days is not None:
        return set()
    return {
        key
        for key, sensor in registry.sensors.items()
        if scope.everything
        or (sensor.assignments and all(one.person == scope.person for one in sensor.assignments))
    }


def _worn(sensor: Sensor) -> list[tuple[Assignment, Span]]:
    ends = [to_ns(one.since) for one in sensor.assignments[1:]] + [EVER[1]]
    starts = [EVER[0], *ends[:-1]]
    spans = zip(starts, ends, strict=True) if sensor.assignments else ()
    return list(zip(sensor.assignments, spans, strict=True))


def _days(scope: Scope, zone: dt.tzinfo) -> Span:
    if scope.days is None:
        return EVER
    first, last = scope.days
    return _midnight(first, zone), _midnight(last, zone, days=1)


def _midnight(day: dt.date, zone: dt.tzinfo, days: int = 0) -> int:
    """Of so many days after a day."""
    if day.year not in _YEARS:
        return EVER[day.year >= _YEARS.stop]
    day += dt.timedelta(days=days)
    return to_ns(dt.datetime.combine(day, dt.time(), zone))


def _both(one: Span, other: Span) -> Span:
    return max(one[0], other[0]), min(one[1], other[1])


def weeks_of(scope: Scope) -> tuple[str, ...]:
    """ISO weeks that the days lie in; none where they have no end."""
    if scope.start is None or scope.end is None:
        return ()
    length = (scope.end - scope.start).days
    days = {scope.start + dt.timedelta(days=min(day, length)) for day in range(0, length + 7, 7)}
    weeks = sorted({day.isocalendar()[:2] for day in days})
    return tuple(f"{year}-W{week:02d}" for year, week in weeks)
