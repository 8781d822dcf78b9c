"""`log`: strength sets and balance practice that no sensor counts."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dashboard import console
from dashboard.commands.people import parse_day
from dashboard.errors import DashboardError
from language.spoken import _

if TYPE_CHECKING:
    from analytics.practice import BalanceSession, TrainingSet
    from dashboard.data import Data
    from ingest.entries import AnyEntry, Logged, SetLogged

BALANCE, STRENGTH = "balance", "strength"
Row = tuple[str, str, str, str | None, str | None]
HOW = "legload log squat --reps 10 --sets 3, or: legload log balance --minutes 10"


def log(
    context: typer.Context,
    what: Annotated[
        str | None,
        typer.Argument(
            metavar="[WHAT]", help="An exercise such as squat, or balance, or strength."
        ),
    ] = None,
    reps: Annotated[
        int | None,
        typer.Option(help="Repetitions of a set; of a lunge or step-up, on each leg."),
    ] = None,
    sets: Annotated[int, typer.Option(help="How many such sets.")] = 1,
    load: Annotated[float | None, typer.Option(help="Bar, sled or weight held, in kg.")] = None,
    angle: Annotated[
        float | None, typer.Option(help="Of a leg press's sled to the floor, in degrees.")
    ] = None,
    leg: Annotated[
        str | None, typer.Option(help="left or right, where only one leg worked.")
    ] = None,
    minutes: Annotated[float | None, typer.Option(help="How long balance was practised.")] = None,
    on: Annotated[
        str | None, typer.Option(help="Which day: 2026-11-18. Today if left out.")
    ] = None,
    at: Annotated[
        str | None, typer.Option(help="When it began: 18:00, on the person's clock.")
    ] = None,
    no: Annotated[
        bool, typer.Option("--no", help="With strength: the day was no strength day.")
    ] = False,
    undo: Annotated[
        bool, typer.Option("--undo", help="Take back what was logged last (of it; on that day).")
    ] = False,
    week: Annotated[
        bool,
        typer.Option(
            "--list",
            help="Show a week's practice: this week, or the one named.",
            envvar="LEGLOAD_LOG_LIST",
        ),
    ] = False,
) -> None:
    """Log strength sets or balance practice, confirm a strength day, or list what is known.

    legload log squat --reps 10 --sets 3 --load 60; legload log balance --minutes 10;
    legload log strength --on 2026-11-18; legload log --list 2026-W47. A set that a leg sensor saw
    too is counted once, as logged.
    """
    from dashboard.data import open_data
    from dashboard.practice import force_note, logged_text, when
    from ingest.entries import Entries

    data = open_data(context.obj.home, radio=context.obj.radio)
    whom = data.pick(context.obj.person)
    if week:
        return _list(context, data, whom, what)
    day = parse_day(on) if on else None
    if what == STRENGTH:
        return _confirm(context, data, whom, day, None if undo else not no)
    if no:
        raise typer.BadParameter(_("--no goes with strength: legload log strength --no"))
    if undo:
        return _undo(context, data, whom, what, day)
    start, timed, note = when(day, at, zone=data.zone_of(whom), now=dt.datetime.now(dt.UTC))
    date = None if timed else start.astimezone(data.zone_of(whom)).date()
    facts: dict[str, Any] = {"person": whom, "start": start, "timed": timed, "date": date}
    if what == BALANCE:
        entry: Logged = _balance(facts, minutes)
    else:
        entry = done = _set(
            facts, what, reps, sets, {"load_kg": load, "angle_deg": angle, "leg": leg}
        )
        person = Entries(data.home).registry().persons.get(whom)
        note = f"{note} {force_note(done, person, data.zone_of(whom))}".strip()
    return _save(
        context,
        data,
        whom,
        entry,
        _("Logged: {practice}.", practice=logged_text(entry, data.zone_of(whom))),
        note,
    )


def _set(
    facts: dict[str, Any],
    what: str | None,
    reps: int | None,
    sets: int,
    details: dict[str, Any],
) -> SetLogged:
    from analytics.strength import BY_KEY
    from ingest.entries import SetLogged

    if what is None:
        raise typer.BadParameter(_("Say what: {how}", how=HOW))
    if what not in BY_KEY:
        known = ", ".join(BY_KEY)
        raise typer.BadParameter(
            _(
                "'{what}' is no exercise; take one of {known}, or {balance}.",
                what=what,
                known=known,
                balance=BALANCE,
            )
        )
    if reps is None:
        raise typer.BadParameter(_("Say how many: legload log {what} --reps 10", what=what))
    return SetLogged(
        at=dt.datetime.now(dt.UTC), exercise=what, repetitions=reps, sets=sets, **facts, **details
    )


def _balance(facts: dict[str, Any], minutes: float | None) -> Logged:
    from ingest.entries import BalanceLogged

    if minutes is None:
        raise typer.BadParameter(_("Say how long: legload log balance --minutes 10"))
    return BalanceLogged(at=dt.datetime.now(dt.UTC), minutes=minutes, **facts)


def _confirm(
    context: typer.Context, data: Data, whom: str, day: dt.date | None, counts: bool | None
) -> None:
    from ingest.entries import StrengthDay

    now = dt.datetime.now(dt.UTC)
    today = now.astimezone(data.zone_of(whom)).date()
    date = day or today
    if date > today:
        raise typer.BadParameter(_("{date} is yet to come.", date=date))
    said = {
        True: _("{date} counts as a strength day.", date=date),
        False: _("{date} does not count as a strength day.", date=date),
        None: _("{date} counts by its sets again.", date=date),
    }
    entry = StrengthDay(at=now, person=whom, date=date, counts=counts)
    _save(context, data, whom, entry, said[counts])


def _undo(
    context: typer.Context, data: Data, whom: str, wanted: str | None, day: dt.date | None
) -> None:
    from dashboard.practice import logged_text
    from ingest.entries import Entries, PracticeRemoved, local_day, what

    zone, person = data.zone_of(whom), Entries(data.home).registry().persons.get(whom)
    found = [
        one
        for one in (person.logged if person else ())
        if wanted in (None, what(one)) and day in (None, local_day(one, zone))
    ]
    if not found:
        raise DashboardError(_("Nothing like that was logged."), _("See: legload log --list"))
    last, now = found[-1], dt.datetime.now(dt.UTC)
    entry = PracticeRemoved(at=now, person=whom, start=last.start, exercise=what(last))
    _save(
        context, data, whom, entry, _("Taken back: {practice}.", practice=logged_text(last, zone))
    )


def _save(
    context: typer.Context, data: Data, whom: str, entry: AnyEntry, said: str, note: str = ""
) -> None:
    from msgspec import structs

    from ingest.entries import Entries

    data.introduce(whom)
    Entries(data.home).append(entry)
    if note:
        console.note(note)
    if context.obj.json:
        kind = type(entry).__struct_config__.tag
        return console.emit({"kind": kind, **structs.asdict(entry)})
    return console.show(said)


def _list(context: typer.Context, data: Data, whom: str, week: str | None) -> None:
    from analytics.calendar import WEEK_DAYS, week_of, week_start
    from analytics.strength import sets_counted

    zone = data.zone_of(whom)
    name = week or week_of(dt.datetime.now(zone).date())
    first = week_start(name)
    last = first + dt.timedelta(days=WEEK_DAYS)
    start, end = (dt.datetime.combine(date, dt.time(), zone) for date in (first, last))
    practice = data.practice(whom, start, end)
    sets = sets_counted(practice, zone)
    said = [(date, counts) for date, counts in practice.confirmed if first <= date < last]
    if context.obj.json:
        known = {"sets": sets, "balance": practice.balance, "confirmed": said}
        return console.emit({"person": whom, "week": name, **known})
    rows: list[Row] = [*_set_rows(sets, zone), *_balance_rows(practice.balance, zone)]
    rows += [
        (str(date), _("strength day"), _("yes") if counts else _("no"), None, None)
        for date, counts in said
    ]
    if not rows:
        return console.note(_("Nothing is known of {name}. Log it: {how}", name=name, how=HOW))
    rows.sort(key=_when)
    return console.table([_("when"), _("what"), _("how much"), _("load"), _("known by")], rows)


def _set_rows(sets: Sequence[TrainingSet], zone: dt.tzinfo) -> Iterator[Row]:
    """Sets that are alike and begin together are one row."""
    from analytics.practice import DETECTED
    from analytics.strength import BY_KEY
    from dashboard.practice import time_text

    for one, alike in itertools.groupby(sets):
        title = _(BY_KEY[one.exercise].title)
        legs = {
            "left": _("{exercise}, left leg", exercise=title),
            "right": _("{exercise}, right leg", exercise=title),
        }
        yield (
            time_text(one.start, zone, timed=one.timed),
            legs.get(one.leg or "", title),
            f"{len(list(alike))} × {one.repetitions}",
            None if one.load_kg is None else f"{one.load_kg:g} kg",
            _("detected by {sensor}", sensor=one.sensor) if one.source == DETECTED else _("logged"),
        )


def _balance_rows(balance: Sequence[BalanceSession], zone: dt.tzinfo) -> Iterator[Row]:
    from dashboard.practice import time_text

    for one in balance:
        then = time_text(one.start, zone, timed=one.timed)
        yield (then, _("Balance"), f"{one.minutes:g} min", None, _("logged"))


def _when(row: Row) -> str:
    return row[0]
