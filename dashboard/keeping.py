"""What becomes of a home's data: import, export, backup, erase. `Data.keeping`.

Whatever takes long is done by another run of this program, so that a page never waits and nothing
is lost when it is closed.
"""

from __future__ import annotations

import datetime as dt
import re
import shutil
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import polars as pl

from analytics.calendar import week_of
from dashboard import processes, taking_in
from dashboard.errors import DashboardError
from dashboard.persons import local_zone
from dashboard.refresh import refresh
from dashboard.rescoring import keep_scores
from dashboard.schedule.schedules import Schedules
from dashboard.scored import person_facts
from ingest.backups import last_backup
from ingest.entries import Entries
from ingest.erasing import Plan, Receipt, erase, preview, unfinished
from ingest.errors import IngestError
from ingest.header import SUFFIX
from ingest.importers.imported import Imported, Told
from ingest.importers.looking import Look
from ingest.private import create_whole, private_folder
from ingest.spool import PID, SPOOL, worked_on
from ingest.store import open_store
from ingest.stretches import Scope
from ingest.unsaying import mass_of, take_back
from language.spoken import _, language

T = TypeVar("T")
LONGEST_NAME = 120
BIG_BYTES = 200 << 20
"""An export of more than this is written to a folder, not sent through the browser (design)."""

ADVANCE = "progress.json"

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A long task. share: of 1, None: not known yet; result: of the command, once it is done."""

    running: bool
    share: float | None = None
    result: Mapping[str, Any] | None = None
    error: str = ""


class Keeping:
    """Import, export, backup and erase of one home."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._children: dict[str, processes.Child] = {}

    # Erase ------------------------------------------------------------------------------------

    def preview(self, scope: Scope) -> Receipt:
        """What an erasure would take; nothing is changed.

        Raises:
            DashboardError: the entries or the store cannot be read.
        """
        return _told(lambda: preview(self._home, scope, zone=local_zone()).receipt)

    def erase(self, scope: Scope) -> str:
        """Begin to erase; the job's name."""
        words = ["--everything"] if scope.everything else []
        words += [f"--person={scope.person}"] if scope.person else []
        words += [f"--from={scope.start}"] if scope.start else []
        words += [f"--to={scope.end}"] if scope.end else []
        return self._begin("erase", *words, "--yes")

    def unfinished(self) -> bool:
        """Whether an erasure was stopped before it was done."""
        return _told(lambda: unfinished(self._home)) is not None

    def finish(self) -> str:
        """Begin to finish it; the job's name."""
        return self._begin("erase", "--yes")

    def receipt(self, job: Job) -> Receipt | None:
        """What an erasure took, once its job is over."""
        try:
            return msgspec.convert(job.result, Receipt)
        except msgspec.ValidationError:
            return None

    def take_back_mass(self, person: str, date: dt.date) -> None:
        """Take back a body mass that was said from a day on.

        Raises:
            DashboardError: none was said.
        """
        if not _told(lambda: take_back(self._home, mass_of(person, date))):
            raise DashboardError(
                _("No body mass was typed for that day."),
                _("What a scale measured goes when the day is erased."),
            )

    # Import, export, backup -------------------------------------------------------------------

    def kinds(self) -> list[str]:
        """Endings of the files that can be imported, such as `.legrec`."""
        return taking_in.kinds()

    def look(self, person: str, name: str, content: bytes, told: Told) -> Look:
        """What a file is, and what somebody must still say of it; nothing is changed.

        Raises:
            DashboardError: the entries cannot be read.
        """
        return _told(lambda: taking_in.looked_at(self._home, person, name, content, told))

    def meanings(self) -> dict[str, str]:
        """What a column of a table can hold, by key, in words."""
        return taking_in.meanings()

    def take_in_path(self, person: str, path: str, told: Told | None = None) -> str:
        """Begin to import a file or folder of this computer as a person's; the job's name.

        Raises:
            DashboardError: there is none of that name.
        """
        words = [str(taking_in.file_named(path)), *taking_in.options(told or Told())]
        return self._begin("import", *words, f"--person={person}")

    def imported(self, job: Job) -> tuple[Imported, ...]:
        """What came of each file, once the job is over."""
        return taking_in.imported(job.result)

    def take_in(
        self, person: str, files: Iterable[tuple[str, bytes]], told: Told | None = None
    ) -> str:
        """Begin to import files, by name and content, as a person's; the job's name.

        told: what a person says of them that they do not.
        """
        folder = self._folder("import")
        paths = []
        for number, (name, content) in enumerate(files):
            path = folder / f"{number:03d}" / _plain(name)
            private_folder(path.parent)
            create_whole(path, content)
            paths.append(str(path))
        words = taking_in.options(told or Told())
        return self._begin("import", *paths, *words, f"--person={person}", folder=folder)

    def big(self) -> bool:
        """Whether an export is more than a browser should be sent."""
        size = 0
        for path in (self._home / "recordings").glob(f"*/*/*{SUFFIX}"):
            size += path.stat().st_size
            if size > BIG_BYTES:
                return True
        return False

    def export(self, person: str | None, out: Path | None) -> str:
        """Begin to export, everyone's or a person's; out: a folder, None: a zip for `exported`."""
        folder = self._folder("export")
        words = [f"--person={person}"] if person else []
        return self._begin("export", str(out or folder / "legload.zip"), *words, folder=folder)

    def exported(self, job: str) -> bytes | None:
        """The zip that a job wrote to be downloaded, while it is there."""
        try:
            return (self._home / SPOOL / job / "legload.zip").read_bytes()
        except OSError:
            return None

    def backup(self, folder: Path, keep: int) -> str:
        """Begin to back up into a folder; the job's name."""
        return self._begin("backup", f"--to={folder}", f"--keep={keep}")

    def last_backup(self) -> dt.datetime | None:
        """When the last backup was made, if any was (UTC)."""
        return last_backup(self._home)

    # Reports ----------------------------------------------------------------------------------

    def make_reports(
        self,
        whose: str | None,
        weeks: tuple[str, str],
        formats: Iterable[str],
        *,
        named: bool,
        one_table: bool,
    ) -> str:
        """Begin to write reports into a zip for `exported`; the job's name.

        whose: a person, None: everyone; weeks: the first and the last.
        """
        folder = self._folder("report")
        words = ["--everyone"] if whose is None else [f"--person={whose}"]
        words += ["--name"] if named else []
        words += ["--one-table"] if one_table else []
        words += [f"--from={weeks[0]}", f"--to={weeks[1]}", f"--format={','.join(formats)}"]
        return self._begin("report", *words, f"--out={folder / 'legload.zip'}", folder=folder)

    def send_report(self, person: str, week: str, key: str, *, named: bool) -> str:
        """Begin to send a report to whoever gets them; the job's name. key: of a format."""
        folder = self._folder("report")
        words = [week, f"--person={person}", f"--format={key}", "--mail"]
        words += ["--name"] if named else []
        return self._begin("report", *words, f"--out={folder / 'sent'}", folder=folder)

    # Jobs -------------------------------------------------------------------------------------

    def job(self, name: str) -> Job:
        """How far a job is. Never raises."""
        folder, child = self._home / SPOOL / name, self._children.get(name)
        if child is not None and child.poll() is None:
            return Job(running=True, share=_share(folder / ADVANCE))
        try:
            result = msgspec.json.decode((folder / "result.json").read_bytes(), type=dict)
        except (OSError, msgspec.DecodeError):
            result = None
        error = "" if result is not None else _last_said(folder)
        return Job(running=False, result=result, error=error)

    def drop(self, name: str) -> None:
        """Forget a job that is over, and what it left."""
        self._children.pop(name, None)
        shutil.rmtree(self._home / SPOOL / name, ignore_errors=True)

    def _folder(self, command: str) -> Path:
        """A folder of a new job; older ones of its command that are over go, an erasure's all."""
        for old in (self._home / SPOOL).glob("*" if command == "erase" else f"{command}-*"):
            if not (self.job(old.name).running or worked_on(old)):
                self.drop(old.name)
        folder = self._home / SPOOL / f"{command}-{uuid.uuid4().hex}"
        private_folder(folder)
        return folder

    def _begin(self, *words: str, folder: Path | None = None) -> str:
        folder = folder or self._folder(words[0])
        advance = f"--progress-file={folder / ADVANCE}"
        command = processes.command(self._home, *words, "--json", "--language", language(), advance)
        self._children[folder.name] = processes.spawn(
            command, folder / "said.log", folder / "result.json"
        )
        pid = str(self._children[folder.name].pid)
        create_whole(folder / PID, pid.encode())
        return folder.name


def erase_and_score(
    home: Path,
    plan: Plan,
    *,
    progress: Progress | None = None,
    keep: Path | None = None,
    schedules: Schedules | None = None,
) -> Receipt:
    """Erase, then compute again what that changes. keep: a folder of the spool that stays.

    Whoever goes altogether gets no report any more; schedules: None, those of this computer.

    Raises:
        IngestError: see `ingest.erasing.erase`.
    """
    whole = plan.scope.days is None
    held = (schedules or Schedules(home)).forget(plan.scope.person) if whole else ()
    receipt = erase(home, plan, progress=progress, keep=keep)
    if not plan.scope.everything:
        refresh(home, progress=progress)
        _score(home, plan.scope)
    return msgspec.structs.replace(receipt, left=(*receipt.left, *held))


def _score(home: Path, scope: Scope) -> None:
    """Keep anew what the weeks from the first erased day on come to."""
    if scope.start is None:
        return
    registry, first = Entries(home).registry(), week_of(scope.start)
    with open_store(home) as store:
        touched = {
            (person, week)
            for person in filter(scope.concerns, registry.persons)
            for week in _weeks(store.hours(person), person_facts(registry, person).zone)
            if week >= first
        }
    keep_scores(home, registry, touched)


def _weeks(hours: pl.Series, zone: str) -> set[str]:
    return {week_of(day) for day in hours.dt.convert_time_zone(zone).dt.date().unique()}


def _plain(name: str) -> str:
    """A file name that is one, from whatever a browser sends."""
    base = re.sub(r"[^A-Za-z0-9._ -]+", "_", name.replace("\\", "/").rpartition("/")[2])
    return base.lstrip(".")[-LONGEST_NAME:] or "file"


def _share(path: Path) -> float | None:
    try:
        done, total = msgspec.json.decode(path.read_bytes(), type=tuple[int, int])
    except (OSError, msgspec.DecodeError):
        return None
    return min(1.0, done / total) if total else None


def _last_said(folder: Path) -> str:
    try:
        return processes.last_line(folder / "said.log")
    except OSError:
        return _("It was stopped before it was done.")


def _told(call: Callable[[], T]) -> T:
    try:
        return call()
    except IngestError as error:
        raise DashboardError(error.problem, error.advice) from error
