"""What This week and My data show and take beside the score."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

import polars as pl
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from analytics.claims import OSTEOGENIC_LABEL
from analytics.frames import Minutes
from analytics.week import Baseline, Status
from dashboard import daychart, scorecard, strip, theme, wording
from dashboard.errors import DashboardError
from dashboard.views import practice
from tests import golden_weeks, sample_week
from tests.fake_data import FakeData
from tests.people_page import golden_data, golden_week
from tests.test_views import button_of, opened, parsed, text_of, week_page, with_week

MONDAY = sample_week.START
REFUSED = DashboardError("It is yet to come.", "Log it when it is done.")


@pytest.fixture(autouse=True)
def _forget_other_tests() -> Iterator[None]:
    st.cache_data.clear()
    yield
    st.cache_data.clear()


def words(markup: str) -> str:
    return " ".join(" ".join(parsed(markup).words).split())


def my_data(fake: FakeData) -> AppTest:
    def script(fake: object) -> None:
        from dashboard.views import my_data
        from tests.fake_data import data

        my_data.render(data(fake), "anna")

    return AppTest.from_function(script, default_timeout=30.0, kwargs={"fake": fake}).run()


# --- the parts of a day ---------------------------------------------------------------------------


def test_load_on_the_feet_on_a_seat_and_in_sets_is_told_apart_in_the_bar_and_in_words() -> None:
    report = sample_week.trained()
    markup = strip.strip(report)
    said = words(markup)
    for text in ("feet 5,000", "seat 3,400", "sets 200", "weight-bearing", "strength sets"):
        assert text in said
    shares = {part.key: share for part, share in wording.part_shares(report.days[1])}
    assert shares == pytest.approx({"feet": 5 / 8.6, "seat": 3.4 / 8.6, "sets": 0.2 / 8.6})
    for key in shares:
        assert f'<i class="{key}" style="height:' in markup


def test_the_dose_of_the_week_is_split_and_what_nobody_saw_is_said() -> None:
    said = wording.parts_text(sample_week.trained()).replace("\N{NO-BREAK SPACE}", " ")
    assert "92 % weight-bearing, 8 % assisted (seated), < 1 % in strength sets" in said
    assert "50 % of it is of a leg that no sensor saw and is taken as equal" in said
    assert "25 % of it is known with low confidence only" in said
    assert wording.parts_text(sample_week.no_data()) == ""


def test_a_day_with_load_that_nobody_knows_is_a_lower_bound_and_says_what_it_needs() -> None:
    day = sample_week.trained().days[3]
    assert day.valid
    assert wording.dose_text(day) == "at least 900"
    assert "nobody knows how much (not known: power)." in wording.day_text(day)
    assert wording.needs_text(sample_week.trained().days[0]) == ""


def test_rounding_never_claims_a_whole_that_is_not_reached() -> None:
    line = sample_week.component("lld", "Dose", 7999.6, "step-eq/day", 8000.0, 20, credit=0.9998)
    assert wording.value_text(line) == "7,999 step-eq/day"
    assert wording.points_text(line) == "19.9 of 20"
    assert wording.reached_text(line).startswith("99\N{NO-BREAK SPACE}%")
    full = replace(line, value=8000.0, credit=1.0, points=20.0 - 1e-12)
    assert wording.points_text(full) == "20 of 20"
    assert wording.percent(0.999) == "99\N{NO-BREAK SPACE}%"
    assert wording.percent(1.0) == "100\N{NO-BREAK SPACE}%"
    report = replace(sample_week.complete(), points=79.96, points_measurable=80)
    assert report.headline == "79 of 80 points"
    assert wording.shares_text(report).startswith("Done: 79 points. Not reached: 1.")
    assert wording.trend_points(replace(report.trend[-1], points=79.96, points_measurable=80)) == (
        "79 of 80"
    )
    assert replace(report, points=79.4).headline == "79 of 80 points"
    assert replace(report, points=80.0 - 1e-10).headline == "80 of 80 points"


def test_empty_days_make_an_unloaded_run_long_and_every_other_value_small() -> None:
    line = sample_week.component("unloaded_run_days", "Run", 1, "days", 0, 10, low=1, high=3)
    assert wording.range_text(line) == "1 to 3 if missing days were full/empty"
    other = replace(line, key="lld")
    assert wording.range_text(other) == "1 to 3 if missing days were empty/full"


def test_a_weight_without_a_body_mass_is_told_beside_a_machine() -> None:
    day = replace(sample_week.trained().days[3], load_needs="body mass")
    assert wording.needs_text(day) == (
        "A machine or a weight loaded the legs by nobody knows how much (not known: body mass)."
    )


def test_recorded_without_a_dose_is_not_measured_and_no_lower_bound_of_one() -> None:
    report = golden_week("wheelchair_user").report()
    said = words(strip.strip(report))
    assert said.count("not measured") == 4
    assert "weight-bearing" in said


# --- strength and balance -------------------------------------------------------------------------


def test_practice_says_whether_it_was_logged_or_seen_and_whether_its_force_is_known() -> None:
    done = wording.practice_done(sample_week.trained())
    assert [one.text for one in done] == [
        "Tue 17 Nov 18:00: Squat 2 × 12, 60 kg (logged, force known)",
        "Tue 17 Nov 18:09: Calf raise, left leg 1 × 10 "
        "(seen by a sensor, repetitions count; force not known)",
        "Wed 18 Nov: Balance 20 min (logged)",
    ]
    said = wording.practice_days_text(sample_week.trained())
    assert said == "Strength days: Tue 17, Sat 21 (said by you). Balance days: Wed 18."
    assert wording.NO_PRACTICE in words(scorecard.practice(sample_week.complete()))


def test_sets_are_logged_on_the_page() -> None:
    fake = with_week("complete")
    page = opened(week_page(fake), "practice")
    page.selectbox(key="set-exercise").set_value("lunge")
    page.number_input(key="set-reps").set_value(12)
    page.number_input(key="set-load").set_value(20.0)
    page.selectbox(key="set-leg").set_value("left leg")
    page.time_input(key="practice-at").set_value(dt.time(18, 30))
    page = page.button(key="practice-save-anna").click().run()
    assert not page.exception
    kind, person, exercise, reps, more = fake.done[-1]
    assert (kind, person, exercise, reps) == ("set", "anna", "lunge", 12)
    assert more == {
        "sets": 3,
        "load_kg": 20.0,
        "angle_deg": None,
        "leg": "left",
        "on": MONDAY + dt.timedelta(days=6),
        "at": "18:30",
    }
    assert page.success[0].value == wording.plain("Logged: squat.")


def test_a_leg_press_asks_for_the_angle_of_its_sled() -> None:
    page = opened(week_page(with_week("complete")), "practice")
    assert "set-angle" not in [field.key for field in page.number_input]
    page = page.selectbox(key="set-exercise").set_value("leg-press").run()
    assert page.number_input(key="set-angle").value == 45.0


def test_balance_practice_is_logged_and_a_strength_day_confirmed() -> None:
    fake = with_week("complete")
    page = opened(week_page(fake), "practice")
    page.session_state["practice-what"] = practice.BALANCE
    page = page.run()
    page.button(key="practice-save-anna").click().run()
    assert fake.done[-1][:3] == ("balance", "anna", 10.0)
    page.session_state["practice-what"] = practice.CONFIRM
    page = page.run()
    page.button(key="practice-save-anna").click().run()
    assert fake.done[-1] == ("strength", "anna", MONDAY + dt.timedelta(days=6), True)


def test_what_was_logged_last_is_taken_back_and_a_refusal_is_one_sentence() -> None:
    fake = with_week("complete")
    page = opened(week_page(fake), "practice").button(key="practice-undo-anna").click().run()
    assert fake.done[-1] == ("undo", "anna")
    assert page.success[0].value == wording.plain("Taken back: squat.")
    fake.error = REFUSED
    page = page.button(key="practice-save-anna").click().run()
    assert not page.exception
    assert page.error[0].value == wording.plain(str(REFUSED))


# --- shown, never scored --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("baseline", "said"),
    [
        (None, ""),
        (
            Baseline(lld=5240.0, weeks=4, change_percent=12.2),
            "Your usual: 5,240 step-eq a day over 4 weeks; this week 12 % more.",
        ),
        (
            Baseline(lld=5240.0, weeks=2, change_percent=-8.0),
            "Your usual: 5,240 step-eq a day over 2 weeks; this week 8 % less.",
        ),
        (
            Baseline(lld=5240.0, weeks=2, change_percent=0.2),
            "Your usual: 5,240 step-eq a day over 2 weeks; this week the same.",
        ),
        (
            Baseline(lld=None, weeks=1, change_percent=None, note="Not known: it needs 2."),
            "Your usual is not known: it needs 2.",
        ),
        (
            Baseline(lld=900.0, weeks=2, change_percent=None, note="Not compared."),
            "Your usual: 900 step-eq a day over 2 weeks. Not compared.",
        ),
    ],
)
def test_ones_own_usual_is_a_description_without_a_verdict(
    baseline: Baseline | None, said: str
) -> None:
    report = replace(sample_week.complete(), baseline=baseline)
    assert wording.baseline_text(report).replace("\N{NO-BREAK SPACE}", " ") == said


def test_the_running_week_is_compared_so_far() -> None:
    report = replace(sample_week.trained(), status=Status.SO_FAR)
    assert "; this week so far 12" in wording.baseline_text(report)


def test_what_earns_no_points_stands_apart_with_its_label() -> None:
    said = words(scorecard.beside(sample_week.trained())).replace("\N{NO-BREAK SPACE}", " ")
    assert "Shown, never scored" in said
    assert "4.2 % apart in contact time in walking, on 3 days; the left leg stood longer" in said
    assert "1 h 46 min, on Sunday 22 November" in said
    assert "8.3 a day over 7 valid days, from 8 to 8.6" in said
    assert OSTEOGENIC_LABEL in said
    empty = words(scorecard.beside(sample_week.no_data()))
    assert empty.count("not measured") == 3


def test_only_lower_bounds_of_the_osteogenic_index_are_said_to_be_lower_bounds() -> None:
    values = {one.title: one.value for one in wording.beside(sample_week.at_least())}
    assert values["Osteogenic index"].startswith("at least ")
    assert values["Longest time without a loaded minute"] == ""


# --- where the minutes came from ------------------------------------------------------------------


def test_each_sensor_says_how_much_load_was_taken_from_it() -> None:
    rows = wording.origin_table(sample_week.complete())
    assert [(row["Sensor"], row["Load taken from it"]) for row in rows] == [
        ("Motion sensor, left shank", "95\N{NO-BREAK SPACE}h"),
        ("Foot pod, left foot", "3.5\N{NO-BREAK SPACE}h"),
    ]
    assert rows[0]["Notes"].endswith("3 damaged messages")


@pytest.mark.parametrize("name", golden_weeks.PEOPLE)
def test_no_load_is_taken_from_more_than_a_sensor_recorded(name: str) -> None:
    for use in golden_week(name).report().sensors:
        assert 0 <= use.load_h <= use.observed_h + 1e-9


def test_a_minute_that_both_legs_told_counts_for_both_sensors() -> None:
    hours = {use.sensor: use.load_h for use in golden_week("three_sensors").report().sensors}
    assert hours == pytest.approx({"imu-left": 38.0, "imu-right": 36.0, "pod": 2.0})


def test_a_day_is_shown_minute_by_minute_with_the_sensor_of_each() -> None:
    day = golden_week("three_sensors").report().days[0].date
    fake = golden_data("three_sensors")
    page = opened(week_page(fake), "minutes")
    page.session_state[f"day-anna-{fake.golden.week}"] = day
    page = page.run()
    assert not page.exception
    said = text_of(page).replace("\N{NO-BREAK SPACE}", " ")
    assert "12 h with a recording; load: 11.3 h from Motion sensor, left shank + Motion" in said
    assert "40 min from Foot pod, left foot + Motion sensor, right shank" in said


def test_the_table_of_a_day_leaves_the_unknown_empty() -> None:
    fake = golden_data("cyclist")
    report = fake.weeks_by_name[fake.golden.week]
    minutes = fake.minutes("anna", report.days[1].date)
    table = wording.minute_table(minutes, report.zone, wording.sensor_names(report))
    riding = table.filter(pl.col("Load from") == "Bike, bike").row(0, named=True)
    assert (riding["Time"], riding["Assisted, step-eq"]) == ("18:00", "43")
    assert (riding["Steps"], riding["Weight-bearing, step-eq"]) == ("", "")
    assert (riding["Intensity"], riding["Judged by"]) == ("vigorous", "power")
    picture = daychart.day_chart(
        minutes,
        day=report.days[1].date,
        zone=report.zone,
        names=wording.sensor_names(report),
        colours=theme.LIGHT,
    )
    assert picture.to_dict()


def test_a_day_without_a_minute_is_unknown() -> None:
    said = wording.minutes_text(Minutes.create_empty(), MONDAY, {})
    assert "unknown, not zero" in said


def test_every_golden_person_has_a_page() -> None:
    for name in golden_weeks.PEOPLE:
        page = week_page(golden_data(name))
        assert not page.exception
        assert "Shown, never scored" in text_of(page)


# --- excused days ---------------------------------------------------------------------------------


def test_days_are_excused_and_count_again() -> None:
    fake = with_week("so far")  # its Tuesday is excused
    page = opened(week_page(fake), "excuses")
    assert button_of(page, "Save excused days").disabled
    pills = next(one for one in page.pills if str(one.key).startswith("excused-"))
    pills.set_value([MONDAY])
    page = page.run()
    page.selectbox(key="why-excused").set_value("travel")
    button_of(page, "Save excused days").click().run()
    said = [done for done in fake.done if done[0] == "excuse"]
    assert said == [
        ("excuse", "anna", (MONDAY,), "travel"),
        ("excuse", "anna", (MONDAY + dt.timedelta(days=1),), None),
    ]


# --- my data --------------------------------------------------------------------------------------


def test_my_data_are_said_on_a_page_of_their_own() -> None:
    fake = FakeData({}, masses=((MONDAY, 71.3),))
    page = my_data(fake)
    assert "71.3 kg" in text_of(page)
    page.number_input(key="birth_year-anna-None").set_value(1956)
    page.selectbox(key="sex-anna-None").set_value("female")
    page.checkbox(key="logs_strength-anna-False").check()
    page.time_input(key="wakes-anna-None").set_value(dt.time(15))
    page.selectbox(key="targets-anna-None").set_value("clinic")
    page = button_of(page, "Save").click().run()
    assert not page.exception
    assert fake.done == [("facts", "anna")]
    said = fake.said
    assert (said.birth_year, said.sex, said.logs_strength) == (1956, "female", True)
    assert (said.wakes, said.targets, said.hr_rest) == ("15:00", "clinic", None)
    assert page.success[0].value == wording.plain("Saved.")


def test_no_field_keeps_what_was_typed_for_another_person() -> None:
    def script(fake: object) -> None:
        import streamlit

        from dashboard.views import my_data
        from tests.fake_data import data

        my_data.render(data(fake), str(streamlit.session_state.get("who", "anna")))

    page = AppTest.from_function(script, default_timeout=30.0, kwargs={"fake": FakeData({})}).run()
    page.number_input(key="birth_year-anna-None").set_value(1956)
    page.session_state["who"] = "bo"
    page = page.run()
    assert not page.exception
    assert page.number_input(key="birth_year-bo-None").value is None


def test_a_body_mass_holds_from_a_date_on() -> None:
    fake = FakeData({})
    page = my_data(fake)
    page.number_input(key="mass-anna-None").set_value(82.5)
    button_of(page, "Save body mass").click().run()
    assert fake.done == [("mass", "anna", 82.5)]


def test_my_data_tell_a_refusal_in_one_sentence() -> None:
    fake = FakeData({}, error=REFUSED)
    page = button_of(my_data(fake), "Save").click().run()
    assert page.error[0].value == wording.plain(str(REFUSED))
    page = button_of(my_data(FakeData({})), "Save body mass").click().run()
    assert "No body mass was given" in page.error[0].value
