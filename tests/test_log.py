"""`legload log`: what a person says of strength and balance, and what their week makes of it."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from analytics.practice import DETECTED, TrainingSet, set_rows
from analytics.strength import BY_KEY
from dashboard.cli import main
from dashboard.data import open_data
from dashboard.errors import DashboardError
from dashboard.practice import when
from ingest.entries import Entries, Person
from ingest.store import open_store

ROME = ZoneInfo("Europe/Rome")
NOW = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No test reaches the user's own folder."""
    monkeypatch.setenv("LEGLOAD_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def legload(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """Exit code, stdout, stderr."""
    with pytest.raises(SystemExit) as end:
        main(words)
    out, err = capsys.readouterr()
    code = end.value.code
    return (0 if code is None else int(code)), out, " ".join(err.replace("│", " ").split())


def result(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    code, out, err = legload(capsys, *words, "--json")
    assert code == 0, err
    return json.loads(out)


def said(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    code, out, err = legload(capsys, *words)
    assert code == 0, err
    return f"{err} {out}".strip()


def anna(home: Path) -> Person:
    return Entries(home).registry().persons["anna"]


@pytest.fixture
def known(capsys: pytest.CaptureFixture[str]) -> None:
    result(
        capsys, "person", "Anna", "--zone", "Europe/Rome", "--birth-year", "1955", "--mass", "75"
    )


# --- logging ------------------------------------------------------------------------------------


@pytest.mark.usefixtures("known")
def test_sets_are_logged_with_load_leg_and_time(
    capsys: pytest.CaptureFixture[str], home: Path
) -> None:
    words = ("--reps", "5", "--sets", "5", "--load", "60", "--on", "2026-03-18", "--at", "18:00")
    text = said(capsys, "log", "squat", *words)
    assert text == "Logged: squat 5 × 5 with 60 kg on 2026-03-18 18:00."
    logged = result(capsys, "log", "lunge", "--reps", "10", "--leg", "left", "--on", "2026-03-18")
    assert (logged["kind"], logged["exercise"], logged["leg"]) == ("set", "lunge", "left")
    assert logged["timed"] is False
    assert logged["start"] == "2026-03-18T11:00:00Z"  # noon in Rome
    assert [one.start.hour for one in anna(home).logged] == [17, 11]


def test_someone_who_was_never_named_can_log(
    capsys: pytest.CaptureFixture[str], home: Path
) -> None:
    said(capsys, "log", "balance", "--minutes", "10")
    assert Entries(home).registry().persons["me"].name == "Me"


@pytest.mark.usefixtures("known")
def test_the_last_thing_logged_is_taken_back(
    capsys: pytest.CaptureFixture[str], home: Path
) -> None:
    for day in ("2026-03-18", "2026-03-19"):
        said(capsys, "log", "squat", "--reps", "5", "--on", day)
        said(capsys, "log", "balance", "--minutes", "10", "--on", day)
    assert "squat 1 × 5 on 2026-03-18" in said(
        capsys, "log", "squat", "--undo", "--on", "2026-03-18"
    )
    assert "10 min of balance practice on 2026-03-19" in said(capsys, "log", "--undo")
    assert result(capsys, "log", "squat", "--undo")["kind"] == "practice_removed"
    assert len(anna(home).logged) == 1
    code, _, err = legload(capsys, "log", "squat", "--undo")
    assert (code, err) == (1, "Nothing like that was logged. See: legload log --list")


@pytest.mark.usefixtures("known")
def test_a_strength_day_is_confirmed_denied_and_left_to_its_sets(
    capsys: pytest.CaptureFixture[str], home: Path
) -> None:
    day = ("--on", "2026-03-18")
    said(capsys, "log", "strength", *day)
    assert anna(home).strength_days == ((dt.date(2026, 3, 18), True),)
    assert "does not count" in said(capsys, "log", "strength", *day, "--no")
    assert anna(home).strength_days == ((dt.date(2026, 3, 18), False),)
    said(capsys, "log", "strength", *day, "--undo")
    assert anna(home).strength_days == ()


@pytest.mark.usefixtures("known")
def test_a_week_of_practice_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--reps", "5", "--sets", "5", "--load", "60", "--on", "2026-03-18", "--at", "18:00")
    said(capsys, "log", "squat", *words)
    said(capsys, "log", "balance", "--minutes", "10", "--on", "2026-03-17")
    said(capsys, "log", "strength", "--on", "2026-03-22")
    said(capsys, "log", "lunge", "--reps", "10", "--on", "2026-03-23")
    listed = said(capsys, "log", "--list", "2026-W12")
    assert [line.split()[0] for line in listed.splitlines()[1:]] == [
        "2026-03-17",
        "2026-03-18",
        "2026-03-22",
    ]
    assert "5 × 5" in listed
    assert "60 kg" in listed
    week = result(capsys, "log", "--list", "2026-W12")
    assert [len(week[key]) for key in ("sets", "balance", "confirmed")] == [5, 1, 1]
    assert "Nothing is known of 2026-W01." in said(capsys, "log", "--list", "2026-W01")


@pytest.mark.usefixtures("known")
def test_a_day_that_was_logged_stays_that_day_wherever_the_person_moves(
    capsys: pytest.CaptureFixture[str], home: Path
) -> None:
    said(capsys, "log", "squat", "--reps", "30", "--on", "2026-03-16")
    said(capsys, "log", "balance", "--minutes", "10", "--on", "2026-03-16")
    assert [one.date for one in anna(home).logged] == [dt.date(2026, 3, 16)] * 2
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
        said(capsys, "person", "Anna", "--zone", zone)
        listed = said(capsys, "log", "--list", "2026-W12")
        assert [line.split()[0] for line in listed.splitlines()[1:]] == ["2026-03-16"] * 2
        days = {day["date"]: day for day in result(capsys, "week", "2026-W12")["days"]}
        assert days["2026-03-16"]["repetitions"] == 30
        assert days["2026-03-16"]["balance_min"] == 10
    undone = said(capsys, "log", "squat", "--undo", "--on", "2026-03-16")
    assert undone == "Taken back: squat 1 × 30 on 2026-03-16."


# --- a week without points ----------------------------------------------------------------------


@pytest.mark.usefixtures("known")
def test_a_week_without_points_shows_its_values_and_says_why_once(
    capsys: pytest.CaptureFixture[str],
) -> None:
    said(capsys, "log", "squat", "--reps", "30", "--on", "2026-03-18")
    said(capsys, "excuse", "2026-03-16", "2026-03-19", "--why", "travel")
    shown = said(capsys, "week", "2026-W12")
    (line,) = [line for line in shown.splitlines() if line.startswith("Strength days ")]
    assert " 1 day " in line
    assert "not measured: Excused" not in shown
    assert shown.count("ot scored: excused") == 1
    said(capsys, "excuse", "2026-03-16", "2026-03-19", "--undo")
    said(capsys, "person", "Anna", "--no-score")
    shown = " ".join(said(capsys, "week", "2026-W12").split())
    assert shown.count("switched off") == 1
    assert "at least 1 day " in shown


# --- what is refused ----------------------------------------------------------------------------


@pytest.mark.usefixtures("known")
@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["squat"], 2, "Say how many: legload log squat --reps 10"),
        (["balance"], 2, "Say how long: legload log balance --minutes 10"),
        ([], 2, "Say what: legload log squat --reps 10 --sets 3"),
        (["burpee", "--reps", "5"], 2, "'burpee' is no exercise; take one of squat, deadlift"),
        (["squat", "--reps", "0"], 1, "a set has 1 to 1000 repetitions"),
        (["squat", "--reps", "5", "--load", "nan"], 1, "a load of 0 to 500 kg"),
        (["squat", "--reps", "5", "--leg", "middle"], 1, "a leg is left or right"),
        (["squat", "--reps", "5", "--at", "25:00"], 1, "'25:00' is not a time"),
        (["squat", "--reps", "5", "--on", "2199-01-01"], 1, "2199-01-01 is yet to come"),
        (["squat", "--reps", "5", "--no"], 2, "--no goes with strength"),
        (["strength", "--on", "2199-01-01"], 2, "2199-01-01 is yet to come"),
        (["balance", "--minutes", "0"], 1, "balance practice lasts 1 to 600 minutes"),
        (["balance", "--minutes", "0.9"], 1, "balance practice lasts 1 to 600 minutes"),
        (
            ["balance", "--minutes", "9", "--on", "0001-01-01", "--at", "00:00"],
            1,
            "0001-01-01 is too long ago",
        ),
        (["balance", "--minutes", "9", "--on", "0001-01-01"], 1, "0001-01-01 is too long ago"),
        (["--list", "soon"], 1, "“soon” is not an ISO week"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_one_sentence(
    capsys: pytest.CaptureFixture[str], home: Path, words: list[str], code: int, sentence: str
) -> None:
    end, out, err = legload(capsys, "log", *words)
    assert (end, out) == (code, "")
    assert sentence in err
    assert anna(home).logged == ()


def test_an_unknown_exercise_is_answered_with_the_whole_list(
    capsys: pytest.CaptureFixture[str],
) -> None:
    _, _, err = legload(capsys, "log", "plank", "--reps", "5")
    assert all(key in err for key in BY_KEY)


def test_a_time_that_the_clock_shows_twice_or_never_is_resolved_and_said() -> None:
    twice = when(dt.date(2026, 10, 25), "02:30", zone=ROME, now=NOW)
    assert twice[0] == dt.datetime(2026, 10, 25, 0, 30, tzinfo=dt.UTC)
    assert "twice" in twice[2]
    never = when(dt.date(2026, 3, 29), "02:30", zone=ROME, now=NOW)
    assert never[0] == dt.datetime(2026, 3, 29, 1, 30, tzinfo=dt.UTC)
    assert "taken as 03:30" in never[2]


def test_today_is_the_day_of_the_person_and_later_today_is_yet_to_come() -> None:
    late = dt.datetime(2026, 11, 20, 23, 30, tzinfo=dt.UTC)
    assert when(None, None, zone=ROME, now=late)[0].date() == dt.date(2026, 11, 21)
    assert when(None, "13:00", zone=ROME, now=NOW) == (NOW, True, "")
    with pytest.raises(DashboardError, match="yet to come"):
        when(None, "13:01", zone=ROME, now=NOW)


@pytest.mark.parametrize(
    ("words", "note"),
    [
        (["squat", "--reps", "5"], ""),
        (["squat", "--reps", "5", "--load", "60"], "The weight lifted is left out"),
        (["leg-press", "--reps", "5"], "For that give --load, --angle and the body mass."),
        (["calf-raise", "--reps", "5"], "how hard they load the legs is not known."),
    ],
)
def test_what_is_missing_for_the_load_is_said(
    capsys: pytest.CaptureFixture[str], words: list[str], note: str
) -> None:
    code, _, err = legload(capsys, "log", *words)
    assert code == 0
    assert note in err if note else err == ""


# --- the week -----------------------------------------------------------------------------------


@pytest.mark.usefixtures("known")
def test_logged_practice_is_scored_in_its_week(capsys: pytest.CaptureFixture[str]) -> None:
    for day in ("2026-03-17", "2026-03-19"):
        said(capsys, "log", "squat", "--reps", "15", "--sets", "2", "--on", day)
    said(capsys, "log", "balance", "--minutes", "10", "--on", "2026-03-17")
    week = result(capsys, "week", "2026-W12")
    values = {one["key"]: one["value"] for one in week["components"] if one["points"] is not None}
    assert values == {"strength_days": 2, "balance_days": 1}
    assert week["status"] == "at least"
    assert (week["points"], week["points_measurable"]) == (25.0, 35)
    assert [len(week["sets"]), len(week["balance"])] == [4, 1]


@pytest.mark.usefixtures("known")
def test_what_a_leg_sensor_saw_is_listed_and_scored_and_a_log_of_it_adds_nothing(
    capsys: pytest.CaptureFixture[str], home: Path
) -> None:
    start = dt.datetime(2026, 3, 17, 17, tzinfo=dt.UTC)
    seen = TrainingSet(
        start=start,
        end=start + dt.timedelta(minutes=1),
        exercise="squat",
        repetitions=30,
        source=DETECTED,
        sensor="shank",
        quality=0.9,
    )
    with open_store(home, read_only=False) as store:
        rows = set_rows([seen], person="anna", method="2026.4")
        store.replace_sets("shank", start, start + dt.timedelta(hours=1), rows)
    assert "detected by shank" in said(capsys, "log", "--list", "2026-W12")
    said(capsys, "log", "squat", "--reps", "32", "--on", "2026-03-17")
    (only,) = result(capsys, "log", "--list", "2026-W12")["sets"]
    assert (only["source"], only["repetitions"]) == ("logged", 32)
    week = result(capsys, "week", "2026-W12")
    assert {one["key"]: one["value"] for one in week["components"]}["strength_days"] == 1
    assert [one["repetitions"] for one in week["sets"]] == [32]


@pytest.mark.usefixtures("known")
def test_weeks_of_logs_alone_are_listed(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    said(capsys, "log", "squat", "--reps", "5", "--on", "2026-03-17")
    assert "2026-W12" in open_data(home).weeks("anna")


def test_facts_for_practice_and_heart_rate_are_kept_and_flow_into_scoring(
    capsys: pytest.CaptureFixture[str], home: Path
) -> None:
    (person,) = result(
        capsys, "person", "Anna", "--hr-rest", "55", "--hr-max", "160", "--logs-strength"
    )
    assert (person["hr_rest"], person["logs_strength"], person["logs_balance"]) == (55, True, False)
    assert open_data(home)._facts("anna").hr_rest == 55
    (person,) = result(capsys, "person", "Anna", "--no-logs-strength", "--targets", "default")
    assert (person["hr_rest"], person["logs_strength"]) == (55, False)
    assert person["targets"] == "default"
    assert "HR rest" in said(capsys, "person")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--hr-rest", "100", "--hr-max", "90"], "is not below a maximum of 90"),
        (["--hr-rest", "5"], "--hr-rest"),
        (["--targets", "nothing"], "There is no target set “nothing”"),
    ],
)
def test_facts_that_cannot_be_are_refused(
    capsys: pytest.CaptureFixture[str], words: list[str], sentence: str
) -> None:
    code, _, err = legload(capsys, "person", "Anna", *words)
    assert code != 0
    assert sentence in err
