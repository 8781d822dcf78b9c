"""Pair, record, load and score a pod that shares no code with us: over HCI, in real time."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from dashboard.cli import main
from ingest.store import open_store

POD = Path(__file__).with_name("pod.py")
NOW = dt.datetime.now(dt.UTC)
AROUND = (NOW - dt.timedelta(days=1), NOW + dt.timedelta(days=1))


@pytest.fixture
def radio() -> Iterator[str]:
    """The radio that reaches a running pod: 58 strides a minute at 1.5 m/s, ten times a second."""
    options = ["--interval", "0.1", "--cadence", "58", "--speed", "1.5", "--serial", "A7"]
    with subprocess.Popen(
        [sys.executable, str(POD), "--port", "0", *options], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        yield f"hci:tcp-client:{process.stdout.readline().split()[-1]}"
        process.kill()


def test_a_foreign_pod_is_paired_recorded_and_scored(
    radio: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def legload(*words: str) -> Any:
        with pytest.raises(SystemExit) as end:
            main([*words, "--home", str(tmp_path), "--radio", radio, "--json"])
        out, err = capsys.readouterr()
        assert end.value.code in (0, None), err
        return json.loads(out)

    (seen,) = legload("scan", "--for", "1s")
    assert (seen["name"], seen["profiles"]) == ("Pod", ["rsc"])
    sensor = legload("pair", seen["address"], "--placement", "left-foot", "--yes")["sensor"]
    assert legload("record", "--for", "4s")["rows"] > 20

    with open_store(tmp_path) as store:
        samples = store.slow(sensor, *AROUND)
        minutes = store.minutes("me", *AROUND)
    cadence = samples.filter(pl.col("channel") == "cadence_sent_per_min")["value"]
    assert set(cadence) == {58.0}
    observed_s, steps, force_bw = minutes.select("observed_s", "steps", "force_bw").sum().row(0)
    assert 1.0 < observed_s < 6.0
    assert steps == pytest.approx(observed_s / 60 * 2 * 58, rel=0.01)
    walking_bw = 0.9 + 0.2 * 1.5
    assert force_bw == pytest.approx(steps / 2 * walking_bw, rel=0.01)
    week = legload("week")
    assert week["status"] == "so far"
    assert next(c for c in week["components"] if c["key"] == "lld")["at_least"] is True
