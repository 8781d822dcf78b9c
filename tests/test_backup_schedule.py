"""A backup every week, by the timer of any of three systems, none of which is touched."""

from __future__ import annotations

import datetime as dt
import zipfile
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import cli
from dashboard.errors import DashboardError
from dashboard.keeping import erase_and_score
from dashboard.schedule.backups import DUE, LONGEST_MIN, Backups, BackupWanted
from dashboard.schedule.mailed import Mailed, deliver, forget_mailed, mailed
from dashboard.schedule.plan import Host
from dashboard.schedule.runs import last_run
from dashboard.schedule.schedules import EVERYONE
from ingest.backups import backup
from ingest.entries import Entries, PersonSet
from ingest.erasing import preview
from ingest.exchange import check
from ingest.stretches import Scope
from ingest.written import BACKUP, written
from tests.fake_data import FakeData
from tests.test_schedule import NOW, SYSTEMS, MadeUp, schedules
from tests.test_views import SCRIPT_S, button_of, text_of, with_week


def backups(folder: Path, platform: str = "linux", computer: MadeUp | None = None) -> Backups:
    host = Host(
        platform=platform,
        folder=folder / "Own Folder",
        environment={},
        user=501,
        run=computer or MadeUp(),
    )
    return Backups(folder / "leg load", host)


def home_of(folder: Path) -> Path:
    home = folder / "leg load"
    Entries(home).append(PersonSet(at=NOW, person="anna", name="Anna", zone="UTC"))
    return home


def legload(home: Path, *words: str) -> int:
    """Exit code of a command."""
    with pytest.raises(SystemExit) as end:
        cli.main(["--home", str(home), *words])
    return int(end.value.code or 0)


@pytest.mark.parametrize("platform", SYSTEMS)
def test_a_backup_is_installed_looked_at_and_taken_back_on_every_system(
    tmp_path: Path, platform: str
) -> None:
    at = backups(tmp_path, platform)
    asked = at.wanted(str(tmp_path / "back ups"), 4)
    shown = at.plan(at.job(asked))
    assert not any(file.path.exists() for file in shown.files)
    assert at.install_backup(asked) == shown
    assert at.installed() == asked
    assert at.active(asked)
    text = "".join(file.text for file in shown.files)
    assert "back ups" in text
    assert "Sun" in text or "<integer>7</integer>" in text
    if platform != "darwin":
        assert str(LONGEST_MIN) in text  # years take longer than a report
    assert at.remove_backup()
    assert not any(file.path.exists() for file in shown.files)
    assert not at.remove_backup()


@pytest.mark.parametrize(
    ("to", "weekday", "said"),
    [
        ("", "sunday", "cannot be a folder"),
        ("/x", "someday", "no weekday 'someday'"),
        ("{home}", "sunday", "lies in the folder"),
        ("{home}/deeper", "sunday", "lies in the folder"),
    ],
)
def test_a_backup_that_cannot_be_is_refused(
    tmp_path: Path, to: str, weekday: str, said: str
) -> None:
    at = backups(tmp_path)
    with pytest.raises(DashboardError, match=said):
        at.wanted(to.format(home=at.home), 4, weekday)


def test_reports_and_backups_are_jobs_apart(tmp_path: Path) -> None:
    at, reports = backups(tmp_path), schedules(tmp_path, "linux", MadeUp())
    at.install_backup(at.wanted(str(tmp_path / "b"), 4))
    reports.install_report(reports.wanted("anna", str(tmp_path / "r"), ["pdf"]))
    reports.install_report(reports.wanted(EVERYONE, str(tmp_path / "r"), ["pdf"]))
    assert len({at.name(), reports.name("anna"), reports.name(EVERYONE)}) == 3
    assert reports.remove_report("anna")
    assert isinstance(at.installed(), BackupWanted)
    assert reports.installed(EVERYONE) is not None


def test_erasing_a_person_keeps_the_backup_and_everyones_report_and_all_takes_both(
    tmp_path: Path,
) -> None:
    home, computer = home_of(tmp_path), MadeUp()
    at, reports = backups(tmp_path, computer=computer), schedules(tmp_path, "linux", computer)
    at.install_backup(at.wanted(str(tmp_path / "b"), 4))
    reports.install_report(reports.wanted(EVERYONE, str(tmp_path / "r"), ["pdf"]))
    erase_and_score(home, preview(home, Scope(person="anna"), zone="UTC"), schedules=reports)
    assert at.installed() is not None
    assert reports.installed(EVERYONE) is not None
    erase_and_score(home, preview(home, Scope(), zone="UTC"), schedules=reports)
    assert at.installed() is None
    assert reports.installed(EVERYONE) is None
    assert not list((tmp_path / "Own Folder").rglob("legload-*"))


# --- what the job does --------------------------------------------------------------------------


def test_the_job_makes_a_backup_that_reads_back_and_no_second_one_before_it_is_due(
    tmp_path: Path,
) -> None:
    home, to = home_of(tmp_path), tmp_path / "back ups"
    words = ("backup", "--scheduled", "--to", str(to), "--keep", "3")
    assert legload(home, *words) == 0
    (made,) = to.iterdir()
    assert zipfile.is_zipfile(made)
    assert check(made).counts["entries"] == 1
    run = last_run(home, Backups(home).name())
    assert run is not None
    assert (run.done, str(to) in run.text) == (True, True)
    assert legload(home, *words) == 0  # as at a sign-in on the same day
    assert [*to.iterdir()] == [made]
    run = last_run(home, Backups(home).name())
    assert run is not None
    assert run.text.startswith("None is due")
    made.unlink()
    assert legload(home, *words) == 0  # the last one is gone, so another one is due
    assert len([*to.iterdir()]) == 1


def test_a_backup_is_due_after_six_days_or_when_the_clock_was_ahead(tmp_path: Path) -> None:
    home, to = home_of(tmp_path), tmp_path / "b"
    backup(home, to)
    (one,) = written(home, BACKUP)
    at, minute = Backups(home), dt.timedelta(minutes=1)
    assert at.not_due(to, one.at) == one.at
    assert at.not_due(to, one.at + DUE - minute) == one.at
    assert at.not_due(to, one.at + DUE) is None
    assert at.not_due(to, one.at - minute) is None
    assert at.not_due(tmp_path / "other", one.at + minute) is None


def test_a_backup_that_fails_says_why_in_the_log_and_drops_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = home_of(tmp_path)
    (tmp_path / "file").write_text("x")
    assert legload(home, "backup", "--scheduled", "--to", str(tmp_path / "file" / "b")) == 1
    run = last_run(home, Backups(home).name())
    assert run is not None
    assert (run.done, "cannot be a folder" in run.text) == (False, True)
    assert "Traceback" not in capsys.readouterr().err


def test_nothing_scheduled_is_nothing_removed_and_a_folder_is_needed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert legload(tmp_path, "--json", "backup", "--remove") == 0
    assert '"removed": false' in capsys.readouterr().out
    assert legload(tmp_path, "backup", "--every", "sunday") == 2


# --- what was sent ------------------------------------------------------------------------------


def test_a_letter_that_failed_is_tried_again_and_none_goes_twice(tmp_path: Path) -> None:
    path, went = tmp_path / "schedule" / "job.mailed", list[tuple[str, str]]()
    down = {"bo"}

    def send(letter: tuple[str, str]) -> str:
        if letter[0] in down:
            raise DashboardError("It is down.")
        went.append(letter)
        return "Sent."

    with pytest.raises(DashboardError, match="down"):
        deliver(path, [("bo", "2026-W46"), ("anna", "2026-W46")], send)
    assert went == [("anna", "2026-W46")]
    down.clear()
    assert deliver(path, [("anna", "2026-W46"), ("anna", "2026-W47")], send) == ["Sent."] * 2
    assert went[1:] == [("bo", "2026-W46"), ("anna", "2026-W47")]
    assert mailed(path).due == ()
    forget_mailed(path.parent, "anna")
    assert mailed(path) == Mailed(sent=(("bo", "2026-W46"),))
    forget_mailed(path.parent, "bo")
    assert not path.exists()


# --- the page -----------------------------------------------------------------------------------


def my_data(fake: FakeData) -> AppTest:
    def script(fake: object) -> None:
        from dashboard.views import my_data
        from tests.fake_data import data

        my_data.render(data(fake), "anna")

    return AppTest.from_function(script, default_timeout=SCRIPT_S, kwargs={"fake": fake}).run()


def test_a_weekly_backup_is_seen_installed_and_removed_on_the_page(tmp_path: Path) -> None:
    at = backups(tmp_path)
    page = my_data(with_week("so far", backups=at))
    page.text_input(key="backup-folder").set_value(str(tmp_path / "b"))
    page = page.button(key="backup-show").click().run()
    assert any("OnCalendar=Sun" in block.value for block in page.code)
    assert at.installed() is None
    page = page.button(key="backup-install").click().run()
    assert not page.exception
    assert at.installed() == BackupWanted(to=str(tmp_path / "b"), keep=8)
    assert "It has not run yet." in text_of(page)
    page = button_of(page, "Remove").click().run()
    assert at.installed() is None


def test_a_backup_that_cannot_be_is_one_sentence_on_the_page(tmp_path: Path) -> None:
    at = backups(tmp_path)
    page = my_data(with_week("so far", backups=at))
    page.text_input(key="backup-folder").set_value("~nobody-at-all/x")
    page = page.button(key="backup-show").click().run()
    assert not page.exception
    assert "cannot be a folder" in page.error[0].value
