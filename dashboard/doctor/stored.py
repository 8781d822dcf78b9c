"""What is stored: the store, what was entered, and what sensors said of their batteries."""

from __future__ import annotations

import datetime as dt
import re
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from dashboard.doctor.computer import Computer
from dashboard.doctor.findings import Finding, fine, persons_text, sensors_text, trouble, unknown
from language.spoken import _, n_

if TYPE_CHECKING:
    import duckdb

    from ingest.store import StoreError

PATIENCE_S = 1.0  # design: a load that holds the store for longer is worth a word
LOW_PERCENT = 20.0  # design
OLD = dt.timedelta(days=60)  # design: a level that old says nothing about today


@contextmanager
def opened(home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The store that is there, for reading; unlike `open_store` it makes and mends nothing.

    Raises:
        StoreError: it is held, damaged, or not to be read.
    """
    import duckdb

    from ingest.database import connect, explain, store_path

    path = store_path(home)
    try:
        reader = connect(path, read_only=True, patience_s=PATIENCE_S, sleep=time.sleep)
        with closing(reader) as connection:
            yield connection
    except duckdb.Error as error:
        raise explain(error, opening=True) from error


def store(computer: Computer) -> Iterator[Finding]:
    """The store, where there is one, opens."""
    from ingest.migrations import pending
    from ingest.store import Store, StoreError, store_path

    if not computer.place.is_dir():
        yield unknown("store", _("Whether the store opens is not known until there is a folder."))
        return
    if not store_path(computer.home).exists():
        yield fine("store", _("There is no store yet; the first load makes it."))
        return
    try:
        with opened(computer.home) as connection:
            waiting = pending(connection)
            if not waiting:
                Store(connection).version()
    except StoreError as error:
        yield _explained(error, computer)
        return
    yield fine(
        "store",
        _("The store opens; the next load updates it.") if waiting else _("The store opens."),
    )


def _explained(error: StoreError, computer: Computer) -> Finding:
    from ingest.store import StoreBusy, StoreDamaged

    cause = error.__cause__ or error
    if isinstance(error, StoreBusy):
        holder = re.search(r"PID (\d+)", str(cause))
        return trouble(
            "store-locked", who=_(" (process {number})", number=holder[1]) if holder else ""
        )
    if "newer version" in error.key:
        return trouble("store-newer")
    why = str(cause).splitlines()[0].rstrip(".")
    if isinstance(error, StoreDamaged):
        return trouble("store-damaged", why=why)
    return trouble("store-unusable", why=why, home=computer.home)


def entries(computer: Computer) -> Iterator[Finding]:
    """What was entered can all be read and used."""
    from ingest.entries import Entries, fold, unusable
    from ingest.errors import IngestError

    if not computer.place.is_dir():
        yield unknown("entries", _("What was entered is not known until there is a folder for it."))
        return
    kept = Entries(computer.home)
    try:
        damaged, said = kept.damaged(), kept.read()
    except IngestError as error:
        why = getattr(error.__cause__, "strerror", None) or error.problem.rstrip(".")
        yield trouble("entries-unreadable", why=why, path=kept.path)
        return
    if damaged:
        yield trouble("entries-damaged", count=damaged, path=kept.path)
    for reason in dict.fromkeys(filter(None, map(unusable, said))):
        yield trouble("entries-unusable", why=reason)
    if not damaged and not any(map(unusable, said)):
        known = fold(said)
        said_of = {
            "persons": persons_text(len(known.persons)),
            "sensors": sensors_text(len(known.active)),
        }
        found = _("Everything that was entered can be read: {persons}, {sensors}.", **said_of)
        yield fine("entries", found)


def batteries(computer: Computer) -> Iterator[Finding]:
    """No sensor in use said lately that its battery is low."""
    from ingest.entries import Entries
    from ingest.migrations import pending
    from ingest.store import Store, StoreError, store_path

    if not computer.place.is_dir():
        yield unknown(
            "batteries", _("Battery levels are not known until there is a folder for them.")
        )
        return
    sensors = Entries(computer.home).registry().active
    levels = []
    if sensors and store_path(computer.home).exists():
        try:
            with opened(computer.home) as connection:
                if not pending(connection):
                    levels = [(s, Store(connection).battery(s.key)) for s in sensors]
        except StoreError:
            yield unknown(
                "batteries", _("Battery levels cannot be read: see what is said of store.")
            )
            return
    lately = [(s, level) for s, level in levels if level and computer.now - level.time < OLD]
    low = [(s, level) for s, level in lately if level.percent < LOW_PERCENT]
    for sensor, level in low:
        day = f"{level.time.astimezone():%Y-%m-%d}"
        named = sensor.name or sensor.key
        yield trouble("battery-low", sensor=named, percent=f"{level.percent:.0f}", date=day)
    if not low:
        said = (
            n_("{count} sensor said so", "{count} sensors said so", len(lately))
            if lately
            else _("no sensor has said any lately")
        )
        yield fine("batteries", _("No battery is known to be low; {said}.", said=said))
