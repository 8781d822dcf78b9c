"""`person` and `excuse`: who is scored, and which days do not count."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dashboard import console
from dashboard.errors import DashboardError
from dashboard.persons import find_person, pick_person
from language.spoken import _, mark, n_

if TYPE_CHECKING:
    from ingest.entries import Person, PersonSet

WIDE = 120
"""Letters in a line from which the list has room for keys; else a line says them (design)."""

ALWAYS = (
    mark("person"),
    mark("born"),
    mark("sex"),
    mark("mass kg"),
    mark("zone"),
    mark("HR max"),
    mark("heart rate"),
    mark("scored"),
)
"""Columns of the list that are there even where nobody has said anything of it."""


def person(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(help="Whom; without it, all are listed.")] = None,
    birth_year: Annotated[
        int | None, typer.Option(help="Sets age-dependent targets.", min=1900, max=2100)
    ] = None,
    sex: Annotated[str | None, typer.Option(help="female or male; only for running force.")] = None,
    mass: Annotated[float | None, typer.Option(help="Body mass in kg.", min=20, max=400)] = None,
    zone: Annotated[str | None, typer.Option(help="Time zone such as Europe/Rome.")] = None,
    hr_max: Annotated[int | None, typer.Option(min=80, max=240, help="Own maximum.")] = None,
    hr_rest: Annotated[
        int | None, typer.Option(min=20, max=150, help="Own heart rate at rest.")
    ] = None,
    heart_rate: Annotated[
        bool | None,
        typer.Option("--heart-rate/--no-heart-rate", help="Off with beta-blockers."),
    ] = None,
    score: Annotated[
        bool | None,
        typer.Option("--score/--no-score", help="No points, where the targets do not apply."),
    ] = None,
    logs_strength: Annotated[
        bool | None,
        typer.Option(
            "--logs-strength/--no-logs-strength",
            help="Every strength set is logged: a day without one had none.",
        ),
    ] = None,
    logs_balance: Annotated[
        bool | None,
        typer.Option(
            "--logs-balance/--no-logs-balance",
            help="All balance practice is logged: a day without any had none.",
        ),
    ] = None,
    wakes: Annotated[
        str | None,
        typer.Option(
            metavar="HH:MM", help="Usual time of getting up, such as 15:00 at night work."
        ),
    ] = None,
    sleeps: Annotated[
        str | None, typer.Option(metavar="HH:MM", help="Usual time of going to sleep.")
    ] = None,
    targets: Annotated[
        str | None, typer.Option(metavar="KEY", help="Target set: see legload targets.")
    ] = None,
) -> None:
    """List persons, or add and change one."""
    import msgspec

    from dashboard.targets import load_targets
    from ingest.entries import BodyMassSet, Entries, PersonSet

    settings = context.obj
    entries = Entries(settings.home)
    if birth_year is not None and birth_year > dt.date.today().year:  # noqa: DTZ011
        raise typer.BadParameter(
            _("{birth_year} is yet to come; give the year of birth.", birth_year=birth_year)
        )
    facts: dict[str, Any] = {
        "birth_year": birth_year,
        "sex": _sex(sex),
        "zone": _zone(zone),
        "hr_max": hr_max,
        "hr_rest": hr_rest,
        "use_heart_rate": heart_rate,
        "no_score": None if score is None else not score,
        "logs_strength": logs_strength,
        "logs_balance": logs_balance,
        "wakes": _clock(wakes, "--wakes"),
        "sleeps": _clock(sleeps, "--sleeps"),
        "targets": targets,
    }
    given = {key: value for key, value in facts.items() if value is not None}
    wanted = name or settings.person
    if wanted is None and (given or mass is not None):
        raise typer.BadParameter(_("Say whom: legload person NAME --birth-year 1950"))
    if wanted is not None:
        now = dt.datetime.now(dt.UTC)
        persons = entries.registry().persons
        known = find_person(persons, wanted)
        anew = PersonSet(at=now, person=known.key) if known else _anew(wanted, persons, now)
        _refuse_beats(known, rest=hr_rest, most=hr_max)
        _refuse_hours(known, wakes=given.get("wakes"), sleeps=given.get("sleeps"))
        if targets is not None:
            load_targets(settings.home, targets)
        said: list[Any] = []
        if given or known is None:
            said.append(msgspec.structs.replace(anew, **given))
        if mass is not None:
            said.append(BodyMassSet(at=now, person=anew.person, date=dt.date.today(), kg=mass))  # noqa: DTZ011
        if said:
            entries.append(*said)
    _list(context, entries.registry().persons)


def _anew(name: str, persons: Mapping[str, Person], now: dt.datetime) -> PersonSet:
    from dashboard.people_cards import new_person

    try:
        return new_person(name, persons, now=now)
    except DashboardError as error:
        raise typer.BadParameter(str(error)) from error


def _list(context: typer.Context, persons: dict[str, Any]) -> None:
    if context.obj.json:
        return console.emit(list(persons.values()))
    if not persons:
        return console.note(_("Nobody yet. Add someone: legload person NAME --birth-year 1950"))
    rows = [_row(one) for one in persons.values()]
    columns = [name for name in rows[0] if name in ALWAYS or any(row[name] for row in rows)]
    cells = [[row[name] for name in columns] for row in rows]
    console.table(map(_, columns), cells, whole=[_("key")])
    if "key" not in columns:
        keys = ", ".join(f"{one.name} = {one.key}" for one in persons.values())
        console.show(_("Keys: {keys}", keys=keys))
    return None


def _row(person: Any) -> dict[str, Any]:
    logs = {_("strength"): person.logs_strength, _("balance"): person.logs_balance}
    return {
        "person": person.name,
        mark("key"): person.key if console.width() >= WIDE else None,
        "born": person.birth_year,
        "sex": person.sex,
        "mass kg": person.masses[-1][1] if person.masses else None,
        "zone": person.zone,
        "HR max": person.hr_max,
        mark("HR rest"): person.hr_rest,
        "heart rate": _("used") if person.use_heart_rate else _("not used"),
        "scored": _("no") if person.no_score else _("yes"),
        mark("logs all"): ", ".join(name for name, all_of_it in logs.items() if all_of_it) or None,
        mark("awake"): _awake(person),
        mark("targets"): person.targets,
    }


def excuse(
    context: typer.Context,
    start: Annotated[str, typer.Argument(metavar="FROM", help="First day, 2026-11-02.")],
    end: Annotated[str, typer.Argument(metavar="TO", help="Last day, included.")],
    why: Annotated[str, typer.Option(help="surgery, illness, travel …")] = "excused",
    undo: Annotated[bool, typer.Option("--undo", help="Count these days again.")] = False,
) -> None:
    """Mark days of illness, surgery or travel: they leave every daily mean and end every run."""
    from ingest.entries import MOST_EXCUSED_DAYS, Entries, Excused

    first, last = parse_day(start), parse_day(end)
    if last < first:
        raise typer.BadParameter(
            _("{last} is before {first}; give the first day first.", last=last, first=first)
        )
    if (last - first).days >= MOST_EXCUSED_DAYS:
        raise typer.BadParameter(
            _(
                "{first} to {last} is longer than a year; excuse a year at most at once.",
                first=first,
                last=last,
            )
        )
    entries = Entries(context.obj.home)
    whom = pick_person(entries.registry().persons, context.obj.person)
    now = dt.datetime.now(dt.UTC)
    reason = None if undo else why
    entries.append(Excused(at=now, person=whom, start=first, end=last, why=reason))
    days = (last - first).days + 1
    name = entries.registry().persons[whom].name if whom in entries.registry().persons else whom
    if context.obj.json:
        console.emit({"person": whom, "start": first, "end": last, "why": reason, "days": days})
    else:
        again = n_(
            "{count} day counts again for {whom}.",
            "{count} days count again for {whom}.",
            days,
            whom=name,
        )
        excused = n_(
            "{count} day excused ({why}) for {whom}.",
            "{count} days excused ({why}) for {whom}.",
            days,
            why=why,
            whom=name,
        )
        console.show(again if undo else excused)


def parse_day(text: str) -> dt.date:
    """A day such as 2026-11-02."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(
            _("'{text}' is not a day; write it as 2026-11-02.", text=text)
        ) from None


def _refuse_beats(known: Person | None, *, rest: int | None, most: int | None) -> None:
    if known is not None:
        rest, most = rest or known.hr_rest, most or known.hr_max
    if rest is not None and most is not None and rest >= most:
        raise typer.BadParameter(
            _(
                "A heart rate of {rest} at rest is not below a maximum of {most}.",
                rest=rest,
                most=most,
            )
        )


def _refuse_hours(known: Person | None, *, wakes: str | None, sleeps: str | None) -> None:
    if known is not None:
        wakes, sleeps = wakes or known.wakes, sleeps or known.sleeps
    if wakes is not None and sleeps is None:
        raise typer.BadParameter(_("Give --sleeps as well: the usual time of going to sleep."))
    if sleeps is not None and wakes is None:
        raise typer.BadParameter(_("Give --wakes as well: the usual time of getting up."))
    if wakes is not None and wakes == sleeps:
        raise typer.BadParameter(_("Nobody both wakes and goes to sleep at {wakes}.", wakes=wakes))


def _awake(person: Any) -> str | None:
    return f"{person.wakes}–{person.sleeps}" if person.wakes and person.sleeps else None


def _clock(text: str | None, option: str) -> str | None:
    from ingest.entries import CLOCK

    if text is None or CLOCK.fullmatch(text):
        return text
    raise typer.BadParameter(
        _("'{text}' is not a time; write {option} as 07:00.", text=text, option=option)
    )


def _sex(text: str | None) -> str | None:
    if text is None or text in ("female", "male"):
        return text
    raise typer.BadParameter(_("--sex is female or male; leave it out where neither fits."))


def _zone(text: str | None) -> str | None:
    import zoneinfo

    import polars as pl

    if text is None:
        return None
    try:
        instant = pl.Series([dt.datetime(2026, 1, 1, tzinfo=dt.UTC)])
        instant.dt.convert_time_zone(text)  # knows fewer names than Python, and both must
        return zoneinfo.ZoneInfo(text).key
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError, pl.exceptions.PolarsError):
        raise typer.BadParameter(
            _("'{text}' is not a time zone; write it as Europe/Rome.", text=text)
        ) from None
