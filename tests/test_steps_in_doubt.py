"""Doubtful swings: a small rise counts where the rhythm lacks a stride, and nowhere else."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.gait.rhythm import outweigh
from analytics.gait.strides import WEIGHING

PAUSE_S = 3.0
CLEAR, DOUBTFUL, FEEBLE = 200.0, 20.0, 9.0


def taken(swings: dict[float, float]) -> list[float]:
    """Instants taken of {instant: rise}."""
    time_s = np.array(sorted(swings))
    rise = np.array([swings[at] for at in time_s.tolist()])
    return list(time_s[outweigh(time_s, rise, PAUSE_S, WEIGHING)].tolist())


def walk(*without: float) -> dict[float, float]:
    """Ten clear swings, 1.1 s apart, but for those left out by their number."""
    return {1.1 * i: CLEAR for i in range(10) if i not in without}


def test_a_doubtful_swing_counts_where_a_stride_is_missing() -> None:
    swings = walk(5) | {5.5: DOUBTFUL}
    assert taken(swings) == sorted(swings)


@pytest.mark.parametrize("at", [5.9, 6.05, 6.2])
def test_a_doubtful_swing_between_two_strides_does_not_count(at: float) -> None:
    assert taken(walk() | {at: DOUBTFUL}) == sorted(walk())


def test_what_hardly_rises_does_not_count_even_in_rhythm() -> None:
    assert taken(walk(5) | {5.5: FEEBLE}) == sorted(walk(5))


def test_of_two_doubtful_swings_for_one_stride_the_one_in_time_counts() -> None:
    found = taken(walk(5) | {5.0: DOUBTFUL, 5.55: DOUBTFUL})
    assert found == sorted(walk(5) | {5.55: DOUBTFUL})


@pytest.mark.parametrize("count", [1, 2, 3, 9])
def test_doubtful_swings_alone_do_not_count(count: int) -> None:
    assert taken({0.9 * i: DOUBTFUL + i / 10 for i in range(count)}) == []


def test_nothing_is_taken_of_nothing() -> None:
    assert taken({}) == []


@given(
    far=st.lists(st.tuples(st.floats(20.0, 60.0), st.floats(9.0, 300.0)), max_size=20),
    near=st.lists(st.tuples(st.floats(0.0, 10.0), st.floats(9.0, 300.0)), max_size=6),
)
def test_what_happens_beyond_a_pause_changes_nothing(
    far: list[tuple[float, float]], near: list[tuple[float, float]]
) -> None:
    alone = taken(walk() | dict(near))
    assert [at for at in taken(walk() | dict(near) | dict(far)) if at < 15.0] == alone
