"""The motion clock: jitter, batches, loss, gaps and a crystal that is off."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.motion_clock import GAP_S, MotionClock, _lower_envelope
from devices.profile import Int64s

START_NS = 1_700_000_000_000_000_000
MS = 1_000_000
MOST_NS = 100 * MS


Delivery = Callable[[Int64s, np.random.Generator], Int64s]


def taken(rate_hz: float, count: int) -> Int64s:
    """True instants of a sensor of exactly this rate."""
    instants: Int64s = START_NS + np.rint(np.arange(count) * 1e9 / rate_hz).astype(np.int64)
    return instants


def batched(true: Int64s, rng: np.random.Generator) -> Int64s:
    """Delivered in batches, each when the next connection event comes."""
    every = int(rng.integers(20, 101)) * MS
    offset = int(rng.integers(0, every))
    return -((offset - true) // every) * every + offset


def hurried(true: Int64s, rng: np.random.Generator) -> Int64s:
    """Delayed by 15 ms on average, in order."""
    delays = np.minimum(rng.exponential(15 * MS, len(true)), MOST_NS)
    return np.maximum.accumulate(true + delays.astype(np.int64))


def jittered(true: Int64s, rng: np.random.Generator) -> Int64s:
    """Delayed by anything from 0 to 100 ms, in order: worse than any radio."""
    return np.maximum.accumulate(true + rng.integers(0, MOST_NS, len(true)))


increments = st.lists(
    st.sampled_from((0, 1, 3 * MS, 20 * MS, 21 * MS, 100 * MS, 499 * MS, 600 * MS, -5 * MS)),
    min_size=1,
    max_size=400,
)


@given(steps=increments, rate_hz=st.sampled_from((1.0, 5.0, 50.0)), data=st.data())
def test_splitting_a_run_anywhere_gives_the_same_instants_to_the_nanosecond(
    steps: list[int], rate_hz: float, data: st.DataObject
) -> None:
    received = START_NS + np.cumsum(np.array(steps, np.int64))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(received)), max_size=6)))
    clock = MotionClock(rate_hz)
    pieces = [clock.instants(part) for part in np.split(received, cuts)]
    assert np.concatenate(pieces).tolist() == MotionClock(rate_hz).instants(received).tolist()


@given(seed=st.integers(0, 2**32), rate_hz=st.sampled_from((25, 50, 100)))
def test_a_long_run_split_at_random_gives_the_same_instants(seed: int, rate_hz: int) -> None:
    rng = np.random.default_rng(seed)
    received = jittered(taken(rate_hz * 1.01, 3000), rng)
    cuts = np.sort(rng.integers(0, 3000, 40))
    clock = MotionClock(rate_hz)
    pieces = [clock.instants(part) for part in np.split(received, cuts)]
    assert np.array_equal(np.concatenate(pieces), MotionClock(rate_hz).instants(received))


@given(steps=st.lists(st.integers(0, 700 * MS), min_size=1, max_size=300))
def test_instants_strictly_increase_whatever_is_received(steps: list[int]) -> None:
    received = START_NS + np.cumsum(np.array(steps, np.int64))
    assert np.all(np.diff(MotionClock(50).instants(received)) > 0)


@pytest.mark.parametrize(
    ("delivered", "periods", "moved_ms"),
    [(batched, 1.0, 0.0), (hurried, 0.0, 6.0), (jittered, 0.0, 35.0)],
)
@given(
    seed=st.integers(0, 2**32),
    rate_hz=st.sampled_from((25, 50, 100)),
    off=st.sampled_from((0.99, 1.0, 1.01)),
)
def test_jitter_and_batches_of_up_to_100_ms_move_instants_little(
    delivered: Delivery, periods: float, moved_ms: float, seed: int, rate_hz: int, off: float
) -> None:
    true = taken(rate_hz * off, rate_hz * 40)
    found = MotionClock(rate_hz).instants(delivered(true, np.random.default_rng(seed)))
    late_ms = ((found - true) / MS)[rate_hz * 10 :]
    assert np.abs(late_ms - np.median(late_ms)).max() < moved_ms + periods * 1000 / rate_hz
    spacing = np.diff(found)[rate_hz * 10 :] * rate_hz * off / 1e9
    assert spacing.min() > 0.7
    assert spacing.max() < 1.3


@pytest.mark.parametrize("off", [0.95, 0.99, 1.01, 1.05])
def test_a_crystal_that_is_off_does_not_drift(off: float) -> None:
    true = taken(50 * off, 50 * 600)
    late_ms = (MotionClock(50).instants(true) - true) / MS
    assert np.abs(late_ms).max() < 140
    assert np.abs(late_ms[50 * 20 :]).max() < 0.01


def test_a_perfect_radio_is_believed_to_the_nanosecond() -> None:
    true = taken(50, 5000)
    assert MotionClock(50).instants(true).tolist() == true.tolist()


def test_one_lost_sample_shifts_three_seconds_by_a_period_at_most() -> None:
    true = np.delete(taken(50, 3000), 1000)
    late_ms = (MotionClock(50).instants(true) - true) / MS
    assert np.all(late_ms[:1000] == 0)
    assert late_ms[1000:].min() >= -20
    assert np.abs(late_ms[1000 + 50 * 3 :]).max() < 3  # caught up; the fitted period still leans
    assert np.all(late_ms[1000 + 50 * 20 :] == 0)


def test_a_few_percent_lost_are_followed() -> None:
    kept = np.random.default_rng(3).random(6000) >= 0.03
    true = taken(50, 6000)[kept]
    late_ms = (MotionClock(50).instants(true) - true) / MS
    assert np.abs(late_ms).max() < 200


def test_a_batch_100_ms_late_does_not_restart_the_clock() -> None:
    true = taken(50, 1000)
    received = true.copy()
    received[500:505] = true[505]
    assert MotionClock(50).instants(received).tolist() == true.tolist()


def test_a_gap_restarts_the_clock_at_the_first_sample_after_it() -> None:
    true = taken(50, 600)
    true[300:] += round(GAP_S * 1e9) + 7 * MS
    found = MotionClock(50).instants(true)
    assert found.tolist() == true.tolist()


def test_receive_times_that_step_back_restart_the_clock() -> None:
    true = taken(50, 600)
    true[300:] -= 3_600_000_000_000
    assert MotionClock(50).instants(true).tolist() == true.tolist()


def test_a_slow_sensor_is_not_one_gap_after_another() -> None:
    true = taken(2, 100)
    rng = np.random.default_rng(5)
    found = MotionClock(2).instants(hurried(true, rng))
    assert np.abs((found - true)[20:] / MS).max() < 60


def test_no_sample_gives_no_instant() -> None:
    assert MotionClock(50).instants(np.empty(0, np.int64)).tolist() == []


@given(
    received=st.lists(st.integers(0, 10**6), min_size=8, max_size=8),
    periods=st.tuples(st.integers(0, 1000), st.integers(0, 1000)),
)
def test_the_lower_envelope_is_the_least_of_the_last_window(
    received: list[int], periods: tuple[int, int]
) -> None:
    before = np.array([[10**12] * 4, received[:4]])
    blocks = np.array([received[:4], received[4:]])
    found = _lower_envelope(before, blocks, np.array(periods)).ravel().tolist()
    for sample, instant in enumerate(found):
        window = range(max(0, sample - 3), sample + 1)
        period = periods[sample // 4]
        assert instant == min(received[j] + (sample - j) * period for j in window)
