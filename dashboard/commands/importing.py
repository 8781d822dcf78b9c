"""`import`: files that other programs, or other computers, wrote."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import msgspec
import typer

from dashboard import console
from dashboard.commands.exchange import ProgressFile, advancing
from dashboard.commands.sensors import placement_of
from dashboard.persons import DEFAULT_PERSON, local_zone, pick_person
from language.spoken import _, mark, n_

if TYPE_CHECKING:
    from dashboard.refresh import Refreshed
    from dashboard.settings import Settings
    from ingest.errors import IngestError
    from ingest.importers.imported import Imported, Into, Progress, Told

Columns = Annotated[
    list[str] | None,
    typer.Option(
        "--column",
        metavar="WHAT=COLUMN",
        help=mark("Of a table: what a column holds, heart_rate_bpm=HR; once for each."),
    ),
]


def import_(
    context: typer.Context,
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help=mark("Files, folders or zips."))
    ],
    placement: Annotated[
        str | None,
        typer.Option(help=mark("Where the sensor sat, where the file does not tell: left-foot …")),
    ] = None,
    start: Annotated[
        str | None,
        typer.Option(help=mark("When it began, where the file does not tell: 2026-11-02T14:05")),
    ] = None,
    kind: Annotated[
        str | None, typer.Option(help=mark("Of a table: walk, run, bike, row or elliptical."))
    ] = None,
    column: Columns = None,
    columns: Annotated[
        Path | None,
        typer.Option(help=mark('A TOML file of such pairs: heart_rate_bpm = "HR"')),
    ] = None,
    recording: Annotated[
        str | None, typer.Option(help=mark("Of a table with several recordings, which one."))
    ] = None,
    rate: Annotated[
        float | None, typer.Option(help=mark("Of a motion table: samples a second."))
    ] = None,
    day_first: Annotated[
        bool | None,
        typer.Option(
            "--day-first/--month-first", help=mark("Of a table: whether 03/04 is in April.")
        ),
    ] = None,
    progress_file: ProgressFile = None,
) -> None:
    """Take in files that other programs, or other computers, wrote.

    Taking one in again changes nothing. A file that cannot be taken in stops no other, but the exit
    code is 1. docs/imports.md tells what is read of each kind.
    """
    from ingest.importers.imported import Told

    told = Told(
        placement=placement_of(placement),
        start=_instant(start),
        kind=kind,
        columns={**_pairs(columns), **dict(map(_pair, column or ()))},
        recording=recording,
        rate_hz=rate,
        day_first=day_first,
    )
    into = _into(context.obj, told)
    results, failed, done = _take_in(context.obj, files, into, progress_file)
    said = [str(error) for error in failed]
    if context.obj.json:
        refused = [{"problem": one.problem, "advice": one.advice} for one in failed]
        console.emit({"files": results, "failed": said, "refused": refused, "loaded": done})
    else:
        _show(results, done, into.zone)
    for sentence in said:
        console.note(_printable(sentence))
    if failed:
        raise typer.Exit(1)


def _into(settings: Settings, told: Told) -> Into:
    """Whose the files become; a beginning without an offset is in that person's zone."""
    from dashboard.data import open_data
    from ingest.entries import Entries
    from ingest.importers.imported import Into

    if not Entries(settings.home).registry().persons:
        open_data(settings.home).introduce(settings.person or DEFAULT_PERSON)
    persons = Entries(settings.home).registry().persons
    person = pick_person(persons, settings.person)
    zone = persons[person].zone or local_zone()
    if told.start is not None and told.start.tzinfo is None:
        told = replace(told, start=told.start.replace(tzinfo=ZoneInfo(zone)))
    now = dt.datetime.now(dt.UTC)
    return Into(home=settings.home, person=person, now=now, zone=zone, told=told)


def _take_in(
    settings: Settings, files: Sequence[Path], into: Into, progress_file: Path | None
) -> tuple[list[Imported], list[IngestError], Refreshed]:
    """Each file, or why not; then what the minutes came to."""
    from dashboard.refresh import refresh
    from ingest import errors
    from ingest.importers import import_file

    results, failed = [], []
    with advancing(_("Importing, kB"), progress_file, quiet=settings.json) as advance:
        for file, progress in _ways(files, advance):
            try:
                results.append(import_file(file, replace(into, progress=progress)))
            except errors.IngestError as error:
                failed.append(error)
    with advancing(_("Loading"), progress_file, quiet=settings.json) as advance:
        done = refresh(settings.home, progress=advance)
    return results, failed, done


def _ways(
    files: Sequence[Path], advance: Callable[[int, int], None]
) -> list[tuple[Path, Progress]]:
    """Each file, and what it is to tell how far it is: its share of the bytes of all, in kB."""
    sizes = [_size(file) for file in files]
    whole = sum(sizes)

    def way(before: int, size: int) -> Progress:
        def tell(done: int, of: int) -> None:
            advance(before + size * done // max(of, 1), whole)

        return tell

    return [(file, way(sum(sizes[:at]), sizes[at])) for at, file in enumerate(files)]


def _size(file: Path) -> int:
    """In kB, at least one; of a folder all that is in it."""
    try:
        inside = file.rglob("*") if file.is_dir() else [file]
        return 1 + sum(one.stat().st_size for one in inside if one.is_file()) // 1_000
    except OSError:
        return 1


def _show(results: Sequence[Imported], done: Refreshed, zone: str) -> None:
    from dashboard.wording.taken import line, skipped

    if not results:
        return
    rows = [line(one, ZoneInfo(zone)) for one in results]
    console.table(rows[0], ([_printable(cell) for cell in row.values()] for row in rows))
    for one in results:
        for sentence in skipped(one):
            console.note(_printable(f"{one.file}: {sentence}"))
    for problem in done.problems:
        console.note(problem)
    console.show(n_("{count} minute was scored.", "{count} minutes were scored.", done.minutes))


def _printable(text: str) -> str:
    """Without what a terminal would obey: a file's name can be anything."""
    return "".join(letter if letter.isprintable() else "�" for letter in text)


def _instant(text: str | None) -> dt.datetime | None:
    """An instant such as 2026-11-02T14:05; naive without an offset."""
    try:
        return dt.datetime.fromisoformat(text) if text is not None else None
    except ValueError:
        raise typer.BadParameter(
            _("'{text}' is not an instant; write it as 2026-11-02T14:05.", text=text)
        ) from None


def _pair(text: str) -> tuple[str, str]:
    key, equals, column = text.partition("=")
    if not (key.strip() and equals and column.strip()):
        raise typer.BadParameter(
            _("'{text}' names no column; write it as heart_rate_bpm=HR.", text=text)
        )
    return key.strip(), column.strip()


def _pairs(file: Path | None) -> dict[str, str]:
    if file is None:
        return {}
    try:
        return msgspec.toml.decode(file.read_bytes(), type=dict[str, str])
    except (OSError, UnicodeDecodeError, msgspec.DecodeError) as error:
        raise typer.BadParameter(
            _("{path} cannot be used: {error}.", path=file, error=error)
        ) from None
