"""Any weekly job of a home folder: shown, installed and taken back by this computer's own timer."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import msgspec

from dashboard.errors import DashboardError
from dashboard.folders import folder_named
from dashboard.schedule import cron, launchd, systemd, task_scheduler
from dashboard.schedule.plan import WEEKDAYS, File, Host, Job, Plan
from ingest.private import create_whole, private_folder
from language.spoken import _

FOLDER = "schedule"
"""In the home folder: what was asked for, one file a job."""


class Timer:
    """The weekly jobs of one home folder on one computer."""

    def __init__(self, home: Path, host: Host | None = None) -> None:
        self.home = home
        self._host = host or Host()

    def runs(self, job: Job) -> bool:
        """Whether the system knows a job and will run it."""
        plan = self._own(job)
        there = all(file.path.is_file() for file in plan.files)
        return there and self._host.run(plan.check).code == 0

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


def told_weekday(weekday: str) -> str:
    """A weekday that a job can run on.

    Raises:
        DashboardError: there is none of that name.
    """
    if weekday not in WEEKDAYS:
        raise DashboardError(
            _("There is no weekday '{name}'.", name=weekday),
            _("Choose one of: {names}.", names=", ".join(WEEKDAYS)),
        )
    return weekday


def record(wanted: msgspec.Struct) -> str:
    """What was asked for, as it is kept."""
    return msgspec.json.format(msgspec.json.encode(wanted), indent=2).decode()


def told_folder(text: str) -> Path:
    """A folder that a job can write to; it need not be there yet.

    Raises:
        DashboardError: it cannot be one.
    """
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


def make_folder(folder: Path) -> None:
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
