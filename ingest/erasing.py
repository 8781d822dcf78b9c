"""Erasing a person, days or everything: in the recordings, the entries, the store, and outside.

What is to be done is written down first (`erasing.json`), so that an erasure that was stopped at
any moment is finished by the next one. Recordings go first, names last.
"""

from __future__ import annotations

import datetime as dt
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from ingest.control import NotRunning, ask
from ingest.cutting import cut, replace
from ingest.database import STORE, writing_lock
from ingest.entries import Entries
from ingest.erasure import (
    Plan,
    Progress,
    Receipt,
    by_kind,
    concerned,
    logs_naming,
    not_ours,
    preview,
)
from ingest.errors import IngestError
from ingest.header import RecordingError, read_header, recording_paths
from ingest.preferred import prefer_nobody
from ingest.private import create_whole, private_folder
from ingest.shedding import shed
from ingest.spool import SPOOL, clear
from ingest.stretches import Stretches
from ingest.unsaying import rewrite, unsaid
from ingest.written import LEDGER, Written, forget_written, unchanged
from language.spoken import _, mark

__all__ = ["Plan", "Receipt", "erase", "preview", "unfinished"]

JOURNAL = "erasing.json"
PATIENCE_S = 60.0
PAUSE_S = 30.0
SETTLE_S = 2.0
"""The collector looks at the entries each second."""

_FILES = (
    "entries.jsonl",
    f"{STORE}*",
    "logs/*.log*",
    "protocols/*.toml",
    "settings.toml",
    "share.toml",
    "progress.json",
    "schedule/*",
    "mail.json",
    "mail-password",
)
"""What else a home holds, beside the recordings, locks and the demo's mark."""


def unfinished(home: Path) -> Plan | None:
    """An erasure that was stopped before it was done."""
    try:
        return msgspec.json.decode((home / JOURNAL).read_bytes(), type=Plan)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError) as error:
        raise IngestError(
            mark("{path} cannot be read: {error}."),
            mark("Delete that file, then erase again: what was half done is done then."),
            path=home / JOURNAL,
            error=error,
        ) from error


def erase(
    home: Path,
    plan: Plan,
    *,
    progress: Progress | None = None,
    sleep: Callable[[float], None] = time.sleep,
    keep: Path | None = None,
) -> Receipt:
    """Do what was planned; safe to do again after it was stopped. The store is stale afterwards.

    keep: a folder of the spool that stays, because somebody waits for what is written there.

    A collector that records is paused meanwhile.

    Raises:
        IngestError: the collector does not pause, another program holds the store, or the disk
            refuses; the next erasure finishes what was begun.
    """
    with _paused(home, plan, sleep):
        try:
            if plan.scope.everything:
                _everything(home, keep)
            else:
                _some(home, plan, progress)
            waits = [] if plan.scope.everything else clear(home, keep)
            changed = _outside(home, plan)
        except OSError as error:
            raise _refused(home, error) from error
    fewer = {field: getattr(plan.receipt, field) - n for field, n in by_kind(changed).items()}
    left = (
        *plan.receipt.left,
        *(not_ours(one, same=False) for one in changed),
        *(
            _("{path} is still being worked on; erase again once it is done.", path=p)
            for p in waits
        ),
    )
    now = dt.datetime.now(dt.UTC)
    return msgspec.structs.replace(plan.receipt, at=now, done=True, left=left, **fewer)


def _refused(home: Path, error: OSError) -> IngestError:
    return IngestError(
        mark("Not all could be erased: {reason} ({path})."),
        mark("Mend that, then erase again: it goes on where it stopped."),
        reason=error.strerror or error,
        path=error.filename or home,
    )


def _some(home: Path, plan: Plan, progress: Progress | None) -> None:
    """Erase a person or days: recordings first, names last."""
    wanted, whole = set(plan.recordings), set(plan.gone)
    paths = [path for path in recording_paths(home) if path.stem in wanted]
    for number, path in enumerate(paths, 1):
        _shorten(home, path, plan.spans, whole)
        if progress is not None:
            progress(number, len(paths))
    words = [word.encode() for word in plan.words]
    zone = ZoneInfo(plan.zone)
    rewrite(home, lambda lines: unsaid(lines, plan.scope, zone, words))
    shed(
        home,
        plan.scope,
        plan.spans,
        recordings=plan.recordings,
        weeks=plan.weeks,
        registry=Entries(home).registry(),
    )
    for log_ in logs_naming(home, plan.words, every=False):
        _strike(log_, words)
    prefer_nobody(home, plan.names or plan.words)


def _shorten(home: Path, path: Path, spans: Stretches, whole: set[str]) -> None:
    try:
        sensor = read_header(path).sensor
        done = None if sensor in whole else cut(path, spans.get(sensor, []))
    except RecordingError:
        return  # since it was planned; what was half written appears whole or not at all
    if sensor in whole:
        path.unlink()
    elif done is not None:
        replace(home, path, done)


def _everything(home: Path, keep: Path | None) -> None:
    """Erase all that legload ever writes into a home, and nothing else."""
    for path in (*recording_paths(home), *(home / "recordings").glob("*/*/*.part")):
        path.unlink()
    _remove_empty(home / "recordings")
    for pattern in _FILES:
        for path in home.glob(pattern):
            path.unlink()
    for path in (home / SPOOL).glob("*"):
        if path != keep:
            shutil.rmtree(path, ignore_errors=True)
    _remove_empty(home / SPOOL)


def _remove_empty(folder: Path) -> None:
    """A folder of folders, where nothing else is in them."""
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir() and not any(path.iterdir()):
            path.rmdir()
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()


def _outside(home: Path, plan: Plan) -> list[Written]:
    """Erase reports, exports and backups; those that were changed since it was planned."""
    changed = []
    for one in plan.files:
        if unchanged(one):
            Path(one.path).unlink()
        elif Path(one.path).exists():
            changed.append(one)
    forget_written(home, concerned(home, plan.scope))
    if plan.scope.everything:
        (home / LEDGER).unlink(missing_ok=True)
    return changed


def _strike(path: Path, words: Iterable[bytes]) -> None:
    """Take lines out of a log in place: whoever writes into it goes on doing so."""
    sought = tuple(words)
    with path.open("r+b") as file:
        kept = [line for line in file if not any(word in line for word in sought)]
        file.seek(0)
        file.writelines(kept)
        file.truncate()


def _records(home: Path) -> bool:
    try:
        return bool(ask(home, "status")["recording"])
    except NotRunning:
        return False


@contextmanager
def _paused(home: Path, plan: Plan, sleep: Callable[[float], None]) -> Iterator[None]:
    """A collector that records is paused, and goes on with whoever is still known.

    The journal knows that it recorded before it is paused, and until it goes on: whoever finishes
    what was stopped has it go on.
    """
    records, begun = _records(home), (home / JOURNAL).exists()
    resumes, working = records or plan.resumes, False
    _note(home, msgspec.structs.replace(plan, resumes=resumes))
    try:
        if records:
            ask(home, "record", on=False, timeout_s=PAUSE_S)
        with writing_lock(home, PATIENCE_S):
            working = True
            yield
    except IngestError:
        _go_on(home, sleep, resumes=resumes)
        if working or begun:
            _note(home, msgspec.structs.replace(plan, resumes=False))
        else:  # nothing was changed
            (home / JOURNAL).unlink(missing_ok=True)
        raise
    _go_on(home, sleep, resumes=resumes)
    (home / JOURNAL).unlink(missing_ok=True)


def _go_on(home: Path, sleep: Callable[[float], None], *, resumes: bool) -> None:
    if resumes:
        sleep(SETTLE_S)
        with suppress(IngestError):
            ask(home, "record", on=True)


def _note(home: Path, plan: Plan) -> None:
    """Write the journal; where all goes, a full disk is made room on first, or it goes without."""
    try:
        private_folder(home)
        create_whole(home / JOURNAL, msgspec.json.encode(plan))
    except OSError as error:
        if not plan.scope.everything:
            raise _refused(home, error) from error
        (home / JOURNAL).with_suffix(".part").unlink(missing_ok=True)
        for folder in (home / SPOOL).glob("*"):
            for path in () if folder.name.startswith("erase-") else folder.rglob("*"):
                if path.is_file():
                    path.unlink()
        for one in plan.files:
            if unchanged(one):
                Path(one.path).unlink()
        with suppress(OSError):
            create_whole(home / JOURNAL, msgspec.json.encode(plan))
