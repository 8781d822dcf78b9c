"""Sensors in reach: through the running collector where there is one, else directly.

`radio` None means never directly: the pages' process must not own Bluetooth.
"""

from __future__ import annotations

import asyncio
import datetime as dt
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
from ingest.entries import Entries
from ingest.link import Air, Seen
from ingest.pairing import FIND_S, Examination, enrol, examine
from ingest.radio import open_radio

if TYPE_CHECKING:
    from bumble.link import LocalLink

T = TypeVar("T")
ANSWER_S = 45.0  # finding, connecting and watching a sensor, with retries


def virtual_sensors(link: LocalLink) -> AbstractAsyncContextManager[object]:
    """The demo's three sensors on a link."""
    from ingest.virtual import VirtualWorld, demo_sensors

    clock = SystemClock()
    rng = np.random.default_rng(7)
    return VirtualWorld(link, demo_sensors(rng, clock.utc_ns()), clock, rng)


def _directly(radio: str | None, work: Callable[[Air], Awaitable[T]]) -> T:
    if radio is None:
        raise NotRunning("No collector is running.", "Start it on the Sensors page.")

    async def go() -> T:
        async with open_radio(radio, virtual=virtual_sensors) as opened:
            return await work(Air(opened, PROFILES, SystemClock()))

    return asyncio.run(go())


def scan(home: Path, radio: str | None, seconds: float) -> list[Seen]:
    """Known kinds of sensors in the air, strongest first."""
    try:
        found = ask(home, "scan", timeout_s=seconds + 10, seconds=seconds)
        return msgspec.convert(found, list[Seen])
    except NotRunning:
        return _directly(radio, lambda air: air.look(seconds))


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
    load_kg: float,
    counts: str | None,
) -> str:
    """Look at a sensor, save it, and where it sits; its key."""
    facts = {"person": person, "load_kg": load_kg, "counts": counts}
    try:
        key = ask(
            home, "pair", timeout_s=ANSWER_S, address=address, placement=placement.value, **facts
        )
        return str(key)
    except NotRunning:
        found = preview(home, radio, address, FIND_S)
        return enrol(
            Entries(home),
            found,
            placement=placement,
            person=person,
            load_kg=load_kg,
            counts=counts,
            now=dt.datetime.now(dt.UTC),
        )
