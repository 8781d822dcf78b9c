"""A clinic's own target set: copied, changed, checked, chosen."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path

import pytest

from analytics.frames import SensorMinutes
from analytics.protocol import ProtocolError, default_protocol
from analytics.score import week_report
from dashboard.cli import main
from dashboard.errors import DashboardError
from dashboard.targets import copy_targets, load_targets, target_sets
from tests.synthetic_minutes import ANNA


def said(arguments: list[str], home: Path) -> int:
    with pytest.raises(SystemExit) as end:
        main(["--home", str(home), *arguments])
    return int(end.value.code or 0)


def test_a_copy_of_the_default_scores_as_the_default_does(tmp_path: Path) -> None:
    path = copy_targets(tmp_path, "my-clinic")
    own = load_targets(tmp_path, "my-clinic")
    assert own.name == "my-clinic 1.0.0"
    assert own.components == default_protocol().components
    assert path.stat().st_mode & 0o077 == 0
    assert list(target_sets(tmp_path)) == ["default", "my-clinic"]


@pytest.mark.parametrize("key", ["", "default", "../up", "Clinic", "a" * 41, "a b"])
def test_a_key_that_cannot_be_a_file_s_name_is_refused(tmp_path: Path, key: str) -> None:
    with pytest.raises(DashboardError, match="cannot be the key"):
        copy_targets(tmp_path, key)


def test_a_copy_never_overwrites(tmp_path: Path) -> None:
    path = copy_targets(tmp_path, "mine")
    path.write_text("changed")
    with pytest.raises(DashboardError, match="already"):
        copy_targets(tmp_path, "mine")
    assert path.read_text() == "changed"


def test_a_set_that_is_not_there_names_those_that_are(tmp_path: Path) -> None:
    copy_targets(tmp_path, "mine")
    with pytest.raises(DashboardError, match="known: default, mine"):
        load_targets(tmp_path, "yours")


def test_a_wrong_value_names_the_file_and_the_key(tmp_path: Path) -> None:
    path = copy_targets(tmp_path, "mine")
    path.write_text(path.read_text().replace("target = 150 ", "target = -1 "))
    with pytest.raises(ProtocolError, match=r"mine\.toml.*components\.aerobic_min\.target"):
        load_targets(tmp_path, "mine")


NONSENSE = [
    ("complete_days = 7 ", "complete_days = 0 ", "week.complete_days"),
    ("partial_days = 4 ", "partial_days = 0 ", "week.partial_days"),
    ("complete_days = 7 ", "complete_days = 3 ", "week.partial_days"),
    ("excused_days = 4 ", "excused_days = 0 ", "week.excused_days"),
    ("valid_wear_h = 10 ", "valid_wear_h = 0 ", "days.valid_wear_h"),
    ("valid_wear_h = 10 ", "valid_wear_h = 17 ", "days.valid_wear_h"),
    ("unloaded_lld = 1500 ", "unloaded_lld = inf ", "days.unloaded_lld"),
    ("low_coverage = 0.8 ", "low_coverage = nan ", "notices.low_coverage"),
    ("steps = [1.0, 0.8", "steps = [nan, 0.8", "components.unloaded_run_days.steps"),
    ("vigorous_mets = 6.0 ", "vigorous_mets = 3.0 ", "intensity.moderate_mets"),
    ("vigorous_spm = 130 ", "vigorous_spm = 90 ", "intensity.moderate_spm"),
    ("vigorous_hr_max = 0.77", "vigorous_hr_max = 0.5", "intensity.moderate_hr_max"),
    ("vigorous_hr_reserve = 0.60", "vigorous_hr_reserve = 0.4", "intensity.moderate_hr_reserve"),
    ("target = 2 ", "target = 8 ", "components.strength_days.target"),
    ("floor = 60 ", "floor = 100 ", "components.peak30_spm.floor"),
    ("target = 100 ", "target = 100\ntarget_60 = 50 ", "components.peak30_spm.floor"),
    ("floor = 0.5 ", "floor = 0 ", "components.lld_days.floor"),
    ("floor = 0.5 ", "floor = 2 ", "components.lld_days.floor"),
    ('version = "1.0.0"', 'version = ""', "version"),
    ('version = "1.0.0"', 'version = "1\\n2"', "version"),
    ('version = "1.0.0"', f'version = "{"1" * 41}"', "version"),
    ('key = "mine"', 'key = ""', "key"),
    ("points = 0\n", "points = 5\n", "components"),
]


@pytest.mark.parametrize(("old", "new", "key"), NONSENSE)
def test_a_rule_that_no_week_can_follow_is_refused_by_its_key(
    tmp_path: Path, old: str, new: str, key: str
) -> None:
    path = copy_targets(tmp_path, "mine")
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(ProtocolError, match=re.escape(f"`{key}")):
        load_targets(tmp_path, "mine")


def test_points_that_nobody_under_65_can_earn_are_refused(tmp_path: Path) -> None:
    path = copy_targets(tmp_path, "mine")
    text = path.read_text().replace("points = 0\n", "points = 10\n")
    path.write_text(text.replace("points = 25\n", "points = 15\n"))
    with pytest.raises(ProtocolError, match=r"balance_days\.points"):
        load_targets(tmp_path, "mine")


def test_a_file_that_nests_without_end_is_one_sentence_and_hides_no_other(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy_targets(tmp_path, "mine")
    copy_targets(tmp_path, "deep").write_text("key = " + "[" * 10_000)
    with pytest.raises(ProtocolError, match="nested too deeply"):
        load_targets(tmp_path, "deep")
    assert said(["targets"], tmp_path) == 0
    listed = capsys.readouterr().out
    assert "mine 1.0.0" in listed
    assert "deep" in listed


def test_a_file_whose_name_cannot_be_shown_hides_no_other(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy_targets(tmp_path, "mine").with_name("a\nb.toml").write_text("")
    assert list(target_sets(tmp_path)) == ["default", "mine"]
    assert said(["targets"], tmp_path) == 0
    assert "mine 1.0.0" in capsys.readouterr().out


def test_a_file_where_the_folder_should_be_is_told_as_such(tmp_path: Path) -> None:
    (tmp_path / "protocols").write_text("")
    with pytest.raises(DashboardError, match="is a file"):
        copy_targets(tmp_path, "mine")


def test_a_renamed_file_is_told_from_a_set_of_that_name(tmp_path: Path) -> None:
    path = copy_targets(tmp_path, "mine")
    path.rename(path.with_name("yours.toml"))
    with pytest.raises(DashboardError, match=r"yours\.toml says that its key is “mine”"):
        load_targets(tmp_path, "yours")


def test_the_command_copies_chooses_and_lists(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert said(["targets", "--copy", "mine"], tmp_path) == 0
    assert said(["targets", "--use", "mine"], tmp_path) == 0
    capsys.readouterr()
    assert said(["targets", "--json"], tmp_path) == 0
    rows = {row["name"]: row for row in json.loads(capsys.readouterr().out)}
    assert rows["mine 1.0.0"]["persons"] == "Me"
    assert rows[default_protocol().name]["persons"] == ""


def test_a_broken_set_cannot_be_chosen_and_is_listed_with_its_fault(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy_targets(tmp_path, "mine").write_text("key = ")
    assert said(["targets", "--use", "mine"], tmp_path) == 1
    assert "mine.toml cannot be used" in capsys.readouterr().err
    assert said(["targets"], tmp_path) == 0
    assert "cannot be used" in " ".join(capsys.readouterr().out.split())


def test_two_wishes_at_once_are_one_too_many(tmp_path: Path) -> None:
    assert said(["targets", "--copy", "a", "--use", "a"], tmp_path) == 2


def test_an_own_target_borrows_no_study(tmp_path: Path) -> None:
    path = copy_targets(tmp_path, "mine")
    path.write_text(path.read_text().replace("target = 2  ", "target = 3  "))
    report = week_report(
        SensorMinutes.create_empty().lazy(),
        person=ANNA,
        week="2026-W40",
        now=dt.datetime(2026, 11, 1, tzinfo=dt.UTC),
        excused=(),
        protocol=load_targets(tmp_path, "mine"),
    )
    lines = {line.key: line for line in report.components}
    assert lines["strength_days"].evidence == "D"
    assert lines["strength_days"].source.startswith("own target of the set mine")
    assert lines["aerobic_min"].evidence == "A"
