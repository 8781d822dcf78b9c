"""A report every week, by the timer of any of three systems, none of which is touched."""

from __future__ import annotations

import datetime as dt
import plistlib
import shlex
import shutil
import stat
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.calendar import week_back, week_of
from dashboard import cli
from dashboard.data import open_data
from dashboard.errors import DashboardError
from dashboard.keeping import erase_and_score
from dashboard.schedule import cron, systemd
from dashboard.schedule.plan import MISSING, Host, Job, Ran, run
from dashboard.schedule.runs import last_run, log_path, note_run
from dashboard.schedule.schedules import FOLDER, Schedules, Wanted
from ingest.entries import Entries, PersonSet
from ingest.erasing import preview
from ingest.stretches import Scope
from ingest.written import written

NOW = dt.datetime(2026, 11, 23, 6, 0, 3, tzinfo=dt.UTC)
SYSTEMS = ("linux", "darwin", "win32")
TASK = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"
JOB = Job(name="legload-report-1", title="Weekly", words=("/opt/a b/python", "-m", "x"))


@dataclass
class MadeUp:
    """A computer that notes what it is asked to run; jobs it knows are those it was told of."""

    known: bool = False
    refuses: str = ""
    stubborn: bool = False
    asked: list[tuple[str, ...]] = field(default_factory=list)

    def __call__(self, words: Sequence[str]) -> Ran:
        self.asked.append(tuple(words))
        said = " ".join(words)
        if self.refuses and self.refuses in said:
            return Ran(code=1, text="Some detail\nAccess is denied.")
        if any(word in said for word in ("enable --now", "bootstrap", "/Create")):
            self.known = True
        if any(word in said for word in ("disable --now", "bootout", "/Delete")):
            self.known = self.stubborn and self.known
        looks = any(word in said for word in ("is-active", "launchctl print", "/Query"))
        return Ran(code=0 if self.known or not looks else 3)


def schedules(home: Path, platform: str, computer: MadeUp) -> Schedules:
    host = Host(
        platform=platform, folder=home / "Own Folder", environment={}, user=501, run=computer
    )
    return Schedules(home / "leg load", host)


def wanted(home: Path, at: Schedules, *, formats: Sequence[str] = ("pdf", "csv")) -> Wanted:
    return at.wanted("anna", str(home / "re ports"), formats)


@pytest.mark.parametrize("platform", SYSTEMS)
def test_a_report_is_installed_looked_at_and_taken_back_on_every_system(
    tmp_path: Path, platform: str
) -> None:
    computer = MadeUp()
    at = schedules(tmp_path, platform, computer)
    asked = wanted(tmp_path, at)
    assert at.installed("anna") is None
    shown = at.plan(at.job(asked))
    assert not any(file.path.exists() for file in shown.files)
    done = at.install_report(asked)
    assert done == shown  # what was shown is what is installed
    for file in done.files:
        assert file.path.read_bytes() == file.text.encode(file.encoding)
        assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
    assert at.installed("anna") == asked
    assert at.installed("bo") is None
    assert at.active(asked)
    assert Path(asked.out).is_dir()
    assert at.remove_report("anna")
    assert not any(file.path.exists() for file in done.files)
    assert at.installed("anna") is None
    assert not at.remove_report("anna")


@pytest.mark.parametrize("platform", SYSTEMS)
def test_what_the_system_refuses_leaves_nothing_behind(tmp_path: Path, platform: str) -> None:
    command = {"linux": "enable", "darwin": "bootstrap", "win32": "/Create"}[platform]
    at = schedules(tmp_path, platform, MadeUp(refuses=command))
    asked = wanted(tmp_path, at)
    with pytest.raises(DashboardError, match="Access is denied"):
        at.install_report(asked)
    assert at.installed("anna") is None
    assert not any(file.path.exists() for file in at.plan(at.job(asked)).files)


@pytest.mark.parametrize("platform", SYSTEMS)
def test_installing_again_replaces_what_was_there(tmp_path: Path, platform: str) -> None:
    computer = MadeUp()
    at = schedules(tmp_path, platform, computer)
    at.install_report(wanted(tmp_path, at))
    asked = wanted(tmp_path, at, formats=["csv"])
    done = at.install_report(asked)
    assert at.installed("anna") == asked
    assert any("csv" in file.text and "pdf" not in file.text for file in done.files)
    removals = [words for words in computer.asked if words == done.remove[0]]
    assert len(removals) == 1


@pytest.mark.parametrize("platform", SYSTEMS)
def test_a_job_that_the_system_lost_is_said_to_be_lost_and_can_be_removed(
    tmp_path: Path, platform: str
) -> None:
    computer = MadeUp()
    at = schedules(tmp_path, platform, computer)
    asked = wanted(tmp_path, at)
    at.install_report(asked)
    computer.known = False
    assert not at.active(asked)
    computer.refuses = {"linux": "disable", "darwin": "bootout", "win32": "/Delete"}[platform]
    assert at.remove_report("anna")
    assert at.installed("anna") is None


def test_a_job_that_the_system_keeps_is_told(tmp_path: Path) -> None:
    at = schedules(tmp_path, "win32", MadeUp(stubborn=True))
    at.install_report(wanted(tmp_path, at))
    with pytest.raises(DashboardError, match="still knows legload-report-"):
        at.remove_report("anna")


def test_a_timer_makes_up_for_a_missed_monday_and_quotes_every_path(tmp_path: Path) -> None:
    at = schedules(tmp_path, "linux", MadeUp())
    service, timer = at.plan(at.job(wanted(tmp_path, at))).files
    assert service.path.parent == tmp_path / "Own Folder" / ".config" / "systemd" / "user"
    assert "OnCalendar=Mon *-*-* 07:00:00\nPersistent=true\n" in timer.text
    assert f'"{tmp_path}/leg load"' in service.text
    assert '"report" "last" "--scheduled" "--format" "pdf,csv" "--out"' in service.text
    assert "UMask=0077" in service.text


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")
def test_systemd_finds_nothing_wrong_with_the_units(tmp_path: Path) -> None:
    at = schedules(tmp_path, "linux", MadeUp())
    folder = tmp_path / "odd 100 % \"$HOME\" 'x' folder"
    plan = at.plan(at.job(at.wanted("anna", str(folder), ["pdf"])))
    for file in plan.files:
        (tmp_path / file.path.name).write_text(file.text)
    paths = [str(tmp_path / file.path.name) for file in plan.files]
    words = ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", *paths]
    done = subprocess.run(words, capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@given(word=st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1))
def test_a_quoted_word_is_one_word_to_systemd(word: str) -> None:
    written = systemd.quoted(word)
    inner = written[1:-1].replace("%%", "%").replace("$$", "$")
    assert (written[0], written[-1]) == ('"', '"')
    assert shlex.split(f'"{inner.replace("`", "")}"')[0] == word.replace("`", "")


def test_without_systemd_there_is_a_line_for_cron_and_nothing_is_installed(tmp_path: Path) -> None:
    at = schedules(tmp_path, "linux", MadeUp(refuses="show"))
    asked = wanted(tmp_path, at)
    plan = at.plan(at.job(asked))
    minute, hour, day, month, weekday, command = plan.by_hand.split(" ", 5)
    assert (minute, hour, day, month, weekday) == ("0", "7", "*", "*", "1")
    assert tuple(shlex.split(command)) == at.job(asked).words
    with pytest.raises(DashboardError, match="systemd does not answer"):
        at.install_report(asked)
    assert not Path(asked.out).exists()


def test_in_a_cron_line_a_percent_sign_is_no_new_line() -> None:
    job = Job(name="x", title="x", words=("say", "100 %"), weekday="sunday")
    assert cron.line(job) == "0 7 * * 0 say '100 \\%'"


def test_launchd_gets_every_word_and_runs_at_sign_in_too(tmp_path: Path) -> None:
    at = schedules(tmp_path, "darwin", MadeUp())
    asked = at.wanted("anna", str(tmp_path), ["pdf"], "sunday")
    plan = at.plan(at.job(asked))
    agent = plistlib.loads(plan.files[0].text.encode())
    assert tuple(agent["ProgramArguments"]) == at.job(asked).words
    assert agent["StartCalendarInterval"] == {"Weekday": 7, "Hour": 7, "Minute": 0}
    assert agent["RunAtLoad"] is True
    assert plan.install == (("launchctl", "bootstrap", "gui/501", str(plan.files[0].path)),)


def test_a_windows_task_is_xml_that_starts_when_it_was_missed(tmp_path: Path) -> None:
    at = schedules(tmp_path, "win32", MadeUp())
    asked = at.wanted("anna", str(tmp_path / "a & b <c>"), ["pdf"], "friday")
    (file,) = at.plan(at.job(asked)).files
    root = ElementTree.fromstring(file.text.encode(file.encoding))
    assert root.findtext(f".//{TASK}StartWhenAvailable") == "true"
    assert root.findtext(f".//{TASK}StartBoundary") == "2026-01-09T07:00:00"
    assert root.find(f".//{TASK}DaysOfWeek/{TASK}Friday") is not None
    assert root.findtext(f".//{TASK}Command") == sys.executable
    assert f'"{tmp_path / "a & b <c>"}"' in (root.findtext(f".//{TASK}Arguments") or "")


def test_a_job_has_another_name_for_each_person_and_folder_and_nobodys_in_it(
    tmp_path: Path,
) -> None:
    one, other = Schedules(tmp_path / "one"), Schedules(tmp_path / "other")
    names = {one.name("anna"), one.name("bo"), other.name("anna")}
    assert len(names) == 3
    assert not any("anna" in name or not name.isascii() for name in names)


@pytest.mark.parametrize(
    ("out", "formats", "weekday", "said"),
    [
        ("", ["pdf"], "monday", "cannot be a folder"),
        ("a\nb", ["pdf"], "monday", "cannot be a folder"),
        ("/x", [], "monday", "No format is chosen"),
        ("/x", ["pdf"], "someday", "no weekday 'someday'"),
    ],
)
def test_what_cannot_be_scheduled_is_refused(
    tmp_path: Path, out: str, formats: list[str], weekday: str, said: str
) -> None:
    at = schedules(tmp_path, "linux", MadeUp())
    with pytest.raises(DashboardError, match=said):
        at.wanted("anna", out, formats, weekday)
    (tmp_path / "file").touch()
    with pytest.raises(DashboardError, match="is a file"):
        at.wanted("anna", str(tmp_path / "file"), ["pdf"])


def test_the_last_run_of_each_job_is_remembered(tmp_path: Path) -> None:
    assert last_run(tmp_path, JOB.name) is None
    note_run(tmp_path, JOB.name, "There now:\n/x.pdf", done=True, now=NOW)
    note_run(tmp_path, JOB.name, "The disk is full.", done=False, now=NOW + dt.timedelta(days=7))
    note_run(tmp_path, "another", "ok", done=True, now=NOW)
    with log_path(tmp_path).open("a") as log:
        log.write(f"scribble\nnever {JOB.name} done x\n")
    found = last_run(tmp_path, JOB.name)
    assert found is not None
    assert (found.done, found.text) == (False, "The disk is full.")
    assert found.at == NOW + dt.timedelta(days=7)
    assert stat.S_IMODE(log_path(tmp_path).stat().st_mode) == 0o600


def test_a_command_of_the_system_that_is_not_there_has_failed() -> None:
    assert run(["no-such-command-anywhere"]).code == MISSING
    assert run([sys.executable, "-c", "print('hello')"]) == Ran(code=0, text="hello")


def test_a_damaged_note_of_what_is_installed_is_none(tmp_path: Path) -> None:
    at = schedules(tmp_path, "linux", MadeUp())
    at.install_report(wanted(tmp_path, at))
    (note,) = (at.home / "schedule").glob("*.json")
    note.write_text("{")
    assert at.installed("anna") is None


# --- the command --------------------------------------------------------------------------------


def legload(home: Path, *words: str) -> int:
    """Exit code of a command."""
    with pytest.raises(SystemExit) as end:
        cli.main(["--home", str(home), *words])
    return int(end.value.code or 0)


def test_the_job_writes_last_weeks_report_for_its_owner_and_says_so_in_the_log(
    tmp_path: Path,
) -> None:
    home, out = tmp_path / "home", tmp_path / "re ports"
    assert legload(home, "report", "last", "--scheduled", "--out", str(out)) == 0
    (report,) = out.iterdir()
    week = week_back(week_of(dt.datetime.now().astimezone().date()), 1)
    code = open_data(home).reporting.code("me").lower()
    assert report.name == f"legload-{code}-{week}.pdf"
    assert stat.S_IMODE(report.stat().st_mode) == 0o600
    assert [one.path for one in written(home)] == [str(report)]
    run_ = last_run(home, Schedules(home).name("me"))
    assert run_ is not None
    assert (run_.done, str(report) in run_.text) == (True, True)
    report.write_bytes(b"mine")  # as at a second sign-in on the same day
    assert legload(home, "report", "last", "--scheduled", "--out", str(out)) == 0
    assert report.read_bytes() == b"mine"


def test_a_job_that_fails_says_why_in_the_log_and_never_a_traceback(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path / "home"
    words = ("--person", "bo", "report", "last", "--scheduled", "--out", str(tmp_path))
    assert legload(home, *words) == 1
    run_ = last_run(home, Schedules(home).name("bo"))
    assert run_ is not None
    assert (run_.done, "There is no person" in run_.text) == (False, True)
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize(
    "words", [["2026-W40", "--every", "monday"], ["--every", "monday", "--format", "docx"]]
)
def test_what_cannot_be_every_week_is_wrong_usage(tmp_path: Path, words: list[str]) -> None:
    assert legload(tmp_path, "report", *words) == 2


def test_nothing_scheduled_is_nothing_removed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert legload(tmp_path, "--json", "report", "--remove") == 0
    assert '"removed": false' in capsys.readouterr().out


@pytest.mark.parametrize("stubborn", [False, True])
@pytest.mark.parametrize("whole", [False, True])
def test_whoever_is_erased_gets_no_report_any_more(
    tmp_path: Path, whole: bool, stubborn: bool
) -> None:
    at = schedules(tmp_path, "linux", MadeUp(stubborn=stubborn))
    at.home.mkdir()
    said = (PersonSet(at=NOW, person=key, name=key.title(), zone="UTC") for key in ("anna", "bo"))
    Entries(at.home).append(*said)
    at.install_report(wanted(tmp_path, at))
    at.install_report(at.wanted("bo", str(tmp_path), ["pdf"]))
    files = at.plan(at.job(wanted(tmp_path, at))).files
    for key in ("anna", "bo"):
        note_run(at.home, at.name(key), "There now: week.pdf", done=True, now=NOW)
    scope = Scope() if whole else Scope(person="anna")
    receipt = erase_and_score(at.home, preview(at.home, scope, zone="UTC"), schedules=at)
    assert at.installed("anna") is None
    assert at.last_run("anna") is None
    assert not any(file.path.exists() for file in files)
    assert (at.installed("bo") is None) == whole
    assert (at.last_run("bo") is None) == whole
    if whole:
        assert not list((at.home / FOLDER).glob("*"))
    assert any("still knows" in text for text in receipt.left) == stubborn


def test_erasing_days_leaves_the_weekly_report(tmp_path: Path) -> None:
    at = schedules(tmp_path, "linux", MadeUp())
    at.home.mkdir()
    Entries(at.home).append(PersonSet(at=NOW, person="anna", name="Anna", zone="UTC"))
    at.install_report(wanted(tmp_path, at))
    some = preview(at.home, Scope(person="anna", start=NOW.date(), end=NOW.date()), zone="UTC")
    erase_and_score(at.home, some, schedules=at)
    assert at.installed("anna") == wanted(tmp_path, at)
