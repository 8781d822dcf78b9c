"""`record`, `status`, `dashboard`, `run`: the collector and the pages."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dashboard import console, processes
from dashboard.commands.sensors import seconds_of
from language.spoken import _

if TYPE_CHECKING:
    from dashboard.settings import Settings
    from dashboard.share.agreed import Share

READY_S = 30.0
CHECK_S = 0.5


def record(
    context: typer.Context,
    for_: Annotated[
        float | None,
        typer.Option(
            "--for",
            parser=seconds_of,
            metavar="TIME",
            help="Stop after 30m, 2h …",
            envvar="LEGLOAD_RECORD_FOR",
        ),
    ] = None,
) -> None:
    """Record every paired sensor until stopped (Ctrl-C), or for a time."""
    from ingest.control import NotRunning, ask
    from ingest.entries import Entries

    settings = context.obj
    if not Entries(settings.home).registry().active:
        console.note(
            _("No sensor is paired yet; those that are paired meanwhile are recorded too.")
        )
    try:
        ask(settings.home, "record", on=True)
    except NotRunning:
        asyncio.run(_collect(settings, for_))
    else:
        console.note(_("The collector that is already running records; Ctrl-C leaves it running."))
        _watch(settings.home, for_)
    _report(settings)


async def _collect(settings: Settings, for_s: float | None) -> None:
    import numpy as np

    from dashboard.demo import claim
    from dashboard.reach import virtual_sensors
    from devices import PROFILES
    from ingest.clock import SystemClock
    from ingest.collector import Collector
    from ingest.link import Air
    from ingest.radio import open_radio

    claim(settings.home, settings.radio)

    async def load() -> None:
        await processes.load(settings.home)

    async with open_radio(settings.radio, virtual=virtual_sensors(settings.radio)) as radio:
        await Air(radio, PROFILES, SystemClock()).look(CHECK_S)  # fails here, not silently later
        collector = Collector(
            settings.home,
            radio,
            profiles=PROFILES,
            clock=SystemClock(),
            rng=np.random.default_rng(),
            load=load,
        )
        _stop_on_signals(collector.stop)
        console.note(_("Recording over {radio}. Stop with Ctrl-C.", radio=_(radio.name)))
        await collector.run(for_s)


def _stop_on_signals(stop: Callable[[], None]) -> None:
    """End in good order on Ctrl-C, when asked to end, and when the terminal is closed."""
    loop = asyncio.get_running_loop()
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if not hasattr(signal, name):
            continue
        try:
            loop.add_signal_handler(getattr(signal, name), stop)
        except NotImplementedError:  # Windows
            signal.signal(getattr(signal, name), lambda *_: loop.call_soon_threadsafe(stop))


def _watch(home: Path, for_s: float | None) -> None:
    end = None if for_s is None else time.monotonic() + for_s
    with console.progress(_("Recording")) as advance:
        started = time.monotonic()
        while end is None or time.monotonic() < end:
            time.sleep(min(1.0, max(0.0, (end or time.monotonic() + 1) - time.monotonic())))
            if end is not None:
                advance(round(time.monotonic() - started), round(end - started))


def _report(settings: Settings) -> None:
    from dashboard.refresh import refresh

    done = refresh(settings.home)
    if settings.json:
        console.emit(done)
    else:
        console.note(
            _("{rows} new rows are in the store. See them with: legload week", rows=done.rows)
        )


def status(context: typer.Context) -> None:
    """What the collector is doing now."""
    from dashboard.data import open_data
    from dashboard.wording import live_text

    state = open_data(context.obj.home, radio=context.obj.radio).status()
    if context.obj.json:
        return console.emit(state)
    console.show(state.message)
    if state.notice:
        console.show(state.notice)
    for sensor in state.sensors:
        values = ", ".join(live_text(value) for value in sensor.live if value.value is not None)
        said = " ".join(filter(None, (sensor.detail, values)))
        console.show(f"{sensor.name or sensor.title}: {sensor.state}. {said}".strip())
    return None


Port = Annotated[int | None, typer.Option(min=1024, max=65535, help="Port of the pages.")]
NoBrowser = Annotated[bool, typer.Option("--no-browser", help="Do not open a browser.")]


Shared = Annotated[
    bool, typer.Option("--share", help="Also for others, as share.toml in the home folder says.")
]
SetPassword = Annotated[
    bool, typer.Option("--share-password", help="Set the password of shared pages, and stop.")
]


def dashboard(
    context: typer.Context,
    port: Port = None,
    no_browser: NoBrowser = False,
    share: Shared = False,
    share_password: SetPassword = False,
) -> None:
    """Open the pages; they are reachable from this computer only, unless shared."""
    from dashboard.server import serve

    settings = context.obj
    if share_password:
        return _set_password(settings.home)
    agreed = _agreed(settings) if share else None
    chosen = _free_port(settings, port, agreed)
    if not no_browser:
        _open_when_ready(chosen, agreed)
    return serve(settings, chosen, agreed)


def run(
    context: typer.Context,
    port: Port = None,
    no_browser: NoBrowser = False,
    share: Shared = False,
) -> None:
    """Record and show: the collector and the pages together, until Ctrl-C."""
    from ingest.control import ask, contact
    from ingest.errors import IngestError

    settings = context.obj
    agreed = _agreed(settings) if share else None
    chosen = _free_port(settings, port, agreed)
    logs = settings.home / "logs"
    collect = processes.command(settings.home, "record", radio=settings.radio)
    words = ["dashboard", "--no-browser", "--port", str(chosen), *(["--share"] if share else [])]
    pages = processes.command(settings.home, *words, radio=settings.radio)
    foreign = contact(settings.home) is not None
    try:
        with processes.children(logs, record=collect, pages=pages) as started:
            keeper = processes.Keeper(started, collect, logs / "record.log", console.note)
            browser = not no_browser
            supervise(started[-1], chosen, browser=browser, look=keeper.look, share=agreed)
    finally:
        if not foreign:  # one that was started from a page meanwhile
            with suppress(IngestError):
                ask(settings.home, "stop")


def _agreed(settings: Settings) -> Share:
    """What is agreed with others, said aloud; else the program ends with 2."""
    from dashboard.data import open_data
    from dashboard.share.agreed import ShareError
    from dashboard.sharing import agreed, who_sees

    data = open_data(settings.home, radio=settings.radio)
    try:
        share = agreed(data)
    except ShareError as error:
        console.note(str(error))
        raise typer.Exit(2) from None
    for sentence in who_sees(share, data):
        console.note(sentence)
    return share


def _free_port(settings: Settings, port: int | None, share: Share | None) -> int:
    from dashboard.server import HOST, free_port

    return free_port(port or settings.port, share.address if share else HOST)


def _set_password(home: Path) -> None:
    from dashboard.share.agreed import ShareError
    from dashboard.sharing import set_password

    try:
        password = typer.prompt(
            _("Password"), hide_input=True, confirmation_prompt=_("The same again"), err=True
        )
        path = set_password(home, password)
    except ShareError as error:
        console.note(str(error))
        raise typer.Exit(2) from None
    console.note(_("The password's hash is in {path} .", path=path))


def supervise(
    pages: processes.Child,
    port: int,
    *,
    browser: bool,
    look: Callable[[float], None],
    for_s: float | None = None,
    share: Share | None = None,
) -> None:
    """Wait until the pages answer, say where they are, and stay until Ctrl-C or the time is up.

    look: called twice a second with the monotonic time in seconds.
    """
    from dashboard.server import address_of, wait_until_ready

    address = address_of(port, share)
    try:
        wait_until_ready(port, [pages], READY_S, share.address if share else None)
        console.note(_("The pages are at {address} . Stop with Ctrl-C.", address=address))
        if browser:
            typer.launch(address)
        end = None if for_s is None else time.monotonic() + for_s
        while pages.poll() is None and (end is None or time.monotonic() < end):
            look(time.monotonic())
            time.sleep(0.5)
    except KeyboardInterrupt:
        console.note(_("Stopping …"))


def _open_when_ready(port: int, share: Share | None) -> None:
    import threading

    from dashboard.server import address_of, wait_until_ready

    def wait() -> None:
        wait_until_ready(port, [], READY_S, share.address if share else None)
        typer.launch(address_of(port, share))

    threading.Thread(target=wait, daemon=True).start()
