"""What a person says on the pages reaches the entries, and what cannot be meant is refused."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from dashboard.data import Data, open_data
from dashboard.errors import DashboardError
from dashboard.facts import zones
from ingest.entries import Entries

TODAY = dt.datetime.now(dt.UTC).date()
LAST_WEEK = TODAY - dt.timedelta(days=7)


@pytest.fixture
def data(tmp_path: Path) -> Data:
    opened = open_data(tmp_path)
    opened.introduce("me")
    opened.set_facts("me", replace(opened.facts("me"), zone="Europe/Rome"))
    return opened


def test_sets_and_balance_are_logged_and_the_last_is_taken_back(data: Data) -> None:
    said = data.log_set("me", "squat", 5, sets=5, load_kg=60.0, on=LAST_WEEK, at="18:00")
    assert said.startswith(f"Logged: squat 5 × 5 with 60 kg on {LAST_WEEK} 18:00.")
    assert "say it under My data" in said  # the body mass is not known
    assert data.log_balance("me", 10.0, on=LAST_WEEK) == (
        f"Logged: 10 min of balance practice on {LAST_WEEK}."
    )
    assert data.log_set("me", "leg-press", 5, on=LAST_WEEK).endswith(
        "For that it takes load, angle and mass."
    )
    data.undo_logged("me")
    assert data.undo_logged("me") == f"Taken back: 10 min of balance practice on {LAST_WEEK}."
    (left,) = data.known("me").logged
    assert left.start.tzinfo is not None
    data.undo_logged("me")
    with pytest.raises(DashboardError, match="Nothing was logged"):
        data.undo_logged("me")


def test_a_set_that_nobody_can_have_done_is_refused_in_one_sentence(data: Data) -> None:
    with pytest.raises(DashboardError, match="1 to 1000 repetitions"):
        data.log_set("me", "squat", 0)
    with pytest.raises(DashboardError, match="yet to come"):
        data.log_set("me", "squat", 5, on=TODAY + dt.timedelta(days=3))
    with pytest.raises(DashboardError, match="not a time"):
        data.log_balance("me", 10.0, at="six")
    with pytest.raises(DashboardError, match=r"too long ago\. Choose a later day"):
        data.log_balance("me", 10.0, on=dt.date(1870, 1, 1))
    with pytest.raises(DashboardError, match=r"yet to come\. Choose an earlier time or day"):
        data.log_balance("me", 10.0, on=TODAY, at="23:59")
    assert data.known("me").logged == ()


def test_a_strength_day_is_confirmed_denied_and_left_to_its_sets(data: Data) -> None:
    for counts, kept in ((True, ((LAST_WEEK, True),)), (False, ((LAST_WEEK, False),)), (None, ())):
        data.confirm_strength("me", LAST_WEEK, counts)
        assert data.known("me").strength_days == kept
    with pytest.raises(DashboardError, match="yet to come"):
        data.confirm_strength("me", TODAY + dt.timedelta(days=3), counts=True)


def test_days_are_excused_one_by_one_and_count_again(data: Data) -> None:
    days = [LAST_WEEK, LAST_WEEK + dt.timedelta(days=2)]
    data.excuse("me", days, "travel")
    assert data.known("me").excused == tuple((day, "travel") for day in days)
    data.excuse("me", days[:1], None)
    assert data.known("me").excused == ((days[1], "travel"),)


def test_facts_are_said_once_and_can_be_unsaid(data: Data) -> None:
    facts = replace(data.facts("me"), birth_year=1956, hr_rest=58, hr_max=160, logs_balance=True)
    size = Entries(data.home).size()
    assert data.set_facts("me", facts)
    assert not data.set_facts("me", facts)
    assert data.facts("me") == facts
    assert data.set_facts("me", replace(facts, birth_year=None))
    assert data.known("me").birth_year is None
    assert Entries(data.home).size() > size


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"birth_year": 1800}, "A birth year is 1900 to"),
        ({"birth_year": TODAY.year + 1}, "A birth year is 1900 to"),
        ({"sex": "x"}, "female or male"),
        ({"hr_rest": 10}, "A heart rate at rest is 20 to 150"),
        ({"hr_max": 300}, "A highest heart rate is 80 to 240"),
        ({"hr_rest": 100, "hr_max": 90}, "is not below a highest of 90"),
        ({"wakes": "07:00"}, "two different times"),
        ({"wakes": "07:00", "sleeps": "07:00"}, "two different times"),
    ],
)
def test_a_fact_that_cannot_be_is_refused_by_name(
    data: Data, wrong: dict[str, object], said: str
) -> None:
    before = data.facts("me")
    with pytest.raises(DashboardError, match=said):
        data.set_facts("me", replace(before, **wrong))  # type: ignore[arg-type]
    assert data.facts("me") == before


def test_a_body_mass_is_dated_and_within_bounds(data: Data) -> None:
    data.set_mass("me", 82.5, LAST_WEEK)
    data.set_mass("me", 81.0, TODAY)
    assert data.known("me").masses == ((LAST_WEEK, 82.5), (TODAY, 81.0))
    with pytest.raises(DashboardError, match="20 to 400 kg, not 5"):
        data.set_mass("me", 5.0, TODAY)
    with pytest.raises(DashboardError, match="yet to come"):
        data.set_mass("me", 80.0, TODAY + dt.timedelta(days=3))


def test_waking_hours_reach_the_score(data: Data) -> None:
    data.set_facts("me", replace(data.facts("me"), wakes="15:00", sleeps="08:00"))
    assert (data.known("me").wakes, data.known("me").sleeps) == ("15:00", "08:00")


def test_every_zone_that_can_be_chosen_is_known(data: Data) -> None:
    assert "Europe/Rome" in zones()
    assert "UTC" in zones()
    with pytest.raises(DashboardError, match="is not known"):
        data.set_facts("me", replace(data.facts("me"), zone="US/Pacific-New"))


def test_a_day_without_a_recording_has_no_minutes(data: Data) -> None:
    assert data.minutes("me", LAST_WEEK).is_empty()
    data.log_set("me", "squat", 10, on=LAST_WEEK, at="18:00")
    (minute,) = data.minutes("me", LAST_WEEK).to_dicts()
    assert (minute["date"], minute["loaded"], minute["steps_sensor"]) == (LAST_WEEK, True, None)


def test_target_sets_are_listed_with_the_default_first(data: Data) -> None:
    assert data.target_sets() == ["default"]
