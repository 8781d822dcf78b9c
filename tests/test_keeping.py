"""Export, restore, backup and erase from the command line, and as jobs of a page."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import time
from pathlib import Path
from typing import Any

import pytest

from dashboard.cli import main
from dashboard.errors import DashboardError
from dashboard.keeping import Job, Keeping
from ingest import erasing
from ingest.control import NotRunning, ask
from ingest.entries import Entries
from ingest.erasing import Receipt, erase, preview
from ingest.errors import IngestError
from ingest.recording import recording_paths
from ingest.stretches import Scope
from ingest.written import EXPORT, written
from tests.households import ANNA, BO, everything, holding, household

FRIDAY = dt.date(2026, 11, 20)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return household(tmp_path_factory.mktemp("household") / "home")


@pytest.fixture
def home(kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    copy = Path(shutil.copytree(kept, tmp_path / "home"))
    monkeypatch.setenv("LEGLOAD_HOME", str(copy))
    return copy


def legload(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as end:
        main(words)
    out, err = capsys.readouterr()
    return int(end.value.code or 0), out, err


def result(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    code, out, err = legload(capsys, *words, "--json")
    assert code == 0, err
    return json.loads(out)


def over(keeping: Keeping, job: str) -> Job:
    end = time.monotonic() + 60
    while (found := keeping.job(job)).running and time.monotonic() < end:
        pass
    return found


def test_out_and_back_in_from_the_command_line(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "all.zip"
    assert result(capsys, "export", str(out))["recordings"] == 7
    assert [Path(one.path) for one in written(home, EXPORT)] == [out]
    monkeypatch.setenv("LEGLOAD_HOME", str(tmp_path / "back"))
    assert result(capsys, "restore", str(out))["entries"] == 14
    assert everything(tmp_path / "back") == everything(home)
    code, _, err = legload(capsys, "restore", str(out))
    assert code == 1
    assert "not empty" in err


def test_a_backup_needs_a_folder(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = legload(capsys, "backup", "--to", "")
    assert code == 2
    assert "Say which folder to back up into" in err


def test_backups_from_the_command_line(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    done = result(capsys, "backup", "--to", str(tmp_path / "backups"), "--keep", "2")
    assert Path(done["path"]).exists()
    assert legload(capsys, "backup", "--to", "x", "--keep", "0")[0] == 2


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--everything", "--person", "annegret"),
        ("--from", "2026-11-20"),
        ("--from", "2026-11-20", "--to", "2026-11-19"),
        ("--from", "soon", "--to", "2026-11-19"),
    ],
)
def test_what_to_erase_is_said_in_full(
    home: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    assert legload(capsys, "erase", *words, "--yes")[0] == 2
    assert len(recording_paths(home)) == 7


def test_a_preferred_person_is_not_one_that_was_named(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (home / "settings.toml").write_text('person = "annegret"\n')
    assert legload(capsys, "erase", "--yes")[0] == 2
    assert ANNA in Entries(home).registry().persons


def test_a_dry_run_changes_nothing(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = everything(home)
    receipt = result(capsys, "erase", "--person", ANNA, "--dry-run")
    assert (receipt["done"], receipt["recordings"]) == (False, 3)
    assert everything(home) == before


def test_a_day_that_was_erased_leaves_the_weeks_as_if_built_from_scratch(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("--from", str(FRIDAY), "--to", str(FRIDAY), "--yes")
    assert result(capsys, "erase", *words)["done"]
    left: Any = everything(home)["week"]
    result(capsys, "repair")
    rebuilt: Any = everything(home)["week"]
    assert [row[:4] for row in left] == [row[:4] for row in rebuilt]
    assert [row[0] for row in left] == [ANNA, BO]


def test_an_erasure_that_was_stopped_is_finished_by_the_next(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(erasing, "shed", full)
        code, _, err = legload(capsys, "erase", "--person", ANNA, "--yes")
    assert code == 1
    assert "goes on where it stopped" in err
    assert Keeping(home).unfinished()
    assert legload(capsys, "erase")[0] == 0
    assert holding(home, "annegret", "strapanna") == []


class _Collector:
    """Answers as a collector that records, and notes what it was asked."""

    def __init__(self, *, pauses: bool = True, records: bool = True) -> None:
        self.asked: list[object] = []
        self._pauses, self._records = pauses, records

    def __call__(self, home: Path, do: str, *, timeout_s: float = 5.0, **more: object) -> Any:
        self.asked.append(more.get("on", do))
        if do == "record" and not self._pauses:
            raise IngestError("The collector did not answer within 30 s.")
        return {"recording": self._records}


def test_a_collector_is_paused_and_goes_on(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    collector, slept = _Collector(), list[float]()
    monkeypatch.setattr(erasing, "ask", collector)
    erase(home, preview(home, Scope(person=ANNA), zone="UTC"), sleep=slept.append)
    assert collector.asked == ["status", False, True]
    assert slept  # until it has seen who is still known


class _Stopped(BaseException):
    """The process is no more."""


def test_a_collector_that_a_killed_erasure_left_paused_goes_on_once_it_is_finished(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object, **__: object) -> None:
        raise _Stopped

    plan = preview(home, Scope(person=ANNA), zone="UTC")
    for stopped in ("shed", "_go_on"):
        with monkeypatch.context() as patch:
            patch.setattr(erasing, "ask", _Collector())
            patch.setattr(erasing, stopped, killed)
            with pytest.raises(_Stopped):
                erase(home, plan)
        left = erasing.unfinished(home)
        assert left is not None
        paused = _Collector(records=False)
        monkeypatch.setattr(erasing, "ask", paused)
        erase(home, left, sleep=lambda _s: None)
        assert paused.asked == ["status", True]
        assert erasing.unfinished(home) is None


def test_a_collector_that_does_not_pause_stops_the_erasure(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasing, "ask", _Collector(pauses=False))
    with pytest.raises(IngestError, match="did not answer"):
        erase(home, preview(home, Scope(person=ANNA), zone="UTC"), sleep=lambda _s: None)
    assert erasing.unfinished(home) is None
    assert len(recording_paths(home)) == 7


def test_nobody_is_asked_where_nothing_runs(home: Path) -> None:
    with pytest.raises(NotRunning):
        ask(home, "status")


def test_a_page_erases_in_another_process_and_reads_the_receipt(home: Path) -> None:
    keeping = Keeping(home)
    job = keeping.erase(Scope())
    done = over(keeping, job)
    assert done.error == ""
    receipt = keeping.receipt(done)
    assert isinstance(receipt, Receipt)
    assert receipt.recordings == 7
    keeping.drop(job)
    assert holding(home, "annegret", "bolivar") == []


def test_a_page_exports_and_takes_in_what_it_was_given(home: Path) -> None:
    keeping = Keeping(home)
    job = keeping.export(None, None)
    assert over(keeping, job).error == ""
    assert (keeping.exported(job) or b"").startswith(b"PK")
    path = recording_paths(home)[0]
    files = [("../../" + path.name, path.read_bytes()), ("bad.legrec", b"garbage")]
    job = keeping.take_in(BO, files)
    done = over(keeping, job)
    assert keeping.exported(job) is None
    assert len(recording_paths(home)) == 7
    assert done.result is not None
    assert "already here" in done.result["files"][0]["text"]
    assert "bad.legrec" in done.result["failed"][0]


def test_a_job_of_another_kind_leaves_what_a_job_wrote(home: Path, tmp_path: Path) -> None:
    keeping = Keeping(home)
    job = keeping.export(None, None)
    over(keeping, job)
    assert over(keeping, keeping.backup(tmp_path / "backups", 2)).error == ""
    assert keeping.exported(job)
    over(keeping, keeping.erase(Scope(person=ANNA)))
    assert keeping.exported(job) is None


def test_a_job_that_nobody_started_is_over(home: Path) -> None:
    assert not Keeping(home).job("job-none").running


def test_a_body_mass_is_taken_back_once(home: Path) -> None:
    day = dt.date(2026, 11, 1)
    Keeping(home).take_back_mass(ANNA, day)
    assert Entries(home).registry().persons[ANNA].masses == ()
    with pytest.raises(DashboardError, match="No body mass"):
        Keeping(home).take_back_mass(ANNA, day)
