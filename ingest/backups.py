"""Backups: zips that can be restored, read back before older ones go."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import msgspec

from ingest.archive import ArchiveError
from ingest.exchange import check, export
from ingest.written import BACKUP, digest, forget_written, note_written, written

NAME = "legload-backup-{at:%Y%m%dT%H%M%S}Z.zip"
KEEP = 8

Progress = Callable[[int, int], None]


class Backup(msgspec.Struct, frozen=True, kw_only=True):
    """A backup that was made and read back. dropped: older ones that went for it."""

    path: str
    bytes: int
    recordings: int
    entries: int
    dropped: tuple[str, ...] = ()


def backup(
    home: Path,
    folder: Path,
    *,
    keep: int = KEEP,
    now: dt.datetime | None = None,
    progress: Progress | None = None,
) -> Backup:
    """Write a backup into a folder, read it back, then drop older ones of this home.

    keep: how many stay, this one among them. Only backups that this home wrote, and that are as
    they were written, are ever dropped.

    Raises:
        ArchiveError: the disk refuses, or what was written does not read back; nothing was dropped.
    """
    path = folder / NAME.format(at=now or dt.datetime.now(dt.UTC))
    export(home, path, tables=False, progress=progress)
    try:
        found = check(path)
    except ArchiveError:
        path.unlink(missing_ok=True)
        raise
    note_written(home, BACKUP, path)
    return Backup(
        path=str(path),
        bytes=path.stat().st_size,
        recordings=found.counts["recordings"],
        entries=found.counts["entries"],
        dropped=tuple(_drop(home, folder, max(1, keep))),
    )


def last_backup(home: Path) -> dt.datetime | None:
    """When the last backup was made, if any was."""
    return max((one.at for one in written(home, BACKUP)), default=None)


def _drop(home: Path, folder: Path, keep: int) -> list[str]:
    mine = [one for one in written(home, BACKUP) if Path(one.path).parent == folder.absolute()]
    gone = []
    for one in sorted(mine, key=lambda one: one.path)[:-keep]:
        path = Path(one.path)
        if path.exists() and digest(path) == one.sha256:
            path.unlink()
            gone.append(one)
    forget_written(home, gone)
    return [one.path for one in gone]
