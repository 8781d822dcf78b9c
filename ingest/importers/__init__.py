"""Files that can be taken in. `IMPORTERS` is the only list: a new kind is one module and one line.

Of the kinds that go by a file's ending, the first whose `fits` says yes to its beginning takes it.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ingest.errors import IngestError
from ingest.importers import (
    apple_health,
    bundle,
    fit,
    gpx,
    health_connect,
    motion_table,
    own_export,
    recording,
    table,
    takeout,
    tcx,
)
from ingest.importers.imported import Imported, Into
from ingest.importers.unpacking import members
from language.spoken import mark

HEAD_BYTES = 65_536
MOST_NAMES = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A file before anybody takes it. head: its first 64 KB; names: of a zip or folder, what is in
    it, with `/` between."""

    path: Path
    head: bytes
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Importer:
    """One kind of file: the endings it goes by, whether a file is one, and what takes it in.

    suffixes: lower case with the dot, `.fit.gz` counts; folders: whether it takes folders too; take
    may raise IngestError, having changed nothing.
    """

    key: str
    title: str
    suffixes: tuple[str, ...]
    take: Callable[[Path, Into], Imported]
    fits: Callable[[Candidate], bool] = lambda _candidate: True
    folders: bool = False


IMPORTERS: dict[str, Importer] = {
    importer.key: importer
    for importer in (
        Importer(key=fit.KEY, title=mark("FIT activity"), suffixes=fit.SUFFIXES, take=fit.take),
        Importer(
            key="recording",
            title=mark("legload recording"),
            suffixes=(".legrec",),
            take=recording.take,
        ),
        Importer(
            key=tcx.KEY,
            title=mark("TCX activity"),
            suffixes=tcx.SUFFIXES,
            take=tcx.take,
            fits=lambda candidate: tcx.fits(candidate.head),
        ),
        Importer(
            key=gpx.KEY,
            title=mark("GPX track"),
            suffixes=gpx.SUFFIXES,
            take=gpx.take,
            fits=lambda candidate: gpx.fits(candidate.head),
        ),
        Importer(
            key=apple_health.KEY,
            title=apple_health.TITLE,
            suffixes=apple_health.SUFFIXES,
            take=apple_health.take,
            fits=apple_health.fits,
        ),
        Importer(
            key=health_connect.KEY,
            title=mark("Health Connect"),
            suffixes=health_connect.SUFFIXES,
            take=health_connect.take,
            fits=lambda candidate: health_connect.fits(candidate.head, candidate.names),
        ),
        Importer(
            key=takeout.KEY,
            title=mark("Google Fit"),
            suffixes=takeout.SUFFIXES,
            take=takeout.take,
            fits=lambda candidate: takeout.fits(candidate.path.name, candidate.head),
        ),
        Importer(
            key=own_export.KEY,
            title=mark("legload export or backup"),
            suffixes=own_export.SUFFIXES,
            take=own_export.take,
            fits=lambda candidate: own_export.fits(candidate.names),
            folders=True,
        ),
        Importer(
            key=motion_table.KEY,
            title=mark("Motion table"),
            suffixes=motion_table.SUFFIXES,
            take=motion_table.take,
            fits=lambda candidate: motion_table.fits(candidate.path, candidate.head),
        ),
        Importer(
            key=table.KEY,
            title=mark("Table (CSV)"),
            suffixes=table.SUFFIXES,
            take=table.take,
        ),
        Importer(  # last: of zips and folders it takes what none above does
            key=bundle.KEY,
            title=mark("Folder or zip of files"),
            suffixes=bundle.SUFFIXES,
            take=lambda file, into: bundle.take(file, into, importer_of),
            fits=lambda candidate: bundle.fits(candidate.names),
            folders=True,
        ),
    )
}


def import_file(file: Path, into: Into) -> Imported:
    """Take one file or folder in; taking it in again changes nothing.

    Raises:
        IngestError: it cannot be read or is of no known kind; nothing was changed.
    """
    return importer_of(file).take(file, into)


def importer_of(file: Path) -> Importer:
    """What takes a file or folder in.

    Raises:
        IngestError: there is no such file, it cannot be read, or it is of no known kind.
    """
    if file.is_dir():
        return _importer_of_folder(file)
    if not file.is_file():
        raise IngestError(
            mark("There is no file {file}."), mark("Check the name, then try again."), file=file
        )
    name = file.name.casefold()
    by_name = [one for one in IMPORTERS.values() if name.endswith(one.suffixes)]
    if by_name:
        candidate = _candidate(file)
        if found := next((one for one in by_name if one.fits(candidate)), None):
            return found
    kinds = ", ".join(dict.fromkeys(suffix for i in IMPORTERS.values() for suffix in i.suffixes))
    raise IngestError(
        mark("{file} is of no kind that can be imported."),
        mark("Kinds that can be: {kinds}."),
        file=file.name,
        kinds=kinds,
    )


def _importer_of_folder(folder: Path) -> Importer:
    names = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    candidate = Candidate(path=folder, head=b"", names=tuple(itertools.islice(names, MOST_NAMES)))
    for one in IMPORTERS.values():
        if one.folders and one.fits(candidate):
            return one
    raise IngestError(
        mark("The folder {folder} holds nothing that can be imported."),
        mark("Give the files themselves."),
        folder=folder.name or str(folder),
    )


def _candidate(file: Path) -> Candidate:
    try:
        with file.open("rb") as opened:
            head = opened.read(HEAD_BYTES)
    except OSError as error:
        raise IngestError(
            mark("Could not read {file}: {why}."),
            mark("Check that you may read it; nothing was imported."),
            file=file.name,
            why=error.strerror or error,
        ) from error
    names: tuple[str, ...] = ()
    if head.startswith(b"PK"):
        names = tuple(one.name for one in members(file))
    return Candidate(path=file, head=head, names=names)
