"""What a person logged, and what sensors saw, as the practice that is scored."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import polars as pl
from msgspec import structs

from analytics.person import PersonFacts
from analytics.practice import NONE, BalanceSession, Practice, TrainingSet, detected_sets
from analytics.strength import BY_KEY, set_forces
from dashboard.display import METRIC
from dashboard.errors import DashboardError
from dashboard.persons import local_zone
from dashboard.wording.practice import leg_text
from dashboard.wording.units import mass_text
from ingest.entries import YEARS, BalanceLogged, Logged, Person, SetLogged, local_day
from language.formats import decimal, time
from language.spoken import _, mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """How whoever logs something can say what is wrong or lacking. Translated where it is used."""

    another_day: str
    another_time: str
    mass: str
    sled: str


COMMANDS = Ways(
    another_day=mark("Say which day: --on 2026-11-18"),
    another_time=mark("Say which day: --on"),
    mass=mark(
        "The weight lifted is left out, because the body mass is unknown: "
        "legload person NAME --mass 75"
    ),
    sled=mark("For that give --load, --angle and the body mass."),
)
PAGES = Ways(
    another_day=mark("Choose a later day."),
    another_time=mark("Choose an earlier time or day."),
    mass=mark(
        "The weight lifted is left out, because the body mass is unknown: say it under My data."
    ),
    sled=mark("For that it takes load, angle and mass."),
)


def practice_of(
    person: Person | None, detected: pl.DataFrame, start: dt.datetime, end: dt.datetime
) -> Practice:
    """The practice of a person that begins in [start, end). detected: as the store keeps it."""
    if person is None:
        return NONE
    facts = PersonFacts(key=person.key, name=person.name, zone=person.zone or local_zone())
    zone = facts.time_zone
    said = [_in_zone(entry, zone) for entry in person.logged]
    logged = [one for entry in said if isinstance(entry, SetLogged) for one in sets_of(entry)]
    practice = Practice(
        sets=(*logged, *detected_sets(detected)),
        balance=tuple(_session(entry) for entry in said if isinstance(entry, BalanceLogged)),
        confirmed=person.strength_days,
        logs_strength=person.logs_strength,
        logs_balance=person.logs_balance,
    )
    return practice.within(start, end)


def _in_zone(entry: Logged, zone: dt.tzinfo) -> Logged:
    """Of which only the day is known: at the noon of that day where the person lives now."""
    return (
        entry if entry.timed else structs.replace(entry, start=_noon(local_day(entry, zone), zone))
    )


def _noon(date: dt.date, zone: dt.tzinfo) -> dt.datetime:
    return dt.datetime.combine(date, dt.time(12), zone).astimezone(dt.UTC)


def sets_of(entry: SetLogged) -> tuple[TrainingSet, ...]:
    """Each of the sets that an entry tells; they all begin when the first one does."""
    one = TrainingSet(
        start=entry.start,
        exercise=entry.exercise,
        repetitions=entry.repetitions,
        load_kg=entry.load_kg,
        angle_deg=entry.angle_deg,
        leg=entry.leg,
        timed=entry.timed,
    )
    return (one,) * entry.sets


def _session(entry: BalanceLogged) -> BalanceSession:
    return BalanceSession(start=entry.start, minutes=entry.minutes, timed=entry.timed)


def when(
    day: dt.date | None, at: str | None, *, zone: dt.tzinfo, now: dt.datetime, ways: Ways = COMMANDS
) -> tuple[dt.datetime, bool, str]:
    """The instant (UTC) meant, whether its time is known, and what to tell of it.

    Without a time it is the noon of the day. Of a time that a
    clock shows twice the first is taken, one that it skips is taken as an hour later.

    Raises:
        DashboardError: it is yet to come, of a year that nobody means, or not a time.
    """
    date = day or now.astimezone(zone).date()
    if date > now.astimezone(zone).date():
        raise DashboardError(_("{day} is yet to come.", day=date), _("Log it when it is done."))
    if date.year not in YEARS[1:]:
        raise DashboardError(_("{day} is too long ago.", day=date), _(ways.another_day))
    if at is None:
        return _noon(date, zone), False, ""
    local = dt.datetime.combine(date, _clock(at), zone)
    start = local.astimezone(dt.UTC)
    if start > now:
        raise DashboardError(
            _("{day} is yet to come.", day=f"{local:%Y-%m-%d %H:%M}"), _(ways.another_time)
        )
    shown = start.astimezone(zone)
    if shown.replace(tzinfo=None) != local.replace(tzinfo=None):
        taken = time(shown)
        said = _("Clocks skipped {at} on {day}: taken as {taken}.", at=at, day=date, taken=taken)
        return start, True, said
    if local.replace(fold=1).utcoffset() != local.utcoffset():
        said = _("Clocks showed {at} twice on {day}: the first is taken.", at=at, day=date)
        return start, True, said
    return start, True, ""


def _clock(text: str) -> dt.time:
    try:
        return dt.datetime.strptime(text, "%H:%M").time()  # noqa: DTZ007 - a clock without a zone
    except ValueError:
        raise DashboardError(
            _("'{text}' is not a time.", text=text), _("Write it as 18:00.")
        ) from None


def logged_text(one: Logged, zone: dt.tzinfo, units: str = METRIC) -> str:
    """An entry in words, on the person's clock; weights in kg or lb."""
    then = time_text(one.start, zone, timed=True) if one.timed else str(local_day(one, zone))
    if isinstance(one, BalanceLogged):
        minutes = decimal(one.minutes, 2, trim=True)
        return _("{minutes} min of balance practice on {then}", minutes=minutes, then=then)
    said = f"{one.exercise} {one.sets} × {one.repetitions}"
    if one.load_kg:
        said = _("{sets} with {load}", sets=said, load=mass_text(one.load_kg, units, 2))
    if one.leg:
        said = f"{said}, {leg_text(one.leg)}"
    return _("{practice} on {then}", practice=said, then=then)


def force_note(
    entry: SetLogged, person: Person | None, zone: dt.tzinfo, ways: Ways = COMMANDS
) -> str:
    """What a person could still say, so that the load of these sets is known; empty: nothing."""
    weight = person.mass_on(local_day(entry, zone)) if person else None
    (row,) = set_forces(sets_of(entry)[:1], zone=zone, mass_kg=weight).to_dicts()
    if row["lower_bound"]:
        return _(ways.mass)
    if row["force_bw"] is not None:
        return ""
    unknown = _("The repetitions count; how hard they load the legs is not known.")
    if BY_KEY[entry.exercise].force != "leg-press":
        return unknown
    return f"{unknown} {_(ways.sled)}"


def time_text(start: dt.datetime, zone: dt.tzinfo, *, timed: bool) -> str:
    """When something began, as far as that is known, on the person's clock."""
    local = start.astimezone(zone)
    return f"{local:%Y-%m-%d %H:%M}" if timed else f"{local:%Y-%m-%d}"
