"""Erasing: what goes is gone down to the bytes, what stays is as if the rest had never been."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from dashboard.refresh import refresh
from ingest import erasing
from ingest.entries import Entries, Excused, PersonSet, SetLogged
from ingest.erasing import JOURNAL, Receipt, erase, preview, unfinished
from ingest.errors import IngestError
from ingest.private import create_whole
from ingest.queries import to_instant
from ingest.recording import read_recording, recording_paths
from ingest.stretches import Scope
from ingest.written import BACKUP, EXPORT, REPORT, note_written, written
from tests.households import ANNA, BO, HANDED_OVER, everything, holding, household
from tests.recorded import NOON

ANNAS_WORDS = ("annegret", "Annegret", "Weiß", "strapanna")
BOS_WORDS = ("bolivar", "Bolívar", "legbo")
FRIDAY = dt.date(2026, 11, 20)
ON_FRIDAY = Scope(start=FRIDAY, end=FRIDAY)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return household(tmp_path_factory.mktemp("household") / "home")


@pytest.fixture
def home(kept: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(kept, tmp_path / "home"))


def erased(home: Path, scope: Scope) -> Receipt:
    return erase(home, preview(home, scope, zone="UTC"))


def rebuilt(home: Path) -> Path:
    """A copy of a home whose store is built from scratch."""
    copy = Path(shutil.copytree(home, home.with_name("rebuilt")))
    for part in copy.glob("legload.duckdb*"):
        part.unlink()
    refresh(copy)
    return copy


def rounded(found: dict[str, Any]) -> dict[str, Any]:
    """Sums come in no fixed order: nine decimals are enough."""
    return {
        table: [tuple(round(v, 9) if isinstance(v, float) else v for v in row) for row in rows]
        for table, rows in found.items()
        if table != "week"
    }


@pytest.mark.parametrize(
    ("scope", "gone", "others"),
    [
        (Scope(person=ANNA), ANNAS_WORDS, BOS_WORDS),
        (Scope(person=BO), BOS_WORDS, ANNAS_WORDS),
    ],
)
def test_a_person_is_gone_from_every_byte_of_the_home_and_the_other_is_not(
    home: Path, scope: Scope, gone: tuple[str, ...], others: tuple[str, ...]
) -> None:
    (home / "logs").mkdir()
    log = home / "logs" / "record.log"
    log.write_text("INFO strapanna, legbo\nINFO strapanna is streaming\nINFO legbo is\nINFO well\n")
    receipt = erased(home, scope)
    assert receipt.done
    assert holding(home, *gone) == []
    refresh(home)
    assert holding(home, *gone) == []
    assert "entries.jsonl" in holding(home, *others)
    assert "INFO well" in log.read_text()
    assert not unfinished(home)


@pytest.mark.parametrize("scope", [Scope(person=ANNA), Scope(person=BO), ON_FRIDAY])
def test_what_is_left_equals_a_store_that_is_built_from_scratch(home: Path, scope: Scope) -> None:
    erased(home, scope)
    refresh(home)
    assert rounded(everything(home)) == rounded(everything(rebuilt(home)))


def test_the_receipt_counts_what_went(home: Path, kept: Path) -> None:
    before = everything(kept)
    plan = preview(home, Scope(person=ANNA), zone="UTC")
    assert everything(home) == before
    receipt = erase(home, plan)
    assert (receipt.recordings, receipt.shortened) == (3, 1)
    assert receipt.sensors == 1
    assert receipt.entries == 7
    assert receipt.bytes > 0
    refresh(home)
    after = everything(home)
    assert receipt.minutes == len(before["minute"]) - len(after["minute"])  # type: ignore[arg-type]
    assert receipt.weeks == 1
    text = msgspec.json.encode(receipt).decode()
    assert not any(word in text for word in ANNAS_WORDS)


def test_erasing_again_finds_nothing(home: Path) -> None:
    for scope in (Scope(person=ANNA), ON_FRIDAY, Scope()):
        erased(home, scope)
        again = preview(home, scope, zone="UTC").receipt
        assert (again.recordings, again.shortened, again.rows, again.entries) == (0, 0, 0, 0)


def test_what_another_wore_keeps_every_sample_at_its_instant(home: Path, kept: Path) -> None:
    erased(home, Scope(person=ANNA))
    refresh(home)
    shared = [p for p in recording_paths(home) if "pod-shared" in p.name]
    assert len(shared) == 2
    assert "120959" not in shared[0].name  # it is named for the first row that stays
    recording = read_recording(shared[0])
    assert recording.damaged is None
    assert recording.rows.utc_ns.min() >= HANDED_OVER
    assert recording.header.started_utc_ns >= HANDED_OVER
    samples = [(time, *rest) for _, time, *rest in _samples(home)]
    stays = [(time, *rest) for _, time, *rest in _samples(kept) if time >= HANDED_OVER]
    news = [row for row in samples if row not in stays]
    assert [row for row in stays if row not in samples] == []
    assert {channel for _, channel, _ in news} <= {"battery_percent"}  # of the handshake


def _samples(home: Path) -> list[tuple[Any, ...]]:
    found: Any = everything(home)["sample"]
    return [row for row in found if "pod-shared" in row[0]]


def test_a_day_goes_by_each_persons_own_midnight(home: Path) -> None:
    late = (
        NOON + 11 * 3600 * 10**9 + 30 * 60 * 10**9
    )  # 23:30 UTC: Saturday in Rome, not in New York
    Entries(home).append(
        *(
            SetLogged(
                at=to_instant(late),
                person=who,
                start=to_instant(late),
                exercise="squat",
                repetitions=5,
            )
            for who in (ANNA, BO)
        )
    )
    erased(home, ON_FRIDAY)
    persons = Entries(home).registry().persons
    assert [one.repetitions for one in persons[ANNA].logged] == [5]  # type: ignore[union-attr]
    assert persons[BO].logged == ()
    assert persons[ANNA].masses


def test_excused_days_are_cut_where_days_go(home: Path) -> None:
    erased(home, Scope(person=ANNA, start=dt.date(2026, 11, 5), end=dt.date(2026, 11, 6)))
    days = [day.day for day, _ in Entries(home).registry().persons[ANNA].excused]
    assert days == [3, 4, 7, 8, 9]
    assert sum(isinstance(entry, Excused) for entry in Entries(home).read()) == 2


def test_a_sensor_that_the_person_wore_last_is_not_given_to_the_other(home: Path) -> None:
    erased(home, Scope(person=BO))
    assert "pod-shared" not in [one.key for one in Entries(home).registry().active]


def test_everything_leaves_nothing_but_locks(home: Path) -> None:
    (home / "settings.toml").write_text('person = "annegret"\n')
    (home / "notes.txt").write_text("not legload's")
    receipt = erased(home, Scope())
    left = {path.name for path in home.iterdir()}
    assert left - {"notes.txt"} <= {"entries.lock", "load.lock", "DEMO"}
    assert receipt.recordings == 7


def test_days_that_no_clock_shows_are_all_days(home: Path) -> None:
    ancient = Scope(start=dt.date(1500, 1, 1), end=dt.date(1501, 1, 1))
    assert erased(home, ancient).recordings == 0
    assert erased(home, Scope(start=dt.date(1500, 1, 1), end=dt.date(2500, 1, 1))).recordings == 7
    assert erased(home, Scope(start=dt.date.min, end=dt.date.max)).done


def test_what_waits_to_be_imported_goes_unless_it_is_worked_on(home: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    spool = home / "spool"
    folders = [spool / f"import-{name}" for name in ("killed", "over", "running")]
    pids = (process.pid, os.getpid(), os.getpid())
    for folder, pid in zip(folders, pids, strict=True):
        (folder / "000").mkdir(parents=True)
        (folder / "000" / "a.legrec").write_bytes(b"annegret")
        (folder / "pid").write_text(str(pid))
    (folders[1] / "result.json").write_text("{}")
    (spool / f"tables-{process.pid}-x").mkdir()
    exporting = spool / f"tables-{os.getpid()}-x"
    exporting.mkdir()
    receipt = erased(home, Scope(person=ANNA))
    assert sorted(spool.iterdir()) == [folders[2], exporting]
    assert len(receipt.left) == 2
    assert "still being worked on" in receipt.left[0]


def test_settings_do_not_choose_who_is_gone(home: Path) -> None:
    (home / "settings.toml").write_text('port = 9000\nperson = "Annegret Weiß"\n')
    erased(home, Scope(person=ANNA))
    assert (home / "settings.toml").read_text() == "port = 9000\n"


@pytest.mark.parametrize(
    "line",
    [
        'person = "Annegret Weiß" # me',
        "person='annegret'",
        "'person' = \"ANNEGRET\"",
        'person = """annegret"""#x',
    ],
)
def test_settings_with_a_remark_do_not_choose_who_is_gone_either(home: Path, line: str) -> None:
    (home / "settings.toml").write_text(f"# mine\nport = 9000 # here\n{line}\n", "utf-8")
    receipt = erased(home, Scope(person=ANNA))
    assert (home / "settings.toml").read_text() == "# mine\nport = 9000 # here\n"
    assert receipt.left == ()


def test_settings_that_cannot_be_mended_are_named(home: Path) -> None:
    (home / "settings.toml").write_text('person = """\nannegret"""\n')
    (left,) = erased(home, Scope(person=ANNA)).left
    assert "settings.toml still names who was erased" in left


def test_whom_sharing_names_is_told_and_everything_takes_it(home: Path) -> None:
    text = 'address = "::1"\n[identities]\n"a@example.org" = ["bolivar", "annegret"]\n'
    (home / "share.toml").write_text(text)
    assert erased(home, Scope(start=FRIDAY, end=FRIDAY, person=ANNA)).left == ()
    (left,) = erased(home, Scope(person=ANNA)).left
    assert left == f"{home / 'share.toml'} still names who was erased; edit it."
    erased(home, Scope())
    assert not (home / "share.toml").exists()


def test_a_full_disk_is_made_room_on_where_everything_goes(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, data: bytes) -> None:
        raise OSError(28, "No space left on device", str(path))

    (tmp_path / "all.zip").write_bytes(b"all")
    note_written(home, EXPORT, tmp_path / "all.zip")
    monkeypatch.setattr(erasing, "create_whole", full)
    before = tree(home)
    with pytest.raises(IngestError, match="No space left"):
        erased(home, Scope(person=ANNA))
    assert tree(home) == before
    receipt = erased(home, Scope())
    assert receipt.done
    assert (receipt.recordings, receipt.exports, receipt.left) == (7, 1, ())
    assert recording_paths(home) == []
    assert not (tmp_path / "all.zip").exists()


def test_reports_exports_and_backups_go_unless_they_were_changed_since(
    home: Path, tmp_path: Path
) -> None:
    names = ("anna.pdf", "bo.pdf", "changed.pdf", "gone.pdf", "all.zip", "backup.zip")
    files = {name: tmp_path / name for name in names}
    for path in files.values():
        path.write_bytes(path.name.encode())
    note_written(home, REPORT, files["anna.pdf"], person=ANNA, week="2026-W47")
    note_written(home, REPORT, files["bo.pdf"], person=BO, week="2026-W47")
    note_written(home, REPORT, files["changed.pdf"], person=ANNA, week="2026-W46")
    note_written(home, REPORT, files["gone.pdf"], person=ANNA, week="2026-W46")
    note_written(home, EXPORT, files["all.zip"])
    note_written(home, BACKUP, files["backup.zip"])
    files["changed.pdf"].write_bytes(b"notes in the margin")
    files["gone.pdf"].unlink()
    receipt = erased(home, Scope(person=ANNA))
    assert {name for name, path in files.items() if path.exists()} == {"bo.pdf", "changed.pdf"}
    assert (receipt.reports, receipt.exports, receipt.backups) == (1, 1, 1)
    assert [Path(sentence.split()[0]).name for sentence in receipt.left] == [
        "changed.pdf",
        "gone.pdf",
    ]
    assert [one.person for one in written(home)] == [BO]


def test_a_recording_that_cannot_be_read_is_named_and_left(home: Path) -> None:
    path = next(p for p in recording_paths(home) if "pod" in p.name)
    path.write_bytes(b"\0" * 100)
    receipt = erased(home, Scope(person=ANNA))
    assert path.exists()
    assert path.name in receipt.left[0]


def test_a_damaged_entry_that_names_the_person_goes(home: Path) -> None:
    with (home / "entries.jsonl").open("ab") as file:
        file.write(b'00000000 {"kind":"person","person":"annegret"}\n00000000 {"kind":"?"}\n')
    erased(home, Scope(person=ANNA))
    assert holding(home, *ANNAS_WORDS) == []
    assert Entries(home).damaged() == 1


class Killed(BaseException):
    """The process is no more."""


class _Killer:
    """Counts what changes files, and from the n-th on lets nothing through."""

    def __init__(self) -> None:
        self.watching: Path | None = None
        self.count = 0
        self.at = 0

    def __call__(self, event: str, details: tuple[Any, ...]) -> None:
        if self.watching is None or event not in ("os.rename", "os.remove", "os.truncate", "open"):
            return
        if event == "open" and not (details[2] & 0o3):
            return
        if str(self.watching) in str(details[0]):
            self.count += 1
            if self.at and self.count >= self.at:
                raise Killed

    @contextmanager
    def over(self, home: Path, at: int) -> Iterator[None]:
        self.watching, self.count, self.at = home, 0, at
        try:
            yield
        finally:
            self.watching = None


@pytest.fixture(scope="module")
def killer() -> _Killer:
    found = _Killer()
    sys.addaudithook(found)
    return found


@pytest.mark.parametrize("scope", [Scope(person=ANNA), ON_FRIDAY, Scope()])
def test_killed_at_any_moment_the_next_run_finishes(
    kept: Path, tmp_path: Path, killer: _Killer, scope: Scope
) -> None:
    whole = Path(shutil.copytree(kept, tmp_path / "whole"))
    with killer.over(whole, 0):
        erased(whole, scope)
    moments = killer.count
    assert moments > 5
    for at in range(1, moments + 1, 2):
        home = Path(shutil.copytree(kept, tmp_path / f"at{at}"))
        with killer.over(home, at), pytest.raises(Killed):
            erased(home, scope)
        plan = unfinished(home) or preview(home, scope, zone="UTC")
        assert erase(home, plan).done
        assert tree(home) == tree(whole)
        assert scope.person is None or holding(home, *ANNAS_WORDS) == []
        shutil.rmtree(home)


def tree(home: Path) -> dict[str, bytes]:
    """The truth on the disk."""
    paths = [
        *recording_paths(home),
        *home.glob("*.jsonl"),
        *home.glob("*.part"),
        *home.glob("*.er*"),
    ]
    return {str(path.relative_to(home)): path.read_bytes() for path in paths}


def test_a_journal_that_cannot_be_read_is_named(home: Path) -> None:
    create_whole(home / JOURNAL, b"{")
    with pytest.raises(IngestError, match="cannot be read"):
        unfinished(home)


def test_a_name_is_no_pattern(home: Path) -> None:
    odd = "a[*]%_'"
    Entries(home).append(
        PersonSet(at=dt.datetime(2026, 11, 1, tzinfo=dt.UTC), person=odd, name=odd)
    )
    receipt = erased(home, Scope(person=odd))
    assert (receipt.recordings, receipt.minutes, receipt.entries) == (0, 0, 1)
    assert holding(home, odd) == []
