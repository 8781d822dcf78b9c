"""`scan`, `pair`, `sensors`, `assign`, `forget`: which sensors there are, and where they sit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from dashboard import console
from dashboard.commands.people import parse_day
from dashboard.errors import DashboardError
from dashboard.persons import pick_person

if TYPE_CHECKING:
    from devices.profile import Placement
    from ingest.link import Seen

SECONDS = 8.0


def seconds_of(text: str | float) -> float:
    """Seconds in `20s`, `30m`, `2h` or `15`; a default comes as a number already."""
    if isinstance(text, float):
        return text
    units = {"s": 1.0, "m": 60.0, "h": 3600.0}
    number, unit = (text[:-1], units[text[-1]]) if text[-1:] in units else (text, 1.0)
    try:
        seconds = float(number) * unit
    except ValueError:
        seconds = -1.0
    if not 0 < seconds <= 7 * 24 * 3600:
        raise typer.BadParameter(f"'{text}' is not a length of time; write 20s, 30m or 2h.")
    return seconds


For = Annotated[
    float,
    typer.Option(
        "--for",
        parser=seconds_of,
        metavar="TIME",
        help="How long to look: 8s, 1m …",
        envvar="LEGLOAD_SCAN_FOR",
    ),
]


def scan(context: typer.Context, for_: For = SECONDS) -> None:
    """Show the sensors that are in the air."""
    from dashboard import reach
    from devices import PROFILES

    settings = context.obj
    console.note(f"Looking for sensors for {for_:.0f} s …")
    found = reach.scan(settings.home, settings.radio, for_)
    if settings.json:
        return console.emit(found)
    if not found:
        return console.note(
            "No sensor answered. Wake it (move it, wet the strap), bring it close, make sure that "
            "no phone or watch holds it, and scan again."
        )
    console.table(
        ["address", "name", "kind", "signal dBm"],
        [
            [s.address, s.name or None, ", ".join(PROFILES[k].title for k in s.profiles), s.rssi]
            for s in found
        ],
    )
    return console.note("Pair one with: legload pair ADDRESS")


def pair(
    context: typer.Context,
    address: Annotated[str | None, typer.Argument(help="From 'legload scan'.")] = None,
    placement: Annotated[str | None, typer.Option(help="left-foot, right-ankle, chest …")] = None,
    load: Annotated[float, typer.Option(help="Load carried in kg.", min=0, max=200)] = 0.0,
    strides: Annotated[
        bool | None, typer.Option("--strides/--steps", help="What a foot pod's cadence counts.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Pair a sensor: see its live value, say where it sits, save."""
    from dashboard import reach
    from dashboard.demo import claim
    from devices import PROFILES
    from ingest.entries import Entries

    settings = context.obj
    place = _placement(placement)
    claim(settings.home, settings.radio)
    person = pick_person(Entries(settings.home).registry().persons, settings.person)
    if address is None:
        address = _choose(reach.scan(settings.home, settings.radio, SECONDS), ask=not yes)
    seen = reach.preview(settings.home, settings.radio, address, 6.0)
    main = PROFILES[seen.profiles[0]]
    console.note(f"{seen.name or main.title} ({main.title}) says now: {_live(seen.live)}")
    chosen = place or (main.placements[0] if yes else _ask_placement(main.placements))
    if not yes and not typer.confirm(f"Save it at {chosen.value}?", default=True, err=True):
        raise typer.Exit(1)
    key = reach.pair(
        settings.home,
        settings.radio,
        address,
        placement=chosen,
        person=person,
        load_kg=load,
        counts=None if strides is None else ("strides" if strides else "steps"),
    )
    if settings.json:
        console.emit({"sensor": key, "placement": chosen.value, "person": person})
    else:
        console.show(f"Paired {seen.name or main.title} as {key}, {chosen.value}.")
        console.note("Record with: legload record, or open the pages with: legload run")


def _choose(found: list[Seen], *, ask: bool) -> str:
    if not found:
        raise DashboardError(
            "No sensor answered.",
            "Wake it (move it, wet the strap), bring it close, and try again.",
        )
    if len(found) == 1:
        return found[0].address
    for number, sensor in enumerate(found, 1):
        console.note(f"{number}. {sensor.name or 'unnamed'}  {sensor.address}  {sensor.rssi} dBm")
    if not ask:
        raise DashboardError(
            f"{len(found)} sensors answered.", "Say which: legload pair ADDRESS --yes"
        )
    choice: int = typer.prompt("Which one", type=int, default=1, err=True)
    if not 1 <= choice <= len(found):
        raise DashboardError(f"There is no number {choice}.", "Run 'legload pair' again.")
    return found[choice - 1].address


def _placement(text: str | None) -> Placement | None:
    from devices.profile import Placement

    if text is None:
        return None
    try:
        return Placement(text)
    except ValueError:
        places = ", ".join(place.value for place in Placement)
        raise typer.BadParameter(f"'{text}' is not a placement; use one of {places}.") from None


def _ask_placement(fits: tuple[Placement, ...]) -> Placement:
    answer = typer.prompt("Where does it sit", default=fits[0].value, err=True)
    place = _placement(answer)
    return place or fits[0]


def _live(values: tuple[Any, ...]) -> str:
    from dashboard.wording import live_text

    said = [live_text(value) for value in values if value.value is not None]
    return ", ".join(said) or "nothing yet (move it, then try again)"


def sensors(context: typer.Context) -> None:
    """List paired sensors, where they sit and what they are doing."""
    from dashboard.data import open_data

    views = open_data(context.obj.home, radio=context.obj.radio).status().sensors
    if context.obj.json:
        return console.emit(views)
    if not views:
        return console.note("No sensor is paired. Pair one with: legload pair")
    return console.table(
        ["sensor", "kind", "placement", "person", "state", "battery %", "last seen"],
        [
            [
                v.key,
                v.title,
                v.placement,
                v.person,
                v.state,
                None if v.battery_percent is None else f"{v.battery_percent:.0f}",
                None if v.last_seen is None else f"{v.last_seen.astimezone():%Y-%m-%d %H:%M}",
            ]
            for v in views
        ],
    )


def assign(
    context: typer.Context,
    sensor: Annotated[str, typer.Argument(help="From 'legload sensors'.")],
    placement: Annotated[str | None, typer.Option(help="left-foot, right-ankle, chest …")] = None,
    load: Annotated[float | None, typer.Option(help="Load carried in kg.", min=0, max=200)] = None,
    strides: Annotated[
        bool | None, typer.Option("--strides/--steps", help="What a foot pod's cadence counts.")
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
) -> None:
    """Correct where a sensor sits, who wears it, or what it counts; weeks are scored again."""
    from dashboard.data import open_data

    counts = None if strides is None else ("strides" if strides else "steps")
    day = None if since is None else parse_day(since)
    open_data(context.obj.home).assign(
        sensor,
        placement=None if placement is None else str(_placement(placement)),
        person=context.obj.person,
        load_kg=load,
        counts=counts,
        since=day,
    )
    if context.obj.json:
        console.emit({"sensor": sensor, "saved": True})
    else:
        console.note(f"Saved. {sensor} is scored again with the next load.")


def forget(context: typer.Context, sensor: str) -> None:
    """Stop listening to a sensor; what it recorded stays."""
    from dashboard.data import open_data

    open_data(context.obj.home).forget(sensor)
    if context.obj.json:
        console.emit({"sensor": sensor, "forgotten": True})
    else:
        console.note(f"{sensor} is forgotten. What it recorded stays.")
