"""Weeks' reports as letters: one to a person's report, whoever gets it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from email.message import EmailMessage
from pathlib import Path
from typing import TYPE_CHECKING

from dashboard import wording
from dashboard.errors import DashboardError
from dashboard.mail.account import Account, account, password
from dashboard.mail.letter import MOST_BYTES, Enclosed, as_bytes, letter
from dashboard.mail.post import send
from dashboard.reports import FORMATS, report_name
from dashboard.reports.plaintext import to_text
from dashboard.writing import write_file
from ingest.written import REPORT, note_written
from language.spoken import _

if TYPE_CHECKING:
    from analytics.week import WeekReport
    from dashboard.data import Data
    from dashboard.reporting import Asked, Made

ZIP = "application/zip"


def report_letter(
    report: WeekReport, files: Sequence[Enclosed], *, account: Account | None, now: dt.datetime
) -> EmailMessage:
    """The letter: the report in words and as a page, and the files.

    Its subject has the name that the report has: a code, unless it was asked for by name.
    """
    html = FORMATS["html"].write(report).decode()
    return letter(subject_of(report), to_text(report), html, files, account=account, now=now)


def subject_of(report: WeekReport) -> str:
    """`Week 47, 2026: P-7F3A`."""
    week = wording.week_name(report.week)
    text = _("{week}: {person}", week=week, person=report.person_name)
    return _("DEMO: {subject}", subject=text) if report.demo else text


class Letters:
    """The letters of what was written: one a person, about their last week, all files with it."""

    def __init__(self, data: Data, asked: Asked, made: Made, *, now: dt.datetime) -> None:
        self._data, self._asked, self._made, self._now = data, asked, made, now

    def persons(self) -> list[str]:
        """Who has a letter."""
        return list(dict.fromkeys(item.person for item in self._made.items))

    def send(self, to: Account) -> list[str]:
        """Send each; a sentence for each.

        Raises:
            DashboardError: one was not sent; those before it were.
        """
        return [self.send_one(person, self._week(person), to) for person in self.persons()]

    def send_one(self, person: str, week: str, to: Account) -> str:
        """Send the letter of a person.

        Raises:
            DashboardError: it was not sent.
        """
        found = self._letter(person, week, to)
        send(found, to, password(self._data.home))
        return _("Sent to {addresses}.", addresses=", ".join(to.to))

    def into(self, folder: Path, *, keep: bool = False) -> list[Path]:
        """Write each as an .eml file, noted as every report is. keep: none is replaced.

        Raises:
            DashboardError: the disk refuses, or one is too big.
        """
        return [self._write(person, folder, keep=keep) for person in self.persons()]

    def _write(self, person: str, folder: Path, *, keep: bool) -> Path:
        week = self._week(person)
        report = self._data.reporting.report(person, week, named=self._asked.named)
        pdf = FORMATS["pdf"]
        path = folder / f"{report_name(report, pdf).removesuffix(pdf.suffix)}.eml"
        if not (keep and path.exists()):
            found = self._letter(person, week, account(self._data.home))
            write_file(path, as_bytes(found))
            weeks = {week for one in self._made.items if one.person == person for week in one.weeks}
            note_written(self._data.home, REPORT, path, persons=[person], weeks=sorted(weeks))
        return path

    def _week(self, person: str) -> str:
        return max(item.weeks[-1] for item in self._made.items if item.person == person)

    def _letter(self, person: str, week: str, to: Account | None) -> EmailMessage:
        report = self._data.reporting.report(person, week, named=self._asked.named)
        return report_letter(report, self._enclosed(person, week), account=to, now=self._now)

    def _enclosed(self, person: str, week: str) -> list[Enclosed]:
        """Files of that person; of a zip the zip, if it is theirs alone.

        Raises:
            DashboardError: they are too many, or the zip holds others' too.
        """
        if len(self._made.paths) == 1 and self._made.paths[0].suffix.casefold() == ".zip":
            if len(self.persons()) > 1:
                raise DashboardError(
                    _("The zip holds reports of several people, so it is sent to nobody."),
                    _("Give a folder instead: --out"),
                )
            files = [(self._made.paths[0], ZIP)]
        else:
            pairs = zip(self._made.paths, self._made.items, strict=False)
            files = [(path, item.form.mime) for path, item in pairs if item.person == person]
        if sum(path.stat().st_size for path, _mime in files) > MOST_BYTES:
            raise DashboardError(
                _("These files are too big for an e-mail."), _("Choose fewer weeks or formats.")
            )
        return [Enclosed(name=p.name, mime=mime, content=p.read_bytes()) for p, mime in files]
