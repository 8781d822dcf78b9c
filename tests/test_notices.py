"""Notices: the ladder of unloaded days, and what a sensor should be asked about."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from typing import Any

import pytest

from analytics import claims, notices, quality
from analytics.merge import merge_minutes
from analytics.protocol import default_protocol
from analytics.week import Day, Notice, SensorUse
from tests.synthetic_minutes import ANNA, MONDAY, POD, STRAP, at, bout, frame, minute

PROTOCOL = default_protocol()
U, L, INVALID, EXCUSED = "ulie"


def day(number: int, kind: str) -> Day:
    """A day before or in the week: u(nloaded), l(oaded), i(nvalid), e(xcused)."""
    return Day(
        date=MONDAY + dt.timedelta(days=number),
        hours=24.0,
        recorded=True,
        excused=kind == EXCUSED,
        valid=kind != INVALID,
        future=False,
        wear_h=12.0,
        observed_h=12.0,
        steps=0.0,
        lld=0.0,
        credit=0.0,
        loaded_min=0.0,
        aerobic_min=0.0,
        peak30_spm=None,
        unloaded={U: True, L: False}.get(kind),
    )


def ladder(before: str, week: str) -> list[Notice]:
    kinds = before + week
    days = [day(number - len(before), kind) for number, kind in enumerate(kinds)]
    return notices.unloaded_notice(days, since=MONDAY, protocol=PROTOCOL)


@pytest.mark.parametrize(
    ("before", "week", "key"),
    [
        ("", "lulllll", None),
        ("", "uulllll", "unloaded-2"),
        ("", "uuuulll", "unloaded-2"),
        ("", "luuuuul", "unloaded-5"),
        ("u", "ullllll", "unloaded-2"),
        ("uuuu", "ullllll", "unloaded-5"),
        ("uuuuuuuuuuuuu", "ullllll", "unloaded-14"),
        ("uuuuu", "lllllll", None),
        ("", "uiullll", None),
        ("", "ueullll", None),
        ("uu", "iulllll", None),
        ("", "uuluuuu", "unloaded-2"),
        ("", "", None),
    ],
)
def test_the_ladder_follows_runs_across_weeks_and_the_unknown_ends_them(
    before: str, week: str, key: str | None
) -> None:
    said = ladder(before, week)
    assert [notice.key for notice in said] == ([key] if key else [])


def test_a_rung_says_how_many_days_and_cites_its_studies() -> None:
    (bed_rest,) = ladder("", "luuuuuu")
    assert bed_rest.text.startswith("6 days in a row")
    assert "complete rest" in bed_rest.text
    assert "Wall 2014" in bed_rest.source
    (steps,) = ladder("u" * 14, "ull")
    assert "Krogh-Madsen 2010" in steps.source
    assert ladder("", "uu")[0].level == "remind"


@pytest.mark.parametrize(
    ("before", "week", "ends"),
    [
        ("", "uu", True),
        ("u", "u", True),
        ("", "uul", False),
        ("", "luuuull", False),
        ("", "llllluu", False),
        ("", "uui", False),
        ("", "uuluu", True),
        ("", "uuulu", False),
    ],
)
def test_only_a_run_that_still_goes_on_can_be_ended_today(
    before: str, week: str, ends: bool
) -> None:
    (said,) = ladder(before, week)
    assert said.text.endswith("A walk today ends the run.") is ends


def test_no_sentence_promises_treats_or_diagnoses() -> None:
    words = re.compile(
        r"diagnos|disease|patient|treat|prevent|cure|dementia|brain score|grows? neurons|70 %"
        r"|28 days|medical|risk",
        re.IGNORECASE,
    )
    said = [*ladder("", "uu"), *ladder("", "uuuuu"), *ladder("u" * 14, "u")]
    said += notices.age_notice(replace(ANNA, birth_year=None), date=MONDAY, protocol=PROTOCOL)
    texts = [notice.text for notice in said]
    texts += [claims.DISCLAIMER, claims.DOSE_CAVEAT, claims.NOT_FOR]
    assert len(texts) == 7
    assert not [text for text in texts if words.search(text)]


def test_the_disclaimer_is_the_sentence_that_may_be_said() -> None:
    assert claims.DISCLAIMER.startswith("Inspired by a mouse study in which unloading the hind")
    assert "does not show what leg exercise does to a person's brain" in claims.DISCLAIMER


@pytest.mark.parametrize(("percent", "said"), [(20.0, 1), (21.0, 0), (None, 0), (0.0, 1)])
def test_a_low_battery_is_said_once(percent: float | None, said: int) -> None:
    use = SensorUse(
        sensor="pod",
        title="Foot pod",
        placement="left foot",
        observed_h=1.0,
        continuous=False,
        battery_percent=percent,
    )
    assert len(list(notices.battery_notices([use], protocol=PROTOCOL))) == said


def test_an_unknown_age_is_said_with_what_was_assumed() -> None:
    assert notices.age_notice(ANNA, date=MONDAY, protocol=PROTOCOL) == []
    (said,) = notices.age_notice(replace(ANNA, birth_year=None), date=MONDAY, protocol=PROTOCOL)
    assert "7,000" in said.text


def keys(rows: list[dict[str, Any]]) -> list[str]:
    made = quality.quality_notices(frame(rows), titles={"pod": "Foot pod"}, protocol=PROTOCOL)
    return [notice.key for notice in made]


def test_a_session_with_holes_has_low_coverage_and_a_whole_one_has_not() -> None:
    whole = bout(at(0, 9), 30, **POD, steps=100.0)
    holes = [row for number, row in enumerate(whole) if number % 4]
    assert keys(whole) == []
    assert keys(holes) == ["coverage-pod"]


def test_the_partial_minutes_at_both_ends_of_a_session_are_no_holes() -> None:
    edges = {**POD, "observed_s": 3.0}
    session = [
        minute(at(0, 9), **edges, steps=5.0),
        minute(at(0, 9 + 1 / 60), **POD, steps=100.0),
        minute(at(0, 9 + 2 / 60), **edges, steps=5.0),
    ]
    assert keys(session) == []


def test_two_sessions_and_the_hours_between_are_no_hole() -> None:
    assert keys([*bout(at(0, 9), 5, **POD), *bout(at(0, 17), 5, **POD)]) == []


def test_a_sensor_worn_all_day_has_low_coverage_only_of_the_time_it_was_worn() -> None:
    holes = [row for n, row in enumerate(bout(at(0, 9), 30)) if n % 4]
    off = bout(at(0, 12), 60, worn=False, observed_s=6.0)
    assert keys(holes) == ["coverage-imu"]
    assert keys(bout(at(0, 9), 30, observed_s=6.0)) == ["coverage-imu"]
    assert keys([*bout(at(0, 9), 30), *off]) == []
    (notice,) = quality.quality_notices(frame(holes), titles={}, protocol=PROTOCOL)
    assert "of the time it was worn" in notice.text


@pytest.mark.parametrize(
    ("speed", "steps", "said"),
    [
        (1.4, 110.0, []),
        (1.4, 55.0, ["counts-pod"]),
        (1.4, 220.0, ["counts-pod"]),
        (3.0, 165.0, []),
        (3.0, 82.5, ["counts-pod"]),
        (3.0, 330.0, ["counts-pod"]),
        (1.0, 95.0, []),
    ],
)
def test_speed_and_cadence_must_agree(speed: float, steps: float, said: list[str]) -> None:
    foot = {**POD, "confidence": "medium"}
    assert keys(bout(at(0, 9), 20, **foot, steps=steps, speed_mps=speed)) == said


def test_a_walker_who_often_stops_is_not_taken_for_a_wrong_setting() -> None:
    going = bout(at(0, 9), 5, **POD, steps=110.0, speed_mps=1.4)
    stopping = bout(at(0, 9 + 5 / 60), 25, **POD, steps=50.0, speed_mps=1.4)
    assert keys([*going, *stopping]) == []


def test_which_way_a_count_is_wrong_is_said() -> None:
    rows = bout(at(0, 9), 20, **POD, steps=220.0, speed_mps=1.4)
    (said,) = quality.quality_notices(frame(rows), titles={"pod": "Foot pod"}, protocol=PROTOCOL)
    assert said.text.startswith("Foot pod seems to count steps, but it is set to strides")


def test_a_strap_without_steps_is_not_asked_about_them() -> None:
    assert keys(bout(at(0, 9), 20, **STRAP, heart_rate_bpm=100.0)) == []


def blind(share: float, other: float = 0.0) -> list[str]:
    """Notices where the right sensor counts a third of the left in that share of 100 minutes, and
    the left of the right in another."""
    left = bout(at(0, 9), 100, steps=100.0)
    right = bout(at(0, 9), 100, sensor="imu-r", placement="right-shank", steps=100.0)
    for row in right[: int(100 * share)]:
        row |= {"steps": 33.0, "force_bw": 18.0}
    for row in left[100 - int(100 * other) :]:
        row |= {"steps": 33.0, "force_bw": 18.0}
    merged = merge_minutes(frame([*left, *right]), person=ANNA, date=MONDAY, protocol=PROTOCOL)
    return [f"{one.key} {one.text}" for one in quality.blind_notice(merged.collect(), titles={})]


def test_a_leg_sensor_that_counts_less_is_named_where_that_is_often() -> None:
    assert blind(0.10) == []
    (said,) = blind(0.11)
    assert said.startswith("blind-imu-r imu-r counted")


def test_a_blind_sensor_answers_for_its_own_minutes_only() -> None:
    assert blind(0.08, 0.06) == []
    (said,) = blind(0.20, 0.10)
    assert said.startswith("blind-imu-r")
    assert "in 20% of the loaded minutes" in said
    assert [said.split()[0] for said in blind(0.20, 0.15)] == ["blind-imu", "blind-imu-r"]
