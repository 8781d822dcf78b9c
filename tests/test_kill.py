"""kill -9 at any moment: nothing acknowledged is lost, nothing is stored twice.

`LEGLOAD_KILLS=200 pytest tests/test_kill.py` or `python benchmarks/kill.py --kills 200` run longer.
"""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from ingest.loader import load
from ingest.recording import recording_path
from tests.kill_trials import RATE_HZ, header_of, kill_loaders, kill_recorders
from tests.recorded import contents

KILLS = int(os.environ.get("LEGLOAD_KILLS", "6"))

pytestmark = pytest.mark.skipif(os.name != "posix", reason="kill -9")


def test_a_killed_recorder_loses_at_most_the_second_that_was_not_flushed(tmp_path: Path) -> None:
    figures = kill_recorders(tmp_path / "recorders", KILLS, random.Random(1))
    assert figures.acknowledged > KILLS * RATE_HZ
    assert figures.acknowledged_lost == 0
    assert figures.wrong == 0
    assert figures.most_lost <= 2 * RATE_HZ  # the second being flushed and the one that fills up


def test_what_a_killed_recorder_left_is_loaded(tmp_path: Path) -> None:
    kill_recorders(tmp_path / "recorders", 1, random.Random(2))
    path = recording_path(tmp_path / "home", header_of(0))
    path.parent.mkdir(parents=True)
    (tmp_path / "recorders" / "k0.legrec").rename(path)
    summary = load(tmp_path / "home")
    assert summary.problems == ()
    distances = [
        value for *_, name, value in contents(tmp_path / "home")["sample"] if name == "distance_m"
    ]
    assert sorted(distances) == [row / 10 for row in range(summary.rows)]


def test_killed_loaders_leave_each_sample_in_the_store_exactly_once(tmp_path: Path) -> None:
    figures = kill_loaders(tmp_path, KILLS, random.Random(3))
    assert figures.during_load > 0
    assert figures.samples > KILLS * 100
    assert (figures.missing, figures.repeated) == (0, 0)
