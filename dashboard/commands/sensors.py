"""`scan` and `pair`: which sensors are in the air, and which of them is mine."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dashboard import console
from dashboard.errors import DashboardError
from dashboard.persons import pick_person
from language.spoken import _, mark

if TYPE_CHECKING:
    from dashboard.settings import Settings
    from devices.profile import Placement
    from ingest.entries import Registry, Sensor
    from ingest.link import Seen, Sweep
    from ingest.pairing import Examination
    from ingest.shake import Shaking

SECONDS = 8.0
PREVIEW_S = 6.0
MOST_LOAD_KG = 200.0
WAKE = mark("Wake it (move it, wet the strap), bring it close, and try again.")
NOBODY = mark(
    "Nothing was chosen. Give the address and --yes, such as: legload pair ADDRESS --yes "
    "(addresses: legload scan)."
)
_ADDRESS = re.compile(
    r"[0-9a-f]{2}(:[0-9a-f]{2}){5}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE
)
"""What Linux and Windows call an address, and the UUID that macOS gives instead of one."""


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
        raise typer.BadParameter(
            _("'{text}' is not a length of time; write 20s, 30m or 2h.", text=text)
        )
    return seconds


def load_of(text: str | float) -> float:
    """A load carried, in kg."""
    try:
        load = float(text)
    except ValueError:
        load = -1.0
    if not 0 <= load <= MOST_LOAD_KG:
        raise typer.BadParameter(
            _(
                "'{text}' is not a load; write kg from 0 to {most}, such as 5 or 2.5.",
                text=text,
                most=f"{MOST_LOAD_KG:.0f}",
            )
        )
    return load


LOAD: Any = typer.Option("--load", parser=load_of, metavar="KG", help="Load carried in kg.")

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
    console.note(_("Looking for sensors for {seconds} s …", seconds=f"{for_:.0f}"))
    found = reach.sweep(settings.home, settings.radio, for_)
    if settings.json:
        return console.emit(found.sensors)
    if others := others_text(found.others):
        console.note(others)
    if not found.sensors:
        return console.note(
            _(
                "No sensor answered. Wake it (move it, wet the strap), bring it close, make sure "
                "that no phone or watch holds it, and scan again."
            )
        )
    console.table(
        [_("address"), _("name"), _("kind"), _("signal")],
        [
            [
                s.address,
                s.name or None,
                kind_title(s.profiles),
                signal_text(s.rssi, exact=settings.verbose),
            ]
            for s in found.sensors
        ],
        whole=[_("address"), _("signal")],
    )
    return console.note(
        _("Pair one with: legload pair ADDRESS, or find it with: legload pair --shake")
    )


def pair(
    context: typer.Context,
    sensor: Annotated[
        str | None,
        typer.Argument(metavar="ADDRESS", help="From 'legload scan'; or the sensor's name."),
    ] = None,
    placement: Annotated[str | None, typer.Option(help="left-foot, right-ankle, chest …")] = None,
    load: Annotated[float | None, LOAD] = None,
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
    from dashboard.shown import kind_silent, kind_title
    from dashboard.wording.sensors import silent_text
    from ingest.entries import Entries

    settings = context.obj
    place, said = placement_of(placement), None if strides is None else told(strides)
    claim(settings.home, settings.radio)
    registry = Entries(settings.home).registry()
    if not registry.sensors:  # nobody's sensor can be paired again: ask whose at once
        pick_person(registry.persons, settings.person)
    address, name = _meant(settings, registry, sensor, shake=shake, ask=not yes)
    known = at_address(registry, address)
    if known is not None:
        fits(known.profiles, place, load, said)
    console.note(_("Connecting to {name} …", name=name or address))
    seen = reach.preview(settings.home, settings.radio, address, PREVIEW_S)
    known = _known(registry, seen)
    fits(seen.profiles, place, load, said)
    person = _wearer(settings, registry, known)
    name = (known.called if known else seen.name) or kind_title(seen.profiles)
    console.note(
        _(
            "{name} ({kind}) says now: {live}",
            name=name,
            kind=kind_title(seen.profiles),
            live=_live(seen.live),
        )
    )
    if again := _paired_as(registry, known):
        console.note(again)
    chosen = place or _place(seen, known, ask=not yes)
    fits(seen.profiles, chosen, load, said)
    counts = said or _counts(seen, known, ask=not yes)
    counting = _counting(counts)
    if silent := silent_text(chosen.value, kind_silent(seen.profiles, chosen.value)):
        console.note(silent)
    if not yes and not console.agree(
        _("Save it at {place}{counting}?", place=chosen.value, counting=counting), _(NOBODY)
    ):
        console.note(_("Not saved."))
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
        console.emit({"sensor": key, "placement": chosen.value, "person": person, "counts": counts})
    else:
        console.show(
            _(
                "Paired {name} as {key}, {place}{counting}.",
                name=name,
                key=key,
                place=chosen.value,
                counting=counting,
            )
        )
        console.note(_("Record with: legload record, or open the pages with: legload run"))


def _counting(counts: str | None) -> str:
    said = {"strides": _(", counting strides"), "steps": _(", counting steps")}
    return said[counts] if counts else ""


def told(strides: bool) -> str:
    """What a person says that a cadence counts."""
    return "strides" if strides else "steps"


def fits(
    profiles: tuple[str, ...],
    placement: Placement | None = None,
    load_kg: float | None = None,
    counts: str | None = None,
) -> None:
    """Do nothing if all this can be said of such a sensor; raises BadParameter if not."""
    from ingest.pairing import Misfit, refuse_misfit

    try:
        refuse_misfit(profiles, placement=placement, load_kg=load_kg, counts=counts)
    except Misfit as error:
        raise typer.BadParameter(str(error)) from None


def _known(registry: Registry, seen: Examination) -> Sensor | None:
    """The sensor as it was paired before, if it was."""
    from ingest.pairing import sensor_key

    return registry.sensors.get(sensor_key(seen.profiles[0], seen.identity))


def at_address(registry: Registry, address: str) -> Sensor | None:
    """The paired sensor with this address."""
    active = (one for one in registry.active if one.address.casefold() == address.casefold())
    return next(active, None)


def _wearer(settings: Settings, registry: Registry, known: Sensor | None) -> str:
    """Whose it is: as said, else as before."""
    if settings.person is None and known is not None and known.current is not None:
        return known.current.person
    return pick_person(registry.persons, settings.person)


def _paired_as(registry: Registry, known: Sensor | None) -> str:
    """That it is paired already, and how; empty where it is not."""
    if known is None or known.forgotten or known.current is None:
        return ""
    now = known.current
    person = registry.persons.get(now.person)
    whose = person.name if person else now.person
    load = _(", carrying {kg} kg", kg=f"{now.load_kg:g}") if now.load_kg else ""
    return _(
        "It is already paired as {key}: {place}, {whose}{load}. What you do not say anew stays.",
        key=known.key,
        place=now.placement.value,
        whose=whose,
        load=load,
    )


# --- which one ----------------------------------------------------------------------------------


def _meant(
    settings: Settings, registry: Registry, wanted: str | None, *, shake: bool, ask: bool
) -> tuple[str, str]:
    """Address and name (empty: not known) of the sensor to pair."""
    if wanted is not None:
        return address_of(settings, registry, wanted)
    if shake:
        return _shaken(settings)
    found = _choose(settings, ask=ask)
    return found.address, found.name


def address_of(settings: Settings, registry: Registry, wanted: str) -> tuple[str, str]:
    """Address and name of the sensor with this address, or of the one in the air so called.

    Raises:
        DashboardError: nothing in the air has that name, or several have.
    """
    if _ADDRESS.fullmatch(wanted):
        known = at_address(registry, wanted)
        return wanted, known.called if known else ""
    around = _look(settings).sensors
    word = " ".join(wanted.casefold().split())
    found = [seen for seen in around if word in _names(registry, seen)]
    if len(found) == 1:
        return found[0].address, found[0].name
    if found:
        addresses = ", ".join(seen.address for seen in found)
        raise DashboardError(
            _("{count} sensors are called '{wanted}'.", count=len(found), wanted=wanted),
            _("Give the address: {addresses}.", addresses=addresses),
        )
    if kept := [one for one in registry.active if word in (one.called.casefold(), one.key)]:
        return kept[0].address, kept[0].called  # one that is being recorded does not advertise
    heard = ", ".join(seen.name or seen.address for seen in around) or _("none")
    raise DashboardError(
        _(
            "'{wanted}' is no address, and no sensor of that name answered (heard: {heard}).",
            wanted=wanted,
            heard=heard,
        ),
        _(WAKE),
    )


def _names(registry: Registry, seen: Seen) -> set[str]:
    known = at_address(registry, seen.address)
    return {seen.name.casefold(), known.called.casefold() if known else ""} - {""}


def _look(settings: Settings) -> Sweep:
    from dashboard import reach

    console.note(_("Looking for sensors for {seconds} s …", seconds=f"{SECONDS:.0f}"))
    return reach.sweep(settings.home, settings.radio, SECONDS)


def _shaken(settings: Settings) -> tuple[str, str]:
    """Address and name of the sensor that somebody shakes."""
    from dashboard import reach

    def say(now: Shaking) -> None:
        if now.found or not now.done:  # why nothing was found is the error below
            console.note(now.text)

    done = reach.shaken(settings.home, settings.radio, say)
    if done.found is None:
        raise DashboardError(done.text, _("Or choose from the list: legload pair"))
    return done.found.address, done.found.name


def _choose(settings: Settings, *, ask: bool) -> Seen:
    from dashboard.shown import kind_title
    from dashboard.wording import others_text, signal_text

    around = _look(settings)
    found = around.sensors
    if not found:
        raise DashboardError(
            f"{_('No sensor answered.')} {others_text(around.others)}".strip(), _(WAKE)
        )
    if len(found) == 1:
        return found[0]
    for number, sensor in enumerate(found, 1):
        kind = kind_title(sensor.profiles)
        signal = signal_text(sensor.rssi, exact=settings.verbose)
        console.note(f"{number}. {kind}: {sensor.name or _('unnamed')}  {sensor.address}  {signal}")
    if not ask:
        raise DashboardError(
            _("{count} sensors answered.", count=len(found)),
            _("Say which: legload pair ADDRESS --yes"),
        )
    while True:
        answer = console.ask(_("Which one"), "1", _(NOBODY))
        if answer.isdecimal() and 1 <= int(answer) <= len(found):
            return found[int(answer) - 1]
        console.note(
            _(
                "'{answer}' is not in the list; answer with a number from 1 to {most}.",
                answer=answer,
                most=len(found),
            )
        )


# --- where it sits, and what it counts ----------------------------------------------------------


def _place(seen: Examination, known: Sensor | None, *, ask: bool) -> Placement:
    """Where it sits: as it sat before, or the usual place, or what is answered."""
    from dashboard.shown import kind_placements, kind_worn
    from devices.profile import Placement

    places = kind_placements(seen.profiles)
    before = known.current.placement.value if known and known.current else None
    usual = before if before in places else places[0]
    if not ask:
        return Placement(usual)
    question = _("Where does it sit") if kind_worn(seen.profiles) else _("Where is it")
    listed = ", ".join(places)
    console.note(_("{question}? One of: {listed}", question=question, listed=listed))
    while True:
        answer = console.ask(question, usual, _(NOBODY))
        if (word := "-".join(answer.casefold().split())) in places:
            return Placement(word)
        console.note(_("'{answer}' is not one of: {listed}", answer=answer, listed=listed))


def _counts(seen: Examination, known: Sensor | None, *, ask: bool) -> str | None:
    """What a foot pod counts: as before, as it seems to, or what is answered; None: no pod."""
    from dashboard.shown import kind_counts

    usual = kind_counts(seen.profiles)
    before = known.current if known else None
    kept = (before.counts or usual) if before else None
    if usual is None or seen.counts is None:
        return kept
    found = seen.counts.counts
    if found == (kept or usual) or (kept and found is None):
        return found or kept
    console.note(seen.counts.reason)
    if ask:
        return _ask_counts(kept or found or usual)
    console.note(_("Say --strides or --steps to set what it counts yourself."))
    return kept or found


def _ask_counts(usual: str) -> str:
    question = _("Does it count strides of one foot or steps of both?")
    while (answer := console.ask(question, usual, _(NOBODY)).casefold()) not in (
        "strides",
        "steps",
    ):
        console.note(_("'{answer}' is not one of: strides, steps", answer=answer))
    return answer


def placement_of(text: str | None) -> Placement | None:
    """The placement somebody typed; raises BadParameter if there is none of that name."""
    from devices.profile import Placement

    if text is None:
        return None
    try:
        return Placement(text)
    except ValueError:
        places = ", ".join(place.value for place in Placement)
        raise typer.BadParameter(
            _("'{text}' is not a placement; use one of {places}.", text=text, places=places)
        ) from None


def _live(values: tuple[Any, ...]) -> str:
    from dashboard.wording import live_text

    said = [live_text(value) for value in values if value.value is not None]
    return ", ".join(said) or _("nothing yet (move it, then try again)")
