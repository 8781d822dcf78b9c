"""Files that can be taken in. `IMPORTERS` is the only list: a new kind is one module and one line.

Of the kinds that go by a file's ending, the first whose `fits` says yes to its beginning takes it.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ingest.errors import IngestError
from ingest.importers import apple_health, fit, gpx, motion_table, recording, table, tcx
from ingest.importers.imported import Imported, Into
from language.spoken import mark

HEAD_BYTES = 65_536
MOST_NAMES = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A file before anybody takes it: head: its first 64 KB; names: of a zip, what is in it."""

    path: Path
    head: bytes
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Importer:
    """One kind of file: the endings it goes by, whether a file is one, and what takes it in.

    suffixes: lower case with the dot, `.fit.gz` counts; take may raise IngestError, having changed
    nothing.
    """

    key: str
    title: str
    suffixes: tuple[str, ...]
    take: Callable[[Path, Into], Imported]
    fits: Callable[[Candidate], bool] = lambda _candidate: True


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
    )
}


def import_file(file: Path, into: Into) -> Imported:
    """Take one file in; taking it in again changes nothing.

    Raises:
        IngestError: it cannot be read or is of no known kind; nothing was changed.
    """
    return importer_of(file).take(file, into)


def importer_of(file: Path) -> Importer:
    """What takes a file in.

    Raises:
        IngestError: there is no such file, it cannot be read, or it is of no known kind.
    """
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
        try:
            with zipfile.ZipFile(file) as archive:
                names = tuple(archive.namelist()[:MOST_NAMES])
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
            raise IngestError(
                mark("{file} is no whole zip file."),
                mark("Nothing was imported. Copy or download it again."),
                file=file.name,
            ) from error
    return Candidate(path=file, head=head, names=names)
