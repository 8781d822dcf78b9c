"""Files that other programs or other computers wrote, turned into recordings and entries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ingest.errors import IngestError
from ingest.importers import recording
from ingest.importers.imported import Imported, Into
from language.spoken import mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Importer:
    """One kind of file: the endings it goes by, and what takes it in."""

    key: str
    title: str
    suffixes: tuple[str, ...]
    take: Callable[[Path, Into], Imported]


IMPORTERS: dict[str, Importer] = {
    importer.key: importer
    for importer in (
        Importer(
            key="recording",
            title=mark("legload recording"),
            suffixes=(".legrec",),
            take=recording.take,
        ),
    )
}


def import_file(file: Path, into: Into) -> Imported:
    """Take one file in; taking it in again changes nothing.

    Raises:
        IngestError: it cannot be read or is of no known kind; nothing was changed.
    """
    if not file.is_file():
        raise IngestError(
            mark("There is no file {file}."), mark("Check the name, then try again."), file=file
        )
    for importer in IMPORTERS.values():
        if file.suffix.casefold() in importer.suffixes:
            return importer.take(file, into)
    kinds = ", ".join(suffix for i in IMPORTERS.values() for suffix in i.suffixes)
    raise IngestError(
        mark("{file} is of no kind that can be imported."),
        mark("Kinds that can be: {kinds}."),
        file=file.name,
        kinds=kinds,
    )
