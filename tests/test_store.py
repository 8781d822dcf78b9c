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
import numpy as np
import polars as pl
import pytest

from analytics.frames import MotionSamples, SensorMinutes, SlowSamples
from devices.profile import Placement
from ingest import migrations
from ingest.database import explain
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
    disk_full,
    header_of,
    motion_recording,
    pod_recording,
)

Contents = dict[str, list[tuple[Any, ...]]]

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


def test_motion_comes_as_arrays_as_it_comes_as_a_frame(tmp_path: Path) -> None:
    for later, seed in ((2, 3), (0, 1), (1, 2)):
        motion_recording(tmp_path, start_ns=NOON + later * 3600 * SECOND, seed=seed)
        load(tmp_path)
    with open_store(tmp_path, read_only=False) as store:
        store._rows("UPDATE recording SET acc_g = 2 * acc_g WHERE number = 2")
    with open_store(tmp_path) as store:
        frame = store.motion("thingy", NOON_AT, NOON_AT + DAY)
        time_s, acc_g, gyro_dps = store.motion_arrays("thingy", NOON_AT, NOON_AT + DAY)
    assert frame["time"].is_sorted()
    assert len(frame) == 1500
    assert time_s == pytest.approx(frame["time"].dt.epoch("ns").to_numpy() / 1e9, abs=0)
    assert np.array_equal(acc_g, frame.select("ax", "ay", "az").to_numpy())
    assert gyro_dps is not None
    assert np.array_equal(gyro_dps, frame.select("gx", "gy", "gz").to_numpy())


def test_motion_that_overlaps_is_ordered_and_null_rotation_is_none(tmp_path: Path) -> None:
    for late, seed in ((1, 2), (0, 1)):
        motion_recording(tmp_path, start_ns=NOON + late * SECOND, seed=seed)
    load(tmp_path)
    with open_store(tmp_path, read_only=False) as store:
        store._rows("UPDATE motion SET gz = NULL WHERE time = (SELECT max(time) FROM motion)")
    with open_store(tmp_path) as store:
        frame = store.motion("thingy", NOON_AT, NOON_AT + DAY)
        time_s, acc_g, gyro_dps = store.motion_arrays("thingy", NOON_AT, NOON_AT + DAY)
        nothing = store.motion_arrays("thingy", NOON_AT + DAY, NOON_AT + 2 * DAY)
    assert frame["time"].is_sorted()
    assert np.array_equal(time_s, frame["time"].dt.epoch("ns").to_numpy() / 1e9)
    assert np.array_equal(acc_g, frame.select("ax", "ay", "az").to_numpy())
    assert gyro_dps is None
    assert [len(part) for part in nothing if part is not None] == [0, 0, 0]


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
def clean(crash: Path, tmp_path_factory: pytest.TempPathFactory) -> Contents:
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


def test_a_killed_loaders_log_is_replayed(crashed: Path, clean: Contents) -> None:
    assert loaded(crashed) == 4
    assert contents(crashed) == clean
    assert aside(crashed) == []


@pytest.mark.parametrize("how", ["zeros", "garbage", "one bit"])
@pytest.mark.parametrize("share", [0.35, 0.6, 0.98])
def test_a_damaged_log_is_cut_where_the_damage_begins(
    crashed: Path, clean: Contents, how: str, share: float
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
    crashed: Path, clean: Contents, cut: int
) -> None:
    log = wal_of(crashed).read_bytes()
    wal_of(crashed).write_bytes(log[: len(log) - cut])
    load(crashed)
    assert contents(crashed) == clean


def test_a_log_that_is_garbage_altogether_costs_the_log(crashed: Path, clean: Contents) -> None:
    wal_of(crashed).write_bytes(random.Random(2).randbytes(5000))
    load(crashed)
    assert contents(crashed) == clean


@pytest.mark.parametrize("junk", [b"", b"hello", bytes(20_000), b"\x93LgH" * 5000])
def test_a_store_that_is_no_store_is_set_aside_and_built_anew(
    crashed: Path, clean: Contents, junk: bytes
) -> None:
    store_path(crashed).write_bytes(junk)
    wal_of(crashed).unlink()
    assert loaded(crashed) == 0
    assert aside(crashed) == ["legload.duckdb"]
    load(crashed)
    assert contents(crashed) == clean


@pytest.mark.parametrize("share", [0.3, 0.45, 0.55, 0.7])
def test_a_store_with_a_damaged_block_says_so_and_repair_builds_it_anew(
    crashed: Path, clean: Contents, share: float
) -> None:
    load(crashed)
    open_at_once(crashed, read_only=False)  # moves the log into the file
    data = bytearray(store_path(crashed).read_bytes())
    at = int(len(data) * share)
    data[at : at + 8000] = random.Random(3).randbytes(8000)
    store_path(crashed).write_bytes(data)
    pod_recording(crashed, "later", NOON + 10 * 3600 * SECOND, seconds=2)
    load(crashed)  # never fails because of it
    try:
        found = contents(crashed)
    except StoreDamaged:
        rebuild(crashed)
        found = contents(crashed)
    assert [row for row in found["sample"] if not row[0].endswith("later")] == clean["sample"]


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ("IO Error: Could not set lock on file: Conflicting lock is held", StoreBusy, "held by"),
        ("IO Error: Cannot open file: Permission denied", StoreError, "Permission denied"),
        ("IO Error: Could not write file: No space left on device", StoreError, "Free some space"),
        (
            "version 99, but we can only read versions between 64 and 68",
            StoreError,
            "newer",
        ),
        ("Corrupt database file: computed checksum 1", StoreDamaged, "repair"),
    ],
)
def test_duckdbs_errors_say_what_to_do(text: str, kind: type[StoreError], words: str) -> None:
    for opening in (True, False):
        said = explain(duckdb.IOException(text), opening=opening)
        assert type(said) is kind
        assert words in str(said)


@pytest.mark.skipif(os.name != "posix", reason="needs a limit on file sizes")
@pytest.mark.parametrize("room", [0, 1_000_000])
def test_a_full_disk_leaves_the_store_as_it_was_and_the_next_load_catches_up(
    tmp_path: Path, room: int
) -> None:
    home, clean = tmp_path / "home", tmp_path / "clean"
    pod_recording(home, seconds=10)
    load(home)
    before, size = contents(home), store_path(home).stat().st_size
    motion_recording(home, samples=150_000)
    with disk_full(size + room), pytest.raises(StoreError, match="Free some space"):
        load(home)
    assert contents(home) == before
    assert aside(home) == []
    load(home)
    shutil.copytree(home / "recordings", clean / "recordings")
    load(clean)
    assert contents(home) == contents(clean)


def test_a_home_that_is_no_folder_is_an_error_with_advice(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file")
    for read_only in (True, False):
        with pytest.raises(StoreError, match="Could not write into") as raised:
            open_at_once(tmp_path / "home", read_only=read_only)
        assert raised.value.advice


class TestMinutes:
    def test_they_replace_those_in_the_range_and_no_others(self, tmp_path: Path) -> None:
        with open_store(tmp_path, read_only=False) as store:
            day = NOON_AT + DAY
            store.replace_minutes("pod", NOON_AT, day, minute_frame("pod", 1, 2, 3, 4))
            store.replace_minutes("other", NOON_AT, day, minute_frame("other", 9))
            start, end = NOON_AT + MINUTE, NOON_AT + 3 * MINUTE
            store.replace_minutes("pod", start, end, minute_frame("pod", 20, start=start))
        with open_store(tmp_path) as store:
            found = store.minutes("ada", NOON_AT, day)
            assert store.minutes("ben", NOON_AT, day).is_empty()
            assert store.minutes(None, NOON_AT, day).equals(found)
        told = [
            ((minute - NOON_AT) // MINUTE, sensor, steps)
            for minute, sensor, steps in found.select("minute", "sensor", "steps").rows()
        ]
        assert told == [(0, "other", 9.0), (0, "pod", 1.0), (1, "pod", 20.0), (3, "pod", 4.0)]

    def test_they_come_back_as_they_went_in_from_any_zone(self, tmp_path: Path) -> None:
        frame = minute_frame("pod", 1, 2)
        zoned = frame.with_columns(pl.col("minute").dt.convert_time_zone("Asia/Kathmandu"))
        with open_store(tmp_path, read_only=False) as store:
            store.replace_minutes("pod", NOON_AT, NOON_AT + DAY, zoned)
            found = store.minutes("ada", NOON_AT, NOON_AT + DAY)
        assert found.select(frame.columns).equals(frame)

    @pytest.mark.parametrize(
        "frame",
        [
            minute_frame("other", 1),
            minute_frame("pod", 1, start=NOON_AT - MINUTE),
            minute_frame("pod", 1, 2, 3),
        ],
    )
    def test_minutes_that_do_not_belong_there_are_refused(
        self, tmp_path: Path, frame: pl.DataFrame
    ) -> None:
        with open_store(tmp_path, read_only=False) as store:
            with pytest.raises(ValueError, match="outside"):
                store.replace_minutes("pod", NOON_AT, NOON_AT + 2 * MINUTE, frame)
            assert store.minutes(None, NOON_AT - DAY, NOON_AT + DAY).is_empty()

    def test_a_new_method_is_noticed(self, tmp_path: Path) -> None:
        with open_store(tmp_path, read_only=False) as store:
            assert store.method_is("2026.1")
            store.replace_minutes("pod", NOON_AT, NOON_AT + DAY, minute_frame("pod", 1))
            assert store.method_is("2026.1")
            assert not store.method_is("2027.1")


class TestStale:
    def test_what_a_load_brought_is_stale_in_whole_minutes(self, tmp_path: Path) -> None:
        pod_recording(tmp_path, start_ns=NOON + 30 * SECOND, seconds=100)
        pod_recording(tmp_path, "far", NOON + 3600 * SECOND, seconds=10)
        pod_recording(tmp_path, "far", NOON + 3630 * SECOND, seconds=50)
        pod_recording(tmp_path, "far", NOON + 7200 * SECOND, seconds=10)
        load(tmp_path)
        with open_store(tmp_path) as store:
            found = spans(store.dirty())
        assert found == [("far", 60, 62), ("far", 120, 121), ("pod", 0, 3)]

    def test_computing_a_part_leaves_the_rest_stale(self, tmp_path: Path) -> None:
        pod_recording(tmp_path, seconds=5 * 60 - 1)
        load(tmp_path)
        with open_store(tmp_path, read_only=False) as store:
            start, end = NOON_AT + MINUTE, NOON_AT + 3 * MINUTE
            store.replace_minutes("pod", start, end, minute_frame("pod", 1, start=start))
            assert spans(store.dirty()) == [("pod", 0, 1), ("pod", 3, 5)]
            store.replace_minutes("pod", NOON_AT - DAY, NOON_AT + DAY, minute_frame("pod", 1))
            assert store.dirty() == []

    def test_samples_that_come_while_minutes_are_computed_are_not_forgotten(
        self, tmp_path: Path
    ) -> None:
        session = Session(tmp_path, header_of("pod"))
        session.walk(0, 30)
        session.flush()
        load(tmp_path)
        with open_store(tmp_path) as store:
            (stale,) = store.dirty()
        session.walk(30, 59)
        session.close()
        load(tmp_path)
        frame = minute_frame("pod", 1)
        with open_store(tmp_path, read_only=False) as store:
            store.replace_minutes("pod", stale.start, stale.end, frame, seen=stale.version)
            (again,) = store.dirty()
            assert (again.start, again.end) == (stale.start, stale.end)
            store.replace_minutes("pod", again.start, again.end, frame, seen=again.version)
            assert store.dirty() == []

    def test_all_of_it_can_be_marked(self, tmp_path: Path) -> None:
        pod_recording(tmp_path, seconds=30)
        pod_recording(tmp_path, start_ns=NOON + 3600 * SECOND, seconds=30)
        load(tmp_path)
        with open_store(tmp_path, read_only=False) as store:
            for stale in store.dirty():
                store.replace_minutes("pod", stale.start, stale.end, minute_frame("pod"))
            store.mark_all_stale()
            assert spans(store.dirty()) == [("pod", 0, 61)]


def paired(sensor: str = "pod") -> SensorPaired:
    return SensorPaired(
        at=AT, sensor=sensor, identity="SN", address="AA", name="Pod", profiles=("rsc",)
    )


def worn(placement: Placement, since: dt.datetime, person: str = "ada") -> Assigned:
    return Assigned(at=AT, sensor="pod", person=person, placement=placement, since=since)


class TestProjection:
    """The tables say what the entries say, and what a change touches is computed anew."""

    @pytest.fixture
    def home(self, tmp_path: Path) -> Path:
        """Two hours of two sensors, nothing stale, the first worn since noon."""
        for sensor in ("pod", "other"):
            for hour in (0, 1):
                pod_recording(tmp_path, sensor, NOON + hour * 3600 * SECOND, seconds=30)
        said: list[AnyEntry] = [paired(), paired("other"), worn(Placement.LEFT_FOOT, NOON_AT)]
        self.say(tmp_path, *said, PersonSet(at=AT, person="ada", name="Ada", sex="female"))
        self.say(tmp_path, BodyMassSet(at=AT, person="ada", date=dt.date(2026, 1, 1), kg=60))
        with open_store(tmp_path, read_only=False) as store:
            for stale in store.dirty():
                empty = minute_frame("pod").clear()
                store.replace_minutes(stale.sensor, stale.start, stale.end, empty)
        return tmp_path

    def say(self, home: Path, *entries: AnyEntry) -> list[tuple[str, int, int]]:
        """What is stale after these entries."""
        Entries(home).append(*entries)
        load(home)
        with open_store(home) as store:
            return spans(store.dirty())

    def test_the_tables_say_what_the_entries_say(self, home: Path) -> None:
        away = Excused(
            at=AT, person="ada", start=dt.date(2026, 1, 1), end=dt.date(2026, 1, 2), why="surgery"
        )
        self.say(home, away)
        with open_store(home) as store:
            assert store._rows("SELECT key, name, sex FROM person") == [("ada", "Ada", "female")]
            assert store._rows("SELECT * FROM body_mass") == [("ada", dt.date(2026, 1, 1), 60.0)]
            assert store._rows("SELECT date, why FROM excuse ORDER BY date") == [
                (dt.date(2026, 1, 1), "surgery"),
                (dt.date(2026, 1, 2), "surgery"),
            ]
            assert store._rows("SELECT key, profiles, forgotten FROM sensor ORDER BY key") == [
                ("other", ["rsc"], False),
                ("pod", ["rsc"], False),
            ]
            assert store._rows("SELECT * FROM assignment") == [
                ("pod", NOON_AT.replace(tzinfo=None), "ada", "left-foot", 0.0, None)
            ]
            assert store._rows("SELECT entries FROM projection") == [(6,)]

    def test_entries_that_change_no_minute_leave_none_stale_but_move_the_version(
        self, home: Path
    ) -> None:
        with open_store(home) as store:
            before = store.version()
        assert self.say(home, PersonSet(at=AT, person="ada", name="Ada L.", birth_year=1960)) == []
        with open_store(home) as store:
            assert store.version() > before

    def test_a_correction_of_the_first_assignment_touches_everything(self, home: Path) -> None:
        found = self.say(home, worn(Placement.RIGHT_FOOT, NOON_AT))
        assert found == [("pod", 0, 61)]

    def test_a_later_assignment_touches_what_came_after(self, home: Path) -> None:
        found = self.say(home, worn(Placement.RIGHT_FOOT, NOON_AT + HOUR))
        assert found == [("pod", 60, 61)]
        assert self.say(home, worn(Placement.WAIST, NOON_AT + DAY)) == found

    def test_a_correction_touches_what_was_recorded_and_not_the_decades_between(
        self, home: Path
    ) -> None:
        for start in (5 * 86_400 * SECOND, 4_103_000_000 * SECOND):  # 1970 and 2100
            pod_recording(home, "pod", start, seconds=30)
        load(home)
        with open_store(home, read_only=False) as store:
            store._rows("DELETE FROM stale")
        self.say(home, worn(Placement.RIGHT_FOOT, NOON_AT))
        with open_store(home) as store:
            stale = store.dirty()
        assert [(one.end - one.start) // MINUTE for one in stale] == [1, 61, 1]

    def test_an_assignment_from_any_year_is_taken(self, home: Path) -> None:
        early = dt.datetime(1900, 1, 1, tzinfo=dt.UTC)
        assert self.say(home, worn(Placement.RIGHT_FOOT, early)) == [("pod", 0, 61)]
        late = dt.datetime(2199, 12, 31, tzinfo=dt.UTC)
        assert self.say(home, worn(Placement.WAIST, late)) == [("pod", 0, 61)]

    def test_a_sensor_given_to_somebody_else_is_computed_for_them(self, home: Path) -> None:
        assert self.say(home, worn(Placement.LEFT_FOOT, NOON_AT, "ben")) == [("pod", 0, 61)]

    def test_body_mass_touches_the_days_from_its_date_on(self, home: Path) -> None:
        far = BodyMassSet(at=AT, person="ada", date=dt.date(2026, 11, 30), kg=61)
        assert self.say(home, far) == []
        same_day = BodyMassSet(at=AT, person="ada", date=dt.date(2026, 11, 20), kg=62)
        assert self.say(home, same_day) == [("pod", 0, 61)]

    def test_a_person_whose_sex_is_corrected_is_computed_anew(self, home: Path) -> None:
        assert self.say(home, PersonSet(at=AT, person="ada", sex="male")) == [("pod", 0, 61)]


def linked(home: Path, sensor: str, *events: tuple[str, float]) -> None:
    """A sensor that was connected, lost, ... at these seconds after noon."""
    session = Session(home, header_of(sensor))
    for kind, at in events:
        (session.connected if kind == "connected" else session.lost)(at)
    session.close()


def gaps_of(home: Path, start: float, end: float, *sensors: str) -> list[tuple[str, float, float]]:
    load(home)
    since, until = (NOON_AT + dt.timedelta(seconds=at) for at in (start, end))
    with open_store(home) as store:
        found = store.gaps(since, until, sensors or None)
    second = dt.timedelta(seconds=1)
    return [
        (sensor, (start - NOON_AT) / second, (end - NOON_AT) / second)
        for sensor, start, end, reason in found.rows()
        if reason == "out of reach"
    ]


def test_a_gap_is_from_lost_to_connected_again(tmp_path: Path) -> None:
    linked(tmp_path, "a", ("connected", 0), ("lost", 10), ("lost", 12), ("connected", 30))
    linked(tmp_path, "b", ("connected", 0), ("lost", 20), ("connected", 24), ("lost", 50))
    assert gaps_of(tmp_path, 0, 100) == [("a", 10, 30)]
    assert gaps_of(tmp_path, 0, 100, "b") == []
    assert gaps_of(tmp_path, 0, 100, "a", "b") == [("a", 10, 30)]
    assert gaps_of(tmp_path, 30, 100) == gaps_of(tmp_path, 0, 10) == []
    assert gaps_of(tmp_path, 29, 100) == gaps_of(tmp_path, 0, 11) == [("a", 10, 30)]


@pytest.mark.parametrize(("seconds", "is_gap"), [(5, 0), (5.001, 1), (43_200, 1), (43_200.1, 0)])
def test_a_gap_lasts_more_than_5_seconds_and_at_most_12_hours(
    tmp_path: Path, seconds: float, is_gap: int
) -> None:
    linked(tmp_path, "a", ("lost", 10), ("connected", 10 + seconds))
    assert len(gaps_of(tmp_path, 0, 10**6)) == is_gap


def test_a_gap_may_span_two_recordings_and_never_two_sensors(tmp_path: Path) -> None:
    linked(tmp_path, "a", ("connected", 0), ("lost", 10))
    linked(tmp_path, "b", ("connected", 20))
    later = Session(tmp_path, header_of("a", start_ns=NOON + 60 * SECOND))
    later.connected(0)
    later.close()
    assert gaps_of(tmp_path, 0, 1000) == [("a", 10, 60)]


def test_a_recording_that_stopped_without_a_word_leaves_a_gap(tmp_path: Path) -> None:
    crashed = Session(tmp_path, header_of("a", ("thingy52",)))
    crashed.connected(0)
    crashed.shake(1, 100)
    crashed.close()
    later = Session(tmp_path, header_of("a", start_ns=NOON + 60 * SECOND))
    later.connected(0)
    later.close()
    load(tmp_path)
    with open_store(tmp_path) as store:
        ((sensor, start, end, reason),) = store.gaps(NOON_AT, NOON_AT + DAY).rows()
    assert sensor == "a"
    assert reason == "recording stopped unexpectedly"
    assert 1 < (start - NOON_AT).total_seconds() < 3
    assert end - NOON_AT == dt.timedelta(seconds=60)


def test_the_use_of_a_sensor_is_told_for_the_range_asked(tmp_path: Path) -> None:
    linked(tmp_path, "strap", ("connected", 0), ("lost", 10), ("lost", 4000))
    pod_recording(tmp_path, seconds=30)
    load(tmp_path)
    with open_store(tmp_path, read_only=False) as store:
        frame = minute_frame("pod", 1).with_columns(observed_s=30.0)
        store.replace_minutes("pod", NOON_AT, NOON_AT + DAY, frame)
        used = store.sensor_use(NOON_AT, NOON_AT + HOUR)
        assert store.sensor_use(NOON_AT + HOUR, NOON_AT + DAY).is_empty()
    second = dt.timedelta(seconds=1)
    assert used.rows(named=True) == [
        {
            "sensor": "pod",
            "recordings": 1,
            "rows": 34,
            "malformed": 0,
            "first": NOON_AT + second / 2,
            "last": NOON_AT + 30 * second,
            "observed_s": 30.0,
            "lost": 1,
            "dropped": 0,
        }
    ]
