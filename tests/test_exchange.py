"""Export, restore and backup: exact there and back, and a hostile archive changes nothing."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import re
import shutil
import stat
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.data import open_data
from dashboard.refresh import refresh
from ingest import exchange
from ingest.archive import MANIFEST, ArchiveError, File, Manifest, sink_for
from ingest.backups import backup, last_backup
from ingest.entries import Entries
from ingest.exchange import RESTORING, VERIFIED, check, export, restore
from ingest.recording import recording_paths
from ingest.stretches import Scope
from ingest.tables import GAPS, TABLES
from ingest.tables_said import SAID, readme
from ingest.written import BACKUP, written
from tests.households import ANNA, everything, holding, household
from tests.recorded import disk_full

Files = dict[str, bytes]


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = household(tmp_path_factory.mktemp("household") / "home")
    (home / "protocols").mkdir()
    (home / "protocols" / "clinic.toml").write_text("key = 'clinic'\n")
    return home


@pytest.fixture(scope="module")
def archive(kept: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("out") / "all.zip"
    export(kept, out)
    return out


def truth(home: Path) -> Files:
    paths = [*recording_paths(home), home / "entries.jsonl", *home.glob("protocols/*")]
    return {str(path.relative_to(home)): path.read_bytes() for path in paths}


@pytest.mark.parametrize("name", ["all.zip", "folder"])
def test_what_was_exported_is_restored_byte_for_byte(kept: Path, tmp_path: Path, name: str) -> None:
    export(kept, tmp_path / name)
    restore(tmp_path / "home", tmp_path / name)
    assert truth(tmp_path / "home") == truth(kept)
    refresh(tmp_path / "home")
    assert everything(tmp_path / "home") == everything(kept)
    before, after = open_data(kept), open_data(tmp_path / "home")
    for person in (one.key for one in before.persons()):
        for week in before.weeks(person)[1:]:
            assert after.week(person, week) == before.week(person, week)


@settings(max_examples=8)
@given(st.lists(st.binary(max_size=80), max_size=5), st.integers(0, 3))
def test_damaged_entries_and_recordings_come_back_as_they_are(
    lines: list[bytes], recordings: int
) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        (home / "recordings" / "2026" / "11").mkdir(parents=True)
        (home / "entries.jsonl").write_bytes(b"\n".join(lines))
        for number in range(recordings):
            path = home / "recordings" / "2026" / "11" / f"r{number}.legrec"
            path.write_bytes(b"".join(lines) * number)
        export(home, Path(folder) / "a.zip", tables=False)
        if any(lines) or recordings:
            restore(Path(folder) / "back", Path(folder) / "a.zip")
            assert truth(Path(folder) / "back") == truth(home)


def test_every_file_and_folder_belongs_to_its_owner_alone(kept: Path, tmp_path: Path) -> None:
    export(kept, tmp_path / "all.zip")
    export(kept, tmp_path / "folder")
    restore(tmp_path / "home", tmp_path / "all.zip")
    for root in (tmp_path / "all.zip", tmp_path / "folder", tmp_path / "home"):
        for path in (root, *root.rglob("*")):
            assert not path.stat().st_mode & 0o077, path


def test_every_column_is_explained_and_every_table_can_be_read(kept: Path, tmp_path: Path) -> None:
    found = export(kept, tmp_path / "out")
    rows = {file.path: file.rows for file in found.files if file.rows is not None}
    keys = [*(t.key for t in TABLES), GAPS.key, *(t.key for t in SAID)]
    assert [name for name in rows if name.endswith("parquet")] == [
        f"tables/{key}.parquet" for key in keys
    ]
    assert [name for name in rows if name.endswith("json")] == [
        f"tables/{said.key}.json" for said in SAID
    ]
    page = (tmp_path / "out" / "README.md").read_text("utf-8")
    assert page == readme(tables=True)
    for table in (*TABLES, GAPS, *SAID):
        frame = pl.read_parquet(tmp_path / "out" / "tables" / f"{table.key}.parquet")
        assert list(frame.columns) == list(table.columns)
        assert len(frame) == rows[f"tables/{table.key}.parquet"]
        section = page.partition(f"tables/{table.key}.parquet")[2].partition("## ")[0]
        assert re.findall(r"^\| `(\w+)` \| \S", section, re.MULTILINE) == list(table.columns)
    assert rows["tables/minutes.parquet"] == len(everything(kept)["minute"])  # type: ignore[arg-type]


def test_every_column_of_the_minutes_is_exported(kept: Path) -> None:
    from ingest.store import open_store

    minutes = next(table for table in TABLES if table.key == "minutes")
    with open_store(kept) as store:
        columns = [name for name, *_ in store._rows("DESCRIBE minute")]
    assert set(columns) == set(minutes.columns)


def test_the_checksums_are_those_of_the_files(archive: Path) -> None:
    with zipfile.ZipFile(archive) as zipped:
        found = msgspec.json.decode(zipped.read(MANIFEST), type=Manifest)
        for file in found.files:
            data = zipped.read(file.path)
            assert (hashlib.sha256(data).hexdigest(), len(data)) == (file.sha256, file.bytes)
    assert check(archive) == found


def test_an_export_of_one_person_holds_nobody_else(kept: Path, tmp_path: Path) -> None:
    export(kept, tmp_path / "anna", scope=Scope(person=ANNA))
    assert holding(tmp_path / "anna", "bolivar", "Bolívar", "legbo") == []
    restore(tmp_path / "home", tmp_path / "anna")
    refresh(tmp_path / "home")
    assert list(Entries(tmp_path / "home").registry().persons) == [ANNA]
    before = [row for row in everything(kept)["minute"] if ANNA in row]  # type: ignore[attr-defined]
    after: Any = everything(tmp_path / "home")["minute"]
    assert [row[:3] for row in after] == [row[:3] for row in before]


def test_an_export_of_days_holds_no_others(kept: Path, tmp_path: Path) -> None:
    day = dt.date(2026, 11, 20)
    export(kept, tmp_path / "day", scope=Scope(start=day, end=day))
    times = pl.read_parquet(tmp_path / "day" / "tables" / "samples.parquet")["time"]
    assert set(times.dt.date().to_list()) == {day}
    names = [path.name[:8] for path in recording_paths(tmp_path / "day" / "home")]
    assert set(names) == {"20261120"}


def test_what_is_there_already_is_never_written_over(kept: Path, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    (tmp_path / "mine.zip").write_text("mine")
    for name in ("full", "mine.zip"):
        with pytest.raises(ArchiveError, match="there already"):
            export(kept, tmp_path / name)
    with pytest.raises(ArchiveError, match="not empty"):
        restore(kept, tmp_path / "full")
    assert len(list(tmp_path.rglob("*"))) == 3


def test_a_full_disk_leaves_nothing_behind(kept: Path, archive: Path, tmp_path: Path) -> None:
    with disk_full(20_000), pytest.raises(ArchiveError, match=r"Could not write .*space|large"):
        export(kept, tmp_path / "a.zip", tables=False)
    with disk_full(20_000), pytest.raises(ArchiveError, match="Could not restore"):
        restore(tmp_path / "home", archive)
    assert list(tmp_path.iterdir()) == []


# --- hostile archives ---------------------------------------------------------------------------


def files_of(archive: Path) -> Files:
    with zipfile.ZipFile(archive) as zipped:
        return {name: zipped.read(name) for name in zipped.namelist()}


def packed(files: Files, path: Path, *, listed: Callable[[Files], Files] = dict) -> Path:
    """A zip whose list is right for `listed` of its files."""
    shown = listed({name: data for name, data in files.items() if name != MANIFEST})
    found = msgspec.json.decode(files[MANIFEST], type=Manifest)
    entries = tuple(
        File(path=name, bytes=len(data), sha256=hashlib.sha256(data).hexdigest())
        for name, data in shown.items()
    )
    manifest = msgspec.json.encode(msgspec.structs.replace(found, files=entries))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, data in {**files, MANIFEST: manifest}.items():
            zipped.writestr(name, data)
    return path


def refused(path: Path, folder: Path, why: str) -> None:
    home = folder / "home"
    before = sorted(folder.rglob("*"))
    with pytest.raises(ArchiveError, match=why) as raised:
        restore(home, path)
    assert "\n" not in str(raised.value)
    assert sorted(folder.rglob("*")) == before


@pytest.mark.parametrize(
    "name",
    [
        "../escaped.legrec",
        "home/../../escaped",
        "/etc/escaped",
        "home/recordings/2026/11/../../../../x.legrec",
        "home/recordings/2026/11/..legrec",
        "home/settings.toml",
        "home/legload.duckdb",
        "home/recordings/2026/11/a\\b.legrec",
        "C:/x",
        "tables/../x.parquet",
    ],
)
def test_a_file_that_has_no_place_is_refused(archive: Path, tmp_path: Path, name: str) -> None:
    path = packed({**files_of(archive), name: b"x"}, tmp_path / "evil.zip")
    refused(path, tmp_path, "no place|does not hold|cannot be read")


def test_a_zip_that_would_fill_the_disk_is_refused(archive: Path, tmp_path: Path) -> None:
    bomb = {**files_of(archive), "tables/bomb.parquet": bytes(200 << 20)}
    refused(packed(bomb, tmp_path / "evil.zip"), tmp_path, "unpack to much more")


def test_a_link_in_a_zip_or_folder_is_refused(archive: Path, tmp_path: Path) -> None:
    path = Path(shutil.copy(archive, tmp_path / "evil.zip"))
    info = zipfile.ZipInfo("home/entries2")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "a") as zipped:
        zipped.writestr(info, "/etc/passwd")
    refused(path, tmp_path, "a link")
    with zipfile.ZipFile(archive) as zipped:
        zipped.extractall(tmp_path / "folder")
    entries = tmp_path / "folder" / "home" / "entries.jsonl"
    entries.rename(tmp_path / "elsewhere")
    entries.symlink_to(tmp_path / "elsewhere")
    refused(tmp_path / "folder", tmp_path, "a link")


@pytest.mark.parametrize("at", [0.0, 0.1, 0.5, 0.9, 0.999])
def test_a_truncated_zip_is_refused(archive: Path, tmp_path: Path, at: float) -> None:
    data = archive.read_bytes()
    (tmp_path / "cut.zip").write_bytes(data[: int(len(data) * at)])
    refused(tmp_path / "cut.zip", tmp_path, "cannot be read as a zip")


@given(at=st.floats(0, 0.999), bit=st.integers(0, 7))
@settings(max_examples=40)
def test_no_flipped_bit_is_restored_as_if_it_were_right(
    archive: Path, kept: Path, tmp_path_factory: pytest.TempPathFactory, at: float, bit: int
) -> None:
    folder = tmp_path_factory.mktemp("flipped")
    data = bytearray(archive.read_bytes())
    data[int(len(data) * at)] ^= 1 << bit
    (folder / "a.zip").write_bytes(bytes(data))
    try:
        restore(folder / "home", folder / "a.zip")
    except ArchiveError:
        assert not (folder / "home").exists()
    else:
        assert truth(folder / "home") == truth(kept)
    shutil.rmtree(folder)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda f: {k: v for k, v in f.items() if k != MANIFEST}, "no list"),
        (lambda f: {**f, MANIFEST: b"{"}, "list of files cannot be read"),
        (lambda f: {**f, MANIFEST: b'{"format": 99}'}, "newer version"),
        (lambda f: {**f, "README.md": b"another"}, "not what its list says"),
        (lambda f: {**f, "README.md": f["README.md"][::-1]}, "not what its list says"),
        (lambda f: {**f, "home/DEMO": b""}, "does not hold"),
        (lambda f: {k: v for k, v in f.items() if k != "README.md"}, "does not hold"),
    ],
)
def test_a_list_that_is_not_true_is_refused(
    archive: Path, tmp_path: Path, change: Callable[[Files], Files], why: str
) -> None:
    with zipfile.ZipFile(tmp_path / "evil.zip", "w") as zipped:
        for name, data in change(files_of(archive)).items():
            zipped.writestr(name, data)
    refused(tmp_path / "evil.zip", tmp_path, why)


DEEP = b"[" * 200_000 + b"]" * 200_000


def test_a_list_that_is_nested_without_end_is_refused(archive: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "evil.zip", "w", zipfile.ZIP_STORED) as zipped:
        zipped.writestr(MANIFEST, b'{"x":' + DEEP + b',"format":1}')
    refused(tmp_path / "evil.zip", tmp_path, "list of files cannot be read")


@pytest.mark.parametrize("kind", [zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
@pytest.mark.parametrize("name", [MANIFEST, "home/entries.jsonl"])
def test_a_packed_file_that_is_damaged_is_refused(
    archive: Path, tmp_path: Path, kind: int, name: str
) -> None:
    path = tmp_path / "evil.zip"
    with zipfile.ZipFile(path, "w", kind) as zipped:
        for file, data in files_of(archive).items():
            zipped.writestr(file, data)
        start = zipped.getinfo(name).header_offset + 30 + len(name)
    data = path.read_bytes()
    for first in (0, 9):
        at = start + first
        path.write_bytes(data[:at] + bytes(b ^ 0xFF for b in data[at : at + 12]) + data[at + 12 :])
        refused(path, tmp_path, "damaged|cannot be read|not what its list says")


def test_an_entry_that_is_nested_without_end_is_refused(archive: Path, tmp_path: Path) -> None:
    text = b'{"kind":"person","x":' + DEEP + b"}"
    line = b"%08x %s\n" % (zlib.crc32(text), text)
    evil = packed({**files_of(archive), "home/entries.jsonl": line}, tmp_path / "evil.zip")
    refused(evil, tmp_path, "entries.jsonl is damaged")
    with pytest.raises(ArchiveError, match="damaged"):
        check(evil)
    home = tmp_path / "home"
    home.mkdir()
    (home / "entries.jsonl").write_bytes(line)
    assert Entries(home).damaged() == 1
    assert not Entries(home).registry().persons


def test_what_was_restored_is_counted_whatever_the_list_says(
    archive: Path, kept: Path, tmp_path: Path
) -> None:
    files = files_of(archive)
    for number, counts in enumerate(({}, {"recordings": 99, "entries": 99})):
        found = msgspec.json.decode(files[MANIFEST], type=Manifest)
        files[MANIFEST] = msgspec.json.encode(msgspec.structs.replace(found, counts=counts))
        evil = packed(files, tmp_path / f"{number}.zip")
        done = restore(tmp_path / f"home{number}", evil)
        lines = len((kept / "entries.jsonl").read_bytes().splitlines())
        assert done.counts == {"recordings": len(recording_paths(kept)), "entries": lines}
        assert check(evil).counts == done.counts


def test_an_export_of_one_person_counts_their_entries(kept: Path, tmp_path: Path) -> None:
    found = export(kept, tmp_path / "anna", scope=Scope(person=ANNA))
    said = (tmp_path / "anna" / "home" / "entries.jsonl").read_bytes().splitlines()
    assert found.counts["entries"] == len(said)
    assert len(said) < len((kept / "entries.jsonl").read_bytes().splitlines())


def test_two_exports_to_one_name_never_write_into_one_file(tmp_path: Path) -> None:
    for name in ("a.zip", "folder"):
        one, other = sink_for(tmp_path / name), sink_for(tmp_path / name)
        one.put("README.md", iter([b"one" * 100]))
        other.put("README.md", iter([b"other"]))
        one.finish()
        other.drop()
    with zipfile.ZipFile(tmp_path / "a.zip") as zipped:
        assert zipped.read("README.md") == b"one" * 100
    assert (tmp_path / "folder" / "README.md").read_bytes() == b"one" * 100
    assert {path.name for path in tmp_path.iterdir()} == {"a.zip", "folder"}


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_file_that_is_there_twice_is_refused(archive: Path, tmp_path: Path) -> None:
    path = Path(shutil.copy(archive, tmp_path / "evil.zip"))
    with zipfile.ZipFile(path, "a") as zipped:
        zipped.writestr("README.md", b"again")
    refused(path, tmp_path, "a file twice")


def test_what_is_no_zip_or_not_there_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(io.BytesIO(b"hello").read())
    refused(tmp_path / "a.zip", tmp_path, "cannot be read as a zip")
    refused(tmp_path / "none.zip", tmp_path, "no file")
    (tmp_path / "folder").mkdir()
    refused(tmp_path / "folder", tmp_path, "no list")


def test_a_zip_that_was_packed_anew_is_fine(archive: Path, kept: Path, tmp_path: Path) -> None:
    path = packed(files_of(archive), tmp_path / "again.zip")
    with zipfile.ZipFile(path, "a") as zipped:
        zipped.mkdir("home")
    restore(tmp_path / "home", path)
    assert truth(tmp_path / "home") == truth(kept)


# --- stopped ------------------------------------------------------------------------------------


def test_a_restore_that_was_stopped_is_finished_or_dropped(
    archive: Path, kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    with monkeypatch.context() as patch:
        patch.setattr(exchange, "_settle", lambda home: None)
        restore(home, archive)
    assert (home / RESTORING / VERIFIED).exists()
    assert not recording_paths(home)
    with pytest.raises(ArchiveError, match="not empty"):
        restore(home, archive)  # what was checked is put in its place first
    assert truth(home) == truth(kept)
    assert not (home / RESTORING).exists()
    other = tmp_path / "other"
    (other / RESTORING / "recordings").mkdir(parents=True)
    restore(other, archive)
    assert truth(other) == truth(kept)


# --- backups ------------------------------------------------------------------------------------


def test_backups_are_read_back_and_the_oldest_go(kept: Path, tmp_path: Path) -> None:
    home = Path(shutil.copytree(kept, tmp_path / "home"))
    folder = tmp_path / "backups"
    start = dt.datetime(2026, 11, 2, 6, tzinfo=dt.UTC)
    for week in range(4):
        done = backup(home, folder, keep=2, now=start + dt.timedelta(weeks=week))
    assert [path.name for path in sorted(folder.iterdir())] == [
        "legload-backup-20261116T060000Z.zip",
        "legload-backup-20261123T060000Z.zip",
    ]
    assert len(done.dropped) == 1
    assert len(written(home, BACKUP)) == 2
    assert last_backup(home) is not None
    restore(tmp_path / "back", Path(done.path))
    assert truth(tmp_path / "back") == truth(kept)


def test_only_backups_that_this_home_wrote_are_dropped(kept: Path, tmp_path: Path) -> None:
    home = Path(shutil.copytree(kept, tmp_path / "home"))
    folder = tmp_path / "backups"
    folder.mkdir()
    other = folder / "legload-backup-20200101T000000Z.zip"
    other.write_bytes(b"somebody else's")
    start = dt.datetime(2026, 11, 2, 6, tzinfo=dt.UTC)
    first = Path(backup(home, folder, keep=1, now=start).path)
    first.write_bytes(b"changed since")
    backup(home, folder, keep=1, now=start + dt.timedelta(weeks=1))
    assert other.exists()
    assert first.exists()


def test_a_backup_that_does_not_read_back_drops_nothing(
    kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ingest import backups

    home = Path(shutil.copytree(kept, tmp_path / "home"))
    start = dt.datetime(2026, 11, 2, 6, tzinfo=dt.UTC)
    first = Path(backup(home, tmp_path / "backups", keep=1, now=start).path)

    def broken(home: Path, path: Path, **more: Any) -> Manifest:
        found = export(home, path, **more)
        path.write_bytes(path.read_bytes()[:-40])
        return found

    monkeypatch.setattr(backups, "export", broken)
    with pytest.raises(ArchiveError):
        backup(home, tmp_path / "backups", keep=1, now=start + dt.timedelta(weeks=1))
    assert list((tmp_path / "backups").iterdir()) == [first]


def test_a_backup_goes_into_a_folder_outside_of_the_home(kept: Path, tmp_path: Path) -> None:
    home = Path(shutil.copytree(kept, tmp_path / "home"))
    (tmp_path / "link").symlink_to(home)
    before = sorted(home.rglob("*"))
    for inside in (home, home / "recordings" / "new", tmp_path / "link" / "logs"):
        with pytest.raises(ArchiveError, match="lies in the folder"):
            backup(home, inside)
    (tmp_path / "file").write_text("mine")
    for none in (tmp_path / "file", tmp_path / "file" / "in"):
        with pytest.raises(ArchiveError, match="cannot be a folder"):
            backup(home, none)
    assert sorted(home.rglob("*")) == before


def test_backups_of_one_second_have_a_name_each_and_the_oldest_go_by_any_path(
    kept: Path, tmp_path: Path
) -> None:
    home = Path(shutil.copytree(kept, tmp_path / "home"))
    (tmp_path / "backups").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "backups")
    at = dt.datetime(2026, 11, 23, 12, 0, 59, tzinfo=dt.UTC)
    one = backup(home, tmp_path / "backups", now=at)
    other = backup(home, tmp_path / "link", now=at)
    assert [Path(path).name[-9:] for path in (one.path, other.path)] == ["0059Z.zip", "0100Z.zip"]
    third = backup(home, tmp_path / "link" / ".." / "backups", now=at, keep=1)
    assert set(third.dropped) == {one.path, other.path}


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "America/New_York"])
def test_days_that_no_clock_shows_are_exported_as_all_days(
    kept: Path, tmp_path: Path, zone: str
) -> None:
    ever = Scope(start=dt.date.min, end=dt.date.max)
    export(kept, tmp_path / "all", scope=ever, zone=zone)
    names = [path.name for path in recording_paths(kept)]
    assert [path.name for path in recording_paths(tmp_path / "all" / "home")] == names
    long_ago = Scope(start=dt.date.min, end=dt.date(1500, 1, 1))
    assert export(kept, tmp_path / "none", scope=long_ago, zone=zone).counts["recordings"] == 0
