"""The store: it opens whatever happened to it, and answers what pages ask."""

from __future__ import annotations

import datetime as dt
import os
import random
import shutil
import stat
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from analytics.frames import MotionSamples, SensorMinutes, SlowSamples
from devices.profile import Placement
from ingest import migrations
from ingest.entries import (
    AnyEntry,
    Assigned,
    BodyMassSet,
    Entries,
    Excused,
    PersonSet,
    SensorPaired,
)
from ingest.loader import load, rebuild
from ingest.queries import to_instant, to_ns
from ingest.store import Stale, StoreBusy, StoreDamaged, StoreError, open_store, store_path
from tests.recorded import (
    NOON,
    SECOND,
    Session,
    contents,
    header_of,
    motion_recording,
    pod_recording,
)

NOON_AT = dt.datetime.fromtimestamp(NOON // SECOND, dt.UTC)
MINUTE = dt.timedelta(minutes=1)
HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)
AT = NOON_AT


def minute_frame(sensor: str, *steps: float, start: dt.datetime = NOON_AT) -> pl.DataFrame:
    """SensorMinutes from a start on, one for each count of steps."""
    rows = [
        {
            "minute": start + number * MINUTE,
            "sensor": sensor,
            "person": "ada",
            "placement": "left-foot",
            "continuous": False,
            "observed_s": 60.0,
            "worn": None,
            "steps": count,
            "force_bw": None,
            "confidence": "low",
            "run_share": 0.0,
            "speed_mps": None,
            "heart_rate_bpm": None,
            "method": "2026.1",
        }
        for number, count in enumerate(steps)
    ]
    return SensorMinutes.cast(pl.DataFrame(rows, schema=SensorMinutes.create_empty().schema))


def spans(stale: Sequence[Stale]) -> list[tuple[str, int, int]]:
    """(sensor, first minute, minute after the last), counted from noon."""
    return [
        (one.sensor, (one.start - NOON_AT) // MINUTE, (one.end - NOON_AT) // MINUTE)
        for one in stale
    ]


def test_a_home_without_a_store_gets_an_empty_one(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with open_store(home) as store:
        assert store.version() > 0
        assert store.dirty() == []
        assert store.battery("pod") is None
        for frame in (
            store.slow("pod", NOON_AT, NOON_AT + DAY),
            store.motion("pod", NOON_AT, NOON_AT + DAY),
            store.minutes("ada", NOON_AT, NOON_AT + DAY),
            store.gaps(NOON_AT, NOON_AT + DAY),
            store.sensor_use(NOON_AT, NOON_AT + DAY),
            store.recordings(),
        ):
            assert frame.is_empty()


@pytest.mark.skipif(os.name != "posix", reason="POSIX permissions")
def test_a_store_and_its_log_belong_to_their_owner_alone(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with open_store(home, read_only=False) as store:
        store.replace_minutes("pod", NOON_AT, NOON_AT + MINUTE, minute_frame("pod", 100))
        files = [store_path(home), store_path(home).with_name("legload.duckdb.wal")]
        assert [stat.S_IMODE(file.stat().st_mode) for file in files] == [0o600, 0o600]
    assert stat.S_IMODE(home.stat().st_mode) == 0o700


def test_frames_cross_as_analytics_declares_them(tmp_path: Path) -> None:
    pod_recording(tmp_path, seconds=5)
    motion_recording(tmp_path, samples=50)
    load(tmp_path)
    with open_store(tmp_path, read_only=False) as store:
        store.replace_minutes("pod", NOON_AT, NOON_AT + MINUTE, minute_frame("pod", 100))
    with open_store(tmp_path) as store:
        SlowSamples.validate(store.slow("pod", NOON_AT, NOON_AT + DAY))
        MotionSamples.validate(store.motion("thingy", NOON_AT, NOON_AT + DAY))
        SensorMinutes.validate(store.minutes("ada", NOON_AT, NOON_AT + DAY))


def test_ranges_are_half_open_and_any_zone_will_do(tmp_path: Path) -> None:
    pod_recording(tmp_path, seconds=10)
    load(tmp_path)
    zone = dt.timezone(dt.timedelta(hours=9))
    start, end = (NOON_AT + dt.timedelta(seconds=at) for at in (2, 5))
    with open_store(tmp_path) as store:
        times = store.slow("pod", start.astimezone(zone), end)["time"].unique().to_list()
    assert sorted(times) == [start + dt.timedelta(seconds=at) for at in range(3)]


def test_instants_are_exact_for_centuries() -> None:
    for text in ("1970-01-01T00:00:00.000001", "2026-11-20T12:00:00.123457", "2199-12-31T23:59:59"):
        instant = dt.datetime.fromisoformat(text + "+00:00")
        assert to_instant(to_ns(instant)) == instant


class TestMigrations:
    def test_each_is_applied_once_and_recorded(self, tmp_path: Path) -> None:
        for _ in range(2):
            with open_store(tmp_path, read_only=False) as store:
                applied = store._rows("SELECT name FROM migration ORDER BY applied_at, name")
            assert [name for (name,) in applied] == list(migrations.migrations())

    def test_a_failing_one_leaves_the_store_as_it_was(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        pod_recording(tmp_path, seconds=3)
        load(tmp_path)
        before = contents(tmp_path)
        known = migrations.migrations()
        broken = {**known, "999_broken.sql": "DROP TABLE sample; SELECT no_such_column;"}
        with monkeypatch.context() as patch:
            patch.setattr(migrations, "migrations", lambda: broken)
            for read_only in (True, False):
                with pytest.raises(StoreError, match="could not be used"):
                    open_at_once(tmp_path, read_only=read_only)
        assert contents(tmp_path) == before

    def test_a_new_one_is_applied_by_whoever_comes_first_even_to_read(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        pod_recording(tmp_path, seconds=3)
        load(tmp_path)
        grown = {**migrations.migrations(), "999_note.sql": "ALTER TABLE person ADD note VARCHAR"}
        monkeypatch.setattr(migrations, "migrations", lambda: grown)
        with open_store(tmp_path) as store:
            assert store._rows("SELECT note FROM person") == []
            assert not store.slow("pod", NOON_AT, NOON_AT + DAY).is_empty()

    def test_a_store_of_a_newer_version_is_left_alone(self, tmp_path: Path) -> None:
        with open_store(tmp_path, read_only=False) as store:
            store._rows("INSERT INTO migration VALUES ('998_later.sql', '2030-01-01')")
        for read_only in (True, False):
            with pytest.raises(StoreError, match=r"newer version.*998_later.*Update"):
                open_at_once(tmp_path, read_only=read_only)
        assert [path.name for path in tmp_path.glob("*damaged*")] == []


def open_at_once(home: Path, *, read_only: bool) -> None:
    if read_only:
        with open_store(home):
            return
    with open_store(home, read_only=False):
        return


HOLDER = """
import duckdb, sys
connection = duckdb.connect(sys.argv[1], read_only=sys.argv[2] == "read")
print("held", flush=True)
sys.stdin.read()
"""


class Holder:
    """Another process that holds a store until it is told to let go."""

    def __init__(self, home: Path, how: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", HOLDER, str(store_path(home)), how],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "held\n"

    def let_go(self) -> None:
        self._process.communicate()


@pytest.mark.parametrize(("how", "read_only"), [("write", True), ("write", False), ("read", False)])
def test_a_store_held_by_another_process_is_busy_after_a_bounded_wait(
    tmp_path: Path, how: str, read_only: bool
) -> None:
    open_at_once(tmp_path, read_only=True)
    holder = Holder(tmp_path, how)
    pauses: list[float] = []
    try:
        with (
            pytest.raises(StoreBusy, match="held by another program") as raised,
            open_store(tmp_path, read_only, patience_s=3, sleep=pauses.append),  # type: ignore[call-overload]
        ):
            pass
    finally:
        holder.let_go()
    assert raised.value.advice
    assert 3 <= sum(pauses) < 4
    assert max(pauses) <= 0.5
    open_at_once(tmp_path, read_only=read_only)


def test_a_store_that_is_let_go_while_waiting_opens(tmp_path: Path) -> None:
    open_at_once(tmp_path, read_only=True)
    holder = Holder(tmp_path, "write")
    with open_store(tmp_path, sleep=lambda _: holder.let_go()) as store:
        assert store.version() > 0


def test_readers_do_not_disturb_each_other(tmp_path: Path) -> None:
    open_at_once(tmp_path, read_only=True)
    holder = Holder(tmp_path, "read")
    with open_store(tmp_path, patience_s=0) as one, open_store(tmp_path, patience_s=0) as other:
        assert one.version() == other.version()
    holder.let_go()


def test_a_writer_in_the_same_process_makes_a_reader_wait_too(tmp_path: Path) -> None:
    with (
        open_store(tmp_path, read_only=False),
        pytest.raises(StoreBusy),
        open_store(tmp_path, patience_s=0),
    ):
        pass


CRASH = """
import os, pathlib, sys
from devices import PROFILES
from ingest.decoding import decode_recording
from ingest.recording import read_recording, recording_paths
from ingest.store import open_store
home = pathlib.Path(sys.argv[1])
with open_store(home, read_only=False) as store:
    for path in recording_paths(home):
        size = path.stat().st_size
        store.add([decode_recording(path, size, read_recording(path), PROFILES, -1)])
    os._exit(9)
"""


@pytest.fixture(scope="module")
def crash(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose loader died without closing the store: each load is still in the log."""
    home = tmp_path_factory.mktemp("crash")
    open_at_once(home, read_only=False)
    for hour in range(4):
        pod_recording(home, start_ns=NOON + hour * 3600 * SECOND, seconds=30)
    assert subprocess.run([sys.executable, "-c", CRASH, str(home)], check=False).returncode == 9
    assert wal_of(home).stat().st_size > 4000
    return home


@pytest.fixture
def crashed(crash: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(crash, tmp_path / "home"))


@pytest.fixture(scope="module")
def clean(crash: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple[Any, ...]]]:
    """What the store of that home holds when nothing goes wrong."""
    home = tmp_path_factory.mktemp("clean")
    shutil.copytree(crash / "recordings", home / "recordings")
    load(home)
    return contents(home)


def wal_of(home: Path) -> Path:
    return store_path(home).with_name("legload.duckdb.wal")


def loaded(home: Path) -> int:
    with open_store(home) as store:
        return len(store.recordings())


def aside(home: Path) -> list[str]:
    return sorted(path.name.partition(".damaged-")[0] for path in home.glob("*.damaged-*"))


def test_a_killed_loaders_log_is_replayed(
    crashed: Path, clean: dict[str, list[tuple[Any, ...]]]
) -> None:
    assert loaded(crashed) == 4
    assert contents(crashed) == clean
    assert aside(crashed) == []


@pytest.mark.parametrize("how", ["zeros", "garbage", "one bit"])
@pytest.mark.parametrize("share", [0.35, 0.6, 0.98])
def test_a_damaged_log_is_cut_where_the_damage_begins(
    crashed: Path, clean: dict[str, list[tuple[Any, ...]]], how: str, share: float
) -> None:
    log = bytearray(wal_of(crashed).read_bytes())
    at = int(len(log) * share)
    if how == "zeros":
        log[at:] = bytes(len(log) - at)
    elif how == "garbage":
        log[at:] = random.Random(1).randbytes(len(log) - at)
    else:
        log[at] ^= 0x10
    wal_of(crashed).write_bytes(log)
    assert loaded(crashed) == int(share * 4)
    assert aside(crashed) == ["legload.duckdb.wal"]
    load(crashed)
    assert contents(crashed) == clean


@pytest.mark.parametrize("cut", [0, 7, 40, 1000])
def test_a_cut_log_costs_what_was_cut_until_the_next_load(
    crashed: Path, clean: dict[str, list[tuple[Any, ...]]], cut: int
) -> None:
    log = wal_of(crashed).read_bytes()
    wal_of(crashed).write_bytes(log[: len(log) - cut])
    load(crashed)
    assert contents(crashed) == clean


def test_a_log_that_is_garbage_altogether_costs_the_log(
    crashed: Path, clean: dict[str, list[tuple[Any, ...]]]
) -> None:
    wal_of(crashed).write_bytes(random.Random(2).randbytes(5000))
    load(crashed)
    assert contents(crashed) == clean


@pytest.mark.parametrize("junk", [b"", b"hello", bytes(20_000), b"\x93LgH" * 5000])
def test_a_store_that_is_no_store_is_set_aside_and_built_anew(
    crashed: Path, clean: dict[str, list[tuple[Any, ...]]], junk: bytes
) -> None:
    store_path(crashed).write_bytes(junk)
    wal_of(crashed).unlink()
    assert loaded(crashed) == 0
    assert aside(crashed) == ["legload.duckdb"]
    load(crashed)
    assert contents(crashed) == clean


def test_a_store_whose_blocks_are_damaged_is_built_anew_by_the_loader(
    crashed: Path, clean: dict[str, list[tuple[Any, ...]]]
) -> None:
    loaded(crashed)
    open_at_once(crashed, read_only=False)  # moves the log into the file
    before = store_path(crashed).read_bytes()
    found = set()
    for block in range(3 * 4096, len(before), 65_536):
        damaged = bytearray(before)
        damaged[block : block + 60_000] = random.Random(block).randbytes(60_000)
        store_path(crashed).write_bytes(damaged[: len(before)])
        try:
            found.add(contents(crashed) == clean)
        except StoreDamaged as error:
            assert "legload repair" in error.advice
            found.add(None)
        load(crashed)
        rebuild(crashed)
        assert contents(crashed) == clean


def test_a_store_that_may_not_be_opened_is_left_where_it_is(tmp_path: Path) -> None:
    store_path(tmp_path).mkdir()
    for read_only in (True, False):
        with pytest.raises(StoreError) as raised:
            open_at_once(tmp_path, read_only=read_only)
        assert raised.value.advice
