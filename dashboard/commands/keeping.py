"""What is paired, where it sits: `sensors`, `assign`, `rename`, `replace`, `forget`."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated

import typer

from dashboard import console
from dashboard.commands.people import parse_day
from dashboard.commands.sensors import placement_of

if TYPE_CHECKING:
    from dashboard.data import Data
    from dashboard.shown import SensorNotes, SensorView


def sensors(
    context: typer.Context,
    sensor: Annotated[str | None, typer.Argument(help="Only this one, and its history.")] = None,
    history: Annotated[
        bool, typer.Option("--history", help="List where each sat, and since when.")
    ] = False,
) -> None:
    """List paired sensors, where they sit, what they are doing and how their batteries are."""
    from dashboard.data import open_data

    data = open_data(context.obj.home, radio=context.obj.radio)
    views, notes = data.status().sensors, data.notes()
    if sensor is not None:
        views = (data.sensor(sensor),)
    if context.obj.json:
        return console.emit([_everything(view, notes[view.key]) for view in views])
    if not views:
        return console.note("No sensor is paired. Pair one with: legload pair")
    _list(views, notes)
    for view in views:
        _say(view, notes[view.key])
        if history or sensor is not None:
            _history(data, view, notes[view.key])
    return None


def _list(views: tuple[SensorView, ...], notes: dict[str, SensorNotes]) -> None:
    from dashboard.wording.sensors import SHAPES

    console.table(
        ["sensor", "name", "kind", "placement", "person", "state", "battery", "last seen"],
        [
            [
                v.key,
                v.name or None,
                v.title,
                v.placement or None,
                v.person or None,
                f"{SHAPES.get(v.state, '')} {v.state}".strip(),
                _battery(v, notes[v.key]),
                None if v.last_seen is None else f"{v.last_seen.astimezone():%Y-%m-%d %H:%M}",
            ]
            for v in views
        ],
    )


def _battery(view: SensorView, notes: SensorNotes) -> str | None:
    if view.battery_percent is None:
        return None
    left = "" if notes.days_left is None else f", about {notes.days_left:.0f} days left"
    return f"{view.battery_percent:.0f} %{left}"


def _say(view: SensorView, notes: SensorNotes) -> None:
    """What a person should know of a sensor, a line each."""
    from dashboard.wording import battery_low, gaps_today, state_detail

    name = view.name or view.key
    console.note(f"{name}: {state_detail(view.state, view.detail)}")
    if low := battery_low(view.battery_percent):
        console.note(f"{name}: {low}")
    if notes.gaps:
        console.note(f"{name}: {gaps_today(notes.gaps)}.")
    if notes.doubt is not None:
        counts = notes.doubt.counts
        console.note(
            f"{name}: {notes.doubt.reason} Change it: legload assign {view.key} --{counts}"
        )


def _history(data: Data, view: SensorView, notes: SensorNotes) -> None:
    from dashboard.wording import assignment_text

    names = {person.key: person.name for person in data.persons()}
    for one in notes.assignments:
        who = names.get(one.person, one.person)
        console.show(f"  {assignment_text(one, who, data.zone_of(one.person))}")


def _everything(view: SensorView, notes: SensorNotes) -> dict[str, object]:
    import msgspec

    return {
        **msgspec.to_builtins(view),
        "days_left": notes.days_left,
        "gaps_today": notes.gaps,
        "doubt": notes.doubt,
        "history": notes.assignments,
    }


def assign(
    context: typer.Context,
    sensor: Annotated[str, typer.Argument(help="From 'legload sensors'.")],
    placement: Annotated[str | None, typer.Option(help="left-foot, right-ankle, chest …")] = None,
    load: Annotated[float | None, typer.Option(help="Load carried in kg.", min=0, max=200)] = None,
    strides: Annotated[
        bool | None,
        typer.Option(
            "--strides/--steps",
            help="What a foot pod's cadence counts; said alone, ever since it was paired.",
        ),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="DAY",
            help="First day it holds; without it, the current assignment is corrected.",
            envvar="LEGLOAD_ASSIGN_FROM",
        ),
    ] = None,
    remove: Annotated[
        str | None,
        typer.Option(
            metavar="DAY", help="Take back what was said from this day (or 2026-11-02T14:05) on."
        ),
    ] = None,
) -> None:
    """Correct where a sensor sits, who wears it, or what it counts; weeks are scored again."""
    from dashboard.data import open_data

    data = open_data(context.obj.home)
    counts = None if strides is None else ("strides" if strides else "steps")
    day = None if since is None else parse_day(since)
    if remove is not None:
        if day or placement or counts or load is not None:
            raise typer.BadParameter("--remove goes alone.")
        data.unassign(sensor, _moment(remove))
        return _saved(context, sensor)
    if counts and not (day or placement or context.obj.person) and load is None:
        data.recount(sensor, counts)
        return _saved(context, sensor)
    data.assign(
        sensor,
        placement=None if placement is None else str(placement_of(placement)),
        person=context.obj.person,
        load_kg=load,
        counts=counts,
        since=day,
    )
    return _saved(context, sensor)


def _moment(text: str) -> dt.date:
    """A day, or a day and time of day such as 2026-11-02T14:05."""
    try:
        return dt.datetime.fromisoformat(text) if "T" in text else parse_day(text)
    except ValueError:
        raise typer.BadParameter(f"'{text}' is not a day; write it as 2026-11-02.") from None


def _saved(context: typer.Context, sensor: str) -> None:
    if context.obj.json:
        console.emit({"sensor": sensor, "saved": True})
    else:
        console.note(f"Saved. {sensor} is scored again with the next load.")


def rename(
    context: typer.Context,
    sensor: Annotated[str, typer.Argument(help="From 'legload sensors'.")],
    name: Annotated[str, typer.Argument(help='What to call it; "": as it calls itself.')],
) -> None:
    """Call a sensor by a name of your own, which it keeps when it is paired again."""
    from dashboard.data import open_data

    open_data(context.obj.home).rename(sensor, name)
    if context.obj.json:
        console.emit({"sensor": sensor, "name": name})
    else:
        console.note(f"{sensor} is called {name!r} now." if name else "It has its own name again.")


def replace(
    context: typer.Context,
    old: Annotated[str, typer.Argument(help="From 'legload sensors'.")],
    address: Annotated[str, typer.Argument(help="Of the new sensor, from 'legload scan'.")],
) -> None:
    """Have a new sensor take over from now on; the old one is forgotten, its history stays."""
    from dashboard import reach
    from dashboard.demo import claim
    from dashboard.shown import find_sensor
    from ingest.entries import Entries

    settings = context.obj
    sensor = find_sensor(Entries(settings.home).registry(), old)
    claim(settings.home, settings.radio)
    key = reach.put_in_place(settings.home, settings.radio, sensor, address)
    if settings.json:
        console.emit({"sensor": key, "replaces": sensor.key})
    else:
        console.note(f"{key} takes over from {sensor.key}. What that recorded stays.")


def forget(context: typer.Context, sensor: str) -> None:
    """Stop listening to a sensor; what it recorded stays."""
    from dashboard.data import open_data

    open_data(context.obj.home).forget(sensor)
    if context.obj.json:
        console.emit({"sensor": sensor, "forgotten": True})
    else:
        console.note(f"{sensor} is forgotten. What it recorded stays.")
