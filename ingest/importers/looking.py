"""What a file is before it is taken in: its kind, its columns, and what a person must still say."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from ingest.errors import IngestError
from ingest.importers import HEAD_BYTES, import_file, importer_of, motion_table, table
from ingest.importers.csv_text import no_table
from ingest.importers.imported import Into
from ingest.importers.motion_columns import sensors_in
from ingest.importers.motion_rows import PARQUET, names_in
from ingest.importers.table_columns import columns_of

MOST_TRIED_BYTES = 32 << 20
"""A Parquet file cannot be tried by its beginning alone; one of more than this is not (design)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A file as it seems. kind: key of the importer, "" where none takes it; columns: of a table;
    held: by key, the columns that are known; problem: what stands against it, or ""."""

    name: str
    kind: str
    columns: tuple[str, ...] = ()
    held: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""

    @property
    def is_table(self) -> bool:
        """Whether a person can say what it holds."""
        return self.kind in (table.KEY, motion_table.KEY)

    @property
    def unknown(self) -> tuple[str, ...]:
        """Columns of which nobody knows what they hold."""
        return tuple(name for name in self.columns if name not in self.held.values())


def look(name: str, content: bytes, into: Into) -> Look:
    """What a file of some name and content is; of a table the first rows are tried. Never raises
    IngestError.

    into: as it would be taken in; its home stays as it is.
    """
    ending = "".join(Path(name).suffixes[-2:]).casefold()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"file{ending}"
        try:
            path.write_bytes(_shown(ending, content))
            found = _tried(name, path, replace(into, home=Path(folder) / "home"))
        except IngestError as error:
            return Look(name=name, kind="", problem=error.problem.replace(path.name, name))
    return replace(found, problem=found.problem.replace(path.name, name))


def _tried(name: str, path: Path, into: Into) -> Look:
    importer = importer_of(path)
    found = Look(name=name, kind=importer.key)
    if not found.is_table:
        return found
    names = names_in(path)
    found = replace(found, columns=names, held=_held(names, into, motion=_is_motion(names, into)))
    try:
        import_file(path, into)
    except IngestError as error:
        return replace(found, problem=error.problem)
    return found


def _shown(ending: str, content: bytes) -> bytes:
    """What is looked at: of text the first lines."""
    if ending.endswith((".csv", ".tsv", ".txt")) and len(content) > HEAD_BYTES:
        return content[: content.rfind(b"\n", 0, HEAD_BYTES) + 1] or content[:HEAD_BYTES]
    if ending.endswith(PARQUET) and len(content) > MOST_TRIED_BYTES:
        raise no_table(ending)
    return content


def _is_motion(names: tuple[str, ...], into: Into) -> bool:
    return bool(sensors_in(names, into.told.columns))


def _held(names: tuple[str, ...], into: Into, *, motion: bool) -> dict[str, str]:
    """Columns that are known, by key."""
    if not motion:
        told = {key: value for key, value in into.told.columns.items() if value in names}
        at = columns_of("", names, told, into.told.kind).at
        return {key: names[number] for key, number in at.items()}
    held = {}
    for sensor in sensors_in(names, into.told.columns):
        for what, axes in (("a", sensor.acc), ("g", sensor.gyro)):
            for axis, column in zip("xyz", axes.columns if axes else (), strict=False):
                held[f"{sensor.place}{what}{axis}"] = column
    return held
