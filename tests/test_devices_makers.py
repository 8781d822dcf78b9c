"""WitMotion, micro:bit, InfiniTime: a byte stream cut anywhere, rates told or measured."""

from __future__ import annotations

import asyncio
import itertools
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices import PROFILES, infinitime, microbit, thingy52, witmotion
from devices.profile import (
    CHANNELS,
    Channel,
    Int16s,
    MalformedPacket,
    Motion,
    Notifications,
    Placement,
    Samples,
    Write,
)
from devices.walker import Walker, live_walk
from ingest.decoding import decode_recording
from ingest.framing import Kind
from ingest.recording import read_recording, recording_paths
from ingest.talk import stream
from ingest.virtual import VirtualSensor
from ingest.virtual.makers import infinitime_watch, microbit_leg, witmotion_leg
from tests.collecting import collecting, enter
from tests.one_sensor import find, in_the_air
from tests.time_travel import START_NS, run

SECOND = 1_000_000_000
PERIOD_NS = SECOND // 50
CAPTURES = tomllib.loads((Path(__file__).parent / "captures" / "makers.toml").read_text("utf-8"))
PARSERS: dict[str, Callable[[bytes], Any]] = {
    "witmotion": witmotion.parse,
    "witmotion registers": witmotion.parse_registers,
}
Row = tuple[int, Kind, str, bytes]


def told(value: int = 0x08, register: int = witmotion.RATE_REGISTER) -> bytes:
    """A reply that names a rate."""
    registers = witmotion.Registers(first=register, values=(value, *7 * (0,)))
    return witmotion.encode_registers(registers)


REPLY = told()


def numbered(count: int) -> Int16s:
    """Axes of which the first is the number of the sample."""
    axes = np.full((count, 6), 3, np.int16)
    axes[:, 0] = np.arange(count)
    return axes


def chunks(blob: bytes, sizes: Sequence[int]) -> list[bytes]:
    """The bytes cut into sizes, over and over."""
    found, at = list[bytes](), 0
    for size in itertools.cycle(sizes):
        if at >= len(blob):
            return found
        found.append(blob[at : at + size])
        at += size
    raise AssertionError


def sent(
    payloads: Sequence[bytes], received_ns: Sequence[int] | None = None, first: int = 0
) -> Notifications:
    """Notifications of the stream, 20 ms apart unless it is said when they came."""
    every = START_NS + PERIOD_NS * np.arange(len(payloads), dtype=np.int64)
    return Notifications(
        sequence=np.arange(first, first + len(payloads), dtype=np.int64),
        received_ns=every if received_ns is None else np.array(received_ns, np.int64),
        characteristic=(witmotion.STREAM,) * len(payloads),
        payload=payloads,
    )


def motion_of(samples: Samples) -> Motion:
    assert samples.motion is not None
    return samples.motion


def numbers(motion: Motion) -> list[int]:
    return [int(number) for number in motion.axes[:, 0]]


@pytest.mark.parametrize(
    "capture",
    [c for c in CAPTURES["capture"] if c["profile"] in PARSERS],
    ids=lambda c: c["source"],
)
def test_what_a_real_board_sent_is_read_as_it_was_meant(capture: dict[str, Any]) -> None:
    parsed = PARSERS[capture["profile"]](bytes.fromhex(capture["payload"]))
    for name, value in capture["expect"].items():
        found = getattr(parsed, name)
        assert (list(found) if isinstance(found, tuple) else found) == value


def test_one_count_of_a_witmotion_is_what_its_maker_says() -> None:
    assert 2048 * witmotion.ACC_G == 1.0
    assert 16384 * witmotion.GYRO_DPS == 1000.0
    assert 16384 * witmotion.ANGLE_DEG == 90.0


@given(st.lists(st.integers(1, 45), min_size=1, max_size=12))
def test_a_stream_cut_anywhere_gives_the_same_samples(sizes: list[int]) -> None:
    axes = numbered(60)
    payloads = chunks(REPLY + witmotion.encode_many(axes), sizes)
    samples = witmotion.WitMotionDecoder().decode(sent(payloads))
    assert motion_of(samples).axes.tolist() == axes.tolist()
    assert samples.malformed == 0


@given(st.lists(st.integers(1, 45), min_size=1, max_size=8), st.data())
def test_a_cut_stream_may_be_decoded_in_any_parts(sizes: list[int], data: st.DataObject) -> None:
    noise = data.draw(st.binary(max_size=60))
    blob = REPLY + witmotion.encode_many(numbered(20)) + noise + witmotion.encode_many(numbered(9))
    payloads = chunks(blob, sizes)
    whole = witmotion.WitMotionDecoder().decode(sent(payloads))
    at = sorted(data.draw(st.lists(st.integers(0, len(payloads)), max_size=4)))
    decoder = witmotion.WitMotionDecoder()
    full = sent(payloads)
    parts = [
        decoder.decode(
            Notifications(
                sequence=full.sequence[a:b],
                received_ns=full.received_ns[a:b],
                characteristic=full.characteristic[a:b],
                payload=full.payload[a:b],
            )
        )
        for a, b in itertools.pairwise([0, *at, len(payloads)])
    ]
    moved = [part.motion for part in parts if part.motion is not None]
    once = motion_of(whole)
    assert np.concatenate([m.axes for m in moved]).tolist() == once.axes.tolist()
    assert np.concatenate([m.time_ns for m in moved]).tolist() == once.time_ns.tolist()
    assert np.concatenate([m.sequence for m in moved]).tolist() == once.sequence.tolist()
    assert sum(part.malformed for part in parts) == whole.malformed


@given(st.integers(0, 16), st.data())
def test_a_measured_rate_does_not_depend_on_the_parts_either(
    jitter: int, data: st.DataObject
) -> None:
    rng = np.random.default_rng(jitter)
    late = rng.integers(0, 1 + jitter, 700) * 1_000_000
    received = np.maximum.accumulate(START_NS + PERIOD_NS * np.arange(700) + late)
    full = sent(chunks(witmotion.encode_many(numbered(700)), [20]), received.tolist())
    whole = motion_of(witmotion.WitMotionDecoder().decode(full))
    at = sorted(data.draw(st.lists(st.integers(0, 700), max_size=5)))
    decoder = witmotion.WitMotionDecoder()
    parts = [
        decoder.decode(sent(full.payload[a:b], full.received_ns[a:b].tolist(), first=a))
        for a, b in itertools.pairwise([0, *at, 700])
    ]
    moved = [part.motion for part in parts if part.motion is not None]
    assert np.concatenate([m.time_ns for m in moved]).tolist() == whole.time_ns.tolist()
    assert np.concatenate([m.sequence for m in moved]).tolist() == whole.sequence.tolist()
    assert numbers(whole) == list(range(700))


def test_a_sample_belongs_to_the_notification_that_completed_it() -> None:
    payloads = [REPLY, *chunks(witmotion.encode_many(numbered(4)), [13, 20, 20, 20, 7])]
    motion = motion_of(witmotion.WitMotionDecoder().decode(sent(payloads)))
    assert motion.sequence.tolist() == [2, 3, 4, 5]


def test_each_run_of_garbage_is_one_malformed_packet_and_the_rest_is_kept() -> None:
    frames = chunks(witmotion.encode_many(numbered(6)), [20])
    noisy = [*frames[:2], b"\x00" * 33, *frames[2:4], b"\x55", b"\x13\x55", *frames[4:]]
    samples = witmotion.WitMotionDecoder().decode(sent([REPLY, *noisy]))
    assert numbers(motion_of(samples)) == [0, 1, 2, 3, 4, 5]
    assert samples.malformed == 2


def test_the_end_of_a_frame_that_began_before_we_listened_is_no_fault() -> None:
    blob = witmotion.encode_many(numbered(5))
    samples = witmotion.WitMotionDecoder().decode(sent([blob[7:20], REPLY, blob[20:]]))
    assert numbers(motion_of(samples)) == [1, 2, 3, 4]
    assert samples.malformed == 0


def test_a_stream_that_is_nothing_but_garbage_is_malformed() -> None:
    samples = witmotion.WitMotionDecoder().decode(sent([b"\x01" * 20] * 5))
    assert (samples.motion, samples.malformed) == (None, 1)


@pytest.mark.parametrize(("value", "rate_hz"), witmotion.RATES_HZ.items())
def test_the_rate_is_the_one_the_sensor_names(value: int, rate_hz: int) -> None:
    payloads = chunks(told(value) + witmotion.encode_many(numbered(5)), [20])
    scale = motion_of(witmotion.WitMotionDecoder().decode(sent(payloads))).scale
    assert scale.rate_hz == rate_hz


def test_what_came_before_the_rate_was_named_is_left_out() -> None:
    frames = chunks(witmotion.encode_many(numbered(8)), [20])
    samples = witmotion.WitMotionDecoder().decode(sent([*frames[:3], REPLY, *frames[3:]]))
    assert numbers(motion_of(samples)) == [3, 4, 5, 6, 7]


def test_replies_about_other_registers_name_no_rate() -> None:
    other = told(0x08, register=0x3A)
    samples = witmotion.WitMotionDecoder().decode(sent([other, witmotion.encode_many(numbered(3))]))
    assert samples.motion is None


@pytest.mark.parametrize("rate_hz", witmotion.RATES_HZ.values())
def test_without_a_reply_the_rate_is_measured_and_nothing_is_lost(rate_hz: int) -> None:
    count = 8 * rate_hz
    period = SECOND // rate_hz
    received = [START_NS + period * number for number in range(count)]
    payloads = chunks(witmotion.encode_many(numbered(count)), [20])
    motion = motion_of(witmotion.WitMotionDecoder().decode(sent(payloads, received)))
    assert motion.scale.rate_hz == rate_hz
    assert numbers(motion) == list(range(count))
    assert np.diff(motion.time_ns).tolist() == [period] * (count - 1)
    assert set(motion.sequence[: 5 * rate_hz].tolist()) == {5 * rate_hz}


def test_a_rate_that_changes_while_it_is_measured_is_measured_again() -> None:
    slow = [START_NS + number * SECOND // 10 for number in range(30)]
    fast = [slow[-1] + number * PERIOD_NS for number in range(1, 700)]
    received = slow + fast
    payloads = chunks(witmotion.encode_many(numbered(len(received))), [20])
    motion = motion_of(witmotion.WitMotionDecoder().decode(sent(payloads, received)))
    assert motion.scale.rate_hz == 50
    assert numbers(motion)[0] > 30


def test_a_clock_that_is_set_back_while_measuring_costs_no_more_than_the_start() -> None:
    decoder = witmotion.WitMotionDecoder()
    frames = chunks(witmotion.encode_many(numbered(400)), [20])
    assert decoder.decode(sent(frames[:100])).motion is None
    back = [START_NS - 3600 * SECOND + PERIOD_NS * number for number in range(300)]
    assert numbers(motion_of(decoder.decode(sent(frames[100:], back)))) == list(range(100, 400))


def test_the_handshake_unlocks_sets_50_hz_and_asks_for_it() -> None:
    steps = list(witmotion.converse())
    assert [step.payload.hex(" ") for step in steps if isinstance(step, Write)] == [
        "ff aa 69 88 b5",
        "ff aa 03 08 00",
        "ff aa 27 03 00",
    ]


def test_a_microbit_has_no_gyroscope_and_its_period_gives_the_rate() -> None:
    decoder = microbit.MicrobitDecoder()
    early = decoder.feed(microbit.DATA, microbit.encode_many(numbered(1)[:, :3])[0], START_NS)
    assert early.motion is None
    decoder.feed(microbit.PERIOD, microbit.encode_period(20), START_NS)
    payload = microbit.encode(microbit.Acceleration(acc=(-12, 5, -1003)))
    motion = motion_of(decoder.feed(microbit.DATA, payload, START_NS + PERIOD_NS))
    assert motion.axes.tolist() == [[-12, 5, -1003, 0, 0, 0]]
    assert (motion.scale.rate_hz, motion.scale.gyro_dps) == (50.0, None)
    assert -1003 * motion.scale.acc_g == pytest.approx(-1.003)


def test_a_period_of_zero_is_malformed_and_the_next_one_believed() -> None:
    decoder = microbit.MicrobitDecoder()
    assert decoder.feed(microbit.PERIOD, bytes(2), START_NS).malformed == 1
    with pytest.raises(MalformedPacket):
        microbit.parse_period(bytes(2))
    assert decoder.feed(microbit.PERIOD, microbit.encode_period(10), START_NS).malformed == 0


def test_a_watch_tells_steps_when_they_come_and_motion_in_1024ths_of_g() -> None:
    decoder = infinitime.InfinitimeDecoder()
    slow = decoder.feed(infinitime.STEPS, infinitime.encode_steps(70_000), START_NS).slow
    assert [CHANNELS[channel] for channel in slow.channel] == [Channel.STEP_COUNT]
    assert (slow.value.tolist(), slow.time_ns.tolist()) == ([70_000.0], [START_NS])
    payload = infinitime.encode(infinitime.WristMotion(acc=(0, -1024, 7)))
    motion = motion_of(decoder.feed(infinitime.MOTION, payload, START_NS))
    assert motion.axes.tolist() == [[0, -1024, 7, 0, 0, 0]]
    assert motion.scale == infinitime.SCALE
    assert decoder.feed(infinitime.STEPS, bytes(3), START_NS).malformed == 1


def listened(sensor: VirtualSensor, seconds: float) -> list[Row]:
    """What a virtual sensor says from its connection on."""

    async def main() -> list[Row]:
        rows: list[Row] = []

        def on_row(kind: Kind, characteristic: str, payload: bytes) -> None:
            now_ns = START_NS + round(asyncio.get_running_loop().time() * SECOND)
            rows.append((now_ns, kind, characteristic, payload))

        async with in_the_air(sensor) as (radio, _):
            client = radio.client_class(await find(radio, sensor.address))
            await client.connect()
            await stream(client, PROFILES.values(), on_row)
            await asyncio.sleep(seconds)
        return rows

    return run(main())


def decoded(rows: Sequence[Row], key: str) -> Samples:
    """What a profile's decoder makes of the rows that are its own."""
    profile = PROFILES[key]
    kinds = (Kind.NOTIFICATION, Kind.REPLY)
    mine = [row for row in rows if row[1] in kinds and row[2] in profile.characteristics]
    return profile.decoder().decode(
        Notifications(
            sequence=np.arange(len(mine)),
            received_ns=np.array([row[0] for row in mine], np.int64),
            characteristic=[row[2] for row in mine],
            payload=[row[3] for row in mine],
        )
    )


def walked(seed: int, time_ns: np.ndarray[Any, np.dtype[np.int64]], place: Placement) -> Int16s:
    rng = np.random.default_rng(seed)
    return Walker(rng, live_walk(rng, START_NS)).motion(time_ns, place)


def test_a_virtual_witmotion_is_set_to_50_hz_and_its_straddling_frames_are_the_walk() -> None:
    rows = listened(witmotion_leg(np.random.default_rng(4), START_NS), 60.0)
    data = [row[3] for row in rows if row[2] == witmotion.STREAM]
    assert sum(payload.startswith(b"\x55\x61") for payload in data) < len(data) / 10
    samples = decoded(rows, "witmotion")
    motion = motion_of(samples)
    assert samples.malformed == 0
    assert motion.scale.rate_hz == 50
    assert len(motion) == pytest.approx(60 * 50, abs=60)
    expected = walked(4, motion.time_ns - PERIOD_NS, Placement.LEFT_SHANK) * thingy52.ACC_G
    found = motion.axes * witmotion.ACC_G
    size, wanted = (np.linalg.norm(acc[:, :3], axis=1) for acc in (found, expected))
    assert np.corrcoef(size, wanted)[0, 1] > 0.9


def test_an_hour_later_the_recording_without_a_reply_is_read_the_same() -> None:
    rows = listened(witmotion_leg(np.random.default_rng(4), START_NS), 30.0)
    later = [row for row in rows if row[0] > START_NS + 12 * SECOND]
    whole, rotated = (motion_of(decoded(part, "witmotion")) for part in (rows, later))
    assert rotated.scale == whole.scale
    assert rotated.axes.tolist() == whole.axes[-len(rotated) :].tolist()
    assert len(later) - len(rotated) <= 2


def test_each_recording_of_a_long_session_is_read_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.session.ROTATE_AFTER_S", 30.0)

    async def main() -> None:
        sensor = witmotion_leg(np.random.default_rng(4), START_NS)
        enter(tmp_path, sensor)
        known = PROFILES.values()
        async with in_the_air(sensor) as (radio, _), collecting(tmp_path, radio, *known):
            await asyncio.sleep(70)

    run(main())
    first, second, *_ = [
        decode_recording(path, 0, read_recording(path), PROFILES, -1)
        for path in recording_paths(tmp_path)
    ]
    assert first.motion is not None
    assert second.motion is not None
    assert first.motion.scale == second.motion.scale
    assert first.problems == second.problems == ()
    assert (first.malformed, second.malformed) == (0, 0)
    gap_ns = int(second.motion.time_ns[0] - first.motion.time_ns[-1])
    assert gap_ns == pytest.approx(2 * PERIOD_NS, abs=PERIOD_NS)
    assert len(second.motion) == pytest.approx(30 * 50, abs=60)


def test_a_witmotion_that_stays_locked_keeps_its_ten_hertz_and_says_so() -> None:
    sensor = witmotion_leg(np.random.default_rng(4), START_NS)
    sensor.answer(witmotion.COMMAND, witmotion.write_register(witmotion.RATE_REGISTER, 0x08))
    emissions = itertools.islice(sensor.sources["witmotion"](START_NS, {}), 200)
    rows = [(START_NS + round(at * SECOND), Kind.NOTIFICATION, *rest) for at, *rest in emissions]
    assert motion_of(decoded(rows, "witmotion")).scale.rate_hz == 10  # type: ignore[arg-type]


def test_a_virtual_microbit_is_set_to_50_hz_and_its_leg_walks() -> None:
    rows = listened(microbit_leg(np.random.default_rng(4), START_NS), 60.0)
    motion = motion_of(decoded(rows, "microbit"))
    assert motion.scale.rate_hz == 50
    assert len(motion) == pytest.approx(60 * 50, abs=60)
    expected = walked(4, motion.time_ns, Placement.RIGHT_SHANK)[:, :3] * thingy52.ACC_G
    found = motion.axes[:, :3] * microbit.ACC_G
    size, wanted = np.linalg.norm(found, axis=1), np.linalg.norm(expected, axis=1)
    assert np.corrcoef(size, wanted)[0, 1] > 0.9


def test_a_virtual_watch_counts_the_steps_of_its_person() -> None:
    rows = listened(infinitime_watch(np.random.default_rng(4), START_NS), 120.0)
    samples = decoded(rows, "infinitime")
    rng = np.random.default_rng(4)
    strides_ns = Walker(rng, live_walk(rng, START_NS)).strides_ns
    last = samples.slow.value[-1]
    taken = int(((strides_ns >= START_NS) & (strides_ns <= START_NS + 120 * SECOND)).sum())
    assert 0 < last <= 2 * taken + 6
    assert last == pytest.approx(2 * taken, abs=6)
    assert np.all(np.diff(samples.slow.value) > 0)
    assert len(motion_of(samples)) == pytest.approx(1200, abs=30)
