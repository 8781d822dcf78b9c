"""Looking at a sensor before it is saved, and saving it."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import replace as _replace

from devices import device_information
from devices.profile import MalformedPacket, Placement, Profile
from devices.rsc_counts import Counted, what_it_counts
from ingest.clock import Clock
from ingest.entries import (
    AnyEntry,
    Assigned,
    Assignment,
    Entries,
    Sensor,
    SensorForgotten,
    SensorNamed,
    SensorPaired,
)
from ingest.errors import IngestError
from ingest.link import Air, short_address
from ingest.live import LiveValue, LiveView
from ingest.recording import Kind
from ingest.talk import profiles_of, stream, take_leave

FIND_S = 15.0
POLL_S = 0.25


class NotASensor(IngestError):  # noqa: N818 - reads as what happened
    """Something that advertises, but nothing that legload can read."""


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
                f"{device.name or short_address(address)} is not a sensor that legload can read.",
                "The page of supported sensors lists those that are; 'legload scan' shows "
                "which of them are near.",
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
            identity=next(filter(None, serial), device.address),
            battery_percent=battery[1] if battery else None,
            live=live,
            counts=what_it_counts(view.paces()) if any(p.counts for p in present) else None,
        )
    finally:
        await take_leave(client, profiles.values(), lambda *_: None)


async def _first_values(view: LiveView, clock: Clock, seconds: float) -> tuple[LiveValue, ...]:
    """Values once anything but the battery has spoken, or when the time is up.

    A foot pod that moves is watched until it is known what it counts.
    """
    for _ in range(max(1, round(seconds / POLL_S))):
        await clock.sleep(POLL_S)
        live = view.values(clock.utc_ns())
        spoken = any(v.label not in ("battery", "rate") and v.value is not None for v in live)
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


def sensor_key(profile: str, identity: str) -> str:
    """A short stable name for a sensor, such as `rsc-3fa2c1`."""
    digest = hashlib.sha256(identity.casefold().encode()).hexdigest()
    return f"{profile.replace('_', '-')}-{digest[:6]}"


def enrol(
    entries: Entries,
    examination: Examination,
    *,
    placement: Placement,
    person: str,
    load_kg: float,
    counts: str | None,
    now: dt.datetime,
) -> str:
    """Save a sensor and where it sits from now on; its key.

    One that was paired before keeps its name and its assignments; nothing is added to them where
    it sits as it did.

    Raises:
        IngestError: the disk refuses; nothing was saved.
    """
    paired = _paired(examination, now)
    known = entries.registry().sensors.get(paired.sensor)
    wanted = Assignment(
        since=now, person=person, placement=placement, load_kg=load_kg, counts=counts
    )
    said: list[AnyEntry] = [paired]
    if known is None or not _same(known.current, wanted):
        said.append(_assigned(paired.sensor, wanted))
    entries.append(*said)
    return paired.sensor


def replace_sensor(
    entries: Entries, old: Sensor, examination: Examination, *, now: dt.datetime
) -> str:
    """Have another sensor take over from now on where `old` sits; the new one's key.

    The old one is forgotten, and what it recorded stays its own. The name that a person gave goes
    over, and what the cadence counts only to a sensor of the same kind.

    Raises:
        IngestError: it is the same sensor, or the disk refuses; nothing was saved.
    """
    paired = _paired(examination, now)
    if paired.sensor == old.key:
        raise IngestError(
            "That is the same sensor, not another one.",
            "To bring back one that was forgotten, pair it again.",
        )
    said: list[AnyEntry] = [paired]
    if old.current is not None:
        same_kind = old.profiles[0] == paired.profiles[0]
        taken = _replace(
            old.current, since=now, counts=old.current.counts if same_kind else _counts(examination)
        )
        said.append(_assigned(paired.sensor, taken))
    if old.given:
        said.append(SensorNamed(at=now, sensor=paired.sensor, name=old.given))
    entries.append(*said, SensorForgotten(at=now, sensor=old.key))
    return paired.sensor


def _counts(examination: Examination) -> str | None:
    return examination.counts.counts if examination.counts else None


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


def _same(known: Assignment | None, wanted: Assignment) -> bool:
    return known is not None and _replace(known, since=wanted.since) == wanted
