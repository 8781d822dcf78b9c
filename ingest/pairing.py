"""Looking at a sensor before it is saved, and saving it."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import replace as _replace
from functools import partial

from devices import PROFILES, device_information
from devices.profile import MalformedPacket, Placement, Profile
from devices.rsc_counts import Counted, what_it_counts
from ingest.clock import Clock
from ingest.entries import (
    AnyEntry,
    Assigned,
    Assignment,
    Entries,
    Registry,
    Sensor,
    SensorForgotten,
    SensorNamed,
    SensorPaired,
)
from ingest.errors import IngestError
from ingest.link import Air, same_address, short_address
from ingest.live import LiveValue, LiveView
from ingest.live_labels import RATE
from ingest.recording import Kind
from ingest.status import BATTERY_LABEL
from ingest.talk import profiles_of, stream, take_leave
from language.spoken import _, listed, mark

FIND_S = 15.0
PLACEHOLDERS = frozenset({"n/a", "na", "none", "null", "unknown", "serial", "serial number"})
"""Serial numbers that tell nobody apart (design)."""
POLL_S = 0.25


class NotASensor(IngestError):  # noqa: N818 - reads as what happened
    """Something that advertises, but nothing that legload can read."""


class Misfit(IngestError):  # noqa: N818 - reads as what happened
    """What was said of a sensor cannot be so: its place, its load, or what it counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """A sensor looked at: its profiles (keys, the main one first) and its values right now.

    identity is the serial number where the sensor has one, else its address; counts: what its
    cadence seems to count, null for a sensor that is no foot pod or was not asked.
    """

    address: str
    name: str
    profiles: tuple[str, ...]
    identity: str
    battery_percent: float | None
    live: tuple[LiveValue, ...]
    counts: Counted | None = None


async def examine(
    air: Air, address: str, profiles: Mapping[str, Profile], clock: Clock, seconds: float
) -> Examination:
    """Connect to a sensor, watch it for up to `seconds`, and let it go.

    Raises:
        SensorNotFound: nothing with that address answered.
        NotASensor: it has no profile that legload knows.
        IngestError: Bluetooth failed.
    """
    device = await air.find(address, FIND_S)
    client = await air.connect(device, lambda: None)
    try:
        present = profiles_of(client, profiles.values())
        if all(profile.companion for profile in present):
            raise NotASensor(
                mark("{name} is not a sensor that legload can read."),
                mark(
                    "The page of supported sensors lists those that are; 'legload scan' shows "
                    "which of them are near."
                ),
                name=device.name or short_address(address),
            )
        view = LiveView(present)
        serial: list[str] = []

        def on_row(kind: Kind, characteristic: str, payload: bytes) -> None:
            if kind in (Kind.NOTIFICATION, Kind.REPLY):
                view.note(clock.utc_ns(), characteristic, payload)
            if kind is Kind.REPLY and characteristic == device_information.SERIAL:
                serial.append(_text(payload))

        await stream(client, present, on_row)
        live = await _first_values(view, clock, seconds)
        battery = view.battery_percent
        return Examination(
            address=device.address,
            name=device.name or "",
            profiles=tuple(p.key for p in sorted(present, key=lambda p: p.companion)),
            identity=next(filter(tells_apart, serial), device.address),
            battery_percent=battery[1] if battery else None,
            live=live,
            counts=what_it_counts(view.paces()) if any(p.counts for p in present) else None,
        )
    finally:
        await take_leave(client, profiles.values(), lambda *_row: None)


async def _first_values(view: LiveView, clock: Clock, seconds: float) -> tuple[LiveValue, ...]:
    """Values once anything but the battery has spoken, or when the time is up.

    A foot pod that moves is watched until it is known what it counts.
    """
    for _time in range(max(1, round(seconds / POLL_S))):
        await clock.sleep(POLL_S)
        live = view.values(clock.utc_ns())
        spoken = any(v.label not in (BATTERY_LABEL, RATE) and v.value is not None for v in live)
        paces = view.paces()
        moves = any(pace.speed_mps > 0 for pace in paces)
        if spoken and not (moves and what_it_counts(paces).counts is None):
            return live
    return view.values(clock.utc_ns())


def _text(payload: bytes) -> str:
    try:
        return device_information.parse(payload)
    except MalformedPacket:
        return ""


def tells_apart(serial: str) -> bool:
    """Whether a serial number is one, and no placeholder that every unit of a maker carries."""
    letters = set(serial.casefold()) - set("0 .-_/")
    return len(letters) >= 2 and serial.casefold().strip(" .-_") not in PLACEHOLDERS


def sensor_key(profile: str, identity: str) -> str:
    """A short stable name for a sensor, such as `rsc-3fa2c1`."""
    digest = hashlib.sha256(identity.casefold().encode()).hexdigest()
    return f"{profile.replace('_', '-')}-{digest[:6]}"


def main_profiles(keys: Iterable[str]) -> list[Profile]:
    """The known profiles of these keys that are no companions."""
    known = (PROFILES[key] for key in keys if key in PROFILES)
    return [profile for profile in known if not profile.companion]


def seats(profiles: Iterable[Profile]) -> tuple[Placement, ...]:
    """Where a sensor with these profiles may sit, the usual place first: not where it is silent."""
    main = [profile for profile in profiles if not profile.companion]
    places = dict.fromkeys(place for profile in main for place in profile.placements)
    return tuple(place for place in places if any(p.streams_at(place) for p in main))


def refuse_misfit(
    keys: Sequence[str],
    *,
    placement: Placement | None = None,
    load_kg: float | None = None,
    counts: str | None = None,
) -> None:
    """Do nothing if all this can be said of a sensor with these profiles; None: it is not said.

    Raises:
        Misfit: it cannot sit there, carry a load, or count that.
    """
    main = main_profiles(keys)
    places = seats(main)
    if not main:
        return
    kind = partial(_kinds, keys)
    if placement is not None and places and placement not in places:
        raise Misfit(
            mark("A sensor of this kind ({kind}) cannot sit at '{place}'."),
            mark("It can sit at: {places}."),
            kind=kind,
            place=placement.value,
            places=", ".join(place.value for place in places),
        )
    if load_kg and places and not any(place.worn for place in places):
        raise Misfit(
            mark("A sensor of this kind ({kind}) is not worn, so it carries no load."),
            mark("Leave out --load."),
            kind=kind,
        )
    if counts is not None and not any(profile.counts for profile in main):
        raise Misfit(
            mark("A sensor of this kind ({kind}) counts neither steps nor strides of one foot."),
            mark("Leave out --steps and --strides."),
            kind=kind,
        )


def _kinds(keys: Sequence[str]) -> str:
    """What sensors with these profiles are called; the keys where none is known."""
    return listed([_(profile.title) for profile in main_profiles(keys)]) or ", ".join(keys)


def enrol(
    entries: Entries,
    examination: Examination,
    *,
    placement: Placement,
    person: str,
    load_kg: float | None,
    counts: str | None,
    now: dt.datetime,
) -> str:
    """Save a sensor and where it sits from now on; its key.

    One that was paired before keeps its name and its assignments, and of the last of them the load
    and what its cadence counts, unless these are said anew; nothing is added to them where it sits
    as it did. Another key at the same address is the same sensor, known by less: it is forgotten.

    Raises:
        IngestError: the disk refuses; nothing was saved.
    """
    paired = _paired(examination, now)
    known = entries.registry().sensors.get(paired.sensor)
    before = known.current if known else None
    if load_kg is None:
        load_kg = before.load_kg if before else 0.0
    wanted = Assignment(
        since=now,
        person=person,
        placement=placement,
        load_kg=load_kg,
        counts=counts or (before.counts if before else None),
    )
    ghosts = [
        sensor.key
        for sensor in entries.registry().active
        if sensor.key != paired.sensor and same_address(sensor.address, paired.address)
    ]
    said: list[AnyEntry] = [SensorForgotten(at=now, sensor=key) for key in ghosts]
    said.append(paired)
    if not _same(before, wanted, usual_counts(examination.profiles)):
        said.append(_assigned(paired.sensor, wanted))
    entries.append(*said)
    return paired.sensor


def usual_counts(keys: Iterable[str]) -> str | None:
    """What the cadence of a sensor with these profiles counts if nobody says otherwise."""
    return next((profile.counts for profile in main_profiles(keys) if profile.counts), None)


def replace_sensor(
    entries: Entries, old: Sensor, examination: Examination, *, now: dt.datetime
) -> str:
    """Have another sensor take over from now on where `old` sits; the new one's key.

    It inherits person, placement, load, what the cadence counts, and the name that a person gave,
    which the old one gives up. The old one is forgotten, and what it recorded stays its own.

    Raises:
        IngestError: it is the same sensor, of another kind, or paired already, it cannot sit
            there, or the disk refuses; nothing was saved.
    """
    paired = _paired(examination, now)
    if paired.sensor == old.key:
        raise _same_sensor()
    _refuse_paired(entries.registry().sensors.get(paired.sensor))
    _refuse_kind(old, paired)
    said: list[AnyEntry] = [paired]
    if old.current is not None:
        refuse_misfit(paired.profiles, placement=old.current.placement)
        said.append(_assigned(paired.sensor, _replace(old.current, since=now)))
    if old.given:
        said.append(SensorNamed(at=now, sensor=paired.sensor, name=old.given))
        said.append(SensorNamed(at=now, sensor=old.key, name=""))
    entries.append(*said, SensorForgotten(at=now, sensor=old.key))
    return paired.sensor


def refuse_taken(registry: Registry, old: Sensor, address: str) -> None:
    """Do nothing if the sensor at an address may take over from `old`, as far as is known.

    Raises:
        IngestError: it is the same sensor, or paired already.
    """
    for sensor in registry.active:
        if same_address(sensor.address, address):
            if sensor.key == old.key:
                raise _same_sensor()
            _refuse_paired(sensor)


def _same_sensor() -> IngestError:
    return IngestError(
        mark("That is the same sensor, not another one."),
        mark("To bring back one that was forgotten, pair it again."),
    )


def _refuse_paired(known: Sensor | None) -> None:
    if known is not None and not known.forgotten:
        raise IngestError(
            mark("{name} is paired already (as {key}, at {place}).")
            if known.current
            else mark("{name} is paired already (as {key})."),
            mark("Choose a new sensor, or forget that one first: legload forget {key}"),
            name=known.called or known.key,
            key=known.key,
            place=known.current.placement.value if known.current else "",
        )


def _refuse_kind(old: Sensor, new: SensorPaired) -> None:
    """A sensor that shares nothing with the old one but a companion is of another kind."""
    companions = {key for key, profile in PROFILES.items() if profile.companion}
    if set(old.profiles) & set(new.profiles) - companions:
        return
    raise IngestError(
        mark("The new sensor is of another kind ({after}) than the old one ({before})."),
        mark("Pair it as a sensor of its own: legload pair ADDRESS"),
        after=partial(_kinds, new.profiles),
        before=partial(_kinds, old.profiles),
    )


def _paired(examination: Examination, now: dt.datetime) -> SensorPaired:
    return SensorPaired(
        at=now,
        sensor=sensor_key(examination.profiles[0], examination.identity),
        identity=examination.identity,
        address=examination.address,
        name=examination.name,
        profiles=examination.profiles,
    )


def _assigned(sensor: str, one: Assignment) -> Assigned:
    return Assigned(
        at=one.since,
        sensor=sensor,
        person=one.person,
        placement=one.placement,
        since=one.since,
        load_kg=one.load_kg,
        counts=one.counts,
    )


def _same(known: Assignment | None, wanted: Assignment, usual: str | None) -> bool:
    """Whether it sits as it did; usual: what it counts where that was not said."""
    if known is None:
        return False
    told = _replace(known, since=wanted.since, counts=known.counts or usual)
    return told == _replace(wanted, counts=wanted.counts or usual)
