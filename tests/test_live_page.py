"""Live and the welcome: what is shown, and what a tap does."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import livechart, theme, wording
from dashboard.display import IMPERIAL, Display
from dashboard.errors import DashboardError
from dashboard.traces import Trace
from dashboard.views import welcome
from dashboard.wording import live
from tests import fake_data, sample_week
from tests.fake_data import FakeData
from tests.test_views import button_of, parsed, text_of, whole_app, with_week

REFUSED = DashboardError("The store is busy.", "Try again in a minute.")
POD = fake_data.three_sensors()[0]
QUIET = Trace(label="cadence", unit="steps/min", runs=())


def live_page(fake: FakeData, person: str = "anna") -> AppTest:
    def script(fake: object, person: str) -> None:
        from dashboard.views import live
        from tests.fake_data import data

        live.render(data(fake), person)

    given = {"fake": fake, "person": person}
    return AppTest.from_function(script, default_timeout=30.0, kwargs=given).run()


def words(markup: str) -> str:
    return " ".join(" ".join(parsed(markup).words).split())


# --- live -----------------------------------------------------------------------------------------


def test_each_sensor_shows_its_state_a_big_value_its_age_and_its_last_minute() -> None:
    page = live_page(FakeData({}, sensors=fake_data.three_sensors(), recording=True))
    assert not page.exception
    said = text_of(page)
    for text in (
        "Recording 3 sensors, over virtual.",
        "Streaming",
        "Stale: no new values",
        "112 steps/min cadence, just now",
        "cadence, 20 s ago",
        "0 to 160 steps/min",
        "battery 82 %",
    ):
        assert text in said.replace("\N{NO-BREAK SPACE}", " ")


def test_a_gap_is_hatched_and_no_line_goes_over_it() -> None:
    trace = fake_data.FakeLive().traces([POD])["pod"]
    markup = livechart.picture(trace)
    drawn = [tuple(map(float, at)) for at in re.findall(r"left:([\d.]+)%;width:([\d.]+)%", markup)]
    assert drawn == [(0.0, 31.67), (66.67, 31.67)]
    assert "hatch" in re.search(r"\.ll-trace \{[^}]*\}", theme.css()).group()  # type: ignore[union-attr]
    said = "Cadence over the last 60 s: 100 to 114 steps/min; 22 s of it unknown."
    assert f'aria-label="{said}"' in markup
    assert live.trace_text(trace) == said


def test_of_a_silent_sensor_nothing_is_drawn_and_that_is_said() -> None:
    markup = livechart.tile(replace(POD, live=(), state="lost"), QUIET)
    assert "clip-path" not in markup
    assert "unknown" in words(markup)
    assert "Cadence: nothing known of the last 60 s." in markup


def test_a_single_value_is_wide_enough_to_be_seen() -> None:
    lonely = replace(QUIET, runs=(((0.0, 90.0),),))
    (at,) = re.findall(r"left:([\d.]+)%;width:([\d.]+)%", livechart.picture(lonely))
    assert float(at[1]) >= 1.0
    assert float(at[0]) + float(at[1]) <= 100.01


def test_a_sensor_that_came_back_shows_what_was_recorded_before_with_its_age() -> None:
    trace = replace(QUIET, runs=(((30.0, 90.0), (29.0, 91.0)),))
    said = words(livechart.tile(replace(POD, live=(), state="stale"), trace))
    assert "91 steps/min cadence, 29 s ago" in said


def test_speeds_are_shown_in_the_units_of_the_reader() -> None:
    trace = Trace(label="speed", unit="m/s", runs=(((2.0, 1.0), (1.0, 1.4)),))
    assert "mph" in words(livechart.tile(POD, trace, IMPERIAL))
    assert "mph" in text_of(live_page(FakeData({}, sensors=(POD,), reads=Display(units=IMPERIAL))))


def test_the_same_is_told_as_a_table() -> None:
    page = live_page(FakeData({}, sensors=(POD,)))
    page = page.toggle(key="live-table").set_value(True).run()
    said = text_of(page)
    for text in ("Lowest", "Mean", "Highest", "Foot pod (FOOT POD-pod)", "100 steps/min", "22 s"):
        assert text in said


def test_only_ones_own_sensors_are_shown() -> None:
    page = live_page(FakeData({}, sensors=fake_data.three_sensors()), "bo")
    said = text_of(page)
    assert "Foot pod" not in said
    assert "3 more sensors belong to somebody else." in said


def test_one_big_button_starts_and_stops_and_a_refusal_stays_in_sight() -> None:
    fake = FakeData({}, sensors=(POD,))
    page = live_page(fake)
    page = button_of(page, "Start recording").click().run()
    assert fake.done[-1] == ("record", True)
    page = button_of(page, "Stop recording").click().run()
    assert fake.done[-1] == ("record", False)
    fake.error = REFUSED
    page = button_of(page, "Start recording").click().run()
    assert page.run().error[0].value == wording.plain(str(REFUSED))
    fake.error, fake.running = None, False
    page = button_of(page.run(), "Start recording").click().run()
    assert ("start",) in fake.done
    assert not page.error


def test_without_a_sensor_live_says_what_to_do_and_takes_what_is_typed() -> None:
    page = live_page(FakeData({}))
    assert "choose Scan" in page.info[0].value
    assert page.button(key="log-balance-anna")


def test_sets_and_balance_of_just_now_are_one_tap_and_so_is_taking_them_back() -> None:
    fake = FakeData({})
    page = live_page(fake)
    page.selectbox(key="now-exercise").set_value("lunge")
    page.number_input(key="now-load").set_value(12.5)
    page = page.button(key="log-sets-anna").click().run()
    kind, person, exercise, reps, more = fake.done[-1]
    assert (kind, person, exercise, reps) == ("set", "anna", "lunge", 10)
    assert isinstance(more, dict)
    assert (more["sets"], more["load_kg"], more["leg"]) == (3, 12.5, None)
    assert re.fullmatch(r"\d\d:\d\d", more["at"])
    assert more["on"] is not None
    page = page.button(key="log-balance-anna").click().run()
    assert fake.done[-1][:3] == ("balance", "anna", 10.0)
    page = page.button(key="log-undo-anna").click().run()
    assert fake.done[-1] == ("undo", "anna")
    assert page.success[0].value == wording.plain("Taken back: squat.")
    fake.error = REFUSED
    page = page.button(key="log-sets-anna").click().run()
    assert page.error[0].value == wording.plain(str(REFUSED))


def test_pounds_are_kept_as_kilograms() -> None:
    fake = FakeData({}, reads=Display(units=IMPERIAL))
    page = live_page(fake)
    page.number_input(key="now-load").set_value(100.0)
    page.button(key="log-sets-anna").click().run()
    more = fake.done[-1][-1]
    assert isinstance(more, dict)
    assert more["load_kg"] == pytest.approx(45.359237)


# --- welcome --------------------------------------------------------------------------------------


def newcomer() -> FakeData:
    return with_week("no data", fresh=True)


def test_a_newcomer_is_led_from_who_to_a_sensor_to_the_targets_to_this_week() -> None:
    fake = newcomer()
    page = whole_app(fake)
    said = text_of(page)
    assert "1 of 3: Who are you?" in said
    assert "legload demo" in said
    page.text_input(key="welcome-name").set_value("  Ada   Lovelace ")
    page.number_input(key="welcome-born").set_value(1950)
    page.toggle(key="welcome-large").set_value(True)
    page = page.button(key="welcome-next-anna").click().run()
    assert ("name", "anna", "Ada Lovelace") in fake.done
    assert fake.said.birth_year == 1950
    assert fake.reads.large_type
    said = text_of(page)
    assert "2 of 3: A sensor" in said
    assert "Without a sensor you can still enter:" in said
    assert page.button(key="scan")
    page = button_of(page, "Go on without a sensor").click().run()
    assert "3 of 3: Your targets" in text_of(page)
    page = page.selectbox(key="welcome-targets").set_value("clinic").run()
    page = button_of(page, "To This week").click().run()
    assert not page.exception
    assert fake.said.targets == "clinic"
    assert "This week" in text_of(page)
    assert welcome.STEP not in page.session_state


@pytest.mark.parametrize("step", [1, 2, 3])
def test_the_welcome_is_left_at_any_step_and_does_not_come_again(step: int) -> None:
    fake = newcomer()
    page = whole_app(fake)
    if step > 1:
        page.session_state[welcome.STEP] = step
        page = page.run()
    assert f"{step} of 3" in text_of(page)
    page = page.button(key="welcome-skip-anna").click().run()
    assert ("introduce", "anna") in fake.done
    assert "Welcome" not in text_of(page)


def test_a_sensor_that_was_paired_on_the_way_is_named() -> None:
    fake = newcomer()
    fake.sensors = fake_data.three_sensors()[:1]
    page = whole_app(fake)
    page.session_state[welcome.STEP] = 2
    page = page.run()
    assert "FOOT POD" in page.success[0].value
    assert button_of(page, "Next")


def test_what_cannot_be_is_one_sentence_and_the_step_stays() -> None:
    fake = newcomer()
    page = whole_app(fake)
    fake.error = REFUSED
    page = page.button(key="welcome-next-anna").click().run()
    assert page.error[0].value == wording.plain(str(REFUSED))
    assert "1 of 3" in text_of(page)


def test_whoever_is_known_is_not_welcomed() -> None:
    assert "Welcome" not in text_of(whole_app(FakeData(fake_data.history(sample_week.complete))))
