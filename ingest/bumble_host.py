"""bumble hosts and virtual controllers, as virtual sensors and the radios over bumble need them."""

from __future__ import annotations

import asyncio
import contextlib

from bumble import core, hci
from bumble.controller import Controller
from bumble.device import Connection, Device, DeviceConfiguration
from bumble.host import Host
from bumble.keys import KeyStore
from bumble.pairing import PairingConfig, PairingDelegate
from bumble.transport.common import AsyncPipeSink

ACL_BYTES = 251
"""Data packet length of virtual controllers; bumble's 27 splits every payload above 20 bytes."""

CLOSE_S = 2.0


class VirtualController(Controller):
    """bumble's controller with long data packets and a connection attempt that can be cancelled."""

    le_acl_data_packet_length = ACL_BYTES
    supported_max_tx_octets = ACL_BYTES
    supported_max_rx_octets = ACL_BYTES
    suggested_max_tx_octets = ACL_BYTES

    def on_hci_le_create_connection_cancel_command(
        self, _command: hci.HCI_LE_Create_Connection_Cancel_Command
    ) -> hci.HCI_StatusReturnParameters:
        """Ends the attempt as the Core specification says (Vol 4, Part E, 7.8.13).

        bumble's own answers "success" and goes on waiting, so its host waits for ever.
        """
        pending, self.pending_le_connection = self.pending_le_connection, None
        if pending is None:
            return hci.HCI_StatusReturnParameters(hci.HCI_ErrorCode.COMMAND_DISALLOWED_ERROR)
        asyncio.get_running_loop().call_soon(self.send_hci_packet, _not_connected(pending))
        return hci.HCI_StatusReturnParameters(hci.HCI_ErrorCode.SUCCESS)


def _not_connected(
    pending: hci.HCI_LE_Create_Connection_Command | hci.HCI_LE_Extended_Create_Connection_Command,
) -> hci.HCI_LE_Connection_Complete_Event:
    return hci.HCI_LE_Connection_Complete_Event(
        status=hci.HCI_ErrorCode.UNKNOWN_CONNECTION_IDENTIFIER_ERROR,
        connection_handle=0,
        role=hci.Role.CENTRAL,
        peer_address_type=pending.peer_address.address_type,
        peer_address=pending.peer_address,
        connection_interval=0,
        peripheral_latency=0,
        supervision_timeout=0,
        central_clock_accuracy=0,
    )


def host_on(controller: Controller) -> Host:
    """A host wired to a virtual controller."""
    return Host(controller, AsyncPipeSink(controller))


def device_on(host: Host, config: DeviceConfiguration) -> Device:
    """A device that pairs without a passkey and remembers no keys.

    Remembered keys would make bumble scan for a known peer before it connects.
    """
    device = Device(config=config, host=host)
    device.keystore = KeyStore()
    device.pairing_config_factory = _just_works
    return device


def _just_works(_connection: Connection) -> PairingConfig:
    """Pairing without a passkey, all that a sensor without keys or a screen can do.

    No bond: nothing here keeps the keys, and a sensor that does would refuse the next connection.
    """
    return PairingConfig(sc=True, mitm=False, bonding=False, delegate=PairingDelegate())


async def power_off(device: Device) -> None:
    """Stop scanning, disconnect, stop; a controller that is gone does not matter."""
    with contextlib.suppress(core.BaseBumbleError, asyncio.CancelledError, TimeoutError):
        async with asyncio.timeout(CLOSE_S):
            if device.is_scanning:
                await device.stop_scanning()
            for connection in tuple(device.connections.values()):
                await connection.disconnect()
            await device.power_off()
