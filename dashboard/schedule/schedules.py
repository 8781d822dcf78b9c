"""`Data.schedule`: have a report written every week, see what that installs, and take it back."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import msgspec

from dashboard import processes
from dashboard.errors import DashboardError
from dashboard.schedule.backups import Backups
from dashboard.schedule.mailed import SUFFIX, forget_mailed
from dashboard.schedule.plan import WEEKDAYS, File, Job, Plan
from dashboard.schedule.runs import LastRun, forget_runs, last_run
from dashboard.schedule.timer import FOLDER, Timer, make_folder, record, told_folder, told_weekday
from language.spoken import _, language

__all__ = ["EVERYONE", "FOLDER", "Schedules", "Wanted"]

EVERYONE = "*"
"""Stands for all persons, where a job is of all of them."""


class Wanted(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A report every week. person: a key, or EVERYONE; out: an absolute folder; formats: keys of
    `reports.FORMATS`; named: with the name on it; mail: sent too; eml: a letter is written too."""

    person: str
    out: str
    formats: tuple[str, ...]
    weekday: str = WEEKDAYS[0]
    named: bool = False
    mail: bool = False
    eml: bool = False


class Schedules(Timer):
    """The weekly reports of one home folder on one computer."""

    def wanted(
        self,
        person: str,
        out: str,
        formats: Sequence[str],
        weekday: str = WEEKDAYS[0],
        *,
        named: bool = False,
        mail: bool = False,
        eml: bool = False,
    ) -> Wanted:
        """What was asked for, once it can be done.

        Raises:
            DashboardError: no format, no such weekday, or a folder that cannot be one.
        """
        if not formats:
            raise DashboardError(_("No format is chosen."), _("Choose one at least."))
        told_weekday(weekday)
        folder = told_folder(out)
        if folder.suffix.casefold() == ".zip":
            raise DashboardError(
                _("A report every week goes into a folder, not into a zip."),
                _("Choose another folder."),
            )
        return Wanted(
            person=person,
            out=str(folder),
            formats=tuple(formats),
            weekday=weekday,
            named=named,
            mail=mail,
            eml=eml,
        )

    def job(self, wanted: Wanted) -> Job:
        """The job that writes a report of the last week, as a command of this program."""
        everyone = wanted.person == EVERYONE
        flags = {"everyone": everyone, "name": wanted.named, "mail": wanted.mail, "eml": wanted.eml}
        words = processes.command(
            self.home,
            *("--language", language()),
            *(() if everyone else ("--person", wanted.person)),
            *("report", "last", "--scheduled"),
            *("--format", ",".join(wanted.formats), "--out", wanted.out),
            *(f"--{flag}" for flag, given in flags.items() if given),
        )
        return Job(
            name=self.name(wanted.person),
            title=_("Weekly legload report"),
            words=tuple(words),
            weekday=wanted.weekday,
        )

    def name(self, person: str) -> str:
        """Of a person's job: another for each home folder, and nobody's name in it."""
        told = zlib.crc32(f"{self.home.absolute()}\0{person}".encode())
        return f"legload-report-{told:08x}"

    def installed(self, person: str) -> Wanted | None:
        """What is installed for a person; None: nothing."""
        try:
            return msgspec.json.decode(self._record(person).read_bytes(), type=Wanted)
        except (OSError, msgspec.DecodeError):
            return None

    def active(self, wanted: Wanted) -> bool:
        """Whether the system knows the job and will run it."""
        return self.runs(self.job(wanted))

    def last_run(self, person: str) -> LastRun | None:
        """What a person's job did last."""
        return last_run(self.home, self.name(person))

    def install_report(self, wanted: Wanted) -> Plan:
        """Have the report written from now on; what was installed.

        Raises:
            DashboardError: there is no timer of one's own here, or the system refuses.
        """
        plan = self.plan(self.job(wanted))
        if not plan.by_hand:
            make_folder(Path(wanted.out))
        self._record(wanted.person).unlink(missing_ok=True)  # what fails leaves nothing behind
        self.install(plan)
        self._write(File(path=self._record(wanted.person), text=record(wanted)))
        return plan

    def remove_report(self, person: str) -> bool:
        """Take a person's job back; whether there was one.

        Raises:
            DashboardError: the system refuses.
        """
        wanted = self.installed(person)
        if wanted is None:
            return False
        try:
            self.remove(self._own(self.job(wanted)))
        finally:
            self._record(person).unlink(missing_ok=True)
        return True

    def mailed(self, person: str) -> Path:
        """Where a person's job remembers what it sent."""
        return self.home / FOLDER / f"{self.name(person)}{SUFFIX}"

    def forget(self, person: str | None) -> tuple[str, ...]:
        """Take back the job of a person (None: of everybody, and of backups) and what it said, for
        good. A job of everyone stays while there is somebody.

        Returned is what the system keeps all the same, a sentence each. Never raises for that.
        """
        left = []
        for key in [person] if person is not None else self._persons():
            try:
                self.remove_report(key)
            except DashboardError as error:
                left.append(str(error))
            self._record(key).unlink(missing_ok=True)
            self.mailed(key).unlink(missing_ok=True)
            forget_runs(self.home, self.name(key))
        if person is None:
            left += Backups(self.home, self._host).forget_backup()
        else:
            forget_mailed(self.home / FOLDER, person)
        return tuple(left)

    def _persons(self) -> list[str]:
        """Keys of those for whom a job is installed."""
        found = []
        for path in sorted((self.home / FOLDER).glob("*.json")):
            with suppress(OSError, msgspec.DecodeError):
                found.append(msgspec.json.decode(path.read_bytes(), type=Wanted).person)
        return found

    def _record(self, person: str) -> Path:
        return self.home / FOLDER / f"{self.name(person)}.json"
