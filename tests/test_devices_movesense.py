"""Movesense: values whole and in parts, a stamp that wraps, and a walk over virtual Bluetooth."""

from __future__ import annotations

import asyncio
import itertools
import struct
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices import PROFILES, movesense
from devices.movesense import STANDARD_GRAVITY_MPS2, Imu6, MovesenseDecoder, encode, parse, split
from devices.profile import MalformedPacket, Motion, Notifications, Placement, Samples, Write
from devices.walker import Walker, live_walk
from ingest.decoding import decode_recording
from ingest.framing import Kind
from ingest.recording import recording_paths
from ingest.replay import read_recording
from ingest.session import State
from ingest.virtual import Answer, Faults, VirtualSensor
from ingest.virtual.movesense import answer, movesense_imu, worn
from tests.codecs.clocked import values
from tests.collecting import collecting, enter, payloads, recordings
from tests.one_sensor import in_the_air
from tests.time_travel import START_NS, run

SECOND = 1_000_000_000
RATE = movesense.RATE_HZ
KNOWN = tuple(PROFILES[key] for key in ("movesense", "battery", "device_information"))
SUBSCRIBE = bytes((1, 99)) + b"/Meas/IMU6/52"  # as published for the sample application's clients
UNSUBSCRIBE = bytes((2, 99))
Row = tuple[int, str, bytes]


def run_of(rows: Sequence[Row]) -> Notifications:
    return Notifications(
        sequence=np.arange(len(rows), dtype=np.int64),
        received_ns=np.array([row[0] for row in rows], np.int64),
        characteristic=[row[1] for row in rows],
        payload=[row[2] for row in rows],
    )


def numbered(first: int, count: int = 4, awake_ms: int = 1000) -> bytes:
    """A value whose acceleration along x is the number of the sample, in counts."""
    unit = STANDARD_GRAVITY_MPS2 * movesense.SCALE.acc_g
    measured = Imu6(
        stamp_ms=(awake_ms + first * 1000 // RATE) % 2**32,
        acc_mps2=tuple((row % 3000 * unit, 0.0, 9.80665) for row in range(first, first + count)),
        gyro_dps=tuple((-row % 9 * 1.0, 0.0, 0.0) for row in range(first, first + count)),
    )
    return encode(measured)


def rows_of(first: int, count: int = 4, **more: int) -> list[Row]:
    received = START_NS + (first + count) * SECOND // RATE
    parts = split(numbered(first, count, **more))
    return [(received, movesense.DATA, part) for part in parts]


def decoded(rows: Sequence[Row]) -> Samples:
    return MovesenseDecoder().decode(run_of(rows))


def motion_of(rows: Sequence[Row]) -> Motion:
    motion = decoded(rows).motion
    assert motion is not None
    return motion


def numbers(motion: Motion) -> list[int]:
    return [int(row) for row in motion.axes[:, 0].tolist()]


def test_it_is_subscribed_and_let_go_with_the_published_commands() -> None:
    assert list(movesense.converse()) == [
        Write(characteristic=movesense.COMMAND, payload=SUBSCRIBE)
    ]
    assert movesense.PROFILE.farewell == (
        Write(characteristic=movesense.COMMAND, payload=UNSUBSCRIBE),
    )


def test_a_value_is_all_acceleration_and_then_all_turning() -> None:
    head = struct.pack("<BBI", 2, 99, 123456)
    payload = head + struct.pack("<12f", 1, 2, 3, 4, 5, 6, 10, 20, 30, 40, 50, 60)
    assert parse(payload) == Imu6(
        stamp_ms=123456,
        acc_mps2=((1, 2, 3), (4, 5, 6)),
        gyro_dps=((10, 20, 30), (40, 50, 60)),
    )
    motion = motion_of([(START_NS, movesense.DATA, payload)])
    g = motion.axes[:, :3] * motion.scale.acc_g
    assert g[1].tolist() == pytest.approx([4 / 9.80665, 5 / 9.80665, 6 / 9.80665], abs=3e-4)
    assert motion.scale.gyro_dps is not None
    dps = motion.axes[:, 3:] * motion.scale.gyro_dps
    assert dps[0].tolist() == pytest.approx([10, 20, 30], abs=0.04)


@given(several=st.lists(values(), min_size=1, max_size=5))
def test_counts_are_the_values_rounded_and_clipped(several: list[Imu6]) -> None:
    rows = [(START_NS, movesense.DATA, encode(one)) for one in several[:1]]
    motion = motion_of(rows)
    acc = np.array(several[0].acc_mps2) / (STANDARD_GRAVITY_MPS2 * movesense.SCALE.acc_g)
    expected = np.clip(np.rint(acc), -32768, 32767)
    assert np.abs(motion.axes[:, :3] - expected).max() <= 1


@pytest.mark.parametrize("number", [b"\x00\x00\xc0\x7f", b"\x00\x00\x80\x7f", b"\x01\x00\x80\x7f"])
def test_a_value_that_is_no_number_is_malformed_and_its_neighbours_kept(number: bytes) -> None:
    broken = numbered(4)[:-4] + number
    with pytest.raises(MalformedPacket, match="no number"):
        parse(broken)
    samples = decoded([*rows_of(0), (START_NS + SECOND, movesense.DATA, broken), *rows_of(8)])
    assert samples.malformed == 1
    assert samples.motion is not None
    assert numbers(samples.motion) == [0, 1, 2, 3, 8, 9, 10, 11]


@pytest.mark.parametrize("count", [1, 4, 6, 7, 8, 13])
def test_a_value_in_two_parts_is_joined(count: int) -> None:
    rows = [row for place in range(6) for row in rows_of(place * count, count)]
    assert len(rows) == (6 if count <= 6 else 12)
    assert all(len(row[2]) <= 152 for row in rows[::2])
    motion = motion_of(rows)
    assert numbers(motion) == list(range(6 * count))
    parts = len(rows) // 6
    assert (
        motion.sequence.tolist()
        == np.repeat(np.arange(parts - 1, 6 * parts, parts), count).tolist()
    )


def test_a_part_without_its_other_is_counted_and_the_next_value_is_whole() -> None:
    first, rest = rows_of(0, 8)
    assert decoded([first, *rows_of(8, 8), *rows_of(16, 8)]).malformed == 1
    assert decoded([rest, *rows_of(8, 8), *rows_of(16, 8)]).malformed == 1
    samples = decoded([first, (rest[0], rest[1], rest[2][:-1]), *rows_of(8, 8)])
    assert samples.malformed == 2
    assert samples.motion is not None
    assert numbers(samples.motion) == list(range(8, 16))


def test_what_the_sensor_says_of_a_command_is_no_sample() -> None:
    told = [movesense.encode_result(movesense.CommandResult(status=s)) for s in (200, 404)]
    rows = [(START_NS, movesense.DATA, each) for each in (*told, b"", b"\x01\x07\x00", b"\x09")]
    samples = decoded(rows)
    assert (samples.motion, samples.malformed) == (None, 3)


def test_another_subscription_is_none_of_ours() -> None:
    ours = numbered(0)
    foreign = bytes((ours[0], 7)) + ours[2:]
    with pytest.raises(MalformedPacket):
        parse(foreign)
    assert decoded([(START_NS, movesense.DATA, foreign)]).malformed == 1


def test_the_stamp_wraps_after_49_days_and_nothing_shows() -> None:
    def heard(awake_ms: int) -> Motion:
        rows = [rows_of(place * 4, awake_ms=awake_ms)[0] for place in range(200)]
        late_ns = (0, 30_000_000, 60_000_000)
        return motion_of(
            [(at + late_ns[row % 3], uuid, said) for row, (at, uuid, said) in enumerate(rows)]
        )

    found, expected = heard(2**32 - 5000), heard(0)
    assert found.time_ns.tolist() == expected.time_ns.tolist()
    assert np.diff(found.time_ns).max() < 1.1 * SECOND / RATE


def test_repeated_and_late_values_are_left_out_and_counted() -> None:
    rows = [rows_of(place * 4)[0] for place in range(6)]
    late = (rows[4][0], *rows[1][1:])
    samples = decoded([*rows[:4], rows[3], late, *rows[4:]])
    assert samples.malformed == 2
    assert samples.motion is not None
    assert numbers(samples.motion) == list(range(24))


def test_spacing_is_the_sensors_whatever_the_radio_does() -> None:
    rng = np.random.default_rng(2)
    rows = []
    at = START_NS
    for place in range(500):
        ((received, uuid, payload),) = rows_of(place * 4)
        at = max(at, received + int(rng.integers(0, 100_000_000)))
        rows.append((at, uuid, payload))
    spacing = np.diff(motion_of(rows).time_ns) * RATE / SECOND
    assert spacing.min() > 0.93  # the stamp counts whole milliseconds, of which a sample takes 19
    assert spacing.max() < 1.07
    assert spacing.mean() == pytest.approx(1, abs=0.002)


@given(data=st.data())
def test_splitting_a_stream_of_values_anywhere_changes_nothing(data: st.DataObject) -> None:
    rows: list[Row] = []
    count = data.draw(st.sampled_from((4, 8)))
    for place in range(10):
        what = data.draw(st.sampled_from(("good", "good", "good", "cut", "again", "torn")))
        good = rows_of(place * count, count, awake_ms=2**32 - 300)
        at, uuid, payload = good[0]
        changed = {"cut": [(at, uuid, payload[:-1])], "again": good * 2, "torn": good[-1:]}
        rows += changed.get(what, good)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(rows)), max_size=5)))
    one = MovesenseDecoder()
    pieces = [one.decode(run_of(rows[a:b])) for a, b in itertools.pairwise([0, *cuts, len(rows)])]
    whole = decoded(rows)
    motions = [piece.motion for piece in pieces if piece.motion]
    assert sum(piece.malformed for piece in pieces) == whole.malformed
    assert [at for motion in motions for at in motion.time_ns.tolist()] == (
        whole.motion.time_ns.tolist() if whole.motion else []
    )
    assert [row for motion in motions for row in motion.axes.tolist()] == (
        whole.motion.axes.tolist() if whole.motion else []
    )


# Over virtual Bluetooth ------------------------------------------------------------------


class Listener:
    """A command characteristic that remembers what was written."""

    def __init__(self) -> None:
        self.written: list[bytes] = []

    def __call__(self, characteristic: str, payload: bytes) -> Answer:
        self.written.append(payload)
        return answer(characteristic, payload)


def on_disk(home: Path) -> list[Motion]:
    """The motion of each recording, by itself."""
    found = []
    for path in recording_paths(home):
        recording = read_recording(path)
        one = decode_recording(path, path.stat().st_size, recording, PROFILES, -1)
        assert one.motion is not None
        assert (one.malformed, one.problems) == (0, ())
        found.append(one.motion)
    return found


def test_a_movesense_is_paired_streamed_and_let_go_and_its_samples_are_on_the_disk(
    tmp_path: Path,
) -> None:
    listener = Listener()
    made = replace(movesense_imu(np.random.default_rng(8), START_NS), answer=listener)

    async def walk() -> State:
        async with (
            in_the_air(made) as (radio, _),
            collecting(tmp_path, radio, *KNOWN) as collector,
        ):
            seen = await collector.scan(2.0)
            assert [(each.name, each.profiles) for each in seen] == [
                ("Movesense 261030000041", ("movesense",))
            ]
            await collector.pair(seen[0].address, Placement.LEFT_SHANK, person="ada")
            assert listener.written[-1] == UNSUBSCRIBE
            await asyncio.sleep(20)
            return collector.state().sensors[0].state

    assert run(walk()) is State.STREAMING
    assert listener.written == [SUBSCRIBE, UNSUBSCRIBE] * 2
    (motion,) = on_disk(tmp_path)
    assert len(motion) > RATE * 15
    weight = np.linalg.norm(motion.axes[:, :3] * motion.scale.acc_g, axis=1)
    assert 0.9 < np.median(weight) < 1.2


def begun(sensor: VirtualSensor) -> tuple[VirtualSensor, list[int]]:
    """The same sensor, and where it notes the instant its stream begins."""
    began: list[int] = []
    walk_of = sensor.sources["movesense"]

    def noted(start_ns: int, values: Any) -> Any:
        began.append(start_ns)
        return walk_of(start_ns, values)

    return replace(sensor, sources={"movesense": noted}), began


@pytest.mark.parametrize("samples", [4, 8])
def test_what_is_on_the_disk_is_what_the_leg_did_when_it_did_it(
    tmp_path: Path, samples: int
) -> None:
    rng = np.random.default_rng(8)
    walker = Walker(rng, live_walk(rng, START_NS))
    source = worn(walker, Placement.LEFT_SHANK, samples)
    made = movesense_imu(np.random.default_rng(1), START_NS)
    made = replace(made, sources={"movesense": source}, faults=Faults(jitter_s=0.05))
    made, began = begun(made)

    async def walk() -> None:
        async with in_the_air(made) as (radio, _), collecting(tmp_path, radio, *KNOWN):
            await asyncio.sleep(40)  # its clock wraps meanwhile

    enter(tmp_path, made)
    run(walk())
    (recording,) = recordings(tmp_path)
    data = recording.header.index(movesense.DATA)
    rows = recording.rows
    found = [p for c, p in zip(rows.characteristic, rows.payload, strict=True) if c == data]
    expected = itertools.islice(source(began[0], {}), len(found))
    assert found == [payload for _, _, payload in expected]

    (motion,) = on_disk(tmp_path)
    true_ns = began[0] + np.arange(1, len(motion) + 1) * SECOND // RATE
    late_ms = (motion.time_ns - true_ns) / 1e6
    assert late_ms.min() > -3
    assert late_ms.max() < 60
    truth = walker.motion(true_ns, Placement.LEFT_SHANK)
    g = motion.axes[:, :3] * motion.scale.acc_g
    assert np.abs(g - truth[:, :3] / 1024).max() < 3e-4


def test_nothing_streams_before_it_is_asked_for_and_rotation_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.session.ROTATE_AFTER_S", 15.0)
    made = movesense_imu(np.random.default_rng(8), START_NS)

    async def walk() -> None:
        async with in_the_air(made) as (radio, _), collecting(tmp_path, radio, *KNOWN):
            await asyncio.sleep(25)

    enter(tmp_path, made)
    run(walk())
    first, second = recordings(tmp_path)
    for one in (first, second):
        data = one.header.index(movesense.DATA)
        streamed = np.flatnonzero(one.rows.characteristic == data)
        asked = one.rows.payload.index(SUBSCRIBE)
        assert asked < streamed[0]
    assert payloads(second, Kind.CONNECTED) == [b"rotated"]
    before, after = on_disk(tmp_path)
    assert before.scale == after.scale
    assert (after.time_ns[0] - before.time_ns[-1]) / SECOND == pytest.approx(1 / RATE, rel=0.2)
