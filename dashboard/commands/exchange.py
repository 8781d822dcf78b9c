"""`export`, `restore`, `backup`, `erase`: data out, back in, kept safe, and gone."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from dashboard import console
from dashboard.commands.people import parse_day
from dashboard.persons import local_zone, pick_person
from language.spoken import _, mark

if TYPE_CHECKING:
    from ingest.erasing import Plan, Receipt
    from ingest.stretches import Scope

TELL_S = 0.3
From = Annotated[
    str | None,
    typer.Option("--from", metavar="DAY", help=mark("First local day, 2026-11-02.")),
]
To = Annotated[
    str | None, typer.Option("--to", metavar="DAY", help=mark("Last local day, included."))
]
ProgressFile = Annotated[Path | None, typer.Option(hidden=True)]


def export(
    context: typer.Context,
    out: Annotated[
        Path, typer.Argument(metavar="OUT", help=mark("A folder, or a name that ends in .zip."))
    ],
    start: From = None,
    end: To = None,
    progress_file: ProgressFile = None,
) -> None:
    """Write everything, or one person's data, to a folder or zip that any program can read."""
    from dashboard.refresh import refresh
    from ingest.exchange import export as write
    from ingest.written import EXPORT, note_written

    settings = context.obj
    scope = _scope(context, start, end)
    with advancing(_("Loading"), progress_file, quiet=settings.json) as advance:
        refresh(settings.home, progress=advance)
    with advancing(_("Exporting"), progress_file, quiet=settings.json) as advance:
        found = write(settings.home, out, scope=scope, zone=local_zone(), progress=advance)
    if out.suffix.casefold() == ".zip":
        note_written(settings.home, EXPORT, out, person=scope.person)
    else:
        for file in (*(file.path for file in found.files), "manifest.json"):
            note_written(settings.home, EXPORT, out / file, person=scope.person)
    counts = {**found.counts, "files": len(found.files)}
    if settings.json:
        return console.emit({"path": str(out), **counts})
    return console.show(
        _(
            "{path}: {recordings} recordings, {files} files. README.md there explains each column.",
            path=out,
            **counts,
        )
    )


def restore(
    context: typer.Context,
    archive: Annotated[Path, typer.Argument(help=mark("An export or a backup, folder or zip."))],
    progress_file: ProgressFile = None,
) -> None:
    """Put an export or backup into an empty home folder; everything is checked first."""
    from dashboard.refresh import refresh
    from ingest.exchange import restore as put

    settings = context.obj
    with advancing(_("Restoring"), progress_file, quiet=settings.json) as advance:
        found = put(settings.home, archive, progress=advance)
    with advancing(_("Loading"), progress_file, quiet=settings.json) as advance:
        done = refresh(settings.home, progress=advance)
    if settings.json:
        return console.emit({"home": str(settings.home), **found.counts, "loaded": done})
    for problem in done.problems:
        console.note(problem)
    return console.show(
        _(
            "{recordings} recordings and {entries} entries restored into {home}.",
            home=settings.home,
            **found.counts,
        )
    )


def backup(
    context: typer.Context,
    to: Annotated[str, typer.Option("--to", metavar="DIR", help=mark("Folder to write to."))] = "",
    keep: Annotated[int, typer.Option(min=1, help=mark("How many backups stay there."))] = 8,
    every: Annotated[
        str | None,
        typer.Option(metavar="WEEKDAY", help=mark("Have one made every sunday, say.")),
    ] = None,
    remove: Annotated[
        bool, typer.Option("--remove", help=mark("With --every: no longer."))
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help=mark("With --every: do not ask."))] = False,
    scheduled: Annotated[bool, typer.Option("--scheduled", hidden=True)] = False,
    progress_file: ProgressFile = None,
) -> None:
    """Write a zip that `restore` takes, read it back, then drop older ones; once or every week."""
    from dashboard.commands import schedule

    if remove:
        return schedule.remove_backup(context)
    if not to.strip():
        raise typer.BadParameter(_("Say which folder to back up into: --to DIR."))
    if every is not None:
        return schedule.every_backup(context, every.lower(), to, keep, yes=yes)
    if not scheduled:
        return _backup(context, to, keep, progress_file)
    return _scheduled(context, to, keep)


def _scheduled(context: typer.Context, to: str, keep: int) -> None:
    """By the computer's timer: what it did goes to its log, and none is made before it is due."""
    from dashboard.commands.schedule import noted_run
    from dashboard.schedule.backups import Backups
    from dashboard.wording import clock_text

    backups = Backups(context.obj.home)
    with noted_run(backups.home, backups.name()) as log:
        if (last := backups.not_due(Path(to), dt.datetime.now(dt.UTC))) is not None:
            said = _("None is due: the last one is of {when}.", when=clock_text(last))
            log.said.append(said)
            return console.note(said)
        _backup(context, to, keep, None)
        log.said.append(_("Backed up into {folder}, read back and right.", folder=to))
    return None


def _backup(context: typer.Context, to: str, keep: int, progress_file: Path | None) -> None:
    from ingest.backups import backup as write

    settings = context.obj
    with advancing(_("Backing up"), progress_file, quiet=settings.json) as advance:
        done = write(settings.home, Path(to), keep=keep, progress=advance)
    if settings.json:
        return console.emit(done)
    console.show(
        _(
            "{path}: {recordings} recordings and {entries} entries, read back and right.",
            path=done.path,
            recordings=done.recordings,
            entries=done.entries,
        )
    )
    for path in done.dropped:
        console.note(_("Dropped: {path}", path=path))
    return None


def erase(
    context: typer.Context,
    start: From = None,
    end: To = None,
    everything: Annotated[
        bool, typer.Option("--everything", help=mark("All persons, all days."))
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help=mark("Show what would go; change nothing."))
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help=mark("Do not ask."))] = False,
    progress_file: ProgressFile = None,
) -> None:
    """Erase a person (--person), days or everything: recordings, entries, reports, backups."""
    from ingest.erasing import preview, unfinished

    settings = context.obj
    if (plan := unfinished(settings.home)) is not None and not dry_run:
        console.note(_("An erasure was stopped before it was done; it is finished first."))
        _carry_out(context, plan, progress_file)
        if not (everything or start or end or _person_given(context)):
            return None
    scope = _erased(context, start, end, everything=everything)
    with advancing(_("Looking"), progress_file, quiet=settings.json) as advance:
        plan = preview(settings.home, scope, zone=local_zone(), progress=advance)
    if dry_run:
        return _show(context, plan.receipt)
    if not yes:
        _show_lines(plan.receipt)
        word = _("erase")
        question = _("This cannot be undone. Type '{word}' to erase", word=word)
        advice = _("Nothing was erased. Say --yes where nobody can answer.")
        if console.ask(question, "", advice).casefold() != word:
            console.note(_("Nothing was erased."))
            raise typer.Exit(1)
    return _carry_out(context, plan, progress_file)


def _carry_out(context: typer.Context, plan: Plan, progress_file: Path | None) -> None:
    from dashboard.keeping import erase_and_score

    settings = context.obj
    with advancing(_("Erasing"), progress_file, quiet=settings.json) as advance:
        spool = progress_file.parent if progress_file else None
        receipt = erase_and_score(settings.home, plan, progress=advance, keep=spool)
    _show(context, receipt)


def _show(context: typer.Context, receipt: Receipt) -> None:
    if context.obj.json:
        return console.emit(receipt)
    return _show_lines(receipt)


def _show_lines(receipt: Receipt) -> None:
    from dashboard.wording.erased import head, left, rows

    console.show(head(receipt))
    console.table([_("what"), _("how much")], rows(receipt))
    for sentence in left(receipt):
        console.note(sentence)


def _scope(context: typer.Context, start: str | None, end: str | None) -> Scope:
    """Whose, and which days: `--person` only where it was given, not where it is preferred."""
    from ingest.entries import Entries
    from ingest.stretches import Scope

    given = _person_given(context)
    persons = Entries(context.obj.home).registry().persons
    person = pick_person(persons, given) if given else None
    first, last = (parse_day(day) if day else None for day in (start, end))
    if first and last and last < first:
        raise typer.BadParameter(
            _("{last} is before {first}; give the first day first.", first=first, last=last)
        )
    return Scope(person=person, start=first, end=last)


def _erased(
    context: typer.Context, start: str | None, end: str | None, *, everything: bool
) -> Scope:
    scope = _scope(context, start, end)
    if everything != scope.everything:
        raise typer.BadParameter(
            _("Say what to erase: --person NAME, --from DAY --to DAY, or --everything alone.")
        )
    if scope.days is not None and None in (scope.start, scope.end):
        raise typer.BadParameter(_("Give both --from and --to."))
    return scope


def _person_given(context: typer.Context) -> str | None:
    given = context.find_root().params.get("person")
    return str(given) if given else None


@contextmanager
def advancing(text: str, file: Path | None, *, quiet: bool) -> Iterator[Callable[[int, int], None]]:
    """A bar on the terminal, or a file that a page looks at: `[done, total]`."""
    from ingest.private import create_whole

    told_s = 0.0
    with console.progress(text, quiet=quiet) as advance:

        def tell(done: int, total: int) -> None:
            nonlocal told_s
            advance(done, total)
            if file is not None and (now_s := time.monotonic()) - told_s >= TELL_S:
                told_s = now_s
                create_whole(file, msgspec.json.encode((done, total)))

        yield tell
