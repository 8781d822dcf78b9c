"""The recording: whatever happens to the file, what was flushed is read back as it was."""

from __future__ import annotations

import os
import stat
import threading
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest import framing, recording
from ingest.header import header_frame
from ingest.recording import (
    NO_CHARACTERISTIC,
    Header,
    Kind,
    RecordingError,
    RecordingWriter,
    Rows,
    read_header,
    read_recording,
    receive_times,
    recording_id,
    recording_path,
    recording_paths,
    tail,
    write_recording,
)
from tests.recorded import NOON, SECOND, disk_full, header_of

HEADER = header_of("pod", ("rsc",))
INT64 = st.integers(-(2**63), 2**63 - 1)
ROWS = st.lists(
    st.tuples(
        st.sampled_from(Kind),
        st.integers(0, NO_CHARACTERISTIC),
        st.binary(max_size=40),
        INT64,
        INT64,
    ),
    max_size=20,
)
FLUSHES = st.lists(ROWS, max_size=5)


def as_tuples(rows: Rows) -> list[framing.Row]:
    return [
        (int(kind), int(characteristic), payload, int(utc), int(mono))
        for kind, characteristic, payload, utc, mono in zip(
            rows.kind,
            rows.characteristic,
            rows.payload,
            rows.utc_ns,
            rows.monotonic_ns,
            strict=True,
        )
    ]


def write(path: Path, flushes: list[list[framing.Row]]) -> list[int]:
    """A recording of these flushes; its size after each."""
    sizes = []
    with RecordingWriter.create(path, HEADER) as writer:
        for rows in flushes:
            for kind, characteristic, payload, utc, mono in rows:
                writer.append(Kind(kind), characteristic, payload, utc, mono)
            writer.flush()
            sizes.append(writer.size)
    return sizes


def seconds(count: int, start: int = 0) -> list[framing.Row]:
    return [
        (Kind.NOTIFICATION, 0, b"row %d" % n, NOON + n * SECOND, n * SECOND)
        for n in range(start, start + count)
    ]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return recording_path(tmp_path / "home", HEADER)


posix = pytest.mark.skipif(os.name != "posix", reason="POSIX only")


@given(FLUSHES)
def test_rows_read_back_as_they_were_appended(
    tmp_path_factory: pytest.TempPathFactory, flushes: list[list[framing.Row]]
) -> None:
    path = tmp_path_factory.mktemp("home") / "a.legrec"
    write(path, flushes)
    rows = [row for flush in flushes for row in flush]
    read = read_recording(path)
    assert read.header == HEADER
    assert as_tuples(read.rows) == rows
    assert read.rows.sequence.tolist() == list(range(len(rows)))
    assert (read.damaged, read.cut) == (None, 0)


def test_a_recording_written_at_once_is_the_one_written_bit_by_bit(
    path: Path, tmp_path: Path
) -> None:
    rows = seconds(10_000)
    bit_by_bit = tmp_path / "b.legrec"
    write(bit_by_bit, [rows])
    write_recording(path, HEADER, framing.columns_of(rows, 0))
    assert path.read_bytes() == bit_by_bit.read_bytes()
    assert as_tuples(read_recording(path).rows) == rows


def test_a_single_foot_pod_row_costs_at_most_70_bytes(path: Path) -> None:
    with RecordingWriter.create(path, HEADER) as writer:
        before = writer.size
        writer.append(Kind.NOTIFICATION, 0, bytes(range(10)), NOON, 5)
        writer.flush()
        assert path.stat().st_size - before <= 70


def test_reading_can_start_at_a_sequence(path: Path) -> None:
    write(path, [seconds(3), seconds(4, 3), seconds(5, 7)])
    assert read_recording(path, 5).rows.sequence.tolist() == list(range(5, 12))
    assert read_recording(path, 5).rows.payload == read_recording(path).rows.payload[5:]
    assert len(read_recording(path, 12).rows) == 0


@pytest.mark.parametrize("filler", [b"", b"\0" * 300, bytes(range(256)), framing.ROWS_MAGIC * 9])
def test_a_tail_cut_anywhere_keeps_every_flush_before_it(path: Path, filler: bytes) -> None:
    flushes = [seconds(2), seconds(1, 2), seconds(3, 3)]
    sizes = write(path, flushes)
    whole = path.read_bytes()
    start = len(header_frame(HEADER))
    for cut in range(start, len(whole)):
        path.write_bytes(whole[:cut] + filler)
        kept = sum(size <= cut for size in sizes)
        read = read_recording(path)
        assert as_tuples(read.rows) == [row for flush in flushes[:kept] for row in flush]
        assert read.damaged is None
        assert read.end == ([start, *sizes])[kept]


def test_a_damaged_frame_in_the_middle_costs_that_frame_and_is_told(path: Path) -> None:
    sizes = write(path, [seconds(2), seconds(3, 2), seconds(4, 5)])
    whole = bytearray(path.read_bytes())
    for byte in range(sizes[0], sizes[1]):
        damaged = whole.copy()
        damaged[byte] ^= 0x55
        path.write_bytes(damaged)
        read = read_recording(path)
        assert read.rows.sequence.tolist() == [0, 1, 5, 6, 7, 8]
        assert read.damaged is not None
        assert "3 rows are lost" in read.damaged
        assert f"{sizes[0]}-{sizes[1]}" in read.damaged


@given(st.binary(max_size=400), st.integers(0, 400))
@settings(max_examples=300)
def test_no_bytes_whatever_crash_the_reader(
    tmp_path_factory: pytest.TempPathFactory, junk: bytes, at: int
) -> None:
    path = tmp_path_factory.mktemp("home") / "a.legrec"
    write(path, [seconds(3), seconds(3, 3)])
    whole = path.read_bytes()
    path.write_bytes(whole[:at] + junk + whole[at + len(junk) :])
    try:
        rows = read_recording(path).rows
    except RecordingError:
        assert path.read_bytes()[: len(header_frame(HEADER))] != header_frame(HEADER)
    else:
        assert set(as_tuples(rows)) <= set(seconds(6))


def test_what_a_failed_flush_left_behind_is_not_read_twice(path: Path) -> None:
    sizes = write(path, [seconds(2), seconds(3, 2), seconds(1, 5)])
    whole = path.read_bytes()
    path.write_bytes(whole[: sizes[1]] + whole[sizes[0] :])  # the second flush, whole, twice
    read = read_recording(path)
    assert as_tuples(read.rows) == seconds(6)
    assert read.end == path.stat().st_size


def test_a_flush_returns_only_when_its_rows_were_synced(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    really = os.fsync

    def fsync(file: int) -> None:
        really(file)
        synced.append(os.fstat(file).st_size)

    with RecordingWriter.create(path, HEADER) as writer:
        monkeypatch.setattr(os, "fsync", fsync)
        for number in range(3):
            writer.append(Kind.NOTIFICATION, 0, b"x", NOON, number)
            writer.flush()
            assert synced[number:] == [path.stat().st_size]
        writer.flush()
        assert len(synced) == 3  # nothing new, nothing to do


def test_a_body_that_lies_about_its_rows_is_not_believed(path: Path) -> None:
    sizes = write(path, [seconds(2)])
    whole = path.read_bytes()
    body = framing.body_at(whole, len(header_frame(HEADER)), framing.ROWS_MAGIC)
    assert body is not None
    for lie in (b"\xff\xff\xff\x0f" + body[0][4:], body[0][:-1], body[0][:9], b"\0" * 13):
        path.write_bytes(whole[: sizes[0]] + framing.frame(framing.ROWS_MAGIC, lie))
        assert len(read_recording(path).rows) == 2


def test_a_recording_is_never_overwritten(path: Path) -> None:
    write(path, [seconds(2)])
    with pytest.raises(RecordingError, match="exists already"):
        RecordingWriter.create(path, HEADER)
    assert len(read_recording(path).rows) == 2


@posix
def test_a_recording_belongs_to_its_owner_alone(path: Path) -> None:
    write(path, [])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for folder in (path.parent, path.parent.parent, path.parents[2], path.parents[3]):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@posix
def test_a_full_disk_loses_nothing_written_and_the_rows_go_in_later(path: Path) -> None:
    with RecordingWriter.create(path, HEADER) as writer:
        writer.append(Kind.NOTIFICATION, 0, b"first", NOON, 0)
        writer.flush()
        size = path.stat().st_size
        writer.append(Kind.NOTIFICATION, 0, b"second", NOON, 1)
        with disk_full(size + 20), pytest.raises(RecordingError, match="Free some"):
            writer.flush()
        assert path.stat().st_size == size
        assert writer.held == 1
        writer.append(Kind.NOTIFICATION, 0, b"third", NOON, 2)
        assert writer.flush() == 2
    assert read_recording(path).rows.payload == [b"first", b"second", b"third"]


@posix
def test_what_is_held_while_the_disk_is_full_is_bounded_and_the_rest_admitted(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording, "HELD_ROWS", 5)
    with RecordingWriter.create(path, HEADER) as writer:
        for number in range(20):
            writer.append(Kind.NOTIFICATION, 0, b"%d" % number, NOON + number, number)
            with disk_full(writer.size), pytest.raises(RecordingError):
                writer.flush()
        assert writer.held == 5
    rows = read_recording(path).rows
    assert rows.payload[:5] == [b"0", b"1", b"2", b"3", b"4"]
    assert rows.payload[5] == b"15 rows could not be kept while the disk was full"
    assert (rows.kind[5], rows.utc_ns[5]) == (Kind.DROPPED, NOON + 19)


def test_appending_while_a_thread_flushes_loses_and_swaps_nothing(path: Path) -> None:
    done = threading.Event()
    with RecordingWriter.create(path, HEADER) as writer:

        def keep_flushing() -> None:
            while not done.is_set():
                writer.flush()

        flusher = threading.Thread(target=keep_flushing)
        flusher.start()
        for number in range(20_000):
            writer.append(Kind.NOTIFICATION, 0, b"%d" % number, NOON + number, number)
        done.set()
        flusher.join()
    rows = read_recording(path).rows
    assert rows.payload == [b"%d" % number for number in range(20_000)]
    assert rows.sequence.tolist() == list(range(20_000))


@pytest.mark.parametrize("row", [(256, b""), (-1, b""), (0, bytes(65_536))])
def test_a_row_that_cannot_be_written_is_refused_at_once(
    path: Path, row: tuple[int, bytes]
) -> None:
    with RecordingWriter.create(path, HEADER) as writer:
        with pytest.raises(ValueError, match="characteristic"):
            writer.append(Kind.NOTIFICATION, row[0], row[1], NOON, 0)
        writer.append(Kind.NOTIFICATION, 0, b"fine", NOON, 0)
    assert read_recording(path).rows.payload == [b"fine"]


def test_the_live_page_follows_a_recording_by_offset(path: Path) -> None:
    with RecordingWriter.create(path, HEADER) as writer:
        offset, seen = 0, []
        for number in range(5):
            writer.append(Kind.NOTIFICATION, 0, b"%d" % number, NOON, number)
            assert len(tail(path, offset)[0]) == 0
            writer.flush()
            rows, offset = tail(path, offset)
            seen += rows.payload
        assert seen == [b"0", b"1", b"2", b"3", b"4"]
        assert offset == path.stat().st_size
        path.write_bytes(path.read_bytes() + b"torn")
        assert tail(path, offset)[1] == offset


def test_a_header_from_the_future_is_not_guessed_at(path: Path) -> None:
    write(path, [seconds(1)])
    future = {**msgspec.to_builtins(HEADER), "format": 2, "sensor": 17}
    path.write_bytes(framing.frame(framing.HEADER_MAGIC, msgspec.json.encode(future)))
    with pytest.raises(RecordingError, match=r"newer version.*Update"):
        read_recording(path)


@pytest.mark.parametrize("text", [b"[]", b"{}", b'{"format": 1}', b"\xff", b'"x"'])
def test_a_header_that_makes_no_sense_is_an_error_with_advice(path: Path, text: bytes) -> None:
    write(path, [seconds(1)])
    path.write_bytes(framing.frame(framing.HEADER_MAGIC, text))
    with pytest.raises(RecordingError, match="not a recording") as raised:
        read_header(path)
    assert raised.value.advice


def test_a_missing_recording_is_an_error_with_advice(path: Path) -> None:
    for read in (read_recording, read_header, tail):
        with pytest.raises(RecordingError, match="Could not read") as raised:
            read(path)
        assert raised.value.advice


def test_recordings_are_filed_by_month_and_listed_by_time(tmp_path: Path) -> None:
    headers = [header_of("a b/..", start_ns=NOON + day * 86_400 * SECOND) for day in (30, 0)]
    for header in headers:
        RecordingWriter.create(recording_path(tmp_path, header), header).close()
    names = [path.relative_to(tmp_path / "recordings") for path in recording_paths(tmp_path)]
    assert [name.as_posix() for name in names] == [
        "2026/11/20261120T120000.000000Z-a-b.legrec",
        "2026/12/20261220T120000.000000Z-a-b.legrec",
    ]
    assert recording_id("a b/..", NOON) == names[0].stem


def test_the_header_says_which_characteristic_a_row_is_of() -> None:
    indexes = [HEADER.index(uuid) for uuid in HEADER.characteristics]
    assert indexes == list(range(len(HEADER.characteristics)))
    assert HEADER.index(None) == NO_CHARACTERISTIC
    with pytest.raises(ValueError, match="not in"):
        HEADER.index("never heard of")


@dataclass(frozen=True, slots=True, kw_only=True)
class Clocks:
    """Receive times on both clocks, ns."""

    utc: list[int]
    mono: list[int]


@st.composite
def clocks(draw: Callable[..., list[tuple[int, int]]]) -> Clocks:
    """A monotonic clock, and a wall clock that is slewed, stepped and jumps when the lid opens."""
    steps = draw(st.lists(st.tuples(st.integers(0, SECOND), st.integers(-5, 5)), max_size=60))
    mono, offset, found = 0, NOON, Clocks(utc=[], mono=[])
    for elapsed, step in steps:
        mono += elapsed
        offset += step * SECOND if abs(step) == 5 else step * 10_000_000
        found.utc.append(mono + offset)
        found.mono.append(mono)
    return found


@given(clocks(), st.integers(0, 60))
def test_receive_times_depend_on_nothing_that_comes_later(both: Clocks, at: int) -> None:
    utc, mono = np.array(both.utc, np.int64), np.array(both.mono, np.int64)
    assert receive_times(utc, mono)[:at].tolist() == receive_times(utc[:at], mono[:at]).tolist()


@given(clocks())
def test_receive_times_stay_near_the_wall_clock_and_step_back_only_when_it_was_set(
    both: Clocks,
) -> None:
    utc, mono = np.array(both.utc, np.int64), np.array(both.mono, np.int64)
    times = receive_times(utc, mono)
    assert (abs(times - utc) <= 2 * SECOND).all()
    back = np.flatnonzero(np.diff(times) < 0) + 1
    assert times[back].tolist() == utc[back].tolist()  # a new anchor, never inside a segment


def test_a_slewed_wall_clock_does_not_bend_receive_times() -> None:
    mono = np.arange(1000, dtype=np.int64) * SECOND
    utc = NOON + mono + np.arange(1000) * 1_000_000  # 1 ms a second fast
    assert receive_times(utc, mono).tolist() == (NOON + mono).tolist()


def test_a_computer_that_slept_goes_on_at_the_right_time() -> None:
    mono = np.array([0, 1, 2, 3], np.int64) * SECOND
    utc = NOON + mono + np.array([0, 0, 3600, 3600]) * SECOND
    assert receive_times(utc, mono).tolist() == utc.tolist()


def test_a_monotonic_clock_that_steps_back_never_takes_time_with_it() -> None:
    mono = np.array([5, 4, 6], np.int64) * SECOND // 5
    assert receive_times(NOON + mono, mono).tolist() == (NOON + mono[[0, 0, 2]]).tolist()
    assert len(receive_times(np.empty(0, np.int64), np.empty(0, np.int64))) == 0


def test_the_format_is_what_its_documentation_says(path: Path) -> None:
    """Golden bytes: recordings outlive the program that wrote them."""
    header = Header(
        id="r",
        sensor="s",
        profiles=("rsc",),
        app="0.1.0",
        started_utc_ns=1,
        started_monotonic_ns=2,
        characteristics=("u",),
    )
    with RecordingWriter.create(path, header) as writer:
        writer.append(Kind.NOTIFICATION, 0, b"\xaa\xbb", 3, 4)
        writer.append(Kind.LOST, NO_CHARACTERISTIC, b"", 5, 7)
    text = (
        b'{"format":1,"id":"r","sensor":"s","profiles":["rsc"],"app":"0.1.0",'
        b'"started_utc_ns":1,"started_monotonic_ns":2,"characteristics":["u"]}'
    )
    data = path.read_bytes()
    assert data[:8] == b"\x93LgH" + len(text).to_bytes(4, "little")
    assert data[12 : 12 + len(text)] == text
    rows = data[12 + len(text) :]
    assert rows[:4] == b"\x93LgR"
    body = rows[12:]
    assert body[:13] == (2).to_bytes(4, "little") + bytes(8) + b"\1"
    columns = zlib.decompress(body[13:])
    assert columns[:16] == (3).to_bytes(8, "little") + (2).to_bytes(8, "little")
    assert columns[16:32] == (4).to_bytes(8, "little") + (3).to_bytes(8, "little")
    assert columns[32:] == bytes([1, 5, 0, 255, 2, 0, 0, 0, 0xAA, 0xBB])


def test_every_id_that_is_written_can_be_read(tmp_path: Path) -> None:
    for day, sensor in enumerate(("pod", "...", "x" * 200, "\u00e9\u00e8")):
        header = header_of(sensor, start_ns=day * 86_400 * SECOND)
        path = recording_path(tmp_path, header)
        RecordingWriter.create(path, header).close()
        assert read_header(path) == header
