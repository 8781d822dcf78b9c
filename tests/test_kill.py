"""kill -9 at any moment: nothing acknowledged is lost, nothing is stored twice.

`LEGLOAD_KILLS=200 pytest tests/test_kill.py` or `python benchmarks/kill.py --kills 200` run longer.
"""

from __future__ import annotations

import os
import random
import subprocess
import time
from pathlib import Path

import pytest

from dashboard.cli import main
from dashboard.processes import command
from devices import thingy52
from ingest.control import ask
from ingest.errors import IngestError
from ingest.loader import load
from ingest.recording import Kind, read_recording, recording_path, recording_paths
from tests.kill_trials import RATE_HZ, header_of, kill_loaders, kill_recorders
from tests.recorded import contents, know

STALL_S = 0.3  # what a shared computer may take to flush and to kill
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
    know(tmp_path / "home", "pod")
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


def test_a_killed_collector_loses_at_most_the_last_second(tmp_path: Path) -> None:
    home = tmp_path / "home"
    words = ["pair", "D0:1E:61:0A:D0:03", "--placement", "left-shank", "--yes"]
    with pytest.raises(SystemExit):
        main([*words, "--home", str(home), "--radio", "virtual"])
    for kills in range(1, 3):
        with subprocess.Popen(
            command(home, "record", radio="virtual"),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as collector:
            wait_for_notifications(home, 60 * kills)
            killed_ns = time.time_ns()
            collector.kill()
        recording = read_recording(recording_paths(home)[-1])
        raw = recording.header.index(thingy52.RAW)
        heard = (recording.rows.kind == Kind.NOTIFICATION) & (recording.rows.characteristic == raw)
        assert heard.sum() > 0
        lost_s = (killed_ns - recording.rows.utc_ns[heard][-1]) / 1e9
        assert lost_s <= 1.0 + STALL_S
    assert load(home).problems == ()


def wait_for_notifications(home: Path, count: int) -> None:
    """Ask the collector until its sensor has sent that many."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            sensors = ask(home, "status")["sensors"]
        except IngestError:
            continue
        if sensors and sensors[0]["notifications"] >= count:
            return
    raise AssertionError("the collector heard nothing")
