"""A week's score: statuses, bounds, components, and what may never change a number."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics import calendar
from analytics.errors import AnalyticsError
from analytics.frames import METHOD
from analytics.merge import merge_minutes
from analytics.metrics import METRICS
from analytics.person import PersonFacts
from analytics.practice import BalanceSession, Practice, TrainingSet
from analytics.protocol import ProtocolError, Targets, default_protocol, load_protocol
from analytics.score import data_hash, report_range, week_report
from analytics.week import Component, Status, WeekReport
from dashboard.wording.advice import line_advice
from tests.synthetic_minutes import (
    AFTER,
    ANNA,
    MONDAY,
    POD,
    STRAP,
    WEEK,
    at,
    bout,
    frame,
    minute,
    worn_day,
)

UTC_ANNA = replace(ANNA, zone="UTC")
PROTOCOL = default_protocol()
Rows = list[dict[str, Any]]


def report_of(
    rows: Sequence[dict[str, Any]],
    *,
    person: PersonFacts = UTC_ANNA,
    week: str = WEEK,
    now: dt.datetime = AFTER,
    excused: Collection[dt.date] = (),
) -> WeekReport:
    return week_report(
        frame(rows), person=person, week=week, now=now, excused=excused, protocol=PROTOCOL
    )


def line(report: WeekReport, key: str) -> Component:
    return next(component for component in report.components if component.key == key)


def credits_of(report: WeekReport) -> dict[str, float | None]:
    return {component.key: component.credit for component in report.components}


def worn_week(days: int, *, walk: int = 40, spm: float = 100.0) -> Rows:
    return [row for day in range(days) for row in worn_day(day, walk=walk, spm=spm)]


# --- a whole week -------------------------------------------------------------------------------


def test_a_complete_week_scores_every_line_it_can_measure() -> None:
    report = report_of(worn_week(7))
    assert (report.status, report.valid_days, report.at_least) == (Status.COMPLETE, 7, False)
    assert line(report, "aerobic_min").value == 280
    assert line(report, "lld").value == pytest.approx(4000)
    assert line(report, "loaded_min").value == 40
    assert line(report, "peak30_spm").value == pytest.approx(100)
    assert credits_of(report) == {
        "aerobic_min": 1.0,
        "strength_days": None,
        "lld": pytest.approx(0.5),
        "loaded_min": pytest.approx(40 / 60),
        "peak30_spm": 1.0,
        "unloaded_run_days": 1.0,
        "lld_days": 1.0,
        "balance_days": None,
    }
    expected = 25 + 10 + 10 * 40 / 60 + 10 + 10 + 5
    assert report.points == pytest.approx(expected)
    assert report.points_measurable == 80
    assert report.headline == "67 of 80 points"


def test_the_report_says_by_what_it_was_made() -> None:
    report = report_of(worn_week(7))
    assert (report.method, report.protocol) == (METHOD, "default 1.1.0")
    assert (report.start, report.end) == (MONDAY, MONDAY + dt.timedelta(days=7))
    assert report.target_lld == 8000
    assert "mouse study" in report.disclaimer
    assert len(report.data_hash) == 64


def test_points_and_targets_change_with_age_and_an_unknown_age_is_said() -> None:
    old = report_of(worn_week(7), person=replace(UTC_ANNA, birth_year=1950))
    assert [component.points_max for component in old.components] == [20, 20, 20, 10, 5, 5, 5, 15]
    assert old.target_lld == 7000
    unknown = report_of(worn_week(7), person=replace(UTC_ANNA, birth_year=None))
    assert [c.points_max for c in unknown.components] == [25, 20, 20, 10, 10, 10, 5, 0]
    assert unknown.target_lld == 7000
    assert "age-unknown" in {notice.key for notice in unknown.notices}
    sixty = report_of(worn_week(7), person=replace(UTC_ANNA, birth_year=1966))
    assert (sixty.target_lld, line(sixty, "aerobic_min").points_max) == (7000, 25)


def test_a_long_day_buys_no_other() -> None:
    report = report_of([*worn_day(0, walk=600), *worn_week(7, walk=0)[12 * 60 :]])
    assert line(report, "lld").value == pytest.approx(60_000 / 7)
    assert line(report, "lld").credit == pytest.approx(1 / 7)
    assert line(report, "lld_days").credit == pytest.approx(1 / 7 * 7 / 5)


def test_a_vigorous_minute_counts_twice() -> None:
    aerobic = line(report_of(worn_week(7, walk=10, spm=135.0)), "aerobic_min")
    assert aerobic.value == 140
    assert aerobic.credit == pytest.approx(140 / 150)


def test_dose_trusted_little_says_so() -> None:
    assert line(report_of(worn_week(7)), "lld").confidence == "low"
    feet = [
        row
        for day in range(7)
        for row in bout(at(day, 8), 40, **POD, steps=100.0, confidence="medium")
    ]
    dose = line(report_of([*worn_week(7, walk=0), *feet]), "lld")
    assert (dose.confidence, "±15 %" in dose.note) == ("medium", True)


@pytest.mark.parametrize(
    ("quiet", "run", "credit"),
    [
        (set(), 0, 1.0),
        ({2}, 1, 0.8),
        ({2, 3}, 2, 0.5),
        ({0, 2, 3, 6}, 2, 0.5),
        ({1, 2, 3}, 3, 0.25),
        ({1, 2, 3, 4, 5}, 5, 0.0),
    ],
)
def test_the_longest_unloaded_run_earns_by_its_length(
    quiet: set[int], run: int, credit: float
) -> None:
    rows = [row for d in range(7) for row in worn_day(d, walk=0 if d in quiet else 40)]
    measured = line(report_of(rows), "unloaded_run_days")
    assert (measured.value, measured.credit) == (run, credit)


# --- missing data -------------------------------------------------------------------------------


def test_five_valid_days_are_a_partial_week_with_means_and_a_range() -> None:
    report = report_of(worn_week(5))
    assert (report.status, report.valid_days, report.at_least) == (Status.PARTIAL, 5, False)
    dose = line(report, "lld")
    assert dose.value == pytest.approx(4000)
    assert dose.low == pytest.approx(5 * 4000 / 7)
    assert dose.high == pytest.approx((5 * 4000 + 2 * 8000) / 7)
    assert dose.coverage == pytest.approx(5 / 7)
    assert line(report, "aerobic_min").value == 200
    days = line(report, "lld_days")
    assert (days.value, days.low, days.high, days.credit) == (5, 5, 7, 1.0)
    run = line(report, "unloaded_run_days")
    assert (run.value, run.low, run.high) == (0, 0, 2)


def test_a_ride_of_unknown_load_and_not_the_wear_is_why_no_run_is_measured() -> None:
    ride = {"sensor": "bike", "placement": "bike", "continuous": False, "worn": None}
    turned = {"machine": "bike", "steps": None, "assisted_cycles": 90.0}
    rows = [row for day in range(7) for row in bout(at(day, 21), 20, **ride, **turned)]
    run = line(report_of([*worn_week(7, walk=5), *rows]), "unloaded_run_days")
    assert run.value is None
    assert run.note == (
        "Not measured: no day is known to have been unloaded or not. "
        "A machine's load is left out: it needs power to be known."
    )


def test_a_missing_day_that_is_known_to_be_loaded_widens_no_run() -> None:
    session = bout(at(5, 9), 30, **POD, steps=100.0)
    run = line(report_of([*worn_week(5), *session]), "unloaded_run_days")
    assert (run.value, run.low, run.high) == (0, 0, 1)


def test_days_with_half_the_dose_are_a_share_of_the_days_that_count() -> None:
    rows = [row for day in range(6) for row in worn_day(day, walk=40 if day < 4 else 20)]
    days = line(report_of(rows), "lld_days")
    assert days.value == 4
    assert days.credit == pytest.approx(4 / 6 * 7 / 5)


def test_a_complete_week_has_no_range() -> None:
    assert all(
        part.low is None and part.high is None for part in report_of(worn_week(7)).components
    )


def test_three_valid_days_are_lower_bounds_over_seven() -> None:
    report = report_of(worn_week(3))
    assert (report.status, report.at_least) == (Status.AT_LEAST, True)
    assert line(report, "lld").value == pytest.approx(3 * 4000 / 7)
    assert line(report, "lld").credit == pytest.approx(3 * 0.5 / 7)
    assert line(report, "peak30_spm").value == pytest.approx(300 / 7)
    assert line(report, "lld_days").credit == pytest.approx(3 / 5)
    assert all(part.at_least for part in report.components if part.measured)
    assert report.headline.startswith("At least")


def test_a_foot_pod_alone_shows_at_least_and_never_an_unloaded_day() -> None:
    rows = [row for day in (0, 2, 5) for row in bout(at(day, 9), 45, **POD, steps=110.0)]
    report = report_of(rows)
    assert report.status is Status.AT_LEAST
    for key in ("loaded_min", "unloaded_run_days"):
        assert line(report, key).value is None
        assert "worn for sessions" in line(report, key).note
    assert line(report, "aerobic_min").value == 135
    assert report.points_measurable == 25 + 20 + 10 + 5


def test_nothing_recorded_is_no_data_and_no_zero() -> None:
    report = report_of([])
    assert (report.status, report.points, report.points_measurable) == (Status.NO_DATA, None, 0)
    assert len(report.components) == 8
    assert all(part.value is None and part.credit is None for part in report.components)
    assert len(report.days) == 7
    assert [week.status for week in report.trend] == [Status.NO_DATA] * 4


def test_four_excused_days_leave_the_week_without_points_but_with_its_values() -> None:
    excused = set(calendar.dates_from(MONDAY, 4))
    report = report_of(worn_week(7), excused=excused)
    assert (report.status, report.points, report.excused_days) == (Status.EXCUSED, None, 4)
    assert line(report, "lld").value is not None
    assert report.headline == "Not scored: excused"


def test_excused_days_leave_every_mean_and_end_a_run() -> None:
    quiet = [row for day in (2, 3, 4) for row in worn_day(day, walk=0)]
    walked = [row for day in (0, 1, 5, 6) for row in worn_day(day, walk=40)]
    report = report_of([*walked, *quiet], excused={MONDAY + dt.timedelta(days=3)})
    assert (report.status, report.valid_days) == (Status.PARTIAL, 6)
    assert line(report, "lld").value == pytest.approx(4 * 4000 / 6)
    assert line(report, "unloaded_run_days").value == 1
    assert line(report, "lld").low is None


def test_an_excused_week_of_seven_days_does_not_divide_by_zero() -> None:
    report = report_of(worn_week(7), excused=set(calendar.dates_from(MONDAY, 7)))
    assert (report.status, report.valid_days) == (Status.EXCUSED, 0)


def test_a_person_without_a_score_keeps_values_and_trend() -> None:
    report = report_of(worn_week(7), person=replace(UTC_ANNA, no_score=True))
    assert (report.status, report.points) == (Status.COMPLETE, None)
    assert line(report, "lld").value == pytest.approx(4000)
    assert line(report, "lld").credit is None
    assert report.trend[-1].lld == pytest.approx(4000)


# --- the current week ---------------------------------------------------------------------------


def test_the_current_week_reads_so_far_and_projects_nothing() -> None:
    report = report_of(worn_week(4), now=at(3, 21))
    assert (report.status, report.day_of_week, report.at_least) == (Status.SO_FAR, 4, False)
    assert line(report, "aerobic_min").value == 160
    assert line(report, "lld").value == pytest.approx(4000)
    assert [day.future for day in report.days] == [False] * 4 + [True] * 3
    assert line(report, "lld").low is None


def test_today_enters_totals_but_is_not_judged() -> None:
    rows = [*worn_week(3), *worn_day(3, walk=0)]
    report = report_of(rows, now=at(3, 21))
    assert report.days[3].valid
    assert line(report, "lld").value == pytest.approx(4000)
    assert line(report, "unloaded_run_days").value == 0


def test_a_day_that_is_not_over_raises_no_notice_of_unloaded_days() -> None:
    rows = [*worn_day(0, walk=0), *worn_day(1, walk=0)]
    assert report_of(rows, now=at(1, 21)).notices == ()
    assert [n.key for n in report_of(rows, now=at(2, 9)).notices] == ["unloaded-2"]


def test_the_first_day_of_a_week_is_a_lower_bound() -> None:
    report = report_of(worn_week(1), now=at(0, 21))
    assert (report.status, report.at_least) == (Status.SO_FAR, True)
    assert line(report, "lld").value == pytest.approx(4000 / 7)


def test_today_is_the_person_s_today() -> None:
    honolulu = replace(ANNA, zone="Pacific/Honolulu")
    report = report_of(worn_week(1), person=honolulu, now=at(1, 5))
    assert report.day_of_week == 1


def test_a_week_to_come_has_no_data() -> None:
    report = report_of(worn_week(7), week="2026-W50", now=at(6, 12))
    assert report.status is Status.NO_DATA
    assert all(day.future for day in report.days)


def test_a_naive_time_of_report_is_refused() -> None:
    with pytest.raises(AnalyticsError, match="no time zone"):
        report_of([], now=AFTER.replace(tzinfo=None))


# --- weeks around -------------------------------------------------------------------------------


def test_the_trend_holds_four_weeks_oldest_first_and_this_one_last() -> None:
    before = MONDAY - dt.timedelta(weeks=2)
    earlier = [row for day in range(7) for row in worn_day(day, walk=20, monday=before)]
    report = report_of([*earlier, *worn_week(7)])
    assert [week.week for week in report.trend] == [
        "2026-W44",
        "2026-W45",
        "2026-W46",
        "2026-W47",
    ]
    assert [week.points is None for week in report.trend] == [True, False, True, False]
    assert report.trend[1].lld == pytest.approx(2000)
    assert report.trend[-1].points == report.points


def test_the_trend_says_which_weeks_are_lower_bounds() -> None:
    before = MONDAY - dt.timedelta(weeks=1)
    earlier = [row for day in range(3) for row in worn_day(day, walk=20, monday=before)]
    report = report_of([*earlier, *worn_week(7)])
    assert [week.at_least for week in report.trend] == [False, False, True, False]
    silent = report_of([*earlier, *worn_week(7)], person=replace(UTC_ANNA, no_score=True))
    assert silent.trend[2].points is None
    assert silent.trend[2].at_least
    today = report_of([*earlier, *worn_day(0, walk=20)], now=at(0, 21))
    assert today.trend[-1].at_least


def test_a_run_of_unloaded_days_is_followed_across_weeks() -> None:
    before = MONDAY - dt.timedelta(weeks=1)
    quiet = [row for day in range(4, 7) for row in worn_day(day, walk=0, monday=before)]
    rows = [*quiet, *worn_day(0, walk=0), *worn_day(1, walk=0), *worn_week(7)[2 * 720 :]]
    report = report_of(rows)
    assert "unloaded-5" in {notice.key for notice in report.notices}
    assert line(report, "unloaded_run_days").value == 2


def test_last_week_s_lost_minutes_are_not_this_week_s_notice() -> None:
    holes = [row for number, row in enumerate(bout(at(-2, 9), 30, **POD)) if number % 4]
    assert report_of([*holes, *worn_week(7)]).notices == ()
    later = [{**row, "minute": row["minute"] + dt.timedelta(days=4)} for row in holes]
    assert [n.key for n in report_of([*later, *worn_week(7)]).notices] == ["coverage-pod"]


def test_the_week_of_a_clock_change_has_seven_days_and_the_right_range() -> None:
    since, until = report_range("2026-W43", person=ANNA)
    assert since == dt.datetime(2026, 9, 20, 22, tzinfo=dt.UTC)
    assert until == dt.datetime(2026, 10, 25, 23, tzinfo=dt.UTC)
    last = minute(until - dt.timedelta(minutes=1), steps=80.0)
    report = report_of([last, minute(until, steps=80.0)], person=ANNA, week="2026-W43")
    assert [day.hours for day in report.days] == [24.0] * 6 + [25.0]
    assert report.days[-1].steps == 80


def test_the_53rd_week_ends_before_the_first_of_the_new_year_begins() -> None:
    new_year = dt.datetime(2027, 1, 3, 23, 30, tzinfo=dt.UTC)
    rows = [minute(new_year - dt.timedelta(hours=1), steps=70.0), minute(new_year, steps=90.0)]
    later = AFTER + dt.timedelta(days=40)
    old = report_of(rows, person=ANNA, week="2026-W53", now=later)
    new = report_of(rows, person=ANNA, week="2027-W01", now=later)
    assert [day.steps for day in old.days] == [None] * 6 + [70.0]
    assert [day.steps for day in new.days] == [90.0] + [None] * 6


# --- properties ---------------------------------------------------------------------------------

quick = settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow])
walks = st.lists(st.integers(0, 90), min_size=7, max_size=7)
hours = st.lists(st.integers(0, 14), min_size=7, max_size=7)


def some_week(walked: Sequence[int], wear_h: Sequence[int]) -> Rows:
    """Days of some hours of wear that start with a walk."""
    rows: Rows = []
    for day, (walk, wear) in enumerate(zip(walked, wear_h, strict=True)):
        moving = min(walk, wear * 60)
        rows += bout(at(day, 7), moving, steps=105.0)
        rows += bout(at(day, 7) + dt.timedelta(minutes=moving), wear * 60 - moving)
    return rows


@quick
@given(walks, hours, st.integers(0, 2**32))
def test_the_order_of_rows_changes_no_week(walked: list[int], wear_h: list[int], seed: int) -> None:
    rows = some_week(walked, wear_h)
    expected = report_of(rows)
    random.Random(seed).shuffle(rows)
    assert report_of(rows) == expected


@quick
@given(
    walks,
    hours,
    st.lists(st.tuples(st.integers(0, 6), st.integers(0, 839), st.floats(1, 180)), max_size=60),
)
def test_walking_more_inside_worn_time_never_lowers_a_score(
    walked: list[int], wear_h: list[int], added: list[tuple[int, int, float]]
) -> None:
    rows = some_week(walked, wear_h)
    more = {at(day, 7) + dt.timedelta(minutes=at_min): spm for day, at_min, spm in added}
    walked_more = [
        minute(row["minute"], steps=max(row["steps"], more.get(row["minute"], 0.0))) for row in rows
    ]
    before, after = report_of(rows), report_of(walked_more)
    assert after.points_measurable == before.points_measurable
    assert (after.points or 0.0) >= (before.points or 0.0) - 1e-9
    for old, new in zip(before.components, after.components, strict=True):
        assert (new.credit or 0.0) >= (old.credit or 0.0) - 1e-9


@quick
@given(walks, hours)
def test_a_lower_bound_is_never_above_the_week_it_bounds(
    walked: list[int], wear_h: list[int]
) -> None:
    whole = report_of(some_week(walked, [14] * 7))
    seen = report_of(some_week(walked, wear_h))
    if seen.status is not Status.AT_LEAST:
        return
    for known, bound in zip(whole.components, seen.components, strict=True):
        if bound.value is not None and known.value is not None:
            assert bound.value <= known.value + 1e-9


@quick
@given(walks, hours)
def test_points_are_between_nothing_and_what_is_measurable(
    walked: list[int], wear_h: list[int]
) -> None:
    report = report_of(some_week(walked, wear_h))
    assert report.points_measurable == sum(p.points_max for p in report.components if p.measured)
    for part in report.components:
        assert part.credit is None or 0 <= part.credit <= 1
        assert part.coverage is None or 0 <= part.coverage <= 1
        if part.low is not None and part.value is not None:
            assert part.low <= (part.high or 0.0)


def test_hiding_the_only_source_of_a_line_makes_it_not_measured_never_zero() -> None:
    wear = worn_week(7)
    heart = [row for d in range(7) for row in bout(at(d, 9), 30, **STRAP, heart_rate_bpm=120.0)]
    both = report_of([*wear, *heart])
    only_heart = report_of(heart)
    assert all(line(both, key).measured for key in ("aerobic_min", "lld", "loaded_min"))
    for key in ("lld", "loaded_min", "peak30_spm", "unloaded_run_days", "lld_days"):
        hidden = line(only_heart, key)
        assert (hidden.value, hidden.credit, hidden.points) == (None, None, None)
        assert hidden.note
    assert only_heart.points_measurable == 25
    silent = report_of(heart, person=replace(UTC_ANNA, use_heart_rate=False))
    assert line(silent, "aerobic_min").value is None
    assert silent.points is None


def test_the_hash_follows_the_data_and_nothing_else() -> None:
    rows = worn_week(7)
    same = report_of(list(reversed(rows)), now=AFTER + dt.timedelta(days=3))
    assert same.data_hash == report_of(rows).data_hash
    changed = [*rows[:-1], minute(rows[-1]["minute"], steps=1.0)]
    assert report_of(changed).data_hash != same.data_hash
    before = bout(at(-3, 9), 5, steps=100.0)
    assert report_of([*before, *rows]).data_hash == same.data_hash


def test_the_hash_does_not_see_the_order_of_minutes() -> None:
    minutes = merge_minutes(
        frame(worn_day(0, walk=5)), person=ANNA, date=MONDAY, protocol=PROTOCOL
    ).collect()
    assert data_hash(minutes.reverse()) == data_hash(minutes)


def test_minutes_that_contradict_themselves_are_refused() -> None:
    broken = frame(worn_week(1)).with_columns(pl.lit(61.0).alias("observed_s"))
    with pytest.raises(AnalyticsError, match="observed_s"):
        week_report(broken, person=UTC_ANNA, week=WEEK, now=AFTER, excused=(), protocol=PROTOCOL)


# --- the protocol -------------------------------------------------------------------------------

DEFAULT = Path(__file__).parents[1] / "analytics" / "protocols" / "default.toml"


def test_every_target_names_a_metric_and_every_metric_a_target_and_a_source() -> None:
    assert [metric.key for metric in METRICS] == list(Targets.__struct_fields__)
    for metric in METRICS:
        assert metric.source
        assert set(metric.evidence.replace("to", "").replace("/", "").split()) <= set("ABCD") | {
            "AD"
        }


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("points = 25", 'points = "many"', "components.aerobic_min.points"),
        ("points = 25", "points = 26", "adds up to 101"),
        ("points_65 = 15", "points_65 = 14", "adds up to 99"),
        ("valid_wear_h = 10", "valid_wear = 10", "valid_wear"),
        ("valid_wear_h = 10", "valid_wear_h = 30", "days.valid_wear_h"),
        ("waking_from_h = 7", "waking_from_h = 23", "days.waking_from_h"),
        ("[2, 5, 14]", "[5, 2, 14]", "notices.unloaded_days"),
        ("[2, 5, 14]", "[2, 5]", "notices.unloaded_days"),
        ("target = 150", "target = 0", "components.aerobic_min.target"),
        ("floor = 60 ", "floor = 100 ", "components.peak30_spm.floor"),
        ("floor = 0.5 ", "shown = 0.5 ", "components.lld_days.floor"),
        ("[1.0, 0.8, 0.5", "[0.8, 1.0, 0.5", "components.unloaded_run_days.steps"),
        ("moderate_hr_max = 0.64", "moderate_hr_max = 64", "intensity.moderate_hr_max"),
        ('key = "default"', "key default", "not valid TOML"),
    ],
)
def test_a_wrong_protocol_is_refused_with_its_file_and_its_key(
    tmp_path: Path, old: str, new: str, key: str
) -> None:
    text = DEFAULT.read_text()
    assert old in text
    mine = tmp_path / "clinic.toml"
    mine.write_text(text.replace(old, new, 1))
    with pytest.raises(ProtocolError) as caught:
        load_protocol(mine)
    assert "clinic.toml" in str(caught.value)
    assert key in str(caught.value)


def test_a_protocol_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ProtocolError, match=r"clinic\.toml"):
        load_protocol(tmp_path / "clinic.toml")


def test_a_clinic_s_own_target_changes_the_score(tmp_path: Path) -> None:
    mine = tmp_path / "clinic.toml"
    mine.write_text(DEFAULT.read_text().replace("target = 8000", "target = 4000", 1))
    own = week_report(
        frame(worn_week(7)),
        person=UTC_ANNA,
        week=WEEK,
        now=AFTER,
        excused=(),
        protocol=load_protocol(mine),
    )
    assert line(own, "lld").credit == 1.0
    assert own.target_lld == 4000


# --- what a number may not claim ------------------------------------------------------------------


def test_the_load_of_what_is_known_of_a_missing_day_is_in_the_low_end_of_a_range() -> None:
    rows = [row for day in range(4) for row in worn_day(day, walk=40)]
    short = bout(at(4, 9), 60, steps=100.0)
    report = report_of([*rows, *short])
    assert report.status is Status.PARTIAL
    dose, minutes = line(report, "lld"), line(report, "loaded_min")
    assert dose.value == 4000.0
    assert dose.low == pytest.approx((4 * 4000 + 6000) / 7)
    assert minutes.low == pytest.approx((4 * 40 + 60) / 7)
    long = report_of([*rows, *bout(at(4, 9), 590, steps=100.0)])
    for one in long.components:
        if one.value is not None and one.low is not None and one.high is not None:
            assert one.low <= one.value <= one.high, one.key
    assert line(long, "lld").high == pytest.approx((4 * 4000 + 59_000 + 2 * 8000) / 7)


def test_a_person_without_points_is_told_so_and_not_told_what_to_log() -> None:
    silent = replace(UTC_ANNA, no_score=True)
    report = report_of(worn_week(7), person=silent)
    assert report.headline == "No points: switched off for this person"
    told = " ".join(one.note for one in report.components)
    assert "legload" not in told
    assert "nothing tells whether there were strength sets" in told
    scored = report_of(worn_week(7))
    assert line_advice(line(scored, "strength_days"), scored)
    assert not line_advice(line(report, "strength_days"), report)


def test_a_dose_that_leaves_a_ride_out_is_printed_as_a_lower_bound() -> None:
    bike = {**STRAP, "sensor": "bike", "placement": "bike", "machine": "bike"}
    ride = bout(at(2, 21), 30, **bike, assisted_cycles=80.0, active_s=60.0)
    report = report_of([*worn_week(7), *ride])
    assert report.status is Status.COMPLETE
    bounds = {one.key for one in report.components if one.at_least}
    assert bounds == {"lld"}  # 4,000 step-eq are half of the target on every day
    assert "needs power to be known" in line(report, "lld").note
    assert report.headline.startswith("At least")
    little = report_of([*worn_week(7, walk=30), *ride])
    assert {one.key for one in little.components if one.at_least} == {"lld", "lld_days"}
    assert "needs power to be known" in line(little, "lld_days").note
    alone = line(report_of(ride), "lld")
    assert (alone.value, "needs power to be known" in alone.note) == (None, True)


def test_what_is_dated_after_now_does_not_count_yet() -> None:
    def told(now: dt.datetime, **more: Any) -> WeekReport:
        later = TrainingSet(start=at(0, 18), exercise="squat", repetitions=30, **more)
        said = Practice(
            sets=(later,),
            balance=(BalanceSession(start=at(0, 18), minutes=10.0),),
            confirmed=((MONDAY + dt.timedelta(days=1), True),),
        )
        return week_report(
            frame(bout(at(0, 8), 60)),
            person=UTC_ANNA,
            week=WEEK,
            now=now,
            excused=(),
            protocol=PROTOCOL,
            practice=said,
        )

    noon = told(at(0, 12))
    assert (noon.sets, noon.balance) == ((), ())
    assert line(noon, "strength_days").value is None
    assert [day.recorded for day in noon.days] == [True] + [False] * 6
    assert line(told(at(0, 12), timed=False), "strength_days").value == 1
    assert line(told(at(0, 19)), "strength_days").value == 1
