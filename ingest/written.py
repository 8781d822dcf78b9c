"""What this home wrote outside of itself: reports, exports, backups. So that they can be erased."""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec
from filelock import FileLock

from ingest.private import create_whole, open_private, private_folder, write_all

log = logging.getLogger(__name__)

LEDGER = "reports.jsonl"
REPORT, EXPORT, BACKUP = "report", "export", "backup"
_CHUNK = 1 << 20


class Written(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One file that was written. person: whose data it holds (None: everyone's); week: ISO week.

    persons, weeks: where it holds those of several, and no others.
    """

    at: dt.datetime
    kind: str
    path: str
    sha256: str
    person: str | None = None
    week: str | None = None
    persons: tuple[str, ...] = ()
    weeks: tuple[str, ...] = ()

    @property
    def whose(self) -> frozenset[str]:
        """Whose data it holds; empty: everyone's."""
        return frozenset(self.persons or ((self.person,) if self.person is not None else ()))

    @property
    def of_weeks(self) -> frozenset[str]:
        """The ISO weeks it is about; empty: any."""
        return frozenset(self.weeks or ((self.week,) if self.week is not None else ()))


def note_written(
    home: Path,
    kind: str,
    path: Path,
    *,
    person: str | None = None,
    week: str | None = None,
    persons: Sequence[str] = (),
    weeks: Sequence[str] = (),
    sha256: str | None = None,
) -> None:
    """Note a file that was written, for `erase`. A file that is noted twice counts once.

    Raises:
        OSError: the disk refuses.
    """
    one = Written(
        at=dt.datetime.now(dt.UTC),
        kind=kind,
        path=str(path.absolute()),
        sha256=sha256 or digest(path),
        person=person,
        week=week,
        persons=tuple(persons),
        weeks=tuple(weeks),
    )
    private_folder(home)
    with _lock(home):
        descriptor = open_private(home / LEDGER, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        try:
            write_all(descriptor, msgspec.json.encode(one) + b"\n")
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def written(home: Path, kind: str | None = None) -> list[Written]:
    """What was noted and not erased yet, the latest of each path, oldest first."""
    try:
        lines = (home / LEDGER).read_bytes().splitlines()
    except FileNotFoundError:
        return []
    found: dict[str, Written] = {}
    for line in lines:
        try:
            one = msgspec.json.decode(line, type=Written)
        except (msgspec.DecodeError, UnicodeDecodeError):
            log.warning("a damaged line of %s was left out", LEDGER)
            continue
        found.pop(one.path, None)
        found[one.path] = one
    return [one for one in found.values() if kind in (None, one.kind)]


def unchanged(one: Written) -> bool | None:
    """Whether a file is as it was written; None: it is gone."""
    path = Path(one.path)
    try:
        return digest(path) == one.sha256
    except FileNotFoundError:
        return None
    except OSError:
        return False


def forget_written(home: Path, gone: Iterable[Written]) -> None:
    """Take lines out of the ledger, for files that are no longer there or no longer ours."""
    paths = {one.path for one in gone}
    if not paths or not (home / LEDGER).exists():
        return
    with _lock(home):
        kept = [one for one in written(home) if one.path not in paths]
        create_whole(home / LEDGER, b"".join(msgspec.json.encode(one) + b"\n" for one in kept))


def digest(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            found.update(chunk)
    return found.hexdigest()


def _lock(home: Path) -> FileLock:
    return FileLock(home / "entries.lock", timeout=10, mode=0o600)
