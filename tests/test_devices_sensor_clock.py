"""The clock of sensors that stamp their frames: spacing is theirs, receive times only place it."""

from __future__ import annotations

import itertools
from typing import Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.profile import Int64s
from devices.sensor_clock import JUMP_NS, LATE_NS, STALL_NS, WINDOW_NS, SensorClock

UTC_NS = 1_700_000_000_000_000_000
ZERO_NS = 599_616_000_000_000_000  # a Polar that was never set
MS = 1_000_000
SECOND = 1_000_000_000
RATE = 52
FRAME = 36

Stamped = Literal["first", "last"]
Frames = tuple[Int64s, Int64s, Int64s]
"""Stamps, counts, receive times."""


def taken(many: int, ppm: float = 0.0) -> Int64s:
    """Instants (ns after the first) of the samples of a sensor whose crystal is off."""
    return np.rint(np.arange(many) * SECOND / RATE * (1 + ppm / 1e6)).astype(np.int64)


def sent(frames: int, delays: Int64s, *, stamped: Stamped = "last", ppm: float = 0.0) -> Frames:
    """Frames of a sensor whose clock runs true to UTC but for `ppm`, each late by a delay."""
    samples = taken(frames * FRAME).reshape(frames, FRAME)
    own = np.rint(samples * (1 + ppm / 1e6)).astype(np.int64)
    received = np.maximum.accumulate(UTC_NS + samples[:, -1] + delays)
    stamps = own[:, -1 if stamped == "last" else 0]
    return ZERO_NS + stamps, np.full(frames, FRAME), received


def jitter(frames: int, seed: int = 1, most_ms: int = 100) -> Int64s:
    return np.random.default_rng(seed).integers(0, most_ms * MS, frames)


def placed(clock: SensorClock, frames: Frames) -> Int64s:
    kept, instants = clock.instants(*frames)
    assert len(instants) == frames[1][kept].sum()
    return instants


def only(frames: Frames, rows: slice | list[int]) -> Frames:
    stamps, counts, received = frames
    return stamps[rows], counts[rows], received[rows]


@pytest.mark.parametrize("stamped", ["first", "last"])
@given(seed=st.integers(0, 2**32))
def test_delays_of_up_to_100_ms_change_no_interval_by_more_than_a_thousandth(
    stamped: Stamped, seed: int
) -> None:
    frames = sent(300, jitter(300, seed), stamped=stamped)
    found = placed(SensorClock(RATE, stamped), frames)
    spacing = np.diff(found) * RATE / SECOND
    inside = spacing.reshape(-1) if stamped == "last" else np.delete(spacing, slice(35, None, 36))
    assert np.abs(inside - 1).max() < 1.1 / 1024
    assert np.abs(spacing - 1).max() < 1.1 * FRAME / 1024  # where a frame stamped first begins


def test_instants_settle_on_the_least_delay_and_stay_there() -> None:
    delays = jitter(1000, seed=4)
    delays[0] = 100 * MS
    found = placed(SensorClock(RATE, "last"), sent(1000, delays))
    late_ms = (found - UTC_NS - taken(len(found))) / MS
    assert late_ms[0] == 100
    assert late_ms[len(late_ms) // 5 :].max() < 15
    assert late_ms.min() > -0.001


@pytest.mark.parametrize("ppm", [-200, -30, 0, 30, 200])
def test_a_crystal_that_is_off_is_followed(ppm: float) -> None:
    frames = sent(2000, np.zeros(2000, np.int64), ppm=ppm)
    found = placed(SensorClock(RATE, "last"), frames)
    late_ms = (found - UTC_NS - taken(len(found))) / MS
    assert np.abs(late_ms).max() < 15  # the window lags by 64 s of drift


@pytest.mark.parametrize("stamped", ["first", "last"])
@given(
    steps=st.lists(
        st.sampled_from((0, 1, 690, 692, 700, 1400, 4000, 70_000, -692, -8000, 10**9)),
        max_size=40,
    ),
    delays=st.lists(st.sampled_from((0, 5, 90, 2000, 40_000)), min_size=40, max_size=40),
    data=st.data(),
)
def test_splitting_anywhere_gives_the_same_instants_to_the_nanosecond(
    stamped: Stamped, steps: list[int], delays: list[int], data: st.DataObject
) -> None:
    stamps = ZERO_NS + np.cumsum(np.array(steps, np.int64)) * MS
    received = UTC_NS + np.cumsum(np.array(delays[: len(steps)], np.int64)) * MS
    counts = np.array([1 + row % 40 for row in range(len(steps))], np.int64)
    frames = stamps, counts, received
    cuts = sorted(data.draw(st.lists(st.integers(0, len(steps)), max_size=6)))
    whole, split = SensorClock(RATE, stamped), SensorClock(RATE, stamped)
    kept, instants = whole.instants(*frames)
    pieces = [
        split.instants(*only(frames, slice(a, b)))
        for a, b in itertools.pairwise([0, *cuts, len(steps)])
    ]
    assert np.concatenate([piece[0] for piece in pieces]).tolist() == kept.tolist()
    assert np.concatenate([piece[1] for piece in pieces]).tolist() == instants.tolist()
    assert (whole.repeated, whole.late, whole.restarts) == (
        split.repeated,
        split.late,
        split.restarts,
    )
    assert np.all(np.diff(instants) > 0)


def test_a_repeated_frame_is_left_out_and_counted() -> None:
    frames = sent(20, np.zeros(20, np.int64))
    clock = SensorClock(RATE, "last")
    kept, instants = clock.instants(*only(frames, [*range(10), 9, 9, *range(10, 20)]))
    assert np.flatnonzero(~kept).tolist() == [10, 11]
    assert instants.tolist() == placed(SensorClock(RATE, "last"), frames).tolist()
    assert (clock.repeated, clock.late, clock.restarts) == (2, 0, 0)


def test_a_frame_that_was_overtaken_is_left_out_and_counted() -> None:
    frames = sent(20, np.zeros(20, np.int64))
    swapped = [*range(9), 10, 9, *range(11, 20)]
    stamps, counts, _ = only(frames, swapped)
    received = frames[2].copy()
    received[9] = received[10]
    clock = SensorClock(RATE, "last")
    kept, instants = clock.instants(stamps, counts, received)
    assert np.flatnonzero(~kept).tolist() == [10]
    assert (clock.repeated, clock.late, clock.restarts) == (0, 1, 0)
    whole = placed(SensorClock(RATE, "last"), frames)
    assert np.abs(instants - np.delete(whole, slice(9 * FRAME, 10 * FRAME))).max() < 2000


def test_a_lost_frame_leaves_a_hole_of_its_length_and_no_more() -> None:
    frames = sent(20, np.zeros(20, np.int64))
    found = placed(SensorClock(RATE, "last"), only(frames, [*range(9), *range(10, 20)]))
    whole = placed(SensorClock(RATE, "last"), frames)
    assert np.abs(found - np.delete(whole, slice(9 * FRAME, 10 * FRAME))).max() < 2000


def test_a_stalled_radio_that_delivers_all_at_once_changes_nothing() -> None:
    frames = sent(60, np.zeros(60, np.int64))
    stalled = frames[2].copy()
    stalled[30:37] = stalled[36]
    found = placed(SensorClock(RATE, "last"), (*frames[:2], stalled))
    assert found.tolist() == placed(SensorClock(RATE, "last"), frames).tolist()


@pytest.mark.parametrize(
    "moved_ns",
    [-LATE_NS - SECOND, -ZERO_NS, JUMP_NS + SECOND, WINDOW_NS, 8 * 365 * 86400 * SECOND],
)
def test_a_sensor_whose_clock_is_set_restarts_and_stays_in_step_with_utc(moved_ns: int) -> None:
    stamps, counts, received = sent(40, np.zeros(40, np.int64))
    stamps = stamps.copy()
    stamps[20:] += moved_ns
    clock = SensorClock(RATE, "last")
    found = placed(clock, (stamps, counts, received))
    assert clock.restarts == 1
    assert np.abs(found - UTC_NS - taken(len(found))).max() < 2000


def test_a_link_that_was_away_for_longer_than_any_link_lives_restarts() -> None:
    stamps, counts, received = sent(40, np.zeros(40, np.int64))
    received = received.copy()
    received[20:] += STALL_NS + SECOND
    clock = SensorClock(RATE, "last")
    found = placed(clock, (stamps, counts, received))
    assert clock.restarts == 1
    assert found[-1] == received[-1]


def test_receive_times_that_step_back_restart_in_the_past() -> None:
    frames = sent(10, np.zeros(10, np.int64))
    stamps, counts, received = sent(20, np.zeros(20, np.int64))
    clock = SensorClock(RATE, "last")
    placed(clock, frames)
    hour = 3600 * SECOND
    found = placed(clock, (stamps[10:], counts[10:], received[10:] - hour))
    assert clock.restarts == 1
    assert found[-1] == received[-1] - hour


def test_the_first_frame_is_spread_at_the_nominal_rate() -> None:
    frames = sent(1, np.zeros(1, np.int64))
    found = placed(SensorClock(RATE, "last"), frames)
    assert found[-1] == frames[2][0]
    assert np.abs(np.diff(found) - SECOND / RATE).max() <= 1


def test_no_frame_gives_no_instant() -> None:
    none = np.empty(0, np.int64)
    kept, instants = SensorClock(RATE, "last").instants(none, none, none)
    assert (len(kept), len(instants)) == (0, 0)


@pytest.mark.parametrize("times", [1.2, 1.5, 2.0])
def test_no_sample_is_dated_after_it_arrived_however_fast_the_clock_runs(times: float) -> None:
    stamp_ns, counts, received_ns = sent(2000, jitter(2000))
    clock = SensorClock(RATE, "last")
    kept, instants = clock.instants((stamp_ns * times).astype(np.int64), counts, received_ns)
    arrived = np.repeat(received_ns[kept], counts[kept])
    assert (instants - arrived).max() < 2 * SECOND
    assert (np.diff(instants) > 0).all()
