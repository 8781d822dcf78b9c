"""`report`: weeks as files, once or every week, and by e-mail where that was set up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dashboard import console
from dashboard.commands.exchange import ProgressFile, advancing
from dashboard.commands.weeks import LAST, Week, named_week
from dashboard.errors import DashboardError
from language.spoken import _, mark

if TYPE_CHECKING:
    from dashboard.data import Data
    from dashboard.mail.account import Account
    from dashboard.reporting import Asked, Made

ALL = "all"


def report(
    context: typer.Context,
    week: Week = None,
    first: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="WEEK",
            help=mark("First of several weeks: 2026-W40."),
            callback=named_week,
        ),
    ] = None,
    last: Annotated[
        str | None,
        typer.Option(
            "--to",
            metavar="WEEK",
            help=mark("Last of them, included; else the one before this."),
            callback=named_week,
        ),
    ] = None,
    formats: Annotated[
        str,
        typer.Option(
            "--format",
            help=mark("pdf, html, csv, parquet, json …, several as pdf,csv, or all."),
            envvar="LEGLOAD_REPORT_FORMAT",
        ),
    ] = "pdf",
    everyone: Annotated[
        bool, typer.Option("--everyone", help=mark("Of all persons, one file each."))
    ] = False,
    out: Annotated[
        Path, typer.Option(help=mark("Folder to write to, or one file that ends in .zip."))
    ] = Path(),
    one_table: Annotated[
        bool,
        typer.Option(
            "--one-table", help=mark("CSV and Parquet: all weeks of a person in one file.")
        ),
    ] = False,
    named: Annotated[
        bool,
        typer.Option("--name", help=mark("Put the name on it; without, a code such as P-7F3A.")),
    ] = False,
    note: Annotated[
        str | None,
        typer.Option(
            metavar="TEXT", help=mark('A note that stays on this week; "" takes it back.')
        ),
    ] = None,
    mail: Annotated[
        bool, typer.Option("--mail", help=mark("Send it as well, as set up by legload mail."))
    ] = False,
    eml: Annotated[
        bool, typer.Option("--eml", help=mark("Write it as an e-mail to send yourself, too."))
    ] = False,
    every: Annotated[
        str | None,
        typer.Option(metavar="WEEKDAY", help="Have last week's report written every monday, say."),
    ] = None,
    remove: Annotated[bool, typer.Option("--remove", help="With --every: no longer.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="With --every: do not ask.")] = False,
    scheduled: Annotated[bool, typer.Option("--scheduled", hidden=True)] = False,
    progress_file: ProgressFile = None,
) -> None:
    """Write weeks as reports to a folder or zip, once or every week.

    Without --name nobody's name is on them. legload report --from 2026-W40 --to 2026-W47 --format
    pdf,csv --everyone --out reports.zip
    """
    keys = format_keys(formats)
    if every is None and not remove:
        _refuse_mixed(week, first, last, note, everyone=everyone)
        job = _Job(
            context,
            everyone=everyone,
            mail=mail,
            eml=eml,
            scheduled=scheduled,
            progress_file=progress_file,
        )
        return job.run((week, first, last), keys, out, note, named, one_table)
    from dashboard.commands import schedule

    if week is not None or first or last or note is not None:
        raise typer.BadParameter(_("With --every the week is always the last one; leave it out."))
    if remove:
        return schedule.remove(context, everyone=everyone)
    ways = {"named": named, "mail": mail, "eml": eml}
    return schedule.every(
        context, str(every).lower(), keys, out, yes=yes, everyone=everyone, **ways
    )


def _refuse_mixed(
    week: str | None, first: str | None, last: str | None, note: str | None, *, everyone: bool
) -> None:
    if week is not None and (first or last):
        raise typer.BadParameter(_("Give one week, or --from and --to."))
    if last and not first:
        raise typer.BadParameter(_("Give --from as well."))
    if note is not None and (first or everyone):
        raise typer.BadParameter(_("--note goes on one week of one person."))


def format_keys(text: str) -> list[str]:
    """The formats that were asked for.

    Raises:
        BadParameter: none, or one that is not there.
    """
    from dashboard.reports import FORMATS

    keys = [key.strip().casefold() for key in text.split(",") if key.strip()]
    if keys == [ALL]:
        return list(FORMATS)
    unknown = [key for key in keys if key not in FORMATS]
    if unknown or not keys:
        raise typer.BadParameter(
            _(
                "--format takes {known}, not '{given}'.",
                known=", ".join(FORMATS),
                given=", ".join(unknown) or text,
            )
        )
    return list(dict.fromkeys(keys))


class _Job:
    """One run of the command that writes."""

    def __init__(
        self,
        context: typer.Context,
        *,
        everyone: bool,
        mail: bool,
        eml: bool,
        scheduled: bool,
        progress_file: Path | None,
    ) -> None:
        self._context, self._settings = context, context.obj
        self._mail, self._eml, self._scheduled = mail, eml, scheduled
        self._everyone = everyone
        self._progress_file = progress_file

    def run(
        self,
        told: tuple[str | None, str | None, str | None],
        keys: Sequence[str],
        out: Path,
        note: str | None,
        named: bool,
        one_table: bool,
    ) -> None:
        """Write, and send. scheduled: what happened goes to a log, and no file is replaced."""
        from dashboard.commands.schedule import noted
        from dashboard.data import open_data
        from dashboard.mail.account import required
        from dashboard.reporting import Asked

        with (
            noted(self._context, everyone=self._everyone)
            if self._scheduled
            else nullcontext() as log
        ):
            data = open_data(self._settings.home, radio=self._settings.radio)
            self._refresh()
            account = None
            if self._mail and not self._scheduled:  # a timer writes the files all the same
                account = required(self._settings.home)
            persons = self._persons(data)
            asked = Asked(
                persons=persons,
                weeks=_weeks(data, persons, *told),
                formats=tuple(keys),
                named=named,
                one_table=one_table,
            )
            if note is not None:
                data.set_note(persons[0], asked.weeks[-1], note)
            made = self._write(data, asked, out)
            if log is not None:
                log.files(made.paths, out, listed=not self._everyone)
            letters = self._letters(data, asked, made, out, account)
        self._say(asked, made, letters)

    def _refresh(self) -> None:
        from dashboard.refresh import refresh

        quiet = self._settings.json
        with advancing(_("Loading"), self._progress_file, quiet=quiet) as advance:
            refresh(self._settings.home, progress=advance)

    def _persons(self, data: Data) -> tuple[str, ...]:
        if self._everyone:
            return tuple(person.key for person in data.persons())
        return (data.pick(self._settings.person),)

    def _write(self, data: Data, asked: Asked, out: Path) -> Made:
        quiet = self._settings.json
        with advancing(_("Writing"), self._progress_file, quiet=quiet) as advance:
            if out.suffix.casefold() == ".zip":
                return data.reporting.zipped(asked, out, progress=advance)
            return data.reporting.folder(asked, out, keep=self._scheduled, progress=advance)

    def _letters(
        self, data: Data, asked: Asked, made: Made, out: Path, account: Account | None
    ) -> list[str]:
        """Addresses and files of the letters that were sent or written."""
        if not (self._mail or self._eml):
            return []
        from dashboard.mail.reports import Letters

        letters = Letters(data, asked, made, now=dt.datetime.now(dt.UTC))
        folder = out.parent if out.suffix.casefold() == ".zip" else out
        written = letters.into(folder, keep=self._scheduled) if self._eml else []
        if self._mail and self._scheduled:
            sent = self._deliver(data, asked, out)
        else:
            sent = letters.send(account) if account else []
        return [*map(str, written), *sent]

    def _deliver(self, data: Data, asked: Asked, out: Path) -> list[str]:
        """Send what was never sent, and what failed on an earlier day."""
        from dashboard.mail.account import required
        from dashboard.mail.reports import Letters
        from dashboard.schedule.mailed import deliver

        def send(letter: tuple[str, str]) -> str:
            person, week = letter
            to, alone = required(data.home), replace(asked, persons=(person,), weeks=(week,))
            made = data.reporting.folder(alone, out, keep=True)
            return Letters(data, alone, made, now=dt.datetime.now(dt.UTC)).send_one(*letter, to)

        letters = [(person, asked.weeks[-1]) for person in asked.persons]
        return deliver(self._memory(data), letters, send)

    def _memory(self, data: Data) -> Path:
        from dashboard.schedule.schedules import EVERYONE

        person = EVERYONE if self._everyone else data.pick(self._settings.person)
        return data.schedule.mailed(person)

    def _say(self, asked: Asked, made: Made, letters: Sequence[str]) -> None:
        from dashboard.reporting import left_out_text

        if self._settings.json:
            files = [str(path) for path in made.paths]
            return console.emit(
                {
                    "week": asked.weeks[-1],
                    "weeks": asked.weeks,
                    "files": files,
                    "letters": letters,
                    "left_out": made.left_out,
                }
            )
        for path in made.paths:
            console.show(str(path))
        for one in letters:
            console.show(one)
        if made.left_out:
            console.note(left_out_text(made.left_out))
        return None


def _weeks(
    data: Data, persons: Sequence[str], week: str | None, first: str | None, last: str | None
) -> tuple[str, ...]:
    """The weeks meant; `last` is the one before the current one.

    Raises:
        DashboardError: there is no such week, it is to come, or they are too many.
        BadParameter: they are the wrong way round.
    """
    from analytics.calendar import week_back, week_start

    current = max(data.weeks(person)[0] for person in persons)

    def meant(text: str) -> str:
        return week_back(current, 1) if text == LAST else text

    if first is None:
        return data.reporting.between(*[meant(week or current)] * 2)
    start, end = meant(first), meant(last or LAST)
    if week_start(end) < week_start(start):
        raise typer.BadParameter(
            _("{last} is before {first}; give the first week first.", first=start, last=end)
        )
    if end > current:
        raise DashboardError(
            _("{week} is yet to come.", week=end), _("The current week is {week}.", week=current)
        )
    return data.reporting.between(start, end)
