"""What pages show of sensors and weeks: plain values made from what the other rooms know."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from analytics.week import Gap, SensorUse
from dashboard.errors import DashboardError
from devices import PROFILES
from ingest.entries import Registry, Sensor
from ingest.live import LiveValue
from ingest.session import SensorStatus, State
from ingest.store import Battery, Store


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
class CollectorStatus:
    """The collector and its sensors; message says it in one sentence."""

    running: bool
    radio: str
    recording: bool
    message: str
    sensors: tuple[SensorView, ...]


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
class LastKnown:
    """What the store knows of a sensor: its last sample and its last battery level."""

    seen: dt.datetime | None
    battery: Battery | None


def last_known(store: Store, sensor: str) -> LastKnown:
    """The store's last word on a sensor."""
    return LastKnown(seen=store.last_time(sensor), battery=store.battery(sensor))


def find_sensor(registry: Registry, wanted: str) -> Sensor:
    """The sensor meant: by key or its beginning, by name, or by address.

    Raises:
        DashboardError: none is meant, or several are.
    """
    word = wanted.casefold()
    found = [
        sensor
        for sensor in registry.sensors.values()
        if sensor.key.startswith(word)
        or word in (sensor.name.casefold(), sensor.address.casefold())
    ]
    exact = [sensor for sensor in found if sensor.key == word]
    if len(exact or found) == 1:
        return (exact or found)[0]
    if found:
        keys = ", ".join(sensor.key for sensor in found)
        raise DashboardError(f"'{wanted}' may mean {keys}.", "Give more of the key.")
    raise DashboardError(f"There is no sensor '{wanted}'.", "See: legload sensors")


def sensor_view(sensor: Sensor, status: SensorStatus | None, last: LastKnown | None) -> SensorView:
    """A paired sensor: as the collector knows it, else as the store does."""
    current = sensor.current
    main = PROFILES.get(sensor.profiles[0])
    seen = _instant(status.last_seen_ns if status else None)
    battery = _battery(status) or (last.battery if last else None)
    return SensorView(
        key=sensor.key,
        title=main.title if main else sensor.profiles[0],
        name=sensor.name,
        person=current.person if current else "",
        placement=current.placement.value if current else "",
        load_kg=current.load_kg if current else 0.0,
        counts=current.counts if current else None,
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
                title=profiles[0].title if profiles else sensor.profiles[0],
                placement=worn[-1].placement.value,
                observed_h=row["observed_s"] / 3600.0,
                continuous=any(profile.continuous for profile in profiles),
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
