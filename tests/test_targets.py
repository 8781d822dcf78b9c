"""A clinic's own target set: copied, changed, checked, chosen."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from analytics.protocol import ProtocolError, default_protocol
from dashboard.cli import main
from dashboard.errors import DashboardError
from dashboard.targets import copy_targets, load_targets, target_sets


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
