"""Decoders: runs of notifications in, samples out, however the run is cut."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices import PROFILES, battery, heart_rate, rsc, thingy52
from devices.profile import CHANNELS, Channel, Decoder, Notifications, Samples, Slow
from tests.fuzzing import cut

FOREIGN = "0000ffff-0000-1000-8000-00805f9b34fb"
START_NS = 1_700_000_000_000_000_000
SECOND = 1_000_000_000

WELL_FORMED = (
    rsc.encode(
        rsc.RscMeasurement(
            speed_mps=2.5,
            cadence_sent_per_min=80,
            running=True,
            stride_length_m=1.87,
            distance_m=3.5,
        )
    ),
    rsc.encode(rsc.RscMeasurement(speed_mps=0.0, cadence_sent_per_min=0)),
    bytes([0b011, 0]),
    bytes([0b111, 0]),
    heart_rate.encode(
        heart_rate.HeartRateMeasurement(heart_rate_bpm=142, contact=True, rr_s=(0.5, 0.25))
    ),
    heart_rate.encode(heart_rate.HeartRateMeasurement(heart_rate_bpm=300, energy_kj=7)),
    bytes([88]),
    thingy52.encode(thingy52.RawMotion(acc=(1, 2, 1024), gyro=(-4, 5, 6))),
    thingy52.encode_configuration(thingy52.MotionConfiguration(rate_hz=50)),
    thingy52.encode_configuration(thingy52.MotionConfiguration(rate_hz=25)),
)


def run_of(rows: list[tuple[int, str, bytes]], first: int = 0) -> Notifications:
    """Rows of (received_ns, characteristic, payload), numbered from `first`."""
    return Notifications(
        sequence=np.arange(first, first + len(rows), dtype=np.int64),
        received_ns=np.array([row[0] for row in rows], np.int64),
        characteristic=[row[1] for row in rows],
        payload=[row[2] for row in rows],
    )


@st.composite
def runs(draw: st.DrawFn, key: str) -> Notifications:
    """Any run a profile may meet: right and wrong payloads, foreign ones, gaps."""
    kinds = st.sampled_from((*PROFILES[key].characteristics, FOREIGN))
    payloads = st.sampled_from(WELL_FORMED) | st.binary(max_size=20)
    steps = st.sampled_from((0, 1_000_000, 20_000_000, 100_000_000, SECOND))
    rows, at = [], START_NS
    for step, kind, payload in draw(st.lists(st.tuples(steps, kinds, payloads), max_size=30)):
        at += step
        rows.append((at, kind, payload))
    return run_of(rows)


def joined(parts: list[Samples]) -> tuple[object, ...]:
    """Everything that several Samples say, as plain comparable values."""
    motions = [part.motion for part in parts if part.motion is not None]
    return (
        [part for one in parts for part in slow_rows(one.slow)],
        [row for motion in motions for row in motion.sequence.tolist()],
        [row for motion in motions for row in motion.time_ns.tolist()],
        [row for motion in motions for row in motion.axes.tolist()],
        {motion.scale for motion in motions},
        sum(part.malformed for part in parts),
    )


def slow_rows(slow: Slow) -> list[tuple[int, int, Channel, float]]:
    return [
        (sequence, time_ns, CHANNELS[channel], value)
        for sequence, time_ns, channel, value in zip(
            slow.sequence.tolist(),
            slow.time_ns.tolist(),
            slow.channel.tolist(),
            slow.value.tolist(),
            strict=True,
        )
    ]


@pytest.mark.parametrize("key", PROFILES)
@given(data=st.data())
def test_splitting_a_run_anywhere_changes_nothing(key: str, data: st.DataObject) -> None:
    run = data.draw(runs(key))
    at = sorted(data.draw(st.lists(st.integers(0, len(run)), max_size=5)))
    edges = [0, *at, len(run)]
    whole, split = PROFILES[key].decoder(), PROFILES[key].decoder()
    pieces = [split.decode(cut(run, a, b)) for a, b in itertools.pairwise(edges)]
    assert joined(pieces) == joined([whole.decode(run)])


@pytest.mark.parametrize("key", PROFILES)
@given(data=st.data())
def test_feeding_one_payload_at_a_time_says_the_same(key: str, data: st.DataObject) -> None:
    run = data.draw(runs(key))
    whole, live = PROFILES[key].decoder(), PROFILES[key].decoder()
    fed = [live.feed(kind, payload, at) for _, at, kind, payload in run]
    without_sequence = joined([whole.decode(run)])
    assert [row[1:] for row in joined(fed)[0]] == [row[1:] for row in without_sequence[0]]  # type: ignore[attr-defined]
    assert joined(fed)[2:] == without_sequence[2:]


def said(decoder: Decoder, characteristic: str, payload: bytes) -> dict[Channel, float]:
    rows = slow_rows(decoder.feed(characteristic, payload, START_NS).slow)
    assert all(time_ns == START_NS for _, time_ns, _, _ in rows)
    return {channel: value for _, _, channel, value in rows}


def test_a_foot_pods_cadence_is_passed_on_as_sent() -> None:
    assert said(rsc.RscDecoder(), rsc.MEASUREMENT, WELL_FORMED[0]) == {
        Channel.SPEED: 2.5,
        Channel.CADENCE_SENT: 80.0,
        Channel.RUNNING: 1.0,
        Channel.STRIDE_LENGTH: 1.87,
        Channel.DISTANCE: 3.5,
    }


def test_a_pod_that_cannot_tell_running_from_walking_says_neither() -> None:
    decoder = rsc.RscDecoder()
    feature = rsc.RscFeature(
        stride_length=True, distance=True, running=False, calibration=False, locations=False
    )
    decoder.feed(rsc.FEATURE, rsc.encode_feature(feature), START_NS)
    assert Channel.RUNNING not in said(decoder, rsc.MEASUREMENT, WELL_FORMED[1])


def test_a_stride_length_of_zero_is_no_length() -> None:
    still = rsc.RscMeasurement(speed_mps=0.0, cadence_sent_per_min=0, stride_length_m=0.0)
    assert said(rsc.RscDecoder(), rsc.MEASUREMENT, rsc.encode(still)) == {
        Channel.SPEED: 0.0,
        Channel.CADENCE_SENT: 0.0,
        Channel.RUNNING: 0.0,
    }


def test_a_strap_off_the_skin_has_no_heart_rate() -> None:
    off = heart_rate.HeartRateMeasurement(heart_rate_bpm=71, contact=False, rr_s=(0.8,))
    payload = heart_rate.encode(off)
    assert said(heart_rate.HeartRateDecoder(), heart_rate.MEASUREMENT, payload) == {
        Channel.SKIN_CONTACT: 0.0
    }


def test_a_heart_rate_of_zero_is_missing_not_zero() -> None:
    none = heart_rate.HeartRateMeasurement(heart_rate_bpm=0, contact=True, energy_kj=12)
    payload = heart_rate.encode(none)
    assert said(heart_rate.HeartRateDecoder(), heart_rate.MEASUREMENT, payload) == {
        Channel.SKIN_CONTACT: 1.0,
        Channel.ENERGY: 12.0,
    }


def test_a_strap_that_cannot_tell_contact_is_believed() -> None:
    payload = heart_rate.encode(heart_rate.HeartRateMeasurement(heart_rate_bpm=71))
    assert said(heart_rate.HeartRateDecoder(), heart_rate.MEASUREMENT, payload) == {
        Channel.HEART_RATE: 71.0
    }


def test_intervals_end_one_after_the_other_and_the_last_when_received() -> None:
    beats = heart_rate.HeartRateMeasurement(heart_rate_bpm=60, rr_s=(0.5, 0.25, 1.0))
    slow = (
        heart_rate.HeartRateDecoder()
        .feed(heart_rate.MEASUREMENT, heart_rate.encode(beats), START_NS)
        .slow
    )
    rows = [row for row in slow_rows(slow) if row[2] is Channel.RR_INTERVAL]
    assert [(row[1] - START_NS, row[3]) for row in rows] == [
        (-SECOND * 5 // 4, 0.5),
        (-SECOND, 0.25),
        (0, 1.0),
    ]


def test_a_malformed_packet_is_counted_and_the_next_one_decoded() -> None:
    run = run_of(
        [(START_NS, battery.LEVEL, payload) for payload in (bytes([50]), b"", bytes([49]))]
        + [(START_NS, FOREIGN, b"")]
    )
    samples = battery.BatteryDecoder().decode(run)
    assert samples.malformed == 1
    assert samples.slow.value.tolist() == [50.0, 49.0]
    assert samples.slow.sequence.tolist() == [0, 2]


def thingy_run(rate_hz: int, count: int, *, reply: bool = True) -> Notifications:
    """A connection of a Thingy: the configuration reply, then samples numbered by their x axis."""
    axes = np.zeros((count, 6), np.int16)
    axes[:, 0] = np.arange(count)
    configured = thingy52.encode_configuration(thingy52.MotionConfiguration(rate_hz=rate_hz))
    rows = [(START_NS, thingy52.CONFIGURATION, configured)] if reply else []
    period = SECOND // rate_hz
    rows += [
        (START_NS + number * period, thingy52.RAW, payload)
        for number, payload in enumerate(thingy52.encode_many(axes))
    ]
    return run_of(rows)


@pytest.mark.parametrize("rate_hz", [5, 25, 50, 200])
def test_the_rate_is_learnt_from_the_recorded_reply(rate_hz: int) -> None:
    motion = thingy52.Thingy52Decoder().decode(thingy_run(rate_hz, 400)).motion
    assert motion is not None
    assert motion.scale.rate_hz == rate_hz
    assert motion.axes[:, 0].tolist() == list(range(400))
    assert np.diff(motion.time_ns).tolist() == [SECOND // rate_hz] * 399


def test_samples_of_an_unknown_rate_are_not_guessed_at() -> None:
    decoder = thingy52.Thingy52Decoder()
    assert decoder.decode(thingy_run(50, 10, reply=False)).motion is None
    late = decoder.decode(thingy_run(50, 10)).motion
    assert late is not None
    assert len(late) == 10


def test_a_malformed_motion_sample_is_counted_and_its_neighbours_kept() -> None:
    run = thingy_run(50, 5)
    payload = list(run.payload)
    payload[3] = payload[3][:-1]
    damaged = Notifications(
        sequence=run.sequence,
        received_ns=run.received_ns,
        characteristic=run.characteristic,
        payload=payload,
    )
    samples = thingy52.Thingy52Decoder().decode(damaged)
    assert samples.malformed == 1
    assert samples.motion is not None
    assert samples.motion.axes[:, 0].tolist() == [0, 1, 3, 4]
    assert samples.motion.sequence.tolist() == [1, 2, 4, 5]
