"""Sensors in reach: through the running collector where there is one, else directly.

`radio` None means never directly: the pages' process must not own Bluetooth.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import msgspec
import numpy as np

from devices import PROFILES
from devices.profile import Placement
from ingest.clock import SystemClock
from ingest.control import NotRunning, ask
from ingest.entries import Entries, Sensor
from ingest.link import Air, Seen, Sweep
from ingest.pairing import (
    FIND_S,
    Examination,
    enrol,
    examine,
    refuse_misfit,
    refuse_taken,
    replace_sensor,
)
from ingest.radio import VirtualSensors, open_radio
from ingest.shake import Shaking, shake
from language.spoken import mark

if TYPE_CHECKING:
    from bumble.link import LocalLink

T = TypeVar("T")
SHAKE_POLL_S = 0.3
ANSWER_S = 45.0  # finding, connecting and watching a sensor, with retries


def virtual_sensors(radio: str) -> VirtualSensors:
    """What `virtual` puts on the air: the demo's sensors, or those of `virtual:csc,polar_pmd`.

    Raises:
        RadioError: there is no virtual sensor of that kind.
    """

    def world(link: LocalLink) -> AbstractAsyncContextManager[object]:
        from ingest.virtual import VirtualWorld, demo_sensors
        from ingest.virtual.catalogue import named

        clock = SystemClock()
        rng = np.random.default_rng(7)
        _, colon, keys = radio.partition(":")
        chosen = named(keys.split(","), rng, clock.utc_ns()) if colon else None
        sensors = demo_sensors(rng, clock.utc_ns()) if chosen is None else chosen
        return VirtualWorld(link, sensors, clock, rng)

    return world


def _directly(radio: str | None, work: Callable[[Air], Awaitable[T]]) -> T:
    if radio is None:
        raise NotRunning(mark("No collector is running."), mark("Start it on the Sensors page."))

    async def go() -> T:
        async with open_radio(radio, virtual=virtual_sensors(radio)) as opened:
            return await work(Air(opened, PROFILES, SystemClock()))

    return asyncio.run(go())


def scan(home: Path, radio: str | None, seconds: float) -> list[Seen]:
    """Known kinds of sensors in the air, strongest first."""
    return list(sweep(home, radio, seconds).sensors)


def sweep(home: Path, radio: str | None, seconds: float) -> Sweep:
    """Known kinds of sensors in the air, strongest first, and how many others were heard."""
    try:
        found = ask(home, "scan", timeout_s=seconds + 10, seconds=seconds)
        return msgspec.convert(found, Sweep)
    except NotRunning:
        return _directly(radio, lambda air: air.sweep(seconds))


def begin_shake(home: Path) -> Shaking:
    """Have the running collector begin to look for a sensor that is shaken."""
    return msgspec.convert(ask(home, "shake", begin=True), Shaking)


def shake_progress(home: Path) -> Shaking | None:
    """How far the running collector is; None if it was not asked to look."""
    return msgspec.convert(ask(home, "shake", begin=False), Shaking | None)


def shaken(home: Path, radio: str | None, say: Callable[[Shaking], None]) -> Shaking:
    """Find the sensor that somebody shakes; `say` is told each step as it begins."""
    try:
        now = begin_shake(home)
    except NotRunning:
        clock = SystemClock()
        paired = [sensor.address for sensor in Entries(home).registry().active]
        return _directly(radio, lambda air: shake(air, PROFILES, clock, say, leave_out=paired))
    say(now)
    while not now.done:
        time.sleep(SHAKE_POLL_S)
        before, now = now, shake_progress(home) or now
        if now != before:
            say(now)
    return now


def preview(home: Path, radio: str | None, address: str, seconds: float) -> Examination:
    """What one sensor says right now."""
    try:
        found = ask(home, "preview", timeout_s=ANSWER_S, address=address, seconds=seconds)
        return msgspec.convert(found, Examination)
    except NotRunning:
        clock = SystemClock()
        return _directly(radio, lambda air: examine(air, address, PROFILES, clock, seconds))


def pair(
    home: Path,
    radio: str | None,
    address: str,
    *,
    placement: Placement,
    person: str,
    load_kg: float | None,
    counts: str | None,
    found: Examination | None = None,
) -> str:
    """Save a sensor and where it sits; its key. See `enrol`. `found`: it was looked at already.

    Raises:
        IngestError: it cannot sit there, carry a load or count that; it cannot be read or saved.
    """
    facts = {"person": person, "load_kg": load_kg, "counts": counts}
    try:
        key = ask(
            home, "pair", timeout_s=ANSWER_S, address=address, placement=placement.value, **facts
        )
        return str(key)
    except NotRunning:
        found = found or preview(home, radio, address, FIND_S)
        refuse_misfit(found.profiles, placement=placement, load_kg=load_kg, counts=counts)
        return enrol(
            Entries(home),
            found,
            placement=placement,
            person=person,
            load_kg=load_kg,
            counts=counts,
            now=dt.datetime.now(dt.UTC),
        )


def put_in_place(home: Path, radio: str | None, old: Sensor, address: str) -> str:
    """Have the sensor at an address take the place of a paired one; the new one's key.

    Raises:
        IngestError: it is the same sensor, of another kind, or paired already; see there.
    """
    refuse_taken(Entries(home).registry(), old, address)
    try:
        return str(ask(home, "replace", timeout_s=ANSWER_S, sensor=old.key, address=address))
    except NotRunning:
        found = preview(home, radio, address, FIND_S)
        return replace_sensor(Entries(home), old, found, now=dt.datetime.now(dt.UTC))
