"""Steps become bouts, and the seconds between them rests."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from analytics.gait.bouts import BOUTS, find_bouts, find_rests, with_kind
from analytics.gait.stances import STANCES


def strides(
    start_s: float, count: int, *, stride_s: float = 1.0, running: bool = False,
    cycling: bool = False,
) -> pl.DataFrame:  # fmt: skip
    """Rows as of find_stances, evenly spaced."""
    at = start_s + stride_s * np.arange(count)
    return pl.DataFrame(
        {"time_s": at, "stride_s": at, "steps": 2.0, "cadence_spm": 120.0 / stride_s,
         "running": running, "cycling": cycling, "quality": "clear"}
    ).select(
        (pl.col(name) if name in ("time_s", "stride_s", "steps", "cadence_spm", "running",
                                  "cycling", "quality") else pl.lit(None).alias(name)).cast(kind)
        for name, kind in STANCES.items()
    )  # fmt: skip


def seconds(spans: list[tuple[int, int, str]]) -> pl.DataFrame:
    rows = [(float(s), posture) for start, end, posture in spans for s in range(start, end)]
    return pl.DataFrame(rows, schema=["start_s", "posture"], orient="row").with_columns(
        pl.lit(0.0).alias("tilt_deg")
    )


def test_a_pause_of_three_seconds_stays_in_a_bout_and_a_longer_one_ends_it() -> None:
    rows = pl.concat([strides(0.0, 6), strides(8.0, 6), strides(16.5, 6)])
    bouts = find_bouts(rows)
    assert bouts["kind"].to_list() == ["walk", "walk"]
    assert bouts["steps"].to_list() == [24.0, 12.0]
    assert bouts["start_s"].to_list() == pytest.approx([-0.5, 16.0])
    assert bouts["end_s"].to_list() == pytest.approx([13.5, 22.0])


def test_fewer_than_eight_steps_are_no_bout() -> None:
    assert find_bouts(strides(0.0, 3)).is_empty()
    assert len(find_bouts(strides(0.0, 4))) == 1


def test_a_walk_that_becomes_a_run_is_two_bouts() -> None:
    rows = pl.concat([strides(0.0, 20), strides(20.0, 20, stride_s=0.7, running=True)])
    bouts = find_bouts(rows)
    assert bouts["kind"].to_list() == ["walk", "run"]
    assert bouts["steps"].sum() == 80.0
    assert bouts["cadence_spm"].to_list() == pytest.approx([120.0, 171.4], abs=0.1)


def test_one_odd_stride_splits_no_bout() -> None:
    rows = pl.concat([strides(0.0, 10), strides(10.0, 1, running=True), strides(11.0, 10)])
    assert find_bouts(rows)["kind"].to_list() == ["walk"]


def test_pedalling_is_a_bout_of_its_own_and_no_walk() -> None:
    rows = pl.concat([strides(0.0, 10), strides(20.0, 60, stride_s=0.75, cycling=True)])
    assert find_bouts(rows)["kind"].to_list() == ["walk", "cycle"]


def test_every_step_keeps_its_row_and_gains_a_bout() -> None:
    rows = pl.concat([strides(0.0, 10), strides(20.0, 2)])
    marked = with_kind(rows)
    assert len(marked) == 12
    assert marked["bout"].to_list() == [0] * 10 + [1] * 2


def test_a_bout_that_has_closed_is_not_changed_by_what_follows() -> None:
    early = strides(0.0, 12)
    later = pl.concat([early, strides(15.0, 30, stride_s=0.7, running=True)])
    assert find_bouts(later)[0].equals(find_bouts(early))


def test_no_steps_give_no_bouts_of_the_same_columns() -> None:
    bouts = find_bouts(strides(0.0, 0))
    assert bouts.is_empty()
    assert dict(bouts.schema) == {name: kind() for name, kind in BOUTS.items()}


def test_a_rest_lies_outside_bouts_and_within_what_was_seen() -> None:
    bouts = find_bouts(strides(20.5, 10))
    postures = seconds([(0, 12, "sit"), (12, 40, "stand"), (43, 50, "stand"), (50, 53, "sit")])
    rests = find_rests(postures, bouts)
    assert rests.select("kind", "start_s", "end_s").rows() == [
        ("sit", 0.0, 12.0),
        ("stand", 12.0, 20.0),
        ("stand", 30.0, 40.0),
        ("stand", 43.0, 50.0),
    ]
    assert rests.schema == bouts.schema


def test_unknown_seconds_are_no_rest() -> None:
    postures = seconds([(0, 4, "sit"), (4, 9, "unknown"), (9, 13, "sit")])
    assert find_rests(postures, find_bouts(strides(0.0, 0))).is_empty()
