"""Finding one sensor again and connecting to it, even if its address is not what it was.

Addresses change: a Mac makes up its own for every sensor, and some sensors renew theirs. The
serial number does not, so a sensor that was paired with one is also found by it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection

from ingest.clock import Clock
from ingest.entries import Sensor
from ingest.link import Air, Seen, same_address, short_address
from ingest.talk import Client, LinkLost, hang_up, read_serial
from language.spoken import mark

log = logging.getLogger(__name__)

RENAMED_S = 60.0  # design: searched in vain for so long, a sensor may have another address


class Finder:
    """Finds one sensor. known: the addresses in the entries, which are somebody's already."""

    def __init__(
        self, sensor: Sensor, *, air: Air, clock: Clock, known: Callable[[], Awaitable[set[str]]]
    ) -> None:
        self._sensor = sensor
        self._air = air
        self._clock = clock
        self._known = known
        self._address = sensor.address
        self._numbered = not same_address(sensor.identity, sensor.address)
        self._strangers: set[str] = set()
        self._began_ns = clock.monotonic_ns()

    @property
    def searched_s(self) -> float:
        """Seconds since the search began."""
        return (self._clock.monotonic_ns() - self._began_ns) / 1e9

    async def reach(self, on_found: Callable[[bool], None]) -> tuple[Client, asyncio.Event]:
        """Search until the sensor is found, and connect: the client, and what its loss will set.

        on_found: told False while searching, True while connecting. What a scan gave is used
        once and never kept: BlueZ removes sensors at will.

        Raises:
            IngestError: Bluetooth failed, or the connection could not be made.
        """
        self._began_ns = self._clock.monotonic_ns()
        while True:
            on_found(False)
            device = await self._air.find_where(await self._wanted())
            on_found(True)
            lost = asyncio.Event()
            client = await self._air.connect(device, lost.set)
            if same_address(device.address, self._address):
                return client, lost
            if await self._is_it(client, device.address):
                self._address = device.address
                return client, lost

    async def _wanted(self) -> Callable[[Seen], bool]:
        """Which advertisement is worth a connection: this address; after a while also one that
        looks the same under an address that is nobody's, if there is a serial number to check."""
        others: Collection[str] = ()
        if self._numbered:
            others = self._strangers | {address.casefold() for address in await self._known()}

        def wanted(seen: Seen) -> bool:
            return same_address(seen.address, self._address) or (
                self._numbered
                and self.searched_s >= RENAMED_S
                and seen.name == self._sensor.name
                and not {*seen.profiles}.isdisjoint(self._sensor.profiles)
                and seen.address.casefold() not in others
            )

        return wanted

    async def _is_it(self, client: Client, address: str) -> bool:
        """Whether the sensor at an unknown address has the serial number; if not, let it go."""
        matches = alive = False
        try:
            serial = await read_serial(client)
            matches = serial.casefold() == self._sensor.identity.casefold()
            alive = client.is_connected
        finally:
            if not matches:
                await asyncio.shield(hang_up(client))
        if matches:
            log.info("%s now has the address %s", self._sensor.name, short_address(address))
        elif alive:
            self._strangers.add(address.casefold())
        else:
            raise LinkLost(mark("A sensor that looks the same went out of reach."))
        return matches
