"""The loader: each sample is in the store exactly once, whatever order things happen in."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import stat
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices import PROFILES, battery, heart_rate, rsc, thingy52
from devices.profile import (
    Channel,
    Decoder,
    Motion,
    MotionScale,
    Notifications,
    Profile,
    Samples,
    Slow,
)
from ingest import framing, loader
from ingest.decoding import Decoded, decode_recording
from ingest.errors import IngestError
from ingest.header import header_frame
from ingest.loader import LoadSummary, load, rebuild
from ingest.queries import Store
from ingest.recording import Kind, Recording, read_recording, recording_path
from ingest.store import StoreBusy, open_store, store_path
from ingest.writes import StoreWriter
from tests.recorded import (
    NOON,
    POD,
    SECOND,
    Session,
    contents,
    header_of,
    know,
    motion_recording,
    pod_recording,
)

NOON_AT = dt.datetime.fromtimestamp(NOON // SECOND, dt.UTC)
DAY = dt.timedelta(days=1)


def second(count: float) -> dt.datetime:
    return NOON_AT + dt.timedelta(seconds=count)


def test_a_foot_pods_recording_becomes_samples(tmp_path: Path) -> None:
    know(tmp_path, "pod")
    pod_recording(tmp_path, seconds=3)
    summary = load(tmp_path)
    assert summary == LoadSummary(
        recordings=1,
        rows=7,
        samples=1 + 3 * 3,
        touched={"pod": (second(0.5), second(3))},
    )
    with open_store(tmp_path) as store:
        slow = store.slow("pod", NOON_AT, NOON_AT + DAY)
        assert slow.rows()[0] == (second(0.5), "battery_percent", 80.0)
        at_one = {channel: value for time, channel, value in slow.rows() if time == second(1)}
        assert at_one == {"cadence_sent_per_min": 55.0, "speed_mps": 1.5, "running": 0.0}
        assert store.battery("pod") == (second(0.5), 80.0)
        assert store.information("pod") == {"firmware": "1.2"}
        assert store.recordings()["rows"].to_list() == [7]


def test_a_motion_recording_keeps_its_integers_and_comes_back_in_g(tmp_path: Path) -> None:
    path = motion_recording(tmp_path, samples=250)
    assert load(tmp_path).motion == 250
    sent = [payload for payload in read_recording(path).rows.payload if len(payload) == 18]
    axes = np.array([np.frombuffer(payload, "<i2")[:6] for payload in sent])
    with open_store(tmp_path) as store:
        motion = store.motion("thingy", NOON_AT, NOON_AT + DAY)
        scale = np.repeat([thingy52.ACC_G, thingy52.GYRO_DPS], 3)
        assert (motion.select("ax", "ay", "az", "gx", "gy", "gz").to_numpy() == axes * scale).all()
        assert motion["time"].is_sorted()
        assert store.motion_rates("thingy", NOON_AT, NOON_AT + DAY) == [100]
        assert store.motion_rates("thingy", NOON_AT + DAY, NOON_AT + 2 * DAY) == []
        assert len(store.motion("thingy", second(1), second(2))) == 100


def test_loading_twice_changes_nothing(tmp_path: Path) -> None:
    know(tmp_path, "pod", "thingy")
    pod_recording(tmp_path)
    motion_recording(tmp_path)
    load(tmp_path)
    before = contents(tmp_path)
    with open_store(tmp_path) as store:
        version = store.version()
    assert load(tmp_path) == LoadSummary()
    assert contents(tmp_path) == before
    with open_store(tmp_path) as store:
        assert store.version() == version


def test_the_version_grows_with_every_load_that_found_something(tmp_path: Path) -> None:
    versions = []
    for hour in range(3):
        pod_recording(tmp_path, start_ns=NOON + hour * 3600 * SECOND, seconds=2)
        load(tmp_path)
        with open_store(tmp_path) as store:
            versions.append(store.version())
    assert versions == sorted(set(versions))


def test_loading_a_growing_recording_bit_by_bit_is_loading_it_once(tmp_path: Path) -> None:
    recording = read_recording(everything(tmp_path / "whole"))
    load(tmp_path / "whole")
    session = Session(tmp_path / "bitwise", recording.header)
    for number, row in enumerate(rows_of(recording.rows)):
        if number in (1, 5, 70, 71, 140, 190):
            session.flush()
            load(tmp_path / "bitwise")
        session.writer.append(*row)
    session.close()
    load(tmp_path / "bitwise")
    assert contents(tmp_path / "bitwise") == contents(tmp_path / "whole")


@pytest.fixture(scope="module")
def varied(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Recording]:
    path = everything(tmp_path_factory.mktemp("varied"))
    return path, read_recording(path)


@given(st.lists(st.integers(0, 205), max_size=5).map(sorted))
def test_what_is_new_at_each_load_adds_up_to_the_whole(
    varied: tuple[Path, Recording], stops: list[int]
) -> None:
    path, recording = varied
    through, parts = -1, []
    for stop in [*stops, len(recording.rows)]:
        grown = replace(recording, rows=first(recording.rows, stop))
        parts.append(decode_recording(path, stop, grown, PROFILES, through))
        through = parts[-1].loaded_through
    whole = decode_recording(path, 0, recording, PROFILES, -1)
    assert [sample for part in parts for sample in slow_of(part)] == slow_of(whole)
    assert [sample for part in parts for sample in motion_of(part)] == motion_of(whole)
    assert [link for part in parts for link in part.links] == whole.links
    assert (parts[-1].malformed, parts[-1].first_ns, parts[-1].last_ns) == (
        whole.malformed,
        whole.first_ns,
        whole.last_ns,
    )


def first(rows: framing.Rows, count: int) -> framing.Rows:
    return framing.Rows(
        sequence=rows.sequence[:count],
        utc_ns=rows.utc_ns[:count],
        monotonic_ns=rows.monotonic_ns[:count],
        kind=rows.kind[:count],
        characteristic=rows.characteristic[:count],
        payload=rows.payload[:count],
    )


def slow_of(decoded: Decoded) -> list[tuple[int, int, float]]:
    slow = decoded.slow
    columns = (slow.time_ns.tolist(), slow.channel.tolist(), slow.value.tolist())
    return list(zip(*columns, strict=True))


def motion_of(decoded: Decoded) -> list[tuple[int, list[int]]]:
    motion = decoded.motion
    if motion is None:
        return []
    return list(zip(motion.time_ns.tolist(), motion.axes.tolist(), strict=True))


def everything(home: Path) -> Path:
    """A recording in which a sensor of four kinds is lost and found, and the wall clock is set."""
    profiles = (*POD, "heart_rate", "thingy52")
    session = Session(home, header_of("all", profiles))
    session.connected(0)
    session.firmware(0.1, "1.0")
    session.charge(0.2, 90)
    session.walk(1, 10)
    session.beat(1, 10)
    session.shake(10, 100, rate_hz=50)
    session.lost(15)
    session.connected(30)
    session.firmware(30.1, "1.1")
    session.shake(31, 50, rate_hz=50, seed=1)
    session.start_ns -= 3600 * SECOND
    session.walk(40, 50)
    session.notify(51, rsc.MEASUREMENT, b"\1")
    session.notify(51.5, heart_rate.MEASUREMENT, b"\xff\xff")
    session.charge(52, 89)
    session.lost(55, "battery empty")
    session.close()
    return session.path


def rows_of(rows: framing.Rows) -> list[tuple[Kind, int, bytes, int, int]]:
    return list(
        zip(
            map(Kind, rows.kind.tolist()),
            rows.characteristic.tolist(),
            rows.payload,
            rows.utc_ns.tolist(),
            rows.monotonic_ns.tolist(),
            strict=True,
        )
    )


def test_malformed_payloads_are_counted_and_cost_nothing_else(tmp_path: Path) -> None:
    everything(tmp_path)
    load(tmp_path)
    with open_store(tmp_path) as store:
        assert store.recordings()["malformed"].to_list() == [2]
        assert store.sensor_use(NOON_AT, NOON_AT + DAY)["malformed"].to_list() == [2]
        assert store.information("all") == {"firmware": "1.1"}
        assert store.battery("all") == (
            second(0.2),
            90.0,
        )  # the later one was before the clock was set


def test_a_store_that_was_deleted_is_rebuilt_the_same(tmp_path: Path) -> None:
    for hour in range(3):
        pod_recording(tmp_path, start_ns=NOON + hour * 3600 * SECOND, seconds=5)
        load(tmp_path)
    motion_recording(tmp_path)
    load(tmp_path)
    before = contents(tmp_path)
    store_path(tmp_path).unlink()
    load(tmp_path)
    assert contents(tmp_path) == before
    rebuild(tmp_path)
    assert contents(tmp_path) == before


def test_a_rebuilt_store_never_repeats_an_old_version(tmp_path: Path) -> None:
    pod_recording(tmp_path)
    load(tmp_path)
    with open_store(tmp_path) as store:
        before = store.version()
    rebuild(tmp_path)
    with open_store(tmp_path) as store:
        assert store.version() > before


def test_a_recording_that_turns_up_late_is_loaded(tmp_path: Path) -> None:
    late = pod_recording(tmp_path / "elsewhere", "other", NOON - 30 * 86_400 * SECOND)
    pod_recording(tmp_path)
    load(tmp_path)
    target = recording_path(tmp_path, read_recording(late).header)
    target.parent.mkdir(parents=True)
    shutil.copy(late, target)
    assert set(load(tmp_path).touched) == {"other"}


def test_a_copy_of_a_recording_under_another_name_adds_nothing(tmp_path: Path) -> None:
    know(tmp_path, "pod")
    path = pod_recording(tmp_path)
    load(tmp_path)
    before = contents(tmp_path)
    shutil.copy(path, path.with_name("copy" + path.suffix))
    assert load(tmp_path) == LoadSummary()
    assert contents(tmp_path) == before


def test_the_newest_recordings_come_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loader, "BATCH_RECORDINGS", 1)
    for hour in (1, 0, 2):
        pod_recording(tmp_path, start_ns=NOON + hour * 3600 * SECOND, seconds=2)
    load(tmp_path)
    with open_store(tmp_path) as store:
        by_number = store.recordings().sort("number")["started"].to_list()
    assert by_number == sorted(by_number, reverse=True)


def test_progress_is_told_recording_by_recording(tmp_path: Path) -> None:
    for hour in range(3):
        pod_recording(tmp_path, start_ns=NOON + hour * 3600 * SECOND, seconds=2)
    told: list[tuple[int, int]] = []
    load(tmp_path, progress=lambda done, whole: told.append((done, whole)))
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_a_recording_from_the_future_is_named_and_the_others_are_loaded(tmp_path: Path) -> None:
    know(tmp_path, "pod")
    path = pod_recording(tmp_path, start_ns=NOON + SECOND)
    pod_recording(tmp_path)
    future = msgspec.json.encode({**msgspec.to_builtins(read_recording(path).header), "format": 99})
    path.write_bytes(framing.frame(framing.HEADER_MAGIC, future))
    summary = load(tmp_path)
    assert summary.recordings == 1
    assert len(summary.problems) == 1
    assert "newer version" in summary.problems[0]
    assert "Update" in summary.problems[0]


def test_a_sensor_of_an_unknown_kind_is_named_and_loaded_once_it_is_known(tmp_path: Path) -> None:
    pod_recording(tmp_path)
    fewer = {key: PROFILES[key] for key in ("rsc", "battery")}
    summary = load(tmp_path, profiles=fewer)
    assert summary.recordings == 0
    assert "(device_information)" in summary.problems[0]
    assert load(tmp_path).recordings == 1


def test_a_decoder_that_fails_costs_its_recording_alone(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    class Failing(Decoder):
        def decode(self, run: Notifications) -> Samples:
            raise IndexError("a bug")

    profile = Profile(
        key="heart_rate",
        title="",
        service="",
        source="",
        decoder=Failing,
        notify=(heart_rate.MEASUREMENT,),
    )
    know(tmp_path, "pod", "strap")
    strap = Session(tmp_path, header_of("strap", ("heart_rate",)))
    strap.notify(2, heart_rate.MEASUREMENT, bytes([0, 90]))
    strap.close()
    pod_recording(tmp_path)
    summary = load(tmp_path, profiles={**PROFILES, "heart_rate": profile})
    assert (summary.recordings, len(summary.problems)) == (1, 1)
    assert "a bug" in summary.problems[0]
    assert "a bug" in caplog.text
    assert load(tmp_path).touched == {"strap": (second(2), second(2))}


def test_a_damaged_frame_is_told_with_the_recording(tmp_path: Path) -> None:
    session = Session(tmp_path, header_of("pod"))
    session.walk(0, 5)
    session.flush()
    size = session.path.stat().st_size
    session.walk(5, 8)
    session.flush()
    session.walk(8, 10)
    session.close()
    data = bytearray(session.path.read_bytes())
    data[size + 20] ^= 1
    session.path.write_bytes(data)
    assert load(tmp_path).rows == 7
    with open_store(tmp_path) as store:
        damage = store.recordings()["damaged"].to_list()
    assert "3 rows are lost" in damage[0]


class RangedDecoder(Decoder):
    """A made-up motion sensor: one sample a payload, whose first byte is the range."""

    def decode(self, run: Notifications) -> Samples:
        if not len(run):
            return Samples()
        return Samples(
            motion=Motion(
                sequence=run.sequence,
                time_ns=run.received_ns,
                axes=np.ones((len(run), 6), np.int16),
                scale=MotionScale(rate_hz=1, acc_g=run.payload[0][0] / 8, gyro_dps=None),
            )
        )


RANGED = Profile(
    key="ranged", title="", service="", source="", decoder=RangedDecoder, notify=("axes",)
)


def test_a_range_that_changes_in_the_middle_is_never_mixed_up(tmp_path: Path) -> None:
    session = Session(tmp_path, header_of("imu", ("ranged",), characteristics=("axes",)))
    for start, scale in ((0, 2), (10, 4), (20, 2)):
        session.connected(start)
        for at in range(3):
            session.notify(start + at, "axes", bytes([scale]))
    session.close()
    summary = load(tmp_path, profiles={"ranged": RANGED})
    assert summary.motion == 6
    assert "3 motion samples were left out" in summary.problems[0]
    with open_store(tmp_path) as store:
        motion = store.motion("imu", NOON_AT, NOON_AT + DAY)
    assert motion["ax"].to_list() == [0.25] * 6
    assert motion["gx"].null_count() == 6


def test_a_decoder_starts_afresh_at_every_connection_and_sees_no_run_that_steps_back(
    tmp_path: Path,
) -> None:
    told: list[tuple[Decoder, list[int]]] = []

    class Noting(Decoder):
        def decode(self, run: Notifications) -> Samples:
            assert (np.diff(run.received_ns) >= 0).all()
            told.append((self, [payload[0] for payload in run.payload]))
            rows = [(t, Channel.BATTERY, 1.0) for _, t, _, _ in run]
            return Samples(slow=Slow.of(run.sequence.tolist(), rows))

    profile = Profile(key="x", title="", service="", source="", decoder=Noting, notify=("c",))
    session = Session(tmp_path, header_of("s", ("x",), characteristics=("c", "not mine")))
    session.notify(0, "c", b"\0")
    session.connected(1)
    session.notify(2, "c", b"\1")
    session.notify(2.5, "not mine", b"\x63")
    session.reply(3, "c", b"\2")
    session.row(3.5, Kind.WRITE, "c", b"\x63")
    session.start_ns -= 60 * SECOND
    session.notify(4, "c", b"\3")
    session.close()
    assert load(tmp_path, profiles={"x": profile}).samples == 4
    assert [payloads for _, payloads in told] == [[0], [1, 2], [3]]
    first, second, third = (decoder for decoder, _ in told)
    assert first is not second
    assert second is third


def test_motion_goes_on_where_the_clock_is_set_back(tmp_path: Path) -> None:
    session = Session(tmp_path, header_of("imu", ("thingy52",)))
    session.connected(0)
    session.shake(1, 50)
    session.start_ns -= 60 * SECOND
    axes = np.ones((50, 6), np.int16)
    for number, payload in enumerate(thingy52.encode_many(axes)):
        session.notify(2 + number / 100, thingy52.RAW, payload)
    session.close()
    assert load(tmp_path).motion == 100


def test_two_loaders_never_run_at_once(tmp_path: Path) -> None:
    pod_recording(tmp_path)
    with open_store(tmp_path, read_only=False), pytest.raises(StoreBusy, match="loading"):
        load(tmp_path, patience_s=0)
    assert load(tmp_path).recordings == 1


@pytest.mark.skipif(os.name != "posix", reason="POSIX permissions")
def test_everything_in_the_home_belongs_to_its_owner_alone(tmp_path: Path) -> None:
    home = tmp_path / "home"
    pod_recording(home)
    load(home)
    for path in (home, *home.rglob("*")):
        expected = 0o700 if path.is_dir() else 0o600
        assert stat.S_IMODE(path.stat().st_mode) == expected, path


def test_the_battery_is_the_last_one_said(tmp_path: Path) -> None:
    for hour, percent in ((0, 90), (2, 70), (1, 80)):
        session = Session(tmp_path, header_of("pod", start_ns=NOON + hour * 3600 * SECOND))
        session.notify(0, battery.LEVEL, bytes([percent]))
        session.close()
        load(tmp_path)
    with open_store(tmp_path) as store:
        assert store.battery("nobody") is None
        assert store.battery("pod") == (second(7200), 70.0)


def test_what_a_sensor_says_about_itself_is_the_latest_however_late_it_is_loaded(
    tmp_path: Path,
) -> None:
    for hour, firmware in ((1, "1.1"), (0, "1.0"), (2, "1.2")):
        session = Session(tmp_path, header_of("pod", start_ns=NOON + hour * 3600 * SECOND))
        session.firmware(0, firmware)
        session.close()
        load(tmp_path)
        with open_store(tmp_path) as store:
            assert store.information("pod") == {"firmware": "1.2" if hour == 2 else "1.1"}


def test_of_two_copies_the_longer_counts_and_a_second_load_does_nothing(tmp_path: Path) -> None:
    know(tmp_path, "pod")
    session = Session(tmp_path, header_of("pod"))
    session.walk(0, 10)
    session.flush()
    part = session.path.read_bytes()
    session.walk(10, 20)
    session.close()
    whole = session.path.read_bytes()
    for name in ("zz-copy", "00-copy"):
        copy = session.path.with_name(name + session.path.suffix)
        for content, other in ((whole, part), (part, whole)):
            session.path.write_bytes(content)
            copy.write_bytes(other)
            load(tmp_path)
            assert load(tmp_path) == LoadSummary()
            assert len(contents(tmp_path)["sample"]) == 20 * 3
        copy.unlink()


def test_a_recording_that_the_store_refuses_is_named_and_the_others_are_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    know(tmp_path, "pod", "bad")
    for sensor in ("bad", "pod"):
        for hour in range(2):
            pod_recording(tmp_path, sensor, NOON + hour * 3600 * SECOND, seconds=2)
    inform = StoreWriter._inform

    def refusing(store: StoreWriter, decoded: Decoded) -> None:
        if decoded.header.sensor == "bad":
            store._rows("SELECT make_timestamp_ns(?)", 2**70)
        inform(store, decoded)

    with monkeypatch.context() as patch:
        patch.setattr(StoreWriter, "_inform", refusing)
        summary = load(tmp_path)
    assert summary.recordings == 2
    assert len(summary.problems) == 2
    assert all("-bad.legrec could not be put into the store" in text for text in summary.problems)
    with open_store(tmp_path) as store:
        assert set(store.recordings()["sensor"]) == {"pod"}
    assert load(tmp_path).recordings == 2


def test_a_header_that_cannot_be_is_named_and_the_others_are_loaded(tmp_path: Path) -> None:
    know(tmp_path, "pod")
    path = pod_recording(tmp_path)
    for number, start in enumerate((-1, 2**63, 2**64)):
        bad = header_of("pod", id=f"bad-{number}", started_utc_ns=start)
        path.with_name(f"bad-{number}.legrec").write_bytes(header_frame(bad))
    summary = load(tmp_path)
    assert summary.recordings == 1
    assert len(summary.problems) == 3
    assert all("before 1970 or after 2199" in text for text in summary.problems)


def test_rows_of_an_impossible_time_are_left_out_and_counted(tmp_path: Path) -> None:
    know(tmp_path, "pod")
    session = Session(tmp_path, header_of("pod"))
    session.connected(0)
    session.walk(1, 4)
    for start in (-(2**63), 2**63 - 10**12):
        session.start_ns = start
        session.walk(5, 7)
    session.start_ns = NOON
    session.walk(8, 10)
    session.close()
    summary = load(tmp_path)
    assert summary.samples == 3 * 5
    assert summary.touched == {"pod": (second(1), second(9))}
    (problem,) = summary.problems
    assert "4 rows are from before 1970 or after 2199" in problem
    assert load(tmp_path) == LoadSummary()


def test_a_recording_of_1970_is_loaded(tmp_path: Path) -> None:
    know(tmp_path, "pod")
    pod_recording(tmp_path, start_ns=0, seconds=3)
    assert load(tmp_path).recordings == 1
    with open_store(tmp_path) as store:
        assert dirty_s(store) == [60]


def test_a_clock_that_was_set_leaves_minutes_stale_and_not_decades(tmp_path: Path) -> None:
    session = Session(tmp_path, header_of("pod", start_ns=60 * SECOND))
    session.connected(0)
    session.walk(1, 60)
    session.start_ns = NOON
    session.walk(60, 600)
    session.close()
    load(tmp_path)
    with open_store(tmp_path, read_only=False) as store:
        assert dirty_s(store) == [60, 540]
        store._rows("DELETE FROM stale")
        store.mark_all_stale()
        assert dirty_s(store) == [60, 540]


def dirty_s(store: Store) -> list[float]:
    return [(stale.end - stale.start).total_seconds() for stale in store.dirty()]


def test_a_sensor_that_no_entry_knows_is_named_until_it_is_paired(tmp_path: Path) -> None:
    for number in range(7):
        pod_recording(tmp_path, f"pod-{number}", seconds=2)
    for _ in range(2):
        (problem,) = load(tmp_path).problems
        assert "unknown sensors are kept but not scored: pod-0, pod-1" in problem
        assert "pod-4 and 2 more. Pair the sensor again" in problem
    know(tmp_path, *(f"pod-{number}" for number in range(7)))
    assert load(tmp_path).problems == ()


def test_damaged_entries_are_told(tmp_path: Path) -> None:
    know(tmp_path, "pod", "other")
    pod_recording(tmp_path, seconds=2)
    entries = tmp_path / "entries.jsonl"
    entries.write_bytes(entries.read_bytes().replace(b'"other"', b'"their"'))
    assert load(tmp_path).problems == (
        "1 line of entries.jsonl is damaged and was left out. "
        "Restore entries.jsonl from a backup, or pair the sensors again.",
    )


def test_entries_that_cannot_be_read_are_an_error_with_advice(tmp_path: Path) -> None:
    (tmp_path / "entries.jsonl").mkdir()
    with pytest.raises(IngestError, match="Could not read entries"):
        load(tmp_path)


class AheadDecoder(Decoder):
    """A made-up motion sensor that dates every second sample a minute after it arrived."""

    def decode(self, run: Notifications) -> Samples:
        late = np.arange(len(run)) % 2 * 60 * 10**9
        return Samples(
            motion=Motion(
                sequence=run.sequence,
                time_ns=run.received_ns + late,
                axes=np.ones((len(run), 6), np.int16),
                scale=MotionScale(rate_hz=1, acc_g=0.001, gyro_dps=None),
            )
        )


def test_samples_dated_after_they_arrived_are_left_out_and_said(tmp_path: Path) -> None:
    profile = replace(RANGED, key="ahead", decoder=AheadDecoder)
    session = Session(tmp_path, header_of("imu", ("ahead",), characteristics=("axes",)))
    session.connected(0)
    for at in range(10):
        session.notify(at, "axes", b"\0")
    session.close()
    summary = load(tmp_path, profiles={"ahead": profile})
    assert summary.motion == 5
    assert "5 samples were dated after they had arrived" in summary.problems[0]


def test_motion_of_an_impossible_scale_is_left_out_and_said(tmp_path: Path) -> None:
    session = Session(tmp_path, header_of("imu", ("ranged",), characteristics=("axes",)))
    session.connected(0)
    for at in range(4):
        session.notify(at, "axes", bytes([255]))  # 32 g a count
    session.close()
    summary = load(tmp_path, profiles={"ranged": RANGED})
    assert summary.motion == 0
    assert "4 motion samples of an impossible scale" in summary.problems[0]
