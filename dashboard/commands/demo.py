"""`demo`: three virtual sensors and twelve weeks of history, in a folder of their own."""

from __future__ import annotations

import datetime as dt
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dashboard import console, processes
from dashboard.commands.capture import READY_S, NoBrowser, Port, supervise
from dashboard.commands.sensors import seconds_of
from dashboard.errors import DashboardError
from dashboard.persons import local_zone
from dashboard.writing import write_file
from language.spoken import _

if TYPE_CHECKING:
    from ingest.link import Seen

RADIO = "virtual"
LOOK_S = 1.0
POLL_S = 0.2
GRACE_S = 12.0


def demo(
    context: typer.Context,
    no_browser: NoBrowser = False,
    for_: Annotated[
        float | None,
        typer.Option(
            "--for",
            parser=seconds_of,
            metavar="TIME",
            help="Stop after 20s, 5m …",
            envvar="LEGLOAD_DEMO_FOR",
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Write the last full week's files here at the end.")
    ] = None,
    port: Port = None,
) -> None:
    """Try everything without a sensor: a simulated person, real code, a store of its own."""
    from dashboard import demo_history as history
    from dashboard.server import free_port, wait_until_ready

    home = _fresh_home(context.obj.demo_home)
    history.introduce(home, local_zone(), dt.datetime.now(dt.UTC))
    logs = home / "logs"
    collect = processes.command(home, "record", radio=RADIO)
    history_ = processes.command(home, "demo-history")
    if no_browser and for_ is not None:
        with processes.children(logs, record=collect, history=history_):
            pair_all(home)
            _stream(for_)
            if not _reached_a_week(home):
                console.note(
                    _(
                        "The simulated history was still growing: the week is shown as far as it "
                        "got."
                    )
                )
    else:
        chosen = free_port(port or context.obj.port)
        pages = ("dashboard", "--no-browser", "--port", str(chosen))
        shown = processes.command(home, *pages)
        with processes.children(logs, record=collect, pages=shown) as started:
            pair_all(home)
            wait_until_ready(chosen, started, READY_S)
            # only now, so that the first page has the computer to itself
            with processes.children(logs, history=history_):
                keeper = processes.Keeper(started, collect, logs / "record.log", console.note)
                browser = not no_browser
                supervise(started[-1], chosen, browser=browser, look=keeper.look, for_s=for_)
    _finish(home, out, as_json=context.obj.json)


def demo_history(context: typer.Context) -> None:
    """Fill the demo's history, newest day first, once its sensors are paired."""
    import os

    from dashboard.demo_history import fill, ready

    if hasattr(os, "nice"):
        os.nice(5)
    for _try in range(round(READY_S / POLL_S)):
        if ready(context.obj.home):
            return fill(context.obj.home, dt.datetime.now(dt.UTC))
        time.sleep(POLL_S)
    raise DashboardError(_("The demo's sensors were not paired."), _("Run 'legload demo' again."))


def _fresh_home(home: Path) -> Path:
    """The demo's folder, emptied. Only a folder that carries the demo's marker is ever emptied."""
    from dashboard.demo import MARKER, mark
    from ingest.control import NotRunning, ask

    if home.exists() and any(home.iterdir()):
        if not (home / MARKER).exists():
            raise DashboardError(
                _("{home} holds something that is not the demo's.", home=home),
                _("Move it away, or choose another folder: --home DIR"),
            )
        try:
            ask(home, "status")
        except NotRunning:
            shutil.rmtree(home)
        else:
            raise DashboardError(
                _("The demo is already running."),
                _("Use its pages, or stop it first (Ctrl-C there)."),
            )
    mark(home)
    return home


def pair_all(home: Path) -> None:
    """Scan and pair what is in the air, through the running collector."""
    from dashboard import demo_history as history
    from dashboard import reach

    found = _first_scan(home)
    with console.progress(_("Pairing the demo's sensors")) as advance:
        for number, seen in enumerate(found, 1):
            profile = seen.profiles[0]
            reach.pair(
                home,
                RADIO,
                seen.address,
                placement=history.PLACEMENTS[profile],
                person=history.PERSON,
                load_kg=0.0,
                counts=None,
            )
            advance(number, len(found))
    history.backdate(home, dt.datetime.now(dt.UTC))


def _first_scan(home: Path) -> list[Seen]:
    """What the collector hears, once it has started and hears all of the demo's sensors.

    Raises:
        DashboardError: it never does.
    """
    from dashboard import reach
    from dashboard.demo_history import PLACEMENTS
    from ingest.control import contact

    end = time.monotonic() + READY_S
    while time.monotonic() < end:
        if contact(home) is None:
            time.sleep(0.1)
            continue
        found = reach.scan(home, RADIO, LOOK_S)
        if len(found) >= len(PLACEMENTS):
            return found
    raise DashboardError(
        _("The demo's virtual sensors did not appear."),
        _("See {folder}, or run 'legload doctor --radio virtual'.", folder=home / "logs"),
    )


def _stream(seconds: float) -> None:
    started = time.monotonic()
    with console.progress(_("Recording three virtual sensors")) as advance:
        while (passed := time.monotonic() - started) < seconds:
            advance(round(passed), round(seconds))
            time.sleep(min(0.5, seconds - passed))


def _reached_a_week(home: Path) -> bool:
    """Give the history a little longer to reach a full week; whether it did."""
    from dashboard.demo import progress

    for _try in range(round(GRACE_S / POLL_S)):
        found = progress(home)
        if found is None or found.full_week:
            return True
        time.sleep(POLL_S)
    return False


def _finish(home: Path, out: Path | None, *, as_json: bool) -> None:
    """Score what is there and write the last full week."""
    from dashboard.data import open_data
    from dashboard.refresh import refresh
    from dashboard.reports import FORMATS, document

    refresh(home)
    data = open_data(home, radio=RADIO)
    person = data.pick(None)
    report = data.week(person, data.last_full_week(person))
    if out is not None:
        write_file(out / "week.json", document.write(report))
        for key in ("pdf", "csv"):
            write_file(out / f"report.{key}", FORMATS[key].write(report))
        console.note(_("Wrote week.json, report.pdf and report.csv to {out}.", out=out))
    if as_json:
        console.emit(document.document(report))
    else:
        console.note(
            _("DEMO, week {week}: {headline}.", week=report.week, headline=report.headline)
        )
