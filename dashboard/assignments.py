"""Where a sensor sat and when, corrected: what a person says anew becomes entries."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dashboard.errors import DashboardError
from devices.profile import Placement
from ingest.entries import YEARS, AnyEntry, Assigned, Assignment, AssignmentRemoved, Sensor
from language.spoken import _


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What somebody says of a sensor; None keeps what was said before."""

    placement: str | None = None
    person: str | None = None
    load_kg: float | None = None
    counts: str | None = None


def assigned_anew(
    sensor: Sensor,
    said: Said,
    *,
    now: dt.datetime,
    zone: dt.tzinfo,
    alone: Callable[[None], str],
    since: dt.date | None = None,
    correct: dt.datetime | None = None,
) -> list[AnyEntry]:
    """The entries that say so. zone: of the local day `since`; alone: the only person there is.

    since: a day, and whatever else began on it gives way: the whole day is as said now; or an
    instant (aware, or on a clock in `zone`), from which it holds until what began later.

    Raises:
        DashboardError: nothing begins at `correct`, the day is yet to come, or no place is known.
    """
    if since is not None and since.year not in YEARS:
        raise DashboardError(
            _(
                "The year {year} is not between {first} and {last}.",
                year=since.year,
                first=YEARS[0],
                last=YEARS[-1],
            ),
            _("Say another day."),
        )
    start = _start(sensor, now=now, zone=zone, since=since, correct=correct)
    if since is not None and start > now:
        raise DashboardError(
            _("{date} is yet to come.", date=_written(since)),
            _("Say it when the time is there."),
        )
    same_day = _same_day(sensor, since, zone)
    before = same_day[-1] if same_day and not correct else _base(sensor, start, correct)
    if said.placement is None and before is None:
        raise DashboardError(
            _("{key} sits nowhere yet.", key=sensor.key), _("Say where: --placement left-foot")
        )
    placement = Placement(said.placement) if said.placement else before.placement  # type: ignore[union-attr]
    gone = {one.since for one in same_day} | ({correct} if correct else set())
    new = Assigned(
        at=now,
        sensor=sensor.key,
        person=said.person or (before.person if before else alone(None)),
        placement=placement,
        since=start,
        load_kg=_first(said.load_kg, before.load_kg if before else 0.0),
        counts=said.counts or (before.counts if before else None),
    )
    removed = (
        AssignmentRemoved(at=now, sensor=sensor.key, since=one) for one in sorted(gone - {start})
    )
    return [*removed, new]


def _start(
    sensor: Sensor,
    *,
    now: dt.datetime,
    zone: dt.tzinfo,
    since: dt.date | None,
    correct: dt.datetime | None,
) -> dt.datetime:
    if isinstance(since, dt.datetime):
        return (since if since.tzinfo else since.replace(tzinfo=zone)).astimezone(dt.UTC)
    if since is not None:
        return dt.datetime.combine(since, dt.time(), zone).astimezone(dt.UTC)
    if correct is not None:
        return correct
    return sensor.current.since if sensor.current else now


def _base(sensor: Sensor, start: dt.datetime, correct: dt.datetime | None) -> Assignment | None:
    """The assignment that keeps what is not said anew."""
    if correct is not None:
        found = [one for one in sensor.assignments if one.since == correct]
        if not found:
            raise DashboardError(_("That assignment is gone."), _("Look at the list again."))
        return found[0]
    before = [one for one in sensor.assignments if one.since <= start]
    return next(iter([*before[-1:], *sensor.assignments]), None)


def replaced(sensor: Sensor, said: Sequence[AnyEntry]) -> tuple[Assignment, ...]:
    """The assignments that are gone, or say something else, once these entries are said."""
    gone = {one.since for one in said if isinstance(one, Assigned | AssignmentRemoved)}
    return tuple(one for one in sensor.assignments if one.since in gone)


def _written(since: dt.date) -> str:
    """As a person wrote it, to the minute."""
    return f"{since:%Y-%m-%dT%H:%M}" if isinstance(since, dt.datetime) else str(since)


def _same_day(sensor: Sensor, since: dt.date | None, zone: dt.tzinfo) -> list[Assignment]:
    if isinstance(since, dt.datetime):
        return []
    return [one for one in sensor.assignments if one.since.astimezone(zone).date() == since]


def _first(said: float | None, before: float) -> float:
    return before if said is None else said


def counted_anew(sensor: Sensor, counts: str, *, now: dt.datetime) -> list[AnyEntry]:
    """The entries that say what a cadence counts: it is the sensor's nature, wherever it sat."""
    return [
        Assigned(
            at=now,
            sensor=sensor.key,
            person=one.person,
            placement=one.placement,
            since=one.since,
            load_kg=one.load_kg,
            counts=counts,
        )
        for one in sensor.assignments
    ]


def assignment_of(
    sensor: Sensor, began: dt.date, zone_of: Callable[[str], dt.tzinfo]
) -> Assignment:
    """The assignment that may be removed and began then: an instant, or a day of its wearer.

    Raises:
        DashboardError: there is none, there are several, or it is the only one.
    """
    found = [one for one in sensor.assignments if _began(one, began, zone_of(one.person))]
    if len(found) != 1:
        times = ", ".join(
            f"{one.since.astimezone(zone_of(one.person)):%Y-%m-%dT%H:%M}"
            for one in found or sensor.assignments
        )
        raise DashboardError(
            _("Several assignments begin then.") if found else _("No assignment begins then."),
            _("Name one of: {times}.", times=times or _("none yet")),
        )
    if len(sensor.assignments) == 1:
        raise DashboardError(
            _("It is the only assignment of this sensor."), _("Correct it instead of removing it.")
        )
    return found[0]


def _began(one: Assignment, began: dt.date, zone: dt.tzinfo) -> bool:
    local = one.since.astimezone(zone)
    if not isinstance(began, dt.datetime):
        return local.date() == began
    if began.tzinfo is not None:
        return one.since == began
    return local.replace(tzinfo=None, second=0, microsecond=0) == began
