"""Questions to the system's message bus (D-Bus) on Linux, each with a limit and an own connection.

dbus-fast comes with bleak on Linux and nowhere else, so it is imported only when it is needed.
"""

from __future__ import annotations

import asyncio
import enum
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from ingest.errors import IngestError
from language.spoken import mark

if TYPE_CHECKING:
    from dbus_fast.aio import MessageBus

ANSWER_S = 1.5  # design: a service on the same computer that takes longer is stuck
BUS = "org.freedesktop.DBus"


class Reason(enum.Enum):
    """Why nothing was learnt."""

    NO_BUS = mark("There is no system message bus.")
    BUS_CLOSED = mark("The system message bus does not let this user in.")
    BUS_SILENT = mark("The system message bus does not answer.")
    NOT_RUNNING = mark("The service does not run.")
    DENIED = mark("This user may not use the service.")
    SILENT = mark("The service does not answer.")
    REFUSED = mark("The service answers with an error.")


_REASONS = {
    "org.freedesktop.DBus.Error.AccessDenied": Reason.DENIED,
    "org.freedesktop.DBus.Error.NameHasNoOwner": Reason.NOT_RUNNING,
    "org.freedesktop.DBus.Error.ServiceUnknown": Reason.NOT_RUNNING,
    "org.freedesktop.DBus.Error.NoReply": Reason.SILENT,
}


# What is raised when the bus hangs up on whom its policy does not admit depends on the moment.
_TURNED_AWAY = (PermissionError, EOFError, BrokenPipeError, ConnectionResetError)


class BusError(IngestError):
    """Nothing was learnt, and why."""

    def __init__(self, reason: Reason, detail: object = "") -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.detail = str(detail)


@asynccontextmanager
async def system_bus() -> AsyncIterator[MessageBus]:
    """A connection to the system's message bus.

    Raises:
        BusError: there is none, it does not answer, or it lets this user not in.
    """
    from dbus_fast import BusType
    from dbus_fast.aio import MessageBus
    from dbus_fast.errors import AuthError, DBusFastError

    try:
        bus = MessageBus(bus_type=BusType.SYSTEM)
        async with asyncio.timeout(ANSWER_S):
            await bus.connect()
    except (*_TURNED_AWAY, AuthError) as error:
        raise BusError(Reason.BUS_CLOSED, error) from error
    except TimeoutError as error:  # an OSError too
        bus.disconnect()
        raise BusError(Reason.BUS_SILENT, error) from error
    except (OSError, DBusFastError) as error:
        raise BusError(Reason.NO_BUS, error) from error
    try:
        yield bus
    finally:
        bus.disconnect()
        await bus.wait_for_disconnect()  # type: ignore[no-untyped-call]


async def call(
    bus: MessageBus, service: str, path: str, member: str, signature: str = "", *body: object
) -> Sequence[Any]:
    """What a method (interface and name with a dot between) answers; starts no service.

    Raises:
        BusError: it does not answer, or with an error.
    """
    from dbus_fast import Message, MessageFlag, MessageType

    interface, _, name = member.rpartition(".")
    message = Message(
        destination=service,
        path=path,
        interface=interface,
        member=name,
        signature=signature,
        body=list(body),
        flags=MessageFlag.NO_AUTOSTART,
    )
    try:
        async with asyncio.timeout(ANSWER_S):
            reply = await bus.call(message)
    except (TimeoutError, EOFError) as error:
        raise BusError(Reason.SILENT) from error
    if reply is None or reply.message_type is MessageType.ERROR:
        named = str(reply.error_name) if reply else ""
        raise BusError(_REASONS.get(named, Reason.REFUSED), named)
    return reply.body


async def clock_is_synchronised() -> bool:
    """What systemd says of the system's clock (org.freedesktop.timedate1, NTPSynchronized).

    timedated runs only while it is asked, so this one question may start it.

    Raises:
        BusError: see `Reason`.
    """
    timedate = "org.freedesktop.timedate1"
    async with system_bus() as bus:
        await _start(bus, timedate)
        (answer,) = await call(
            bus,
            timedate,
            "/org/freedesktop/timedate1",
            "org.freedesktop.DBus.Properties.Get",
            "ss",
            timedate,
            "NTPSynchronized",
        )
    return bool(answer.value)


async def _start(bus: MessageBus, service: str) -> None:
    await call(bus, BUS, "/org/freedesktop/DBus", f"{BUS}.StartServiceByName", "su", service, 0)
