"""Backups: zips that can be restored, read back before older ones go."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import msgspec

from ingest.archive import ArchiveError
from ingest.exchange import check, export
from ingest.private import private_folder
from ingest.written import BACKUP, digest, forget_written, note_written, written
from language.spoken import mark

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
        ArchiveError: the folder is none or lies in the home, the disk refuses, or what was written
            does not read back; nothing was dropped.
    """
    folder = _fit(home, folder)
    path = _free(folder, now or dt.datetime.now(dt.UTC))
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


def _fit(home: Path, folder: Path) -> Path:
    """The folder, there and without links.

    Raises:
        ArchiveError: it cannot be one, or lies in the home, which it is to be a copy of.
    """
    found = folder.expanduser().resolve()
    if found.is_relative_to(home.resolve()):
        raise ArchiveError(
            mark("{path} lies in the folder that is to be backed up."),
            mark("Choose a folder elsewhere, best on another disk."),
            path=str(found),
        )
    try:
        private_folder(found)
    except OSError as error:
        raise ArchiveError(
            mark("{path} cannot be a folder: {why}."),
            mark("Choose another place."),
            path=str(found),
            why=error.strerror or str(error),
        ) from error
    return found


def _free(folder: Path, at: dt.datetime) -> Path:
    """A name that is not taken: that of the second, or of the next one that is free."""
    while (path := folder / NAME.format(at=at)).exists():
        at += dt.timedelta(seconds=1)
    return path


def _drop(home: Path, folder: Path, keep: int) -> list[str]:
    mine = [one for one in written(home, BACKUP) if Path(one.path).parent.resolve() == folder]
    gone = []
    for one in sorted(mine, key=lambda one: one.path)[:-keep]:
        path = Path(one.path)
        if path.exists() and digest(path) == one.sha256:
            path.unlink()
            gone.append(one)
    forget_written(home, gone)
    return [one.path for one in gone]
