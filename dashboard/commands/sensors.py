"""`scan` and `pair`: which sensors are in the air, and which of them is mine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from dashboard import console
from dashboard.errors import DashboardError
from dashboard.persons import pick_person

if TYPE_CHECKING:
    from dashboard.settings import Settings
    from devices.profile import Placement
    from ingest.entries import Registry
    from ingest.pairing import Examination

SECONDS = 8.0
PREVIEW_S = 6.0


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
    from dashboard.shown import kind_title
    from dashboard.wording import others_text, signal_text

    settings = context.obj
    console.note(f"Looking for sensors for {for_:.0f} s …")
    found = reach.sweep(settings.home, settings.radio, for_)
    if settings.json:
        return console.emit(found.sensors)
    if others := others_text(found.others):
        console.note(others)
    if not found.sensors:
        return console.note(
            "No sensor answered. Wake it (move it, wet the strap), bring it close, make sure that "
            "no phone or watch holds it, and scan again."
        )
    console.table(
        ["address", "name", "kind", "signal"],
        [
            [s.address, s.name or None, kind_title(s.profiles), signal_text(s.rssi)]
            for s in found.sensors
        ],
    )
    return console.note(
        "Pair one with: legload pair ADDRESS, or find it with: legload pair --shake"
    )


def pair(
    context: typer.Context,
    address: Annotated[str | None, typer.Argument(help="From 'legload scan'.")] = None,
    placement: Annotated[str | None, typer.Option(help="left-foot, right-ankle, chest …")] = None,
    load: Annotated[float, typer.Option(help="Load carried in kg.", min=0, max=200)] = 0.0,
    strides: Annotated[
        bool | None, typer.Option("--strides/--steps", help="What a foot pod's cadence counts.")
    ] = None,
    shake: Annotated[
        bool, typer.Option("--shake", help="Of several sensors, take the one that you shake.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Pair a sensor: see its live value, say where it sits, save."""
    from dashboard import reach
    from dashboard.demo import claim
    from dashboard.shown import kind_title
    from ingest.entries import Entries

    settings = context.obj
    place = placement_of(placement)
    claim(settings.home, settings.radio)
    registry = Entries(settings.home).registry()
    person = pick_person(registry.persons, settings.person)
    if address is None:
        address = _shaken(settings) if shake else _choose(settings, ask=not yes)
    seen = reach.preview(settings.home, settings.radio, address, PREVIEW_S)
    name = seen.name or kind_title(seen.profiles)
    console.note(f"{name} ({kind_title(seen.profiles)}) says now: {_live(seen.live)}")
    chosen = place or _place(seen, registry, ask=not yes)
    counts = _counts(seen, strides)
    counting = f", counting {counts}" if counts else ""
    question = f"Save it at {chosen.value}{counting}?"
    if not yes and not typer.confirm(question, default=True, err=True):
        raise typer.Exit(1)
    key = reach.pair(
        settings.home,
        settings.radio,
        address,
        placement=chosen,
        person=person,
        load_kg=load,
        counts=counts,
        found=seen,
    )
    if settings.json:
        said = {"sensor": key, "placement": chosen.value, "person": person, "counts": counts}
        console.emit(said)
    else:
        console.show(f"Paired {name} as {key}, {chosen.value}{counting}.")
        console.note("Record with: legload record, or open the pages with: legload run")


def _shaken(settings: Settings) -> str:
    """The address of the sensor that somebody shakes."""
    from dashboard import reach

    done = reach.shaken(settings.home, settings.radio, lambda now: console.note(now.text))
    if done.found is None:
        raise DashboardError(done.text, "Or choose from the list: legload pair")
    return done.found.address


def _choose(settings: Settings, *, ask: bool) -> str:
    from dashboard import reach
    from dashboard.shown import kind_title
    from dashboard.wording import others_text, signal_text

    around = reach.sweep(settings.home, settings.radio, SECONDS)
    found = around.sensors
    if not found:
        raise DashboardError(
            f"No sensor answered. {others_text(around.others)}".strip(),
            "Wake it (move it, wet the strap), bring it close, and try again.",
        )
    if len(found) == 1:
        return found[0].address
    for number, sensor in enumerate(found, 1):
        kind = kind_title(sensor.profiles)
        signal = signal_text(sensor.rssi)
        console.note(f"{number}. {kind}: {sensor.name or 'unnamed'}  {sensor.address}  {signal}")
    if not ask:
        raise DashboardError(
            f"{len(found)} sensors answered.", "Say which: legload pair ADDRESS --yes"
        )
    choice: int = typer.prompt("Which one", type=int, default=1, err=True)
    if not 1 <= choice <= len(found):
        raise DashboardError(f"There is no number {choice}.", "Run 'legload pair' again.")
    return found[choice - 1].address


def _place(seen: Examination, registry: Registry, *, ask: bool) -> Placement:
    """Where it sits: as it sat before it was forgotten, or the usual place, or what is answered."""
    from dashboard.shown import kind_placements
    from devices.profile import Placement
    from ingest.pairing import sensor_key

    known = registry.sensors.get(sensor_key(seen.profiles[0], seen.identity))
    before = known.current.placement if known and known.current else None
    usual = before or Placement(kind_placements(seen.profiles)[0])
    return _ask_placement(usual) if ask else usual


def _counts(seen: Examination, strides: bool | None) -> str | None:
    """What a foot pod counts: as said, else as it seems to; None: as its kind usually does."""
    if strides is not None:
        return "strides" if strides else "steps"
    if seen.counts is None:
        return None
    console.note(f"{seen.counts.reason} Say --strides or --steps to set it yourself.")
    return seen.counts.counts


def placement_of(text: str | None) -> Placement | None:
    """The placement somebody typed; raises BadParameter if there is none of that name."""
    from devices.profile import Placement

    if text is None:
        return None
    try:
        return Placement(text)
    except ValueError:
        places = ", ".join(place.value for place in Placement)
        raise typer.BadParameter(f"'{text}' is not a placement; use one of {places}.") from None


def _ask_placement(usual: Placement) -> Placement:
    answer = typer.prompt("Where does it sit", default=usual.value, err=True)
    return placement_of(answer) or usual


def _live(values: tuple[Any, ...]) -> str:
    from dashboard.wording import live_text

    said = [live_text(value) for value in values if value.value is not None]
    return ", ".join(said) or "nothing yet (move it, then try again)"
