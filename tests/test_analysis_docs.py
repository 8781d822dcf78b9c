"""The code in `docs/recordings-layout.md` and `docs/analysis.md` runs and gives what they say."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from analytics.exercise.repetitions import REPETITIONS
from analytics.exercise.tally import SETS
from analytics.gait.bouts import BOUTS
from analytics.gait.climb import CLIMBS
from analytics.gait.posture import POSTURES
from analytics.gait.stances import STANCES
from analytics.gait.steps import EVENTS
from analytics.validation.placements import PLACES
from analytics.validation.silence import MOVING, SILENT
from analytics.validation.tasks import CLASS, TASKS
from devices.profile import Placement
from tests.test_cli import home as home
from tests.test_cli import legload

DOCS = Path(__file__).parent.parent / "docs"
ANALYSIS, LAYOUT = (
    (DOCS / name).read_text(encoding="utf-8") for name in ("analysis.md", "recordings-layout.md")
)
WORN = [place for place in Placement if place.worn]


def ran(*pages: str) -> dict[str, Any]:
    """What the code of the pages leaves behind, run in the folder one is in."""
    left: dict[str, Any] = {}
    for page in pages:
        for block in re.findall(r"```python\n(.*?)```", page, re.DOTALL):
            exec(block, left)
    return left


def test_the_code_of_the_page_gives_the_frames_that_it_describes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    left = ran(LAYOUT, ANALYSIS)
    said = {
        "steps": EVENTS, "stances": STANCES, "climbs": CLIMBS, "bouts": BOUTS, "rests": BOUTS,
        "postures": POSTURES, "repetitions": REPETITIONS, "given": REPETITIONS, "sets": SETS,
    }  # fmt: skip
    for name, columns in said.items():
        assert list(left[name].columns) == list(columns), name
    words = set(re.findall(r"`(\w+)`", ANALYSIS))
    assert {column for columns in said.values() for column in columns} <= words
    assert left["steps"]["steps"].sum() == 24.0
    assert left["climbs"]["climb"].unique().to_list() == ["level"]
    assert (left["stances"]["quality"] == "clear").mean() > 0.8
    assert left["bouts"].select("kind", "steps").rows() == [("walk", 24.0)]
    assert not left["rests"].is_empty()


def test_the_example_of_the_layout_is_measured_without_a_complaint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    ran(LAYOUT)
    code, out, err = legload(capsys, "validate", ".", "--json")
    assert code == 0, err
    found = json.loads(out)
    assert found["problems"] == []
    assert {row["task"] for row in found["results"]} == {"strides", "contacts"}
    assert found["results"][0]["figures"]["f1"] == 1.0


def test_the_layout_names_every_word_that_is_understood() -> None:
    words = set(re.findall(r"`([^`]+)`", LAYOUT))
    assert set(PLACES) | {str(place) for place in WORN} <= words
    assert words >= MOVING | SILENT
    kinds = {kind for task in TASKS for kind in task.kinds if kind != CLASS}
    spelt = {kind.removesuffix("_in_wb").rstrip("s").replace("situp", "sit-up") for kind in kinds}
    assert spelt <= words
    for placement in WORN:
        assert f"`{placement}`" in ANALYSIS
