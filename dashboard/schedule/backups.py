"""`Data.backups`: a backup every week, seen before it is installed, and taken back."""

from __future__ import annotations

import datetime as dt
import zlib
from pathlib import Path

import msgspec

from dashboard import processes
from dashboard.errors import DashboardError
from dashboard.schedule.plan import WEEKDAYS, File, Job, Plan
from dashboard.schedule.runs import LastRun, forget_runs, last_run
from dashboard.schedule.timer import FOLDER, Timer, make_folder, record, told_folder, told_weekday
from ingest.written import BACKUP, written
from language.spoken import _, language

SUNDAY = WEEKDAYS[-1]
KEEP = 8
DUE = dt.timedelta(days=6)
"""A system that starts the job more often than weekly (at each sign-in) makes no more backups, so
that the old ones are not crowded out (design)."""
LONGEST_MIN = 180
"""A backup of years, to a slow disk (design)."""


class BackupWanted(msgspec.Struct, frozen=True, kw_only=True):
    """A backup every week. to: an absolute folder; keep: how many stay there."""

    to: str
    keep: int
    weekday: str = SUNDAY


class Backups(Timer):
    """The weekly backup of one home folder on one computer."""

    def wanted(self, to: str, keep: int, weekday: str = SUNDAY) -> BackupWanted:
        """What was asked for, once it can be done.

        Raises:
            DashboardError: no such weekday, or a folder that cannot be one.
        """
        told_weekday(weekday)
        folder = told_folder(to)
        if folder.resolve().is_relative_to(self.home.resolve()):
            raise DashboardError(
                _("{path} lies in the folder that is to be backed up.", path=folder),
                _("Choose a folder elsewhere, best on another disk."),
            )
        return BackupWanted(to=str(folder), keep=max(1, keep), weekday=weekday)

    def job(self, wanted: BackupWanted) -> Job:
        """The job that makes a backup, as a command of this program."""
        words = processes.command(
            self.home,
            *("--language", language(), "backup", "--scheduled"),
            *("--to", wanted.to, "--keep", str(wanted.keep)),
        )
        return Job(
            name=self.name(),
            title=_("Weekly legload backup"),
            words=tuple(words),
            weekday=wanted.weekday,
            longest_min=LONGEST_MIN,
        )

    def name(self) -> str:
        """Of the job: another for each home folder."""
        return f"legload-backup-{zlib.crc32(str(self.home.absolute()).encode()):08x}"

    def installed(self) -> BackupWanted | None:
        """What is installed; None: nothing."""
        try:
            return msgspec.json.decode(self._record().read_bytes(), type=BackupWanted)
        except (OSError, msgspec.DecodeError):
            return None

    def active(self, wanted: BackupWanted) -> bool:
        """Whether the system knows the job and will run it."""
        return self.runs(self.job(wanted))

    def last_run(self) -> LastRun | None:
        """What the job did last."""
        return last_run(self.home, self.name())

    def install_backup(self, wanted: BackupWanted) -> Plan:
        """Have backups made from now on; what was installed.

        Raises:
            DashboardError: there is no timer of one's own here, or the system refuses.
        """
        plan = self.plan(self.job(wanted))
        if not plan.by_hand:
            make_folder(Path(wanted.to))
        self._record().unlink(missing_ok=True)
        self.install(plan)
        self._write(File(path=self._record(), text=record(wanted)))
        return plan

    def remove_backup(self) -> bool:
        """Take the job back; whether there was one.

        Raises:
            DashboardError: the system refuses.
        """
        wanted = self.installed()
        if wanted is None:
            return False
        try:
            self.remove(self._own(self.job(wanted)))
        finally:
            self._record().unlink(missing_ok=True)
        return True

    def forget_backup(self) -> list[str]:
        """Take it back with what it said, for good; a sentence for what the system keeps."""
        left = []
        try:
            self.remove_backup()
        except DashboardError as error:
            left.append(str(error))
        forget_runs(self.home, self.name())
        return left

    def not_due(self, to: Path, now: dt.datetime) -> dt.datetime | None:
        """When the newest backup in a folder was made, if that is too recent for another one and it
        is still there. now: aware."""
        folder = to.expanduser().resolve()
        mine = (one for one in written(self.home, BACKUP) if Path(one.path).exists())
        here = [one.at for one in mine if Path(one.path).parent.resolve() == folder]
        newest = max(here, default=None)
        return newest if newest is not None and now - DUE < newest <= now else None

    def _record(self) -> Path:
        return self.home / FOLDER / f"{self.name()}.json"
