"""What a person says of themselves: which facts there are, their bounds, and the entries."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from dataclasses import asdict, dataclass, fields
from functools import cache
from typing import Any

import polars as pl

from dashboard.errors import DashboardError
from dashboard.persons import local_zone
from ingest.entries import RESTING_BPM, BodyMassSet, Person, PersonSet
from language.spoken import _

SEXES = ("female", "male")
FIRST_BIRTH_YEAR = 1900
MASS_KG = (20.0, 400.0)
HR_MAX_BPM = (80, 240)
"""Bounds of what can be meant (design), as those of the command `person`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """The facts that scoring uses, as they are said; None is unknown. See `Person`."""

    birth_year: int | None
    sex: str | None
    zone: str | None
    hr_max: int | None
    hr_rest: int | None
    use_heart_rate: bool
    no_score: bool
    logs_strength: bool
    logs_balance: bool
    targets: str | None
    wakes: str | None
    sleeps: str | None


def facts_of(person: Person) -> Facts:
    """What is said of a person now."""
    return Facts(**{field.name: getattr(person, field.name) for field in fields(Facts)})


def facts_entry(person: Person, facts: Facts, *, now: dt.datetime) -> PersonSet | None:
    """An entry of what differs from what was said; None: nothing does.

    Raises:
        DashboardError: a fact that cannot be; the text names it.
    """
    zone = _zone(facts.zone or local_zone())
    _refuse(facts, now.astimezone(zone).date())
    known = asdict(facts_of(person))
    new: dict[str, Any] = {k: v for k, v in asdict(facts).items() if v != known[k]}
    return PersonSet(at=now, person=person.key, **new) if new else None


def mass_entry(person: str, kg: float, since: dt.date, *, now: dt.datetime) -> BodyMassSet:
    """Body mass from a date on.

    Raises:
        DashboardError: nobody weighs that, or the date is far ahead.
    """
    low, high = MASS_KG
    if not low <= kg <= high:
        raise DashboardError(
            _(
                "A body mass is {low} to {high} kg, not {kg}.",
                low=f"{low:g}",
                high=f"{high:g}",
                kg=f"{kg:g}",
            )
        )
    if since > (now + dt.timedelta(days=1)).date():
        raise DashboardError(_("{date} is yet to come.", date=since), _("Say what you weigh now."))
    return BodyMassSet(at=now, person=person, date=since, kg=kg)


@cache
def zones() -> tuple[str, ...]:
    """Every time zone that can be chosen, by name; looked for once, in some 600 files."""
    return tuple(
        sorted(name for name in zoneinfo.available_timezones() if "/" in name or name == "UTC")
    )


def _refuse(facts: Facts, today: dt.date) -> None:
    born = facts.birth_year
    if born is not None and not FIRST_BIRTH_YEAR <= born <= today.year:
        raise DashboardError(
            _(
                "A birth year is {first} to {last}, not {born}.",
                first=FIRST_BIRTH_YEAR,
                last=today.year,
                born=born,
            )
        )
    if facts.sex not in (None, *SEXES):
        raise DashboardError(_("Sex is female or male here; leave it out where neither fits."))
    _refuse_beats(facts.hr_rest, facts.hr_max)
    hours = {facts.wakes, facts.sleeps}
    if hours != {None} and (None in hours or len(hours) == 1):
        raise DashboardError(
            _("Waking hours need two different times."),
            _("Say when you get up and when you go to sleep."),
        )


def _refuse_beats(rest: int | None, most: int | None) -> None:
    for title, bpm, (low, high) in (
        (_("A heart rate at rest"), rest, RESTING_BPM),
        (_("A highest heart rate"), most, HR_MAX_BPM),
    ):
        if bpm is not None and not low <= bpm <= high:
            raise DashboardError(
                _(
                    "{title} is {low} to {high} beats a minute, not {bpm}.",
                    title=title,
                    low=low,
                    high=high,
                    bpm=bpm,
                )
            )
    if rest is not None and most is not None and rest >= most:
        raise DashboardError(
            _(
                "A heart rate of {rest} at rest is not below a highest of {most}.",
                rest=rest,
                most=most,
            )
        )


def _zone(name: str) -> zoneinfo.ZoneInfo:
    """Polars knows fewer zones than Python, and both must know it."""
    try:
        pl.Series([dt.datetime(2026, 1, 1, tzinfo=dt.UTC)]).dt.convert_time_zone(name)
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError, pl.exceptions.PolarsError):
        raise DashboardError(
            _("The time zone {name!r} is not known.", name=name), _("Take a city near you.")
        ) from None
