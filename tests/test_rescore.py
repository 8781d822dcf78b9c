"""Weeks kept as they were scored, and what a rescore says of them."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from analytics.frames import METHOD
from dashboard.cli import main
from dashboard.refresh import refresh
from dashboard.rescoring import kept_weeks, rescore
from ingest.entries import Entries, Excused, PersonSet
from ingest.store import open_store
from tests.test_refresh import MONDAY, introduce, write_morning

WEEK = "2026-W47"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    introduce(tmp_path)
    write_morning(tmp_path, motion=False)
    refresh(tmp_path)
    return tmp_path


def said(home: Path, capsys: pytest.CaptureFixture[str], *words: str) -> str:
    capsys.readouterr()
    with pytest.raises(SystemExit) as end:
        main(["--home", str(home), *words])
    assert end.value.code in (0, None)
    return capsys.readouterr().out


def age(home: Path, change: str) -> None:
    """Change what is kept, as an older method would have left it."""
    with open_store(home, read_only=False) as store:
        store._rows(f"UPDATE week SET {change}")


def test_a_week_that_has_ended_is_kept_when_its_minutes_are_computed(home: Path) -> None:
    with open_store(home) as store:
        kept = store.kept_weeks()
    assert kept.select("person", "week", "method").rows() == [("ada", WEEK, METHOD)]
    assert kept["points"].item() is not None


def test_the_week_that_runs_is_not_kept(tmp_path: Path) -> None:
    introduce(tmp_path)
    write_morning(tmp_path, motion=False, days=8)  # the eighth is the Monday of this week
    refresh(tmp_path)
    monday = dt.datetime.now(dt.UTC).date() - dt.timedelta(days=dt.datetime.now(dt.UTC).weekday())
    with open_store(tmp_path) as store:
        kept = store.kept_weeks()["week"].to_list()
    assert f"{monday:%G-W%V}" not in kept


def test_nothing_moves_where_nothing_changed(home: Path) -> None:
    ((one,), _) = rescore(home, kept_weeks(home))
    assert one.before == one.after
    assert not one.changed


def test_an_older_method_is_what_a_week_is_compared_with(home: Path) -> None:
    age(home, "method = '2026.1', points = points - 3")
    refresh(home)
    ((one,), _) = rescore(home, kept_weeks(home))
    assert one.before is not None
    assert one.after.points is not None
    assert one.before.method == "2026.1"
    assert one.before.points == pytest.approx(one.after.points - 3)
    assert one.changed
    ((again,), _) = rescore(home, kept_weeks(home))
    assert again.before == one.before


def test_an_excused_week_moves_to_no_points(home: Path) -> None:
    start = MONDAY.date()
    Entries(home).append(
        Excused(
            at=MONDAY, person="ada", start=start, end=start + dt.timedelta(days=6), why="surgery"
        )
    )
    ((one,), _) = rescore(home, kept_weeks(home))
    assert one.after.points is None
    assert one.after.status == "excused"
    assert one.changed


def test_the_command_prints_what_moved_and_from_what(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    age(home, "method = '2026.1', points = points - 3")
    text = " ".join(said(home, capsys, "rescore").split())
    assert "1 week scored again, 1 moved." in text
    assert "2026.1" in text
    document = json.loads(said(home, capsys, "rescore", "--json"))
    assert document["weeks"][0]["week"] == WEEK


def test_the_command_says_what_a_person_said_meanwhile_moved(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said(home, capsys, "excuse", "2026-11-16", "2026-11-22", "--why", "surgery")
    text = " ".join(said(home, capsys, "rescore").split())
    assert "1 week scored again, 1 moved." in text
    assert "what is known" in text
    assert "0 moved" in said(home, capsys, "rescore")


def test_a_week_whose_target_set_is_gone_is_left_as_it_was_and_named(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Entries(home).append(PersonSet(at=MONDAY, person="ada", targets="gone"))
    with pytest.raises(SystemExit) as end:
        main(["--home", str(home), "rescore"])
    assert end.value.code == 1
    assert "There is no target set “gone”" in capsys.readouterr().err
    with open_store(home) as store:
        assert len(store.kept_weeks()) == 1


def test_an_empty_home_has_no_weeks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert said(tmp_path, capsys, "rescore").strip() == "0 weeks scored again, 0 moved."
