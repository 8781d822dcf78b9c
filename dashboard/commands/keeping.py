"""What is paired, where it sits: `sensors`, `assign`, `rename`, `replace`, `forget`."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated

import typer

from dashboard import console
from dashboard.commands.people import parse_day
from dashboard.commands.sensors import LOAD, address_of, fits, placement_of, told
from language.spoken import _, mark

if TYPE_CHECKING:
    from dashboard.data import Data
    from dashboard.shown import SensorNotes, SensorView
    from ingest.entries import Assignment, Sensor

WIDE = 120
"""Letters in a line from which the list has room for everything (design)."""


def sensors(
    context: typer.Context,
    sensor: Annotated[str | None, typer.Argument(help="Only this one, and its history.")] = None,
    history: Annotated[
        bool, typer.Option("--history", help="List where each sat, and since when.")
    ] = False,
    everyone: Annotated[
        bool,
        typer.Option("--all", help="List forgotten sensors too.", envvar="LEGLOAD_SENSORS_ALL"),
    ] = False,
) -> None:
    """List paired sensors, where they sit, what they are doing and how their batteries are."""
    from dashboard.data import open_data
    from dashboard.persons import local_zone
    from dashboard.sources import is_imported
    from ingest.entries import Entries

    data = open_data(context.obj.home, radio=context.obj.radio)
    known = Entries(context.obj.home).registry().sensors
    notes = data.notes()
    views: tuple[SensorView, ...]
    if sensor is not None:
        views = (data.sensor(sensor),)
    else:
        views = (*data.status().sensors, *(data.forgotten() if everyone else ()))
    if context.obj.json:
        return console.emit([_everything(v, notes[v.key], known[v.key]) for v in views])
    if not views:
        return console.note(_("No sensor is paired. Pair one with: legload pair"))
    names = {person.key: person.name for person in data.persons()}
    _list(views, names, {key for key, one in known.items() if one.forgotten})
    sources = [view for view in views if is_imported(view.profiles)]
    if sensor is None:
        _say_sources(sources)
    for view in views:
        if view in sources and sensor is None:
            continue
        _say(view, notes[view.key], known[view.key])
        if sensor is not None:
            _closer(view, notes[view.key], known[view.key])
        if history or sensor is not None:
            _history(data, notes[view.key].assignments)
    return console.note(_("Times are those of {zone}.", zone=local_zone()))


def _list(views: tuple[SensorView, ...], names: dict[str, str], forgotten: set[str]) -> None:
    """One line each; where a line has little room, the kind and the battery are said below."""
    from dashboard.wording.sensors import battery_text

    wide = console.width() >= WIDE
    rows = [
        {
            mark("sensor"): view.key,
            mark("name"): view.name or view.title,
            mark("kind"): view.title,
            mark("placement"): _place(view),
            mark("person"): names.get(view.person, view.person) or None,
            mark("state"): _state(view, view.key in forgotten),
            mark("battery"): battery_text(view.battery_percent) or None,
            mark("last seen"): _seen(view.last_seen),
        }
        for view in views
    ]
    columns = [name for name in rows[0] if wide or name not in ("kind", "battery")]
    console.table(
        map(_, columns),
        [[row[name] for name in columns] for row in rows],
        whole=[_(name) for name in ("sensor", "placement", "state", "battery", "last seen")],
    )


def _state(view: SensorView, forgotten: bool) -> str:
    from dashboard.sources import is_imported
    from dashboard.wording.sensors import SHAPES, state_word

    if forgotten and is_imported(view.profiles):
        return _("imported")
    return (
        _("Forgotten")
        if forgotten
        else f"{SHAPES.get(view.state, '')} {state_word(view.state)}".strip()
    )


def _place(view: SensorView) -> str | None:
    from dashboard.sources import told_place
    from devices.profile import Placement

    return (told_place(view.profiles, Placement(view.placement)) if view.placement else "") or None


def _say_sources(sources: list[SensorView]) -> None:
    """What measured imported files, in one line: nobody can listen to these."""
    from dashboard.wording import sources_text

    if sources:
        names = ", ".join(dict.fromkeys(one.name or one.title for one in sources))
        console.note(f"{sources_text(len(sources))}: {names}.")


def _seen(instant: dt.datetime | None) -> str | None:
    """`today 14:05` or `2026-11-02`: short, because it never wraps."""
    if instant is None:
        return None
    local = instant.astimezone()
    today = local.date() == dt.datetime.now().astimezone().date()
    return _("today {time}", time=f"{local:%H:%M}") if today else f"{local:%Y-%m-%d}"


def _say(view: SensorView, notes: SensorNotes, sensor: Sensor) -> None:
    """What a person should know of a sensor, a line each."""
    from dashboard.sources import is_imported
    from dashboard.wording import (
        battery_left,
        battery_low,
        gaps_today,
        source_end,
        state_detail,
    )
    from dashboard.wording.sensors import battery_text

    name = view.name or view.key
    if sensor.forgotten and is_imported(view.profiles):
        if view.last_seen is not None:
            console.note(f"{name}: {source_end(view.last_seen)}")
    elif sensor.forgotten:
        console.note(
            _(
                "{name}: Forgotten. What it recorded stays; to listen again, pair it again.",
                name=name,
            )
        )
    else:
        console.note(f"{name}: {state_detail(view.state, view.detail)}")
    if low := battery_low(view.battery_percent):
        console.note(f"{name}: {low}")
    elif charge := battery_text(view.battery_percent):
        left = "" if notes.days_left is None else f", {battery_left(notes.days_left)}"
        console.note(_("{name}: Battery {charge}{left}.", name=name, charge=charge, left=left))
    if notes.gaps:
        console.note(f"{name}: {gaps_today(notes.gaps)}.")
    if notes.doubt is not None:
        counts = notes.doubt.counts
        console.note(
            _(
                "{name}: {reason} Change it: legload assign {key} --{counts}",
                name=name,
                reason=notes.doubt.reason,
                key=view.key,
                counts=counts,
            )
        )


def _closer(view: SensorView, notes: SensorNotes, sensor: Sensor) -> None:
    """What is worth knowing of a sensor that somebody asked for."""
    from dashboard.wording.sensors import messages_text

    console.show(_("Kind: {title}", title=view.title))
    if sensor.address:
        console.show(_("Address: {address}", address=sensor.address))
    seen = _("never") if view.last_seen is None else f"{view.last_seen.astimezone():%Y-%m-%d %H:%M}"
    console.show(_("Last seen: {seen}", seen=seen))
    if notes.gaps is not None and not notes.gaps:  # others are told with the state
        console.show(_("No gaps today."))
    if view.notifications is not None:
        console.show(
            _(
                "Received: {messages}",
                messages=messages_text(view.notifications, view.malformed),
            )
        )


def _history(data: Data, assignments: tuple[Assignment, ...]) -> None:
    for line in _lines(data, assignments):
        console.show(f"  {line}")


def _lines(data: Data, assignments: tuple[Assignment, ...]) -> list[str]:
    """Assignments in words, each on its wearer's clock."""
    from dashboard.wording import assignment_text

    names = {person.key: person.name for person in data.persons()}
    return [
        assignment_text(one, names.get(one.person, one.person), data.zone_of(one.person))
        for one in assignments
    ]


def _everything(view: SensorView, notes: SensorNotes, sensor: Sensor) -> dict[str, object]:
    import msgspec

    return {
        **msgspec.to_builtins(view),
        "address": sensor.address,
        "forgotten": sensor.forgotten,
        "days_left": notes.days_left,
        "gaps_today": notes.gaps,
        "doubt": notes.doubt,
        "history": notes.assignments,
    }


def assign(
    context: typer.Context,
    sensor: Annotated[str, typer.Argument(help="From 'legload sensors'.")],
    placement: Annotated[str | None, typer.Option(help="left-foot, right-ankle, chest …")] = None,
    load: Annotated[float | None, LOAD] = None,
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
            help="First day (or 2026-11-02T14:05) it holds; without it, the current assignment is "
            "corrected.",
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
    person, counts = context.obj.person, None if strides is None else told(strides)
    place, start = placement_of(placement), None if since is None else _moment(since)
    new = bool(place or counts or start) or load is not None
    if remove is not None:
        if new:
            raise typer.BadParameter(_("--remove goes alone."))
        data.unassign(sensor, _moment(remove))
        return _saved(context, sensor)
    if not new and person is None:
        raise typer.BadParameter(
            _("Say what is to change: --placement, --person, --load, --strides or --steps, --from.")
        )
    fits(_profiles(context, sensor), place, load, counts)
    if counts and not (start or place or person) and load is None:
        data.recount(sensor, counts)
        return _saved(context, sensor)
    gone = data.assign(
        sensor, placement=place, person=person, load_kg=load, counts=counts, since=start
    )
    return _saved(context, sensor, _lines(data, gone) if start else [])


def _profiles(context: typer.Context, sensor: str) -> tuple[str, ...]:
    from dashboard.shown import find_sensor
    from ingest.entries import Entries

    return find_sensor(Entries(context.obj.home).registry(), sensor).profiles


def _moment(text: str) -> dt.date:
    """A day, or a day and time of day such as 2026-11-02T14:05."""
    try:
        return dt.datetime.fromisoformat(text) if "T" in text else parse_day(text)
    except ValueError:
        raise typer.BadParameter(
            _("'{text}' is not a day; write it as 2026-11-02, or 2026-11-02T14:05.", text=text)
        ) from None


def _saved(context: typer.Context, sensor: str, replaced: list[str] | None = None) -> None:
    """Say so, and what was said before and holds no more."""
    if context.obj.json:
        return console.emit({"sensor": sensor, "saved": True, "replaced": replaced or []})
    console.note(_("Saved. {sensor} is scored again with the next load.", sensor=sensor))
    for line in replaced or ():
        console.note(_("Replaced: {line}", line=line))
    return None


def rename(
    context: typer.Context,
    sensor: Annotated[str, typer.Argument(help="From 'legload sensors'.")],
    name: Annotated[str, typer.Argument(help='What to call it; "": as it calls itself.')],
) -> None:
    """Call a sensor by a name of your own, which it keeps when it is paired again."""
    from dashboard.data import open_data

    data = open_data(context.obj.home)
    key = data.sensor(sensor).key
    data.rename(key, name)
    if context.obj.json:
        return console.emit({"sensor": sensor, "name": name})
    called = data.sensor(key).name
    if name.strip():
        console.note(_("{key} is called {called!r} now.", key=key, called=called))
    elif called:
        console.note(_("{key} has its own name again: {called!r}.", key=key, called=called))
    else:
        console.note(_("{key} has no name of its own; it is known by its key.", key=key))
    return None


def replace(
    context: typer.Context,
    old: Annotated[str, typer.Argument(help="From 'legload sensors'.")],
    address: Annotated[
        str, typer.Argument(help="Of the new sensor, from 'legload scan'; or its name.")
    ],
) -> None:
    """Have a new sensor take over from now on; the old one is forgotten, its history stays."""
    from dashboard import reach
    from dashboard.demo import claim
    from dashboard.shown import find_sensor
    from ingest.entries import Entries
    from ingest.pairing import refuse_taken

    settings = context.obj
    registry = Entries(settings.home).registry()
    sensor = find_sensor(registry, old)
    claim(settings.home, settings.radio)
    new, name = address_of(settings, registry, address)
    refuse_taken(registry, sensor, new)
    console.note(_("Connecting to {name} …", name=name or new))
    key = reach.put_in_place(settings.home, settings.radio, sensor, new)
    if settings.json:
        return console.emit({"sensor": key, "replaces": sensor.key})
    named = _(" and is called {name!r}", name=sensor.given) if sensor.given else ""
    console.note(
        _(
            "{key} takes over from {other}{named}. What that recorded stays.",
            key=key,
            other=sensor.key,
            named=named,
        )
    )
    return None


def forget(context: typer.Context, sensor: str) -> None:
    """Stop listening to a sensor; what it recorded stays."""
    from dashboard.data import open_data

    open_data(context.obj.home).forget(sensor)
    if context.obj.json:
        console.emit({"sensor": sensor, "forgotten": True})
    else:
        console.note(_("{sensor} is forgotten. What it recorded stays.", sensor=sensor))
