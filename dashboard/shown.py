"""What pages show of sensors and weeks: plain values made from what the other rooms know."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from analytics.battery import outlook
from analytics.week import Gap, SensorUse
from dashboard.errors import DashboardError
from dashboard.sources import file_title, is_imported, own_name, told_place
from devices import PROFILES
from devices.profile import Placement
from devices.rsc_counts import MOVING_MPS, Counted, paces, what_it_counts
from ingest.entries import Assignment, Registry, Sensor
from ingest.live import LiveValue
from ingest.pairing import Examination, seats
from ingest.session import SensorStatus, State
from ingest.store import Battery, Store
from language.spoken import _

BATTERY_DAYS = 90
PACE_DAYS = 30
ENOUGH_PACES = 60
"""Measurements while moving from which a recorded pod is judged: about a minute (design)."""
MOST_PACES = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonView:
    """Somebody whose weeks can be shown."""

    key: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorView:
    """A paired sensor as a person sees it; null is unknown.

    notifications and malformed are counted while the collector listens, else null.
    """

    key: str
    profiles: tuple[str, ...]
    title: str
    name: str
    person: str
    placement: str
    load_kg: float
    counts: str | None
    state: str
    detail: str
    battery_percent: float | None
    battery_at: dt.datetime | None
    last_seen: dt.datetime | None
    since: dt.datetime | None
    notifications: int | None
    malformed: int | None
    live: tuple[LiveValue, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorNotes:
    """What is known of a sensor beyond this moment.

    assignments: oldest first; gaps: of today in its wearer's zone, None where the store was busy
    and nothing of the rest is known either; days_left: of its battery, None without enough
    history; doubt: what its cadence seems to count, where it is set otherwise.
    """

    assignments: tuple[Assignment, ...] = ()
    gaps: tuple[Gap, ...] | None = None
    days_left: float | None = None
    doubt: Counted | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectorStatus:
    """The collector and its sensors; message says it in one sentence.

    notice: what a person should know about the adapter and do; empty if all is well.
    """

    running: bool
    radio: str
    recording: bool
    message: str
    sensors: tuple[SensorView, ...]
    notice: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A sensor in the air, with what pairing it would need."""

    address: str
    short: str
    name: str
    profiles: tuple[str, ...]
    title: str
    rssi: int
    paired_as: str | None
    placements: tuple[str, ...]
    counts: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """Sensors in the air, strongest first, and how many other Bluetooth devices were heard."""

    sensors: tuple[Seen, ...]
    others: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """A sensor looked at before it is saved. counts: what its cadence seems to count, and why."""

    title: str
    placements: tuple[str, ...]
    default_counts: str | None
    live: tuple[LiveValue, ...]
    battery_percent: float | None = None
    counts: Counted | None = None


def kind_title(profiles: Sequence[str]) -> str:
    """What a sensor with these profiles is called; several of one family by the family's name."""
    known = [PROFILES[key] for key in profiles if key in PROFILES]
    families = [p.family for p in known]
    titles = [
        _(p.family if p.family and families.count(p.family) > 1 else p.title)
        for p in known
        if not p.companion
    ]
    return ", ".join(dict.fromkeys(titles)) or ", ".join(profiles)


def sensor_title(sensor: Sensor) -> str:
    """The kind of a paired sensor, or of an imported source; no name."""
    imported = is_imported(sensor.profiles)
    return file_title(sensor) if imported else kind_title(sensor.profiles[:1])


def kind_placements(profiles: Sequence[str]) -> tuple[str, ...]:
    """Where a sensor with these profiles may sit, the usual place first."""
    known = [PROFILES[key] for key in profiles if key in PROFILES]
    return tuple(place.value for place in seats(known))


def kind_silent(profiles: Sequence[str], placement: str) -> tuple[str, ...]:
    """What a sensor with these profiles measures, but not at this placement; mostly nothing."""
    known = [PROFILES[key] for key in profiles if key in PROFILES]
    place = Placement(placement)
    told = {what for p in known if p.streams_at(place) for what in p.measures}
    silent = (what for p in known if not p.streams_at(place) for what in p.measures)
    return tuple(dict.fromkeys(what for what in silent if what not in told))


def kind_worn(profiles: Sequence[str]) -> bool:
    """Whether such a sensor is worn; not so a scale, a machine, or one that sits on a bike."""
    return worn_at(kind_placements(profiles))


def worn_at(placements: Sequence[str]) -> bool:
    """Whether a sensor that sits at one of these is worn on the body; where nobody knows, yes."""
    return not placements or any(Placement(place).worn for place in placements)


def kind_counts(profiles: Sequence[str]) -> str | None:
    """What the cadence of a sensor with these profiles counts if nobody says otherwise."""
    known = [PROFILES[key] for key in profiles if key in PROFILES]
    return next((p.counts for p in known if p.counts), None)


def preview_of(found: Examination) -> Preview:
    """What pairing shows of a sensor that was looked at."""
    return Preview(
        title=kind_title(found.profiles),
        placements=kind_placements(found.profiles),
        default_counts=kind_counts(found.profiles),
        live=found.live,
        battery_percent=found.battery_percent,
        counts=found.counts,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class LastKnown:
    """What the store knows of a sensor: its last sample and its last battery level."""

    seen: dt.datetime | None
    battery: Battery | None


def last_known(store: Store, sensor: str) -> LastKnown:
    """The store's last word on a sensor."""
    return LastKnown(seen=store.last_time(sensor), battery=store.battery(sensor))


def find_sensor(registry: Registry, wanted: str) -> Sensor:
    """The sensor meant: by key, by name or address, or by the beginning of its key.

    One that was forgotten is meant only where no other is.

    Raises:
        DashboardError: none is meant, or several are.
    """
    word = " ".join(wanted.casefold().split())
    for found in _candidates(registry, word) if word else ():
        if len(found) == 1:
            return found[0]
        if found:
            keys = ", ".join(sensor.key for sensor in found)
            raise DashboardError(
                _("'{word}' may mean {keys}.", word=wanted, keys=keys), _("Give the key.")
            )
    raise DashboardError(
        _("There is no sensor '{word}'.", word=wanted), _("See: legload sensors --all")
    )


def _candidates(registry: Registry, word: str) -> Iterator[list[Sensor]]:
    """Whom a word may mean, the likeliest first."""
    yield [sensor for sensor in registry.sensors.values() if sensor.key == word]
    for forgotten in (False, True):
        group = [one for one in registry.sensors.values() if one.forgotten is forgotten]
        yield [one for one in group if word in _names(one)]
        yield [one for one in group if one.key.startswith(word)]


def _names(sensor: Sensor) -> tuple[str, ...]:
    return sensor.given.casefold(), sensor.name.casefold(), sensor.address.casefold()


def sensor_view(sensor: Sensor, status: SensorStatus | None, last: LastKnown | None) -> SensorView:
    """A paired sensor: as the collector knows it, else as the store does."""
    current = sensor.current
    seen = _instant(status.last_seen_ns if status else None)
    battery = _battery(status) or (last.battery if last else None)
    return SensorView(
        key=sensor.key,
        profiles=sensor.profiles,
        title=sensor_title(sensor),
        name=sensor.called,
        person=current.person if current else "",
        placement=current.placement.value if current else "",
        load_kg=current.load_kg if current else 0.0,
        counts=(current.counts if current else None) or kind_counts(sensor.profiles),
        state=(status.state if status else State.OFF).value,
        detail=status.detail if status else "",
        battery_percent=battery.percent if battery else None,
        battery_at=battery.time if battery else None,
        last_seen=seen or (last.seen if last else None),
        since=_instant(status.since_ns if status else None),
        notifications=status.notifications if status else None,
        malformed=status.malformed if status else None,
        live=status.live if status else (),
    )


def _battery(status: SensorStatus | None) -> Battery | None:
    at = _instant(status.battery_ns if status else None)
    if status is None or at is None or status.battery_percent is None:
        return None
    return Battery(at, status.battery_percent)


def _instant(time_ns: int | None) -> dt.datetime | None:
    return None if time_ns is None else dt.datetime.fromtimestamp(time_ns / 1e9, dt.UTC)


def sensor_notes(store: Store, sensor: Sensor, midnight: dt.datetime) -> SensorNotes:
    """What the store knows of a sensor beyond this moment; midnight: of its wearer's today."""
    now = dt.datetime.now(dt.UTC)
    future = outlook(store.battery_history(sensor.key, now - dt.timedelta(days=BATTERY_DAYS)))
    return SensorNotes(
        assignments=sensor.assignments,
        gaps=recorded_gaps(store, [sensor.key], midnight, now),
        days_left=None if future is None else future.days_left,
        doubt=_doubt(store, sensor, now - dt.timedelta(days=PACE_DAYS)),
    )


def _doubt(store: Store, sensor: Sensor, since: dt.datetime) -> Counted | None:
    """What a foot pod's last walk says it counts, unless that is what it is set to."""
    if (default := kind_counts(sensor.profiles)) is None:
        return None
    rows = store.last_paces(sensor.key, since, MOVING_MPS, MOST_PACES)
    found = what_it_counts(paces(rows), at_least=ENOUGH_PACES)
    told = (sensor.current.counts if sensor.current else None) or default
    return None if found.counts in (None, told) else found


def sensor_uses(
    store: Store, registry: Registry, person: str, start: dt.datetime, end: dt.datetime
) -> list[SensorUse]:
    """The sensors whose recordings reach into [start, end), as far as they were this person's."""
    uses = []
    for row in store.sensor_use(start, end, person).iter_rows(named=True):
        sensor = registry.sensors.get(row["sensor"])
        worn = [a for a in sensor.assignments if a.person == person] if sensor else []
        worn = [a for a in worn if a.since < end] or worn[:1]
        if sensor is None or not worn or row["observed_s"] is None:
            continue
        profiles = [PROFILES[key] for key in sensor.profiles if key in PROFILES]
        battery = store.battery(sensor.key)
        uses.append(
            SensorUse(
                sensor=sensor.key,
                title=sensor_title(sensor),
                name=own_name(sensor),
                placement=told_place(sensor.profiles, worn[-1].placement),
                observed_h=row["observed_s"] / 3600.0,
                continuous=any(
                    profile.continuous and profile.streams_at(worn[-1].placement)
                    for profile in profiles
                ),
                battery_percent=battery.percent if battery else None,
                malformed=row["malformed"],
            )
        )
    return uses


def recorded_gaps(
    store: Store, sensors: list[str], start: dt.datetime, end: dt.datetime
) -> tuple[Gap, ...]:
    """Gaps of these sensors in [start, end), but for those that somebody wanted."""
    frame = store.gaps(start, end, sensors)
    return tuple(
        Gap(sensor=row["sensor"], start=row["start"], end=row["end"], reason=row["reason"] or "")
        for row in frame.iter_rows(named=True)
        if row["reason"] != "stopped"
    )
