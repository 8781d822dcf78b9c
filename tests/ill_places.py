"""What leads to each trouble with the folder, the clock and what is stored."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
import zlib

import duckdb
import msgspec

from dashboard.doctor.findings import Finding
from dashboard.doctor.folder import unfit
from ingest.entries import Excused
from ingest.loader import load
from ingest.store import open_store
from tests.made_up_computer import (
    NOW,
    Ill,
    World,
    look_at,
    pair_pod,
    raising,
)
from tests.recorded import NOON, Session, header_of, pod_recording


def old_python(world: World) -> list[Finding]:
    return look_at(world.computer(python=(3, 10, 4)), "packages")


def old_packages(world: World) -> list[Finding]:
    installed = {"duckdb": "1.4.2", "bleak": "3.1.0"}
    needed = ["duckdb>=2.0,<3", "bleak>=3.1", 'winrt>=3; sys_platform == "never"']
    assert unfit(needed, installed.__getitem__) == ["duckdb 1.4.2 (needs <3,>=2.0)"]
    world.monkeypatch.setattr("importlib.metadata.requires", lambda _: ["bleak>=99"])
    return look_at(world.computer(), "packages")


def file_for_a_folder(world: World) -> list[Finding]:
    (world.folder / "file").touch()
    return look_at(world.computer(home=world.folder / "file"), "folder")


def unwritable_folder(world: World) -> list[Finding]:
    denied = raising(PermissionError(13, "Permission denied"))
    world.monkeypatch.setattr("tempfile.TemporaryFile", lambda **_: denied())
    return look_at(world.computer(), "folder")


def folder_open_to_others(world: World) -> list[Finding]:
    world.home.chmod(0o755)
    return look_at(world.computer(), "folder")


def full_disk(world: World) -> list[Finding]:
    return look_at(world.computer(free_bytes=lambda _: 499_999_999), "disk")


def clock_of_1970(world: World) -> list[Finding]:
    return look_at(world.computer(now=dt.datetime(1970, 1, 2, tzinfo=dt.UTC)), "clock")


def clock_of_2031(world: World) -> list[Finding]:
    pod_recording(world.home, seconds=5)
    return look_at(world.computer(now=NOW.replace(year=2031)), "clock")


def clock_set_back(world: World) -> list[Finding]:
    pod_recording(world.home, seconds=5)
    before = dt.datetime.fromtimestamp(NOON / 1e9, dt.UTC) - dt.timedelta(hours=1)
    return look_at(world.computer(now=before), "clock")


def clock_without_server(world: World) -> list[Finding]:
    return look_at(world.computer(synchronised=lambda: False), "clock-sync")


def store_in_use(world: World) -> list[Finding]:
    with open_store(world.home):
        pass
    world.monkeypatch.setattr("dashboard.doctor.stored.PATIENCE_S", 0.0)
    hold = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held', flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", hold, str(world.home / "legload.duckdb")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        found = look_at(world.computer(), "store")
        holder.communicate(b"\n")
    assert f"(process {holder.pid})" in found[0].found
    return found


def overwritten_store(world: World) -> list[Finding]:
    (world.home / "legload.duckdb").write_bytes(b"not a database" * 1000)
    return look_at(world.computer(), "store")


def store_of_tomorrow(world: World) -> list[Finding]:
    with open_store(world.home):
        pass
    with duckdb.connect(world.home / "legload.duckdb") as connection:
        connection.execute("INSERT INTO migration VALUES ('9999_later.sql', now()::TIMESTAMP)")
    return look_at(world.computer(), "store")


def store_not_ours(world: World) -> list[Finding]:
    (world.home / "legload.duckdb").touch()
    denied = duckdb.IOException('IO Error: Cannot open file "x": Permission denied')
    world.monkeypatch.setattr("ingest.database.connect", lambda *_, **__: raising(denied)())
    return look_at(world.computer(), "store")


def garbled_entries(world: World) -> list[Finding]:
    (world.home / "entries.jsonl").write_bytes(b"0000 garbage\n")
    return look_at(world.computer(), "entries")


def impossible_entry(world: World) -> list[Finding]:
    first, last = dt.date(2024, 1, 1), dt.date(2026, 12, 31)
    entry = Excused(at=NOW, person="anna", start=first, end=last, why="surgery")
    text = msgspec.json.encode(entry)
    (world.home / "entries.jsonl").write_bytes(b"%08x %s\n" % (zlib.crc32(text), text))
    return look_at(world.computer(), "entries")


def entries_are_a_folder(world: World) -> list[Finding]:
    (world.home / "entries.jsonl").mkdir()
    return look_at(world.computer(), "entries")


def low_battery(world: World) -> list[Finding]:
    pair_pod(world.home)
    session = Session(world.home, header_of("pod"))
    session.connected(0)
    session.charge(1, 12)
    session.close()
    load(world.home)
    return look_at(world.computer(), "batteries")


ILL: dict[str, Ill] = {
    "python-old": old_python,
    "packages-unfit": old_packages,
    "folder-is-a-file": file_for_a_folder,
    "folder-not-writable": unwritable_folder,
    "folder-open": folder_open_to_others,
    "disk-nearly-full": full_disk,
    "clock-behind": clock_of_1970,
    "clock-ahead": clock_of_2031,
    "recording-in-future": clock_set_back,
    "clock-unsynchronised": clock_without_server,
    "store-locked": store_in_use,
    "store-damaged": overwritten_store,
    "store-newer": store_of_tomorrow,
    "store-unusable": store_not_ours,
    "entries-damaged": garbled_entries,
    "entries-unusable": impossible_entry,
    "entries-unreadable": entries_are_a_folder,
    "battery-low": low_battery,
}
