"""Polar sensors: frames and replies, what the sensor is told, and a walk over virtual Bluetooth."""

from __future__ import annotations

import asyncio
import itertools
import tomllib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices import PROFILES, polar_frames, polar_pmd
from devices.polar_frames import PmdFrame, Triple, delta_frame, encode, parse, parse_many
from devices.profile import (
    Ask,
    Conversation,
    DeviceError,
    MalformedPacket,
    Motion,
    Notifications,
    Placement,
    Read,
    Samples,
)
from ingest.decoding import decode_recording
from ingest.errors import IngestError
from ingest.framing import Kind
from ingest.recording import recording_paths
from ingest.replay import read_recording
from ingest.session import State
from ingest.virtual import Answer, Faults, VirtualSensor
from ingest.virtual.polar import FACTOR, FEATURES, OFFER, Control, polar_sense
from tests.codecs.clocked import delta_frames, frames
from tests.collecting import collecting, enter, payloads, recordings
from tests.one_sensor import in_the_air
from tests.time_travel import START_NS, run

SECOND = 1_000_000_000
RATE = 52
KNOWN = tuple(PROFILES[key] for key in ("polar_pmd", "battery", "device_information"))
GET, START, STOP = (bytes((command, 2)) for command in (1, 2, 3))
CAPTURES = tomllib.loads((Path(__file__).parent / "captures/clocked.toml").read_text("utf-8"))
Row = tuple[int, str, bytes]


def reply(command: int, *settings: polar_pmd.Setting, status: int = 0) -> bytes:
    said = polar_pmd.PmdReply(command=command, measurement=2, status=status, settings=settings)
    return polar_pmd.encode_reply(said)


OFFERED = reply(1, *OFFER)
STARTED = reply(2, (polar_pmd.FACTOR, (FACTOR,)))
SHAKEN: list[Row] = [(START_NS, polar_pmd.CONTROL, each) for each in (FEATURES, OFFERED, STARTED)]


def run_of(rows: Sequence[Row]) -> Notifications:
    return Notifications(
        sequence=np.arange(len(rows), dtype=np.int64),
        received_ns=np.array([row[0] for row in rows], np.int64),
        characteristic=[row[1] for row in rows],
        payload=[row[2] for row in rows],
    )


def numbered(first: int, count: int = 36, kind: int = 0x80) -> PmdFrame:
    """A frame whose x axis numbers the samples, stamped at its last one."""
    samples: list[Triple] = [(row % 3000, -row % 7, 4096) for row in range(first, first + count)]
    stamp = (first + count) * SECOND // RATE
    if kind & polar_frames.DELTA:
        return delta_frame(stamp, kind, samples)
    return PmdFrame(sensor_ns=stamp, kind=kind, samples=tuple(samples))


def frame_row(first: int, count: int = 36, kind: int = 0x80, late_ns: int = 0) -> Row:
    frame = numbered(first, count, kind)
    return START_NS + frame.sensor_ns + late_ns, polar_pmd.DATA, encode(frame)


def decoded(rows: Sequence[Row]) -> Samples:
    return polar_pmd.PolarPmdDecoder().decode(run_of(rows))


def motion_of(rows: Sequence[Row]) -> Motion:
    motion = decoded(rows).motion
    assert motion is not None
    return motion


@pytest.mark.parametrize("capture", CAPTURES["capture"], ids=lambda each: each["source"][-40:])
def test_what_polar_sensors_sent_is_read_as_polar_reads_it(capture: dict[str, Any]) -> None:
    payload, expect = bytes.fromhex(capture["payload"]), capture["expect"]
    if capture["characteristic"] == "fb005c81":
        said = polar_pmd.parse_reply(payload)
        assert (said.command, said.status) == (expect["command"], expect["status"])
        assert said.values(polar_pmd.FACTOR) == pytest.approx(
            [expect["factor"]] if "factor" in expect else [], rel=1e-4
        )
        return
    frame = parse(payload)
    assert (frame.sensor_ns, len(frame.samples)) == (expect["sensor_ns"], expect["samples"])
    assert list(frame.samples[0]) == expect["first"]
    for name, row in (("second", 1), ("last", -1)):
        assert name not in expect or list(frame.samples[row]) == expect[name]
    assert parse(encode(frame)) == frame  # the bits that pad a block are nobody's


def test_a_sensor_at_rest_reads_about_one_g_at_the_published_factor() -> None:
    captured = next(each for each in CAPTURES["capture"] if "issue 186" in each["source"])
    frame = parse(bytes.fromhex(captured["payload"]))
    lengths = np.linalg.norm(np.array(frame.samples) * FACTOR, axis=1)
    assert np.median(lengths) == pytest.approx(1.0, abs=0.03)


@given(st.lists(frames | delta_frames(), max_size=12), st.sampled_from((0, 1, 2, 0x80, 0x81)))
def test_many_frames_are_read_as_one_by_one(several: list[PmdFrame], kind: int) -> None:
    junk = [b"", b"\x02" * 12, encode(several[0])[:-1] if several else b"\x02"]
    found = parse_many([*map(encode, several), *junk], kind)
    alike = [(row, frame) for row, frame in enumerate(several) if frame.kind == kind]
    if several and several[0].kind == kind and len(found.rows) > len(alike):
        alike.append((len(several) + 2, parse(junk[2])))  # cut where a shorter frame ends as well
    assert found.rows.tolist() == [row for row, _ in alike]
    assert found.sensor_ns.tolist() == [frame.sensor_ns for _, frame in alike]
    assert found.counts.tolist() == [len(frame.samples) for _, frame in alike]
    assert [tuple(axes) for axes in found.axes.tolist()] == [
        sample for _, frame in alike for sample in frame.samples
    ]


def test_a_sample_that_leaves_16_bits_makes_its_frame_malformed_and_no_other() -> None:
    good = delta_frame(7, 0x80, [(1, 2, 3), (32767, -32768, 0)])
    beyond = replace(good, samples=((2, 2, 3), (32768, -32768, 0)))
    payloads = [encode(good), encode(beyond), encode(good)]
    assert parse_many(payloads, 0x80).rows.tolist() == [0, 2]
    assert parse_many(payloads, 0x80).axes.tolist() == [list(each) for each in good.samples] * 2
    with pytest.raises(MalformedPacket, match="16 bits"):
        parse(encode(beyond))


def answers(*replies: bytes | None) -> tuple[list[bytes], str]:
    """What is written when these are the replies, and how it ends."""
    talk: Conversation = polar_pmd.converse()
    written: list[bytes] = []
    left = iter(replies)
    try:
        step = next(talk)
        while True:
            if isinstance(step, Ask):
                assert step.characteristic == step.replies_on == polar_pmd.CONTROL
                assert step.begins == b"\xf0" + step.payload[:2]
                written.append(step.payload)
            else:
                assert step == Read(characteristic=polar_pmd.CONTROL, optional=True)
            step = talk.send(next(left))
    except StopIteration:
        return written, ""
    except DeviceError as error:
        return written, str(error)


def test_a_verity_is_started_with_the_very_bytes_that_polar_publishes() -> None:
    offered = reply(1, (0, (52,)), (1, (16,)), (2, (8,)), (4, (3,)))
    published = bytes.fromhex("02 02 00 01 34 00 01 01 10 00 02 01 08 00 04 01 03")
    assert answers(FEATURES, offered, STARTED) == ([GET, published], "")


def test_an_h10_is_asked_for_50_hz_and_not_for_channels_it_does_not_name() -> None:
    offered = reply(1, (0, (25, 50, 100, 200)), (1, (16,)), (2, (2, 4, 8)))
    asked = bytes.fromhex("02 02 00 01 32 00 01 01 10 00 02 01 08 00")
    assert answers(None, offered, reply(2)) == ([GET, asked], "")


def test_a_stream_that_was_left_on_is_stopped_and_started_anew() -> None:
    busy = reply(2, status=polar_pmd.ALREADY)
    written, end = answers(FEATURES, OFFERED, busy, reply(3), STARTED)
    assert [payload[:2] for payload in written] == [GET, START, STOP, START]
    assert written[1] == written[3]
    assert end == ""


@pytest.mark.parametrize(
    ("replies", "why"),
    [
        ((b"\x0f\x03\x00",), "does not measure acceleration"),
        ((FEATURES, None), "does not answer"),
        ((FEATURES, reply(1, status=13)), "on its charger"),
        ((FEATURES, reply(1, (1, (16,)))), "offers no rate"),
        ((FEATURES, OFFERED, reply(2, status=10)), "packets are too small"),
        ((FEATURES, OFFERED, reply(2, status=99)), "status 99"),
        ((FEATURES, OFFERED, reply(2, status=6), reply(3), reply(2, status=6)), "somebody else"),
    ],
)
def test_a_sensor_that_cannot_be_used_says_why(replies: tuple[bytes | None, ...], why: str) -> None:
    assert why in answers(*replies)[1]


def test_samples_are_at_the_sensors_spacing_and_in_the_factors_scale() -> None:
    late = (0, 90_000_000, 10_000_000, 60_000_000)
    rows = [frame_row(36 * place, late_ns=late[place % 4]) for place in range(40)]
    motion = motion_of([*SHAKEN, *rows])
    assert motion.scale.rate_hz == RATE
    assert motion.scale.acc_g == FACTOR
    assert motion.scale.gyro_dps is None
    assert motion.axes[:, 0].tolist() == list(range(36 * 40))
    assert not motion.axes[:, 3:].any()
    assert motion.sequence.tolist() == np.repeat(np.arange(3, 43), 36).tolist()
    assert np.abs(np.diff(motion.time_ns) * RATE / SECOND - 1).max() < 0.0011


@pytest.mark.parametrize(
    ("kind", "factor", "acc_g"),
    [
        (0, FACTOR, 0.001),
        (1, FACTOR, 0.001),
        (2, None, 0.001),
        (0x81, None, 0.001),
        (0x81, 1.0, 0.001),
        (0x81, 2.0, 0.002),
        (0x80, 0.5, 0.5),
    ],
)
def test_each_frame_type_has_the_scale_that_polar_gives_it(
    kind: int, factor: float | None, acc_g: float
) -> None:
    started = reply(2) if factor is None else reply(2, (polar_pmd.FACTOR, (factor,)))
    frame = PmdFrame(sensor_ns=SECOND, kind=kind, samples=((1, -2, 3),))
    rows = [*SHAKEN[:2], (START_NS, polar_pmd.CONTROL, started)]
    motion = motion_of([*rows, (START_NS, polar_pmd.DATA, encode(frame))])
    assert motion.scale.acc_g == pytest.approx(acc_g)
    assert motion.axes[:, :3].tolist() == [[1, -2, 3]]


def test_a_factor_that_is_needed_and_was_never_told_is_not_guessed() -> None:
    rows = [*SHAKEN[:2], (START_NS, polar_pmd.CONTROL, reply(2)), frame_row(0), frame_row(36)]
    samples = decoded(rows)
    assert (samples.motion, samples.malformed) == (None, 2)


def test_frames_from_before_the_start_say_nothing() -> None:
    left_on = [frame_row(0), SHAKEN[0], SHAKEN[1], frame_row(36)]
    busy = (START_NS, polar_pmd.CONTROL, reply(2, status=6))
    samples = decoded([*left_on, busy, frame_row(72), SHAKEN[2], frame_row(108)])
    assert samples.malformed == 0
    assert samples.motion is not None
    assert samples.motion.axes[:, 0].tolist() == list(range(108, 144))


def test_what_else_comes_is_counted_and_its_neighbours_are_kept() -> None:
    good = [frame_row(36 * place) for place in range(5)]
    cut = (good[1][0], polar_pmd.DATA, good[1][2][:-1])
    heart = (good[1][0], polar_pmd.DATA, b"\x00" + good[1][2][1:])
    samples = decoded(
        [*SHAKEN, good[0], cut, heart, frame_row(36, kind=1), good[2], good[2], good[1], good[3]]
    )
    assert samples.malformed == 5  # cut, heart, other type, repeated, late
    assert samples.motion is not None
    kept = [*range(36), *range(72, 144)]
    assert samples.motion.axes[:, 0].tolist() == kept


@given(data=st.data())
def test_splitting_a_stream_of_frames_anywhere_changes_nothing(data: st.DataObject) -> None:
    rows = [*SHAKEN]
    for place in range(12):
        what = data.draw(st.sampled_from(("good", "good", "good", "cut", "again", "other")))
        row = frame_row(36 * place, kind=1 if what == "other" else 0x80)
        rows += {"cut": [(row[0], row[1], row[2][:-1])], "again": [row, row]}.get(what, [row])
    cuts = sorted(data.draw(st.lists(st.integers(0, len(rows)), max_size=5)))
    one = polar_pmd.PolarPmdDecoder()
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
    """A sensor's control point that remembers what was written, and when streaming began."""

    def __init__(self, *, on: bool = False) -> None:
        self.written: list[bytes] = []
        self._control = Control(on=on)

    def __call__(self, characteristic: str, payload: bytes) -> Answer:
        self.written.append(payload)
        return self._control(characteristic, payload)


def sensor(listener: Listener, faults: Faults | None = None) -> VirtualSensor:
    made = polar_sense(np.random.default_rng(8), START_NS)
    return replace(made, answer=listener, faults=faults or Faults())


def sent(began_ns: int, frames: int) -> list[bytes]:
    """The first frames of the same sensor, begun at an instant."""
    source = polar_sense(np.random.default_rng(8), START_NS).sources["polar_pmd"]
    return [payload for _, _, payload in itertools.islice(source(began_ns, {}), frames)]


def on_disk(home: Path) -> list[Motion]:
    """The motion of each recording, by itself."""
    found = []
    for path in recording_paths(home):
        recording = read_recording(path)
        decoded = decode_recording(path, path.stat().st_size, recording, PROFILES, -1)
        assert decoded.motion is not None
        assert (decoded.malformed, decoded.problems) == (0, ())
        found.append(decoded.motion)
    return found


def frames_on_disk(home: Path) -> list[bytes]:
    return [each for one in recordings(home) for each in payloads(one) if each[:1] == b"\x02"]


def test_a_polar_is_paired_streamed_and_switched_off_and_its_samples_are_on_the_disk(
    tmp_path: Path,
) -> None:
    listener = Listener()

    async def walk() -> State:
        async with (
            in_the_air(sensor(listener)) as (radio, _),
            collecting(tmp_path, radio, *KNOWN) as collector,
        ):
            seen = await collector.scan(2.0)
            assert [(each.name, each.profiles) for each in seen] == [
                ("Polar Sense 0A0D0401", ("polar_pmd",))
            ]
            await collector.pair(seen[0].address, Placement.LEFT_ANKLE, person="ada")
            assert listener.written[-1] == STOP  # the look before pairing
            await asyncio.sleep(20)
            return collector.state().sensors[0].state

    assert run(walk()) is State.STREAMING
    commands = [payload[:2] for payload in listener.written]
    assert commands == [GET, START, STOP, GET, START, STOP]

    (motion,) = on_disk(tmp_path)
    assert len(motion) > 52 * 15
    truth = [sample for payload in frames_on_disk(tmp_path) for sample in parse(payload).samples]
    assert motion.axes[:, :3].tolist() == [list(sample) for sample in truth]
    assert np.abs(np.diff(motion.time_ns) * RATE / SECOND - 1).max() < 0.0011
    weight = np.linalg.norm(motion.axes[:, :3] * motion.scale.acc_g, axis=1)
    assert 0.9 < np.median(weight) < 1.2


def test_what_is_on_the_disk_is_what_the_leg_did_when_it_did_it(tmp_path: Path) -> None:
    began: list[int] = []
    made = sensor(Listener(), Faults(jitter_s=0.1))
    walk_of = made.sources["polar_pmd"]

    def noted(start_ns: int, values: Any) -> Any:
        began.append(start_ns)
        return walk_of(start_ns, values)

    made = replace(made, sources={"polar_pmd": noted})

    async def walk() -> None:
        async with in_the_air(made) as (radio, _), collecting(tmp_path, radio, *KNOWN):
            await asyncio.sleep(40)

    enter(tmp_path, made)
    run(walk())
    found = frames_on_disk(tmp_path)
    assert found == sent(began[0], len(found))
    (motion,) = on_disk(tmp_path)
    true_ns = began[0] + np.arange(1, len(motion) + 1) * SECOND // RATE
    late_ms = (motion.time_ns - true_ns) / 1e6
    assert late_ms.min() > -1
    assert late_ms.max() < 101
    assert np.abs(np.diff(motion.time_ns) * RATE / SECOND - 1).max() < 0.0011


def test_nothing_streams_before_the_start_and_a_stream_left_on_is_taken_over(
    tmp_path: Path,
) -> None:
    listener = Listener(on=True)  # another program was here, and forgot to stop it
    made = sensor(listener, Faults(lose_link_after_s=(8.0,)))

    async def walk() -> None:
        async with in_the_air(made) as (radio, _), collecting(tmp_path, radio, *KNOWN):
            await asyncio.sleep(30)

    enter(tmp_path, made)
    run(walk())
    first, second = recordings(tmp_path)
    for one in (first, second):
        kinds = [Kind(kind) for kind in one.rows.kind.tolist()]
        heard = [row for row, kind in enumerate(kinds) if kind is Kind.NOTIFICATION]
        written = [payload[:2] for payload in payloads(one, Kind.WRITE)]
        assert written[:4] == [GET, START, STOP, START]
        data = one.header.index(polar_pmd.DATA)
        streamed = [row for row in heard if one.rows.characteristic[row] == data]
        started = max(row for row, payload in enumerate(one.rows.payload) if payload == STARTED)
        assert min(streamed) > started
    assert listener.written[-1] == STOP
    assert len(on_disk(tmp_path)) == 2


def test_the_factor_is_known_in_the_recording_that_an_hour_later_begins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.session.ROTATE_AFTER_S", 15.0)
    listener = Listener()
    made = sensor(listener)

    async def walk() -> None:
        async with in_the_air(made) as (radio, _), collecting(tmp_path, radio, *KNOWN):
            await asyncio.sleep(25)

    enter(tmp_path, made)
    run(walk())
    first, second = on_disk(tmp_path)
    assert [payload[:2] for payload in listener.written] == [GET, START, STOP]
    assert first.scale == second.scale
    assert second.scale.acc_g == FACTOR
    assert payloads(recordings(tmp_path)[1], Kind.CONNECTED) == [b"rotated"]
    between_s = (second.time_ns[0] - first.time_ns[-1]) / SECOND
    assert between_s == pytest.approx(1 / RATE, rel=0.01)


def test_a_polar_on_its_charger_is_refused_with_a_sentence(tmp_path: Path) -> None:
    def charging(_characteristic: str, payload: bytes) -> Answer:
        said = reply(payload[0], status=13)
        return Answer(notify=((polar_pmd.CONTROL, said),))

    made = replace(polar_sense(np.random.default_rng(8), START_NS), answer=charging)

    async def look() -> None:
        async with (
            in_the_air(made) as (radio, _),
            collecting(tmp_path, radio, *KNOWN) as collector,
        ):
            await collector.pair(made.address, Placement.LEFT_ANKLE, person="ada")

    with pytest.raises(IngestError, match="on its charger"):
        run(look())


def test_on_the_chest_the_battery_is_spared() -> None:
    only_at = PROFILES["polar_pmd"].only_at
    assert Placement.WAIST in only_at
    assert Placement.LEFT_ANKLE in only_at
    assert not {Placement.CHEST, Placement.ARM} & set(only_at)
