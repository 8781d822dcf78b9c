"""`targets`: what a week is scored against, and a clinic's own set of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dashboard import console
from language.spoken import _

if TYPE_CHECKING:
    from analytics.protocol import Protocol
    from ingest.entries import Person


def targets(
    context: typer.Context,
    copy: Annotated[
        str | None,
        typer.Option(metavar="KEY", help="Write the default set to a file of your own to change."),
    ] = None,
    use: Annotated[
        str | None, typer.Option(metavar="KEY", help="Score a person against this set from now on.")
    ] = None,
    check: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Say whether a file can be used.")
    ] = None,
) -> None:
    """List the target sets, copy the default to change it, or choose one for a person."""
    from analytics.protocol import load_protocol

    if sum(value is not None for value in (copy, use, check)) > 1:
        raise typer.BadParameter(_("Give one of --copy, --use and --check at a time."))
    if check is not None:
        return _say(context, load_protocol(check), _("{file} can be used.", file=check))
    if copy is not None:
        return _copied(context, copy)
    if use is not None:
        return _chosen(context, use)
    return _listed(context)


def _copied(context: typer.Context, key: str) -> None:
    from dashboard.targets import copy_targets

    path = copy_targets(context.obj.home, key)
    if context.obj.json:
        return console.emit({"file": str(path)})
    console.show(str(path))
    return console.note(
        _("Change it, raise its version, then say: legload targets --use {key}", key=key)
    )


def _chosen(context: typer.Context, key: str) -> None:
    from dashboard.data import open_data
    from dashboard.persons import pick_person
    from dashboard.targets import load_targets
    from ingest.entries import Entries, PersonSet

    home = context.obj.home
    protocol = load_targets(home, key)
    entries = Entries(home)
    whom = pick_person(entries.registry().persons, context.obj.person)
    open_data(home).introduce(whom)
    entries.append(PersonSet(at=dt.datetime.now(dt.UTC), person=whom, targets=key))
    said = _("{whom} is scored against {targets} in every week.", whom=whom, targets=protocol.name)
    return _say(context, protocol, said)


def _say(context: typer.Context, protocol: Protocol, sentence: str) -> None:
    if context.obj.json:
        return console.emit(protocol)
    return console.show(f"{sentence} ({protocol.title})")


def _listed(context: typer.Context) -> None:
    from analytics.errors import AnalyticsError
    from dashboard.errors import DashboardError
    from dashboard.targets import load_targets, target_sets
    from ingest.entries import Entries

    home = context.obj.home
    persons = Entries(home).registry().persons.values()
    rows = []
    for key, path in target_sets(home).items():
        try:
            protocol = load_targets(home, key)
            name, title = protocol.name, protocol.title
        except (AnalyticsError, DashboardError) as error:
            name, title = key, str(error)
        rows.append((name, title, _used_by(key, persons), str(path) if path else None))
    if context.obj.json:
        columns = ("name", "title", "persons", "file")
        return console.emit([dict(zip(columns, row, strict=True)) for row in rows])
    return console.table([_("target set"), _("title"), _("used by"), _("file")], rows)


def _used_by(key: str, persons: Iterable[Person]) -> str:
    from dashboard.targets import DEFAULT

    return ", ".join(person.name for person in persons if (person.targets or DEFAULT) == key)
