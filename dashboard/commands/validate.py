"""`validate`: the accuracy study, on anybody's recordings."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dashboard import console
from dashboard.errors import DashboardError
from language.spoken import _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from analytics.validation.study import Study
    from analytics.validation.tables import Table

PAGE = "validation.md"
DATA = "validation.json"


def validate(
    context: typer.Context,
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="Recordings with truth, as Parquet tables.")
    ],
    out: Annotated[
        Path | None,
        typer.Option(help=f"Folder to write {PAGE} and {DATA} to."),
    ] = None,
) -> None:
    """Measure how accurate the method is on a folder of recordings with truth.

    Sets are found by the columns of their tables, whatever the files are called;
    docs/recordings-layout.md describes them. A file that cannot be read stops nothing, but the
    exit code is 1, as it is where nothing could be measured.
    """
    from analytics.validation import page, study
    from analytics.validation.tables import discover
    from analytics.validation.tasks import TASKS

    unreadable: list[str] = []
    sets, wrong = discover(_tables(folder, unreadable))
    with console.progress(_("Measuring")) as advance:
        found = study.run(sets, problems=[*unreadable, *wrong], progress=advance)
    options = f"{' --json' * context.obj.json}{' --out OUT' * (out is not None)}"
    text = page.page(found, TASKS, command=f"legload validate FOLDER{options}")
    if out is not None:
        _write(out, text, found)
    if context.obj.json:
        console.emit(found)
    elif out is None:
        console.show(text)
    for sentence in found.problems:
        console.note(sentence)
    if not found.results:
        console.note(
            _(
                "Nothing in {folder} could be measured. Signals, events and meta belong in it as "
                "Parquet files; docs/recordings-layout.md shows the layout.",
                folder=folder,
            )
        )
    if unreadable or not found.results:
        raise typer.Exit(1)


def _tables(folder: Path, problems: list[str]) -> Iterator[Table]:
    """Every Parquet file of a folder; a sentence for each that cannot be opened."""
    import polars as pl

    if not folder.is_dir():
        raise DashboardError(
            _("{folder} is no folder.", folder=folder), _("Name the folder with the recordings.")
        )
    for path in sorted(folder.glob("*.parquet")):
        try:
            yield _table(path)
        except (OSError, pl.exceptions.PolarsError) as error:
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            problems.append(
                _(
                    "{name} cannot be read as Parquet ({reason}). Copy or export it again.",
                    name=path.name,
                    reason=reason,
                )
            )


def _table(path: Path) -> Table:
    import polars as pl

    from analytics.validation.tables import Table

    return Table(
        name=path.name,
        schema=pl.Schema(pl.read_parquet_schema(path)),
        rows=lambda columns: pl.read_parquet(path, columns=list(columns)),
    )


def _write(out: Path, text: str, found: Study) -> None:
    import msgspec

    from dashboard.writing import write_file

    data = msgspec.json.format(msgspec.json.encode(found), indent=1)
    for path in (
        write_file(out / PAGE, text.encode()),
        write_file(out / DATA, data + b"\n"),
    ):
        console.note(_("Wrote {path}", path=path))
