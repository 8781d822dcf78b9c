"""`sql`: questions to what is stored, in SQL."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dashboard import console
from language.spoken import _, mark

if TYPE_CHECKING:
    from ingest.answers import Answer

SHOWN = 100
"""Rows on the terminal (design: a few screens)."""


def sql(
    context: typer.Context,
    query: Annotated[
        str | None,
        typer.Argument(
            metavar="[QUERY]", help=mark("One SELECT; without it, the tables are listed.")
        ),
    ] = None,
    describe: Annotated[
        str | None,
        typer.Option(metavar="TABLE", help=mark("Its columns: type, unit, meaning.")),
    ] = None,
    csv: Annotated[bool, typer.Option("--csv", help=mark("CSV on stdout."))] = False,
    parquet: Annotated[
        Path | None, typer.Option(metavar="FILE", help=mark("Write a Parquet file."))
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option(min=1, help=mark("The first rows only (on a terminal: 100).")),
    ] = None,
    timeout: Annotated[str, typer.Option(help=mark("Stop after 60s, 5m …"))] = "60s",
) -> None:
    """Ask what is stored in SQL. Reads only; the tables are those of `export`."""
    from dashboard.commands.sensors import seconds_of
    from ingest.vetting import QueryRefused

    if csv + (parquet is not None) + context.obj.json > 1:
        raise typer.BadParameter(_("Choose one of --json, --csv and --parquet."))
    try:
        if query is None:
            return _list(context, describe)
        if describe is not None:
            raise typer.BadParameter(_("--describe goes alone."))
        seconds = seconds_of(timeout)
        most = limit if limit or csv or parquet or context.obj.json else SHOWN
        with _ask(context, query, seconds, most) as answer:
            return _write(context, answer, csv, parquet, most)
    except QueryRefused as refused:
        console.note(str(refused))
        raise typer.Exit(2) from None


def _ask(context: typer.Context, query: str, timeout_s: float, most: int | None) -> Answer:
    """The store is let go of as soon as the answer is there."""
    from dashboard.refresh import refresh
    from ingest.store import open_store

    settings = context.obj
    with console.progress(_("Loading"), quiet=settings.json) as advance:
        refresh(settings.home, progress=advance)
    with open_store(settings.home) as store:
        return store.answer(query, timeout_s=timeout_s, most=most)


def _write(
    context: typer.Context, answer: Answer, csv: bool, parquet: Path | None, most: int | None
) -> None:
    from dashboard import answered
    from ingest.written import EXPORT, note_written

    if csv:
        return answered.write_csv(answer)
    if context.obj.json:
        return answered.write_json(answer)
    if parquet is None:
        return answered.show_table(answer, most or SHOWN, console.width())
    answered.write_parquet(answer, parquet)
    note_written(context.obj.home, EXPORT, parquet)
    return console.show(
        _("{path}: {rows} rows.", path=parquet, rows=min(answer.rows, most or answer.rows))
    )


def _list(context: typer.Context, describe: str | None) -> None:
    """The tables, or the columns of one, as an export explains them."""
    from ingest.views import VIEWS

    if describe is not None:
        return _columns(context, describe)
    if context.obj.json:
        return console.emit(
            [{"table": one.key, "row": one.what, "columns": one.columns} for one in VIEWS.values()]
        )
    for one in VIEWS.values():
        console.show(_("{table}: a row is {what}", table=one.key, what=one.what))
        console.show("    " + ", ".join(one.columns))
    return console.note(_("Types and units: legload sql --describe minutes"))


def _columns(context: typer.Context, name: str) -> None:
    from ingest.store import open_store
    from ingest.views import VIEWS

    with open_store(context.obj.home) as store:
        schema = store.query(f'DESCRIBE "{name.replace(chr(34), "")}"')
    one = VIEWS[name.casefold()]
    rows = [
        (column, kind, one.columns[column])
        for column, kind in schema.select("column_name", "column_type").iter_rows()
    ]
    if context.obj.json:
        return console.emit(
            [dict(zip(("column", "type", "meaning"), row, strict=True)) for row in rows]
        )
    console.show(_("A row is {what}.", what=one.what))
    return console.table((_("column"), _("type"), _("meaning")), rows, whole=(_("column"),))
