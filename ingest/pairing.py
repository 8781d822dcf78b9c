"""Looking at a sensor before it is saved, and saving it."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from devices import device_information
from devices.profile import MalformedPacket, Placement, Profile
from ingest.clock import Clock
from ingest.entries import Assigned, Entries, SensorPaired
from ingest.errors import IngestError
from ingest.link import Air, profiles_of, short_address, stream, take_leave
from ingest.live import LiveValue, LiveView
from ingest.recording import Kind

FIND_S = 15.0
POLL_S = 0.25


class NotASensor(IngestError):  # noqa: N818 - reads as what happened
    """Something that advertises, but nothing that legload can read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """A sensor looked at: its profiles (keys, the main one first) and its values right now.

    identity is the serial number where the sensor has one, else its address.
    """

    address: str
    name: str
    profiles: tuple[str, ...]
    identity: str
    battery_percent: float | None
    live: tuple[LiveValue, ...]


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
        )
    finally:
        await take_leave(client, profiles.values(), lambda *_: None)


async def _first_values(view: LiveView, clock: Clock, seconds: float) -> tuple[LiveValue, ...]:
    """Values once anything but the battery has spoken, or when the time is up."""
    for _ in range(max(1, round(seconds / POLL_S))):
        await clock.sleep(POLL_S)
        live = view.values(clock.utc_ns())
        if any(value.label not in ("battery", "rate") for value in live):
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

    Raises:
        IngestError: the disk refuses; nothing was saved.
    """
    key = sensor_key(examination.profiles[0], examination.identity)
    entries.append(
        SensorPaired(
            at=now,
            sensor=key,
            identity=examination.identity,
            address=examination.address,
            name=examination.name,
            profiles=examination.profiles,
        ),
        Assigned(
            at=now,
            sensor=key,
            person=person,
            placement=placement,
            since=now,
            load_kg=load_kg,
            counts=counts,
        ),
    )
    return key
