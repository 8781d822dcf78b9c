"""`Data.schedule`: have a report written every week, see what that installs, and take it back."""

from __future__ import annotations

import os
import zlib
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import msgspec

from dashboard import processes
from dashboard.errors import DashboardError
from dashboard.folders import folder_named
from dashboard.schedule import cron, launchd, systemd, task_scheduler
from dashboard.schedule.plan import WEEKDAYS, File, Host, Job, Plan
from dashboard.schedule.runs import LastRun, forget_runs, last_run
from ingest.private import create_whole, private_folder
from language.spoken import _, language

FOLDER = "schedule"
"""In the home folder: what was asked for, one file a job."""


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """A report every week. out: an absolute folder; formats: keys of `reports.FORMATS`."""

    person: str
    out: str
    formats: tuple[str, ...]
    weekday: str = WEEKDAYS[0]


class Schedules:
    """The weekly jobs of one home folder on one computer."""

    def __init__(self, home: Path, host: Host | None = None) -> None:
        self.home = home
        self._host = host or Host()

    # Reports ------------------------------------------------------------------------------

    def wanted(
        self, person: str, out: str, formats: Sequence[str], weekday: str = WEEKDAYS[0]
    ) -> Wanted:
        """What was asked for, once it can be done.

        Raises:
            DashboardError: no format, no such weekday, or a folder that cannot be one.
        """
        if not formats:
            raise DashboardError(_("No format is chosen."), _("Choose one at least."))
        if weekday not in WEEKDAYS:
            raise DashboardError(
                _("There is no weekday '{name}'.", name=weekday),
                _("Choose one of: {names}.", names=", ".join(WEEKDAYS)),
            )
        folder = _folder(out)
        return Wanted(person=person, out=str(folder), formats=tuple(formats), weekday=weekday)

    def job(self, wanted: Wanted) -> Job:
        """The job that writes a report of the last week, as a command of this program."""
        words = processes.command(
            self.home,
            *("--language", language(), "--person", wanted.person, "report", "last", "--scheduled"),
            *("--format", ",".join(wanted.formats), "--out", wanted.out),
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
        plan = self._own(self.job(wanted))
        there = all(file.path.is_file() for file in plan.files)
        return there and self._host.run(plan.check).code == 0

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
            _make(Path(wanted.out))
        self._record(wanted.person).unlink(missing_ok=True)  # what fails leaves nothing behind
        self.install(plan)
        self._write(File(path=self._record(wanted.person), text=_text(wanted)))
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

    def forget(self, person: str | None) -> tuple[str, ...]:
        """Take back the job of a person (None: of everybody) and what it said, for good.

        Returned is what the system keeps all the same, a sentence each. Never raises for that.
        """
        left = []
        for key in [person] if person is not None else self._persons():
            try:
                self.remove_report(key)
            except DashboardError as error:
                left.append(str(error))
            self._record(key).unlink(missing_ok=True)
            forget_runs(self.home, self.name(key))
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

    # Any job ------------------------------------------------------------------------------

    def plan(self, job: Job) -> Plan:
        """What installing a job would write and run; nothing is done yet."""
        linux = not self._host.platform.startswith(("darwin", "win"))
        if linux and not systemd.answers(self._host):
            return cron.plan(job)
        return self._own(job)

    def install(self, plan: Plan) -> None:
        """Write the files of a plan and tell the system; all of it or nothing.

        Raises:
            DashboardError: there is no timer of one's own here, or the system refuses.
        """
        if plan.by_hand:
            raise DashboardError(plan.missed, plan.by_hand)
        for words in plan.remove if any(file.path.exists() for file in plan.files) else ():
            self._host.run(words)  # of an earlier one; a system that has lost it says no
        try:
            for file in plan.files:
                self._write(file)
            self._tell(plan.install)
        except DashboardError:
            self._delete(plan)
            raise

    def remove(self, plan: Plan) -> None:
        """Have the system forget a job, and delete its files whatever the system says.

        Raises:
            DashboardError: the system keeps it.
        """
        for words in plan.remove:
            self._host.run(words)
        kept = self._host.run(plan.check)
        self._delete(plan)
        if kept.code == 0:
            raise DashboardError(
                _("The system still knows {name}.", name=plan.name),
                _("Sign out and in again, then look once more."),
            )

    def _own(self, job: Job) -> Plan:
        if self._host.platform == "darwin":
            return launchd.plan(job, self._host)
        if self._host.platform == "win32":
            return task_scheduler.plan(job, self.home / FOLDER)
        return systemd.plan(job, self._host)

    def _tell(self, commands: Sequence[Sequence[str]]) -> None:
        for words in commands:
            if (ran := self._host.run(words)).code != 0:
                raise DashboardError(
                    _(
                        "The system refused '{command}': {text}.",
                        command=words[0],
                        text=_said(ran.text),
                    ),
                    _("Nothing is scheduled now. Try again after signing in anew."),
                )

    def _write(self, file: File) -> None:
        try:
            private_folder(file.path.parent)
            create_whole(file.path, file.text.encode(file.encoding))
        except OSError as error:
            raise DashboardError(
                _("Could not write {path}: {why}.", path=file.path, why=error.strerror or error),
                _("Check the permissions of that folder."),
            ) from error

    def _delete(self, plan: Plan) -> None:
        for file in plan.files:
            file.path.unlink(missing_ok=True)


def _said(text: str) -> str:
    return text.splitlines()[-1].rstrip(".") if text else _("no reason given")


def _text(wanted: Wanted) -> str:
    return msgspec.json.format(msgspec.json.encode(wanted), indent=2).decode()


def _folder(text: str) -> Path:
    path = folder_named(text)
    if not str(path).isprintable():
        raise DashboardError(
            _("That cannot be a folder."), _("Give one such as {example}.", example="~/reports")
        )
    if path.exists() and not path.is_dir():
        raise DashboardError(
            _("{path} is a file, not a folder.", path=path), _("Choose another folder.")
        )
    return path.absolute()


def _make(folder: Path) -> None:
    """The folder, for the owner alone where it is new; a report must fit into it."""
    try:
        private_folder(folder)
    except OSError as error:
        raise DashboardError(
            _("Could not make {path}: {why}.", path=folder, why=error.strerror or error),
            _("Choose another folder."),
        ) from error
    if not os.access(folder, os.W_OK):
        raise DashboardError(
            _("Nothing can be written to {path}.", path=folder), _("Choose another folder.")
        )
