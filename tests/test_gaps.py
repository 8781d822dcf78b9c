"""Silent stretches of a stream as intervals."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from ingest.gaps import silences, union, without

spans = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=8)


def seconds(found: list[tuple[int, int]]) -> set[int]:
    return {second for start, end in found for second in range(start, end)}


@given(spans)
def test_a_union_covers_the_same_seconds_in_order_and_apart(given_: list[tuple[int, int]]) -> None:
    found = union(given_)
    assert seconds(found) == seconds(given_)
    assert all(one[1] < other[0] for one, other in itertools.pairwise(found))


@given(spans, spans)
def test_what_is_taken_is_left_out_to_the_second(
    given_: list[tuple[int, int]], taken: list[tuple[int, int]]
) -> None:
    assert seconds(without(given_, taken)) == seconds(given_) - seconds(taken)


def test_a_silence_that_two_connections_noted_is_one_but_for_when_all_was_lost() -> None:
    noted = [("s", "Foot pod", 10, 40), ("s", "Foot pod", 10, 90), ("t", "Foot pod", 0, 9)]
    assert silences(noted, [("s", 40, 45), ("u", 0, 100)]) == [
        ("s", 10, 40, "Foot pod was silent"),
        ("s", 45, 90, "Foot pod was silent"),
        ("t", 0, 9, "Foot pod was silent"),
    ]
