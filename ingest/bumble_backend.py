"""bleak's scanner and client on top of bumble, a Bluetooth host in this process.

Unmodified `BleakScanner`, `BleakClient` and `establish_connection` run on the two backends below.
Each radio makes its own backend classes with `type(...)`, since bleak wants classes, not factories.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from typing import Any, ClassVar, TypeVar

from bleak import BleakScanner
from bleak.args import SizedBuffer
from bleak.assigned_numbers import gatt_char_props_to_strs
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.client import BaseBleakClient, NotifyCallback
from bleak.backends.descriptor import BleakGATTDescriptor
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData, BaseBleakScanner
from bleak.backends.service import BleakGATTService, BleakGATTServiceCollection
from bleak.exc import BleakDeviceNotFoundError, BleakError, BleakGATTProtocolError
from bleak.uuids import normalize_uuid_str
from bumble import att, core, gatt_client, hci
from bumble.core import AdvertisingData
from bumble.device import Advertisement, Connection, Device

from ingest.bumble_host import CLOSE_S

T = TypeVar("T")

MTU = 247
"""ATT MTU asked for: what fits one data packet of 251 bytes."""

DISCONNECT_S = 10.0


@contextlib.contextmanager
def bleak_errors() -> Iterator[None]:
    """Turn what bumble raises into bleak's errors and TimeoutError.

    bumble cancels what it has pending when a link or a controller is lost: that is a BleakError,
    unless it is the caller's own task that was cancelled.
    """
    try:
        yield
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task and task.cancelling():
            raise
        raise BleakError("Disconnected while waiting for the sensor") from None
    except att.ATT_Error as error:
        raise BleakGATTProtocolError(error.error_code) from error
    except (core.TimeoutError, core.CommandTimeoutError) as error:
        raise TimeoutError(str(error) or "no answer from the sensor") from error
    except core.BaseBumbleError as error:
        raise BleakError(str(error) or type(error).__name__) from error


class Adapter:
    """One powered bumble host: scanners and clients share it, and it connects one at a time."""

    def __init__(self, device: Device, alive: Callable[[], bool]) -> None:
        self.device = device
        self.scanners: set[BumbleScanner] = set()
        self._alive = alive
        self._scan = asyncio.Lock()
        self._connect = asyncio.Lock()
        device.on(device.EVENT_ADVERTISEMENT, self._on_advertisement)

    def check(self) -> None:
        """Raises BleakError when the controller is gone."""
        if not self._alive():
            raise BleakError("The connection to the Bluetooth controller was lost")

    def _on_advertisement(self, advertisement: Advertisement) -> None:
        for scanner in tuple(self.scanners):
            scanner.on_advertisement(advertisement)

    async def add(self, scanner: BumbleScanner) -> None:
        """Start scanning with the first scanner."""
        self.check()
        self.scanners.add(scanner)
        try:
            await self._adjust()
        except BaseException:
            await self.remove(scanner)
            raise

    async def remove(self, scanner: BumbleScanner) -> None:
        """Stop scanning with the last scanner; nothing to do when the controller is gone."""
        self.scanners.discard(scanner)
        if self._alive():
            await self._adjust()

    async def _adjust(self) -> None:
        """Scan when somebody wants it, else not."""
        async with self._scan:
            with bleak_errors():
                if self.scanners and not self.device.is_scanning:
                    await _whole(self.device.start_scanning())
                elif not self.scanners and self.device.is_scanning:
                    await _whole(self.device.stop_scanning())

    async def connect(self, address: hci.Address) -> Connection:
        """A link to `address`, waiting for as long as the caller does."""
        self.check()
        async with self._connect:
            attempt = asyncio.create_task(self.device.connect_le(address, timeout=None))
            try:
                with bleak_errors():
                    return await asyncio.shield(attempt)
            except asyncio.CancelledError:
                await asyncio.shield(asyncio.create_task(self._abandon(attempt)))
                raise

    async def _abandon(self, attempt: asyncio.Task[Connection]) -> None:
        """End an attempt nobody waits for, so that the controller takes the next one."""
        with contextlib.suppress(core.BaseBumbleError, asyncio.CancelledError, TimeoutError):
            async with asyncio.timeout(CLOSE_S):
                if not attempt.done():
                    await self.device.send_sync_command(_CANCEL)
                connection = await asyncio.shield(attempt)
                await connection.disconnect()
        attempt.cancel()


_CANCEL = hci.HCI_LE_Create_Connection_Cancel_Command()


async def _whole(exchange: Coroutine[Any, Any, None]) -> None:
    """Finish a short exchange with the controller even when cancelled, so that both agree."""
    task = asyncio.create_task(exchange)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        if not task.cancelled():
            task.exception()
        raise


class BumbleScanner(BaseBleakScanner):
    """bleak's scanner backend; `adapter` is set by the subclass a radio makes."""

    adapter: ClassVar[Adapter]

    def __init__(
        self, detection_callback: Any, service_uuids: list[str] | None, *_: Any, **__: Any
    ) -> None:
        super().__init__(detection_callback, service_uuids)

    async def start(self) -> None:
        """See `BaseBleakScanner`."""
        self.seen_devices = {}
        await self.adapter.add(self)

    async def stop(self) -> None:
        """See `BaseBleakScanner`."""
        await self.adapter.remove(self)

    def on_advertisement(self, advertisement: Advertisement) -> None:
        """Hand on an advertisement; a name once heard is kept, as operating systems do."""
        data = _advertised(advertisement)
        if not self.is_allowed_uuid(data.service_uuids):
            return
        address = advertisement.address
        key = address.to_string(with_type_qualifier=False)
        known = self.seen_devices.get(key)
        name = data.local_name or (known[0].name if known else None)
        device = self.create_or_update_device(key, key, name, address, data)
        self.call_detection_callbacks(device, data)


_Type = AdvertisingData.Type
_UUID_LISTS = (
    _Type.COMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS,
    _Type.INCOMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS,
    _Type.COMPLETE_LIST_OF_32_BIT_SERVICE_CLASS_UUIDS,
    _Type.INCOMPLETE_LIST_OF_32_BIT_SERVICE_CLASS_UUIDS,
    _Type.COMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS,
    _Type.INCOMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS,
)
_SERVICE_DATA = (
    _Type.SERVICE_DATA_16_BIT_UUID,
    _Type.SERVICE_DATA_32_BIT_UUID,
    _Type.SERVICE_DATA_128_BIT_UUID,
)


def _advertised(advertisement: Advertisement) -> AdvertisementData:
    """An advertisement as bleak shows it: full lower-case UUIDs, each once."""
    found: Any = advertisement.data
    name = found.get(_Type.COMPLETE_LOCAL_NAME) or found.get(_Type.SHORTENED_LOCAL_NAME)
    uuids = (uuid for kind in _UUID_LISTS for group in found.get_all(kind) for uuid in group)
    return AdvertisementData(
        local_name=name,
        manufacturer_data=dict(found.get_all(_Type.MANUFACTURER_SPECIFIC_DATA)),
        service_data={
            _full(uuid): data for kind in _SERVICE_DATA for uuid, data in found.get_all(kind)
        },
        service_uuids=list(dict.fromkeys(map(_full, uuids))),
        tx_power=found.get(_Type.TX_POWER_LEVEL),
        rssi=advertisement.rssi,
        platform_data=(advertisement,),
    )


def _full(uuid: core.UUID) -> str:
    return normalize_uuid_str(uuid.to_hex_str("-"))


class BumbleClient(BaseBleakClient):
    """bleak's client backend; `adapter` is set by the subclass a radio makes."""

    adapter: ClassVar[Adapter]

    def __init__(
        self,
        address_or_ble_device: BLEDevice | str,
        *,
        disconnected_callback: Callable[[], None] | None,
        timeout: float,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            address_or_ble_device, disconnected_callback=disconnected_callback, timeout=timeout
        )
        device = address_or_ble_device if isinstance(address_or_ble_device, BLEDevice) else None
        self._device = device
        self._connection: Connection | None = None
        self._subscribed: dict[int, Callable[[bytes], None]] = {}

    @property
    def name(self) -> str:
        """See `BaseBleakClient`."""
        return (self._device and self._device.name) or self.address.replace(":", "-")

    @property
    def mtu_size(self) -> int:
        """See `BaseBleakClient`."""
        return self._live().att_mtu

    @property
    def is_connected(self) -> bool:
        """See `BaseBleakClient`."""
        return self._connection is not None

    def _live(self) -> Connection:
        if self._connection is None:
            raise BleakError("Not connected")
        return self._connection

    async def connect(self, pair: bool, **kwargs: Any) -> None:
        """See `BaseBleakClient`; also discovers all services."""
        if self.is_connected:
            raise BleakError("Client is already connected")
        timeout_s = float(kwargs.get("timeout", self._timeout))
        async with asyncio.timeout(timeout_s):
            address = await self._find(timeout_s)
            connection = await self.adapter.connect(address)
            self._connection = connection
            connection.on(connection.EVENT_DISCONNECTION, self._on_disconnection)
            try:
                await self._get_ready(connection, pair)
            except BaseException:
                self._disconnected_callback, callback = None, self._disconnected_callback
                await self._abandon()
                self._disconnected_callback = callback
                raise

    async def _find(self, timeout_s: float) -> hci.Address:
        """The sensor's address with its type, which a plain address does not say."""
        if self._device is None:
            backend = type("BumbleScanner", (BumbleScanner,), {"adapter": self.adapter})
            self._device = await BleakScanner.find_device_by_address(
                self.address, timeout=timeout_s / 2, backend=backend
            )
        if self._device is None:
            raise BleakDeviceNotFoundError(self.address, f"{self.address} was not found")
        address: hci.Address = self._device.details
        return address

    async def _get_ready(self, connection: Connection, pair: bool) -> None:
        if pair:
            await self.pair()
        client = connection.gatt_client
        await self._ask(client.request_mtu(MTU))
        self.services = await self._ask(_discover(client))

    async def _abandon(self) -> None:
        with contextlib.suppress(BleakError, TimeoutError):
            await asyncio.shield(asyncio.create_task(self.disconnect()))

    def _on_disconnection(self, _reason: int) -> None:
        if self._connection is None:
            return
        self._connection = None
        self.services = None
        self._subscribed.clear()
        if self._disconnected_callback:
            self._disconnected_callback()

    async def disconnect(self) -> None:
        """See `BaseBleakClient`; the disconnected callback fires, as with the other backends."""
        if (connection := self._connection) is None:
            return
        try:
            with bleak_errors():
                async with asyncio.timeout(DISCONNECT_S):
                    await connection.disconnect()
        finally:
            self._on_disconnection(hci.HCI_CONNECTION_TERMINATED_BY_LOCAL_HOST_ERROR)

    async def pair(self, *args: Any, **kwargs: Any) -> None:
        """See `BaseBleakClient`: Just Works, for this connection."""
        await self._ask(self._live().pair())

    async def unpair(self) -> None:
        """See `BaseBleakClient`: there is no bond to forget, so this only disconnects."""
        await self.disconnect()

    async def _ask(self, operation: Awaitable[T]) -> T:
        """Do something that ends when the link is lost, with bleak's errors."""
        connection = self._live()
        with bleak_errors():
            return await connection.cancel_on_disconnection(operation)

    async def read_gatt_char(
        self, characteristic: BleakGATTCharacteristic, *, use_cached: bool = False, **kwargs: Any
    ) -> bytearray:
        """See `BaseBleakClient`; always asks the sensor."""
        return await self._read(characteristic.handle)

    async def read_gatt_descriptor(
        self, descriptor: BleakGATTDescriptor, *, use_cached: bool = False, **kwargs: Any
    ) -> bytearray:
        """See `BaseBleakClient`; always asks the sensor."""
        return await self._read(descriptor.handle)

    async def _read(self, handle: int) -> bytearray:
        return bytearray(await self._ask(self._live().gatt_client.read_value(handle)))

    async def write_gatt_char(
        self, characteristic: BleakGATTCharacteristic, data: SizedBuffer, response: bool
    ) -> None:
        """See `BaseBleakClient`."""
        await self._write(characteristic.handle, data, response)

    async def write_gatt_descriptor(
        self, descriptor: BleakGATTDescriptor, data: SizedBuffer
    ) -> None:
        """See `BaseBleakClient`."""
        await self._write(descriptor.handle, data, True)

    async def _write(self, handle: int, data: SizedBuffer, response: bool) -> None:
        client = self._live().gatt_client
        await self._ask(client.write_value(handle, bytes(data), with_response=response))

    async def start_notify(
        self, characteristic: BleakGATTCharacteristic, callback: NotifyCallback, **kwargs: Any
    ) -> None:
        """See `BaseBleakClient`."""
        proxy: gatt_client.CharacteristicProxy[bytes] = characteristic.obj
        if proxy.handle in self._subscribed:
            raise BleakError(f"Already subscribed to {characteristic.uuid}")
        if not characteristic.get_descriptor("2902"):
            raise BleakError(f"{characteristic.uuid} cannot notify")

        def on_value(value: bytes) -> None:
            callback(bytearray(value))

        await self._ask(proxy.client.subscribe(proxy, on_value))
        self._subscribed[proxy.handle] = on_value

    async def stop_notify(self, characteristic: BleakGATTCharacteristic) -> None:
        """See `BaseBleakClient`."""
        proxy: gatt_client.CharacteristicProxy[bytes] = characteristic.obj
        if on_value := self._subscribed.pop(proxy.handle, None):
            await self._ask(proxy.client.unsubscribe(proxy, on_value))


async def _discover(client: gatt_client.Client) -> BleakGATTServiceCollection:
    """All services, characteristics and descriptors of a sensor."""
    services = BleakGATTServiceCollection()
    for found in await client.discover_services():
        service = BleakGATTService(found, found.handle, _full(found.uuid))
        services.add_service(service)
        for proxy in await client.discover_characteristics((), found):
            characteristic = _characteristic(client, proxy, service)
            services.add_characteristic(characteristic)
            for descriptor in await client.discover_descriptors(proxy):
                uuid = _full(descriptor.type)
                services.add_descriptor(
                    BleakGATTDescriptor(descriptor, descriptor.handle, uuid, characteristic)
                )
            proxy.descriptors_discovered = True
    return services


def _characteristic(
    client: gatt_client.Client,
    proxy: gatt_client.CharacteristicProxy[bytes],
    service: BleakGATTService,
) -> BleakGATTCharacteristic:
    return BleakGATTCharacteristic(
        proxy,
        proxy.handle,
        _full(proxy.uuid),
        sorted(gatt_char_props_to_strs(proxy.properties)),
        lambda: client.mtu - 3,
        service,
    )
