"""What the checks look at: this computer, or one that a test makes up."""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import shutil
import sys
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from language.spoken import _

if TYPE_CHECKING:
    from ingest.bluez import Bluez
    from ingest.link import Seen

T = TypeVar("T")
LISTEN_S = 2.0  # design: sensors advertise about once a second
STATUS_S = 1.5  # design: a collector that is well answers in milliseconds


class NotTried(Exception):  # noqa: N818 - says what is the case
    """Something else stands in the way already; says what."""


class Once(Generic[T]):
    """Does a thing once, when first asked; every thread gets the same result, or error."""

    def __init__(self, do: Callable[[], T]) -> None:
        self._do = do
        self._lock = threading.Lock()
        self._done: Future[T] | None = None

    def __call__(self) -> T:
        """The result."""
        with self._lock:
            if self._done is None:
                self._done = Future()
                try:
                    self._done.set_result(self._do())
                except BaseException as error:  # noqa: BLE001 - kept for everyone who asks
                    self._done.set_exception(error)
        return self._done.result()


@dataclass(frozen=True, kw_only=True)
class Computer:
    """A computer as the checks see it.

    root: where the system's own files are. status: the running collector's answer, None where
    none runs. bluez, synchronised, heard: raise what `ingest.bluez.look`,
    `ingest.system_bus.clock_is_synchronised` and `dashboard.reach.scan` raise; heard also NotTried.
    """

    home: Path
    radio: str
    now: dt.datetime
    bluez: Callable[[], Bluez]
    bluez_version: Callable[[], tuple[int, int] | None]
    synchronised: Callable[[], bool]
    status: Callable[[], dict[str, Any] | None]
    heard: Callable[[], list[Seen]]
    platform: str = sys.platform
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    root: Path = Path("/")
    python: tuple[int, ...] = sys.version_info[:3]
    free_bytes: Callable[[Path], int] = lambda path: shutil.disk_usage(path).free

    @property
    def place(self) -> Path:
        """The home folder, or the closest place above it that is there."""
        return next(place for place in (self.home, *self.home.parents) if place.exists())

    @property
    def collectors_radio(self) -> str | None:
        """The radio of the running collector; None where none runs, or none that answers."""
        try:
            state = self.status()
        except Exception:  # noqa: BLE001 - what is wrong with the collector is a check of its own
            return None
        return _spec(str(state["radio"])) if state and state.get("radio") else None

    @property
    def used_radio(self) -> str:
        """The radio that is in use, or would be."""
        return self.collectors_radio or self.radio

    @property
    def uses_bluez(self) -> bool:
        """Whether recording goes through BlueZ."""
        return self.platform.startswith("linux") and self.used_radio == "auto"


def _spec(name: str) -> str:
    """What `--radio` calls the radio that a collector names for people."""
    from ingest.radio import SystemRadio

    if name == SystemRadio.name:
        return "auto"
    return name if name.startswith("hci:") else "virtual"


def this_computer(home: Path, radio: str, now: dt.datetime | None = None) -> Computer:
    """The computer that the program runs on; nothing is looked at yet."""
    from ingest.bluez import look, version
    from ingest.system_bus import clock_is_synchronised

    bluez = Once(lambda: asyncio.run(look()))
    status = Once(partial(_status, home))
    return Computer(
        home=home,
        radio=radio,
        now=now or dt.datetime.now(dt.UTC),
        bluez=bluez,
        bluez_version=version,
        synchronised=lambda: asyncio.run(clock_is_synchronised()),
        status=status,
        heard=Once(partial(_heard, home, radio, status, bluez)),
    )


def _status(home: Path) -> dict[str, Any] | None:
    from ingest.control import NotRunning, ask

    try:
        found: dict[str, Any] = ask(home, "status", timeout_s=STATUS_S)
    except NotRunning:
        return None
    return found


def _heard(
    home: Path,
    radio: str,
    status: Callable[[], dict[str, Any] | None],
    bluez: Callable[[], Bluez],
) -> list[Seen]:
    from dashboard.reach import scan

    try:
        running = status() is not None
    except Exception as error:
        raise NotTried(_("the collector does not answer")) from error
    if not running:
        if not is_radio(radio):
            raise NotTried(_("there is no such radio"))
        if radio == "auto":
            preflight(sys.platform, bluez)
    return scan(home, radio, LISTEN_S)


def is_radio(spec: str) -> bool:
    """Whether `ingest.radio.open_radio` knows this kind of radio."""
    kind, colon, rest = spec.partition(":")
    if kind == "virtual" and colon:
        from ingest.virtual.catalogue import ALL, CATALOGUE

        return rest == ALL or set(rest.split(",")) <= CATALOGUE.keys()
    return spec in ("auto", "virtual") or (kind == "hci" and bool(rest))


def preflight(platform: str, bluez: Callable[[], Bluez]) -> None:
    """See that scanning can be tried.

    Raises:
        NotTried: it would fail, and another check says why.
    """
    from ingest.system_bus import BusError

    if platform.startswith("linux"):
        try:
            usable = any(adapter.powered and adapter.central for adapter in bluez().adapters)
        except BusError as error:
            raise NotTried(_("the Bluetooth service cannot be used")) from error
        if not usable:
            raise NotTried(_("no Bluetooth adapter is ready"))
