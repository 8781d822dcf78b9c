"""The store is told to catch up when there is something to load, and not for every page."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from dashboard.freshening import LEAST_S, Freshener
from ingest.entries import Entries, PersonSet
from tests.recorded import pod_recording


class Trial:
    """A freshener whose clock the test turns, and how often it loaded."""

    def __init__(self, home: Path) -> None:
        self.now_s, self.loads = 100.0, 0
        self.freshener = Freshener(home, start=self._load, now_s=lambda: self.now_s)

    def _load(self) -> None:
        self.loads += 1

    def later(self, seconds: float) -> bool:
        self.now_s += seconds
        return self.freshener.look()


def test_the_first_page_of_a_program_loads_what_was_recorded_before_it(tmp_path: Path) -> None:
    assert Trial(tmp_path).later(0.0)


def test_nothing_is_loaded_where_nothing_grew(tmp_path: Path) -> None:
    pod_recording(tmp_path)
    trial = Trial(tmp_path)
    assert trial.later(0.0)
    assert not any(trial.later(LEAST_S) for _ in range(5))
    assert trial.loads == 1


def test_a_recording_that_grew_is_loaded(tmp_path: Path) -> None:
    path = pod_recording(tmp_path)
    trial = Trial(tmp_path)
    trial.later(0.0)
    path.write_bytes(path.read_bytes() + b"more")
    assert trial.later(LEAST_S)


def test_what_somebody_said_is_loaded(tmp_path: Path) -> None:
    trial = Trial(tmp_path)
    trial.later(0.0)
    at = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    Entries(tmp_path).append(PersonSet(at=at, person="ada", name="Ada"))
    assert trial.later(LEAST_S)


def test_pages_that_are_turned_fast_load_once(tmp_path: Path) -> None:
    trial = Trial(tmp_path)
    for number in range(4):
        pod_recording(tmp_path, f"pod{number}")
        trial.later(LEAST_S / 8)
    assert trial.loads == 1
    assert trial.later(LEAST_S)
