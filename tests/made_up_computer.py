"""Computers for the doctor: one that is well, and what makes it ill."""

from __future__ import annotations

import asyncio
import datetime as dt
import socket
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NoReturn

import pytest

from dashboard.doctor.computer import Computer
from dashboard.doctor.examination import CHECKS
from dashboard.doctor.findings import Finding
from devices import rsc
from ingest.bluez import Adapter, Bluez, look
from ingest.entries import Entries, SensorPaired
from tests.mock_bluez import MockBluez, MockSensor, mock_bluez, system_bus

NOW = dt.datetime(2026, 11, 20, 18, tzinfo=dt.UTC)
POD = "F0:0D:F0:0D:00:02"
READY = Bluez(adapters=(Adapter(path="/org/bluez/hci0", powered=True, central=True),), devices=())


def healthy(folder: Path, **changes: Any) -> Computer:
    """A Linux computer on which every check is fine."""
    home, root = folder / "home", folder / "root"
    home.mkdir(mode=0o700, exist_ok=True)
    root.mkdir(exist_ok=True)
    well = Computer(
        home=home,
        radio="auto",
        now=NOW,
        bluez=lambda: READY,
        bluez_version=lambda: (5, 66),
        synchronised=lambda: True,
        status=lambda: None,
        heard=list,
        platform="linux",
        environ={},
        root=root,
        free_bytes=lambda _: 10**12,
    )
    return replace(well, **changes)


def raising(error: Exception) -> Callable[[], NoReturn]:
    def fail() -> NoReturn:
        raise error

    return fail


def look_at(computer: Computer, *keys: str) -> list[Finding]:
    """What these checks find, in this thread."""
    return [finding for key in keys for finding in CHECKS[key](computer)]


def pair_pod(home: Path) -> None:
    at = dt.datetime(2026, 11, 18, tzinfo=dt.UTC)
    paired = SensorPaired(
        at=at, sensor="pod", identity="pod", address=POD, name="Mock pod", profiles=("rsc",)
    )
    Entries(home).append(paired)


def pod() -> MockSensor:
    return MockSensor(address=POD, name="Mock pod", service=rsc.PROFILE.service, characteristics={})


def real_look(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    change: Callable[[MockBluez], None] = lambda _: None,
    *,
    policy: str = "",
) -> Callable[[], Bluez]:
    """`ingest.bluez.look` at a mock of BlueZ on a bus of its own; looks anew each time."""

    async def main() -> Bluez:
        async with (
            asyncio.timeout(30),
            system_bus(folder, monkeypatch, policy=policy),
            mock_bluez(pod()) as bluez,
        ):
            change(bluez)
            return await look()

    return lambda: asyncio.run(main())


def silent_bus_look(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Bluez]:
    """`ingest.bluez.look` at a bus that takes calls and never says a word."""
    path = folder / "silent-bus"
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", f"unix:path={path}")
    monkeypatch.setattr("ingest.system_bus.ANSWER_S", 0.1)

    def look_once() -> Bluez:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as bus:
            bus.bind(str(path))
            bus.listen()
            return asyncio.run(look())

    return look_once


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Where a trouble is provoked."""

    folder: Path
    monkeypatch: pytest.MonkeyPatch

    def computer(self, **changes: Any) -> Computer:
        return healthy(self.folder, **changes)

    @property
    def home(self) -> Path:
        return self.computer().home

    def file(self, path: str, text: str = "") -> None:
        """One of the system's own files."""
        file = self.computer().root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def bluez(self, change: Callable[[MockBluez], None] = lambda _: None, **how: str) -> Computer:
        """A computer whose BlueZ is a mock, asked over a real bus."""
        return self.computer(bluez=real_look(self.folder, self.monkeypatch, change, **how))

    def without_bus(self, **changes: Any) -> Computer:
        address = f"unix:path={self.folder / 'nowhere'}"
        self.monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", address)
        return self.computer(bluez=lambda: asyncio.run(look()), **changes)


Ill = Callable[[World], list[Finding]]
