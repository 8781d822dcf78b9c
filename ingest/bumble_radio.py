"""Radios over bumble: virtual sensors in this process, and any HCI controller."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any, Self

from bleak import BleakClient, BleakScanner
from bleak.backends.device import BLEDevice
from bleak.exc import BleakError
from bumble import core, hci
from bumble.device import DeviceConfiguration
from bumble.host import Host
from bumble.link import LocalLink
from bumble.transport import open_transport
from bumble.transport.common import Transport

from ingest.bumble_backend import Adapter, BumbleClient, BumbleScanner, bleak_errors
from ingest.bumble_host import CLOSE_S, VirtualController, device_on, host_on, power_off
from ingest.radio import OnSeen, RadioError, VirtualSensors
from language.spoken import mark

HOST_ADDRESS = "C4:1E:61:0A:D0:01"
"""The static random address of the virtual computer."""

POWER_ON_S = 10.0


class BumbleRadio:
    """What both radios over bumble share: an adapter while open, bleak's classes bound to it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.lock = asyncio.Lock()
        self._adapter: Adapter | None = None
        self._stack = contextlib.AsyncExitStack()

    def _open_adapter(self) -> Adapter:
        if self._adapter is None:
            raise RadioError(f"{self.name} is not open.", "Open it with 'async with' first.")
        return self._adapter

    def scanner(self, on_seen: OnSeen, service_uuids: list[str] | None = None) -> BleakScanner:
        """See `Radio`."""
        bound = {"adapter": self._open_adapter()}
        backend = type("BumbleScanner", (BumbleScanner,), bound)
        return BleakScanner(on_seen, service_uuids, backend=backend)

    @property
    def client_class(self) -> type[BleakClient]:
        """See `Radio`."""
        backend = type("BumbleClient", (BumbleClient,), {"adapter": self._open_adapter()})

        class Client(BleakClient):
            """bleak's client on this radio."""

            def __init__(self, device: BLEDevice | str, *args: Any, **kwargs: Any) -> None:
                super().__init__(device, *args, backend=backend, **kwargs)

        return Client

    async def release(self, address: str) -> None:
        """See `Radio`: connections end with this process, so there is none."""

    async def _power_on(
        self, host: Host, address: hci.Address, alive: Callable[[], bool] = lambda: True
    ) -> None:
        device = device_on(host, DeviceConfiguration(name="legload", address=address))
        self._stack.push_async_callback(power_off, device)
        await device.power_on()
        self._adapter = Adapter(device, alive)

    async def __aexit__(self, *exc_info: object) -> None:
        self._adapter = None
        await self._stack.aclose()


class VirtualRadio(BumbleRadio):
    """A virtual adapter on a link shared with virtual sensors, all in this process."""

    def __init__(self, sensors: VirtualSensors | None) -> None:
        super().__init__(mark("virtual sensors"))
        self._sensors = sensors

    async def __aenter__(self) -> Self:
        link = LocalLink()  # type: ignore[no-untyped-call]
        async with contextlib.AsyncExitStack() as undo:
            undo.push_async_exit(self._stack)
            if self._sensors:
                await self._stack.enter_async_context(self._sensors(link))
            host = host_on(VirtualController("computer", link=link))
            await self._power_on(host, hci.Address(HOST_ADDRESS))
            undo.pop_all()
        return self


class HciRadio(BumbleRadio):
    """A Bluetooth controller spoken to directly, over any transport bumble knows."""

    def __init__(self, transport: str) -> None:
        super().__init__(f"hci:{transport}")
        self._spec = transport

    async def __aenter__(self) -> Self:
        async with contextlib.AsyncExitStack() as undo:
            undo.push_async_exit(self._stack)
            transport = await self._open_transport()
            await self._start(transport)
            undo.pop_all()
        return self

    async def _open_transport(self) -> Transport:
        try:
            transport = await open_transport(self._spec)
        except (OSError, ImportError, AssertionError, ValueError, core.BaseBumbleError) as error:
            reason = str(error).rstrip(".") or type(error).__name__
            raise RadioError(
                mark("The Bluetooth controller at '{spec}' cannot be opened: {why}."),
                mark("Check its name, that it is there and not in use."),
                spec=self._spec,
                why=reason,
            ) from error
        self._stack.push_async_callback(_close, transport)
        return transport

    async def _start(self, transport: Transport) -> None:
        host = Host(transport.source, transport.sink)

        def alive() -> bool:
            return not transport.source.terminated.done()

        try:
            async with asyncio.timeout(POWER_ON_S):
                with bleak_errors():
                    await self._power_on(host, hci.Address.ANY_RANDOM, alive)
        except (TimeoutError, BleakError) as error:
            raise RadioError(
                mark("What is at '{spec}' does not answer like a Bluetooth controller."),
                mark("Unplug it and plug it in again, or use another."),
                spec=self._spec,
            ) from error


async def _close(transport: Transport) -> None:
    """Close a transport and wait until it is closed, so that no socket is left behind."""
    await transport.close()
    await asyncio.wait([transport.source.terminated], timeout=CLOSE_S)
